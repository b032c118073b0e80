"""Terms and BM25."""

from __future__ import annotations

import math
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.lexical import LexicalIndex, terms
from index.script import fold


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("灯塔", ["灯塔"]),
        ("燈塔", ["灯塔"]),
        ("守灯塔", ["守灯", "灯塔"]),
        ("灯", ["灯"]),
        ("Lighthouses", ["lighthouse"]),
        ("ＧＰＴ－４", ["gpt", "4"]),
        ("the light is on", ["light"]),
        ("glass bus", ["glass", "bus"]),
        ("灯塔lamp灯", ["灯塔", "lamp", "灯"]),
        ("1998年12月", ["1998", "年", "12", "月"]),
        ("、。!", []),
        ("", []),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


def test_words_are_never_split() -> None:
    assert terms("naïve café Über-Boot") == ["naïve", "café", "über", "boot"]


@given(st.text(max_size=80))
def test_every_term_stands_in_the_folded_text(text: str) -> None:
    folded = fold(text)
    for term in terms(text):
        assert term in folded


TEXTS = ["lamp lamp oil", "lamp", "wind water wave rock"]


def test_bm25_by_hand() -> None:
    """Lengths 3, 1, 4, mean 8/3; "lamp" is in 2 of 3 texts, "oil" in 1 (K1 1.2, b 0.75)."""
    index = LexicalIndex.build(TEXTS)
    lamp, oil = math.log(1 + 1.5 / 2.5), math.log(1 + 2.5 / 1.5)
    damping = [1.2 * (0.25 + 0.75 * length / (8 / 3)) for length in (3, 1)]
    expected = [lamp * 2 / (2 + damping[0]) + oil * 1 / (1 + damping[0]), lamp * 1 / (1 + damping[1]), 0.0]
    assert index.scores("lamp oil") == pytest.approx(expected, rel=1e-5)
    assert index.scores("lamp lamp")[1] == pytest.approx(2 * expected[1], rel=1e-5)


def test_both_scripts_find_each_other() -> None:
    index = LexicalIndex.build(["守燈塔的人", "打鱼的人"])
    first, second = index.scores("灯塔")
    assert first > 0 == second


def test_unknown_words_and_empty_questions_score_nothing() -> None:
    index = LexicalIndex.build(TEXTS)
    assert not index.scores("harbour").any()
    assert not index.scores("").any()
    assert index.coverage("") == 0.0
    assert index.coverage("harbour") == 0.0
    assert index.coverage("lamp") == 1.0


def test_coverage_and_overlap_weigh_rare_terms_more() -> None:
    index = LexicalIndex.build(TEXTS)
    lamp, oil = math.log(1 + 1.5 / 2.5), math.log(1 + 2.5 / 1.5)
    assert index.overlaps("lamp oil", ["the oil", ""]) == pytest.approx([oil / (lamp + oil), 0.0])
    unknown = math.log(1 + 3.5 / 0.5)
    assert index.coverage("lamp harbour") == pytest.approx(lamp / (lamp + unknown))


def test_an_index_of_nothing() -> None:
    for texts in ([], [""], ["。"]):
        assert list(LexicalIndex.build(texts).scores("灯塔")) == [0.0] * len(texts)


@settings(max_examples=40)
@given(
    st.lists(st.text(alphabet="灯塔海风 abc\ud800", max_size=20), max_size=5), st.text(alphabet="灯塔海 ab", max_size=8)
)
def test_a_saved_index_gives_the_same_scores(texts: list[str], question: str) -> None:
    index = LexicalIndex.build(texts)
    with TemporaryDirectory() as folder:
        index.save(Path(folder) / "lexical")
        loaded = LexicalIndex.load(Path(folder) / "lexical")
        assert np.array_equal(loaded.scores(question), index.scores(question))
        assert loaded.coverage(question) == index.coverage(question)
        assert loaded.scores(question).shape == (len(texts),)


@pytest.mark.parametrize("name", ["terms.npy", "ends.npy", "texts.npy", "times.npy", "lengths.npy"])
def test_a_damaged_index_is_not_loaded(tmp_path: Path, name: str) -> None:
    LexicalIndex.build(TEXTS).save(tmp_path)
    (tmp_path / name).write_bytes(b"{")
    with pytest.raises((OSError, ValueError)):
        LexicalIndex.load(tmp_path)


def test_the_nearest_texts_are_those_with_the_highest_scores() -> None:
    index = LexicalIndex.build(TEXTS)
    assert index.nearest("lamp oil", 5).tolist() == [0, 1]
    assert index.nearest("lamp oil", 1).tolist() == [0]
    assert index.nearest("lamp oil", 5, np.array([False, True, True])).tolist() == [1]
    assert index.nearest("harbour", 5).tolist() == []


WORDS = st.text(alphabet="灯塔海风 ab", max_size=12)


@given(st.lists(WORDS, max_size=6), st.lists(WORDS, max_size=4), st.sets(st.integers(0, 5)), WORDS)
def test_texts_that_stay_are_copied_and_new_ones_follow(
    old: list[str], new: list[str], gone: set[int], question: str
) -> None:
    kept = [number for number in range(len(old)) if number not in gone]
    grown = LexicalIndex.build(new, LexicalIndex.build(old), np.array(kept, dtype=np.int64))
    afresh = LexicalIndex.build([*(old[number] for number in kept), *new])
    assert np.array_equal(grown.scores(question), afresh.scores(question))
    assert grown.coverage(question) == afresh.coverage(question)
    some = np.arange(0, len(afresh), 2)
    assert np.array_equal(grown.scores_of(question, some), afresh.scores(question)[some])
