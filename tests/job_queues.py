"""Queues of jobs for tests; as a script, one that is killed with SIGKILL at a moment that is named.

python job_queues.py FOLDER MOMENT: two jobs are begun, and "promised ID" is printed for each that is promised.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import numpy as np
from fake_embedding import FakeEmbedding, interview
from numpy.typing import NDArray

from index.embedding_choice import PassageEncoder
from index.store import open_index
from ui import service_job_folder, uploads
from ui.service_job_records import JobRecord
from ui.service_jobs import LIMIT, JobQueue, Upload

TEA = interview("林岚", "茶园").encode()
OTHER_TEA = interview("林岚", "新茶园").encode()
BOAT = interview("周桥", "渡船").encode()
HILL = interview("石川", "山路").encode()


def nothing() -> None: ...


def new_queue(
    root: Path,
    embedding: PassageEncoder | None = None,
    on_written: Callable[[], None] = nothing,
    limit: int = LIMIT,
) -> JobQueue:
    """A queue that is not started; everything of it lies in `root`."""
    encoder = embedding or FakeEmbedding()
    return JobQueue(root / ".verbatim", root / "jobs", root / "uploads", lambda: encoder, on_written, limit)


@contextmanager
def running(queue: JobQueue) -> Iterator[JobQueue]:
    queue.start()
    try:
        yield queue
    finally:
        queue.stop(30)


def upload(name: str, data: bytes) -> Upload:
    return Upload(name, len(data), BytesIO(data))


def ended(queue: JobQueue, record: JobRecord) -> JobRecord:
    """The job when it has ended."""
    last = queue.wait(record.id, 30)
    assert last is not None and last.has_ended
    return last


def docs(root: Path) -> list[str]:
    with open_index(root / ".verbatim") as index:
        return sorted(index.docs)


def names(folder: Path) -> list[str]:
    """What is in a folder, but for the lock."""
    return sorted(path.name for path in folder.iterdir() if path.name != ".lock")


class Held(FakeEmbedding):
    """An embedding that waits until it is told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go_on = threading.Event(), threading.Event()

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        self.begun.set()
        assert self.go_on.wait(30)
        return super().encode_passages(texts, progress)


class Fatal(FakeEmbedding):
    """An embedding that takes the process with it."""

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        die()
        return super().encode_passages(texts, progress)


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying_at(calls: int, real: Callable[..., None]) -> Callable[..., None]:
    """The function, which kills the process at its second call, say."""
    left = iter(range(calls - 1))

    def call(*args: object) -> None:
        if next(left, None) is None:
            die()
        real(*args)

    return call


def dying_with_a_file(real: Callable[..., None]) -> Callable[..., None]:
    """The function, which kills the process when an upload is written and has yet to get its name."""

    def call(source: str | Path, target: str | Path) -> None:
        if Path(source).name.startswith(uploads.INCOMING):
            die()
        real(source, target)

    return call


def main(root: Path, moment: str) -> None:
    queue = new_queue(root, Fatal() if moment == "indexing" else None, die if moment == "written" else nothing)
    if moment == "arriving":
        service_job_folder._write_record = die  # type: ignore[assignment]
    if moment == "storing":
        uploads._write = dying_at(2, uploads._write)
    if moment == "renaming":
        os.replace = dying_with_a_file(os.replace)
    if moment == "queued":
        queue._work = threading.Event().wait  # type: ignore[method-assign, assignment] # nothing is begun
    queue.start()
    files = [upload("茶.md", OTHER_TEA), upload("empty.md", b""), upload("船.md", BOAT)]
    print("promised", queue.add(files).id, flush=True)
    print("promised", queue.add([upload("山.md", HILL)]).id, flush=True)
    if moment == "queued":
        die()
    threading.Event().wait(30)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
