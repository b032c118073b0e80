"""Taking the last interview out: then there is no index, whoever reads the old one and whenever a writer dies."""

from __future__ import annotations

import errno
import os
import signal
from pathlib import Path

import pytest
from fake_embedding import FakeEmbedding, write_interview
from index_checks import assert_answers, run

from index.build import build_index, remove_documents
from index.errors import IndexDamaged, IndexMissing, StorageError
from index.generations import last_manifest
from index.store import open_index

BOTH = ["灯塔", "桥"]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class TestAReaderHoldsTheGeneration:
    def test_there_is_no_index(self, talks: Path, folder: Path) -> None:
        build_index([talks], folder, FakeEmbedding())
        with open_index(folder) as reader:
            remove_documents(BOTH, folder)
            with pytest.raises(IndexMissing, match="verbatim index"):
                open_index(folder)
            with pytest.raises(IndexMissing):
                remove_documents(["桥"], folder)
            assert last_manifest(folder) is None
            reader.check()
            assert "灯塔" in reader.text("灯塔")
        with pytest.raises(IndexMissing):
            open_index(folder)

    def test_what_was_removed_does_not_come_back(self, talks: Path, folder: Path, tmp_path: Path) -> None:
        build_index([talks], folder, FakeEmbedding())
        other = write_interview(tmp_path / "other" / "井.md", "何井", "水井")
        with open_index(folder):
            remove_documents(BOTH, folder)
            report = build_index([other], folder, FakeEmbedding())
            assert (report.indexed, report.warnings) == (("井",), ())
            assert_answers(folder, "井")
        build_index([write_interview(tmp_path / "other" / "山.md", "石川", "山路")], folder, FakeEmbedding())
        assert_answers(folder, "井", "山")
        assert [name for name in names(folder) if "0" in name] == ["generation-000003"]

    def test_the_pointer_that_is_really_lost_is_damage(self, talks: Path, folder: Path) -> None:
        build_index([talks], folder, FakeEmbedding())
        with open_index(folder):
            (folder / "verbatim-index.json").unlink()
            with pytest.raises(IndexDamaged, match="is missing"):
                open_index(folder)
            assert last_manifest(folder) is not None


def test_nothing_stays_where_nobody_reads(talks: Path, folder: Path) -> None:
    build_index([talks], folder, FakeEmbedding())
    remove_documents(BOTH, folder)
    assert set(names(folder)) <= {"lock"}


# Removes everything in a process of its own that dies at its argv[2]-th change of the directory.
DIES = """
import os, signal, sys
from pathlib import Path
from index.build import remove_documents

left = int(sys.argv[2])

def watch(event, arguments):
    global left
    if event in ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "shutil.rmtree"):
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

folder = Path(sys.argv[1])
sys.addaudithook(watch)
remove_documents(["灯塔", "桥"], folder)
"""


@pytest.mark.parametrize("held", [False, True])
def test_killed_at_any_moment_it_is_the_old_index_or_none(talks: Path, tmp_path: Path, held: bool) -> None:
    seen = []
    for step in range(40):
        folder = tmp_path / f"index-{step}"
        build_index([talks], folder, FakeEmbedding())
        reader = open_index(folder) if held else None
        process = run(DIES, folder, step)
        _, err = process.communicate(timeout=60)
        assert process.returncode in (0, -signal.SIGKILL), err
        try:
            assert_answers(folder, *BOTH)
            seen.append("old")
        except IndexMissing:
            seen.append("none")
            report = build_index(
                [write_interview(tmp_path / "other" / "井.md", "何井", "水井")], folder, FakeEmbedding()
            )
            assert report.warnings == ()
            assert_answers(folder, "井")
        if reader:
            reader.close()
        if process.returncode == 0:
            break
    else:
        pytest.fail("it never ended")
    assert seen == sorted(seen, reverse=True)  # the old one up to a moment, none from then on
    assert {"old", "none"} == set(seen)


def test_a_disk_that_refuses_leaves_the_old_index(talks: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_index([talks], folder, FakeEmbedding())

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch, pytest.raises(StorageError, match="No space left"):
        patch.setattr(os, "replace", refuse)
        remove_documents(BOTH, folder)
    assert_answers(folder, *BOTH)
    assert "verbatim-index.json.new" not in names(folder)
