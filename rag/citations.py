"""The sentences of a model's reply and the numbers they cite, one after the other while the reply still comes.

Marks are read in every form models write them: [1], [1][2], [1, 2], [1-3], 【1】, ［１］, [^1], 【1†source】. A mark
behind the full stop or on a line of its own belongs to the sentence before it, one that begins a line to that behind
it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from index.model import Span
from index.sentences import sentence_spans, width

MOST_NUMBERS = 20  # of one mark: [1-9999] names no passage
SHORT = 4  # Chinese characters: what is shorter between two marks goes with its neighbour
NUMBER = r"\^?[0-9０-９]{1,6}"
SPACE = r"(?<![ \u3000])[ \u3000]*"  # all of it at once, so that a long stretch is not tried from each of its places
MARK = re.compile(
    rf"{SPACE}[\[［【]\s*+(?:(?:来源|source|passage)\s*+)?({NUMBER}(?:\s*[,，、;；\-–—~至]\s*{NUMBER})*)\s*"
    r"(?:†[^\]］】]{0,40})?[\]］】]",
    re.IGNORECASE,
)
OPEN_MARK = re.compile(rf"{SPACE}[\[［【][^\[\]［］【】\n]{{0,50}}$")  # one that may still become a mark
BROKEN_MARK = re.compile(rf"{SPACE}[\[［【][\s\d,，\-–]*$")  # where a reply broke off
RANGE = re.compile(rf"({NUMBER})(?:\s*[\-–—~至]\s*({NUMBER}))?")
LIST_MARK = re.compile(r"^\s*(?:[-*•·>]\s+|#{1,6}\s+|[0-9]{1,2}[.)、]\s*(?=\D))+")
EMPHASIS = re.compile(r"\*\*|__")
SIGNS = "。．.，,；;：:、！!？? \u3000"  # what is left of a sentence whose mark stood before its full stop


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a sentence and the numbers behind it; none where it has no mark."""

    text: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Drafted:
    """A sentence of a reply without its marks, and its parts, each with what it cites."""

    text: str
    parts: tuple[Part, ...]


def drafted(pieces: Iterable[str]) -> Iterator[Drafted]:
    """The sentences of a reply that comes in pieces, each as soon as the next one begins."""
    buffer = ""
    for piece in pieces:
        buffer = (buffer + piece).lstrip()
        if not piece.strip():
            continue
        held = OPEN_MARK.search(buffer)
        ready = buffer[: held.start()] if held else buffer
        sentences, begun = _sentences(ready)
        if len(sentences) > 1:
            yield from filter(None, map(_drafted, sentences[:-1]))
            buffer = buffer[begun:]
    yield from filter(None, map(_drafted, _sentences(BROKEN_MARK.sub("", buffer))[0]))


def without_marks(text: str) -> str:
    """A text without citation marks."""
    return MARK.sub("", text)


Marked = tuple[str, tuple[tuple[int, tuple[int, ...]], ...]]
"""A sentence without marks, and for each mark its place in it and its numbers."""


def _sentences(text: str) -> tuple[list[Marked], int]:
    """The sentences so far, and where in the text the last of them begins."""
    found: list[Marked] = []
    last = line_start = 0
    for line in text.split("\n"):
        bare, marks = _bare(line)
        spans = sentence_spans(bare, Span(0, len(bare)))
        if found and not spans:
            before, cited = found[-1]
            found[-1] = (before, (*cited, *((len(before), numbers) for _, _, numbers in marks)))
        for number, span in enumerate(spans):
            following = spans[number + 1].start if number + 1 < len(spans) else len(bare) + 1
            first = 0 if number == 0 else span.start + 1
            its = [
                (at, numbers)
                for at, _, numbers in marks
                if first <= at <= following and not (at == following != span.end)
            ]
            found.append((bare[span.start : span.end], tuple((min(at, span.end) - span.start, n) for at, n in its)))
            last = line_start + (_place(span.start, marks) if number else 0)
        line_start += len(line) + 1
    return found, last


def _bare(line: str) -> tuple[str, list[tuple[int, int, tuple[int, ...]]]]:
    """The line without marks; for each mark its place there, how many characters it took, and its numbers."""
    bare, at = "", 0
    marks: list[tuple[int, int, tuple[int, ...]]] = []
    for match in MARK.finditer(line):
        bare += line[at : match.start()]
        marks.append((len(bare), len(match.group()), _numbers(match[1])))
        at = match.end()
    return bare + line[at:], marks


def _place(at: int, marks: list[tuple[int, int, tuple[int, ...]]]) -> int:
    """Where a place of the bare line stands in the line with its marks."""
    return at + sum(size for place, size, _ in marks if place <= at)


def _numbers(listed: str) -> tuple[int, ...]:
    found: list[int] = []
    for match in RANGE.finditer(listed):
        first = int(match[1].lstrip("^"))
        last = int(match[2].lstrip("^")) if match[2] else first
        found.extend(range(first, min(last, first + MOST_NUMBERS) + 1) if last >= first else (first, last))
    return tuple(dict.fromkeys(found))[:MOST_NUMBERS]


def _drafted(marked: Marked) -> Drafted | None:
    """The sentence, cut at its marks; None for what has no letter in it."""
    text, marks = marked
    parts: list[Part] = []
    begin = 0
    for at, numbers in marks:
        part = text[begin:at].strip(SIGNS)
        if parts and min(width(part), width(parts[-1].text)) < SHORT:
            parts[-1] = Part(
                f"{parts[-1].text}{text[begin:at].rstrip(SIGNS)}", tuple(dict.fromkeys((*parts[-1].numbers, *numbers)))
            )
        else:
            parts.append(Part(_clean(part), numbers))
        begin = at
    rest = text[begin:].strip(SIGNS)
    if not parts:
        parts.append(Part(_clean(rest), ()))
    elif rest:  # what follows the last mark goes with it
        parts[-1] = Part(f"{parts[-1].text} {_clean(rest)}".strip(), parts[-1].numbers)
    whole = _clean(text)
    return Drafted(whole, tuple(parts)) if any(map(str.isalnum, whole)) else None


def _clean(text: str) -> str:
    """Without the marks of a list, a heading or bold type."""
    return EMPHASIS.sub("", LIST_MARK.sub("", text)).strip()
