"""The records that travel from a file to an answer.

Every `start` and `end` is a code point offset into `Transcript.text`, the decoded file with its own
newlines, so that `text[start:end]` is exactly what stands in the source.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Who is speaking, as far as attribution needs to know."""

    HOST = "host"
    GUEST = "guest"
    AUDIENCE = "audience"
    EDITOR = "editor"


class Kind(StrEnum):
    """Which part of a page a turn is: what was said, or what the editors wrote around it."""

    INTERVIEW = "interview"
    INTRODUCTION = "introduction"
    SUMMARY = "summary"
    NOTE = "note"
    CAPTION = "caption"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the source: code point offsets, end exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Excluded:
    """A stretch of the file that is not the interview, and why it was left out."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class TimeMark:
    """From this offset on, until the next mark, the recording stands at `seconds` or later."""

    start: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker said in one go; `spans` are its paragraphs, without images and notes between.

    `label` is the speaker as this page writes it ("奥特曼", "Sam"), "" where the page has none
    (an editor's paragraph, or an answer that follows a bare question).
    """

    number: int
    label: str
    role: Role
    kind: Kind
    section: str
    spans: tuple[Span, ...]

    @property
    def start(self) -> int:
        return self.spans[0].start

    @property
    def end(self) -> int:
        return self.spans[-1].end


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the page says about itself; "" where it does not.

    `date` is ISO 8601 as precise as the page is: "2024-10-17", "2016-09" or "2016".
    """

    title: str = ""
    date: str = ""
    outlet: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Transcript:
    """One interview as read: its text, its turns in order, what was left out, and the times it gives, ascending."""

    doc: str
    path: str
    text: str
    encoding: str
    language: str  # BCP 47: "zh-Hans", "zh-Hant", "en", …; "und" when it cannot be told
    metadata: Metadata
    turns: tuple[Turn, ...]
    excluded: tuple[Excluded, ...]
    warnings: tuple[str, ...] = ()
    times: tuple[TimeMark, ...] = ()


@dataclass(frozen=True, slots=True)
class Speaker:
    """A label of one interview, resolved: the name to show and the person it stands for.

    `person` is the same string for one person in every interview; "" when the label names nobody
    (an audience member, an unnamed host).
    """

    doc: str
    label: str
    name: str
    role: Role
    person: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence (or a short run of them) inside one turn: the unit of quotation."""

    start: int
    end: int
    turn: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one transcript that is retrieved as a whole.

    `context` is the interviewer's question it answers, when that lies outside the passage itself;
    it helps the search and is never shown as part of the passage.
    `first_turn` and `last_turn` are turn numbers, inclusive.
    """

    id: str
    doc: str
    start: int
    end: int
    first_turn: int
    last_turn: int
    section: str
    kind: Kind
    context: Span | None
