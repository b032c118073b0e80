"""What `list --json` and the service say of interviews, turns and passages: plain records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.model import Kind, Role, Turn
from rag.view import View

if TYPE_CHECKING:
    from index.store import DocumentRow


@dataclass(frozen=True, slots=True)
class InterviewRecord:
    """One interview of a list. `turns` and `passages` are counts; `path` is its file, of which the service only tells
    the name.
    """

    doc: str
    title: str
    date: str
    speakers: tuple[str, ...]
    language: str
    turns: int
    passages: int
    path: str
    same_as: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """One turn: who says what, between which characters of the source (without the notes in between, hence `spans`),
    and at which second of the recording, where the source tells.
    """

    number: int
    speaker: str
    role: Role
    kind: Kind
    section: str
    start: int
    end: int
    spans: tuple[tuple[int, int], ...]
    text: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class InterviewTurns:
    """An interview with some of its turns; `next` is the number of the turn after them, None at the end."""

    interview: InterviewRecord
    outlet: str
    url: str
    turns: tuple[TurnRecord, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class InterviewList:
    """Some of the interviews that pass, by name, and how many pass in all."""

    interviews: tuple[InterviewRecord, ...]
    total: int


@dataclass(frozen=True, slots=True)
class PassageRecord:
    """A passage with the turns it stands in, and some before and after it.

    `text` is the source between `start` and `end`; `asked` is the interviewer's question that it answers, "" where that
    is part of it.
    """

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
    url: str
    asked: str
    context: tuple[TurnRecord, ...]


def list_record(row: DocumentRow) -> InterviewRecord:
    """An interview as lists have it."""
    return InterviewRecord(
        doc=row.doc,
        title=row.title,
        date=row.date,
        speakers=row.speakers,
        language=row.language,
        turns=row.turns,
        passages=row.passages,
        path=row.path,
        same_as=row.same_as,
        warnings=row.warnings,
    )


def turn_record(view: View, doc: str, turn: Turn) -> TurnRecord:
    """A turn of an interview."""
    return TurnRecord(
        number=turn.number,
        speaker=view.speaker(doc, turn).name,
        role=turn.role,
        kind=turn.kind,
        section=turn.section,
        start=turn.start,
        end=turn.end,
        spans=tuple((span.start, span.end) for span in turn.spans),
        text=view.said(doc, turn.number, turn.start, turn.end),
        seconds=view.seconds_at(doc, turn.start),
    )


def passage_record(view: View, row: int, around: int) -> PassageRecord:
    """The passage of a row, with so many turns before and after it."""
    passage = view.index.passages[row]
    document, text = view.document(passage.doc), view.text_of(passage.doc)
    near = [
        turn
        for turn in view.turns_of(passage.doc)
        if passage.first_turn - around <= turn.number <= passage.last_turn + around
    ]
    return PassageRecord(
        passage_id=passage.id,
        doc=passage.doc,
        title=document.title,
        date=document.date,
        speakers=view.speakers_of(passage),
        section=passage.section,
        start=passage.start,
        end=passage.end,
        turns=(passage.first_turn, passage.last_turn),
        text=view.text(passage),
        seconds=view.seconds_at(passage.doc, passage.start),
        also_in=document.same_as,
        url=view.link(passage.doc, passage.start),
        asked=text[passage.context.start : passage.context.end] if passage.context else "",
        context=tuple(turn_record(view, passage.doc, turn) for turn in near),
    )
