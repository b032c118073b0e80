"""Figures are means over the questions that have the metric; groups are figures of some of the questions."""

from __future__ import annotations

import random
import time
from dataclasses import replace

import pytest

from eval.records import Figure, Outcome
from eval.summary import figures_of, groups_of


def outcome(id: str, seconds: float = 0.1, **scores: float) -> Outcome:
    return Outcome(
        id=id,
        question="?",
        history=(),
        language="en",
        category="fact",
        split="dev",
        interviews=("tea",),
        answerable=True,
        gold_answer="",
        answered=True,
        answer="",
        sentences=(),
        citations=(),
        retrieved=(),
        evidence=(),
        scores=scores,
        seconds=seconds,
    )


def test_a_metric_is_the_mean_of_those_that_have_it() -> None:
    figures = figures_of([outcome("a", mrr=1.0), outcome("b", mrr=0.5, tokens=7.0), outcome("c")])
    assert (figures["mrr"].value, figures["mrr"].n) == (0.75, 2)
    assert figures["tokens"] == Figure(7.0, 7.0, 7.0, 1)
    assert 0.5 <= figures["mrr"].low <= 0.75 <= figures["mrr"].high <= 1.0


def test_seconds_are_quantiles_of_all() -> None:
    figures = figures_of([outcome(str(n), seconds=float(n)) for n in range(101)])
    assert (figures["seconds_p50"].value, figures["seconds_p50"].n) == (50.0, 101)
    assert figures["seconds_p95"].value == pytest.approx(95.0)


def test_nothing_asked_has_no_figures() -> None:
    assert figures_of([]) == {}
    assert groups_of([]) == {"category": {}, "language": {}, "interview": {}}


def test_groups() -> None:
    groups = groups_of(
        [
            outcome("a", mrr=1.0),
            replace(outcome("b", mrr=0.0), language="ja", interviews=("tea", "clocks")),
            replace(outcome("c", abstention_recall=1.0), category="unanswerable", interviews=()),
        ]
    )
    assert {kind: list(names) for kind, names in groups.items()} == {
        "category": ["fact", "unanswerable"],
        "language": ["en", "ja"],
        "interview": ["clocks", "tea"],
    }
    assert groups["category"]["fact"]["mrr"].value == groups["interview"]["tea"]["mrr"].value == 0.5
    assert groups["interview"]["clocks"]["mrr"] == Figure(0.0, 0.0, 0.0, 1)
    assert "mrr" not in groups["category"]["unanswerable"]


def test_hundreds_of_questions_take_no_time() -> None:
    chance = random.Random(1)
    names = [f"metric {n}" for n in range(20)]
    outcomes = [
        replace(
            outcome(str(n), seconds=chance.random(), **{name: chance.random() for name in names}),
            category=f"category {n % 12}",
            language=f"language {n % 5}",
            interviews=(f"interview {n % 12}",),
        )
        for n in range(320)
    ]
    begin = time.process_time()
    groups_of(outcomes)
    assert time.process_time() - begin < 5.0  # under one on a quiet machine
