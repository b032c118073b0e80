"""What a search looks up for every passage and sentence, as one structured array each.

All numbers count within the interview, so that its rows can be copied from one generation into the next as they are;
index/store.py knows with which row an interview begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.model import Kind, Role, Sentence, Span, Transcript, Turn
from index.passages import Cut

ROLES = tuple(Role)
KINDS = tuple(Kind)
ASKING = [ROLES.index(Role.HOST), ROLES.index(Role.AUDIENCE)]
GUEST = ROLES.index(Role.GUEST)
SPOKEN = KINDS.index(Kind.INTERVIEW)
NOBODY = 65_535  # the label of what the editors wrote
QUESTION_TAIL = "”’」』*_ "

# A range a_first..a_last is of sentences, its end exclusive; empty where the two are equal.
PASSAGE = np.dtype(
    [
        ("start", "<u4"),
        ("end", "<u4"),
        ("first_turn", "<u4"),
        ("last_turn", "<u4"),
        ("context_start", "<u4"),
        ("context_end", "<u4"),  # 0 where the passage has no context
        ("own_first", "<u4"),
        ("own_last", "<u4"),
        ("context_first", "<u4"),
        ("context_last", "<u4"),
        ("kind", "u1"),  # in KINDS
    ]
)
SENTENCE = np.dtype(
    [
        ("start", "<u4"),
        ("end", "<u4"),
        ("turn", "<u4"),
        ("reply_first", "<u4"),  # the question that its turn replies to
        ("reply_last", "<u4"),
        ("label", "<u2"),  # in `labels`
        ("role", "u1"),  # in ROLES
        ("question", "?"),  # an interviewer's sentence that asks: no answer to anything
    ]
)

Table = NDArray[Any]


def labels(turns: Sequence[Turn]) -> list[str]:
    """The speaker labels of an interview in the order in which they are first heard."""
    return list(dict.fromkeys(turn.label for turn in turns if turn.role is not Role.EDITOR))


def tables(transcript: Transcript, cut: Cut) -> tuple[Table, Table]:
    """The passages and the sentences of one interview, [passages] of PASSAGE and [sentences] of SENTENCE."""
    starts = np.array([sentence.start for sentence in cut.sentences], dtype=np.int64)
    return _passages(transcript, cut, starts), _sentences(transcript, cut.sentences)


def _passages(transcript: Transcript, cut: Cut, starts: NDArray[np.int64]) -> Table:
    def between(span: Span) -> tuple[int, int]:
        first, last = np.searchsorted(starts, (span.start, span.end))
        return int(first), int(last)

    nothing = Span(0, 0)
    rows = [
        (p.start, p.end, p.first_turn, p.last_turn)
        + ((p.context.start, p.context.end) if p.context else (0, 0))
        + between(Span(p.start, p.end))
        + (between(p.context) if p.context else (nothing.start, nothing.end))
        + (KINDS.index(p.kind),)
        for p in cut.passages
    ]
    return np.array(rows, dtype=PASSAGE)


def _sentences(transcript: Transcript, sentences: Sequence[Sentence]) -> Table:
    text, turns = transcript.text, transcript.turns
    number_of = {label: number for number, label in enumerate(labels(turns))}
    extent = _extents(sentences)
    before = _turns_before(turns)
    rows = []
    for sentence in sentences:
        turn = turns[sentence.turn]
        asks = turn.role in (Role.HOST, Role.AUDIENCE)
        replied = before[sentence.turn]
        replies = not asks and replied is not None and turns[replied].role in (Role.HOST, Role.AUDIENCE)
        reply = extent.get(replied, (0, 0)) if replies and replied is not None else (0, 0)
        question = asks and text[sentence.start : sentence.end].rstrip(QUESTION_TAIL).endswith(("?", "？"))
        label = NOBODY if turn.role is Role.EDITOR else min(number_of[turn.label], NOBODY - 1)
        rows.append((sentence.start, sentence.end, sentence.turn, *reply, label, ROLES.index(turn.role), question))
    return np.array(rows, dtype=SENTENCE)


def _extents(sentences: Sequence[Sentence]) -> dict[int, tuple[int, int]]:
    """By turn, from its first sentence to behind its last; a caption may stand in between."""
    found: dict[int, tuple[int, int]] = {}
    for number, sentence in enumerate(sentences):
        first, _ = found.get(sentence.turn, (number, 0))
        found[sentence.turn] = (first, number + 1)
    return found


def _turns_before(turns: Sequence[Turn]) -> list[int | None]:
    """Turn by turn, the one that was spoken before it, notes and captions not counted."""
    found: list[int | None] = []
    last: int | None = None
    for number, turn in enumerate(turns):
        found.append(last)
        if turn.kind is Kind.INTERVIEW:
            last = number
    return found


def spread(first: NDArray[Any], last: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Ranges written out: for every member of each range first..last, the number of its range and itself."""
    counts = (last - first).astype(np.int64)
    owners = np.repeat(np.arange(len(counts)), counts)
    begin = np.cumsum(counts) - counts
    members = np.arange(int(counts.sum())) - np.repeat(begin, counts) + np.repeat(first.astype(np.int64), counts)
    return owners, members
