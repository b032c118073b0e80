"""Reading an index: `open_index` and everything an opened index can tell.

What a question needs is loaded when it is first asked for, and every byte is compared with the manifest before it is
used. An opened index stays the generation it was, whatever is written meanwhile.
"""

from __future__ import annotations

import difflib
import json
import sqlite3
import threading
import weakref
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from index.errors import InputError
from index.generations import ARCHIVE, LEXICAL, PASSAGE_VECTORS, SENTENCE_VECTORS, Generation, open_generation
from index.model import Excluded, Kind, Metadata, Passage, Role, Sentence, Span, Speaker, Transcript, Turn

if TYPE_CHECKING:
    from index.archive import Entry
    from index.lexical import LexicalIndex
    from index.readers.source import SourceText
    from index.vectors import VectorIndex

DOCUMENT = "document = (SELECT number FROM document WHERE doc = ?)"


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One interview as a list shows it. `turns` and `passages` are counts, `speakers` names in order of appearance."""

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


class Index:
    """One generation of an index; several threads may use it at once. Close it, or use it in a `with` block.

    Any of it raises IndexDamaged when a file turns out not to be what was written.
    """

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self._lock = threading.Lock()
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
        """Every interview, in the order of the index."""
        return self._documents("")

    def document(self, doc: str) -> DocumentRow:
        """One interview. Raises InputError with the nearest names when there is none of that name."""
        self._require(doc)
        [row] = self._documents("WHERE doc = ?", doc)
        return row

    def text(self, doc: str) -> str:
        """The source text that all offsets of this interview point into."""
        self._require(doc)
        return str(self._rows("SELECT text FROM document WHERE doc = ?", doc)[0][0])

    def source(self, doc: str) -> SourceText:
        """The text of one interview with its encoding and the reader's warnings, as it was read from the file."""
        from index.readers.source import SourceText

        self._require(doc)
        sql = "SELECT text, encoding, source_warnings FROM document WHERE doc = ?"
        [(text, encoding, warnings)] = self._rows(sql, doc)
        return SourceText(text, encoding, tuple(json.loads(warnings)))

    def turns(self, doc: str) -> list[Turn]:
        """The turns of one interview, in order."""
        self._require(doc)
        spans: dict[int, list[Span]] = {}
        for turn, start, end in self._rows(f'SELECT turn, start, "end" FROM span WHERE {DOCUMENT} ORDER BY rowid', doc):
            spans.setdefault(turn, []).append(Span(start, end))
        sql = f"SELECT number, label, role, kind, section FROM turn WHERE {DOCUMENT} ORDER BY rowid"
        return [
            Turn(number, label, Role(role), Kind(kind), section, tuple(spans[number]))
            for number, label, role, kind, section in self._rows(sql, doc)
        ]

    def excluded(self, doc: str) -> list[Excluded]:
        """What was left out of one interview's file, in order."""
        self._require(doc)
        sql = f'SELECT start, "end", reason FROM excluded WHERE {DOCUMENT} ORDER BY rowid'
        return [Excluded(*row) for row in self._rows(sql, doc)]

    def speakers(self, doc: str) -> dict[str, Speaker]:
        """The speakers of one interview by the label it gives them."""
        self._require(doc)
        return {speaker.label: speaker for speaker in self._speakers("WHERE doc = ?", doc)}

    def all_speakers(self) -> list[Speaker]:
        """The speakers of every interview, in the order of the index."""
        return self._speakers("")

    def aliases(self) -> list[tuple[str, str]]:
        """(person, alias) for every name a person goes by."""
        return [(person, alias) for person, alias in self._rows("SELECT person, alias FROM alias ORDER BY rowid")]

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Every passage; its position is its row in `passage_vectors` and `lexical`."""
        return tuple(self._passages(""))

    @cached_property
    def sentences(self) -> tuple[tuple[str, Sentence], ...]:
        """(doc, sentence) for every sentence; its position is its row in `sentence_vectors`."""
        return tuple(self._sentences(""))

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

    def entry(self, doc: str) -> Entry:
        """Everything stored about one interview, to be carried over into the next generation."""
        from index.archive import Entry
        from index.passages import Cut
        from index.people import NameEvidence

        row, source = self.document(doc), self.source(doc)
        [(evidence,)] = self._rows("SELECT evidence FROM document WHERE doc = ?", doc)
        transcript = Transcript(
            doc,
            row.path,
            source.text,
            row.encoding,
            row.language,
            Metadata(row.title, row.date, row.outlet, row.url),
            tuple(self.turns(doc)),
            tuple(self.excluded(doc)),
            row.warnings,
        )
        sentences = tuple(sentence for _, sentence in self._sentences("WHERE doc = ?", doc))
        cut = Cut(tuple(self._passages("WHERE doc = ?", doc)), sentences)
        return Entry(transcript, cut, NameEvidence.from_json(evidence), row.sha256, source.warnings)

    def digests(self) -> tuple[list[bytes], list[bytes]]:
        """What `archive.digest` said of the text embedded for each passage and each sentence, in row order."""
        passages = self._rows("SELECT digest FROM passage ORDER BY row")
        sentences = self._rows("SELECT digest FROM sentence ORDER BY row")
        return [digest for (digest,) in passages], [digest for (digest,) in sentences]

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
        names = [name for (name,) in self._rows("SELECT doc FROM document ORDER BY number")]
        near = [name for name in names if doc.casefold() in name.casefold()][:3]
        near = near or difflib.get_close_matches(doc, names, n=3, cutoff=0.4)
        hint = f"Did you mean {', '.join(near)}?" if near else "All of them: verbatim list"
        raise InputError(f"No interview is called {doc!r}. {hint}")

    def _documents(self, where: str, *values: str) -> list[DocumentRow]:
        speakers: dict[str, list[str]] = {}
        for speaker in self._speakers(where, *values):
            names = speakers.setdefault(speaker.doc, [])
            if speaker.name and speaker.name not in names:
                names.append(speaker.name)
        sql = f"""
            SELECT doc, title, date, outlet, url, language, path, encoding, turns, passages, sha256, warnings
            FROM document {where} ORDER BY number"""
        return [
            DocumentRow(*[doc, *fields, tuple(speakers.get(doc, ())), tuple(json.loads(warnings))])
            for doc, *fields, warnings in self._rows(sql, *values)
        ]

    def _speakers(self, where: str, *values: str) -> list[Speaker]:
        sql = f"""
            SELECT doc, label, name, role, person FROM speaker JOIN document ON number = document
            {where} ORDER BY speaker.rowid"""
        rows = self._rows(sql, *values)
        return [Speaker(doc, label, name, Role(role), person) for doc, label, name, role, person in rows]

    def _passages(self, where: str, *values: str) -> list[Passage]:
        sql = f"""
            SELECT id, doc, start, "end", first_turn, last_turn, section, kind, context_start, context_end
            FROM passage JOIN document ON number = document {where} ORDER BY row"""
        return [
            Passage(id, doc, start, end, first, last, section, Kind(kind), None if begin is None else Span(begin, stop))
            for id, doc, start, end, first, last, section, kind, begin, stop in self._rows(sql, *values)
        ]

    def _sentences(self, where: str, *values: str) -> list[tuple[str, Sentence]]:
        sql = f"""
            SELECT doc, start, "end", turn FROM sentence JOIN document ON number = document {where} ORDER BY row"""
        return [(doc, Sentence(start, end, turn)) for doc, start, end, turn in self._rows(sql, *values)]

    def _vectors(self, name: str) -> VectorIndex:
        from index.vectors import VectorIndex

        return VectorIndex.load(self._generation.checked(name))

    def _rows(self, sql: str, *values: str) -> list[tuple[Any, ...]]:
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
