"""The measures, on values worked out by hand."""

from __future__ import annotations

import pytest

from eval.gold import Evidence
from eval.metrics import covers, key_fact_share, precision_recall, recall_at, reciprocal_rank
from rag.answer import Hit


def hit(doc: str, start: int, end: int) -> Hit:
    return Hit(0, 0.0, f"{doc}:{start}-{end}", doc, "", "", (), "", start, end, (0, 0), "")


HITS = [hit("a", 0, 100), hit("b", 0, 100), hit("a", 100, 200), hit("a", 50, 150)]


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


def test_key_facts_in_any_of_their_writings() -> None:
    facts = [["六成", "60%"], ["灾年"], ["Nordvik"]]
    assert key_fact_share("佔了６０％，存作災年之用。", facts) == pytest.approx(2 / 3)
    assert key_fact_share("NORDVIK 说：六 成归灾\n年账户", facts) == 1.0
    assert key_fact_share("", facts) == 0.0
    assert key_fact_share("anything", []) == 1.0


def test_precision_and_recall() -> None:
    # Said 3 times, 2 of them rightly; 4 were to be said.
    pairs = [(True, True), (True, True), (True, False), (False, True), (False, True), (False, False)]
    assert precision_recall(iter(pairs)) == pytest.approx((2 / 3, 0.5))
    assert precision_recall([(False, True)]) == (1.0, 0.0)
    assert precision_recall([(True, False)]) == (0.0, 1.0)
    assert precision_recall([]) == (1.0, 1.0)
