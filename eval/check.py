"""Gold questions against an index: which can be asked of it, and whether their evidence is what somebody said there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from eval.gold import Evidence, Gold, lines
from eval.metrics import persons
from index.errors import InputError
from index.model import Kind, Turn
from index.opened import OpenedIndex

SHOWN = 20  # mistakes that a message lists
MARKS = re.compile(r"[\s>*_#•·\-]+")  # what may stand between two paragraphs of one turn


def check_gold(gold: Sequence[Gold], index: OpenedIndex, file: Path) -> dict[str, str]:
    """Why this index cannot be asked some of the questions of a file: question id → reason.

    It cannot when an interview of the evidence is not in the index. Raises InputError, naming line, question and
    interview, for evidence that is not inside one turn of the interview or whose speaker nobody there is.
    """
    known = {document.doc: document for document in index.documents()}
    spoken = cache(index.turns)
    text_of = cache(index.text)
    left_out: dict[str, str] = {}
    mistakes: list[tuple[str, str]] = []
    for question in gold:
        if missing := dict.fromkeys(span.doc for span in question.evidence if span.doc not in known):
            left_out[question.id] = f"the index has no interview {', '.join(missing)}"
            continue
        for span in question.evidence:
            if wrong := _wrong(span, text_of(span.doc), spoken(span.doc), index):
                mistakes.append((question.id, f"{known[span.doc].path}: {span.start} to {span.end} {wrong}"))
    if mistakes:
        line = lines(file)
        shown = [f"{file}:{line[name]}: {name}: {mistake}" for name, mistake in mistakes[:SHOWN]]
        more = [f"and {len(mistakes) - SHOWN} more"] if len(mistakes) > SHOWN else []
        raise InputError("\n".join(["evidence of these gold questions is wrong:", *shown, *more]))
    return left_out


def _wrong(span: Evidence, text: str, turns: Sequence[Turn], index: OpenedIndex) -> str:
    """What is wrong with evidence; "" when nothing is."""
    if span.end > len(text):
        return f"is beyond its text, which has {len(text):,} characters"
    said = any(turn.kind is Kind.INTERVIEW and _says(turn, span, text) for turn in turns)
    if not said:
        return "is not inside what one speaker says in one turn"
    if span.speaker and not persons(index, span.doc, span.speaker):
        return f"is said by {span.speaker!r}, but nobody is called that; people.toml can add a name"
    return ""


def _says(turn: Turn, span: Evidence, text: str) -> bool:
    """Whether a turn's paragraphs hold all of the span but the marks and blanks between them."""
    inside = [part for part in turn.spans if part.start < span.end and span.start < part.end]
    if not inside:
        return False
    starts = [span.start, *(part.end for part in inside)]
    ends = [*(part.start for part in inside), span.end]
    between = "".join(text[start:end] for start, end in zip(starts, ends, strict=True) if start < end)
    return not MARKS.sub("", between)
