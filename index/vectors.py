"""Vectors on disk and in memory: the only file that imports faiss.

The index is FAISS's exact inner product index in FAISS's own format. It is read from bytes rather than from a path,
so that every disk error is an OSError and any file name works.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from index.errors import IndexDamaged


class VectorIndex:
    """Float32 vectors in a fixed order; for unit vectors the inner product is the cosine."""

    def __init__(self, index: faiss.IndexFlatIP) -> None:
        self._index = index
        self._subset: Any = index.compute_distance_subset  # type: ignore[attr-defined]  # faiss's stub lacks it

    @classmethod
    def build(cls, vectors: NDArray[np.float32]) -> VectorIndex:
        """Hold the rows of `vectors` [n, dimensions], n may be 0."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    def save(self, path: Path) -> None:
        """Write to a file. Raises OSError when the disk refuses."""
        path.write_bytes(faiss.serialize_index(self._index).tobytes())

    @classmethod
    def load(cls, path: Path) -> VectorIndex:
        """Read what `save` wrote. Raises IndexDamaged when it is something else, OSError when it cannot be read."""
        try:
            index = faiss.deserialize_index(np.fromfile(path, dtype=np.uint8))
        except (RuntimeError, MemoryError) as error:
            raise IndexDamaged(f"{path} is not a FAISS index that can be read") from error
        if not isinstance(index, faiss.IndexFlatIP):
            raise IndexDamaged(f"{path} holds a {type(index).__name__}, not vectors for exact search")
        return cls(index)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimensions(self) -> int:
        return int(self._index.d)

    def scores(self, query: NDArray[np.float32], allowed: NDArray[np.bool_] | None = None) -> NDArray[np.float32]:
        """The inner product of `query` [dimensions] with every row, [n]; -inf in rows that `allowed` [n] leaves out."""
        if query.shape != (self.dimensions,):
            raise ValueError(f"a query of shape {query.shape} against vectors of {self.dimensions} dimensions")
        rows = np.arange(len(self)) if allowed is None else np.flatnonzero(allowed)
        result = np.full(len(self), -np.inf, dtype=np.float32)
        if len(rows):
            query = np.ascontiguousarray(query, dtype=np.float32)
            products = np.empty(len(rows), dtype=np.float32)
            pointers = [faiss.swig_ptr(array) for array in (query, products, rows)]
            self._subset(1, pointers[0], len(rows), pointers[1], pointers[2])
            result[rows] = products
        return result

    def vectors(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors of these rows, [len(rows), dimensions], exactly as they were put in."""
        if not len(rows):
            return np.empty((0, self.dimensions), dtype=np.float32)
        found: NDArray[np.float32] = self._index.reconstruct_batch(np.ascontiguousarray(rows, dtype=np.int64))
        return found
