"""Vectors come back as they were put in, scores are inner products, and a file that is something else is refused."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from index.errors import IndexDamaged
from index.vectors import VectorIndex

FLOATS = st.floats(-1, 1, width=32, allow_subnormal=False)
VECTORS = hnp.arrays(np.float32, st.tuples(st.integers(0, 12), st.integers(1, 9)), elements=FLOATS)


def rows(*numbers: int) -> NDArray[np.int64]:
    return np.array(numbers, dtype=np.int64)


def three_vectors() -> VectorIndex:
    return VectorIndex.build(np.array([[1, 0], [0.6, 0.8], [0, -1]], dtype=np.float32))


@given(vectors=VECTORS, data=st.data())
def test_any_subset_of_rows_comes_back_as_it_was_put_in(
    tmp_path_factory: pytest.TempPathFactory, vectors: NDArray[np.float32], data: st.DataObject
) -> None:
    wanted = data.draw(st.lists(st.integers(0, len(vectors) - 1), max_size=20) if len(vectors) else st.just([]))
    path = tmp_path_factory.mktemp("vectors") / "向量.faiss"
    VectorIndex.build(vectors).save(path)
    index = VectorIndex.load(path)
    assert (len(index), index.dimensions) == vectors.shape
    np.testing.assert_array_equal(index.vectors(rows(*wanted)), vectors[rows(*wanted)])


def test_scores_are_inner_products_in_row_order() -> None:
    scores = three_vectors().scores(np.array([0.6, 0.8], dtype=np.float32))
    np.testing.assert_allclose(scores, [0.6, 1.0, -0.8], atol=1e-6)
    assert scores.dtype == np.float32


def test_rows_that_are_not_allowed_score_minus_infinity() -> None:
    query = np.array([1, 0], dtype=np.float32)
    scores = three_vectors().scores(query, np.array([False, True, False]))
    np.testing.assert_allclose(scores, [-np.inf, 0.6, -np.inf], atol=1e-6)
    assert np.isneginf(three_vectors().scores(query, np.zeros(3, dtype=bool))).all()


def test_an_index_of_no_vectors_has_no_scores() -> None:
    index = VectorIndex.build(np.empty((0, 4), dtype=np.float32))
    assert len(index.scores(np.ones(4, dtype=np.float32))) == 0
    assert index.vectors(rows()).shape == (0, 4)


def test_a_query_of_other_dimensions_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="2 dimensions"):
        three_vectors().scores(np.ones(3, dtype=np.float32))


@pytest.mark.parametrize("keep", [0, 3, 30, -1])
def test_a_truncated_file_is_damaged(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "vectors.faiss"
    three_vectors().save(path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(IndexDamaged, match=r"vectors\.faiss"):
        VectorIndex.load(path)


@pytest.mark.parametrize("header", [b"IxFx", b"\0\0\0\0", b"IwPQ"])
def test_a_wrong_header_is_damaged(tmp_path: Path, header: bytes) -> None:
    path = tmp_path / "vectors.faiss"
    three_vectors().save(path)
    path.write_bytes(header + path.read_bytes()[4:])
    with pytest.raises(IndexDamaged, match=r"vectors\.faiss"):
        VectorIndex.load(path)


def test_vectors_of_another_kind_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "vectors.faiss"
    path.write_bytes(faiss.serialize_index(faiss.IndexFlatL2(2)).tobytes())
    with pytest.raises(IndexDamaged, match="IndexFlatL2"):
        VectorIndex.load(path)


def test_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        VectorIndex.load(tmp_path / "vectors.faiss")
