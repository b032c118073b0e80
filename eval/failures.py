"""Which questions went wrong, and how."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from eval.records import Outcome, Retrieved

NOT_FOUND, DECLINED, ANSWERED, FACTS = "not-found", "declined", "answered", "facts"
KINDS = {  # worst first
    NOT_FOUND: "evidence not in the first five",
    DECLINED: "wrongly declined",
    ANSWERED: "answered though no interview says it",
    FACTS: "key facts missing",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """A question that went wrong in one way or more (of KINDS, worst first)."""

    outcome: Outcome
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a retrieved passage: `evidence` says whether it is "none", "whole" or only "part" of a span."""

    text: str
    evidence: str


def kinds_of(outcome: Outcome) -> tuple[str, ...]:
    """In which ways this question went wrong; () where it went well."""
    wrong = {
        NOT_FOUND: outcome.scores.get("recall@5", 1.0) < 1,
        DECLINED: outcome.answerable and not outcome.answered,
        ANSWERED: outcome.answered and not outcome.answerable,
        FACTS: outcome.answered and outcome.scores.get("key_facts", 1.0) < 1,
    }
    return tuple(kind for kind in KINDS if wrong[kind])


def failures_of(outcomes: Iterable[Outcome]) -> list[Failure]:
    """The questions that went wrong, the worst kind first, else in the order they were asked."""
    failures = [Failure(outcome, kinds) for outcome in outcomes if (kinds := kinds_of(outcome))]
    return sorted(failures, key=lambda failure: list(KINDS).index(failure.kinds[0]))


def ranks_of(outcome: Outcome) -> str:
    """Where the evidence stood: "rank 7", "rank 2, not found", "not found" in the passages looked through."""
    ranks = [f"rank {one.rank}" if one.rank else "not found" for one in outcome.evidence]
    return ", ".join(dict.fromkeys(ranks)) if set(ranks) == {"not found"} else ", ".join(ranks)


def pieces(outcome: Outcome, passage: Retrieved) -> list[Piece]:
    """A passage's text cut where the evidence in it starts and ends; joined, the pieces are the text."""
    spans = [
        (max(one.start, passage.start) - passage.start, min(one.end, passage.end) - passage.start, number)
        for number, one in enumerate(outcome.evidence)
        if one.doc == passage.doc and one.start < passage.end and passage.start < one.end
    ]
    cuts = sorted({0, len(passage.text), *(min(place, len(passage.text)) for span in spans for place in span[:2])})
    return [Piece(passage.text[start:end], _evidence_at(start, spans, passage)) for start, end in pairwise(cuts)]


def _evidence_at(place: int, spans: list[tuple[int, int, int]], passage: Retrieved) -> str:
    here = [number for start, end, number in spans if start <= place < end]
    if not here:
        return "none"
    return "whole" if any(number in passage.holds for number in here) else "part"
