"""What a search and a question give back: plain records, the same in Python, JSON and on a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Support = Literal["supported", "weak", "unsupported"]


@dataclass(frozen=True, slots=True)
class Hit:
    """One retrieved passage. `text` is the source between `start` and `end` (code points)."""

    rank: int
    score: float
    passage_id: str
    doc: str
    title: str
    date: str
    speakers: tuple[str, ...]
    section: str
    start: int
    end: int
    turns: tuple[int, int]
    text: str


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The hits for one question, best first, with seconds per stage."""

    question: str
    hits: tuple[Hit, ...]
    timings: dict[str, float]


@dataclass(frozen=True, slots=True)
class Citation(Hit):
    """A hit that an answer cites: `quote` is source[quote_start:quote_end], said by `speaker`."""

    n: int
    speaker: str
    quote: str
    quote_start: int
    quote_end: int
    url: str


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One sentence of an answer, the numbers of the citations it rests on, and how well they carry it."""

    text: str
    citations: tuple[int, ...]
    support: Support
    support_score: float


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to one question. `answer` is its sentences joined, with [n] markers; `asked_as` is the question with
    what a follow-up leaves unsaid, the question itself where it stands alone.
    """

    question: str
    asked_as: str
    answer: str
    answered: bool
    language: str
    mode: Literal["extractive", "llm"]
    model: str
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    timings: dict[str, float]
    usage: dict[str, int] = field(default_factory=dict)
