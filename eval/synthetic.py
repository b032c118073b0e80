"""An index of very many passages that nobody said, for measuring a search: vectors around real ones, real words mixed.

Every passage is one sentence of one guest, its words drawn from the sentences of a real index, its vector that of a
passage of that index with noise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.archive import Entry
from index.assemble import Task, assemble
from index.embedding_choice import EmbeddingChoice
from index.journal import Journal
from index.model import Kind, Metadata, Passage, Role, Sentence, Span, Transcript, Turn
from index.passages import Cut
from index.people import evidence
from index.publish import building_folder, publish
from index.readers.source import SourceText
from index.store import Index, open_index

MILLION = 1_000_000
IN_ONE = 1_000  # passages of an interview
NOISE = 0.3  # length of what is added to a vector of length 1: a cosine of 0.96, as between near passages that are real
SENTENCES = 20_000  # real ones that words are taken from


class AroundReal:
    """Vectors near those of a real index, whatever the text: the embedding that such an index is built with."""

    def __init__(self, index: Index) -> None:
        self.name = index.embedding
        self.dimensions = index.manifest.dimensions
        self._vectors = index.passage_vectors
        self._random = np.random.default_rng(0)

    def warm_up(self) -> None: ...

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """[texts, dimensions], in no relation to the texts."""
        centres = self._vectors.vectors(self._random.integers(0, len(self._vectors), len(texts)))
        noise = self._random.standard_normal(centres.shape, dtype=np.float32)
        noise *= NOISE / np.linalg.norm(noise, axis=1, keepdims=True)
        made: NDArray[np.float32] = centres + noise
        made /= np.linalg.norm(made, axis=1, keepdims=True)
        return made


def write_synthetic(source: Path, folder: Path, passages: int) -> Path:
    """Write an index of so many passages in the manner of a real one; returns its folder."""
    folder.mkdir()
    with open_index(source) as real:
        embedding = AroundReal(real)
        task = Task(real.manifest.setting, (), EmbeddingChoice(embedding.name, lambda: embedding), None, None, ())
        with Journal(folder, embedding.name) as journal, building_folder(folder) as building:
            manifest = assemble(building, _entries(real, passages), task, journal, _Silent())
            publish(building, manifest)
            journal.published()
    return folder


def _entries(real: Index, passages: int) -> Iterator[Entry]:
    random = np.random.default_rng(1)
    rows = random.integers(0, len(real.sentences), SENTENCES)
    said = [real.text(doc)[sentence.start : sentence.end] for doc, sentence in (real.sentences[row] for row in rows)]
    for number in range(passages // IN_ONE):
        pairs = random.integers(0, len(said), (IN_ONE, 2)).tolist()
        yield _entry(
            f"synthetic {number:06}", [f"{said[one]} {said[other]} {at}" for at, (one, other) in enumerate(pairs)]
        )


def _entry(doc: str, texts: Sequence[str]) -> Entry:
    turns: list[Turn] = []
    at = 0
    for number, text in enumerate(texts):
        turns.append(Turn(number, "Ann", Role.GUEST, Kind.INTERVIEW, "", (Span(at, at + len(text)),)))
        at += len(text) + 1
    text = "\n".join(texts)
    passages = [
        Passage(
            f"{doc}:{turn.start}-{turn.end}", doc, turn.start, turn.end, turn.number, turn.number, "", turn.kind, None
        )
        for turn in turns
    ]
    sentences = [Sentence(turn.start, turn.end, turn.number) for turn in turns]
    transcript = Transcript(doc, f"/{doc}", text, "utf-8", "zh-Hans", Metadata(title=doc), tuple(turns), ())
    cut = Cut(tuple(passages), tuple(sentences))
    return Entry(transcript, cut, evidence(transcript), doc, SourceText(text, "utf-8"))


class _Silent:
    def stage(self, name: str, total: int) -> None: ...

    def advance(self, n: int) -> None: ...
