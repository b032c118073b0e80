"""Two reports side by side: what changed between them, whether by more than chance, and for which questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean

from eval.measures import Measure, in_order
from eval.records import Outcome, Report
from eval.stats import paired_p
from index.errors import InputError

HALF = 0.5  # of the key facts: an answer with fewer has missed the point
_OF_THOSE_DECLINED = "abstention_precision"  # says nothing of single questions: no pairs


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting in which the reports differ, so that more may have changed than the system."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """A metric's mean over the `n` questions that have it in both reports.

    `p` is how often chance alone would give as large a difference (paired, two-sided); None where nothing is paired.
    """

    measure: Measure
    before: float
    after: float
    n: int
    p: float | None

    @property
    def difference(self) -> float:
        return self.after - self.before

    @property
    def better(self) -> bool | None:
        """Whether the change is one for the better; None where there is none."""
        if self.after == self.before:
            return None
        return (self.after < self.before) == self.measure.lower_is_better


@dataclass(frozen=True, slots=True)
class Switch:
    """A question that changed sides: `what` is "found" (all evidence in the first five), "answered" or "key facts"
    (at least half of them)."""

    what: str
    before: Outcome
    after: Outcome
    better: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed between the first runs of two reports, over the questions that stand in both."""

    before: Report
    after: Report
    n: int
    only_before: tuple[str, ...]  # ids of the questions that only one report has, or has with other words
    only_after: tuple[str, ...]
    differences: tuple[Difference, ...]
    changes: tuple[Change, ...]
    switches: tuple[Switch, ...]


def compare(before: Report, after: Report) -> Comparison:
    """Compare the first run of each report, question by question. A question is the same by its id and its words.

    Raises InputError for a report without runs, and for reports that have no question in common.
    """
    for which, report in (("first", before), ("second", after)):
        if not report.runs:
            raise InputError(f"the {which} report ({report.gold}, {report.made}) has no runs: nothing can be compared")
    mine, theirs = _by_question(before), _by_question(after)
    pairs = [(mine[key], theirs[key]) for key in mine if key in theirs]
    if not pairs:
        raise InputError(
            f"the reports have no question in common ({before.gold} {before.split}, {after.gold} {after.split}): "
            "compare two of the same gold set"
        )
    return Comparison(
        before=before,
        after=after,
        n=len(pairs),
        only_before=tuple(key[0] for key in mine if key not in theirs),
        only_after=tuple(key[0] for key in theirs if key not in mine),
        differences=tuple(_differences(before, after)),
        changes=tuple(_changes(pairs)),
        switches=tuple(_switches(pairs)),
    )


def _by_question(report: Report) -> dict[tuple[str, str, tuple[str, ...]], Outcome]:
    return {(outcome.id, outcome.question, outcome.history): outcome for outcome in report.runs[0].outcomes}


def _differences(before: Report, after: Report) -> list[Difference]:
    settings: dict[str, Callable[[Report], object]] = {
        "system": lambda report: report.runs[0].system,
        "version": lambda report: report.version,
        "gold set": lambda report: f"{report.gold} ({report.gold_sha256[:8]})",
        "split": lambda report: report.split,
        "embedding": lambda report: report.embedding,
        "interviews": lambda report: report.interviews,
        "passages": lambda report: report.passages,
    }
    pairs = ((what, str(value(before)), str(value(after))) for what, value in settings.items())
    return [Difference(what, old, new) for what, old, new in pairs if old != new]


def _changes(pairs: Sequence[tuple[Outcome, Outcome]]) -> list[Change]:
    scores = [(_scores(old), _scores(new)) for old, new in pairs]
    changes = []
    for measure in in_order(name for both in scores for side in both for name in side):
        name = measure.name
        if name == _OF_THOSE_DECLINED:
            sides = [[side[name] for side in column if name in side] for column in zip(*scores, strict=True)]
            if all(sides):
                changes.append(Change(measure, mean(sides[0]), mean(sides[1]), min(map(len, sides)), None))
            continue
        paired = [(old[name], new[name]) for old, new in scores if name in old and name in new]
        if paired:
            p = paired_p([new - old for old, new in paired])
            changes.append(
                Change(measure, mean(old for old, _ in paired), mean(new for _, new in paired), len(paired), p)
            )
    return changes


def _scores(outcome: Outcome) -> dict[str, float]:
    return {**outcome.scores, "seconds": outcome.seconds}


def _switches(pairs: Sequence[tuple[Outcome, Outcome]]) -> list[Switch]:
    """Questions that were lost, then those that were won, metric by metric."""
    switches = []
    for old, new in pairs:
        for what, side in _SIDES.items():
            was, is_now = side(old), side(new)
            if was is not None and is_now is not None and was != is_now:
                better = is_now if what != "answered" else is_now == new.answerable
                switches.append(Switch(what, old, new, better))
    return sorted(switches, key=lambda switch: (list(_SIDES).index(switch.what), switch.better))


def _reaches(name: str, least: float) -> Callable[[Outcome], bool | None]:
    """On which side of `least` a score stands; None where the question has none."""
    return lambda outcome: outcome.scores[name] >= least if name in outcome.scores else None


_SIDES: dict[str, Callable[[Outcome], bool | None]] = {
    "found": _reaches("recall@5", 1.0),
    "answered": lambda outcome: outcome.answered,
    "key facts": _reaches("key_facts", HALF),
}
