"""The SQLite file of one generation: its tables, and how everything known about the interviews is written into it.

It is written once, under the writers' lock, and only read afterwards (index/store.py).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from index.model import Speaker, Transcript

if TYPE_CHECKING:
    from index.passages import Cut
    from index.people import NameEvidence

SCHEMA = """
    CREATE TABLE document (
        number INTEGER PRIMARY KEY, doc TEXT UNIQUE, path TEXT UNIQUE, sha256 TEXT,
        encoding TEXT, language TEXT, title TEXT, date TEXT, outlet TEXT, url TEXT, text TEXT,
        source_warnings TEXT, warnings TEXT, evidence TEXT, turns INTEGER, passages INTEGER);
    CREATE TABLE turn (
        document INTEGER, number INTEGER, label TEXT, role TEXT, kind TEXT, section TEXT);
    CREATE TABLE span (document INTEGER, turn INTEGER, start INTEGER, "end" INTEGER);
    CREATE TABLE excluded (document INTEGER, start INTEGER, "end" INTEGER, reason TEXT);
    CREATE TABLE passage (
        row INTEGER PRIMARY KEY, document INTEGER, id TEXT, start INTEGER, "end" INTEGER,
        first_turn INTEGER, last_turn INTEGER, section TEXT, kind TEXT,
        context_start INTEGER, context_end INTEGER, digest BLOB);
    CREATE TABLE sentence (
        row INTEGER PRIMARY KEY, document INTEGER, start INTEGER, "end" INTEGER, turn INTEGER, digest BLOB);
    CREATE TABLE speaker (document INTEGER, label TEXT, name TEXT, role TEXT, person TEXT);
    CREATE TABLE alias (person TEXT, alias TEXT);
"""
INDEXES = """
    CREATE INDEX turn_document ON turn (document);
    CREATE INDEX span_document ON span (document);
    CREATE INDEX excluded_document ON excluded (document);
    CREATE INDEX passage_document ON passage (document);
    CREATE INDEX sentence_document ON sentence (document);
    CREATE INDEX speaker_document ON speaker (document);
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """Everything known about one interview. `sha256` is of the file's bytes, `source_warnings` are the reader's."""

    transcript: Transcript
    cut: Cut
    evidence: NameEvidence
    sha256: str
    source_warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchTexts:
    """What is embedded for each passage and each sentence, in the order of the rows."""

    passages: tuple[str, ...]
    sentences: tuple[str, ...]


def digest(search_text: str) -> bytes:
    """By this a vector is found again: the same text has the same vector as long as the embedding is the same."""
    return blake2b(search_text.encode(), digest_size=16).digest()


def write_archive(
    path: Path,
    entries: Sequence[Entry],
    texts: SearchTexts,
    speakers: Sequence[Speaker],
    aliases: Sequence[tuple[str, str]],
) -> None:
    """Write the file. Raises sqlite3.OperationalError when the disk refuses."""
    with closing(sqlite3.connect(path)) as db:
        # The file is new and unnamed by any pointer: nothing to roll back, and index/publish.py flushes it.
        db.execute("PRAGMA journal_mode = OFF")
        db.execute("PRAGMA synchronous = OFF")
        db.executescript(SCHEMA)
        for number, entry in enumerate(entries):
            _write_document(db, number, entry)
            _write_turns(db, number, entry.transcript)
        _write_passages(db, entries, texts.passages)
        _write_sentences(db, entries, texts.sentences)
        numbers = {entry.transcript.doc: number for number, entry in enumerate(entries)}
        rows = [(numbers[s.doc], s.label, s.name, s.role, s.person) for s in speakers]
        db.executemany("INSERT INTO speaker VALUES (?, ?, ?, ?, ?)", rows)
        db.executemany("INSERT INTO alias VALUES (?, ?)", aliases)
        db.executescript(INDEXES)
        db.commit()


def _write_document(db: sqlite3.Connection, number: int, entry: Entry) -> None:
    transcript, metadata = entry.transcript, entry.transcript.metadata
    row = (
        number,
        transcript.doc,
        transcript.path,
        entry.sha256,
        transcript.encoding,
        transcript.language,
        metadata.title,
        metadata.date,
        metadata.outlet,
        metadata.url,
        transcript.text,
        json.dumps(entry.source_warnings),
        json.dumps(transcript.warnings),
        entry.evidence.to_json(),
        len(transcript.turns),
        len(entry.cut.passages),
    )
    db.execute(f"INSERT INTO document VALUES ({', '.join('?' * len(row))})", row)


def _write_turns(db: sqlite3.Connection, number: int, transcript: Transcript) -> None:
    turns = [(number, t.number, t.label, t.role, t.kind, t.section) for t in transcript.turns]
    db.executemany("INSERT INTO turn VALUES (?, ?, ?, ?, ?, ?)", turns)
    spans = [(number, turn.number, span.start, span.end) for turn in transcript.turns for span in turn.spans]
    db.executemany("INSERT INTO span VALUES (?, ?, ?, ?)", spans)
    excluded = [(number, e.start, e.end, e.reason) for e in transcript.excluded]
    db.executemany("INSERT INTO excluded VALUES (?, ?, ?, ?)", excluded)


def _write_passages(db: sqlite3.Connection, entries: Sequence[Entry], texts: Sequence[str]) -> None:
    passages = [(number, p) for number, entry in enumerate(entries) for p in entry.cut.passages]
    rows = [
        (row, number, p.id, p.start, p.end, p.first_turn, p.last_turn, p.section, p.kind)
        + ((p.context.start, p.context.end) if p.context else (None, None))
        + (digest(text),)
        for row, ((number, p), text) in enumerate(zip(passages, texts, strict=True))
    ]
    db.executemany("INSERT INTO passage VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _write_sentences(db: sqlite3.Connection, entries: Sequence[Entry], texts: Sequence[str]) -> None:
    sentences = [(number, s) for number, entry in enumerate(entries) for s in entry.cut.sentences]
    rows = [
        (row, number, s.start, s.end, s.turn, digest(text))
        for row, ((number, s), text) in enumerate(zip(sentences, texts, strict=True))
    ]
    db.executemany("INSERT INTO sentence VALUES (?, ?, ?, ?, ?, ?)", rows)
