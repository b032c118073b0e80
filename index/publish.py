"""Writing a generation beside the current one and swapping it in; clearing away what nobody needs.

A generation is written under a temporary name, flushed to the disk and renamed; then the pointer is replaced in one
step. Whenever a writer dies, readers find the old generation or the new one, whole. All of it happens under the
writers' lock (index/lock.py).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path

from index.errors import InputError, StorageError
from index.generations import (
    BUILDING,
    FORMAT,
    GENERATION,
    MANIFEST,
    NEW_POINTER,
    POINTER,
    FileRecord,
    Manifest,
    foreign_names,
    sha256_of,
)

if sys.platform != "win32":
    import fcntl

UNTOUCHED = (
    "What was indexed before still is. Make room or get leave to write there, or name another folder with --index"
)
DISK_ERRORS = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn what the disk refuses inside this block into a StorageError that names the path."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise StorageError(f"{error.filename or path} cannot be written: {reason}. {UNTOUCHED}") from error
    except sqlite3.OperationalError as error:  # SQLite writes its file itself
        if error.sqlite_errorcode & 0xFF not in DISK_ERRORS:
            raise
        raise StorageError(f"{path} cannot be written: {error}. {UNTOUCHED}") from error


def refuse_foreign(folder: Path) -> None:
    """Raise InputError when `folder` is somebody's own: a file, or a folder of other things that holds no index."""
    with storage_errors(folder):
        if folder.exists() and not folder.is_dir():
            raise InputError(f"{folder} is a file; an index is a folder of its own")
        if not folder.exists() or (folder / POINTER).exists():
            return
        if foreign := foreign_names(folder):
            raise InputError(
                f"{folder} holds other files, such as {foreign[0]}, and no index; nothing was written there. "
                "Name another folder with --index"
            )


@contextmanager
def building_folder(folder: Path) -> Iterator[Path]:
    """A folder to write the files of a generation into; unless it is published in the block it is gone after it.

    Raises StorageError when the disk refuses.
    """
    with storage_errors(folder):
        if current := _current(folder):
            _clear_away(folder, keep=current)
        taken = [int(match[1]) for name in os.listdir(folder) if (match := GENERATION.fullmatch(name))]
        building = folder / f"building-{1 + max(taken, default=0):06}"
        try:
            shutil.rmtree(building, ignore_errors=True)
            building.mkdir()
            yield building
        finally:
            shutil.rmtree(building, ignore_errors=True)


def publish(building: Path, manifest: Manifest) -> None:
    """Make what was written into `building` the current generation; if the disk fails, the old one stays.

    Raises StorageError.
    """
    folder = building.parent
    generation = folder / building.name.replace("building-", "generation-")
    with storage_errors(folder):
        try:
            _publish(building, generation, manifest)
        except BaseException:
            if _current(folder) != generation.name:
                shutil.rmtree(generation, ignore_errors=True)
            raise
        _clear_away(folder, keep=generation.name)


def withdraw(folder: Path) -> None:
    """Leave no index: a pointer that names no generation, and neither pointer nor generation where nobody reads one.

    From the moment the pointer is replaced there is none, whichever generation a reader still holds, and none of what
    was removed comes back: a generation beside a pointer that is lost would be damage to repair. Raises StorageError.
    """
    with storage_errors(folder):
        pointer = json.loads((folder / POINTER).read_text(encoding="utf-8"))
        _point(folder, pointer | {"generation": "", "manifest": ""})
        _clear_away(folder, keep="")
        _flush_folder(folder)
        if not any(GENERATION.fullmatch(name) for name in os.listdir(folder)):
            (folder / POINTER).unlink()
            _flush_folder(folder)


def _current(folder: Path) -> str:
    try:
        return str(json.loads((folder / POINTER).read_text(encoding="utf-8"))["generation"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return ""  # no index yet, or a damaged one: then nothing is cleared before the next one stands


def _clear_away(folder: Path, keep: str) -> None:
    """Delete half-built generations, and finished ones but `keep` that no reader holds; a later writer tries again."""
    for child in folder.iterdir():
        if BUILDING.fullmatch(child.name):
            shutil.rmtree(child, ignore_errors=True)
        elif GENERATION.fullmatch(child.name) and child.name != keep:
            _remove_unless_held(child)


def _remove_unless_held(generation: Path) -> None:
    with suppress(OSError), ExitStack() as stack:
        manifest = generation / MANIFEST
        if sys.platform != "win32" and manifest.exists():
            fcntl.flock(stack.enter_context(manifest.open("rb")), fcntl.LOCK_EX | fcntl.LOCK_NB)
        manifest.unlink(missing_ok=True)  # the first to go: on Windows this fails while a reader has it open
        shutil.rmtree(generation)


def _publish(building: Path, generation: Path, manifest: Manifest) -> None:
    paths = sorted(path for path in building.rglob("*") if path.is_file())
    files = {p.relative_to(building).as_posix(): FileRecord(p.stat().st_size, sha256_of(p)) for p in paths}
    content = json.dumps(asdict(replace(manifest, files=files)), indent=1).encode()
    (building / MANIFEST).write_bytes(content)
    for path in [*paths, building / MANIFEST]:
        _flush(path)
    for path in [building, *(path for path in building.rglob("*") if path.is_dir())]:
        _flush_folder(path)
    building.rename(generation)
    _flush_folder(generation.parent)
    pointer = {
        "format": FORMAT,
        "verbatim": manifest.setting.verbatim,
        "generation": generation.name,
        "manifest": hashlib.sha256(content).hexdigest(),
    }
    _point(generation.parent, pointer)


def _point(folder: Path, pointer: Mapping[str, object]) -> None:
    """Replace the pointer in one step, and wait until that is on the disk."""
    new = folder / NEW_POINTER
    try:
        new.write_text(json.dumps(pointer, indent=1) + "\n", encoding="utf-8")
        _flush(new)
        os.replace(new, folder / POINTER)
    finally:
        new.unlink(missing_ok=True)
    _flush_folder(folder)


def _flush(path: Path) -> None:
    """Wait until a file's bytes are on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _flush_folder(path: Path) -> None:
    """Wait until a folder's entries are on the disk; Windows has no such call."""
    if sys.platform != "win32":
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
