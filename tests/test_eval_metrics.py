"""The measures, on values worked out by hand."""

from __future__ import annotations

import math
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import pytest
from hand_made import answered, asked, make_retriever, summed_up

from eval.gold import Evidence
from eval.metrics import (
    attribution,
    citation_precision,
    citation_recall,
    covers,
    evidence_ranks,
    key_fact_share,
    ndcg_at,
    recall_at,
    reciprocal_rank,
    same_language,
    supports,
    verbatim_share,
)
from index.model import Kind, Role
from index.opened import OpenedIndex
from rag.answer import Answer, AnswerSentence, Citation, Hit


def hit(doc: str, start: int, end: int) -> Hit:
    return Hit(0, 0.0, f"{doc}:{start}-{end}", doc, "", "", (), "", start, end, (0, 0), "", None, ())


def cite(n: int, quote: str, start: int = 0, doc: str = "tea", speaker: str = "") -> Citation:
    at: dict[str, Any] = {"quote_start": start, "quote_end": start + len(quote)}
    return Citation(
        **asdict(hit(doc, 0, 999)),
        n=n,
        speaker=speaker,
        quote=quote,
        url="",
        role=Role.GUEST,
        kind=Kind.INTERVIEW,
        turn=1,
        **at,
    )


def reply(sentences: list[tuple[str, tuple[int, ...]]], *citations: Citation) -> Answer:
    """An answer of these sentences, each with the numbers of what it cites."""
    values: dict[str, Any] = {
        "answered": True,
        "mode": "llm",
        "sentences": tuple(AnswerSentence(text, numbers, "supported", 1.0) for text, numbers in sentences),
        "citations": citations,
        "timings": {},
        "usage": {},
    }
    return Answer(**{field.name: values.get(field.name, "") for field in fields(Answer)})


HITS = [hit("a", 0, 100), hit("b", 0, 100), hit("a", 100, 200), hit("a", 50, 150)]


# retrieval


@pytest.mark.parametrize(
    ("doc", "start", "end", "expected"),
    [
        ("a", 0, 100, True),
        ("a", 40, 60, True),
        ("a", 99, 101, False),  # cut off
        ("a", 100, 101, False),
        ("b", 40, 60, False),
    ],
)
def test_a_hit_covers_what_it_holds_whole(doc: str, start: int, end: int, expected: bool) -> None:
    assert covers(HITS[0], Evidence(doc, start, end)) is expected


def test_the_rank_of_evidence_is_that_of_the_first_hit_with_all_of_it() -> None:
    spans = [Evidence("a", 60, 70), Evidence("b", 1, 2), Evidence("a", 90, 110), Evidence("c", 1, 2)]
    assert evidence_ranks(HITS, spans) == (1, 2, 4, None)
    assert evidence_ranks([], spans[:1]) == (None,)
    assert evidence_ranks(HITS, []) == ()


def test_recall_needs_every_span_within_the_first_k() -> None:
    one, two, across = Evidence("a", 10, 20), Evidence("b", 10, 20), Evidence("a", 90, 110)
    assert recall_at(1, HITS, [one]) == 1.0
    assert recall_at(1, HITS, [one, two]) == 0.0
    assert recall_at(2, HITS, [one, two]) == 1.0
    assert recall_at(3, HITS, [across]) == 0.0  # in two hits, whole in neither
    assert recall_at(4, HITS, [across]) == 1.0
    assert recall_at(5, [], [one]) == 0.0


def test_reciprocal_rank_is_that_of_the_first_hit_with_any_of_it() -> None:
    assert reciprocal_rank(HITS, [Evidence("a", 10, 20)]) == 1.0
    assert reciprocal_rank(HITS, [Evidence("a", 160, 170)]) == pytest.approx(1 / 3)
    assert reciprocal_rank(HITS, [Evidence("a", 90, 110), Evidence("b", 1, 2)]) == 0.5
    assert reciprocal_rank(HITS, [Evidence("c", 1, 2)]) == 0.0
    assert reciprocal_rank([], [Evidence("a", 1, 2)]) == 0.0


def test_ndcg_discounts_each_span_by_its_rank() -> None:
    first, second, third = Evidence("a", 10, 20), Evidence("b", 10, 20), Evidence("a", 160, 170)
    assert ndcg_at(10, HITS, [first]) == 1.0
    assert ndcg_at(10, HITS, [third]) == 0.5  # 1 / log2(4)
    assert ndcg_at(2, HITS, [third]) == 0.0
    assert ndcg_at(10, HITS, [first, second]) == 1.0
    # Found at 1 and 3: (1 + 0.5) / (1 + 1 / log2(3)).
    assert ndcg_at(10, HITS, [first, third]) == pytest.approx(1.5 / (1 + 1 / math.log2(3)))
    assert ndcg_at(10, HITS, [first, Evidence("c", 1, 2)]) == pytest.approx(1 / (1 + 1 / math.log2(3)))
    assert ndcg_at(10, HITS, [first, Evidence("a", 30, 40)]) == 1.0  # both in the first hit


def test_ndcg_of_several_spans_in_one_hit_does_not_make_up_for_one_elsewhere() -> None:
    both = [Evidence("a", 10, 20), Evidence("a", 30, 40)]
    best = 1 + 1 / math.log2(3)
    assert ndcg_at(10, HITS, [*both, Evidence("c", 1, 2)]) == pytest.approx(1 / best)
    assert ndcg_at(10, HITS, [*both, Evidence("a", 160, 170)]) == pytest.approx(1.5 / best)
    assert ndcg_at(1, HITS, [*both, Evidence("a", 160, 170)]) == 1.0  # one hit can hold no more


# answers


def test_key_facts_in_any_of_their_writings() -> None:
    facts = [["六成", "60%"], ["灾年"], ["Nordvik"]]
    assert key_fact_share("佔了６０％，存作災年之用。", facts) == pytest.approx(2 / 3)
    assert key_fact_share("NORDVIK 说：六 成归灾\n年账户", facts) == 1.0
    assert key_fact_share("", facts) == 0.0
    assert key_fact_share("anything", []) == 1.0


@pytest.mark.parametrize(
    ("answer", "fact"),
    [
        ("一共四千一百一十二个。", "4,112"),
        ("4,112 of them", "四千一百一十二"),
        ("about eighty percent", "八成"),
        ("twenty people", "20"),
        ("有20人", "20"),
        ("It was 20.", "20"),
        ("There are thirty-one. Two of them answered.", "31"),
        ("花了3.5万", "35,000"),
        ("十九分鐘", "19分鐘"),
        ("十九分鐘", "19分钟"),
        ("玩 Dota 2 的时候", "Dota2"),
        ("Color\nHealth", "Color Health"),
        ("great creativity", "creativ"),
        ("$20 a month", "$20"),
    ],
)
def test_numbers_are_numbers_and_spaces_are_nothing(answer: str, fact: str) -> None:
    assert key_fact_share(answer, [[fact]]) == 1.0


@pytest.mark.parametrize(
    ("answer", "fact"),
    [
        ("in 2024", "20"),
        ("1.20 euros", "20"),
        ("20.5", "20"),
        ("120%", "20%"),
        ("in 20 24 men", "2024"),
        ("imagine that", "AGI"),
        ("千万别", "10000000"),
        ("十分", "10"),
    ],
)
def test_part_of_a_number_or_word_is_no_fact(answer: str, fact: str) -> None:
    assert key_fact_share(answer, [[fact]]) == 0.0


@pytest.mark.parametrize(
    ("answer", "asked_in", "expected"),
    [
        ("他用了二十年。", "zh-Hans", 1.0),
        ("他用了二十年。", "zh-Hant", 1.0),
        ("He took twenty years.", "en-GB", 1.0),
        ("He took twenty years.", "zh-Hans", 0.0),
        ("二十年かかりました。", "zh-Hans", 0.0),
    ],
)
def test_the_language_of_an_answer(answer: str, asked_in: str, expected: float) -> None:
    assert same_language(answer, asked_in) == expected


# citations


QUOTE = "春天最多，大概三百斤。"


@pytest.mark.parametrize(
    ("sentence", "quotes", "expected"),
    [
        (QUOTE, [QUOTE], True),
        ("大概三百斤", [QUOTE], True),
        ("我", ["我们只采一次"], True),  # one character of the quotation, though no term of it
        ("春天大概三百斤", [QUOTE], True),
        ("春天大概300斤", [QUOTE], True),
        ("春天大概四百斤", [QUOTE], False),  # the number is another
        ("春天最多", ["秋天只有八十斤。"], False),
        ("春天三百斤，秋天80斤", [QUOTE], False),
        ("春天三百斤，秋天80斤", [QUOTE, "秋天只有八十斤。"], True),
        ("The harvest is largest in spring.", [QUOTE], False),
        (QUOTE, [], False),
        ("？", [QUOTE], False),
        ("5 percent of them stayed.", ["25 percent of them stayed."], False),
        ("0万人离开了", ["10万人离开了"], False),
        # rockets, landed, twice: two of three are more than half
        ("The rockets landed twice.", ["Each rocket landed."], True),
        ("The rockets exploded twice.", ["Each rocket landed."], False),
    ],
)
def test_what_a_quotation_supports(sentence: str, quotes: list[str], expected: bool) -> None:
    assert supports(sentence, quotes) is expected


def test_citation_recall_is_the_share_of_supported_sentences() -> None:
    one, two = cite(1, "春天最多。"), cite(2, "秋天只有八十斤。")
    assert citation_recall(reply([("春天最多。", (1,)), ("秋天只有80斤。", (2,))], one, two)) == 1.0
    assert citation_recall(reply([("春天最多。", (2,)), ("秋天只有80斤。", (2,))], one, two)) == 0.5
    assert citation_recall(reply([("春天最多。", ()), ("秋天只有80斤。", (2,))], one, two)) == 0.5
    assert citation_recall(reply([])) == 0.0


def test_citation_precision_counts_citations_that_are_evidence_and_needed() -> None:
    spring, autumn, other = cite(1, "春天三百斤。", 0), cite(2, "秋天八十斤。", 10), cite(3, "邻居分给我苗。", 30)
    evidence = [Evidence("tea", 0, 20)]
    both = ("春天有300斤，秋天有80斤。", (1, 2))
    assert citation_precision(reply([both], spring, autumn), evidence) == 1.0
    # The third is no evidence.
    assert citation_precision(reply([("春天三百斤。", (1,)), ("邻居分给我苗。", (3,))], spring, other), evidence) == 0.5
    # It is, but the sentence stands as well without it.
    wider = [Evidence("tea", 0, 40)]
    assert citation_precision(reply([("春天三百斤。", (1, 3))], spring, other), wider) == 0.5
    # Either of two that say the same would do: both support it alone.
    again = cite(3, "春天三百斤。", 30)
    assert citation_precision(reply([("春天三百斤。", (1, 3))], spring, again), wider) == 1.0
    # Nobody answers it, no sentence cites it, or nothing is cited.
    assert citation_precision(reply([both], spring, autumn), []) == 0.0
    assert citation_precision(reply([("春天三百斤。", ())], spring), evidence) == 0.0
    assert citation_precision(reply([("春天三百斤。", ())]), evidence) == 0.0


def test_a_quotation_is_evidence_when_one_character_of_it_is() -> None:
    answer = reply([("春天最多。", (1,))], cite(1, "春天最多。", 10))  # 10 to 15
    assert citation_precision(answer, [Evidence("tea", 14, 30)]) == 1.0
    assert citation_precision(answer, [Evidence("tea", 15, 30)]) == 0.0
    assert citation_precision(answer, [Evidence("tea", 0, 10)]) == 0.0
    assert citation_precision(answer, [Evidence("clocks", 0, 30)]) == 0.0


@pytest.fixture
def index(tmp_path: Path) -> OpenedIndex:
    talk = [
        [summed_up("她种了三十年茶。")],
        [asked("你是哪一年开始种茶的？", label="岑远"), answered("二〇〇九年。"), answered("是的。", label="")],
    ]
    return make_retriever(tmp_path, {"tea": talk}, lambda text: 0.0).index


def attributed(index: OpenedIndex, speaker: str, *evidence: Evidence) -> float | None:
    quote = cite(1, "二〇〇九年", index.text("tea").index("二〇〇九年"), speaker=speaker)
    return attribution(reply([("二〇〇九年", (1,))], quote), evidence, index)


@pytest.mark.parametrize(
    ("speaker", "expected"),
    [("林岚", 1.0), ("林嵐", 1.0), ("岑远", 0.0), ("Editor", 0.0), ("nobody", 0.0), ("", 0.0)],
)
def test_attribution_by_who_the_evidence_says_it_is(index: OpenedIndex, speaker: str, expected: float) -> None:
    start = index.text("tea").index("二〇〇九年")
    assert attributed(index, speaker, Evidence("tea", start, start + 2, "林嵐")) == expected


def test_attribution_of_what_is_no_evidence_is_not_known(index: OpenedIndex) -> None:
    start = index.text("tea").index("二〇〇九年")
    assert attributed(index, "林岚", Evidence("tea", start, start + 2)) is None  # it does not say who
    assert attributed(index, "林岚", Evidence("tea", start + 9, start + 12, "岑远")) is None  # elsewhere
    assert attribution(reply([("云。", ())]), [], index) is None


def test_every_quotation_at_its_offsets() -> None:
    source = {"tea": "雾散了。云还在。"}
    right, moved = cite(1, "云还在。", 4), cite(2, "云还在。", 3)
    converted, nothing = cite(3, "雲還在。", 4), cite(4, "", 4)
    assert verbatim_share(reply([], right), source.__getitem__) == 1.0
    assert verbatim_share(reply([], right, moved, converted, nothing), source.__getitem__) == 0.25
    assert verbatim_share(reply([]), source.__getitem__) == 1.0
