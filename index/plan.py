"""What a build has to do: which files are read, which interviews stay as they are, which leave."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.collect import Collection, Refused, name_documents, printable
from index.generations import sha256_of
from index.store import DocumentRow


@dataclass(frozen=True, slots=True)
class FreshFile:
    """A file to be read, what its interview is called, and the sha256 of its bytes."""

    path: Path
    doc: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Plan:
    """`kept` and `gone` are interviews that the index holds; `refused` are paths that cannot be indexed."""

    fresh: tuple[FreshFile, ...]
    kept: tuple[DocumentRow, ...]
    gone: tuple[DocumentRow, ...]
    refused: tuple[Refused, ...]


def make_plan(collection: Collection, rows: Sequence[DocumentRow], read_all: bool) -> Plan:
    """Compare the files that were found with the interviews the index holds, `rows`; `read_all` trusts none of them.

    An interview leaves when its file is gone from a folder that was given, or when its file is gone and one with the
    same bytes turned up elsewhere: then it has moved.
    """
    known = {Path(row.path): row for row in rows}
    hashes, refused = _hashes(collection.files)
    changed = {
        path: sha256 for path, sha256 in hashes.items() if read_all or path not in known or known[path].sha256 != sha256
    }
    bytes_at_hand = set(changed.values())
    found = {*collection.files, *(Path(refusal.path) for refusal in collection.refused)}
    gone = {
        path: row
        for path, row in known.items()
        if path not in found and (_vanished(path, collection) or (row.sha256 in bytes_at_hand and not path.exists()))
    }
    stay = {path: row.doc for path, row in known.items() if path not in gone}
    names = name_documents(changed, stay)
    return Plan(
        fresh=tuple(FreshFile(path, names[path], sha256) for path, sha256 in changed.items()),
        kept=tuple(row for path, row in known.items() if path not in gone and path not in changed),
        gone=tuple(gone.values()),
        refused=(*collection.refused, *refused),
    )


def remaining_sources(sources: Iterable[str], paths: Iterable[Path]) -> tuple[str, ...]:
    """Of the files and folders an index was built from, those that still stand for one of its interviews' `paths`."""
    alive = {place for path in paths for place in (path, *path.parents)}
    places = {place for place in map(Path, sources) if place in alive}
    return tuple(sorted(str(place) for place in places if places.isdisjoint(place.parents)))


def people_folders(sources: Iterable[str], paths: Iterable[Path]) -> list[Path]:
    """Where people.toml is looked for: beside each transcript, and above it up to the folder that was given."""
    roots = {Path(source) for source in sources}
    folders: set[Path] = set()
    for path in paths:
        above = [level for level, folder in enumerate(path.parents) if folder in roots]
        folders.update(path.parents[: max(above, default=0) + 1])
    return sorted(folders)


def _hashes(files: Iterable[Path]) -> tuple[dict[Path, str], list[Refused]]:
    hashes: dict[Path, str] = {}
    refused: list[Refused] = []
    for file in files:
        try:
            hashes[file] = sha256_of(file)
        except OSError as error:
            refused.append(Refused(printable(file), f"cannot be read ({error.strerror or error})"))
    return hashes, refused


def _vanished(path: Path, collection: Collection) -> bool:
    """Whether a file that was not found lies where was looked for it."""
    return not {path, *path.parents}.isdisjoint(collection.roots) and set(path.parents).isdisjoint(collection.unopened)
