"""Vectors that live in Milvus, by row, as index/vectors.py has them on disk.

A key is the number of an interview and, in its lower half, the number of the row in that interview. Interviews are
numbered in the order in which they came and no number is given twice, so keys ascend as rows do.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.milvus_client import MOST, Floats, Keys, Milvus, parts

Rows = NDArray[np.int64]
BITS = np.int64(32)
FEW_RUNS = 50  # of keys, that a filter names by their ends; more are named one by one
FETCHED = 1_000  # vectors in one answer: 1.5 MB
KEPT = 20_000  # vectors held in memory once fetched: 30 MB
ONE_BY_ONE = 2_000  # allowed rows that are scored instead of searched for
WIDER = 1.5  # rows asked for, for each that passes a filter Milvus does not know


class Numbering:
    """Rows ↔ keys: `numbers` [interviews] ascend, `begins` [interviews + 1] are first rows, the last their end."""

    def __init__(self, numbers: Sequence[int], sizes: Sequence[int]) -> None:
        self.numbers = np.array(numbers, dtype=np.int64)
        self.begins = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(np.array(sizes, dtype=np.int64))))

    def __len__(self) -> int:
        return int(self.begins[-1])

    def keys(self, rows: Rows) -> Keys:
        """[rows] their keys."""
        owners = self.owners(rows)
        found: Keys = (self.numbers[owners] << BITS) + rows - self.begins[owners]
        return found

    def rows(self, keys: Keys) -> Rows:
        """[keys] their rows, -1 where the index, as it was opened, has none."""
        numbers = keys >> BITS
        owners = np.minimum(np.searchsorted(self.numbers, numbers), max(len(self.numbers) - 1, 0))
        if not len(self.numbers):
            return np.full(len(keys), -1, dtype=np.int64)
        within = keys - (numbers << BITS)
        known = (self.numbers[owners] == numbers) & (within < self.begins[owners + 1] - self.begins[owners])
        found: Rows = np.where(known, self.begins[owners] + within, -1)
        return found

    def owners(self, rows: Rows) -> Rows:
        """[rows] the place of the interview in `numbers`."""
        found: Rows = np.searchsorted(self.begins, rows, side="right") - 1
        return found

    def documents(self, allowed: NDArray[np.bool_]) -> Rows:
        """The numbers of the interviews that have a row among those allowed [all rows]."""
        counted = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(allowed)))[self.begins]
        found: Rows = self.numbers[np.diff(counted) > 0]
        return found


class Searched:
    """One field of one collection, searched among some rows."""

    def __init__(self, milvus: Milvus, collection: str, field: str, numbering: Numbering) -> None:
        self.milvus = milvus
        self.collection = collection
        self.field = field
        self.numbering = numbering

    def scores(self, asked: Floats | str, rows: Rows, otherwise: float) -> Floats:
        """[rows] the scores that Milvus gives these rows, which ascend; `otherwise` where it gives none."""
        found = np.full(len(rows), otherwise, dtype=np.float32)
        for at in range(0, len(rows), MOST):
            part = rows[at : at + MOST]
            where, among = _among(self.numbering.keys(part), whole=len(part) == len(self.numbering))
            keys, scores = self.milvus.nearest(self.collection, self.field, asked, len(part), where, among)
            theirs = self.numbering.rows(keys)
            places = np.minimum(np.searchsorted(part, theirs), len(part) - 1)
            has = part[places] == theirs
            found[at + places[has]] = scores[has]
        return found

    def nearest(self, asked: Floats | str, k: int, allowed: NDArray[np.bool_] | None) -> Rows:
        """The rows that Milvus puts first, at most `k`, only those `allowed` [n].

        Milvus is told the interviews; where only some of their rows are allowed, more are asked for and the others
        left out, up to MOST.
        """
        where, among, asked_for = "", [], k
        if allowed is not None:
            documents = self.numbering.documents(allowed)
            where, among = "document in {among}", documents.tolist()
            held = np.diff(self.numbering.begins)[np.isin(self.numbering.numbers, documents)].sum()
            asked_for = k if held == allowed.sum() else round(WIDER * k * held / max(int(allowed.sum()), 1)) + k
        while True:
            keys, _ = self.milvus.nearest(self.collection, self.field, asked, asked_for, where, among)
            rows = self.numbering.rows(keys)
            rows = rows[rows >= 0]
            rows = rows if allowed is None else rows[allowed[rows]]
            if len(rows) >= k or len(keys) < asked_for or asked_for >= MOST:
                return rows[:k]
            asked_for = min(asked_for * 4, MOST)


class MilvusVectors:
    """Unit vectors in Milvus, with the surface of index.vectors.VectorIndex."""

    def __init__(self, milvus: Milvus, collection: str, dimensions: int, numbering: Numbering) -> None:
        self.dimensions = dimensions
        self._search = Searched(milvus, collection, "vector", numbering)
        self._kept: dict[int, Floats] = {}

    def __len__(self) -> int:
        return len(self._search.numbering)

    def kind(self) -> str:
        """How the vectors are kept, for people."""
        return "Milvus, exact" if self._search.milvus.lite else "Milvus, 8 bits"

    def scores(self, query: Floats, rows: Rows | None = None) -> Floats:
        """The inner product of `query` [dimensions] with these rows, which ascend, or with all: [rows].

        What a graph did not reach is fetched; a row that was deleted since the index was opened scores -1.
        """
        self._check(query)
        rows = np.arange(len(self)) if rows is None else rows
        if not len(rows):
            return np.empty(0, dtype=np.float32)
        found = self._search.scores(query, rows, np.nan)
        missing = np.flatnonzero(np.isnan(found))
        if len(missing):
            found[missing] = self.vectors(rows[missing]) @ query
            found[np.isnan(found)] = -1.0
        return found

    def nearest(self, query: Floats, k: int, allowed: NDArray[np.bool_] | None = None) -> Rows:
        """The rows with the highest inner products, best first, at most `k`, only those `allowed` [n]."""
        self._check(query)
        passing = len(self) if allowed is None else int(allowed.sum())
        if not passing or k < 1:
            return np.empty(0, dtype=np.int64)
        if allowed is not None and passing <= ONE_BY_ONE:
            rows = np.flatnonzero(allowed)
            best: Rows = rows[np.argsort(-self.scores(query, rows), kind="stable")[:k]]
            return best
        return self._search.nearest(query, k, allowed)

    def vectors(self, rows: Rows) -> Floats:
        """The vectors of these rows, [len(rows), dimensions]; NaN for one deleted since the index was opened."""
        keys = self._search.numbering.keys(rows).tolist()
        kept = self._kept  # another thread may begin a new one meanwhile
        fetched = self._fetched(sorted({key for key in keys if key not in kept}))
        nothing = np.full(self.dimensions, np.nan, dtype=np.float32)
        found = [fetched.get(key, nothing) if key not in kept else kept[key] for key in keys]
        if len(kept) + len(fetched) <= KEPT:
            kept.update(fetched)
        elif len(fetched) <= KEPT:
            self._kept = fetched
        return np.stack(found) if found else np.empty((0, self.dimensions), dtype=np.float32)

    def _fetched(self, keys: Sequence[int]) -> dict[int, Floats]:
        found: dict[int, Floats] = {}
        for now in (False, True):  # what is missing may just have been written
            for part in parts([key for key in keys if key not in found], FETCHED):
                rows = self._search.milvus.rows(self._search.collection, "key in {among}", ["key", "vector"], part, now)
                found |= {int(row["key"]): np.array(row["vector"], dtype=np.float32) for row in rows}
        return found

    def _check(self, query: Floats) -> None:
        if query.shape != (self.dimensions,):
            raise ValueError(f"a query of shape {query.shape} against vectors of {self.dimensions} dimensions")


def between(first: int, last: int) -> str:
    """The filter for the rows of the interviews numbered first..last, inclusive."""
    return f"key >= {first << 32} and key < {(last + 1) << 32}"


def _among(keys: Keys, whole: bool) -> tuple[str, list[int]]:
    """A filter that lets through these keys, which ascend, and the list it names."""
    if whole:
        return "", []
    breaks = np.flatnonzero(np.diff(keys) != 1)
    if len(breaks) < FEW_RUNS:
        begins, ends = keys[np.r_[0, breaks + 1]].tolist(), keys[np.r_[breaks, len(keys) - 1]].tolist()
        runs = (f"(key >= {begin} and key <= {end})" for begin, end in zip(begins, ends, strict=True))
        return " or ".join(runs), []
    return "key in {among}", keys.tolist()
