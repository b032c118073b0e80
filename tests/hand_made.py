"""Indexes made by hand: the turns, sentences and passages are chosen, and so is how near each text is to a question.

With them the order of a search can be worked out on paper.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from fake_embedding import FakeEmbedding
from numpy.typing import NDArray

from index.archive import Entry
from index.assemble import Task, assemble
from index.embedding import Embedder
from index.embedding_choice import EmbeddingChoice
from index.generations import Setting
from index.journal import Journal
from index.model import Kind, Metadata, Passage, Role, Sentence, Span, Transcript, Turn
from index.passages import Cut
from index.people import evidence
from index.publish import building_folder, publish
from index.readers.source import SourceText
from index.store import open_index
from index.transcript import PARSER_VERSION
from rag.retrieve import Retriever


@dataclass(frozen=True, slots=True)
class Said:
    """A turn: its sentences stand one after another, joined by `between`."""

    label: str
    role: Role
    sentences: tuple[str, ...]
    kind: Kind = Kind.INTERVIEW
    between: str = ""
    goes_on: bool = False  # the same turn still, in the next passage


def asked(*sentences: str, label: str = "主持人") -> Said:
    return Said(label, Role.HOST, sentences)


def answered(*sentences: str, label: str = "林岚", between: str = "") -> Said:
    return Said(label, Role.GUEST, sentences, between=between)


def going_on(*sentences: str) -> Said:
    return Said("", Role.GUEST, sentences, goes_on=True)


def summed_up(*sentences: str) -> Said:
    return Said("", Role.EDITOR, sentences, Kind.SUMMARY)


Talk = Sequence[Sequence[Said]]
"""An interview: its passages, each with the turns it holds."""


class ChosenEmbedder(Embedder):
    """Unit vectors in the plane; the cosine of any question and a text is what `nearness` says of the text."""

    dimensions = 2

    def __init__(self, nearness: Callable[[str], float], name: str = "chosen") -> None:
        self.nearness = nearness
        self.name = name

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([[1.0, 0.0]] * len(texts), dtype=np.float32)

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        cosines = np.array([self.nearness(text) for text in texts])
        return np.stack([cosines, np.sqrt(1 - cosines**2)], axis=1).astype(np.float32)

    def warm_up(self) -> None: ...


class AnyEmbedder(ChosenEmbedder):
    """Questions and texts are as near to each other as chance has it, the same each time."""

    name = "fake"
    dimensions = 8

    def __init__(self) -> None:
        self._fake = FakeEmbedding(self.name, self.dimensions)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([self._fake.encode(text) for text in texts])

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        return self._fake.encode_passages(texts, progress)


def make_retriever(
    folder: Path,
    talks: Mapping[str, Talk],
    nearness: Callable[[str], float],
    dates: Mapping[str, str] | None = None,
    *,
    languages: Mapping[str, str] | None = None,
    embedding: str = "chosen",
) -> Retriever:
    """Index the talks, by the name of each, and open them for questions.

    They are in Simplified Chinese where `languages` says nothing else. An `embedding` called "bundled" is taken for
    the real one: give rag.closeness.reply_map a matrix of two dimensions.
    """
    embedder = ChosenEmbedder(nearness, embedding)
    tags = languages or {}
    entries = [
        _entry(doc, talk, (dates or {}).get(doc, ""), tags.get(doc, "zh-Hans")) for doc, talk in sorted(talks.items())
    ]
    setting = Setting("0", PARSER_VERSION, embedder.name, "", ())
    task = Task(setting, (), EmbeddingChoice(embedder.name, lambda: embedder), None, None, ())
    folder.mkdir(exist_ok=True)
    with Journal(folder, embedder.name) as journal, building_folder(folder) as building:
        publish(building, assemble(building, entries, task, journal, _Silent()))
    return Retriever(open_index(folder), embedder)


def _entry(doc: str, talk: Talk, date: str, language: str) -> Entry:
    text = ""
    turns: list[Turn] = []
    sentences: list[Sentence] = []
    passages: list[Passage] = []
    question: Span | None = None
    for said_in_passage in talk:
        context = question if said_in_passage[0].role is Role.GUEST else None
        first = len(sentences)
        for said in said_in_passage:
            text += f"{said.label}：" if said.label else ""
            start = len(text)
            turn = Turn(len(turns), said.label, said.role, said.kind, "", ())
            turn = turns.pop() if said.goes_on else turn
            for number, sentence in enumerate(said.sentences):
                text += said.between if number else ""
                sentences.append(Sentence(len(text), len(text) + len(sentence), turn.number))
                text += sentence
            span = Span(start, len(text))
            turns.append(replace(turn, spans=(*turn.spans, span)))
            question = span if said.role is Role.HOST else question
            text += "\n\n"
        start, end, turn = sentences[first].start, sentences[-1].end, turns[sentences[first].turn]
        passages.append(
            Passage(f"{doc}:{start}-{end}", doc, start, end, turn.number, len(turns) - 1, "", turn.kind, context)
        )
    metadata = Metadata(title=doc, date=date)
    transcript = Transcript(doc, f"/{doc}.txt", text, "utf-8", language, metadata, tuple(turns), ())
    cut = Cut(tuple(passages), tuple(sentences))
    return Entry(transcript, cut, evidence(transcript), doc, SourceText(text, "utf-8"))


class _Silent:
    def stage(self, name: str, total: int) -> None: ...

    def advance(self, n: int) -> None: ...
