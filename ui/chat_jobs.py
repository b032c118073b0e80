"""Changes to the index that the page begins: one at a time, in the background, seen by every session."""

from __future__ import annotations

import errno
import itertools
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import streamlit as st

from index.build import BuildReport, Progress
from index.collect import Refused, collect, printable
from index.embedding_choice import PassageEncoder
from index.errors import IndexMissing, InputError, VerbatimError
from index.generations import last_manifest
from index.places import Place, build_place, open_place, remove_from_place
from index.publish import storage_errors
from index.store import DocumentRow
from ui.chat_uploads import Sent, Stored, store_all, take_back

WAIT = 60.0  # seconds for a writer outside of the page, such as `verbatim index`

Kind = Literal["add", "again", "remove"]
_numbers = itertools.count(1)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job did: with the files that were sent, with the index (None: nothing to do there).

    `unread` are sources of the index that could not be looked at; their interviews stay.
    """

    files: tuple[Stored, ...] = ()
    report: BuildReport | None = None
    unread: tuple[Refused, ...] = ()


@dataclass(slots=True)
class Job:
    """One change of the index, and how far it is: it is told as index/embedding_choice.py's Progress.

    `problem` is why it failed; `begun_at` and `ended_at` are times in seconds since the epoch.
    """

    kind: Kind
    phase: str = ""
    total: int = 0
    done: int = 0
    outcome: Outcome | None = None
    problem: str = ""
    ended: threading.Event = field(default_factory=threading.Event)
    begun_at: float = field(default_factory=time.time)
    ended_at: float = 0.0
    number: int = field(default_factory=lambda: next(_numbers))

    def stage(self, name: str, total: int) -> None:
        """A stage begins that will take `total` steps."""
        self.phase, self.total, self.done = name, total, 0

    def advance(self, n: int) -> None:
        """So many more steps are done."""
        self.done += n


class Jobs:
    """The jobs of one server: the one that runs, or the last one that ran."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.latest: Job | None = None

    @property
    def is_busy(self) -> bool:
        """Whether one runs."""
        job = self.latest
        return job is not None and not job.ended.is_set()

    def begin(self, kind: Kind, work: Callable[[Progress], Outcome]) -> Job | None:
        """Do the work in the background, whatever becomes of the session; None while another job runs."""
        with self._lock:
            if self.is_busy:
                return None
            job = self.latest = Job(kind)
        threading.Thread(target=_run, args=(job, work), name=f"job-{job.number}", daemon=True).start()
        return job


@st.cache_resource(show_spinner=False)
def jobs_of(folder: str) -> Jobs:
    """The jobs of the index in this folder, the same for all sessions."""
    return Jobs()


def add_files(
    files: Sequence[Sent], uploads: Path, place: Place, embedding: str | PassageEncoder | None, progress: Progress
) -> Outcome:
    """Keep the files among the uploads and index these; interviews from elsewhere are not looked at.

    A file that is no interview is not kept, and none is when the index cannot be written. Raises like `build_index`.
    """
    progress.stage("storing", len(files))
    stored = store_all(files, uploads, progress.advance)
    if all(one.path is None for one in stored):
        return Outcome(tuple(stored))
    try:
        report = build_place([uploads], place, embedding, progress, WAIT)
    except BaseException:
        for one in stored:
            take_back(one)
        raise
    reasons = {refused.path: refused.reason for refused in report.refused}
    rows = _rows(place) if report.interviews else {}
    kept = [_settled(one, reasons, rows) for one in stored]
    ours = {printable(one.path.resolve()) for one in stored if one.path}
    others = tuple(refused for refused in report.refused if refused.path not in ours)
    told = {f"{row.doc}: {warning}" for path, row in rows.items() if path in ours for warning in row.warnings}
    warnings = tuple(warning for warning in report.warnings if warning not in told)
    return Outcome(tuple(kept), replace(report, refused=others, warnings=warnings))


def index_again(uploads: Path, place: Place, embedding: str | PassageEncoder | None, progress: Progress) -> Outcome:
    """Look again at all that the index was built from, and at the uploads. Raises like `build_index`.

    Sources that cannot be read now are left aside, so that their interviews stay.
    """
    paths, unread = usable_sources(uploads, place)
    report = build_place(paths, place, embedding, progress, WAIT) if paths else None
    return Outcome(report=report, unread=unread)


def usable_sources(uploads: Path, place: Place) -> tuple[list[Path], tuple[Refused, ...]]:
    """What an index was built from and the uploads, as far as transcripts are found there; the rest, with why not."""
    paths: list[Path] = []
    unread: list[Refused] = []
    for source in sources_of(uploads, place):
        try:
            collect([source], place if isinstance(place, Path) else uploads.parent)
        except InputError as error:
            unread.append(Refused(printable(source), str(error).removeprefix(f"{printable(source)}: ")))
        else:
            paths.append(source)
    return paths, tuple(unread)


def sources_of(uploads: Path, place: Place) -> list[Path]:
    """What an index was built from, and the uploads if there are any."""
    sources = _indexed_from(place)
    is_new = has_uploads(uploads) and uploads.resolve() not in sources
    return [*sources, uploads] if is_new else sources


def _indexed_from(place: Place) -> list[Path]:
    if isinstance(place, Path):
        manifest = last_manifest(place.absolute())
    else:
        try:
            with closing(open_place(place)) as index:
                manifest = index.manifest
        except IndexMissing:
            manifest = None
    return [Path(source) for source in manifest.setting.sources] if manifest else []


def missing_sources(uploads: Path, place: Place) -> list[Refused]:
    """The sources that are not there now, or may not be read, and why."""
    return [Refused(printable(path), why) for path in sources_of(uploads, place) if (why := _why_missing(path))]


def _why_missing(source: Path) -> str:
    try:
        os.stat(source)
    except OSError as error:
        return error.strerror or str(error)
    return "" if os.access(source, os.R_OK) else os.strerror(errno.EACCES)


def has_uploads(uploads: Path) -> bool:
    """Whether there are files in the folder of the uploads; none in one that may not be read."""
    try:
        if uploads.is_symlink() or not uploads.is_dir():
            return False
        return any(path.is_file() and not path.name.startswith(".") for path in uploads.iterdir())
    except OSError:
        return False


def is_upload(row: DocumentRow, uploads: Path) -> bool:
    """Whether an interview's file is one that the page was sent, so that it goes when the interview goes."""
    return not uploads.is_symlink() and Path(row.path).parent == uploads.resolve()


def remove_interviews(docs: Sequence[str], uploads: Path, place: Place) -> Outcome:
    """Take interviews out of the index; their files go too where they are uploads. Raises like `remove_documents`,
    and StorageError where a file cannot be deleted.
    """
    with closing(open_place(place)) as index:
        rows = [index.document(doc) for doc in docs]
    report = remove_from_place(docs, place, WAIT)
    for row in rows:
        if is_upload(row, uploads):
            with storage_errors(Path(row.path)):
                Path(row.path).unlink(missing_ok=True)
    return Outcome(report=report)


def _rows(place: Place) -> dict[str, DocumentRow]:
    """The interviews of an index, by the path of their files."""
    with closing(open_place(place)) as index:
        return {row.path: row for row in index.documents()}


def _settled(stored: Stored, reasons: Mapping[str, str], rows: Mapping[str, DocumentRow]) -> Stored:
    """A stored file after the index looked at it: taken back where it was refused."""
    path = printable(stored.path.resolve()) if stored.path else ""
    reason = reasons.get(path)
    if reason is None:
        row = rows.get(path)
        if row is None:
            return replace(stored, before=None)
        titles = {one.doc: one.title or one.doc for one in rows.values()} if row.same_as else {}
        same_as = tuple(titles[doc] for doc in row.same_as)
        return replace(stored, before=None, warnings=row.warnings, same_as=same_as)
    take_back(stored)
    return Stored(stored.name, "refused", reason=reason)


def _run(job: Job, work: Callable[[Progress], Outcome]) -> None:
    try:
        job.outcome = work(job)
    except VerbatimError as error:
        job.problem = str(error)
    except Exception as error:  # noqa: BLE001 - whatever it is, the page must be told
        _log.exception("The index could not be changed")
        job.problem = f"{type(error).__name__}: {error}"
    finally:
        job.ended_at = time.time()
        job.ended.set()
