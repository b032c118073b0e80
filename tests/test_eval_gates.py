"""Bounds on figures: how they are read, and what keeps to them."""

from __future__ import annotations

import math

import pytest
from eval_reports import FIGURES, figure

from eval.gates import Gate, read_gate
from index.errors import InputError


def test_bounds_as_they_are_typed() -> None:
    assert read_gate("recall@5=0.75", is_least=True) == Gate("recall@5", 0.75, True)
    assert read_gate(" answer_chars = 250 ", is_least=False) == Gate("answer_chars", 250.0, False)
    assert str(Gate("recall@5", 0.75, True)) == "recall@5 at least 0.75"
    assert str(Gate("seconds_p95", 1.2, False)) == "seconds_p95 at most 1.2"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("recall@4=0.5", "no figure 'recall@4'. There are: recall@1, recall@3"),
        ("=0.5", "no figure ''"),
        ("seconds=1", "no figure 'seconds'"),
        ("recall@5", "'' is not a number; write --min recall@5=0.75"),
        ("recall@5=high", "'high' is not a number"),
        ("recall@5=nan", "'nan' is not a number"),
        ("recall@5=inf", "'inf' is not a number"),
    ],
)
def test_bounds_that_cannot_be_read(text: str, problem: str) -> None:
    with pytest.raises(InputError, match=f"--min {text}: .*{problem}"):
        read_gate(text, is_least=True)


def test_a_figure_at_its_bound_keeps_to_it() -> None:
    assert FIGURES["recall@5"].value == 0.75
    for bound, least, most in ((0.74, True, False), (0.75, True, True), (0.76, False, True)):
        assert Gate("recall@5", bound, is_least=True).passes(FIGURES) is least
        assert Gate("recall@5", bound, is_least=False).passes(FIGURES) is most


@pytest.mark.parametrize("is_least", [True, False])
def test_no_figure_and_no_number_keep_to_nothing(is_least: bool) -> None:
    assert not Gate("tokens", 0.0, is_least).passes(FIGURES)
    assert not Gate("mrr", 0.0, is_least).passes({"mrr": figure(math.nan)})
