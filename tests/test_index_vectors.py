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

from index import vectors as vectors_module
from index.errors import IndexDamaged
from index.vectors import VectorIndex, build_vectors

FLOATS = st.floats(-1, 1, width=32, allow_subnormal=False)
VECTORS = hnp.arrays(np.float32, st.tuples(st.integers(0, 12), st.integers(1, 9)), elements=FLOATS)


def rows(*numbers: int) -> NDArray[np.int64]:
    return np.array(numbers, dtype=np.int64)


def built(vectors: NDArray[np.float32]) -> VectorIndex:
    return build_vectors(vectors.shape[1], len(vectors), [vectors])


def three_vectors() -> VectorIndex:
    return built(np.array([[1, 0], [0.6, 0.8], [0, -1]], dtype=np.float32))


@given(vectors=VECTORS, data=st.data())
def test_any_subset_of_rows_comes_back_as_it_was_put_in(
    tmp_path_factory: pytest.TempPathFactory, vectors: NDArray[np.float32], data: st.DataObject
) -> None:
    wanted = data.draw(st.lists(st.integers(0, len(vectors) - 1), max_size=20) if len(vectors) else st.just([]))
    path = tmp_path_factory.mktemp("vectors") / "向量"
    built(vectors).save(path)
    index = VectorIndex.load(path)
    assert (len(index), index.dimensions) == vectors.shape
    np.testing.assert_array_equal(index.vectors(rows(*wanted)), vectors[rows(*wanted)])


def test_scores_are_inner_products_in_row_order() -> None:
    scores = three_vectors().scores(np.array([0.6, 0.8], dtype=np.float32))
    np.testing.assert_allclose(scores, [0.6, 1.0, -0.8], atol=1e-6)
    assert scores.dtype == np.float32


def test_only_allowed_rows_are_nearest() -> None:
    query = np.array([1, 0], dtype=np.float32)
    assert three_vectors().nearest(query, 3).tolist() == [0, 1, 2]
    assert three_vectors().nearest(query, 1).tolist() == [0]
    assert three_vectors().nearest(query, 3, np.array([False, True, True])).tolist() == [1, 2]
    assert three_vectors().nearest(query, 3, np.zeros(3, dtype=bool)).tolist() == []


def test_an_index_of_no_vectors_has_no_scores() -> None:
    index = built(np.empty((0, 4), dtype=np.float32))
    assert len(index.scores(np.ones(4, dtype=np.float32))) == len(index.nearest(np.ones(4, dtype=np.float32), 3)) == 0
    assert index.vectors(rows()).shape == (0, 4)


def test_a_query_of_other_dimensions_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="2 dimensions"):
        three_vectors().scores(np.ones(3, dtype=np.float32))


@pytest.mark.parametrize("header", [b"IxFx", b"\0\0\0\0", b"IwPQ"])
def test_a_wrong_header_is_damaged(tmp_path: Path, header: bytes) -> None:
    three_vectors().save(tmp_path)
    path = tmp_path / "vectors.faiss"
    path.write_bytes(header + path.read_bytes()[4:])
    with pytest.raises(IndexDamaged, match=r"vectors\.faiss"):
        VectorIndex.load(tmp_path)


def test_vectors_of_another_kind_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "vectors.faiss"
    path.write_bytes(faiss.serialize_index(faiss.IndexFlatL2(2)).tobytes())
    with pytest.raises(IndexDamaged, match="IndexFlatL2"):
        VectorIndex.load(tmp_path)


def test_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        VectorIndex.load(tmp_path)


# larger ones


def crowd(size: int, seed: int = 0) -> NDArray[np.float32]:
    """Unit vectors around 40 centres."""
    random = np.random.default_rng(seed)
    centres = np.random.default_rng(99).standard_normal((40, 32))
    vectors = centres[random.integers(0, 40, size)] + 0.5 * random.standard_normal((size, 32))
    unit: NDArray[np.float32] = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return unit


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every kind of index with few vectors."""
    for name, number in (("FLAT", 500), ("LISTS", 2_000), ("CHUNK", 300)):
        monkeypatch.setattr(vectors_module, name, number)


def found(index: VectorIndex, vectors: NDArray[np.float32], allowed: NDArray[np.bool_] | None = None) -> float:
    """Recall of the ten nearest, against all inner products."""
    shares = []
    for query in crowd(40, seed=5):
        products = vectors @ query
        if allowed is not None:
            products[~allowed] = -np.inf
        shares.append(
            len(set(index.nearest(query, 10, allowed).tolist()) & set(np.argsort(-products)[:10].tolist())) / 10
        )
    return float(np.mean(shares))


@pytest.mark.usefixtures("small_steps")
@pytest.mark.parametrize(("size", "kind"), [(400, "exact"), (1_500, "8 bits"), (4_000, "lists")])
def test_the_nearest_are_found_in_every_kind_of_index(tmp_path: Path, size: int, kind: str) -> None:
    vectors = crowd(size)
    build_vectors(32, size, [vectors[:700], vectors[700:]]).save(tmp_path)
    index = VectorIndex.load(tmp_path)
    assert index.kind().endswith(kind)
    assert found(index, vectors) >= 0.95
    third = np.arange(size) % 3 == 0
    assert found(index, vectors, third) >= 0.95
    np.testing.assert_allclose(index.vectors(np.arange(size)), vectors, atol=0.01)
    query = crowd(1, seed=7)[0]
    np.testing.assert_allclose(index.scores(query), vectors @ query, atol=0.02)
    np.testing.assert_allclose(index.scores(query, rows(3, 1)), (vectors @ query)[[3, 1]], atol=0.02)


@pytest.mark.usefixtures("small_steps")
@pytest.mark.parametrize("size", [400, 1_500, 4_000])
def test_vectors_that_stay_are_copied_and_new_ones_follow(tmp_path: Path, size: int) -> None:
    before, new = crowd(size), crowd(100, seed=3)
    build_vectors(32, size, [before]).save(tmp_path / "old")
    old = VectorIndex.load(tmp_path / "old")
    kept = np.flatnonzero(np.arange(size) % 10 != 4)
    build_vectors(32, len(kept) + 100, [new], old, kept).save(tmp_path / "new")
    index = VectorIndex.load(tmp_path / "new")
    expected = np.concatenate([before[kept], new])
    np.testing.assert_allclose(index.vectors(np.arange(len(index))), expected, atol=0.06)  # some lie beyond the range
    assert found(index, expected) >= 0.95
    assert index.nearest(new[-1], 1).tolist() == [len(index) - 1]
    assert index.kind().split(",")[0] == old.kind().split(",")[0]


@pytest.mark.usefixtures("small_steps")
def test_an_index_that_grows_changes_its_kind() -> None:
    index = build_vectors(32, 400, [crowd(400)])
    for size, kind in ((600, "8 bits"), (2_500, "lists"), (450, "exact")):
        more = crowd(size, seed=size)
        index = build_vectors(32, 400 + size - 400, [more[400:]], index, np.arange(min(400, size)))
        assert index.kind().endswith(kind)
        assert len(index) == size


@pytest.mark.usefixtures("small_steps")
@pytest.mark.parametrize("size", [1_500, 4_000])
def test_vectors_that_stay_are_not_rounded_again_with_each_build(size: int) -> None:
    vectors, more = crowd(size), crowd(30, seed=4)
    index = build_vectors(32, size, [vectors])
    before = index.vectors(np.arange(size))
    for number in range(30):
        index = build_vectors(32, size + 1, [more[number : number + 1]], index, np.arange(size))
    np.testing.assert_array_equal(index.vectors(np.arange(size)), before)
    assert found(index, np.concatenate([vectors, more[-1:]])) >= 0.95


@pytest.mark.usefixtures("small_steps")
def test_the_range_of_8_bits_follows_an_archive_that_outgrows_it() -> None:
    index = build_vectors(32, 600, [crowd(600) / np.float32(4)])
    large = crowd(1_200, seed=2)
    index = build_vectors(32, 1_250, [large], index, np.arange(50))
    np.testing.assert_allclose(index.vectors(np.arange(50, 1_250)), large, atol=0.35)  # a chunk of it is large


@pytest.mark.usefixtures("small_steps")
def test_what_is_allowed_is_found_far_from_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, few in (("RECALL", 0.0), ("FARTHER", 1)):
        monkeypatch.setattr(vectors_module, name, few)
    far = np.arange(8_000) % 4 == 0
    vectors = crowd(8_000) + np.where(far, 1, -1)[:, None].astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index = build_vectors(32, 8_000, [vectors])
    assert index.kind() == "8 bits, 4 of 256 lists"
    assert len(index.nearest(vectors[1], 50, far)) == 50
