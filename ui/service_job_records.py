"""A change of the archive as the service tells it: which files, how far it is, what became of it. No folder of the
machine is named.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, cast

from index.build import BuildReport
from index.collect import READABLE
from index.errors import VerbatimError
from ui import uploads
from ui.archive_changes import Outcome
from ui.messages import one_line, visible
from ui.service_problems import problem_of
from ui.uploads import MOST_FILES, UPLOAD_MB, Stored

JobProblem = Literal["", "no-index", "unavailable", "no-room", "unusable", "internal"]
REASONS: dict[uploads.Problem, str] = {
    "": "",
    "kind": f"not a kind of file that Verbatim reads: {READABLE}",
    "name": "nothing is left of this name when what no name may have is taken out",
    "size": f"larger than {UPLOAD_MB} MB",
    "twice": "another file of this name came before it",
    "many": f"more than {MOST_FILES} files at once",
    "occupied": "something that is no file has this name among the uploads",
}
# A folder that stands where a path would: after nothing, a space or a bracket, and never within an address.
_FOLDERS = re.compile(r"""(?<![^\s"'(\[,:=])(?:[A-Za-z]:)?[/\\](?:[^/\\\n"':,()]+[/\\])+""")


class BrokenOff(Exception):
    """A job was begun several times and never ended."""


@dataclass(frozen=True, slots=True)
class JobFile:
    """A file that was sent, under the last part of its name; `doc` is the interview that it became, "" before.

    "new": there was no upload of this name; "replaced": there was, with other bytes; "same": with the same bytes.
    "refused": it was not taken, `reason` says why; `problem` is "" where only reading it showed that. `warnings` are
    its reader's; `same_as` are the titles of interviews in the archive that it is another copy of.
    """

    name: str
    state: Literal["waiting", "new", "replaced", "same", "refused"] = "waiting"
    doc: str = ""
    problem: uploads.Problem = ""
    reason: str = ""
    warnings: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JobRefusal:
    """A file that lay among the uploads already and that could not be indexed."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class JobReport:
    """What was done to the index: names of interviews; how many were `unchanged`; its totals as it stands now."""

    indexed: tuple[str, ...]
    unchanged: int
    removed: tuple[str, ...]
    refused: tuple[JobRefusal, ...]
    warnings: tuple[str, ...]
    interviews: int
    passages: int
    seconds: float


@dataclass(frozen=True, slots=True)
class JobRecord:
    """One change of the archive. `created` and `ended` are moments in UTC (RFC 3339), `ended` "" before it has.

    While it runs, `done` of `total` steps of the `phase` are: files when it stores, bytes when it indexes; before and
    after there is no phase. `doc` is the interview that is to go. A job that failed says what kind of `problem` it had,
    and the `reason`; then none of its files was kept. `report` is null where nothing was to be done to the index.
    """

    id: str
    kind: Literal["add", "remove"]
    state: Literal["queued", "running", "done", "failed"] = "queued"
    phase: Literal["", "storing", "indexing", "writing"] = ""
    done: int = 0
    total: int = 0
    created: str = ""
    ended: str = ""
    doc: str = ""
    files: tuple[JobFile, ...] = ()
    report: JobReport | None = None
    problem: JobProblem = ""
    reason: str = ""

    @property
    def has_ended(self) -> bool:
        """Whether it is done or has failed."""
        return self.state in ("done", "failed")


def finished(record: JobRecord, outcome: Outcome, folders: Sequence[Path], ended: str) -> JobRecord:
    """The record of a job that did this; `folders` are not to be named."""
    report = _report(outcome.report, folders) if outcome.report else None
    became = iter(outcome.files)
    files = tuple(_file(next(became), folders) if one.state == "waiting" else one for one in record.files)
    return replace(record, state="done", phase="", ended=ended, files=files, report=report)


def failed(record: JobRecord, error: Exception, folders: Sequence[Path], ended: str) -> JobRecord:
    """The record of a job that raised this."""
    problem, reason = _why(error, folders)
    files = (replace(one, state="refused", reason=reason) if one.state == "waiting" else one for one in record.files)
    return replace(record, state="failed", phase="", ended=ended, files=tuple(files), problem=problem, reason=reason)


def _why(error: Exception, folders: Sequence[Path]) -> tuple[JobProblem, str]:
    if isinstance(error, VerbatimError):
        told = problem_of(error)
        return cast("JobProblem", told.kind), without_folders(told.detail, folders)
    if isinstance(error, BrokenOff):
        return "internal", str(error)
    return "internal", "Something went wrong here; the log has more under the id of this job."


def seen(name: str, size: int) -> JobFile:
    """A file before its job begins: refused at sight, or waiting."""
    problem = uploads.refused_at_sight(name, size)
    shown = one_line(uploads.last_part(name))
    return JobFile(shown, "refused" if problem else "waiting", problem=problem, reason=REASONS[problem])


def without_folders(message: str, folders: Iterable[Path]) -> str:
    """A message with the names of files alone where it had their paths."""
    known = sorted({*_around(folders), *_around([Path.home(), Path(tempfile.gettempdir())])}, key=len, reverse=True)
    for folder in known:
        message = message.replace(folder, "/-/")  # without spaces and signs; what follows of the path goes with it
    return _FOLDERS.sub("", visible(message))


def _around(folders: Iterable[Path]) -> Iterator[str]:
    """The folders and those that they are in, but for the root, as messages begin paths with them."""
    for folder in folders:
        for one in (folder.absolute(), folder.resolve()):
            yield from (f"{outer}/" for outer in (one, *one.parents) if outer != outer.parent)


def _file(stored: Stored, folders: Sequence[Path]) -> JobFile:
    reason = REASONS[stored.problem] or without_folders(stored.reason, folders)
    warnings = tuple(without_folders(one, folders) for one in stored.warnings)
    same_as = tuple(map(one_line, stored.same_as))
    return JobFile(one_line(stored.name), stored.state, stored.doc, stored.problem, reason, warnings, same_as)


def _report(report: BuildReport, folders: Sequence[Path]) -> JobReport:
    refused = (JobRefusal(Path(one.path).name, without_folders(one.reason, folders)) for one in report.refused)
    warnings = tuple(without_folders(one, folders) for one in report.warnings)
    return JobReport(
        report.indexed,
        len(report.unchanged),
        report.removed,
        tuple(refused),
        warnings,
        report.interviews,
        report.passages,
        report.seconds,
    )
