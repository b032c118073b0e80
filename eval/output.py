"""Files an evaluation writes at its end: looked at before it begins, and put in their place whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import InputError


def check_target(option: str, path: Path) -> None:
    """Raise InputError when no file can be written at this path: better now than after an hour's run."""
    part = _part(path)
    try:
        if path.is_dir():
            raise InputError(f"{option} {path}: this is a folder; name a file")
        if path.exists() and not os.access(path, os.W_OK):
            raise InputError(f"{option} {path}: this file is not to be written to; name another")
        if not _is_stream(path):
            part.touch()
            part.unlink()
    except FileNotFoundError as error:
        raise InputError(f"{option} {path}: there is no folder {path.parent}") from error
    except OSError as error:
        raise InputError(f"{option} {path}: nothing can be written here ({error.strerror})") from error


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to; at the end of the block the file is moved there in one step.

    A pipe or a device is written to as it is. Raises InputError.
    """
    if _is_stream(path):
        yield path
        return
    part = _part(path)
    try:
        yield part
        os.replace(part, path.resolve())  # where `path` is a link, it stays one
    except InputError as error:
        raise InputError(str(error).replace(str(part), str(path))) from error
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from error
    finally:
        part.unlink(missing_ok=True)


def _part(path: Path) -> Path:
    target = path.resolve()
    return target.with_name(f"{target.name}.{os.getpid()}.part")


def _is_stream(path: Path) -> bool:
    return path.exists() and not path.is_file()
