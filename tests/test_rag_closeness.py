"""The signals that a score is made of: what is averaged, what is centred, and the space in which replies lie nearer."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hand_made import Talk, answered, asked, going_on, make_retriever, summed_up

from index.embedding import BUNDLED, SAME_MODEL_ON_HUB
from rag import closeness
from rag.closeness import ReplySpace, mapped, reply_map, reply_space, unit
from rag.filters import Filters
from rag.retrieve import SECOND, Retriever
from rag.signals import PRIOR, Scored, best, language_means, standard
from rag.view import Floats, Rows, View

LOWEST = -0.5


def floats(*values: float) -> Floats:
    return np.array(values, dtype=np.float32)


def rows(*values: int) -> Rows:
    return np.array(values, dtype=np.int64)


# one number a passage


def test_the_best_of_each() -> None:
    places, values = rows(0, 0, 2, 2, 2), floats(0.1, 0.3, 0.3, 0.9, 0.2)
    assert best(4, places, values, LOWEST) == pytest.approx([0.3, LOWEST, 0.9, LOWEST])
    assert best(2, rows(), floats(), LOWEST) == pytest.approx([LOWEST, LOWEST])


def test_numbers_for_some_rows() -> None:
    scored = Scored(rows(2, 5, 9), floats(0.1, 0.2, 0.3))
    assert scored.at(rows(9, 3, 2, 10, 0)) == pytest.approx([0.3, -np.inf, 0.1, -np.inf, -np.inf])
    assert scored.at(rows(9, 3), 0.0) == pytest.approx([0.3, 0.0])
    assert scored.only(np.array([True, False, True])).at(rows(2, 5)) == pytest.approx([0.1, -np.inf])
    assert Scored(rows(), floats()).at(rows(1)) == pytest.approx([-np.inf])


def test_standard_scores() -> None:
    # Mean 2, variance (1 + 1 + 0) / 3.
    assert standard(floats(3, 1, 2)) == pytest.approx([math.sqrt(1.5), -math.sqrt(1.5), 0], abs=1e-4)
    assert standard(np.full(4, 0.5, dtype=np.float32)) == pytest.approx([0, 0, 0, 0], abs=1e-4)
    assert standard(floats()).tolist() == []
    # The mean and spread of the first two alone: 2 and 1.
    assert standard(floats(3, 1, 6), np.array([True, True, False])) == pytest.approx([1, -1, 4], abs=1e-4)


def test_unit_vectors() -> None:
    assert unit(np.array([[3, 4], [0, 2]], dtype=np.float32)) == pytest.approx(np.array([[0.6, 0.8], [0, 1]]))
    assert unit(floats(3, 4)) == pytest.approx([0.6, 0.8])
    assert unit(floats(0, 0)).tolist() == [0, 0]


# languages


def view_of(folder: Path, cosines: dict[str, list[float]]) -> View:
    """An archive of one interview a language, whose sentences, each a passage, are so near to any question."""
    near = {f"{tag} {number}。": value for tag, every in cosines.items() for number, value in enumerate(every)}
    talks: dict[str, Talk] = {tag: [[answered(text)] for text in near if text.startswith(f"{tag} ")] for tag in cosines}
    nearness = lambda text: near[text.removeprefix("林岚：")]  # noqa: E731
    return make_retriever(folder, talks, nearness, languages={tag: tag for tag in cosines}).view


ASKED = floats(1, 0)


def test_with_one_language_its_mean_is_what_all_have(tmp_path: Path) -> None:
    view = view_of(tmp_path, {"en": [0.7, 0.8, 0.9]})
    for what in ("passages", "sentences"):
        assert language_means(view, ASKED, what) == pytest.approx([0.8], abs=1e-6)


def test_the_mean_of_a_language_leans_towards_that_of_all(tmp_path: Path) -> None:
    # 0.9 is the mean of 20 rows, 0.7 that of the 60 others, 0.75 that of all; with PRIOR = 20 rows of 0.75 more the
    # means are (20 × 0.9 + 20 × 0.75) / 40 = 0.825 and (60 × 0.7 + 20 × 0.75) / 80 = 0.7125.
    assert PRIOR == 20
    view = view_of(tmp_path, {"en": [0.85, 0.95] * 10, "es": [0.65, 0.75] * 30})
    assert language_means(view, ASKED, "sentences") == pytest.approx([0.825, 0.7125], abs=1e-6)


def test_a_language_of_one_row_keeps_most_of_what_sets_it_apart(tmp_path: Path) -> None:
    # The mean of all is (99 × 0.8 + 0.9) / 100 = 0.801; that of the one row leans to (0.9 + 20 × 0.801) / 21.
    view = view_of(tmp_path, {"en": [0.8] * 99, "ja": [0.9]})
    means = language_means(view, ASKED, "passages")
    assert means[1] == pytest.approx((0.9 + 20 * 0.801) / 21, abs=1e-5)
    assert 0.9 - means[1] > 0.09 > 0.8 - means[0] + 0.05


def test_languages_are_numbered_whatever_their_script(tmp_path: Path) -> None:
    talks: dict[str, Talk] = {doc: [[asked("雾？"), answered("雾来了。", "雾走了。")]] for doc in "abcd"}
    tags = {"a": "zh-Hans", "b": "en", "c": "zh-Hant", "d": "ja"}
    view = make_retriever(tmp_path, talks, lambda text: 0.5, languages=tags).view
    a, b, c, d = view.passage_languages(np.arange(4)).tolist()
    assert a == c
    assert sorted({a, b, d}) == [0, 1, 2]
    of_passage = dict(zip("abcd", (a, b, c, d), strict=True))
    assert view.sentence_languages(np.arange(len(view.index.sentences))).tolist() == [
        of_passage[doc] for doc, _ in view.index.sentences
    ]


def test_a_question_does_not_prefer_its_own_language(tmp_path: Path) -> None:
    """English lies nearer by 0.2, whatever it says; the best answer is Chinese."""
    near = {f"{number}!": 0.80 + number / 1000 for number in range(30)}
    near |= {f"{number}。": 0.60 + number / 1000 for number in range(30)}
    near["29。"] = 0.75
    talks: dict[str, Talk] = {
        "english": [[answered(f"{number}!")] for number in range(30)],
        "chinese": [[answered(f"{number}。")] for number in range(30)],
    }
    retriever = make_retriever(
        tmp_path,
        talks,
        lambda text: near[text.removeprefix("林岚：")],
        languages={"english": "en", "chinese": "zh-Hans"},
    )
    assert retriever.search("xyzzy", top_k=1).hits[0].doc == "chinese"


# two sentences in a row


def neighbours(view: View) -> set[tuple[int, str, str]]:
    """(passage row, a sentence, the next) in words."""
    words = [view.text_of(doc)[sentence.start : sentence.end] for doc, sentence in view.index.sentences]
    return {
        (int(row), words[one], words[next_])
        for row, one, next_ in zip(*view.neighbours(np.arange(len(view.index.passages))), strict=True)
    }


def test_neighbours_are_the_guests_sentences_in_a_row(tmp_path: Path) -> None:
    talk = [
        [asked("雾从哪来？", "海上？"), answered("一。", "二。", "三。")],
        [asked("冷吗？"), answered("四。")],  # alone: its own neighbour
        [going_on("五。", "六。")],
        [asked("没人回答？", "真的？")],  # nobody else speaks here
        [summed_up("七。", "八。")],
    ]
    view = make_retriever(tmp_path, {"doc": talk}, lambda text: 0.5).view
    assert neighbours(view) == {
        (0, "一。", "二。"),
        (0, "二。", "三。"),
        (1, "四。", "四。"),
        (2, "五。", "六。"),
        (3, "没人回答？", "真的？"),
        (4, "七。", "八。"),
    }


def test_what_the_interviewer_throws_in_parts_neighbours(tmp_path: Path) -> None:
    talk = [[asked("雾？"), answered("一。"), asked("然后呢？"), answered("二。")]]
    view = make_retriever(tmp_path, {"doc": talk}, lambda text: 0.5).view
    assert neighbours(view) == {(0, "一。", "一。"), (0, "二。", "二。")}


def test_passages_have_no_neighbours_in_common(tmp_path: Path) -> None:
    talks: dict[str, Talk] = {doc: [[asked(f"{doc}？"), answered(f"{doc}。")]] for doc in "甲乙丙"}
    view = make_retriever(tmp_path, talks, lambda text: 0.5).view
    assert {(one, next_) for _, one, next_ in neighbours(view)} == {(f"{doc}。", f"{doc}。") for doc in "甲乙丙"}


# the mapped space

MATRIX = np.array([[0, 1], [2, 0]], dtype=np.float32)  # swaps the two dimensions, and doubles the first


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Retriever:
    """Two interviews in two languages, whose vectors are (0.6, 0.8) for 一 and its passage, (1, 0) for 二."""
    monkeypatch.setattr(closeness, "reply_map", lambda embedding: MATRIX if embedding == BUNDLED else None)
    talks: dict[str, Talk] = {"one": [[answered("一。")]], "two": [[answered("二。")]]}
    return make_retriever(
        tmp_path,
        talks,
        lambda text: 0.6 if "一" in text else 1.0,
        languages={"one": "zh-Hans", "two": "en"},
        embedding=BUNDLED,
    )


def test_the_map_is_for_the_model_it_was_trained_on() -> None:
    matrix = reply_map(BUNDLED)
    assert matrix is not None
    assert matrix.shape == (384, 384)
    assert matrix.dtype == np.float32
    assert np.isfinite(matrix).all()
    hub = reply_map(SAME_MODEL_ON_HUB)
    assert hub is not None
    assert (hub == matrix).all()
    assert [reply_map(other) for other in ("fake", "BAAI/bge-m3", "")] == [None, None, None]


def test_the_map_is_near_the_identity_but_not_the_identity() -> None:
    matrix = reply_map(BUNDLED)
    assert matrix is not None
    off = matrix - np.eye(384, dtype=np.float32)
    assert 0.01 < np.linalg.norm(off) / math.sqrt(384) < 1
    assert np.abs(off).max() < 0.5
    random = np.random.default_rng(0).standard_normal((100, 384)).astype(np.float32)
    kept = (unit(random) * unit(random @ matrix.T)).sum(axis=1)  # cosines of vectors with their images
    assert 0.7 < kept.min() <= kept.max() < 0.9999


def test_where_the_languages_lie(two: Retriever) -> None:
    space = reply_space(two.view)
    assert space is not None
    # (0.6, 0.8) is mapped to (0.8, 1.2), (1, 0) to (0, 2).
    expected = np.array([[0.8, 1.2], [0, 2]]) / [[math.hypot(0.8, 1.2)], [2]]
    for means in (space.passage_means, space.sentence_means):
        assert means[two.view.passage_languages(rows(0, 1))] == pytest.approx(expected, abs=1e-6)


SIGNALS = ("mapped passage", "mapped sentence", "mapped two")


def test_cosines_in_the_mapped_space(two: Retriever) -> None:
    nowhere = np.zeros((2, 2), dtype=np.float32)
    space = ReplySpace(MATRIX, nowhere, nowhere)
    question = np.array([[1, 0]], dtype=np.float32)  # mapped to (0, 2), at length 1
    found = mapped(two.view, space, question, rows(0, 1))
    for signal in SIGNALS:  # each passage is one sentence, which is its own neighbour
        assert found[signal] == pytest.approx([1.2 / math.hypot(0.8, 1.2), 1])
    found = mapped(two.view, space, question, rows(1))
    assert [found[signal].tolist() for signal in SIGNALS] == [[pytest.approx(1)]] * 3


def test_mapped_cosines_lose_the_mean_of_their_language(two: Retriever) -> None:
    """Each language has one row, and so lies where that row does: nothing is left."""
    space = reply_space(two.view)
    assert space is not None
    found = mapped(two.view, space, np.array([[0.8, 0.6]], dtype=np.float32), rows(0, 1))
    for signal in SIGNALS:
        assert found[signal] == pytest.approx([0, 0], abs=1e-6)


def test_two_wordings_of_a_question_are_averaged(two: Retriever) -> None:
    space = ReplySpace(MATRIX, np.zeros((2, 2), np.float32), np.zeros((2, 2), np.float32))
    # (1, 0) → (0, 2) → (0, 1); (0, 1) → (1, 0): the mean is (0.5, 0.5), and passage 1 lies at (0, 1).
    found = mapped(two.view, space, np.eye(2, dtype=np.float32), rows(1))
    assert found["mapped passage"] == pytest.approx([0.5])


def test_other_embeddings_have_no_mapped_space(tmp_path: Path) -> None:
    retriever = make_retriever(tmp_path, {"doc": [[answered("雾。")]]}, lambda text: 0.5)
    assert reply_space(retriever.view) is None


def test_with_a_map_the_second_sum_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A matrix that turns everything by a right angle: what is nearest stays nearest, in both spaces alike."""
    turn = np.array([[0, -1], [1, 0]], dtype=np.float32)
    monkeypatch.setattr(closeness, "reply_map", lambda embedding: turn)
    talks: dict[str, Talk] = {"one": [[answered("一。")]], "two": [[answered("二。")]]}
    retriever = make_retriever(tmp_path, talks, lambda text: 0.9 if "一" in text else 0.5, embedding=BUNDLED)
    expected = sum(SECOND[name] for name in ("passage", "sentence", "mapped passage", "mapped sentence", "mapped two"))
    found = {hit.doc: hit.score for hit in retriever.search("xyzzy").hits}
    assert found == {"one": pytest.approx(expected, abs=1e-3), "two": pytest.approx(-expected, abs=1e-3)}
    only = retriever.search("xyzzy", filters=Filters(interviews=("two",))).hits
    assert [(hit.doc, hit.score) for hit in only] == [("two", 0)]


# how near the best is


def test_closeness_is_that_of_passage_sentence_and_question(tmp_path: Path) -> None:
    near = {"雾从哪来？": 0.5, "雾从海上来。": 0.9}
    retriever = make_retriever(
        tmp_path, {"doc": [[asked("雾从哪来？"), answered("雾从海上来。")]]}, lambda text: near.get(text, 0.7)
    )
    assert retriever.rank("xyzzy").closeness == pytest.approx(0.4 * 0.7 + 0.4 * 0.9 + 0.2 * 0.5, abs=1e-6)


def test_where_nobody_asks_closeness_is_that_of_passage_and_sentence(tmp_path: Path) -> None:
    """A guest alone, by a filter or for want of an interviewer, is as near as in company."""
    talks: dict[str, Talk] = {"talk": [[asked("甲？"), answered("乙。")]], "speech": [[answered("丙。", label="周桥")]]}
    retriever = make_retriever(tmp_path, talks, lambda text: 0.8)
    for filters in (Filters(), Filters(speakers=("林岚",)), Filters(interviews=("speech",))):
        assert retriever.rank("xyzzy", filters).closeness == pytest.approx(0.8, abs=1e-6)
    assert retriever.rank("xyzzy", Filters(until="1900")).closeness == 0
