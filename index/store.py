"""Reading an index: `open_index` and everything an opened index can tell.

What a question needs is loaded when it is first asked for, and every byte is compared with the manifest before it is
used. An opened index stays the generation it was, whatever is written meanwhile. Nothing here grows with the archive
but the list of its interviews: rows are memory-mapped, and turns and texts are read for one interview at a time.
"""

from __future__ import annotations

import difflib
import json
import sqlite3
import threading
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from index.errors import InputError
from index.generations import ARCHIVE, LEXICAL, PASSAGE_VECTORS, ROWS, SENTENCE_VECTORS, Generation, open_generation
from index.model import Excluded, Kind, Passage, Role, Sentence, Span, Speaker, TimeMark, Turn
from index.rows import RowOwners, passage_rows, sentence_rows

if TYPE_CHECKING:
    from index.lexical import LexicalIndex
    from index.readers.source import SourceText
    from index.vectors import VectorIndex

SHOWN = 5  # interviews named where none is near
DOCUMENT = "document = (SELECT number FROM document WHERE doc = ?)"


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One interview as a list shows it. `turns` and `passages` are counts, `speakers` names in order of appearance,
    `same_as` the other interviews that are the same one, from another outlet or in another format or language.
    """

    doc: str
    title: str
    date: str
    outlet: str
    url: str
    language: str
    path: str
    encoding: str
    turns: int
    passages: int
    sha256: str
    speakers: tuple[str, ...]
    warnings: tuple[str, ...]
    same_as: tuple[str, ...] = ()


def open_index(folder: Path) -> Index:
    """Open the index in this folder for reading.

    Raises IndexMissing, IndexDamaged, IndexFromNewerVersion, InputError when `folder` is a file, or StorageError.
    """
    generation = open_generation(folder.absolute())
    try:
        return Index(generation)
    except BaseException:
        generation.held.close()
        raise


def unknown_interview(doc: str, names: Sequence[str]) -> InputError:
    """That none of these interviews has a name, with the nearest, or the first, of theirs."""
    near = [name for name in names if doc.casefold() in name.casefold()][:3]
    near = near or difflib.get_close_matches(doc, names, n=3, cutoff=0.4)
    some = ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else "")
    hint = f"Did you mean {', '.join(near)}?" if near else f"There are {some}"
    return InputError(f"No interview is called {doc!r}. {hint}")


class Index:
    """One generation of an index; several threads may use it at once. Close it, or use it in a `with` block.

    Any of it raises IndexDamaged when a file turns out not to be what was written.
    """

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self._lock = threading.Lock()
        self._tables: dict[str, NDArray[Any]] = {}
        archive = generation.checked(ARCHIVE).as_uri()
        # immutable: the file never changes, so SQLite needs neither locks nor journals, nor a writable folder.
        self._db = sqlite3.connect(f"{archive}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        self._release = weakref.finalize(self, _release, self._db, generation)
        self.manifest = generation.manifest
        self.folder = generation.folder.parent
        self.generation = generation.folder.name
        self.embedding = generation.manifest.setting.embedding

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files; what was loaded stays usable."""
        self._release()

    def documents(self) -> list[DocumentRow]:
        """Every interview, by name."""
        return list(self._every_document)

    def document(self, doc: str) -> DocumentRow:
        """One interview. Raises InputError with the nearest names when there is none of that name."""
        self._require(doc)
        [row] = self._documents("WHERE doc = ?", doc)
        return row

    def text(self, doc: str) -> str:
        """The source text that all offsets of this interview point into."""
        self._require(doc)
        return str(self._rows(f"SELECT text FROM page WHERE {DOCUMENT}", doc)[0][0])

    def source(self, doc: str) -> SourceText:
        """What the reader made of the file of one interview."""
        from index.archive import read_source

        self._require(doc)
        sql = f"SELECT text, encoding, source FROM page JOIN document ON number = document WHERE {DOCUMENT}"
        [(text, encoding, source)] = self._rows(sql, doc)
        return read_source(text, encoding, source)

    def turns(self, doc: str) -> list[Turn]:
        """The turns of one interview, in order."""
        self._require(doc)
        sql = f"SELECT number, label, role, kind, section, spans FROM turn WHERE {DOCUMENT} ORDER BY number"
        return [
            Turn(number, label, Role(role), Kind(kind), section, tuple(Span(*span) for span in json.loads(spans)))
            for number, label, role, kind, section, spans in self._rows(sql, doc)
        ]

    def excluded(self, doc: str) -> list[Excluded]:
        """What was left out of one interview's file, in order."""
        self._require(doc)
        [(excluded,)] = self._rows(f"SELECT excluded FROM page WHERE {DOCUMENT}", doc)
        return [Excluded(*one) for one in json.loads(excluded)]

    def times(self, doc: str) -> list[TimeMark]:
        """The times that one interview gives, in order."""
        self._require(doc)
        [(times,)] = self._rows(f"SELECT times FROM page WHERE {DOCUMENT}", doc)
        return [TimeMark(*one) for one in json.loads(times)]

    def speakers(self, doc: str) -> dict[str, Speaker]:
        """The speakers of one interview by the label it gives them."""
        self._require(doc)
        return {speaker.label: speaker for speaker in self._speakers("WHERE doc = ?", doc)}

    def all_speakers(self) -> list[Speaker]:
        """The speakers of every interview, by its name, in the order in which they are first heard."""
        return list(self._every_speaker)

    def aliases(self) -> list[tuple[str, str]]:
        """(person, alias) for every name a person goes by."""
        return [(person, alias) for person, alias in self._rows("SELECT person, alias FROM alias ORDER BY rowid")]

    @cached_property
    def docs(self) -> tuple[str, ...]:
        """The names of the interviews in the order of their rows."""
        return tuple(self._begins)

    @cached_property
    def passages_of(self) -> dict[str, tuple[int, int]]:
        """By interview, its passage rows: the first, and the one behind the last."""
        return {doc: (first, first + count) for doc, (first, count, _, _) in self._begins.items()}

    @cached_property
    def sentences_of(self) -> dict[str, tuple[int, int]]:
        """By interview, its sentence rows."""
        return {doc: (first, first + count) for doc, (_, _, first, count) in self._begins.items()}

    @cached_property
    def passage_owners(self) -> RowOwners:
        """Which interview each passage belongs to."""
        return RowOwners(self.docs, self.passages_of)

    @cached_property
    def sentence_owners(self) -> RowOwners:
        """Which interview each sentence belongs to."""
        return RowOwners(self.docs, self.sentences_of)

    @cached_property
    def passages(self) -> Sequence[Passage]:
        """Every passage; its position is its row in `passage_vectors` and `lexical`."""
        return passage_rows(self)

    @cached_property
    def sentences(self) -> Sequence[tuple[str, Sentence]]:
        """(doc, sentence) for every sentence; its position is its row in `sentence_vectors`."""
        return sentence_rows(self)

    def section(self, doc: str, turn: int) -> str:
        """The section a turn stands in."""
        sql = f"SELECT section FROM turn WHERE {DOCUMENT} AND number = ?"
        [(section,)] = self._rows(sql, doc, turn)
        return str(section)

    def table(self, name: str) -> NDArray[Any]:
        """One of the arrays in rows/: "passages" and "sentences" (index/tables.py), "passage_keys", "sentence_keys",
        and "passages_means", "sentences_means", [languages, dimensions].
        """
        with self._lock:
            if name not in self._tables:
                from index.lexical import load_array

                self._tables[name] = load_array(self._generation.checked(f"{ROWS}/{name}.npy"))
            return self._tables[name]

    @cached_property
    def passage_vectors(self) -> VectorIndex:
        return self._vectors(PASSAGE_VECTORS)

    @cached_property
    def sentence_vectors(self) -> VectorIndex:
        return self._vectors(SENTENCE_VECTORS)

    @cached_property
    def lexical(self) -> LexicalIndex:
        from index.lexical import LexicalIndex

        return LexicalIndex.load(self._generation.checked(LEXICAL))

    @property
    def archive(self) -> Path:
        """The file of interviews, turns and people, every byte of it checked."""
        return self._generation.checked(ARCHIVE)

    def same_file(self, doc: str, sha256: str) -> list[str]:
        """The interviews of this name, or from a file of these bytes."""
        return [found for (found,) in self._rows("SELECT doc FROM document WHERE doc = ? OR sha256 = ?", doc, sha256)]

    def vectors_of(self, doc: str) -> Iterator[tuple[list[bytes], NDArray[np.float32]]]:
        """Digests of the search texts of an interview with their vectors: first its passages, then its sentences."""
        for keys, vectors, ranges in (
            ("passage_keys", self.passage_vectors, self.passages_of),
            ("sentence_keys", self.sentence_vectors, self.sentences_of),
        ):
            rows = np.arange(*ranges[doc])
            yield [key.tobytes() for key in self.table(keys)[rows]], vectors.vectors(rows)

    def check(self) -> None:
        """Compare every byte of every file with the manifest."""
        for name in self.manifest.files:
            self._generation.checked(name)

    def _require(self, doc: str) -> None:
        try:
            if self._rows("SELECT 1 FROM document WHERE doc = ?", doc):
                return
        except UnicodeEncodeError:  # a lone surrogate: no interview has one in its name
            pass
        raise unknown_interview(doc, [name for (name,) in self._rows("SELECT doc FROM document ORDER BY doc")])

    @cached_property
    def _begins(self) -> dict[str, tuple[int, int, int, int]]:
        """By interview: its first passage row and how many it has, the same of its sentences."""
        sql = "SELECT doc, first_passage, passages, first_sentence, sentences FROM document ORDER BY number"
        return {doc: tuple(numbers) for doc, *numbers in self._rows(sql)}

    @cached_property
    def _every_document(self) -> list[DocumentRow]:
        return self._documents("")

    @cached_property
    def _every_speaker(self) -> list[Speaker]:
        return self._speakers("")

    def _documents(self, where: str, *values: str) -> list[DocumentRow]:
        speakers: dict[str, list[str]] = {}
        for speaker in self._speakers(where, *values):
            names = speakers.setdefault(speaker.doc, [])
            if speaker.name and speaker.name not in names:
                names.append(speaker.name)
        sql = f"""
            SELECT doc, title, date, outlet, url, language, path, encoding, turns, passages, sha256, warnings, same_as
            FROM document {where} ORDER BY doc"""
        return [
            DocumentRow(
                *[doc, *fields, tuple(speakers.get(doc, ())), tuple(json.loads(warnings)), tuple(json.loads(same_as))]
            )
            for doc, *fields, warnings, same_as in self._rows(sql, *values)
        ]

    def _speakers(self, where: str, *values: str) -> list[Speaker]:
        sql = f"""
            SELECT doc, label, name, role, person FROM speaker JOIN document ON document.number = document
            {where} ORDER BY doc, speaker.number"""
        rows = self._rows(sql, *values)
        return [Speaker(doc, label, name, Role(role), person) for doc, label, name, role, person in rows]

    def _vectors(self, name: str) -> VectorIndex:
        from index.vectors import VectorIndex

        return VectorIndex.load(self._generation.checked(name))

    def _rows(self, sql: str, *values: str | int) -> list[tuple[Any, ...]]:
        try:
            with self._lock:
                return self._db.execute(sql, values).fetchall()
        except sqlite3.ProgrammingError:  # a mistake of ours, such as reading from a closed index
            raise
        except sqlite3.DatabaseError as error:
            path = self._generation.folder / ARCHIVE
            raise self._generation.damaged(f"{path} cannot be read ({error})") from error


def _release(db: sqlite3.Connection, generation: Generation) -> None:
    db.close()
    generation.held.close()
