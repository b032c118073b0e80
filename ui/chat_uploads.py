"""Files that a browser sends, kept in a folder of ours: under a safe name, whole or not at all.

Of what the browser calls a file only the last part is looked at, and no path of it is used.
"""

from __future__ import annotations

import os
import re
import stat
import tempfile
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Literal

from index.errors import StorageError
from index.publish import storage_errors
from index.readers import SUFFIXES
from ui.chat_startup import UPLOAD_MB

LONGEST = 200  # bytes of a name in UTF-8; file systems take 255, or some fewer
MOST_FILES = 200  # in one go
# What Windows does not take, in a name and as a name.
UNSAFE = re.compile(r'[<>:"|?*]')
RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\.|$)", re.IGNORECASE)

State = Literal["new", "replaced", "same", "refused"]
Problem = Literal["", "kind", "name", "size", "twice", "many", "occupied"]


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as the browser sends it."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a file that was sent. `name` is the last part of the sender's, `path` where it lies now.

    "replaced": an upload of this name that was there `before`, with other bytes; "same": with the same bytes. A
    refused file has a `problem`, or, where only reading it showed that it is no interview, the `reason` for it; one
    that was taken has the `warnings` of its reader, and the titles of interviews that it is the `same_as`.
    """

    name: str
    state: State
    path: Path | None = None
    problem: Problem = ""
    reason: str = ""
    before: bytes | None = field(default=None, repr=False)
    warnings: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()


def store_all(files: Sequence[Sent], uploads: Path, advance: Callable[[int], None]) -> list[Stored]:
    """Keep the files in the folder `uploads`, which is made where it is missing; one of them never replaces another.

    Raises StorageError.
    """
    with storage_errors(uploads):
        make_folder(uploads)
        stored: list[Stored] = []
        for number, file in enumerate(files):
            taken = {one.path for one in stored if one.path}
            stored.append(_store(file, uploads, taken) if number < MOST_FILES else _refused(file, "many"))
            advance(1)
    return stored


def make_folder(uploads: Path) -> None:
    """Make the folder, for its owner only. Raises StorageError where something else has its name, and OSError."""
    if uploads.is_symlink() or (uploads.exists() and not uploads.is_dir()):
        raise StorageError(f"{uploads} is not a folder of its own, and uploaded files are kept in one: move it away")
    uploads.parent.mkdir(parents=True, exist_ok=True)
    uploads.mkdir(mode=0o700, exist_ok=True)


def take_back(stored: Stored) -> None:
    """Undo the storing of a file that turned out to be no interview: what was there before is there again.

    Raises StorageError.
    """
    if stored.path and stored.state in ("new", "replaced"):
        with storage_errors(stored.path):
            if stored.before is None:
                stored.path.unlink(missing_ok=True)
            else:
                _write(stored.path, stored.before)


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


def _store(file: Sent, uploads: Path, taken: set[Path]) -> Stored:
    stem, suffix = safe_name(file.name)
    path = uploads / f"{stem}{suffix}"
    if problem := _problem(file, stem, suffix, path):
        return _refused(file, problem)
    before = path.read_bytes() if path.exists() else None
    if before == file.data:
        return Stored(_last_part(file.name), "same", path)
    if path in taken:
        return _refused(file, "twice")
    _write(path, file.data)
    return Stored(_last_part(file.name), "new" if before is None else "replaced", path, before=before)


def _problem(file: Sent, stem: str, suffix: str, path: Path) -> Problem:
    if suffix not in SUFFIXES:
        return "kind"
    if not stem:
        return "name"
    if len(file.data) > UPLOAD_MB * 2**20:
        return "size"
    return "occupied" if os.path.lexists(path) and not stat.S_ISREG(path.lstat().st_mode) else ""


def _refused(file: Sent, problem: Problem) -> Stored:
    return Stored(_last_part(file.name), "refused", problem=problem)


def _last_part(name: str) -> str:
    return re.split(r"[/\\]", name)[-1] or name


def _write(path: Path, data: bytes) -> None:
    """All of it or nothing: written beside, under a hidden name, which no index looks at, and renamed."""
    handle, temporary = tempfile.mkstemp(prefix=".incoming-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
