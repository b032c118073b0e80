"""Sentences and what they cite: what is found, what it comes to, and citations that are put right."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from island_talks import island, said_by, shown

from rag.check import CLEAR, SUPPORTED, WEAK, WORST, Checked, check, level
from rag.retrieve import Retriever

FOG = "雾号是二〇〇九年停的，那年我三十岁。"


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    near = {FOG: 0.92, "夏天的票不卖给游客。": 0.8, "Greg Miller sold half of the boats to a museum.": 0.8}
    return island(tmp_path_factory.mktemp("check"), lambda text: near.get(text, 0.6))


def checked(retriever: Retriever, text: str, *cited: str) -> Checked:
    return check(retriever, text, said_by(retriever, *cited), shown(retriever))


def kinds(found: Checked) -> set[str]:
    return {finding.kind for finding in found.findings}


@pytest.mark.parametrize(
    ("score", "word"),
    [(1.0, "supported"), (SUPPORTED, "supported"), (SUPPORTED - 0.01, "weak"), (WEAK, "weak"), (0.19, "unsupported")],
)
def test_score_has_its_word(score: float, word: str) -> None:
    assert level(score) == word


def test_order_of_the_limits() -> None:
    assert 0 < max(WORST["number"], WORST["speaker"]) < WEAK < WORST["negation"] < SUPPORTED < CLEAR < 1


@pytest.mark.parametrize(
    "sentence",
    [
        FOG,
        "韩琳说，雾号是2009年停的，那年她三十岁。",
        "韓琳說，霧號是2009年停的，那年她30歲。",
        "韩琳说：“雾号是二〇〇九年停的，那年我三十岁。”",
        "韩琳说，雾号是２００９年停的。",
        "韩\u200b琳说，雾号是20\u200b09年停的。",
        "韩琳说🌫，雾号是2009年停的。",
        "2019年5月，韩琳说雾号是2009年停的。",  # the interview's date
    ],
)
def test_sentence_that_its_source_carries_is_supported(retriever: Retriever, sentence: str) -> None:
    found = checked(retriever, sentence, "韩琳")
    assert (found.support, found.findings) == ("supported", ())
    assert [source.speaker.name for source in found.cited] == ["韩琳"]


@pytest.mark.parametrize(
    ("sentence", "kind", "detail"),
    [
        ("韩琳说，雾号是2010年停的，那年她三十岁。", "number", "2010"),
        ("韩琳说，雾号是二〇一〇年停的，那年她三十岁。", "number", "2010"),
        ("韩琳说，雾号是2O09年停的，那年她三十岁。", "number", "9"),  # the letter O
        ("周伟说，雾号是2009年停的，那年他三十岁。", "speaker", "周伟"),
        ("格雷格说，雾号是2009年停的，那年他三十岁。", "speaker", "格雷格"),
        ("主持人说，雾号是2009年停的，那年她三十岁。", "speaker", "主持人"),
        ("韩琳说：“雾号是二〇〇九年冬天停的。”", "quotation", "雾号是二〇〇九年冬天停的"),
        ("韩琳说：「霧號是二〇〇九年冬天停的。」", "quotation", "霧號是二〇〇九年冬天停的。"),
        ("雾号是2009年停的，穆拉蒂三十岁。", "name", "穆拉蒂"),
        ("韩琳说，雾号不是2009年停的，那年她三十岁。", "negation", ""),
    ],
)
def test_what_is_wrong_is_found(retriever: Retriever, sentence: str, kind: str, detail: str) -> None:
    found = checked(retriever, sentence, "韩琳")
    assert found.support != "supported"
    assert kind in kinds(found)
    assert detail.rstrip("。") in {finding.detail.rstrip("。") for finding in found.findings if finding.kind == kind}


def test_wrong_fact_is_unsupported_and_a_turned_one_weak(retriever: Retriever) -> None:
    assert checked(retriever, "雾号是2010年停的，那年我三十岁。", "韩琳").score == WORST["number"]
    turned = checked(retriever, "雾号不是二〇〇九年停的，那年我三十岁。", "韩琳")
    assert (turned.support, turned.score) == ("weak", WORST["negation"])


def test_nothing_in_common_is_found_as_meaning(retriever: Retriever) -> None:
    found = checked(retriever, "企鹅喜欢跳舞和唱歌。", "周伟")
    assert (found.support, kinds(found)) == ("unsupported", {"meaning"})


def test_facts_of_the_question_count_but_not_its_quotation_of_a_title(retriever: Retriever) -> None:
    assert "name" not in kinds(checked(retriever, "韩琳和周伟都在岛上，雾号是2009年停的。", "韩琳"))
    assert "quotation" in kinds(checked(retriever, "韩琳说“夏天的票不卖给游客”。", "韩琳"))
    assert "quotation" not in kinds(checked(retriever, "那里叫「雾票」，雾号是2009年停的。", "韩琳"))  # a term


def test_who_only_asks_says_nothing(retriever: Retriever) -> None:
    assert "question" in kinds(checked(retriever, "灯塔的雾号停了。", "陈默"))
    assert "question" not in kinds(checked(retriever, "陈默问灯塔的雾号是哪一年停的。", "陈默"))
    assert "question" not in kinds(checked(retriever, "主持人问灯塔的雾号是哪一年停的。", "陈默"))


def test_wrong_citation_is_put_right_and_recorded(retriever: Retriever) -> None:
    [wrong] = said_by(retriever, "Tom Reed")
    found = check(retriever, FOG, [wrong], shown(retriever))
    assert found.support == "supported"
    assert [source.speaker.name for source in found.cited] == ["韩琳"]
    assert [(finding.kind, finding.detail) for finding in found.findings] == [("repaired", str(wrong.n))]


def test_missing_citation_is_supplied_where_a_source_clearly_carries_it(retriever: Retriever) -> None:
    found = check(retriever, FOG, [], shown(retriever))
    assert [source.speaker.name for source in found.cited] == ["韩琳"]
    assert [(finding.kind, finding.detail) for finding in found.findings] == [("repaired", "")]


def test_no_citation_is_put_where_a_fact_is_wrong(retriever: Retriever) -> None:
    found = check(retriever, "雾号是2010年停的，那年我三十岁。", said_by(retriever, "Tom Reed"), shown(retriever))
    assert found.support == "unsupported"
    assert [source.speaker.name for source in found.cited] == ["Tom Reed"]


def test_uncited_sentence_that_nothing_carries_is_unsupported(retriever: Retriever) -> None:
    found = check(retriever, "企鹅喜欢跳舞和唱歌。", [], shown(retriever))
    assert (found.support, found.score, found.cited, found.findings) == ("unsupported", 0.0, (), ())
    assert check(retriever, FOG, [], []).support == "unsupported"


def test_two_sources_together_carry_what_neither_does(retriever: Retriever) -> None:
    both = "韩琳说雾号是二〇〇九年停的，周伟说夏天的票不卖给游客。"
    assert kinds(checked(retriever, both, "韩琳", "周伟")) <= {"meaning"}
    assert "speaker" in kinds(checked(retriever, both, "韩琳"))


@pytest.mark.parametrize(
    "sentence", ["", " ", "。", "2009", "🌫🌫", "\u200b", "קרח בנמל", "\u202eenil\u202c", "[1]", "‹›", "“”", "\ud800"]
)
def test_odd_sentence_is_no_failure(retriever: Retriever, sentence: str) -> None:
    found = checked(retriever, sentence, "韩琳")
    assert 0 <= found.score <= 1


def test_names_and_numbers_in_english_about_chinese(retriever: Retriever) -> None:
    assert not kinds(checked(retriever, "Lin Han says the signal stopped in 2009.", "韩琳")) - {"meaning"}
    assert "number" in kinds(checked(retriever, "Lin Han says the signal stopped in 2010.", "韩琳"))
    assert "speaker" in kinds(checked(retriever, "Tom Reed says the signal stopped in 2009.", "韩琳"))
    assert not kinds(checked(retriever, "80 per cent of the boats no longer come.", "韩琳")) - {"meaning"}


def test_names_and_numbers_in_chinese_about_english(retriever: Retriever) -> None:
    assert not kinds(checked(retriever, "格雷格·米勒把一半的船卖给了博物馆，港口三月结冰。", "Tom Reed")) - {"meaning"}
    assert "number" in kinds(checked(retriever, "港口四月结冰。", "Tom Reed"))
    assert "name" in kinds(checked(retriever, "伊克拉·贝汉把一半的船卖给了博物馆。", "Tom Reed"))


@given(text=st.text(max_size=60) | st.text("韩琳说雾号2009年“”「」《》停不了,. 9９", max_size=40))
@settings(max_examples=60)
def test_nothing_makes_it_fail(retriever: Retriever, text: str) -> None:
    found = checked(retriever, text, "韩琳")
    assert found.support == level(found.score)


@pytest.mark.parametrize("unit", ["他说", "a, ", "“", "1", "韩琳"])
def test_text_of_any_length_is_checked_in_time(retriever: Retriever, unit: str) -> None:
    began = time.perf_counter()
    assert checked(retriever, (unit * 10_000)[:10_000], "韩琳").support != "supported"
    assert time.perf_counter() - began < 2
