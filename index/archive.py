"""The SQLite file of one generation: its tables, and how interviews get into it and out of it.

It begins as a copy of the last generation's, changes under the writers' lock while no pointer names it, and is only
read afterwards (index/store.py). Passages and sentences are not in it: they are arrays (index/tables.py).
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.duplicates import Candidate, fingerprint
from index.model import Metadata, TimeMark, Transcript
from index.people import NameEvidence, People
from index.readers.source import SourceText, Spoken

if TYPE_CHECKING:
    from index.passages import Cut

SCHEMA = """
    CREATE TABLE document (
        number INTEGER PRIMARY KEY, doc TEXT UNIQUE, path TEXT UNIQUE, sha256 TEXT, encoding TEXT, language TEXT,
        title TEXT, date TEXT, outlet TEXT, url TEXT, warnings TEXT, turns INTEGER, passages INTEGER,
        sentences INTEGER, first_passage INTEGER, first_sentence INTEGER, same_as TEXT DEFAULT '[]');
    CREATE TABLE page (
        document INTEGER PRIMARY KEY, text TEXT, source TEXT, excluded TEXT, times TEXT, evidence TEXT,
        fingerprint BLOB);
    CREATE TABLE turn (
        document INTEGER, number INTEGER, label TEXT, role TEXT, kind TEXT, section TEXT, spans TEXT,
        PRIMARY KEY (document, number)) WITHOUT ROWID;
    CREATE TABLE speaker (
        document INTEGER, number INTEGER, label TEXT, name TEXT, role TEXT, person TEXT,
        PRIMARY KEY (document, number)) WITHOUT ROWID;
    CREATE TABLE alias (person TEXT, alias TEXT);
"""
OF_ONE = ("page", "turn", "speaker")  # tables with rows of a single interview


@dataclass(frozen=True, slots=True)
class Entry:
    """Everything known about one interview. `sha256` is of the file's bytes, `source` what the reader made of it."""

    transcript: Transcript
    cut: Cut
    evidence: NameEvidence
    sha256: str
    source: SourceText


def create_archive(path: Path, old: Path | None) -> sqlite3.Connection:
    """A new archive, or a copy of an old one to be changed. Raises OSError or sqlite3.OperationalError."""
    if old is not None:
        shutil.copyfile(old, path)
    db = sqlite3.connect(path)
    # The file is unnamed by any pointer: nothing to roll back, and index/publish.py flushes it.
    db.execute("PRAGMA journal_mode = OFF")
    db.execute("PRAGMA synchronous = OFF")
    if old is None:
        db.executescript(SCHEMA)
    return db


def take_out(db: sqlite3.Connection, doc: str) -> None:
    """Remove an interview and all that belongs to it; nothing happens where there is none."""
    for table in OF_ONE:
        db.execute(f"DELETE FROM {table} WHERE document = (SELECT number FROM document WHERE doc = ?)", (doc,))
    db.execute("DELETE FROM document WHERE doc = ?", (doc,))


def put_in(db: sqlite3.Connection, entry: Entry) -> None:
    """Add an interview behind all others."""
    transcript, metadata = entry.transcript, entry.transcript.metadata
    row = {
        "doc": transcript.doc,
        "path": transcript.path,
        "sha256": entry.sha256,
        "encoding": transcript.encoding,
        "language": transcript.language,
        **asdict(metadata),
        "warnings": json.dumps(transcript.warnings),
        "turns": len(transcript.turns),
        "passages": len(entry.cut.passages),
        "sentences": len(entry.cut.sentences),
    }
    [number] = db.execute("SELECT coalesce(max(number), 0) + 1 FROM document").fetchone()
    columns, places = ", ".join(row), ", ".join("?" * len(row))
    db.execute(f"INSERT INTO document (number, {columns}) VALUES (?, {places})", (number, *row.values()))
    page = (
        number,
        transcript.text,
        source_record(entry.source),
        json.dumps([(e.start, e.end, e.reason) for e in transcript.excluded], ensure_ascii=False),
        json.dumps([(mark.start, mark.seconds) for mark in transcript.times]),
        entry.evidence.to_json(),
        fingerprint(transcript),
    )
    db.execute("INSERT INTO page VALUES (?, ?, ?, ?, ?, ?, ?)", page)
    turns = [
        (number, t.number, t.label, t.role, t.kind, t.section, json.dumps([(s.start, s.end) for s in t.spans]))
        for t in transcript.turns
    ]
    db.executemany("INSERT INTO turn VALUES (?, ?, ?, ?, ?, ?, ?)", turns)


def number_rows(db: sqlite3.Connection) -> None:
    """Write down with which passage and which sentence each interview begins."""
    passage = sentence = 0
    rows = db.execute("SELECT number, passages, sentences FROM document ORDER BY number").fetchall()
    for number, passages, sentences in rows:
        db.execute(
            "UPDATE document SET first_passage = ?, first_sentence = ? WHERE number = ?", (passage, sentence, number)
        )
        passage, sentence = passage + passages, sentence + sentences


def evidence_of(db: sqlite3.Connection) -> dict[str, NameEvidence]:
    """What every interview says about who is who."""
    rows = db.execute("SELECT doc, evidence FROM document JOIN page ON number = document ORDER BY number")
    return {doc: NameEvidence.from_json(evidence) for doc, evidence in rows}


def write_people(db: sqlite3.Connection, people: People) -> None:
    """Replace who is who."""
    db.execute("DELETE FROM speaker")
    db.execute("DELETE FROM alias")
    numbers = dict(db.execute("SELECT doc, number FROM document"))
    counted: dict[str, int] = {}
    rows = []
    for s in people.speakers:
        counted[s.doc] = counted.get(s.doc, -1) + 1
        rows.append((numbers[s.doc], counted[s.doc], s.label, s.name, s.role, s.person))
    db.executemany("INSERT INTO speaker VALUES (?, ?, ?, ?, ?, ?)", rows)
    db.executemany("INSERT INTO alias VALUES (?, ?)", people.aliases)


def candidates(db: sqlite3.Connection, people: People) -> list[Candidate]:
    """What is looked at to find interviews that are the same."""
    persons: dict[str, set[str]] = {}
    for speaker in people.speakers:
        persons.setdefault(speaker.doc, set()).add(speaker.person)
    sql = """
        SELECT doc, language, date, fingerprint, passages FROM document JOIN page ON number = document
        ORDER BY number"""
    return [
        Candidate(doc, language, date, frozenset(persons.get(doc, set()) - {""}), sketch, passages)
        for doc, language, date, sketch, passages in db.execute(sql)
    ]


def write_same(db: sqlite3.Connection, same: Mapping[str, Sequence[str]]) -> None:
    """Write down which other interviews are the same one as each."""
    db.execute("UPDATE document SET same_as = '[]'")
    rows = [(json.dumps(list(others)), doc) for doc, others in same.items()]
    db.executemany("UPDATE document SET same_as = ? WHERE doc = ?", rows)


def shrink_archive(db: sqlite3.Connection) -> None:
    """Finish the file, without the bytes of what was taken out."""
    db.commit()
    if db.execute("PRAGMA freelist_count").fetchone() != (0,):
        db.execute("VACUUM")


def read_source(text: str, encoding: str, record: str) -> SourceText:
    """What a reader made of a file, from what `put_in` stored of it."""
    raw = json.loads(record)
    return SourceText(
        text,
        encoding,
        tuple(raw["warnings"]),
        Metadata(**raw["metadata"]),
        tuple(Spoken(*one) for one in raw["spoken"]),
        tuple(TimeMark(*one) for one in raw["times"]),
    )


def source_record(source: SourceText) -> str:
    """What a reader made of a file, but for its text; `read_source` reads it back."""
    record = {
        "warnings": source.warnings,
        "metadata": asdict(source.metadata),
        "spoken": [(one.start, one.end, one.label) for one in source.spoken],
        "times": [(one.start, one.seconds) for one in source.times],
    }
    return json.dumps(record, ensure_ascii=False)
