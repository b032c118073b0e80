"""A page's text → who said what: turns with roles and sections, and what is not the interview.

The page is read in three parts: before the first speaker label (the editors' head, index/head.py), the talk
(index/talk.py), and what follows the last exchange (left out).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from index import boilerplate
from index.blocks import Block, split_blocks
from index.front_matter import FrontMatter
from index.head import read_head
from index.labels import Label
from index.layout import Draft, DraftTurn
from index.model import Excluded, Kind, Role, Span, TimeMark, Turn
from index.roles import CAPTIONED, role_of_words, roles_of
from index.speakers import find_labels
from index.talk import Marked, end_of_talk, read_talk, read_timed
from index.timing import cut_at_stamps, left_out, time_marks
from index.working_copy import WorkingCopy, working_copy

FEWEST_TIMED = 3
LAST_WORDS = 400  # characters behind the last label that tell whether its speaker asks


@dataclass(frozen=True, slots=True)
class Page:
    """The reading of one page. `title` is the span of the title line, where the page has one.

    `labels` are the different speaker labels found, in the order they appear.
    """

    turns: tuple[Turn, ...]
    excluded: tuple[Excluded, ...]
    title: Span | None
    labels: tuple[str, ...]
    times: tuple[TimeMark, ...]


def read_page(text: str, front: FrontMatter | None = None) -> Page:
    """Find the turns of a page. A page without speaker labels becomes one turn per paragraph run, unlabelled."""
    copy = working_copy(text, front.span if front else None)
    labels = find_labels(copy)
    blocks = split_blocks(copy.text, frozenset(copy.text.rfind("\n", 0, label.start) + 1 for label in labels))
    roles = _roles(copy.text, labels, front)
    bare_questions = Role.GUEST not in roles.values()
    timed = _timed_blocks(copy, blocks)
    marked = Marked(copy.text, blocks, _label_blocks(blocks, labels), timed, roles, bare_questions)
    draft = Draft()
    title = _read_parts(draft, marked)
    turns = _finished(text, copy, draft)
    if front:
        draft.excluded.append(Excluded(front.span.start, front.span.end, "front matter"))
    excluded = sorted(draft.excluded, key=lambda e: e.start)
    excluded = sorted([*excluded, *left_out(copy.stamps, excluded)], key=lambda e: e.start)
    names = tuple(dict.fromkeys(label.name for label in labels))
    return Page(turns, tuple(excluded), title, names, time_marks(copy.stamps, turns, excluded))


def _read_parts(draft: Draft, marked: Marked) -> Span | None:
    """Read head, talk and foot into the draft; returns the span of the title."""
    blocks = marked.blocks
    if marked.starts:
        first, end = min(marked.starts), end_of_talk(marked)
        title = read_head(draft, blocks[:first], True)
        read_talk(draft, marked, first, end)
        for block in blocks[end:]:
            draft.leave_out(block, boilerplate.junk_reason(block) or "after the interview")
        return title
    if len(marked.timed) >= FEWEST_TIMED:
        first = min(marked.timed)
        title = read_head(draft, blocks[:first], True)
        read_timed(draft, blocks[first:])
        return title
    title = read_head(draft, blocks, False)
    _take_for_speech(draft.turns)
    return title


def _roles(text: str, labels: Sequence[Label], front: FrontMatter | None) -> dict[str, Role]:
    said = (
        (label.name, text[label.end : following.start if following else label.end + LAST_WORDS])
        for label, following in zip_longest(labels, labels[1:])
    )
    return roles_of(said, front.hosts, front.guests) if front else roles_of(said)


def _finished(text: str, copy: WorkingCopy, draft: Draft) -> tuple[Turn, ...]:
    """The turns of a draft in order, without the time stamps in them."""
    starts = [stamp.start for stamp in copy.stamps]
    for turn in draft.turns:
        turn.spans = cut_at_stamps(text, turn.spans, copy.stamps, starts)
        if turn.label == CAPTIONED and turn.said():
            turn.role = role_of_words(text[turn.said()[-1].start : turn.said()[-1].end])
    said = sorted((turn for turn in draft.turns if turn.said()), key=lambda turn: turn.said()[0].start)
    return tuple(turn.finished(number) for number, turn in enumerate(said))


def _timed_blocks(copy: WorkingCopy, blocks: Sequence[Block]) -> dict[int, float]:
    """The blocks that a time stamp stands before → its seconds: somebody is heard there, however short the words."""
    starts = [block.start for block in blocks]
    leading = [stamp for stamp in copy.stamps if stamp.leads]
    timed: dict[int, float] = {}
    for stamp, following in zip_longest(leading, leading[1:]):
        at = bisect_left(starts, stamp.end)
        if at < len(blocks) and (following is None or starts[at] < following.start):
            timed[at] = stamp.seconds
    return timed


def _take_for_speech(turns: Sequence[DraftTurn]) -> None:
    """On a page without speakers, the prose is one speaker's text."""
    for turn in turns:
        if turn.kind is Kind.INTRODUCTION:
            turn.role, turn.kind = Role.GUEST, Kind.INTERVIEW


def _label_blocks(blocks: Sequence[Block], labels: Sequence[Label]) -> dict[int, Label]:
    """Block number → the label it begins with."""
    found: dict[int, Label] = {}
    at = 0
    for label in labels:
        while at + 1 < len(blocks) and blocks[at + 1].start <= label.end - 1 and blocks[at].end < label.end:
            at += 1
        while at + 1 < len(blocks) and blocks[at].end <= label.start:
            at += 1
        found.setdefault(at, label)
    return found
