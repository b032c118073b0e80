"""How good retrieval and answers are, each measure in a few lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import mean

from eval.gold import Evidence
from index.script import fold
from rag.answer import Hit


def covers(hit: Hit, evidence: Evidence) -> bool:
    """Whether a hit holds the whole of an evidence span."""
    return hit.doc == evidence.doc and hit.start <= evidence.start and evidence.end <= hit.end


def recall_at(k: int, hits: Sequence[Hit], evidence: Sequence[Evidence]) -> float:
    """1.0 when every evidence span stands whole in one of the first k hits, else 0.0."""
    return float(all(any(covers(hit, span) for hit in hits[:k]) for span in evidence))


def reciprocal_rank(hits: Sequence[Hit], evidence: Sequence[Evidence]) -> float:
    """1 / rank of the first hit that holds any of the evidence; 0.0 when none does."""
    ranks = (rank for rank, hit in enumerate(hits, start=1) if any(covers(hit, span) for span in evidence))
    return 1 / rank if (rank := next(ranks, 0)) else 0.0


def key_fact_share(answer: str, key_facts: Sequence[Sequence[str]]) -> float:
    """Share of the key facts that an answer contains in one of their writings, script, width and case folded.

    1.0 where there are none to contain.
    """
    if not key_facts:
        return 1.0
    folded = "".join(fold(answer).split())
    return mean(any("".join(fold(fact).split()) in folded for fact in facts) for facts in key_facts)


def precision_recall(pairs: Iterable[tuple[bool, bool]]) -> tuple[float, float]:
    """(precision, recall) of (said, true) pairs; 1.0 where nothing was said, or nothing was to be said."""
    counted = list(pairs)
    right = sum(said and true for said, true in counted)
    said, true = sum(said for said, _ in counted), sum(true for _, true in counted)
    return (right / said if said else 1.0), (right / true if true else 1.0)
