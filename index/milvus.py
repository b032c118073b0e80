"""An index that lives in Milvus, opened for questions: `open_milvus`, with the surface of index.store.Index.

    {name}_records           everything that is not searched: interviews, people, the state (index/milvus_records.py)
    {name}_passages_{epoch}  vectors by key (index/milvus_vectors.py); another embedding begins another epoch
    {name}_sentences_{epoch}
    {name}_words_{epoch}     the passages' terms, for BM25 (index/milvus_words.py)

Many servers may have one index open. Each keeps the rows of index/tables.py in memory, 41 bytes a passage and 24 a
sentence; vectors, words and texts stay in Milvus. It keeps the state it found: what is written meanwhile it does not
see, but interviews that are removed or changed are gone at once, and asking for their text is a StorageError. Milvus
shows searches what was written with a delay of some seconds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from index.archive import read_source
from index.errors import IndexDamaged, StorageError
from index.milvus_client import Milvus
from index.milvus_interviews import KEYS, PAGE, ROW, TABLES, TURNS, Data, Row, read_keys, read_tables
from index.milvus_place import parse_place
from index.milvus_records import Records, unpacked
from index.milvus_state import MEANS, PEOPLE, State, damaged, read_state
from index.milvus_vectors import MilvusVectors, Numbering
from index.milvus_words import MilvusWords
from index.model import Excluded, Kind, Passage, Role, Sentence, Span, Speaker, TimeMark, Turn
from index.readers.source import SourceText
from index.rows import RowOwners, passage_rows, sentence_rows
from index.store import DocumentRow, unknown_interview
from index.tables import PASSAGE, SENTENCE

if TYPE_CHECKING:
    from index.generations import Manifest

PAGES_KEPT = 500  # interviews whose text is kept in memory


def open_milvus(store: str) -> MilvusIndex:
    """Open the index at `milvus://…` for reading.

    Raises InputError for a place that cannot be read, IndexMissing, IndexDamaged, IndexFromNewerVersion, StorageError.
    """
    milvus = Milvus(parse_place(store))
    try:
        records = Records(milvus)
        while True:
            state = read_state(records)
            try:
                return MilvusIndex(records, state)
            except IndexDamaged:
                # A writer may have replaced the state, and cleared away what it named, since it was read.
                if read_state(records) == state:
                    raise
    except BaseException:
        milvus.close()
        raise


def version_in_milvus(store: str) -> str:
    """What changes with every new state of the index; raises like `open_milvus`."""
    milvus = Milvus(parse_place(store))
    try:
        return version(read_state(Records(milvus)))
    finally:
        milvus.close()


def version(state: State) -> str:
    """The digest of a state."""
    [record] = state.manifest.files.values()
    return record.sha256


class MilvusIndex:
    """One state of an index in Milvus; several threads may use it at once. Close it, or use it in a `with` block."""

    def __init__(self, records: Records, state: State) -> None:
        self.records = records
        self.milvus: Milvus = records.milvus
        self.state = state
        self.manifest: Manifest = state.manifest
        self.generation = f"{state.generation:06}"
        self.embedding = state.manifest.setting.embedding
        self.data = Data.of(self.milvus.place.name, state.epoch)
        for collection in self.data.all():
            self.milvus.load(collection)
        self.numbers = state.numbers()
        self.rows = self._read_rows()
        self._of_doc = {row.doc: place for place, row in enumerate(self.rows)}
        said = unpacked(self._archive_wide(PEOPLE))
        self._aliases = [(str(person), str(alias)) for person, alias in said["aliases"]]
        self.same = {doc: tuple(others) for doc, others in said["same"].items()}
        self._people = [Speaker(doc, label, name, Role(role), person) for doc, label, name, role, person in said["who"]]
        self._page = lru_cache(PAGES_KEPT)(self._read_page)
        self._tables: dict[str, NDArray[Any]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        self.milvus.close()

    def documents(self) -> list[DocumentRow]:
        """Every interview, by name."""
        return sorted(map(self._document, self.rows), key=lambda row: row.doc)

    def document(self, doc: str) -> DocumentRow:
        """One interview. Raises InputError with the nearest names when there is none of that name."""
        return self._document(self.rows[self._place(doc)])

    def text(self, doc: str) -> str:
        """The source text that all offsets of this interview point into."""
        return str(self._page(doc)["text"])

    def source(self, doc: str) -> SourceText:
        """What the reader made of the file of one interview."""
        page = self._page(doc)
        return read_source(page["text"], page["encoding"], page["source"])

    def turns(self, doc: str) -> list[Turn]:
        """The turns of one interview, in order."""
        return [
            Turn(number, label, Role(role), Kind(kind), section, tuple(Span(*span) for span in spans))
            for number, label, role, kind, section, spans in unpacked(self._record(TURNS, doc))
        ]

    def excluded(self, doc: str) -> list[Excluded]:
        """What was left out of one interview's file, in order."""
        return [Excluded(*one) for one in self._page(doc)["excluded"]]

    def times(self, doc: str) -> list[TimeMark]:
        """The times that one interview gives, in order."""
        return [TimeMark(*one) for one in self._page(doc)["times"]]

    def section(self, doc: str, turn: int) -> str:
        """The section a turn stands in."""
        sections = self.rows[self._place(doc)].sections
        return sections[bisect_right(sections, turn, key=lambda begins: begins[0]) - 1][1]

    def speakers(self, doc: str) -> dict[str, Speaker]:
        """The speakers of one interview by the label it gives them."""
        self._place(doc)
        return {speaker.label: speaker for speaker in self._speakers_of.get(doc, ())}

    def all_speakers(self) -> list[Speaker]:
        """The speakers of every interview, by its name."""
        return [speaker for doc in sorted(self._speakers_of) for speaker in self._speakers_of[doc]]

    def aliases(self) -> list[tuple[str, str]]:
        """(person, alias) for every name a person goes by."""
        return list(self._aliases)

    @cached_property
    def docs(self) -> tuple[str, ...]:
        """The names of the interviews in the order of their rows."""
        return tuple(row.doc for row in self.rows)

    @cached_property
    def passages_of(self) -> dict[str, tuple[int, int]]:
        """By interview, its passage rows: the first, and the one behind the last."""
        return self._ranges(self._passage_numbering)

    @cached_property
    def sentences_of(self) -> dict[str, tuple[int, int]]:
        """By interview, its sentence rows."""
        return self._ranges(self._sentence_numbering)

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

    def table(self, name: str) -> NDArray[Any]:
        """The tables "passages" and "sentences" (index/tables.py), and "passages_means" and "sentences_means",
        [languages, dimensions].

        Raises KeyError for any other.
        """
        if not self._tables:
            self._tables = self._read_tables()
        return self._tables[name]

    @cached_property
    def passage_vectors(self) -> MilvusVectors:
        return MilvusVectors(self.milvus, self.data.passages, self.manifest.dimensions, self._passage_numbering)

    @cached_property
    def sentence_vectors(self) -> MilvusVectors:
        return MilvusVectors(self.milvus, self.data.sentences, self.manifest.dimensions, self._sentence_numbering)

    @cached_property
    def lexical(self) -> MilvusWords:
        return MilvusWords(self.milvus, self.data.words, self.records, self.state.epoch, self._passage_numbering)

    def same_file(self, doc: str, sha256: str) -> list[str]:
        """The interviews of this name, or from a file of these bytes."""
        return [row.doc for row in self.rows if row.doc == doc or row.sha256 == sha256]

    def vectors_of(self, doc: str) -> Iterator[tuple[list[bytes], NDArray[np.float32]]]:
        """Digests of the search texts of an interview with their vectors: first its passages, then its sentences."""
        passages, sentences = read_keys(self._record(KEYS, doc), self.rows[self._place(doc)])
        yield passages, self.passage_vectors.vectors(np.arange(*self.passages_of[doc]))
        yield sentences, self.sentence_vectors.vectors(np.arange(*self.sentences_of[doc]))

    def check(self) -> None:
        """See whether every record of every interview is there and can be read, and every row is counted."""
        for doc in self.docs:
            for kind in (PAGE, TURNS, TABLES, KEYS):
                self._record(kind, doc)
        one = self.manifest
        counted = zip(self.data.all(), (one.passages, one.sentences, one.passages), strict=True)
        for collection, rows in counted:
            if (count := self.milvus.count(collection)) < rows:
                raise damaged(self.records, f"{collection} has {count:,} rows instead of {rows:,}")

    @cached_property
    def _passage_numbering(self) -> Numbering:
        return Numbering(self.numbers, [row.passages for row in self.rows])

    @cached_property
    def _sentence_numbering(self) -> Numbering:
        return Numbering(self.numbers, [row.sentences for row in self.rows])

    @cached_property
    def _speakers_of(self) -> dict[str, list[Speaker]]:
        found: dict[str, list[Speaker]] = {}
        for speaker in self._people:
            found.setdefault(speaker.doc, []).append(speaker)
        return found

    def _ranges(self, numbering: Numbering) -> dict[str, tuple[int, int]]:
        begins = numbering.begins.tolist()
        return {doc: (begins[place], begins[place + 1]) for place, doc in enumerate(self.docs)}

    def _read_rows(self) -> list[Row]:
        read = self.records.read((ROW, number) for number in self.numbers)
        if len(read) < len(self.numbers):
            raise damaged(self.records, f"{len(self.numbers) - len(read)} of its interviews are missing")
        return [Row.read(unpacked(read[ROW, number])) for number in self.numbers]

    def _read_tables(self) -> dict[str, NDArray[Any]]:
        read = self.records.read((TABLES, number) for number in self.numbers)
        if len(read) < len(self.numbers):
            raise self._changed()
        both = [read_tables(read[TABLES, n], row) for n, row in zip(self.numbers, self.rows, strict=True)]
        means = np.frombuffer(self._archive_wide(MEANS), dtype="<f4").reshape(2, -1, self.manifest.dimensions)
        return {
            "passages": np.concatenate([np.empty(0, dtype=PASSAGE), *(passages for passages, _ in both)]),
            "sentences": np.concatenate([np.empty(0, dtype=SENTENCE), *(sentences for _, sentences in both)]),
            "passages_means": means[0],
            "sentences_means": means[1],
        }

    def _archive_wide(self, kind: str) -> bytes:
        wanted = (kind, self.state.generation)
        if (content := self.records.read([wanted]).get(wanted)) is None:
            raise damaged(self.records, f"its record of {kind} is missing")
        return content

    def _read_page(self, doc: str) -> Any:
        return unpacked(self._record(PAGE, doc))

    def _record(self, kind: str, doc: str) -> bytes:
        wanted = (kind, self.numbers[self._place(doc)])
        if (content := self.records.read([wanted]).get(wanted)) is None:
            raise self._changed()
        return content

    def _changed(self) -> StorageError:
        return StorageError(f"{self.milvus.place.shown} was written anew since it was opened. Ask again.")

    def _document(self, row: Row) -> DocumentRow:
        names = tuple(dict.fromkeys(one.name for one in self._speakers_of.get(row.doc, ()) if one.name))
        listed = (row.doc, row.title, row.date, row.outlet, row.url, row.language, row.path, row.encoding)
        counts = (row.turns, row.passages, row.sha256)
        return DocumentRow(*listed, *counts, names, row.warnings, self.same.get(row.doc, ()))

    def _place(self, doc: str) -> int:
        if (place := self._of_doc.get(doc)) is not None:
            return place
        raise unknown_interview(doc, sorted(self._of_doc))
