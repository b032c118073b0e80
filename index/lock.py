"""One writer at a time: the lock on an index directory, and who holds it.

The operating system holds the lock and lets go of it when the process ends, however it ends; `writer.json` beside it
only serves to name the holder to those who wait.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import IndexLocked
from index.generations import LOCK, WRITER
from index.publish import storage_errors

WAIT_SECONDS = 10.0


@contextmanager
def writer_lock(folder: Path, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Be the only writer of this index directory, which is made where it is missing.

    Raises IndexLocked when another process still holds the lock after `wait` seconds, StorageError when the
    directory cannot be written.
    """
    lock = FileLock(folder / LOCK)
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=wait)
        except Timeout as error:
            raise IndexLocked(
                f"{folder} is being written by {_holder(folder)}. Wait until it has finished, "
                "or stop that process, then run this again; the index itself can be read meanwhile."
            ) from error
    try:
        with suppress(OSError):  # the lock is held, whether or not there is room to say so
            _name_holder(folder)
        yield
    finally:
        with suppress(OSError):
            (folder / WRITER).unlink()
        lock.release()


def _name_holder(folder: Path) -> None:
    since = datetime.now().astimezone().isoformat(" ", "seconds")
    holder = {"pid": os.getpid(), "host": socket.gethostname(), "since": since}
    (folder / WRITER).write_text(json.dumps(holder), encoding="utf-8")


def _holder(folder: Path) -> str:
    try:
        holder = json.loads((folder / WRITER).read_text(encoding="utf-8"))
        return f"process {holder['pid']} on {holder['host']} since {holder['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"  # it has the lock and not yet said who it is
