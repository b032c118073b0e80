"""Unit vectors in the order of their rows: the only file that imports faiss.

Up to FLAT rows they are kept as float32. More are kept at 8 bits a dimension (a quarter of the memory, and faster to
scan). Beyond LISTS rows there is an inverted file over them too, whose `nprobe` is chosen on the vectors themselves so
that at least RECALL of the ten nearest are found. Files are memory-mapped: opening costs a millisecond.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import faiss as faiss_stubs
import numpy as np
from numpy.typing import NDArray

from index.errors import IndexDamaged

faiss: Any = faiss_stubs  # its stubs lack half of what is used here

FLAT = 20_000
LISTS = 200_000
RECALL = 0.98
STORED, LISTED = "vectors.faiss", "lists.faiss"
CHUNK = 20_000  # vectors held at a time while an index is written
LISTS_PER_ROOT = 4  # so many lists for each root of the number of vectors
TRAINED_ON = 40  # vectors for each list of the inverted file
# Questions lie farther from the vectors than anything between two of them: with the lists that find 98% for those, 84%
# was found for 200 questions to a million vectors, with four times as many 98%.
FARTHER = 4
AGAIN = 2  # so many times more rows are taken from the lists than wanted, and compared again
PROBED = 100  # vectors that the inverted file is tried with
OUTGROWN = 2.0  # lists, and the range of 8 bits, are made anew when the vectors have become so many times more
MARGIN = 0.2  # what later vectors may lie beyond the range of the first, which the 8 bits were laid out for

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]


class VectorIndex:
    """Vectors in a fixed order; for unit vectors the inner product is the cosine. Threads may share it."""

    def __init__(self, stored: Any, lists: Any = None) -> None:
        self._stored = stored  # faiss.IndexFlatIP or faiss.IndexScalarQuantizer
        self._lists = lists  # faiss.IndexIVFScalarQuantizer or None
        size, dimensions = int(stored.ntotal), int(stored.d)
        self._flat = isinstance(stored, faiss.IndexFlatIP)
        if not size:
            self._codes = np.empty((0, dimensions), dtype=np.float32)
        elif self._flat:
            self._codes = faiss.rev_swig_ptr(stored.get_xb(), size * dimensions).reshape(size, dimensions)
        else:
            self._codes = faiss.rev_swig_ptr(stored.codes.data(), size * dimensions).reshape(size, dimensions)
            trained: Floats = faiss.vector_to_array(stored.sq.trained)
            self._step: Floats = trained[dimensions:] / np.float32(255)
            self._low: Floats = trained[:dimensions] + np.float32(0.5) * self._step

    def __len__(self) -> int:
        return int(self._stored.ntotal)

    @property
    def dimensions(self) -> int:
        return int(self._stored.d)

    def vectors(self, rows: Rows) -> Floats:
        """The vectors of these rows, [len(rows), dimensions]: as they were put in, or as 8 bits kept them."""
        found: Floats = self._codes[rows]
        return found if self._flat else found.astype(np.float32) * self._step + self._low

    def scores(self, query: Floats, rows: Rows | None = None) -> Floats:
        """The inner product of `query` [dimensions] with these rows, or with all: [rows]."""
        self._check(query)
        codes = self._codes if rows is None else self._codes[rows]
        if self._flat or not len(self):
            products: Floats = codes @ query
            return products
        products = np.empty(len(codes), dtype=np.float32)
        weighted, rest = query * self._step, np.float32(query @ self._low)
        for at in range(0, len(codes), CHUNK):
            products[at : at + CHUNK] = codes[at : at + CHUNK].astype(np.float32) @ weighted + rest
        return products

    def nearest(self, query: Floats, k: int, allowed: NDArray[np.bool_] | None = None) -> Rows:
        """The rows with the highest inner products, best first, at most `k`, only those `allowed` [n]."""
        self._check(query)
        passing = len(self) if allowed is None else int(allowed.sum())
        if passing <= FLAT:
            rows: Rows = np.arange(len(self)) if allowed is None else np.flatnonzero(allowed)
            best: Rows = rows[np.argsort(-self.scores(query, None if allowed is None else rows), kind="stable")[:k]]
            return best
        selector = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little")) if allowed is not None else None
        asked, k = np.ascontiguousarray(query, dtype=np.float32)[None], min(k, passing)
        if self._lists is None:
            _, found = self._stored.search(asked, k, params=faiss.SearchParameters(sel=selector))
        else:
            # A filter lets through only some of what lies in the nearest lists: then more lists are looked into.
            nprobe = min(round(self._lists.nprobe * len(self) / passing), self._lists.nlist)
            wanted = min(AGAIN * k, passing)
            found = np.full((1, wanted), -1)
            while nprobe and found[0, k - 1] < 0:  # what is allowed, such as a language, may lie far from the question
                params = faiss.SearchParametersIVF(sel=selector, nprobe=nprobe)
                _, found = self._lists.search(asked, wanted, params=params)
                nprobe = min(4 * nprobe, self._lists.nlist) if nprobe < self._lists.nlist else 0
            rows = found[0][found[0] >= 0]
            # The lists keep vectors less closely than `_stored` does: their order is only a first one.
            found = rows[np.argsort(-self.scores(query, rows), kind="stable")[:k]][None]
        nearest: Rows = found[0][found[0] >= 0]
        return nearest

    def kind(self) -> str:
        """How the vectors are kept, for people: "exact", "8 bits", or "8 bits, N of M lists"."""
        if self._lists is not None:
            return f"8 bits, {self._lists.nprobe} of {self._lists.nlist} lists"
        return "exact" if self._flat else "8 bits"

    def save(self, folder: Path) -> None:
        """Write the files into a folder, which is made. Raises OSError when the disk refuses."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, index in ((STORED, self._stored), (LISTED, self._lists)):
            if index is not None:
                _written(index, folder / name)

    @classmethod
    def load(cls, folder: Path) -> VectorIndex:
        """Memory-map what `save` wrote. Raises IndexDamaged when it is something else, OSError when it is not there.

        The caller has seen to it that every byte is as it was written: faiss maps what a file says it holds.
        """
        stored, lists = folder / STORED, folder / LISTED
        read = [_read(stored), _read(lists) if lists.exists() else None]
        if not isinstance(read[0], faiss.IndexFlatIP | faiss.IndexScalarQuantizer):
            raise IndexDamaged(f"{stored} holds a {type(read[0]).__name__}, not vectors")
        return cls(*read)

    def _check(self, query: Floats) -> None:
        if query.shape != (self.dimensions,):
            raise ValueError(f"a query of shape {query.shape} against vectors of {self.dimensions} dimensions")


def build_vectors(
    dimensions: int, size: int, fresh: Iterable[Floats], old: VectorIndex | None = None, kept: Rows | None = None
) -> VectorIndex:
    """Vectors of the rows `kept` of an `old` index, in that order, followed by `fresh` ones: `size` together.

    Only some CHUNK vectors are held as float32 at a time once there are more than FLAT.
    """
    kept = np.empty(0, dtype=np.int64) if kept is None else kept
    parts = chain(_chunks(old, kept) if old is not None else (), fresh)
    if size <= FLAT:
        flat = faiss.IndexFlatIP(dimensions)
        for part in parts:
            flat.add(np.ascontiguousarray(part, dtype=np.float32))
        return VectorIndex(flat)
    stored = _quantised(dimensions, parts, old if len(kept) * OUTGROWN >= size else None)
    if size <= LISTS:
        return VectorIndex(stored)
    return VectorIndex(stored, _lists(VectorIndex(stored), old, kept))


def _chunks(index: VectorIndex, rows: Rows) -> Iterator[Floats]:
    for at in range(0, len(rows), CHUNK):
        yield index.vectors(rows[at : at + CHUNK])


def _quantised(dimensions: int, parts: Iterable[Floats], old: VectorIndex | None) -> Any:
    """All vectors at 8 bits, laid out for the range of the first CHUNK and some more, or as `old` has them.

    Laid out anew each time, what stays would be rounded each time, and with the margin always inwards: a hundred
    builds would take 0.016 off a cosine.
    """
    stored = faiss.IndexScalarQuantizer(dimensions, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    stored.sq.rangestat = faiss.ScalarQuantizer.RS_minmax
    stored.sq.rangestat_arg = MARGIN
    if old is not None and old.kind() != "exact":
        faiss.copy_array_to_vector(faiss.vector_to_array(old._stored.sq.trained), stored.sq.trained)
        stored.is_trained = True
    waiting: list[Floats] = []
    for part in parts:
        waiting.append(part)
        if sum(map(len, waiting)) >= CHUNK:
            _add(stored, waiting)
            waiting = []
    _add(stored, waiting)
    return stored


def _add(stored: Any, waiting: Sequence[Floats]) -> None:
    if not waiting:
        return
    vectors = np.ascontiguousarray(np.concatenate(waiting), dtype=np.float32)
    if not stored.is_trained:
        stored.train(vectors)
    stored.add(vectors)


def _lists(stored: VectorIndex, old: VectorIndex | None, kept: Rows) -> Any:
    """The inverted file over all vectors; `old`'s with what is new, unless it has outgrown what it was trained for."""
    if old is not None and old._lists is not None and len(stored) < OUTGROWN * _size_for(old._lists.nlist):
        lists, first = _carried_over(old._lists, len(old), kept), len(kept)
    else:
        lists, first = _trained(stored), 0
    for part in _chunks(stored, np.arange(first, len(stored))):
        lists.add(part)
    lists.nprobe = _probes(stored, lists)
    return lists


def _trained(stored: VectorIndex) -> Any:
    number = 1 << round(np.log2(LISTS_PER_ROOT * np.sqrt(len(stored))))
    lists = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(stored.dimensions),
        stored.dimensions,
        number,
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
    )
    lists.cp.spherical, lists.cp.niter = True, 8
    sample = np.random.default_rng(0).permutation(len(stored))[: TRAINED_ON * number]
    lists.train(stored.vectors(np.sort(sample)))
    return lists


def _size_for(number: int) -> float:
    """How many vectors so many lists were meant for."""
    return float((number / LISTS_PER_ROOT) ** 2)


def _carried_over(lists: Any, size: int, kept: Rows) -> Any:
    """The inverted file with only the rows `kept` of its `size`, under their new numbers."""
    renumbered = np.full(size, -1, dtype=np.int64)
    renumbered[kept] = np.arange(len(kept))
    carried = faiss.deserialize_index(faiss.serialize_index(lists))  # a copy that is not memory-mapped
    carried.reset()
    held = lists.invlists
    for number in range(lists.nlist):
        count = held.list_size(number)
        if count:
            ids = renumbered[faiss.rev_swig_ptr(held.get_ids(number), count)]
            codes = faiss.rev_swig_ptr(held.get_codes(number), count * lists.code_size).reshape(count, -1)
            ids, codes = ids[ids >= 0], np.ascontiguousarray(codes[ids >= 0])
            carried.invlists.add_entries(number, len(ids), faiss.swig_ptr(ids), faiss.swig_ptr(codes))
    carried.ntotal = len(kept)
    return carried


def _probes(stored: VectorIndex, lists: Any) -> int:
    """How many lists to look into: FARTHER times those with which RECALL of the ten nearest are found, asked from
    between two vectors.
    """
    random = np.random.default_rng(1)
    one, other = (stored.vectors(random.integers(0, len(stored), PROBED)) for _ in range(2))
    asked = one + np.float32(0.7) * other
    asked /= np.linalg.norm(asked, axis=1, keepdims=True)
    _, truth = stored._stored.search(asked, 10)
    probes = 4
    while probes < lists.nlist:
        _, found = lists.search(asked, AGAIN * 10, params=faiss.SearchParametersIVF(nprobe=probes))
        if np.mean([len(set(a) & set(b)) / 10 for a, b in zip(found.tolist(), truth.tolist(), strict=True)]) >= RECALL:
            break
        probes *= 2
    return min(FARTHER * probes, int(lists.nlist))


def _written(index: Any, path: Path) -> None:
    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:
        raise OSError(f"{path} cannot be written ({error})") from error


def _read(path: Path) -> Any:
    path.stat()  # what is missing is an OSError
    try:
        return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
    except (RuntimeError, MemoryError) as error:
        raise IndexDamaged(f"{path} is not a FAISS index that can be read") from error
