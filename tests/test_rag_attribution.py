"""Whom a sentence lets speak, against the speakers it cites: names in both scripts, hosts, the audience, strangers."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from island_talks import island, said_by

from rag.attribution import misattributed, names_asker
from rag.retrieve import Retriever


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    return island(tmp_path_factory.mktemp("attribution"))


def wrong(retriever: Retriever, sentence: str, *cited: str) -> list[str]:
    return misattributed(retriever.view, sentence, said_by(retriever, *(cited or ("韩琳",))))


@pytest.mark.parametrize(
    "sentence",
    [
        "韩琳说雾号停了。",
        "韓琳在2019年說，霧號停了。",
        "Lin Han says that the fog signal stopped.",
        "According to Lin Han, the fog signal stopped.",
        "据韩琳回忆，雾号停了。",
        "雾号二〇〇九年停了。",  # nobody is named
        "她说雾号停了。",
        "有人说雾号停了。",
        "他们都认为雾号停了。",
        "灯塔的人说雾号停了。",
        "韩琳说周伟那年走了。",  # somebody else is spoken of
        "",
    ],
)
def test_speaker_that_is_cited_may_be_named(retriever: Retriever, sentence: str) -> None:
    assert wrong(retriever, sentence) == []


@pytest.mark.parametrize(
    ("sentence", "who"),
    [
        ("周伟说雾号停了。", "周伟"),
        ("周偉認為霧號停了。", "周偉"),
        ("在周伟看来，雾号停了。", "周伟"),
        ("周伟的看法是雾号停了。", "周伟"),
        ("Tom Reed, in 2019, said that the signal stopped.", "Tom Reed"),
        ("Tom Reed's view is that the signal stopped.", "Tom Reed"),
        ("According to Tom Reed the signal stopped.", "Tom Reed"),
        ("格雷格说雾号停了。", "格雷格"),
        ("格雷格·米勒不認為霧號停了。", "格雷格·米勒"),
        ("Greg Miller recalls that the signal stopped.", "Greg Miller"),
        ("主持人说雾号停了。", "主持人"),
        ("有位听众认为雾号停了。", "听众"),
        ("The interviewer says that the signal stopped.", "interviewer"),
    ],
)
def test_other_speaker_is_named(retriever: Retriever, sentence: str, who: str) -> None:
    assert wrong(retriever, sentence) == [who]


def test_two_speakers_in_one_sentence(retriever: Retriever) -> None:
    both = "韩琳说雾号停了，周伟说票不卖了。"
    assert wrong(retriever, both, "韩琳", "周伟") == []
    assert wrong(retriever, both, "韩琳") == ["周伟"]
    assert wrong(retriever, both, "周伟") == ["韩琳"]


def test_what_one_says_another_said_needs_both(retriever: Retriever) -> None:
    assert wrong(retriever, "韩琳说，周伟说过票不卖了。", "韩琳") == ["周伟"]
    assert wrong(retriever, "Lin Han says that Tom Reed said the harbour froze.", "韩琳") == ["Tom Reed"]


def test_host_and_audience_are_speakers_of_their_own_words(retriever: Retriever) -> None:
    assert wrong(retriever, "主持人问雾号是哪一年停的。", "陈默") == []
    assert wrong(retriever, "The host asks when it stopped.", "陈默") == []
    [audience] = [name for name in ("听众",) if said_by(retriever, name)]
    assert wrong(retriever, "一位听众问夏天卖不卖票。", audience) == []


def test_sentence_that_leaves_out_its_speaker(retriever: Retriever) -> None:
    assert wrong(retriever, "周伟那年三十岁。") == ["周伟"]  # it is 韩琳 who says so of herself


def test_stranger_cannot_be_told_by_a_name_in_the_other_script(retriever: Retriever) -> None:
    # Tom Reed is known in Latin letters only: 汤姆·里德 may be he
    assert wrong(retriever, "汤姆·里德说港口结冰了。", "Tom Reed") == []
    assert wrong(retriever, "Ann Berg says the harbour froze.", "Tom Reed") == ["Ann Berg"]


def test_who_asks_is_named_as_such_or_by_name(retriever: Retriever) -> None:
    cited = said_by(retriever, "陈默")
    assert names_asker(retriever.view, "陈默问雾号的事。", cited)
    assert names_asker(retriever.view, "記者問霧號的事。", cited)
    assert names_asker(retriever.view, "The host asks about it.", cited)
    assert not names_asker(retriever.view, "雾号停了。", cited)
    assert not names_asker(retriever.view, "", cited)


@given(st.text(max_size=80))
def test_whoever_is_found_stands_in_the_sentence(retriever: Retriever, text: str) -> None:
    cited = said_by(retriever, "韩琳")
    assert all(name in text for name in misattributed(retriever.view, text, cited))
    assert names_asker(retriever.view, f"{text}，主持人问。", cited)


@pytest.mark.parametrize("unit", ["他说", "韩琳说", "Tom Reed, ", "said ", "A b, ", "，王晓明", "a, "])
def test_time_grows_no_faster_than_the_text(retriever: Retriever, unit: str) -> None:
    began = time.perf_counter()
    wrong(retriever, (unit * 20_000)[:20_000])
    assert time.perf_counter() - began < 2
