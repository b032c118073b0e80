"""The index directory: what lies where, and how its current generation is opened and checked.

    .verbatim/
        verbatim-index.json    the pointer: the current generation and the sha256 of its manifest; "" when the last
                               interview was removed while somebody read it
        lock, writer.json      the writers' lock and who holds it (index/lock.py)
        unfinished.sqlite      vectors of a build that was killed (index/journal.py)
        cache.sqlite           answers of chat models, vectors of questions (rag/cache.py); may be deleted
        generation-000007/     never changed once the pointer names it
            manifest.json      versions, embedding, counts; size and sha256 of every other file
            archive.sqlite     interviews, turns, people (index/archive.py)
            rows/              passages and sentences (index/tables.py), digests of their texts, means of their vectors
            passages/, sentences/    their vectors (index/vectors.py)
            lexical/           (index/lexical.py)
        building-000008/       a generation being written, or what a killed writer left of one (index/publish.py)

Readers hold a shared lock on the manifest while they are open; writers clear away only what nobody holds.
"""

from __future__ import annotations

import errno
import hashlib
import json
import re
import shlex
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from index.errors import IndexDamaged, IndexFromNewerVersion, IndexMissing, InputError, StorageError, VerbatimError

if sys.platform != "win32":
    import fcntl

REPAIR = ". Build it again from the transcripts: "
FORMAT = 2  # raise it when an older Verbatim could not read what this one writes
POINTER = "verbatim-index.json"
NEW_POINTER = "verbatim-index.json.new"
LOCK = "lock"
WRITER = "writer.json"
CACHE = "cache.sqlite"
JOURNAL = "unfinished.sqlite"
MANIFEST = "manifest.json"
ARCHIVE = "archive.sqlite"
ROWS = "rows"
PASSAGE_VECTORS = "passages"
SENTENCE_VECTORS = "sentences"
LEXICAL = "lexical"
GENERATION = re.compile(r"generation-(\d{6,})")
BUILDING = re.compile(r"building-(\d{6,})")


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file of a generation as it was written."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What an index depends on besides the interviews themselves: a change here calls for a new generation.

    `sources` are the files and folders it was built from, absolute; `overrides` is the digest of what their
    people.toml files said.
    """

    verbatim: str
    parser: int
    embedding: str
    overrides: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is made of; `files` maps paths inside it to what was written there, `vectors` says how vectors
    are kept.
    """

    setting: Setting
    dimensions: int
    interviews: int
    speakers: int
    turns: int
    passages: int
    sentences: int
    vectors: dict[str, str] = field(default_factory=dict)
    files: dict[str, FileRecord] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pointer:
    generation: str
    manifest_sha256: str


@dataclass(frozen=True, slots=True)
class Generation:
    """An opened generation. It is not cleared away before `held`, its open manifest, is closed."""

    folder: Path
    manifest: Manifest
    held: BinaryIO

    def checked(self, name: str) -> Path:
        """The path of one of its files, or of a folder of them, after comparing every byte with the manifest.

        Raises IndexDamaged, or StorageError when a file cannot be read.
        """
        for listed, record in self.manifest.files.items():
            if listed == name or listed.startswith(f"{name}/"):
                with _read_errors(self.folder.parent, self.manifest.setting.sources):
                    digest = sha256_of(self.folder / listed)
                if digest != record.sha256:
                    raise self.damaged(f"{self.folder / listed} is not what was written there")
        return self.folder / name

    def damaged(self, what: str) -> IndexDamaged:
        """The error that says what is wrong and which command builds this index again."""
        return damaged(self.folder.parent, what, self.manifest.setting.sources)


def open_generation(folder: Path) -> Generation:
    """Open the current generation after checking its manifest and the size of each file, which takes a millisecond.

    Raises InputError when `folder` is a file, IndexMissing, IndexDamaged, IndexFromNewerVersion or StorageError.
    """
    while True:
        pointer = read_pointer(folder)
        try:
            return _open(folder, pointer)
        except IndexDamaged:
            # A writer may have published the next generation and cleared this one since the pointer was read.
            if read_pointer(folder) == pointer:
                raise


def read_pointer(folder: Path) -> Pointer:
    """Which generation is the current one. Raises like `open_generation`."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; an index is a folder")
    try:
        content = json.loads((folder / POINTER).read_text(encoding="utf-8"))
        written_in = int(content["format"])
        pointer = Pointer(str(content["generation"]), str(content["manifest"]))
        writer = content["verbatim"]
    except FileNotFoundError as error:
        raise _missing(folder) from error
    except OSError as error:
        raise StorageError(f"{folder / POINTER} cannot be read: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise damaged(folder, f"{folder / POINTER} is not what was written there") from error
    if written_in < FORMAT:
        raise damaged(folder, f"Verbatim {writer} wrote {folder} in a form that this version no longer reads")
    if written_in > FORMAT:
        raise IndexFromNewerVersion(
            f"The index in {folder} was written by Verbatim {writer}, which is newer than this one. "
            "Upgrade Verbatim, or build another index with --index FOLDER."
        )
    if not pointer.generation:
        raise _none_in(folder)
    if not GENERATION.fullmatch(pointer.generation):
        raise damaged(folder, f"{folder / POINTER} names no generation")
    return pointer


def last_manifest(folder: Path) -> Manifest | None:
    """The manifest of an index whose other files are damaged; None when that is not what was written either, and where
    there is no index.

    Without a pointer, the manifest of the newest generation that has a readable one.
    """
    try:
        pointer = read_pointer(folder)
        content = (folder / pointer.generation / MANIFEST).read_bytes()
    except IndexMissing:
        return None
    except (VerbatimError, OSError):
        return _newest_manifest(folder)
    return _manifest(content) if hashlib.sha256(content).hexdigest() == pointer.manifest_sha256 else None


def _newest_manifest(folder: Path) -> Manifest | None:
    for generation in sorted(folder.glob("generation-*"), reverse=True):
        try:
            return _manifest((generation / MANIFEST).read_bytes())
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return None


def damaged(folder: Path, what: str, sources: tuple[str, ...] = ()) -> IndexDamaged:
    """The error for a damaged index directory, with the command that repairs it."""
    paths = " ".join(shlex.quote(source) for source in sources[:5]) if sources else "PATH…"
    more = " …" if len(sources) > 5 else ""
    command = f"verbatim index {paths}{more} --index {shlex.quote(str(folder))}"
    return IndexDamaged(f"The index is damaged: {what}{REPAIR}{command}")


def foreign_names(folder: Path) -> list[str]:
    """What lies in a folder that Verbatim did not put there."""
    ours = {POINTER, NEW_POINTER, LOCK, WRITER, CACHE, f"{CACHE}-journal", JOURNAL, f"{JOURNAL}-journal"}
    names = sorted(child.name for child in folder.iterdir())
    return [n for n in names if n not in ours and not GENERATION.fullmatch(n) and not BUILDING.fullmatch(n)]


def sha256_of(path: Path) -> str:
    """The sha256 of a file's bytes, in hex. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _missing(folder: Path) -> IndexMissing | IndexDamaged:
    if folder.is_dir():
        if any(GENERATION.fullmatch(child.name) for child in folder.iterdir()):
            return damaged(folder, f"{folder / POINTER} is missing")
        if foreign := foreign_names(folder):
            return IndexMissing(f"There is no index in {folder}; it holds other files, such as {foreign[0]}")
    return _none_in(folder)


def _none_in(folder: Path) -> IndexMissing:
    return IndexMissing(
        f"There is no index in {folder}. Make one: verbatim index PATH… --index {shlex.quote(str(folder))}"
    )


def _open(folder: Path, pointer: Pointer) -> Generation:
    path = folder / pointer.generation
    with ExitStack() as stack, _read_errors(folder):
        held = stack.enter_context((path / MANIFEST).open("rb"))
        _share(held, path / MANIFEST)
        content = held.read()
        if hashlib.sha256(content).hexdigest() != pointer.manifest_sha256:
            raise damaged(folder, f"{path / MANIFEST} is not what was written there")
        generation = Generation(path, _manifest(content), held)
        for name, record in generation.manifest.files.items():
            if (size := (path / name).stat().st_size) != record.bytes:
                raise generation.damaged(f"{path / name} has {size:,} bytes instead of {record.bytes:,}")
        stack.pop_all()
    return generation


def _share(held: BinaryIO, path: Path) -> None:
    """Keep writers from clearing this generation away until the file is closed."""
    if sys.platform == "win32":
        return  # an open file cannot be deleted there
    try:
        fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise FileNotFoundError(errno.ENOENT, "being cleared away", str(path)) from error
    except OSError:
        pass  # a file system without locks: a build may clear what this reader has not loaded yet


def _manifest(content: bytes) -> Manifest:
    values = json.loads(content)
    setting = values.pop("setting")
    files = {name: FileRecord(**record) for name, record in values.pop("files").items()}
    return Manifest(Setting(**setting | {"sources": tuple(setting["sources"])}), **values, files=files)


@contextmanager
def _read_errors(folder: Path, sources: tuple[str, ...] = ()) -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, NotADirectoryError) as error:
        raise damaged(folder, f"{error.filename} is missing", sources) from error
    except OSError as error:
        raise StorageError(f"{error.filename or folder} cannot be read: {error.strerror or error}") from error
