"""A format that knows its speakers → turns: nothing is looked for in the text, what lies between is not speech."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.labels import is_generic
from index.model import Excluded, Kind, Span, Turn
from index.readers.source import SourceText, Spoken
from index.roles import CAPTIONED, role_of_words, roles_of

PARAGRAPHS = re.compile(r"\n[ \t\r]*\n")


def read_spoken(source: SourceText) -> tuple[tuple[Turn, ...], tuple[Excluded, ...]]:
    """The turns of a text whose reader gives each stretch its speaker, and what lies between them."""
    text = source.text
    runs: list[tuple[str, list[Span]]] = []
    for stretch in source.spoken:
        label = " ".join(stretch.label.split())
        spans = _paragraphs(text, stretch)
        if not spans:
            continue
        if not runs or runs[-1][0] != label:
            runs.append((label, spans))
        else:
            _join(text, runs[-1][1], spans)
    said = [(label, "\n".join(text[span.start : span.end] for span in spans)) for label, spans in runs]
    roles = roles_of(said)
    turns = tuple(
        Turn(
            number,
            label,
            role_of_words(words) if label == CAPTIONED else roles[label],
            Kind.INTERVIEW,
            "",
            tuple(spans),
        )
        for number, ((label, spans), (_, words)) in enumerate(zip(runs, said, strict=True))
    )
    return turns, tuple(_between(text, [span for turn in turns for span in turn.spans]))


def names_nobody(labels: Sequence[str]) -> bool:
    """Whether a transcript's labels tell no speakers apart: none at all, or one that only a program gives."""
    return not any(labels) or (len(set(labels)) == 1 and is_generic(labels[0]) and labels[0] != CAPTIONED)


def _paragraphs(text: str, stretch: Spoken) -> list[Span]:
    spans: list[Span] = []
    at = stretch.start
    for match in (*PARAGRAPHS.finditer(text, stretch.start, stretch.end), None):
        words = text[at : match.start() if match else stretch.end]
        start = at + len(words) - len(words.lstrip())
        if words.strip():
            spans.append(Span(start, start + len(words.strip())))
        at = match.end() if match else stretch.end
    return spans


def _join(text: str, before: list[Span], spans: Sequence[Span]) -> None:
    """Add the paragraphs of the same speaker; a cue that only a space or a newline parts goes on in the same one."""
    gap = text[before[-1].end : spans[0].start]
    if not gap.strip() and not PARAGRAPHS.search(gap):
        before[-1] = Span(before[-1].start, spans[0].end)
        spans = spans[1:]
    before.extend(spans)


def _between(text: str, spans: Sequence[Span]) -> list[Excluded]:
    found: list[Excluded] = []
    at = 0
    for start, end in [*((span.start, span.end) for span in spans), (len(text), len(text))]:
        words = text[at:start]
        if words.strip():
            begin = at + len(words) - len(words.lstrip())
            found.append(Excluded(begin, begin + len(words.strip()), "not speech"))
        at = end
    return found
