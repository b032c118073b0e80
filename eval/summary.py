"""From the scores of single questions to the figures of a run: means with intervals, and the same by group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from eval.records import Figure, Outcome
from eval.stats import mean_interval, quantile_interval

QUANTILES = {"seconds_p50": 0.5, "seconds_p95": 0.95}


def figures_of(outcomes: Sequence[Outcome]) -> dict[str, Figure]:
    """Every metric's mean over the outcomes that have it, and the quantiles of the seconds."""
    values: dict[str, list[float]] = {}
    for outcome in outcomes:
        for name, score in outcome.scores.items():
            values.setdefault(name, []).append(score)
    figures = {name: Figure(*mean_interval(scores), len(scores)) for name, scores in values.items()}
    seconds = [outcome.seconds for outcome in outcomes]
    if seconds:
        figures |= {name: Figure(*quantile_interval(seconds, at), len(seconds)) for name, at in QUANTILES.items()}
    return figures


def groups_of(outcomes: Sequence[Outcome]) -> dict[str, dict[str, dict[str, Figure]]]:
    """The figures by category, by language, and by interview; a question of two interviews counts in both.

    A question that no interview answers is in none of the interviews' groups.
    """
    return {
        "category": _grouped((outcome.category, outcome) for outcome in outcomes),
        "language": _grouped((outcome.language, outcome) for outcome in outcomes),
        "interview": _grouped((doc, outcome) for outcome in outcomes for doc in outcome.interviews),
    }


def _grouped(named: Iterable[tuple[str, Outcome]]) -> dict[str, dict[str, Figure]]:
    groups: dict[str, list[Outcome]] = {}
    for name, outcome in named:
        groups.setdefault(name, []).append(outcome)
    return {name: figures_of(members) for name, members in sorted(groups.items())}
