"""Files that somebody sends, kept in a folder of ours: under a safe name, whole or not at all.

Of what the sender calls a file only the last part is looked at, and no path of it is used.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import stat
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Literal

from index.errors import StorageError
from index.publish import storage_errors
from index.readers import SUFFIXES

UPLOAD_MB = 20  # a transcript has some 0.1 MB
INCOMING, EARLIER = ".incoming-", ".earlier-"  # how hidden names begin, which no index looks at
LONG_AGO = 3600.0  # seconds, longer than a change of the archive takes
LONGEST = 200  # bytes of a name in UTF-8; file systems take 255, or some fewer
MOST_FILES = 200  # in one go
# What Windows does not take, in a name and as a name.
UNSAFE = re.compile(r'[<>:"|?*]')
RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\.|$)", re.IGNORECASE)

State = Literal["new", "replaced", "same", "refused"]
Problem = Literal["", "kind", "name", "size", "twice", "many", "occupied"]
_ABSENT = ".absent-"  # before the name of a file that there was none of


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it was sent: its bytes, or where they lie until its turn comes."""

    name: str
    data: bytes | Path = field(repr=False)

    @property
    def size(self) -> int:
        """In bytes. Raises OSError."""
        return len(self.data) if isinstance(self.data, bytes) else self.data.stat().st_size

    def read(self) -> bytes:
        """All of it. Raises OSError."""
        return self.data if isinstance(self.data, bytes) else self.data.read_bytes()


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a file that was sent. `name` is the last part of the sender's, `path` where it lies now.

    "replaced": an upload of this name that was there, with other bytes; "same": with the same bytes. A refused file
    has a `problem`, or, where only reading it showed that it is no interview, the `reason` for it; one that was taken
    has the `warnings` of its reader, the titles of interviews that it is the `same_as`, and the name of the interview
    that it became, `doc`.
    """

    name: str
    state: State
    path: Path | None = None
    problem: Problem = ""
    reason: str = ""
    warnings: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()
    doc: str = ""


def store_all(files: Iterable[Sent], uploads: Path, earlier: Path, advance: Callable[[int], None]) -> list[Stored]:
    """Keep the files in the folder `uploads`, which is made where it is missing; one of them never replaces another.

    What `uploads` held before lies in the folder `earlier`, for `take_back`. Whoever is stopped at any moment can
    begin again with the same files and the same folder, and is told the same. Raises StorageError.
    """
    with storage_errors(uploads):
        make_folder(uploads)
        stored: list[Stored] = []
        for number, file in enumerate(files):
            taken = {one.path for one in stored if one.path}
            stored.append(_store(file, uploads, taken, earlier) if number < MOST_FILES else _refused(file, "many"))
            advance(1)
    return stored


def make_folder(folder: Path) -> None:
    """Make the folder, for its owner only. Raises StorageError where something else has its name, and OSError."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise StorageError(f"{folder} is not a folder of its own, and uploaded files are kept in one: move it away")
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)


def take_back(stored: Stored, earlier: Path) -> None:
    """Undo the storing of a file that turned out to be no interview: what was there before is there again.

    Raises StorageError.
    """
    if stored.path and stored.state in ("new", "replaced"):
        with storage_errors(stored.path):
            if (before := earlier / stored.path.name).exists():
                _write(stored.path, before.read_bytes(), earlier)
            else:
                stored.path.unlink(missing_ok=True)


def take_all_back(uploads: Path, earlier: Path) -> None:
    """Undo whatever was stored with this folder `earlier`, by whoever was stopped. Raises StorageError."""
    with storage_errors(uploads):
        for kept in earlier.iterdir() if earlier.is_dir() else ():
            if kept.name.startswith(_ABSENT):
                (uploads / kept.name.removeprefix(_ABSENT)).unlink(missing_ok=True)
            elif not kept.name.startswith("."):
                _write(uploads / kept.name, kept.read_bytes(), earlier)


def clear_leftovers(uploads: Path) -> None:
    """Remove the hidden files and folders of those who were stopped long ago. Raises StorageError."""
    with storage_errors(uploads):
        for path in uploads.iterdir() if uploads.is_dir() and not uploads.is_symlink() else ():
            if path.name.startswith((INCOMING, EARLIER)) and path.lstat().st_mtime < time.time() - LONG_AGO:
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)


def refused_at_sight(name: str, size: int) -> Problem:
    """What is wrong with a file of this name and size, in bytes, whatever it holds; "" for nothing."""
    stem, suffix = safe_name(name)
    if suffix not in SUFFIXES:
        return "kind"
    if not stem:
        return "name"
    return "size" if size > UPLOAD_MB * 2**20 else ""


def last_part(name: str) -> str:
    """What a sender calls a file, without the folders."""
    return re.split(r"[/\\]", name)[-1] or name


def safe_name(given: str) -> tuple[str, str]:
    """Stem and suffix for a file of ours; "" for a part that is missing.

    Letters of any script stay. Control, format and bidi characters go, and dots and dashes at the start; the suffix
    is in small letters. A long stem ends in a digest, so that two of them do not become one.
    """
    last = re.split(r"[/\\]", given)[-1]
    shown = (" " if c.isspace() else c for c in last if c.isspace() or not unicodedata.category(c).startswith("C"))
    kept = UNSAFE.sub("_", unicodedata.normalize("NFC", "".join(shown))).rstrip(" .")
    before, dot, after = kept.rpartition(".")
    stem, suffix = (before, f".{after.lower()}") if dot else (kept, "")
    stem = stem.lstrip(" .-").rstrip(" .")
    if RESERVED.match(stem):
        stem = f"_{stem}"
    room = LONGEST - len(suffix.encode())
    if len(stem.encode()) > room:
        mark = f"-{sha256(stem.encode()).hexdigest()[:8]}"
        stem = stem.encode()[: max(0, room - len(mark))].decode(errors="ignore").rstrip(" .") + mark
    return stem, suffix


def _store(file: Sent, uploads: Path, taken: set[Path], earlier: Path) -> Stored:
    stem, suffix = safe_name(file.name)
    path = uploads / f"{stem}{suffix}"
    if problem := refused_at_sight(file.name, file.size) or _occupied(path):
        return _refused(file, problem)
    data = file.read()
    current = path.read_bytes() if path.exists() else None
    if path in taken:
        return _same(file, path) if current == data else _refused(file, "twice")
    if current == data and not _is_noted(path, earlier):
        return _same(file, path)
    _note(path, earlier)
    if current != data:
        _write(path, data, earlier)
    return Stored(last_part(file.name), "replaced" if (earlier / path.name).exists() else "new", path)


def _occupied(path: Path) -> Problem:
    return "occupied" if os.path.lexists(path) and not stat.S_ISREG(path.lstat().st_mode) else ""


def _refused(file: Sent, problem: Problem) -> Stored:
    return Stored(last_part(file.name), "refused", problem=problem)


def _same(file: Sent, path: Path) -> Stored:
    return Stored(last_part(file.name), "same", path)


def _is_noted(path: Path, earlier: Path) -> bool:
    return (earlier / path.name).exists() or (earlier / f"{_ABSENT}{path.name}").exists()


def _note(path: Path, earlier: Path) -> None:
    """Keep what a file is before it is replaced, or that there is none; once, for whoever begins again."""
    if _is_noted(path, earlier):
        return
    if not path.exists():
        (earlier / f"{_ABSENT}{path.name}").touch()
    else:
        try:
            os.link(path, earlier / path.name)  # the file itself is never written to, only another put in its place
        except OSError:  # as on a file system without links
            _write(earlier / path.name, path.read_bytes(), earlier)
    flush_folder(earlier)


def flush_folder(folder: Path) -> None:
    """Wait until a folder's entries are on the disk; Windows has no such call. Raises OSError."""
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _write(path: Path, data: bytes, earlier: Path) -> None:
    """All of it or nothing: written under a hidden name, which no index looks at, and renamed.

    What is left of who is stopped meanwhile lies in `earlier`, which is cleared away; only where that is on another
    file system it lies beside the file.
    """
    try:
        _write_in(earlier, path, data)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _write_in(path.parent, path, data)


def _write_in(folder: Path, path: Path, data: bytes) -> None:
    handle, temporary = tempfile.mkstemp(prefix=INCOMING, dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
