"""One interview in Milvus: its records, and the rows of its passages and sentences.

The records are the kinds in KINDS, under the interview's number. ROW is written last, so that an interview that has one
is whole. What an archive says about its interviews together (who is who, which are the same) is kept apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.archive import Entry, source_record
from index.duplicates import fingerprint
from index.milvus_client import Floats, Milvus
from index.milvus_records import Records, Wanted, packed
from index.milvus_state import runs
from index.milvus_vectors import Numbering, between
from index.milvus_words import NO_WORDS, words_of
from index.model import Transcript
from index.passages import clean, passage_search_text
from index.tables import PASSAGE, SENTENCE, Table, tables

ROW, TABLES, KEYS, PAGE, TURNS, EVIDENCE, SUMS = "row", "tables", "keys", "page", "turns", "evidence", "sums"
KINDS = (TABLES, KEYS, PAGE, TURNS, EVIDENCE, SUMS, ROW)
KEY_BYTES = 16  # of the digest of a search text


@dataclass(frozen=True, slots=True)
class Row:
    """What a list shows of an interview and a search needs of it; the counts are of its rows.

    `sections` are (first turn, section) wherever the section changes. `parser` and `epoch` say what made it.
    """

    doc: str
    path: str
    sha256: str
    encoding: str
    language: str
    title: str
    date: str
    outlet: str
    url: str
    warnings: tuple[str, ...]
    turns: int
    passages: int
    sentences: int
    sections: tuple[tuple[int, str], ...]
    fingerprint: str
    parser: int
    epoch: int

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Row:
        """From what JSON made of it."""
        values = {field.name: raw[field.name] for field in fields(cls)}
        sections = tuple((int(turn), str(section)) for turn, section in raw["sections"])
        return cls(**values | {"warnings": tuple(raw["warnings"]), "sections": sections})


@dataclass(frozen=True, slots=True)
class Data:
    """The collections of rows of one epoch: vectors of another embedding begin another."""

    passages: str
    sentences: str
    words: str

    @classmethod
    def of(cls, name: str, epoch: int) -> Data:
        return cls(f"{name}_passages_{epoch}", f"{name}_sentences_{epoch}", f"{name}_words_{epoch}")

    def all(self) -> tuple[str, str, str]:
        return self.passages, self.sentences, self.words


@dataclass(frozen=True, slots=True)
class Texts:
    """What of an interview is embedded and searched, in the order of its rows."""

    passages: tuple[str, ...]
    sentences: tuple[str, ...]

    @classmethod
    def of(cls, entry: Entry) -> Texts:
        text, cut = entry.transcript.text, entry.cut
        return cls(
            tuple(passage_search_text(text, p.start, p.end, p.context) for p in cut.passages),
            tuple(clean(text[sentence.start : sentence.end]) for sentence in cut.sentences),
        )


def rows_of(number: int, texts: Texts, passages: Floats, sentences: Floats) -> dict[str, list[dict[str, Any]]]:
    """The rows of an interview by the field of `Data` that takes them."""
    first = number << 32
    return {
        "passages": [{"key": first + at, "document": number, "vector": v} for at, v in enumerate(passages)],
        "sentences": [{"key": first + at, "document": number, "vector": v} for at, v in enumerate(sentences)],
        "words": [
            {"key": first + at, "document": number, "words": words_of(text) or NO_WORDS}
            for at, text in enumerate(texts.passages)
        ],
    }


def records_of(
    number: int, entry: Entry, keys: Sequence[bytes], sums: NDArray[np.float64], parser: int, epoch: int
) -> dict[Wanted, bytes]:
    """The records of an interview, ROW last; `keys` are digests of its search texts, `sums` [2, dimensions] what its
    passages' and its sentences' vectors add up to.
    """
    transcript = entry.transcript
    page = {
        "text": transcript.text,
        "encoding": transcript.encoding,
        "source": source_record(entry.source),
        "excluded": [(e.start, e.end, e.reason) for e in transcript.excluded],
        "times": [(mark.start, mark.seconds) for mark in transcript.times],
    }
    turns = [
        (t.number, t.label, t.role, t.kind, t.section, [(s.start, s.end) for s in t.spans]) for t in transcript.turns
    ]
    return {
        (TABLES, number): b"".join(table.tobytes() for table in tables(transcript, entry.cut)),
        (KEYS, number): b"".join(keys),
        (PAGE, number): packed(page),
        (TURNS, number): packed(turns),
        (EVIDENCE, number): packed(entry.evidence.to_json()),
        (SUMS, number): sums.astype("<f8").tobytes(),
        (ROW, number): packed(asdict(_row(entry, parser, epoch))),
    }


def read_tables(content: bytes, row: Row) -> tuple[Table, Table]:
    """The passages and the sentences of an interview, from its record TABLES."""
    passages = np.frombuffer(content, dtype=PASSAGE, count=row.passages)
    return passages, np.frombuffer(content, dtype=SENTENCE, count=row.sentences, offset=passages.nbytes)


def read_keys(content: bytes, row: Row) -> tuple[list[bytes], list[bytes]]:
    """The digests of the search texts of its passages and its sentences, from its record KEYS."""
    keys = [content[at : at + KEY_BYTES] for at in range(0, len(content), KEY_BYTES)]
    return keys[: row.passages], keys[row.passages :]


def delete_interviews(milvus: Milvus, records: Records, data: Data, numbers: Sequence[int]) -> None:
    """Take interviews out of the collections, first the record that says they are whole."""
    records.delete((ROW,), numbers)
    for first, last in runs(numbers):
        for collection in data.all():
            milvus.delete(collection, between(first, last))
    records.delete(KINDS, numbers)


def words_by_interview(milvus: Milvus, data: Data, number: int, passages: int) -> list[str]:
    """The words of the passages of an interview, as Milvus has them."""
    numbering, step = Numbering([number], [passages]), 2_000
    found = []
    for at in range(0, passages, step):
        first, last = numbering.keys(np.array([at, min(at + step, passages) - 1])).tolist()
        where = f"key >= {first} and key <= {last}"
        found += [str(row["words"]) for row in milvus.rows(data.words, where, ["words"], now=True)]
    return found


def _row(entry: Entry, parser: int, epoch: int) -> Row:
    transcript, cut, metadata = entry.transcript, entry.cut, entry.transcript.metadata
    return Row(
        doc=transcript.doc,
        path=transcript.path,
        sha256=entry.sha256,
        encoding=transcript.encoding,
        language=transcript.language,
        title=metadata.title,
        date=metadata.date,
        outlet=metadata.outlet,
        url=metadata.url,
        warnings=transcript.warnings,
        turns=len(transcript.turns),
        passages=len(cut.passages),
        sentences=len(cut.sentences),
        sections=_sections(transcript),
        fingerprint=fingerprint(transcript).hex(),
        parser=parser,
        epoch=epoch,
    )


def _sections(transcript: Transcript) -> tuple[tuple[int, str], ...]:
    found: list[tuple[int, str]] = []
    for turn in transcript.turns:
        if not found or found[-1][1] != turn.section:
            found.append((turn.number, turn.section))
    return tuple(found)
