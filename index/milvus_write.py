"""Writing interviews into Milvus, a batch at a time, and making what was written the state that readers find.

An interview's rows go in first and its record ROW last. A build that was killed leaves whole interviews that no state
names, which the next build takes as they are, and rows of unfinished ones, which it deletes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.archive import Entry
from index.embedding_choice import EmbeddingChoice, Progress
from index.generations import Manifest, Setting
from index.journal import digest
from index.milvus import MilvusIndex
from index.milvus_client import Floats
from index.milvus_interviews import (
    EVIDENCE,
    ROW,
    SUMS,
    Data,
    Row,
    Texts,
    delete_interviews,
    records_of,
    rows_of,
    words_by_interview,
)
from index.milvus_records import Records, Wanted, packed, unpacked
from index.milvus_same import find_same
from index.milvus_state import MEANS, PEOPLE, State, runs, write_state
from index.milvus_vectors import MilvusVectors, Numbering
from index.milvus_words import add_counts, count_terms, forget_counts
from index.people import NameEvidence, People, PersonOverride, resolve
from index.transcript import PARSER_VERSION

AT_ONCE = 2_048  # texts embedded together, and lost when a build is killed
ROW_BYTES = {"passages": 100, "sentences": 100, "words": 4_000}  # of a row, without its vector
COUNTING = "counting"  # the record that says for which generation the terms are counted
STEPS = 4  # of "writing"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a build writes, with what embedding."""

    records: Records
    data: Data
    epoch: int
    dimensions: int


def make_collections(target: Target) -> None:
    """Make the collections of rows that are not there, and let all of them be searched."""
    milvus, there = target.records.milvus, target.records.milvus.collections()
    for collection in target.data.all():
        if collection not in there:
            if collection == target.data.words:
                milvus.make_words(collection)
            else:
                milvus.make_vectors(collection, target.dimensions)
        milvus.load(collection)


class Batches:
    """Takes interviews one by one and writes them some at a time. `known` is an index whose vectors are taken over."""

    def __init__(
        self, target: Target, first: int, embedding: EmbeddingChoice, known: MilvusIndex | None, progress: Progress
    ) -> None:
        self.next = first  # the number of the interview to come
        self._target = target
        self._embedding = embedding
        self._known = known
        self._progress = progress
        self._waiting: list[tuple[Entry, Texts]] = []
        self._texts = 0

    def put_in(self, entry: Entry) -> None:
        """Take an interview, and write what has been waiting when it is enough."""
        texts = Texts.of(entry)
        self._waiting.append((entry, texts))
        self._texts += len(texts.passages) + len(texts.sentences)
        if self._texts >= AT_ONCE:
            self.finish()

    def finish(self) -> None:
        """Embed and write whatever still waits."""
        vectors = self._vectors()
        rows: dict[str, list[dict[str, object]]] = {"passages": [], "sentences": [], "words": []}
        contents: dict[Wanted, bytes] = {}
        for entry, texts in self._waiting:
            keys = [digest(text) for text in (*texts.passages, *texts.sentences)]
            size = len(texts.passages)
            passages = np.stack([vectors[key] for key in keys[:size]])
            sentences = np.stack([vectors[key] for key in keys[size:]])
            sums = np.stack([part.sum(axis=0, dtype=np.float64) for part in (passages, sentences)])
            contents |= records_of(self.next, entry, keys, sums, PARSER_VERSION, self._target.epoch)
            for name, more in rows_of(self.next, texts, passages, sentences).items():
                rows[name] += more
            self.next += 1
        for name, theirs in rows.items():
            vector = 0 if name == "words" else 4 * self._target.dimensions
            collection = getattr(self._target.data, name)
            self._target.records.milvus.insert(collection, theirs, ROW_BYTES[name] + vector)
        self._target.records.write({wanted: one for wanted, one in contents.items() if wanted[0] != ROW})
        self._target.records.write({wanted: one for wanted, one in contents.items() if wanted[0] == ROW})
        self._waiting, self._texts = [], 0

    def _vectors(self) -> dict[bytes, Floats]:
        """By digest, the vectors of all that waits."""
        wanted = {digest(text): text for _, texts in self._waiting for text in (*texts.passages, *texts.sentences)}
        found: dict[bytes, Floats] = {}
        if self._known is not None:
            for entry, _ in self._waiting:
                for doc in self._known.same_file(entry.transcript.doc, entry.sha256):
                    for keys, vectors in self._known.vectors_of(doc):
                        found |= {key: vector for key, vector in zip(keys, vectors, strict=True) if key in wanted}
        lacking = {key: text for key, text in wanted.items() if key not in found}
        size = sum(len(entry.transcript.text.encode("utf-8", "replace")) for entry, _ in self._waiting)
        share, told = size / max(len(lacking), 1), 0.0

        def tell(done: int) -> None:
            nonlocal told
            self._progress.advance(int(told + done * share) - int(told))
            told += done * share

        if lacking:
            made = self._embedding.load().encode_passages(list(lacking.values()), tell)
            found |= dict(zip(lacking, made, strict=True))
        elif self._waiting:
            tell(1)
        return found


def publish(
    target: Target,
    old: MilvusIndex | None,
    numbers: Sequence[int],
    setting: Setting,
    overrides: Sequence[PersonOverride],
    last: int,
    progress: Progress,
) -> Manifest:
    """Make these interviews the state that readers find, and delete what is no part of it any more.

    `last` is the highest number that was given to an interview.
    """
    records, milvus = target.records, target.records.milvus
    progress.stage("writing", STEPS)
    generation = old.state.generation + 1 if old else 1
    _count_terms(target, old, numbers, generation)
    progress.advance(1)
    for collection in target.data.all():
        milvus.seal(collection)
    progress.advance(1)
    rows = _rows(records, numbers)
    people = resolve(_evidence(records, rows), overrides)
    before, known = (old.same, set(old.numbers)) if old else ({}, set())
    same = find_same(records, target.data.passages, rows, people, before, set(numbers) - known)
    records.write(
        {
            (PEOPLE, generation): packed(_people(people, same)),
            (MEANS, generation): _means(records, rows).tobytes(),
        }
    )
    manifest = Manifest(
        setting,
        target.dimensions,
        interviews=len(rows),
        speakers=len({speaker.person for speaker in people.speakers if speaker.person}),
        turns=sum(row.turns for row in rows.values()),
        passages=sum(row.passages for row in rows.values()),
        sentences=sum(row.sentences for row in rows.values()),
        vectors=dict.fromkeys(("passages", "sentences"), MilvusVectors(milvus, "", 0, Numbering([], [])).kind()),
    )
    milvus.seal(records.collection)
    write_state(records, State(generation, target.epoch, last, runs(numbers), manifest))
    progress.advance(1)
    clear_away(target, old, numbers, generation)
    progress.advance(1)
    return manifest


def clear_away(target: Target, old: MilvusIndex | None, numbers: Sequence[int], generation: int) -> None:
    """Delete what no state names: interviews that left, rows of another embedding, what an earlier state said."""
    records = target.records
    for collection in data_collections(records):
        if collection not in target.data.all():
            records.milvus.drop(collection)
    if old is not None:
        if old.state.epoch != target.epoch:
            forget_counts(records, old.state.epoch)
        delete_interviews(records.milvus, records, target.data, sorted(set(old.numbers) - set(numbers)))
        records.delete((PEOPLE, MEANS), [generation - 2])  # a reader may be opening the state before this one


def data_collections(records: Records) -> list[str]:
    """The collections of rows of an index, of whatever epoch."""
    milvus = records.milvus
    ours = re.compile(rf"{milvus.place.name}_(passages|sentences|words)_\d+")
    return [c for c in milvus.collections() if ours.fullmatch(c) and milvus.is_ours(c)]


def _rows(records: Records, numbers: Sequence[int]) -> dict[int, Row]:
    read = records.read((ROW, number) for number in numbers)
    return {number: Row.read(unpacked(read[ROW, number])) for number in numbers}


def _evidence(records: Records, rows: Mapping[int, Row]) -> dict[str, NameEvidence]:
    read = records.read((EVIDENCE, number) for number in rows)
    return {row.doc: NameEvidence.from_json(unpacked(read[EVIDENCE, number])) for number, row in rows.items()}


def _people(people: People, same: Mapping[str, Sequence[str]]) -> dict[str, object]:
    who = [(s.doc, s.label, s.name, s.role, s.person) for s in people.speakers]
    return {"who": who, "aliases": people.aliases, "same": {doc: list(others) for doc, others in same.items()}}


def _means(records: Records, rows: Mapping[int, Row]) -> NDArray[np.float32]:
    """Mean vectors of the passages and of the sentences of each language, [2, languages, dimensions], in the order in
    which the interviews bring them up.
    """
    languages: dict[str, int] = {}
    of_row = [languages.setdefault(row.language.split("-")[0], len(languages)) for row in rows.values()]
    counts = np.zeros((2, len(languages), 1))
    sums: NDArray[np.float64] | None = None
    read = records.read((SUMS, number) for number in rows)
    for language, (number, row) in zip(of_row, rows.items(), strict=True):
        theirs = np.frombuffer(read[SUMS, number], dtype="<f8").reshape(2, -1)
        sums = np.zeros((2, len(languages), theirs.shape[1])) if sums is None else sums
        sums[:, language] += theirs
        counts[:, language, 0] += (row.passages, row.sentences)
    assert sums is not None  # a state has interviews
    found: NDArray[np.float32] = (sums / np.maximum(counts, 1)).astype("<f4")
    return found


def _count_terms(target: Target, old: MilvusIndex | None, numbers: Sequence[int], generation: int) -> None:
    """Bring the counts of terms up to date. COUNTING says which state they are of; killed in between, they are counted
    again from the words of all interviews.
    """
    records, milvus = target.records, target.records.milvus
    counted = records.read([(COUNTING, target.epoch)], now=True).get((COUNTING, target.epoch))
    is_current = old is not None and old.data == target.data and counted == packed(old.state.generation)
    before = set(old.numbers) if old is not None and is_current else set()
    records.write({(COUNTING, target.epoch): packed(-1)})
    if not is_current:
        forget_counts(records, target.epoch)
    changes: Counter[int] = Counter()
    for sign, some in ((1, set(numbers) - before), (-1, before - set(numbers))):
        for number, row in _rows(records, sorted(some)).items():
            for term, texts in count_terms(words_by_interview(milvus, target.data, number, row.passages)).items():
                changes[term] += sign * texts
    add_counts(records, target.epoch, changes)
    records.write({(COUNTING, target.epoch): packed(generation)})
