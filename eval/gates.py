"""What a figure has to reach for an evaluation to pass: `--min recall@5=0.75`, `--max answer_chars=250`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from eval.measures import MEASURES
from eval.records import Figure
from index.errors import InputError

METRICS = tuple(measure.name for measure in MEASURES if measure.name != "seconds")  # a mean that only --compare shows


@dataclass(frozen=True, slots=True)
class Gate:
    """A bound on one of a run's figures: the least it may be, or the most."""

    metric: str
    bound: float
    is_least: bool

    def passes(self, figures: Mapping[str, Figure]) -> bool:
        """Whether the figure keeps to the bound; one that is not there does not."""
        if self.metric not in figures:
            return False
        value = figures[self.metric].value
        return value >= self.bound if self.is_least else value <= self.bound  # never, where it is no number

    def __str__(self) -> str:
        return f"{self.metric} {'at least' if self.is_least else 'at most'} {self.bound:g}"


def read_gate(text: str, is_least: bool) -> Gate:
    """The gate that "METRIC=VALUE" stands for. Raises InputError."""
    option = "--min" if is_least else "--max"
    metric, _, bound = (part.strip() for part in text.partition("="))
    if metric not in METRICS:
        raise InputError(f"{option} {text}: there is no figure {metric!r}. There are: {', '.join(METRICS)}")
    try:
        number = float(bound)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"{option} {text}: {bound!r} is not a number; write {option} {metric}=0.75")
    return Gate(metric, number, is_least)
