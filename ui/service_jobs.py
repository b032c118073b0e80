"""The queue of changes to the archive: one at a time, none that was promised is lost, whoever kills the process.

A job is on the disk before its client is told of it (ui/service_job_folder.py). One process does them: whoever has the
lock on their folder. When that one ends, another takes over what it left.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from filelock import FileLock, Timeout

from index.embedding_choice import PassageEncoder
from index.errors import IndexLocked, StorageError
from index.places import Place
from index.publish import storage_errors
from ui.archive_changes import Outcome, add_files, remove_again, sources_of, upload_of
from ui.service_job_folder import (
    NOBODY,
    Asked,
    KeptJob,
    begin_job,
    clear_halves,
    drop_files,
    drop_job,
    earlier_of,
    files_of,
    load_job,
    load_jobs,
    make_jobs_folder,
    save_job,
)
from ui.service_job_records import BrokenOff, JobFile, JobRecord, failed, finished, seen
from ui.service_problems import Problem
from ui.uploads import clear_leftovers, take_all_back

LIMIT = 20  # jobs that wait
KEPT = 100  # records of jobs that have ended
MOST_TRIES = 5  # a job that takes the process with it is not begun again for ever
LOOK = 2.0  # seconds between two looks whether the process that takes uploads has ended
RETRY_AFTER = "10"
_log = logging.getLogger("verbatim.service")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as a client sends it: its name, its size in bytes, and what to read it from."""

    name: str
    size: int
    content: BinaryIO = field(repr=False)


class JobQueue:
    """The jobs of one archive, kept in `folder`; its files go to `uploads`.

    `on_written` is called when the index may have been written, before the job is told to have ended: who sees that
    finds what it did. Methods may be called from any thread; all but `get` of a job of ours may wait for the disk.
    """

    def __init__(
        self,
        place: Place,
        folder: Path,
        uploads: Path,
        embedding: Callable[[], str | PassageEncoder | None],
        on_written: Callable[[], None],
        limit: int = LIMIT,
    ) -> None:
        self._place, self._folder, self._uploads = place, folder, uploads
        self._embedding, self._on_written, self._limit = embedding, on_written, limit
        self._jobs: dict[str, KeptJob] = {}  # empty while another process has the lock
        self.is_ours = False  # whether this process does the jobs
        self._arriving = 0
        self._last_id = 0
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)
        self._lock = FileLock(folder / ".lock", thread_local=False)

    def start(self) -> None:
        """Take up what was left to do, in the background. Raises StorageError."""
        make_jobs_folder(self._folder)
        told = "this process does the jobs" if self._take_over() else "another process does the jobs"
        _log.info(told, extra={"pid": os.getpid()})
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Begin no further job, and wait so long for the one that runs: it begins again with the next `start`."""
        self._stopping.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(seconds)
        if not self._thread.is_alive():
            self.is_ours = False
            self._lock.release(force=True)

    @property
    def is_stopping(self) -> bool:
        """Whether no further job is begun."""
        return self._stopping.is_set()

    def check_room(self) -> None:
        """Raise Problem where no job is taken now: another process takes them, or too many wait."""
        with self._changed:
            self._check_room()

    def add(self, files: Sequence[Upload], asked: Asked = NOBODY) -> JobRecord:
        """A job that adds the files; it is on the disk when this returns. Raises Problem and StorageError."""
        told = tuple(seen(file.name, file.size) for file in files)
        if all(one.state == "refused" for one in told):
            raise _none_taken(told)
        contents = [file.content if one.state == "waiting" else None for file, one in zip(files, told, strict=True)]
        return self._accept(lambda id: KeptJob(JobRecord(id, "add", created=_now(), files=told), asked=asked), contents)

    def remove(self, doc: str, asked: Asked = NOBODY) -> JobRecord:
        """A job that removes an interview, and its file if that was uploaded. Raises Problem, and like `open_place`."""
        self.check_room()
        upload = upload_of(doc, self._uploads, self._place)
        if upload is None:
            raise Problem(404, "not-found", "There is no interview of this name.")
        record = JobRecord("", "remove", created=_now(), doc=doc)
        return self._accept(lambda id: KeptJob(replace(record, id=id), upload, asked=asked), ())

    def get(self, id: str) -> JobRecord | None:
        """A job as it stands now; None where there is none of this id. Raises StorageError."""
        with self._changed:
            kept = self._jobs.get(id)
        if not kept and not self.is_ours:
            kept = load_job(self._folder, id)
        return kept.record if kept else None

    def records(self) -> tuple[JobRecord, ...]:
        """All jobs, the newest first. Raises StorageError."""
        with self._changed:
            jobs = [self._jobs[id] for id in sorted(self._jobs)]
        return tuple(kept.record for kept in reversed(jobs if self.is_ours else load_jobs(self._folder)))

    def wait(self, id: str, seconds: float) -> JobRecord | None:
        """A job of ours when it has ended, or as it stands after so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: (kept := self._jobs.get(id)) is None or kept.record.has_ended, seconds)
        return self.get(id)

    def _check_room(self) -> None:
        if not self.is_ours:
            raise Problem(503, "unavailable", "Another process takes uploads for this archive; ask that one.")
        if self._stopping.is_set():
            raise Problem(503, "unavailable", "The service is about to end.", headers={"Retry-After": RETRY_AFTER})
        waiting = sum(kept.record.state == "queued" for kept in self._jobs.values())
        if waiting + self._arriving >= self._limit:
            told = f"{waiting + self._arriving} changes of the archive wait already."
            raise Problem(503, "busy", told, headers={"Retry-After": RETRY_AFTER})

    def _accept(self, make: Callable[[str], KeptJob], contents: Sequence[BinaryIO | None]) -> JobRecord:
        with self._changed:
            self._check_room()
            self._arriving += 1
            self._last_id = max(self._last_id + 1, time.time_ns() // 1000)
            kept = make(f"{self._last_id:016x}")
        try:
            begin_job(self._folder, kept, contents)
        finally:
            with self._changed:
                self._arriving -= 1
        _log_job("job accepted", kept)
        self._set(kept)
        return kept.record

    def _take_over(self) -> bool:
        """Become the process that does the jobs, unless another one is. Raises StorageError."""
        with storage_errors(self._folder):
            try:
                self._lock.acquire(blocking=False)
            except Timeout:
                return False
        clear_halves(self._folder)
        clear_leftovers(self._uploads)
        jobs = load_jobs(self._folder)
        for kept in jobs:
            if kept.record.has_ended:
                drop_files(self._folder, kept.record.id)
        with self._changed:
            self._last_id = max([self._last_id, *(int(kept.record.id, 16) for kept in jobs)])
            # One that ran when its process ended begins again.
            again = (kept if kept.record.has_ended else _queued(kept) for kept in jobs)
            self._jobs = {kept.record.id: kept for kept in again}
            self.is_ours = True
            self._changed.notify_all()
        return True

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                if not self.is_ours:
                    if self._take_over():
                        _log.info("took over the jobs of a process that has ended", extra={"pid": os.getpid()})
                    else:
                        self._stopping.wait(LOOK)
                elif kept := self._next():
                    self._do(kept)
                    self._forget()
            except Exception:  # noqa: BLE001 - whatever it is, the next job must not wait for ever
                _log.exception("the queue of jobs stumbled")
                self._stopping.wait(LOOK)

    def _next(self) -> KeptJob | None:
        """The oldest job that waits, as soon as there is one; None when the service is about to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopping.is_set() or next(self._waiting(), None))
            return None if self._stopping.is_set() else next(self._waiting(), None)

    def _waiting(self) -> Iterator[KeptJob]:
        return (self._jobs[id] for id in sorted(self._jobs) if self._jobs[id].record.state == "queued")

    def _do(self, kept: KeptJob) -> None:
        kept = replace(kept, record=replace(kept.record, state="running"), tries=kept.tries + 1)
        self._set(kept)
        self._save(kept)
        record = kept.record
        try:
            outcome = self._outcome(kept)
            if outcome is None:  # about to end while the index was locked
                kept = replace(_queued(kept), tries=kept.tries - 1)
                self._set(kept)
                self._save(kept)
                return
            ended = finished(self._jobs[record.id].record, outcome, self._folders(), _now())
        except Exception as error:  # noqa: BLE001 - whatever it is, the client must be told
            _log.exception("a job failed", extra={"job": record.id})
            ended = failed(self._jobs[record.id].record, error, self._folders(), _now())
        try:
            self._on_written()
        except Exception:  # noqa: BLE001 - what was done is done
            _log.exception("the index was written and cannot be opened", extra={"job": record.id})
        kept = replace(kept, record=ended)
        if not self._save(kept):  # rather none than one that says it is yet to be done
            with suppress(StorageError):
                drop_job(self._folder, record.id)
        drop_files(self._folder, record.id)
        self._set(kept)
        _log_job("job ended", kept)

    def _outcome(self, kept: KeptJob) -> Outcome | None:
        """Do it, however long another program writes the index; None when the service is about to end meanwhile."""
        record = kept.record
        earlier = earlier_of(self._folder, record)
        if kept.tries > MOST_TRIES:
            take_all_back(self._uploads, earlier)
            raise BrokenOff(f"The service ended {MOST_TRIES} times while it did this; it is not begun again.")
        while not self._stopping.is_set():
            try:
                if record.kind == "remove":
                    return remove_again(record.doc, kept.upload, self._uploads, self._place)
                files, progress = files_of(self._folder, record), _Progress(self._tell, record.id)
                return add_files(files, self._uploads, self._place, self._embedding(), progress, earlier)
            except IndexLocked as error:
                _log.warning("a job waits for the index", extra={"job": record.id, "problem": str(error)})
        return None

    def _set(self, kept: KeptJob) -> None:
        with self._changed:
            self._jobs[kept.record.id] = kept
            self._changed.notify_all()

    def _tell(self, id: str, **progress: Any) -> None:
        with self._changed:
            kept = self._jobs[id]
            self._jobs[id] = replace(kept, record=replace(kept.record, **progress))
            self._changed.notify_all()

    def _save(self, kept: KeptJob) -> bool:
        try:
            save_job(self._folder, kept)
        except StorageError:
            _log.exception("the record of a job could not be written", extra={"job": kept.record.id})
            return False
        return True

    def _forget(self) -> None:
        """Keep the last records only."""
        with self._changed:
            ended = sorted(id for id, kept in self._jobs.items() if kept.record.has_ended)
            for id in ended[:-KEPT]:
                del self._jobs[id]
        for id in ended[:-KEPT]:
            drop_job(self._folder, id)

    def _folders(self) -> list[Path]:
        """What no client is to read of."""
        folders = [self._uploads, self._folder]
        with suppress(Exception):  # an index that is damaged or gone: then no message has more
            folders += sources_of(self._uploads, self._place)
        return folders + ([self._place] if isinstance(self._place, Path) else [])


class _Progress:
    """How far a job is, told as index/embedding_choice.py's Progress."""

    def __init__(self, tell: Callable[..., None], id: str) -> None:
        self._tell, self._id = tell, id
        self._done = 0

    def stage(self, name: str, total: int) -> None:
        self._done = 0
        self._tell(self._id, phase=name, total=total, done=0)

    def advance(self, n: int) -> None:
        self._done += n
        self._tell(self._id, done=self._done)


def _queued(kept: KeptJob) -> KeptJob:
    return replace(kept, record=replace(kept.record, state="queued", phase="", done=0, total=0))


def _log_job(event: str, kept: KeptJob) -> None:
    """Log what a job is about, and who asked for it as far as that is known."""
    record = kept.record
    docs = [record.doc] if record.doc else [one.doc for one in record.files if one.doc]
    told: dict[str, Any] = {"job": record.id, "kind": record.kind, "state": record.state, "docs": docs}
    told["files"] = [one.name for one in record.files]
    asked = {name: value for name, value in asdict(kept.asked).items() if value}
    _log.info(event, extra=told | asked)


def _none_taken(files: Sequence[JobFile]) -> Problem:
    told = [f"{one.name}: {one.reason}" if one.name else one.reason for one in files]
    errors = [{"pointer": f"body#/files/{at}", "detail": one} for at, one in enumerate(told)]
    return Problem(422, "unusable", "None of these files can be taken.", errors=errors)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
