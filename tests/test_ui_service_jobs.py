"""The service's queue: one change at a time, none that was promised lost, none of a stopped one's leavings kept."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from fake_embedding import FakeEmbedding
from job_queues import BOAT, HILL, OTHER_TEA, TEA, Held, docs, ended, names, new_queue, nothing, running, upload

from index.build import build_index
from index.errors import EmbeddingUnavailable, StorageError
from index.lock import writer_lock
from index.store import open_index
from ui import archive_changes, service_jobs
from ui.service_job_folder import Asked, load_jobs
from ui.service_problems import Problem

KEYS = {"job", "kind", "state", "docs", "files", "token", "request_id"}  # of a line of the log


def test_files_are_added_and_the_record_says_what_became_of_each(tmp_path: Path) -> None:
    with running(new_queue(tmp_path)) as queue:
        record = queue.add([upload("茶.md", TEA), upload("run.exe", b"MZ"), upload("empty.md", b"")])
        assert [one.state for one in record.files] == ["waiting", "refused", "waiting"]
        last = ended(queue, record)
    assert (last.state, last.problem, last.phase) == ("done", "", "")
    assert [(one.name, one.state, one.doc, one.problem) for one in last.files] == [
        ("茶.md", "new", "茶", ""),
        ("run.exe", "refused", "", "kind"),
        ("empty.md", "refused", "", ""),
    ]
    assert last.files[2].reason == "the file is empty"
    assert last.report is not None
    assert (last.report.indexed, last.report.interviews, last.report.refused) == (("茶",), 1, ())
    assert last.created <= last.ended
    assert docs(tmp_path) == ["茶"]
    assert names(tmp_path / "uploads") == ["茶.md"]
    assert names(tmp_path / "jobs" / record.id) == ["job.json"]
    assert load_jobs(tmp_path / "jobs")[0].record == last


def test_a_file_says_which_interview_it_became(tmp_path: Path, talks: Path) -> None:
    build_index([talks], tmp_path / ".verbatim", FakeEmbedding())
    with running(new_queue(tmp_path)) as queue:
        record = queue.add([upload("桥.md", TEA), upload("茶.md", BOAT)])
        assert [one.doc for one in record.files] == ["", ""]
        first = ended(queue, record)
        again = ended(queue, queue.add([upload("桥.md", TEA), upload("茶.md", OTHER_TEA)]))
    assert first.report is not None
    assert {one.doc for one in first.files} == set(first.report.indexed)
    assert [one.state for one in again.files] == ["same", "replaced"]
    assert [one.doc for one in again.files] == [one.doc for one in first.files]
    assert first.files[0].doc != "桥"  # which is another interview
    with open_index(tmp_path / ".verbatim") as index:
        assert Path(index.document(first.files[0].doc).path).name == "桥.md"


def test_the_log_says_who_asked_for_what(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "verbatim.service")
    queue = new_queue(tmp_path)
    queue._work = nothing  # type: ignore[method-assign] # nothing is begun
    queue._thread = threading.Thread(target=nothing)
    with running(queue):
        record = queue.add([upload("a/茶.md", TEA), upload("x.exe", b"MZ")], Asked("press", "r1"))
        other = new_queue(tmp_path)
        other.start()
        other.stop(10)
    assert "r1" not in (tmp_path / "jobs" / record.id / "job.json").read_text()
    with running(new_queue(tmp_path)) as queue:
        ended(queue, record)
        ended(queue, queue.remove("茶", Asked("", "r2")))
    lines = [(line.getMessage(), vars(line)) for line in caplog.records]
    assert [event for event, _ in lines if "jobs" in event] == [
        "this process does the jobs",
        "another process does the jobs",
        "this process does the jobs",
    ]
    assert {told["pid"] for event, told in lines if "jobs" in event} == {os.getpid()}
    about = [{key: told[key] for key in told.keys() & KEYS} for event, told in lines if "jobs" not in event]
    added = {"kind": "add", "job": record.id, "files": ["茶.md", "x.exe"], "token": "press"}
    removed = {"kind": "remove", "docs": ["茶"], "files": [], "request_id": "r2"}
    assert about[0] == added | {"state": "queued", "docs": [], "request_id": "r1"}
    assert about[1] == added | {"state": "done", "docs": ["茶"]}
    assert [one | {"job": ""} for one in about[2:]] == [removed | {"job": "", "state": at} for at in ("queued", "done")]


def test_an_interview_is_removed_with_its_upload(tmp_path: Path, talks: Path) -> None:
    build_index([talks], tmp_path / ".verbatim", FakeEmbedding())
    with running(new_queue(tmp_path)) as queue:
        ended(queue, queue.add([upload("茶.md", TEA)]))
        for doc in ("茶", "桥"):
            last = ended(queue, queue.remove(doc))
            assert last.report is not None
            assert (last.state, last.doc, last.report.removed) == ("done", doc, (doc,))
        with pytest.raises(Problem, match="no interview") as raised:
            queue.remove("茶")
    assert raised.value.status == 404
    assert docs(tmp_path) == ["灯塔"]
    assert names(tmp_path / "uploads") == []
    assert (talks / "桥.txt").exists()


def test_the_reader_sees_what_was_written_before_the_job_has_ended(tmp_path: Path) -> None:
    seen: list[tuple[list[str], str]] = []

    def look() -> None:
        [record] = queue.records()
        seen.append((docs(tmp_path), record.state))

    queue = new_queue(tmp_path, on_written=look)
    with running(queue):
        ended(queue, queue.add([upload("茶.md", TEA)]))
    assert seen == [(["茶"], "running")]


def test_one_at_a_time_and_so_many_wait(tmp_path: Path) -> None:
    held = Held()
    with running(new_queue(tmp_path, held, limit=2)) as queue:
        first = queue.add([upload("茶.md", TEA)])
        assert held.begun.wait(10)
        others = [queue.add([upload("船.md", BOAT)]), queue.add([upload("茶.md", OTHER_TEA)])]
        with pytest.raises(Problem) as raised:
            queue.add([upload("山.md", HILL)])
        assert (raised.value.status, raised.value.kind) == (503, "busy")
        assert "Retry-After" in raised.value.headers
        assert [one.state for one in queue.records()] == ["queued", "queued", "running"]
        held.go_on.set()
        assert [ended(queue, one).state for one in (first, *others)] == ["done"] * 3
        assert [one.id for one in queue.records()] == [others[1].id, others[0].id, first.id]
    assert docs(tmp_path) == ["船", "茶"]
    with open_index(tmp_path / ".verbatim") as index:
        assert "新茶园" in index.text("茶")


def test_where_none_of_the_files_can_be_taken_there_is_no_job(tmp_path: Path) -> None:
    with running(new_queue(tmp_path)) as queue, pytest.raises(Problem) as raised:
        queue.add([upload("../../etc/passwd", b"x"), upload("....md", b"x")])
    assert raised.value.status == 422
    assert [one["pointer"] for one in raised.value.errors] == ["body#/files/0", "body#/files/1"]
    assert names(tmp_path / "jobs") == []
    assert not (tmp_path / "uploads").exists()


def test_what_goes_wrong_is_told_without_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(error: Exception) -> None:
        def raising(*_: object) -> None:
            raise error

        monkeypatch.setattr(archive_changes, "build_place", raising)

    with running(new_queue(tmp_path)) as queue:
        fail(EmbeddingUnavailable(f"no model at {tmp_path}/model"))
        last = ended(queue, queue.add([upload("茶.md", TEA)]))
        assert (last.state, last.problem) == ("failed", "unavailable")
        fail(ZeroDivisionError(f"{tmp_path}"))
        other = ended(queue, queue.add([upload("茶.md", TEA)]))
        assert (other.state, other.problem) == ("failed", "internal")
        assert [one.state for one in other.files] == ["refused"]
    assert str(tmp_path) not in repr((last, other))
    assert names(tmp_path / "uploads") == []


def test_a_replaced_file_that_is_no_interview_is_taken_back(tmp_path: Path) -> None:
    with running(new_queue(tmp_path)) as queue:
        ended(queue, queue.add([upload("茶.md", TEA)]))
        last = ended(queue, queue.add([upload("茶.md", b" ")]))
    assert [one.state for one in last.files] == ["refused"]
    assert (tmp_path / "uploads" / "茶.md").read_bytes() == TEA
    assert docs(tmp_path) == ["茶"]


def test_a_link_in_the_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "uploads").symlink_to(tmp_path / "elsewhere")
    with running(new_queue(tmp_path)) as queue:
        assert ended(queue, queue.add([upload("茶.md", TEA)])).problem == "no-room"
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "jobs").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="not a folder of its own"):
        new_queue(tmp_path / "b").start()
    assert names(tmp_path / "elsewhere") == []


def test_a_full_disk_takes_no_job_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with running(new_queue(tmp_path)) as queue:
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(StorageError):
            queue.add([upload("茶.md", TEA)])
        monkeypatch.undo()
        assert queue.records() == ()
        assert names(tmp_path / "jobs") == []
        assert ended(queue, queue.add([upload("茶.md", TEA)])).state == "done"


def test_a_disk_that_fills_up_while_a_job_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = Held()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with running(new_queue(tmp_path, held)) as queue:
        record = queue.add([upload("茶.md", TEA)])
        assert held.begun.wait(10)
        monkeypatch.setattr(os, "fsync", full)
        held.go_on.set()
        last = ended(queue, record)
        monkeypatch.undo()
        assert (last.state, last.problem) == ("failed", "no-room")
        assert queue.get(record.id) == last
    assert names(tmp_path / "uploads") == []
    with running(new_queue(tmp_path)) as queue:  # rather no record than one that says it is still to be done
        assert queue.records() == ()
    assert names(tmp_path / "jobs") == []


def test_the_last_records_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_jobs, "KEPT", 2)
    with running(new_queue(tmp_path)) as queue:
        ids = [ended(queue, queue.add([upload("茶.md", TEA)])).id for _ in range(4)]
        ended(queue, queue.add([upload("船.md", BOAT)]))
    assert names(tmp_path / "jobs")[:-1] == ids[-1:]
    with running(new_queue(tmp_path)) as queue:
        assert [one.state for one in queue.records()] == ["done", "done"]


def test_ids_are_never_paths(tmp_path: Path) -> None:
    (tmp_path / "job.json").write_text("{}")
    with running(new_queue(tmp_path)) as queue:
        for id in ("..", "../", "", ".", "a" * 16, "0" * 15, "0" * 16 + "\n", ".lock", "\0", "茶", "/etc"):
            assert queue.get(id) is None
        other = new_queue(tmp_path)  # which looks on the disk
        for id in ("..", "../", "", ".", "a" * 16, "0" * 16 + "\n", ".lock", "\0", "/etc"):
            assert other.get(id) is None


def test_a_record_that_cannot_be_read_is_left_alone(tmp_path: Path) -> None:
    for number, text in enumerate(("", "[]", "{}", '{"record": {"id": "../../x", "kind": "add"}}')):
        (tmp_path / "jobs" / f"{number:016x}").mkdir(parents=True)
        (tmp_path / "jobs" / f"{number:016x}" / "job.json").write_text(text)
    with running(new_queue(tmp_path)) as queue:
        assert queue.records() == ()
        assert ended(queue, queue.add([upload("茶.md", TEA)])).state == "done"
    assert len(names(tmp_path / "jobs")) == 5


def test_a_job_waits_while_another_program_writes_the_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_changes, "WAIT", 0.05)
    waited = threading.Event()
    monkeypatch.setattr(service_jobs._log, "warning", lambda *_, **__: waited.set())
    with running(new_queue(tmp_path)) as queue:
        with writer_lock(tmp_path / ".verbatim"):
            record = queue.add([upload("茶.md", TEA)])
            assert waited.wait(10)
        assert ended(queue, record).state == "done"
    assert docs(tmp_path) == ["茶"]
