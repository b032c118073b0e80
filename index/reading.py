"""The files of a build, read and parsed in a thread of their own while the texts of those before them are embedded."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from queue import Full, Queue
from threading import Event, Thread
from typing import TYPE_CHECKING, TypeVar

from index.archive import Entry
from index.collect import Refused
from index.encode import file_size
from index.errors import InputError
from index.opened import OpenedIndex
from index.passages import cut
from index.people import evidence
from index.plan import FreshFile, Plan
from index.readers import read_file
from index.readers.source import SourceText
from index.store import DocumentRow
from index.transcript import parse_transcript

if TYPE_CHECKING:
    from index.build import BuildReport

AHEAD = 8  # interviews that wait to be embedded
POLL_SECONDS = 0.2

T = TypeVar("T")


class Reading:
    """What a build reads, and what came of it. `stored` is an index whose interviews are parsed again from their
    stored text where their files are not read: it was made by another parser or another embedding.
    """

    def __init__(self, plan: Plan, rows: Sequence[DocumentRow], stored: OpenedIndex | None) -> None:
        self._plan = plan
        self._known = {row.path: row for row in rows}
        self._stored = stored
        self.indexed: list[str] = []
        self.refused: list[Refused] = []
        self.warnings: list[str] = []
        again = plan.kept if stored else ()
        self.bytes = sum(map(file_size, [*(file.path for file in plan.fresh), *(Path(row.path) for row in again)]))

    def entries(self) -> Generator[Entry]:
        """Every interview that can be read, one after the other. One whose changed file cannot be stays as it was."""
        return ahead(self._entries(), AHEAD)

    def told(self, report: BuildReport, plan: Plan) -> BuildReport:
        """The report with what came of the reading."""
        indexed = set(self.indexed)
        known = [*(row.doc for row in plan.kept), *(row.doc for row in self._known.values())]
        gone = {row.doc for row in plan.gone}
        return replace(
            report,
            indexed=tuple(self.indexed),
            unchanged=tuple(doc for doc in dict.fromkeys(known) if doc not in indexed and doc not in gone),
            removed=tuple(row.doc for row in plan.gone if row.doc not in indexed),
            refused=(*report.refused, *self.refused),
            warnings=(*report.warnings, *self.warnings),
        )

    def _entries(self) -> Iterator[Entry]:
        for file in self._plan.fresh:
            try:
                entry = _read(file)
            except InputError as error:
                reason = str(error).removeprefix(f"{file.path}: ")
                row = self._known.get(str(file.path))
                self.refused.append(Refused(str(file.path), reason + (STAYS if row else "")))
                if row and self._stored:
                    yield self._again(self._stored, row)
                continue
            self.indexed.append(entry.transcript.doc)
            self.warnings += [f"{entry.transcript.doc}: {warning}" for warning in entry.transcript.warnings]
            yield entry
        if self._stored:
            for row in self._plan.kept:
                yield self._again(self._stored, row)

    def _again(self, stored: OpenedIndex, row: DocumentRow) -> Entry:
        return _parse(FreshFile(Path(row.path), row.doc, row.sha256), stored.source(row.doc))


STAYS = "; the index keeps the file as it was before"


def _read(file: FreshFile) -> Entry:
    entry = _parse(file, read_file(file.path))
    if not entry.cut.passages:
        raise InputError(f"{file.path}: nothing in it was taken for an interview")
    return entry


def _parse(file: FreshFile, source: SourceText) -> Entry:
    transcript = parse_transcript(file.doc, str(file.path), source)
    return Entry(transcript, cut(transcript), evidence(transcript), file.sha256, source)


def ahead(items: Iterable[T], most: int) -> Generator[T]:
    """The items in order, made in a thread of its own, up to `most` of them before they are asked for."""
    queue: Queue[tuple[T] | BaseException | None] = Queue(most)
    stop = Event()

    def put(one: tuple[T] | BaseException | None) -> bool:
        while not stop.is_set():
            try:
                queue.put(one, timeout=POLL_SECONDS)
                return True
            except Full:
                continue
        return False

    def work() -> None:
        try:
            for item in items:
                if not put((item,)):
                    return
            put(None)
        except BaseException as error:  # noqa: BLE001 - handed to whoever asks for the items
            put(error)

    thread = Thread(target=work, name="reading", daemon=True)
    thread.start()
    try:
        while (got := queue.get()) is not None:
            if isinstance(got, BaseException):
                raise got
            yield got[0]
    finally:
        stop.set()
        thread.join()
