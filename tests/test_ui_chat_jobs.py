"""Jobs that the page begins: one at a time, and what goes wrong is told."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from fake_embedding import FakeEmbedding, interview

from index.build import Progress
from index.store import open_index
from ui.archive_changes import Outcome, add_files
from ui.chat_jobs import Job, Jobs
from ui.uploads import Sent

TEA = Sent("茶.md", interview("林岚", "茶园").encode())


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    return tmp_path / "verbatim-uploads"


def docs(folder: Path) -> list[str]:
    with open_index(folder) as index:
        return sorted(row.doc for row in index.documents())


def ended(job: Job | None) -> Job:
    assert job is not None
    assert job.ended.wait(30)
    return job


def test_one_job_at_a_time(folder: Path, uploads: Path) -> None:
    jobs, go_on = Jobs(), threading.Event()

    def wait(progress: Progress) -> Outcome:
        progress.stage("indexing", 4)
        progress.advance(3)
        go_on.wait(30)
        return Outcome()

    first = jobs.begin("add", wait)
    assert first is not None
    assert jobs.is_busy
    assert jobs.begin("again", lambda progress: Outcome()) is None
    assert jobs.latest is first
    go_on.set()
    assert ended(first).outcome == Outcome()
    assert (first.phase, first.done, first.total) == ("indexing", 3, 4)
    assert not jobs.is_busy
    second = ended(jobs.begin("add", lambda progress: add_files([TEA], uploads, folder, FakeEmbedding(), progress)))
    assert second.problem == ""
    assert jobs.latest is second
    assert second.phase == "writing"
    assert docs(folder) == ["茶"]


def test_what_goes_wrong_is_told(folder: Path, uploads: Path) -> None:
    jobs = Jobs()

    def broken(progress: Progress) -> Outcome:
        raise ZeroDivisionError("by zero")

    job = ended(jobs.begin("add", broken))
    assert (job.outcome, job.problem) == (None, "ZeroDivisionError: by zero")
    folder.write_text("no folder")
    job = ended(jobs.begin("again", lambda progress: add_files([TEA], uploads, folder, FakeEmbedding(), progress)))
    assert job.problem == f"{folder} is a file; an index is a folder of its own"
    assert list(uploads.iterdir()) == []
