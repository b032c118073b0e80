"""Which interviews in Milvus are the same one (index/duplicates.py), without reading every vector for each build."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from index.duplicates import Candidate, same_interviews
from index.milvus_client import Floats
from index.milvus_interviews import SUMS, Row
from index.milvus_records import Records
from index.milvus_vectors import MilvusVectors, Numbering
from index.people import People

ANEW = 0.25  # of the interviews: when more are new, all are compared with all
LOOKED_AT = 40  # interviews that a new one is compared with, those with the nearest means


def find_same(
    records: Records,
    passages: str,
    rows: Mapping[int, Row],
    people: People,
    before: Mapping[str, Sequence[str]],
    fresh: Collection[int],
) -> dict[str, tuple[str, ...]]:
    """By interview, the others that are the same one.

    `rows` are the interviews by number, `passages` the collection of their vectors, `before` what was found when only
    those that are not `fresh` were there: that stands.
    """
    candidates = _candidates(rows, people)
    milvus, numbers = records.milvus, {row.doc: number for number, row in rows.items()}

    def vectors(doc: str) -> Floats:
        size = rows[numbers[doc]].passages
        return MilvusVectors(milvus, passages, 0, Numbering([numbers[doc]], [size])).vectors(np.arange(size))

    if len(fresh) > ANEW * len(rows):
        return same_interviews([candidates[number] for number in rows], vectors)
    live = {row.doc for number, row in rows.items() if number not in fresh}
    groups = [{doc, *others} & live for doc, others in before.items() if doc in live]
    if fresh:
        worded = [replace(one, passages=0) for one in candidates.values()]  # too short to be a translation of anything
        near = [candidates[number] for number in sorted(_near(records, rows, fresh))]
        for found in (same_interviews(worded, vectors), same_interviews(near, vectors)):
            groups += [{doc, *others} for doc, others in found.items()]
    return _joined(groups)


def _candidates(rows: Mapping[int, Row], people: People) -> dict[int, Candidate]:
    persons: dict[str, set[str]] = {}
    for speaker in people.speakers:
        persons.setdefault(speaker.doc, set()).update(filter(None, (speaker.person,)))
    return {
        number: Candidate(
            row.doc,
            row.language,
            row.date,
            frozenset(persons.get(row.doc, ())),
            bytes.fromhex(row.fingerprint),
            row.passages,
        )
        for number, row in rows.items()
    }


def _near(records: Records, rows: Mapping[int, Row], fresh: Collection[int]) -> set[int]:
    """The fresh interviews, and those that are about the same as one of them: by the means of their passages, less
    what is common to their language.
    """
    read = records.read((SUMS, number) for number in rows)
    means = np.stack([np.frombuffer(read[SUMS, n], dtype="<f8").reshape(2, -1)[0] / rows[n].passages for n in rows])
    tags = np.array([row.language.split("-")[0] for row in rows.values()])
    for tag in np.unique(tags):
        if (tags == tag).sum() > 1:
            means[tags == tag] -= means[tags == tag].mean(axis=0)
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
    numbers = np.array(list(rows))
    found = set(fresh)
    for place in np.flatnonzero(np.isin(numbers, list(fresh))):
        found.update(numbers[np.argsort(-(means @ means[place]), kind="stable")[: LOOKED_AT + 1]].tolist())
    return found


def _joined(groups: Iterable[set[str]]) -> dict[str, tuple[str, ...]]:
    """Groups that share a member are one; by member, the others, sorted."""
    of: dict[str, set[str]] = {}
    for group in groups:
        whole = set().union(group, *(of[doc] for doc in group if doc in of))
        for doc in whole:
            of[doc] = whole
    return {doc: tuple(sorted(group - {doc})) for doc, group in of.items() if len(group) > 1}
