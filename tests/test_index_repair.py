"""A damaged index is built again from all its sources, and never at the price of an interview."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_embedding import FakeEmbedding, write_interview, write_two_interviews

from index.build import build_index
from index.errors import IndexDamaged
from index.store import open_index


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An index of two folders, of which one vector file is damaged."""
    folder = tmp_path / ".verbatim"
    build_index([write_two_interviews(tmp_path / "talks")], folder, FakeEmbedding())
    write_interview(tmp_path / "more" / "mill.txt", "Mira", "mills")
    build_index([tmp_path / "more"], folder, FakeEmbedding())
    [vectors] = folder.glob("generation-*/passages/vectors.faiss")
    vectors.write_bytes(b"no vectors")
    return folder


def docs(folder: Path) -> set[str]:
    with open_index(folder) as index:
        return {row.doc for row in index.documents()}


def test_one_path_is_enough_to_repair_all(archive: Path, tmp_path: Path) -> None:
    build_index([tmp_path / "more"], archive, FakeEmbedding())
    assert docs(archive) == {"灯塔", "桥", "mill"}


def test_without_its_pointer_too(archive: Path, tmp_path: Path) -> None:
    (archive / "verbatim-index.json").unlink()
    build_index([tmp_path / "more"], archive, FakeEmbedding())
    assert docs(archive) == {"灯塔", "桥", "mill"}


def test_a_source_that_is_gone_stops_the_repair(archive: Path, tmp_path: Path) -> None:
    before = sorted(path.name for path in archive.rglob("*"))
    (tmp_path / "talks").rename(tmp_path / "elsewhere")
    with pytest.raises(IndexDamaged, match="Nothing was changed"):
        build_index([tmp_path / "more"], archive, FakeEmbedding())
    assert sorted(path.name for path in archive.rglob("*")) == before
