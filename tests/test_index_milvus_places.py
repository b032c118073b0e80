"""An index in a folder and one in Milvus are opened, built and taken from alike."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_embedding import FakeEmbedding, write_interview

from index.errors import IndexMissing, InputError
from index.places import Place, build_place, open_place, remove_from_place, shown, version_of

pytest.importorskip("pymilvus", reason="the extra verbatim[milvus] is not installed")
pytest.importorskip("milvus_lite", reason="milvus-lite has no wheel for this platform")


@pytest.fixture(params=["folder", "milvus"])
def place(tmp_path: Path, request: pytest.FixtureRequest) -> Place:
    return tmp_path / "index" if request.param == "folder" else f"milvus-lite://{tmp_path.as_posix()}/all.db/talks"


def test_from_nothing_to_an_index_and_back(talks: Path, place: Place) -> None:
    with pytest.raises(IndexMissing, match="Make one: verbatim index"):
        open_place(place)
    assert build_place([talks], place, FakeEmbedding()).interviews == 2
    first = version_of(place)
    write_interview(talks / "茶园.md", "陈田", "茶园")
    assert build_place([talks], place, FakeEmbedding()).indexed == ("茶园",)
    assert version_of(place) != first
    index = open_place(place)
    assert sorted(index.docs) == ["桥", "灯塔", "茶园"]
    assert index.lexical.has("茶园")
    index.close()
    assert remove_from_place(["茶园", "桥"], place).interviews == 1
    assert remove_from_place(["灯塔"], place).interviews == 0
    with pytest.raises(IndexMissing):
        version_of(place)


def test_what_is_shown_has_no_password() -> None:
    assert shown("milvus://ann:hunter2@db.example/talks") == "milvus://db.example:19530/talks"
    assert shown(Path("here")) == "here"
    with pytest.raises(InputError):
        shown("milvus://ann:hunter2@db.example")
