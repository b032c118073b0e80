"""What a search and a question give back: plain records, the same in Python, JSON and on a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from index.model import Kind, Role
from rag.clue import Clue

Support = Literal["supported", "weak", "unsupported"]
FindingKind = Literal[
    "uncited",  # it cites nothing
    "no such citation",  # a number that no passage has
    "cut off",  # the model's answer ends within it
    "number",  # a number or date that the cited words do not have
    "name",  # a person or title that they do not have
    "speaker",  # said by somebody else than the sentence says
    "quotation",  # words in quotation marks that are not in them
    "negation",  # one says that something is so, the other that it is not
    "question",  # the interviewer only asks it
    "meaning",  # nothing in them is near enough to the sentence
    "repaired",  # it cited other passages, which do not say it
]
NoteKind = Literal[
    "no model",  # the chat model did not answer: quotations instead
    "broke off",  # its answer is not whole
    "fewer passages",  # its context is too short for all that were to go in: about so many tokens did
    "dropped",  # unsupported sentences left out, as asked for
    "nothing supported",  # the model wrote sentences, and the passages support none of them
    "cached",  # the same was asked of the same model before
    "not as understood",  # asked again without the filters that the question names
]


@dataclass(frozen=True, slots=True)
class Hit:
    """One retrieved passage. `text` is the source between `start` and `end` (code points), `seconds` where the
    recording stands there (None where the source gives no times), `also_in` other interviews that are the same one.
    """

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
    seconds: float | None
    also_in: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The hits for one question, best first, with seconds per stage."""

    question: str
    hits: tuple[Hit, ...]
    timings: dict[str, float]
    understood: tuple[Clue, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation(Hit):
    """A hit that an answer cites: `quote` is source[quote_start:quote_end], said by `speaker` in turn number `turn`."""

    n: int
    speaker: str
    quote: str
    quote_start: int
    quote_end: int
    url: str
    role: Role
    kind: Kind
    turn: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What the check of a sentence found: `detail` is the number, name or quotation it is about, or ""."""

    kind: FindingKind
    detail: str = ""


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One sentence of an answer, the numbers of the citations it rests on, and how well they carry it."""

    text: str
    citations: tuple[int, ...]
    support: Support
    support_score: float
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """Something about a whole answer that its reader should know."""

    kind: NoteKind
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to one question. `answer` is its sentences joined, with [n] markers; `asked_as` is the question with
    what a follow-up leaves unsaid, the question itself where it stands alone. `understood` has the filters that the
    question itself names. `related` has the nearest passages where the interviews do not say. `timings` are seconds by
    stage, `usage` counts tokens.
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
    related: tuple[Hit, ...] = ()
    notes: tuple[Note, ...] = ()
    understood: tuple[Clue, ...] = ()
