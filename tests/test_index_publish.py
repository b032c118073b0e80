"""A build that is killed, interrupted, locked out or short of room leaves the index that was, and others' files."""

from __future__ import annotations

import errno
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fake_embedding import FakeEmbedding, write_interview
from index_checks import assert_answers, finish, run, snapshot

from index.build import build_index, remove_documents
from index.errors import IndexDamaged, IndexLocked, IndexMissing, InputError, StorageError
from index.store import open_index


class TestForeignFolders:
    def test_a_folder_with_other_files_is_left_alone(self, talks: Path, tmp_path: Path) -> None:
        before = snapshot(talks)
        with pytest.raises(InputError, match="holds other files"):
            build_index([talks], talks, FakeEmbedding())
        assert snapshot(talks) == before
        with pytest.raises(InputError, match="is a file"):
            build_index([talks], talks / "桥.txt", FakeEmbedding())

    def test_files_put_into_an_index_are_left_alone(self, talks: Path, folder: Path) -> None:
        build_index([talks], folder, FakeEmbedding())
        (folder / "notes.txt").write_text("mine", encoding="utf-8")
        (talks / "桥.txt").unlink()
        build_index([talks], folder, FakeEmbedding())
        remove_documents(["灯塔"], folder)
        assert (folder / "notes.txt").read_text(encoding="utf-8") == "mine"


# A build in a process of its own that does something drastic when a stage has come so far; argv: talks, index, stage,
# steps, what.
DRASTIC = """
import os, signal, sys, time
from pathlib import Path
from fake_embedding import FakeEmbedding
from index.build import build_index
talks, folder, wanted, steps, what = sys.argv[1:]

def act():
    if what == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    print("here", flush=True)
    time.sleep(float(what))

class Progress:
    def stage(self, name, total):
        self.name, self.done = name, 0
        self.advance(0)
    def advance(self, n):
        self.done += n
        if self.name == wanted and self.done == int(steps):
            act()

if wanted == "swap":
    os.replace = lambda *_: act()
build_index([Path(talks)], Path(folder), FakeEmbedding(), Progress())
"""
MOMENTS = [("indexing", 0), *(("writing", step) for step in range(6)), ("swap", 0)]


class TestStopped:
    @pytest.mark.parametrize(("stage", "steps"), MOMENTS)
    def test_killed_at_any_moment_the_old_index_answers(
        self, talks: Path, folder: Path, stage: str, steps: int
    ) -> None:
        build_index([talks], folder, FakeEmbedding())
        write_interview(talks / "井.md", "何井", "水井")
        process = run(DRASTIC, talks, folder, stage, steps, "die")
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
        assert_answers(folder, "灯塔", "桥")
        build_index([talks], folder, FakeEmbedding(), wait=0)  # the dead process holds no lock
        assert_answers(folder, "灯塔", "桥", "井")
        assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == [open_index(folder).generation]

    @pytest.mark.parametrize(("stage", "steps"), [("writing", 2), ("swap", 0)])
    def test_a_first_build_that_was_killed_is_begun_again(
        self, talks: Path, folder: Path, stage: str, steps: int
    ) -> None:
        run(DRASTIC, talks, folder, stage, steps, "die").communicate(timeout=60)
        with pytest.raises((IndexMissing, IndexDamaged), match="verbatim index"):
            open_index(folder)
        build_index([talks], folder, FakeEmbedding())
        assert_answers(folder, "灯塔", "桥")
        assert len(list(folder.glob("*-0*"))) == 1

    @pytest.mark.parametrize("stage", ["indexing", "writing"])
    def test_control_c_leaves_the_old_index_and_no_litter(self, talks: Path, folder: Path, stage: str) -> None:
        build_index([talks], folder, FakeEmbedding())
        before = snapshot(folder)
        write_interview(talks / "井.md", "何井", "水井")
        with pytest.raises(KeyboardInterrupt):
            build_index([talks], folder, FakeEmbedding(), Interrupt(stage, KeyboardInterrupt()))
        assert snapshot(folder) == before


class Interrupt:
    """Progress that raises an error when a stage has made a step."""

    def __init__(self, stage: str, error: BaseException) -> None:
        self._wanted = stage
        self._error = error
        self._name = ""

    def stage(self, name: str, total: int) -> None:
        self._name = name

    def advance(self, n: int) -> None:
        if self._name == self._wanted:
            raise self._error


class TestTwoWriters:
    def test_the_second_waits_or_says_who_holds_the_lock(self, talks: Path, folder: Path) -> None:
        build_index([talks], folder, FakeEmbedding())
        write_interview(talks / "井.md", "何井", "水井")
        process = run(DRASTIC, talks, folder, "indexing", 0, "30")
        assert process.stdout is not None and process.stdout.readline() == "here\n"
        with pytest.raises(IndexLocked, match=rf"process {process.pid} on .+ since "):
            build_index([talks], folder, FakeEmbedding(), wait=0.1)
        assert_answers(folder, "灯塔", "桥")  # and reading goes on
        process.kill()
        process.communicate(timeout=60)
        build_index([talks], folder, FakeEmbedding(), wait=0)
        assert_answers(folder, "灯塔", "桥", "井")

    def test_two_threads_take_turns(self, talks: Path, folder: Path) -> None:
        with ThreadPoolExecutor(2) as pool:
            builds = [pool.submit(build_index, [talks], folder, FakeEmbedding(), wait=60) for _ in range(4)]
        assert sorted(len(done.result().indexed) for done in builds) == [0, 0, 0, 2]

    def test_the_second_goes_on_when_the_first_is_done(self, talks: Path, folder: Path) -> None:
        process = run(DRASTIC, talks, folder, "indexing", 0, "0.5")
        assert process.stdout is not None and process.stdout.readline() == "here\n"
        embedding = FakeEmbedding()
        report = build_index([talks], folder, embedding, wait=60)
        finish(process)
        assert (set(report.unchanged), embedding.given) == ({"灯塔", "桥"}, [])


# Builds under a limit on the size of each file it writes: the disk "fills up" at argv[3] bytes.
LIMITED = """
import resource, sys
from pathlib import Path
from fake_embedding import FakeEmbedding
from index.build import build_index
from index.errors import StorageError
limit = int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    build_index([Path(sys.argv[1])], Path(sys.argv[2]), FakeEmbedding(dimensions=int(sys.argv[4])))
except StorageError as error:
    print(error)
"""


class TestTheDiskRefuses:
    # SQLite's file or the vectors are the first to exceed the limit.
    @pytest.mark.parametrize(("limit", "dimensions"), [(20_000, 8), (90_000, 2048)])
    def test_a_full_disk_is_a_storage_error_and_the_old_index_stays(
        self, talks: Path, folder: Path, limit: int, dimensions: int
    ) -> None:
        build_index([talks], folder, FakeEmbedding())
        before = snapshot(folder)
        write_interview(talks / "井.md", "何井", "水井")
        message = finish(run(LIMITED, talks, folder, limit, dimensions))
        assert str(folder) in message
        assert snapshot(folder) == before
        assert_answers(folder, "灯塔", "桥")

    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT])
    def test_what_the_system_said_is_passed_on(self, talks: Path, folder: Path, number: int) -> None:
        build_index([talks], folder, FakeEmbedding())
        before = snapshot(folder)
        write_interview(talks / "井.md", "何井", "水井")
        refusal = OSError(number, os.strerror(number), str(folder / "building-000002" / "archive.sqlite"))
        with pytest.raises(StorageError, match=os.strerror(number)):
            build_index([talks], folder, FakeEmbedding(), Interrupt("writing", refusal))
        assert snapshot(folder) == before

    @pytest.mark.parametrize("call", ["rename", "replace"])
    def test_a_refusal_at_the_last_moment_leaves_nothing_behind(
        self, talks: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, call: str
    ) -> None:
        build_index([talks], folder, FakeEmbedding())
        before = snapshot(folder)
        write_interview(talks / "井.md", "何井", "水井")

        def refuse(*_: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with monkeypatch.context() as patch, pytest.raises(StorageError, match="No space left"):
            patch.setattr(os, call, refuse)
            build_index([talks], folder, FakeEmbedding())
        assert snapshot(folder) == before

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
    def test_a_folder_that_may_not_be_written(self, talks: Path, tmp_path: Path) -> None:
        (tmp_path / "closed").mkdir(mode=0o500)
        with pytest.raises(StorageError, match="closed"):
            build_index([talks], tmp_path / "closed" / ".verbatim", FakeEmbedding())

    def test_a_place_where_no_folder_can_be(self, talks: Path) -> None:
        with pytest.raises(StorageError, match="Not a directory"):
            build_index([talks], talks / "桥.txt" / ".verbatim", FakeEmbedding())
