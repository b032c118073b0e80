"""The rows of an opened index as records, made when they are looked at: an archive may have millions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Generic, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from index.model import Passage, Sentence, Span
from index.tables import KINDS

if TYPE_CHECKING:
    from index.opened import OpenedIndex

CACHED = 20_000  # records: a question looks at some hundred, each several times
T = TypeVar("T")
Rows = NDArray[np.int64]


class LazyRows(Sequence[T], Generic[T]):
    """Records by row."""

    def __init__(self, size: int, read: Callable[[int], T]) -> None:
        self._size = size
        self._read = lru_cache(CACHED)(read)

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, row: int) -> T: ...
    @overload
    def __getitem__(self, row: slice) -> list[T]: ...
    def __getitem__(self, row: int | slice) -> T | list[T]:
        if isinstance(row, slice):
            return [self._read(number) for number in range(*row.indices(self._size))]
        if not -self._size <= row < self._size:
            raise IndexError(row)
        return self._read(int(row) % self._size)


class RowOwners:
    """Which interview each row belongs to; `begins` are the first rows of the interviews, in their order."""

    def __init__(self, docs: Sequence[str], ranges: dict[str, tuple[int, int]]) -> None:
        self.docs = docs
        self.begins: Rows = np.array([ranges[doc][0] for doc in docs], dtype=np.int64)
        self.ends: Rows = np.array([ranges[doc][1] for doc in docs], dtype=np.int64)

    def numbers(self, rows: Rows) -> Rows:
        """[rows] the number of the interview in `docs`."""
        found: Rows = np.searchsorted(self.ends, rows, side="right")
        return found


def passage_rows(index: OpenedIndex) -> LazyRows[Passage]:
    """Every passage of an index."""
    table, owners = index.table("passages"), index.passage_owners

    def read(row: int) -> Passage:
        doc = owners.docs[int(owners.numbers(np.array([row]))[0])]
        one = table[row]
        start, end, first = int(one["start"]), int(one["end"]), int(one["first_turn"])
        context = Span(int(one["context_start"]), int(one["context_end"])) if one["context_end"] else None
        return Passage(
            id=f"{doc}:{start}-{end}",
            doc=doc,
            start=start,
            end=end,
            first_turn=first,
            last_turn=int(one["last_turn"]),
            section=index.section(doc, first),
            kind=KINDS[one["kind"]],
            context=context,
        )

    return LazyRows(len(table), read)


def sentence_rows(index: OpenedIndex) -> LazyRows[tuple[str, Sentence]]:
    """(doc, sentence) for every sentence of an index."""
    table, owners = index.table("sentences"), index.sentence_owners

    def read(row: int) -> tuple[str, Sentence]:
        doc = owners.docs[int(owners.numbers(np.array([row]))[0])]
        one = table[row]
        return doc, Sentence(int(one["start"]), int(one["end"]), int(one["turn"]))

    return LazyRows(len(table), read)
