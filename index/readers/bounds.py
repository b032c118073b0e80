"""What a reader may spend on one file, and the edge where foreign parsers' errors become ours."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import InputError

MAX_BYTES = 64 * 1024 * 1024  # an interview is some 100 KB; far above that it is not one
MAX_PARSED = 24 * 1024 * 1024  # of a format that is taken apart in memory, at many times its size
MAX_UNPACKED = 96 * 1024 * 1024  # all parts of an office document, pictures too
MAX_PART = 32 * 1024 * 1024  # one part that is parsed
MAX_PARTS = 5_000
MAX_RATIO = 200  # prose packs to a fifth, XML of many empty tags to a fiftieth
SMALL = 1024 * 1024  # whose ratio does not matter


def read_bytes(path: Path) -> bytes:
    """The bytes of a file. Raises InputError when it cannot be opened or is too large."""
    try:
        size = path.stat().st_size
        if size <= MAX_BYTES:
            return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error
    raise InputError(
        f"{path}: {size / 1e6:.0f} MB is more than the {MAX_BYTES / 1e6:.0f} MB a transcript may have; "
        "split it into one file per interview"
    )


def check_size(path: Path, size: int, limit: int = MAX_PARSED) -> None:
    """Raise InputError for what is too large to be taken apart in memory."""
    if size > limit:
        raise InputError(
            f"{path}: {size / 1e6:.0f} MB of this format are more than the {limit / 1e6:.0f} MB that are read; "
            "save the transcript as text or without its pictures"
        )


@contextmanager
def parsing(path: Path, what: str) -> Iterator[None]:
    """Turn whatever a foreign parser throws at a damaged file into an InputError.

    Parsers of binary formats do not document what damage makes them raise (KeyError, AttributeError, zlib.error,
    RecursionError, AssertionError… have all been seen), so that no narrower list would hold.
    """
    try:
        yield
    except (InputError, MemoryError):
        raise
    except Exception as error:
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise InputError(f"{path}: damaged, or not {what} ({reason}); save it again or as text") from error


def open_archive(path: Path, data: bytes, what: str) -> zipfile.ZipFile:
    """The parts of an office document or book, with nothing unpacked yet.

    A part never unpacks to more than its declared size (zipfile stops there and compares checksums), so that bounding
    the declared sizes bounds the real ones. Raises InputError for archives that are damaged, locked, or bombs.
    """
    with parsing(path, what):
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise InputError(f"{path}: protected by a password; save it without one")
    total = sum(part.file_size for part in parts)
    bomb = any(part.file_size > SMALL and part.file_size > MAX_RATIO * max(part.compress_size, 1) for part in parts)
    if bomb or total > MAX_UNPACKED or len(parts) > MAX_PARTS or len({part.filename for part in parts}) < len(parts):
        raise InputError(
            f"{path}: refused, since it would unpack to {total / 1e6:.0f} MB in {len(parts)} parts, which no "
            "transcript does; save it as text"
        )
    return archive


def read_part(path: Path, archive: zipfile.ZipFile, name: str, what: str) -> bytes:
    """One part of an archive, unpacked. Raises InputError when it is missing, too large or damaged."""
    with parsing(path, what):
        part = archive.getinfo(name)
        check_size(path, part.file_size, MAX_PART)
        with archive.open(part) as file:
            return file.read(part.file_size + 1)
