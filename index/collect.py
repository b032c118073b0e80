"""Which files are meant by the paths a person gives, and what each interview is called."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from index.errors import InputError
from index.generations import POINTER
from index.people import OVERRIDES
from index.readers import SUFFIXES

READABLE = ", ".join(sorted(SUFFIXES))


@dataclass(frozen=True, slots=True)
class Refused:
    """A file or folder that could not be indexed, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Collection:
    """What was found. Paths are absolute with symbolic links resolved, so that one file is one path.

    `roots` are the files and folders that were given, `unopened` folders inside them that could not be listed,
    `others` files of other kinds inside them.
    """

    files: tuple[Path, ...]
    roots: tuple[Path, ...]
    unopened: tuple[Path, ...]
    others: tuple[Path, ...]
    refused: tuple[Refused, ...]


def collect(paths: Iterable[Path], index_folder: Path) -> Collection:
    """Every transcript file at or under the paths, each once.

    Inside folders hidden files, indexes, and what a browser saved along with a page are left out.
    Raises InputError for a path that does not exist and for a folder without transcripts.
    """
    roots: list[Path] = []
    files: set[Path] = set()
    unopened: set[Path] = set()
    others: set[Path] = set()
    refused: dict[Path, str] = {}
    for path in paths:
        root = _existing(path)
        roots.append(root)
        if not root.is_dir():
            _sort_in(root, files, refused)
            continue
        inside, closed = _walk(root, index_folder.resolve())
        candidates = [file for file in inside if file.suffix.lower() in SUFFIXES]
        if not candidates and not closed:
            raise InputError(f"{path}: no transcripts in this folder. Verbatim reads {READABLE}{_holds(inside)}")
        for candidate in candidates:
            _sort_in(candidate, files, refused)
        unopened.update(closed)
        refused.update(closed)
        others.update(file for file in inside if file.suffix.lower() not in SUFFIXES and file.name != OVERRIDES)
    return Collection(
        files=tuple(sorted(files)),
        roots=tuple(dict.fromkeys(roots)),
        unopened=tuple(sorted(unopened)),
        others=tuple(sorted(others)),
        refused=tuple(Refused(printable(path), refused[path]) for path in sorted(refused)),
    )


def describe_others(others: Iterable[Path]) -> list[str]:
    """One line for each kind of file that was passed over, naming the first few."""
    kinds: dict[str, list[str]] = {}
    for path in others:
        kinds.setdefault(path.suffix.lower() or "no suffix", []).append(printable(path))
    lines = []
    for kind, names in sorted(kinds.items()):
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        lines.append(f"not indexed, {kind} is no transcript format: {', '.join(names[:3])}{more}")
    return lines


def name_documents(files: Iterable[Path], named: Mapping[Path, str]) -> dict[Path, str]:
    """A name for each file: its stem, with as many folders before it as tell it from the others.

    `named` are the interviews that the archive holds already; they keep their names. New files that would be called
    the same all get the longer name, so that the order in which they are found does not matter.
    """
    names = {file: named[file] for file in files if file in named}
    taken = set(named.values())
    waiting = sorted(set(files) - set(names))
    for level in range(max((len(file.parts) for file in waiting), default=0) + 2):
        wanted = {file: _candidate(file, level) for file in waiting}
        count = Counter(wanted.values())
        settled = {file: name for file, name in wanted.items() if count[name] == 1 and name not in taken}
        names |= settled
        taken |= set(settled.values())
        waiting = [file for file in waiting if file not in settled]
    return names


def printable(path: Path) -> str:
    """A path for messages: bytes of the name that are not UTF-8 become U+FFFD."""
    return os.fsencode(path).decode("utf-8", "replace")


def _candidate(file: Path, level: int) -> str:
    """talk, 2016/talk, 2016/talk.md, archive/2016/talk.md, …"""
    if level == 0:
        return file.stem
    if level == 1:
        return f"{file.parent.name}/{file.stem}"
    return "/".join(file.parts[-level:])


def _existing(path: Path) -> Path:
    try:
        root = path.resolve()
        root.stat()
    except FileNotFoundError as error:
        raise InputError(f"{printable(path)}: no such file or folder") from error
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: a loop of links; ValueError: a NUL
        raise InputError(f"{printable(path)}: {getattr(error, 'strerror', None) or error}") from error
    return root


def _walk(root: Path, index_folder: Path) -> tuple[list[Path], dict[Path, str]]:
    """The files under a folder that are not hidden, and the folders that could not be listed, with the reason."""
    files: list[Path] = []
    closed: dict[Path, str] = {}
    seen: set[Path] = set()

    def fail(error: OSError) -> None:
        closed[Path(error.filename).resolve()] = f"the folder cannot be opened ({error.strerror})"

    for name, folders, found in os.walk(root, onerror=fail, followlinks=True):
        folder = Path(name).resolve()
        if folder in root.parents:
            closed[Path(name)] = "a link to a folder around this one; it was not followed"
            folders.clear()
            continue
        if folder in seen or folder == index_folder or POINTER in found:
            folders.clear()
            continue
        seen.add(folder)
        assets = _saved_along(found)
        folders[:] = [inside for inside in folders if not inside.startswith(".") and inside not in assets]
        files.extend(Path(name) / file for file in found if not file.startswith("."))
    return files, closed


def _saved_along(names: Iterable[str]) -> set[str]:
    """The folders that browsers put beside the pages they save, with the scripts and frames of talk.html."""
    pages = [name.rpartition(".")[0] for name in names if name.lower().endswith((".html", ".htm"))]
    return {page + ending for page in pages for ending in ("_files", ".files", "-Dateien", "_fichiers", "_archivos")}


def _sort_in(path: Path, files: set[Path], refused: dict[Path, str]) -> None:
    """Put a path with its links resolved among the files, or among the refused with the reason."""
    try:
        file = path.resolve()
        mode = file.stat().st_mode
        str(file).encode()
    except UnicodeEncodeError:
        refused[path] = "the name is not UTF-8; rename the file"
    except FileNotFoundError:
        refused[path] = "a link to a file that does not exist"
    except (OSError, RuntimeError) as error:
        refused[path] = f"cannot be opened ({getattr(error, 'strerror', None) or 'a loop of links'})"
    else:
        if not stat.S_ISREG(mode):
            refused[path] = "not a regular file"
        elif file.suffix.lower() not in SUFFIXES:
            refused[path] = f"Verbatim reads {READABLE}, not {file.suffix or 'a file without a suffix'}"
        else:
            files.add(file)


def _holds(files: list[Path]) -> str:
    kinds = Counter(file.suffix.lower() or file.name for file in files)
    held = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common(5))
    return f"; here are {held}" if held else ""
