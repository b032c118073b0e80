"""Names in sentences: the archive's speakers in each of their writings, and everybody else."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from island_talks import island

from rag.names_in import folded_as_long, is_han_name, mentions, missing_names
from rag.retrieve import Retriever

CITED = "格雷格·米勒不在岛上，八成的船已经不来了。Scrivener也停了。"
ENGLISH = "Greg Miller sold half of the boats to a museum. Jean Tulloch was there. It rained."


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    return island(tmp_path_factory.mktemp("names"))


def named(retriever: Retriever, text: str) -> list[tuple[str, str]]:
    """As written, and a name the person goes by."""
    return [(text[start:end], min(retriever.view.aliases[who])) for start, end, who in mentions(retriever.view, text)]


def missing(retriever: Retriever, sentence: str, cited: str, interview: str = "", *speakers: str) -> list[str]:
    persons = {person for name in speakers for _, _, person in mentions(retriever.view, name)}
    return missing_names(retriever.view, sentence, cited, interview or cited, persons)


def test_speaker_is_found_in_every_writing(retriever: Retriever) -> None:
    [(_, han)] = named(retriever, "韩琳")
    assert named(retriever, "Lin Han said") == [("Lin Han", han)]
    assert named(retriever, "韓琳說") == [("韓琳", han)]
    assert [name for name, _ in named(retriever, "ＬＩＮ　ＨＡＮ和周偉")] == ["ＬＩＮ　ＨＡＮ", "周偉"]
    assert named(retriever, "没有人") == named(retriever, "") == []


def test_name_beside_another_is_somebody_else(retriever: Retriever) -> None:
    assert [name for name, _ in named(retriever, "Then Reed left")] == ["Reed"]
    assert named(retriever, "Then Reed Walters left") == []
    assert named(retriever, "when Oliver Reed left") == []
    assert named(retriever, "the reeds") == []


@pytest.mark.parametrize(
    "sentence",
    [
        "格雷格走了。",
        "格雷格·米勒走了。",
        "格雷葛不在岛上。",  # another writing of the same sound
        "It was when Greg Miller left.",  # in the other script
        "然后用SCRIVENER。",
        "She left in March, and English is an I or CEO thing.",
        "Then she left. Boats came.",  # capitals where sentences begin
        "她走了。",
        "",
    ],
)
def test_name_that_is_there_is_not_missing(retriever: Retriever, sentence: str) -> None:
    assert missing(retriever, sentence, CITED) == []


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("穆拉蒂不在岛上。", "穆拉蒂"),
        ("伊克拉·贝汉不在岛上。", "伊克拉·贝汉"),
        ("It was when Iqra Behan left.", "Iqra Behan"),
        ("It was when Bettina Fosk's boat left.", "Bettina Fosk's"),
        ("然后她一直用OmniFocus写书。", "OmniFocus"),
        ("王晓明不在岛上。", "王晓明"),
        ("韩琳不在岛上。", "韩琳"),
        ("Lin Han was not there.", "Lin Han"),
    ],
)
def test_name_that_is_not_there_is_named(retriever: Retriever, sentence: str, name: str) -> None:
    assert name in missing(retriever, sentence, CITED)


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("格雷格·米勒卖了船。", []),
        ("琼·塔洛克也在。", []),
        ("伊克拉·贝汉卖了船。", ["伊克拉·贝汉"]),
        ("They say that Anna Berg sold boats.", ["Anna Berg"]),
        ("They say that Tulloch Behan sold boats.", []),  # half of the name is there
    ],
)
def test_names_are_held_against_english_words(retriever: Retriever, sentence: str, names: list[str]) -> None:
    assert set(missing(retriever, sentence, ENGLISH)) >= set(names)
    assert bool(missing(retriever, sentence, ENGLISH)) == bool(names) or "Behan" in sentence


def test_speaker_cited_is_known(retriever: Retriever) -> None:
    assert missing(retriever, "韩琳不在岛上。", CITED, CITED, "韩琳") == []


def test_person_must_be_in_the_cited_words_and_a_thing_only_in_the_interview(retriever: Retriever) -> None:
    interview = f"{CITED}穆拉蒂来了，用OmniFocus写的。"
    assert missing(retriever, "穆拉蒂不在岛上。", CITED, interview) == ["穆拉蒂"]
    assert missing(retriever, "然后她一直用OmniFocus写书。", CITED, interview) == []


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("格雷格", True),
        ("穆拉蒂", True),
        ("王晓明", True),
        ("安·布", True),
        ("灯塔", False),
        ("王", False),
        ("采茶的", False),
    ],
)
def test_what_a_chinese_name_looks_like(name: str, is_one: bool) -> None:
    assert is_han_name(name) == is_one


@given(st.text(max_size=60))
def test_folded_text_is_as_long_as_it_was(text: str) -> None:
    assert len(folded_as_long(text)) == len(text)


@given(text=st.text(max_size=80), cited=st.text(max_size=80))
def test_who_names_nobody_misses_nobody(retriever: Retriever, text: str, cited: str) -> None:
    assert missing_names(retriever.view, "", cited, cited, ()) == []
    assert len(missing_names(retriever.view, text, cited, cited, ())) <= len(text)


@given(st.lists(st.sampled_from(["Greg ", "Miller ", "格雷格", "·", "米勒", "王晓明", "韩琳", "Lin Han ", "AI", "。"])))
def test_words_that_are_cited_hold_their_own_names(retriever: Retriever, pieces: list[str]) -> None:
    text = "".join(pieces)
    assert missing_names(retriever.view, text, text, text, ()) == []


@pytest.mark.parametrize("unit", ["韩琳", "Lin Han ", "Aa Bb ", "a-B", "格雷格", "阿·", "I ", "x’"])
def test_time_grows_no_faster_than_the_text(retriever: Retriever, unit: str) -> None:
    text = (unit * 20_000)[:20_000]
    began = time.perf_counter()
    missing(retriever, text, CITED)
    assert time.perf_counter() - began < 4
