"""Changes to an archive: files added to it, interviews taken out, the index made anew. The page and the service begin
them.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from index.build import BuildReport, Progress
from index.collect import Refused, collect, printable
from index.embedding_choice import PassageEncoder
from index.errors import IndexMissing, InputError
from index.generations import last_manifest
from index.places import Place, build_place, open_place, remove_from_place
from index.publish import storage_errors
from index.store import DocumentRow
from ui.uploads import EARLIER, Sent, Stored, make_folder, store_all, take_back

WAIT = 60.0  # seconds for another writer, such as `verbatim index`


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a change did: with the files that were sent, with the index (None: nothing to do there).

    `unread` are sources of the index that could not be looked at; their interviews stay. `deleted` are the removed
    interviews whose file went too.
    """

    files: tuple[Stored, ...] = ()
    report: BuildReport | None = None
    unread: tuple[Refused, ...] = ()
    deleted: tuple[str, ...] = ()


def add_files(
    files: Sequence[Sent],
    uploads: Path,
    place: Place,
    embedding: str | PassageEncoder | None,
    progress: Progress,
    earlier: Path | None = None,
) -> Outcome:
    """Keep the files among the uploads and index these; interviews from elsewhere are not looked at.

    A file that is no interview is not kept, and none is when the index cannot be written. Whoever is stopped can begin
    again if `earlier` is a folder that lasts: what the files replace is kept there meanwhile. Raises like
    `build_index`.
    """
    with _folder_for_earlier(uploads, earlier) as kept:
        progress.stage("storing", len(files))
        stored = store_all(files, uploads, kept, progress.advance)
        if all(one.path is None for one in stored):
            return Outcome(tuple(stored))
        try:
            report = build_place([uploads], place, embedding, progress, WAIT)
        except BaseException:
            for one in stored:
                take_back(one, kept)
            raise
        reasons = {refused.path: refused.reason for refused in report.refused}
        rows = _rows(place) if report.interviews else {}
        settled = tuple(_settled(one, reasons, rows, kept) for one in stored)
    ours = {printable(one.path.resolve()) for one in stored if one.path}
    others = tuple(refused for refused in report.refused if refused.path not in ours)
    told = {f"{row.doc}: {warning}" for path, row in rows.items() if path in ours for warning in row.warnings}
    warnings = tuple(warning for warning in report.warnings if warning not in told)
    return Outcome(settled, replace(report, refused=others, warnings=warnings))


@contextmanager
def _folder_for_earlier(uploads: Path, given: Path | None) -> Iterator[Path]:
    """The folder that is given, or a hidden one among the uploads, which no index looks at."""
    with ExitStack() as stack:
        with storage_errors(uploads):
            if given:
                given.mkdir(parents=True, exist_ok=True)
            else:
                make_folder(uploads)
                given = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=EARLIER, dir=uploads)))
        yield given


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
    """Whether an interview's file is one that was sent, so that it goes when the interview goes."""
    return not uploads.is_symlink() and Path(row.path).parent == uploads.resolve()


def remove_interviews(docs: Sequence[str], uploads: Path, place: Place, wait: float = WAIT) -> Outcome:
    """Take interviews out of the index; their files go too where they are uploads. Waits so many seconds for another
    writer. Raises like `remove_documents`, and StorageError where a file cannot be deleted.
    """
    with closing(open_place(place)) as index:
        rows = [index.document(doc) for doc in dict.fromkeys(docs)]
    report = remove_from_place(docs, place, wait)
    sent = [row for row in rows if is_upload(row, uploads)]
    for row in sent:
        with storage_errors(Path(row.path)):
            Path(row.path).unlink(missing_ok=True)
    return Outcome(report=report, deleted=tuple(row.doc for row in sent))


def upload_of(doc: str, uploads: Path, place: Place) -> str | None:
    """The name of the uploaded file that an interview was made of, "" where it is from elsewhere; None where there is
    no such interview. Raises like `open_place`.
    """
    try:
        with closing(open_place(place)) as index:
            row = index.document(doc) if doc in index.docs else None
    except IndexMissing:
        return None
    return None if row is None else Path(row.path).name if is_upload(row, uploads) else ""


def remove_again(doc: str, upload: str, uploads: Path, place: Place) -> Outcome:
    """`remove_interviews` of one interview, for whoever may have been stopped in the middle of it: where the interview
    has gone, what is left of it goes too. `upload` is what `upload_of` said before.
    """
    if upload_of(doc, uploads, place) is not None:
        return remove_interviews([doc], uploads, place)
    with storage_errors(uploads):
        if upload and (uploads / upload).is_file() and printable((uploads / upload).resolve()) not in _held(place):
            (uploads / upload).unlink()
    return Outcome()


def _held(place: Place) -> Collection[str]:
    """The paths of the files that an index was made of."""
    try:
        return _rows(place).keys()
    except IndexMissing:
        return ()


def _rows(place: Place) -> dict[str, DocumentRow]:
    """The interviews of an index, by the path of their files."""
    with closing(open_place(place)) as index:
        return {row.path: row for row in index.documents()}


def _settled(stored: Stored, reasons: Mapping[str, str], rows: Mapping[str, DocumentRow], earlier: Path) -> Stored:
    """A stored file after the index looked at it: taken back where it was refused."""
    path = printable(stored.path.resolve()) if stored.path else ""
    reason = reasons.get(path)
    if reason is None:
        row = rows.get(path)
        if row is None:
            return stored
        titles = {one.doc: one.title or one.doc for one in rows.values()} if row.same_as else {}
        same_as = tuple(titles[doc] for doc in row.same_as)
        return replace(stored, warnings=row.warnings, same_as=same_as, doc=row.doc)
    take_back(stored, earlier)
    return Stored(stored.name, "refused", reason=reason)
