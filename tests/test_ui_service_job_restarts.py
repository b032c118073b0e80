"""The service's queue when a process ends, however it does: the next one goes on with what was promised."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from job_queues import BOAT, HILL, OTHER_TEA, TEA, Held, docs, ended, names, new_queue, nothing, running, upload

from index.errors import IndexMissing
from index.lock import writer_lock
from index.store import open_index
from ui import archive_changes, service_jobs
from ui.service_job_folder import load_jobs
from ui.service_problems import Problem

TESTS = Path(__file__).parent


def test_a_job_that_waits_for_the_index_when_the_service_ends_is_done_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_changes, "WAIT", 0.05)
    with writer_lock(tmp_path / ".verbatim"):
        queue = new_queue(tmp_path)
        queue.start()
        record = queue.add([upload("茶.md", TEA)])
        queue.stop(10)
        [kept] = load_jobs(tmp_path / "jobs")
        assert (kept.record.state, kept.tries) == ("queued", 0)
    with running(new_queue(tmp_path)) as queue:
        assert ended(queue, record).state == "done"


def test_two_processes_on_one_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(service_jobs, "LOOK", 0.05)
    one, other = new_queue(tmp_path), new_queue(tmp_path)
    one.start()
    other.start()
    record = ended(one, one.add([upload("茶.md", TEA)]))
    assert other.get(record.id) == record
    assert other.records() == (record,)
    with pytest.raises(Problem, match="Another process takes uploads") as raised:
        other.add([upload("船.md", BOAT)])
    assert raised.value.status == 503
    with pytest.raises(Problem, match="Another process takes uploads"):
        other.remove("茶")
    caplog.set_level("INFO", "verbatim.service")
    one.stop(10)
    with pytest.raises(Problem):
        one.check_room()
    with other._changed:
        assert other._changed.wait_for(lambda: other.is_ours, 10)
    assert ended(other, other.add([upload("船.md", BOAT)])).state == "done"
    other.stop(10)
    assert "took over the jobs" in caplog.messages[0]
    assert docs(tmp_path) == ["船", "茶"]


@pytest.mark.parametrize(
    ("moment", "promised"),
    [("arriving", 0), ("queued", 2), ("storing", 1), ("renaming", 1), ("indexing", 1), ("written", 1)],
)
def test_what_was_promised_is_done_after_kill_9(tmp_path: Path, moment: str, promised: int) -> None:
    with running(new_queue(tmp_path)) as queue:
        first = ended(queue, queue.add([upload("茶.md", TEA)]))
    killed = subprocess.run(
        [sys.executable, "job_queues.py", str(tmp_path), moment],
        cwd=TESTS,
        env={**os.environ, "PYTHONPATH": f"{TESTS.parent}"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert killed.returncode == -9, killed.stderr
    ids = [line.split()[1] for line in killed.stdout.splitlines() if line.startswith("promised")]
    assert len(ids) >= promised  # more where the process died a moment later
    with running(new_queue(tmp_path)) as queue:
        for record in queue.records():
            assert ended(queue, record).state == "done"
        found = {one.id: one for one in queue.records()}
    assert set(ids) <= set(found)
    kept = {"茶.md": TEA}
    if moment != "arriving":
        many = found[sorted(set(found) - {first.id})[0]]
        assert [(one.name, one.state) for one in many.files] == [
            ("茶.md", "replaced"),
            ("empty.md", "refused"),
            ("船.md", "new"),
        ]
        kept |= {"茶.md": OTHER_TEA, "船.md": BOAT} | ({"山.md": HILL} if len(found) == 3 else {})
    assert {path.name: path.read_bytes() for path in (tmp_path / "uploads").iterdir()} == kept
    assert docs(tmp_path) == sorted(name.removesuffix(".md") for name in kept)
    assert names(tmp_path / "jobs") == sorted(found)
    assert {tuple(names(tmp_path / "jobs" / id)) for id in found} == {("job.json",)}


def test_a_removal_that_was_stopped_in_the_middle_is_finished(tmp_path: Path) -> None:
    with running(new_queue(tmp_path)) as queue:
        ended(queue, queue.add([upload("茶.md", TEA)]))
        record = ended(queue, queue.remove("茶"))
    (tmp_path / "uploads" / "茶.md").write_bytes(TEA)  # as if it had been stopped before the file was deleted
    job = tmp_path / "jobs" / record.id / "job.json"
    told = json.loads(job.read_text())
    told["record"] |= {"state": "running", "ended": "", "report": None}
    job.write_text(json.dumps(told))
    with running(new_queue(tmp_path)) as queue:
        assert ended(queue, record).state == "done"
    assert names(tmp_path / "uploads") == []
    with pytest.raises(IndexMissing):
        open_index(tmp_path / ".verbatim")


def test_a_job_that_takes_the_process_with_it_is_given_up(tmp_path: Path) -> None:
    with running(new_queue(tmp_path)) as queue:
        ended(queue, queue.add([upload("茶.md", TEA)]))
    held = Held()
    queue = new_queue(tmp_path, held)
    queue.start()
    record = queue.add([upload("茶.md", OTHER_TEA), upload("船.md", BOAT)])
    assert held.begun.wait(10)
    lying = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    held.go_on.set()
    ended(queue, record)
    queue.stop(10)
    other = tmp_path / "other"  # as it stood in the middle, and as if that had happened before
    for path, data in lying.items():
        (other / path).parent.mkdir(parents=True, exist_ok=True)
        (other / path).write_bytes(data)
    job = other / "jobs" / record.id / "job.json"
    job.write_text(json.dumps(json.loads(job.read_text()) | {"tries": service_jobs.MOST_TRIES}))
    with running(new_queue(other, on_written=nothing)) as queue:
        last = ended(queue, record)
    assert (last.state, last.problem) == ("failed", "internal")
    assert f"ended {service_jobs.MOST_TRIES} times" in last.reason
    assert {path.name: path.read_bytes() for path in (other / "uploads").iterdir()} == {"茶.md": TEA}
