"""Writing a people.toml: who is one person, and who is not. What stands in the file otherwise stays, comments too."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import tomlkit
from tomlkit.items import AoT, Table

from index.errors import StorageError
from index.people import identity, read_overrides


def join(path: Path, name: str, aliases: Sequence[str], interviews: Sequence[str] = ()) -> str:
    """Write that these names are one person, in these interviews where some are given; returns the entry as written.

    Raises InputError when the file as it stands cannot be used, StorageError when it cannot be written.
    """
    document, people = _opened(path)
    entry = _entry(people, name, interviews)
    _add(entry, "aliases", [alias for alias in aliases if identity(alias) != identity(str(entry["name"]))])
    _take(entry, "apart", aliases)
    if interviews:
        _add(entry, "interviews", interviews)
    return _written(path, document, entry)


def split(path: Path, name: str, alias: str) -> str:
    """Write that a name is not this person, whatever the texts say; returns the entry as written. Raises as `join`."""
    document, people = _opened(path)
    for entry in people:
        if identity(str(entry["name"])) == identity(name):
            _take(entry, "aliases", [alias])
    entry = _entry(people, name, ())
    _add(entry, "apart", [alias])
    return _written(path, document, entry)


def _opened(path: Path) -> tuple[tomlkit.TOMLDocument, AoT]:
    read_overrides([path.parent])  # whatever is wrong with the file is said before it is written
    document = tomlkit.parse(path.read_text(encoding="utf-8")) if path.is_file() else tomlkit.document()
    people = document.get("person")
    if not isinstance(people, AoT):
        document["person"] = people = tomlkit.aot()
    return document, people


def _entry(people: AoT, name: str, interviews: Sequence[str]) -> Table:
    """The entry of this person, for all interviews or for some; a new one where there is none."""
    for entry in people:
        is_same = identity(str(entry["name"])) == identity(name) and bool(entry.get("interviews")) == bool(interviews)
        if is_same and isinstance(entry, Table):
            return entry
    added = tomlkit.table()
    added["name"] = name
    people.append(added)
    return added


def _add(entry: Table, field: str, names: Sequence[str]) -> None:
    known = list(map(str, entry.get(field, [])))
    entry[field] = [*known, *(name for name in dict.fromkeys(names) if name not in known)]


def _take(entry: Table, field: str, names: Sequence[str]) -> None:
    if field in entry:
        gone = set(map(identity, names))
        kept = [str(name) for name in entry[field] if identity(str(name)) not in gone]
        if kept:
            entry[field] = kept
        else:
            del entry[field]


def _written(path: Path, document: tomlkit.TOMLDocument, entry: Table) -> str:
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_text(tomlkit.dumps(document), encoding="utf-8", newline="")
        os.replace(beside, path)
    except OSError as error:
        raise StorageError(f"{path} cannot be written ({error.strerror or error})") from error
    return f"[[person]]\n{entry.as_string().strip()}"
