"""The interviews of an archive become the files of its next generation, few of them in memory at a time.

What stays as it was is copied out of the old generation. What is new or changed is embedded, and its vectors are kept
in the journal until the generation is whole.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.archive import (
    Entry,
    candidates,
    create_archive,
    evidence_of,
    number_rows,
    put_in,
    shrink_archive,
    take_out,
    write_people,
    write_same,
)
from index.duplicates import same_interviews
from index.embedding_choice import EmbeddingChoice, Progress
from index.encode import Encoding, Fresh
from index.generations import ARCHIVE, LEXICAL, PASSAGE_VECTORS, ROWS, SENTENCE_VECTORS, Manifest, Setting
from index.journal import Journal
from index.lexical import LexicalIndex
from index.model import Span
from index.passages import passage_search_text
from index.people import People, PersonOverride, resolve
from index.store import Index

if TYPE_CHECKING:
    from index.vectors import VectorIndex

STEPS = 5  # of "writing"
Rows = NDArray[np.int64]
NONE = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Task:
    """What the next generation is to be. All that stays is copied out of `old`, but for `leaving`; the vectors of what
    changed may be in `known`.
    """

    setting: Setting
    overrides: Sequence[PersonOverride]
    embedding: EmbeddingChoice
    old: Index | None
    known: Index | None
    leaving: Sequence[str]


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows of the old index that stay, ascending."""

    passages: Rows
    sentences: Rows


def assemble(building: Path, entries: Iterable[Entry], task: Task, journal: Journal, progress: Progress) -> Manifest:
    """Write the files of a generation into the folder `building`, all but its manifest, which is returned.

    An entry takes the place of an interview of the same name. Raises EmbeddingUnavailable, OSError or
    sqlite3.OperationalError; what was embedded by then is in the journal.
    """
    old = task.old
    with closing(create_archive(building / ARCHIVE, old.archive if old else None)) as db:
        encoding = Encoding(journal, task.embedding, task.known, progress)
        gone = {*task.leaving}
        for doc in gone:
            take_out(db, doc)
        for entry in entries:
            gone.add(entry.transcript.doc)
            take_out(db, entry.transcript.doc)
            put_in(db, entry)
            encoding.put_in(entry)
        encoding.finish()
        progress.stage("writing", STEPS)
        number_rows(db)
        people = resolve(evidence_of(db), task.overrides)
        write_people(db, people)
        progress.advance(1)
        kept = _kept_rows(old, gone)
        _write_tables(building / ROWS, old, kept, encoding.fresh)
        progress.advance(1)
        kinds = _write_vectors(building, db, old, kept, encoding, progress)
        write_same(db, _same(building, db, people))
        texts = _search_texts(db, encoding.fresh)
        LexicalIndex.build(texts, old.lexical if old else None, kept.passages).save(building / LEXICAL)
        progress.advance(1)
        shrink_archive(db)
        sums = db.execute("SELECT count(*), total(turns), total(passages), total(sentences) FROM document").fetchone()
    persons = {speaker.person for speaker in people.speakers if speaker.person}
    interviews, turns, passages, sentences = map(int, sums)
    return Manifest(
        task.setting, encoding.dimensions, interviews, len(persons), turns, passages, sentences, vectors=kinds
    )


def _kept_rows(old: Index | None, gone: set[str]) -> Kept:
    if old is None:
        return Kept(NONE, NONE)
    stay = [doc for doc in old.docs if doc not in gone]
    passages, sentences = ([np.arange(*ranges[doc]) for doc in stay] for ranges in (old.passages_of, old.sentences_of))
    return Kept(np.concatenate([NONE, *passages]), np.concatenate([NONE, *sentences]))


def _write_tables(folder: Path, old: Index | None, kept: Kept, fresh: Fresh) -> None:
    folder.mkdir()
    added: dict[str, tuple[NDArray[Any], Rows]] = {
        "passages": (np.concatenate(fresh.passages), kept.passages),
        "sentences": (np.concatenate(fresh.sentences), kept.sentences),
        "passage_keys": (_as_array(fresh.passage_keys), kept.passages),
        "sentence_keys": (_as_array(fresh.sentence_keys), kept.sentences),
    }
    for name, (array, rows) in added.items():
        before = old.table(name)[rows] if old is not None else array[:0]
        np.save(folder / f"{name}.npy", np.concatenate((before, array)), allow_pickle=False)


def _same(building: Path, db: sqlite3.Connection, people: People) -> dict[str, tuple[str, ...]]:
    """By interview, the others that are the same one."""
    from index.vectors import VectorIndex

    vectors = VectorIndex.load(building / PASSAGE_VECTORS)
    sql = "SELECT doc, first_passage, first_passage + passages FROM document"
    ranges = {doc: (first, last) for doc, first, last in db.execute(sql)}
    return same_interviews(candidates(db, people), lambda doc: vectors.vectors(np.arange(*ranges[doc])))


def _as_array(keys: Sequence[bytes]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(-1, 16)


def _write_vectors(
    building: Path, db: sqlite3.Connection, old: Index | None, kept: Kept, encoding: Encoding, progress: Progress
) -> dict[str, str]:
    """Write the vectors and, by language, their means; returns how they are kept, for the manifest."""
    from index.vectors import build_vectors

    kinds: dict[str, str] = {}
    fresh = encoding.fresh
    for name, before, rows, keys in (
        (PASSAGE_VECTORS, old.passage_vectors if old else None, kept.passages, fresh.passage_keys),
        (SENTENCE_VECTORS, old.sentence_vectors if old else None, kept.sentences, fresh.sentence_keys),
    ):
        vectors = build_vectors(encoding.dimensions, len(rows) + len(keys), encoding.vectors(keys), before, rows)
        vectors.save(building / name)
        np.save(building / ROWS / f"{name}_means.npy", _means(db, name, vectors), allow_pickle=False)
        kinds[name] = vectors.kind()
        progress.advance(1)
    return kinds


def _means(db: sqlite3.Connection, name: str, vectors: VectorIndex) -> NDArray[np.float32]:
    """Mean vector of each language, [languages, dimensions], in the order in which the interviews bring them up."""
    counted = "passages" if name == PASSAGE_VECTORS else "sentences"
    rows = db.execute(f"SELECT language, {counted} FROM document ORDER BY number").fetchall()
    tags = [language.split("-")[0] for language, _ in rows]
    numbers = {tag: number for number, tag in enumerate(dict.fromkeys(tags))}
    of_row = np.repeat([numbers[tag] for tag in tags], [count for _, count in rows])
    sums = np.zeros((len(numbers), vectors.dimensions), dtype=np.float64)
    for at, part in enumerate_parts(vectors):
        for number in range(len(numbers)):
            sums[number] += part[of_row[at : at + len(part)] == number].sum(axis=0)
    counts = np.bincount(of_row.astype(np.int64), minlength=len(numbers)) if len(of_row) else np.zeros(len(numbers))
    means: NDArray[np.float32] = (sums / np.maximum(counts, 1)[:, None]).astype(np.float32)
    return means


def enumerate_parts(vectors: VectorIndex, size: int = 20_000) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """All vectors, a part at a time, each with its first row."""
    for at in range(0, len(vectors), size):
        yield at, vectors.vectors(np.arange(at, min(at + size, len(vectors))))


def _search_texts(db: sqlite3.Connection, fresh: Fresh) -> Iterator[str]:
    """What is searched for each new passage, made again from the archive: all together might fill the memory."""
    for doc, passages in zip(fresh.docs, fresh.passages[1:], strict=True):
        [(text,)] = db.execute("SELECT text FROM page JOIN document ON number = document WHERE doc = ?", (doc,))
        for row in passages.tolist():
            start, end, _, _, context_start, context_end, *_ = row
            context = Span(context_start, context_end) if context_end else None
            yield passage_search_text(text, start, end, context)
