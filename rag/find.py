"""Words inside one interview: where they stand, in any case, width and script of Chinese."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from index.lexical import CJK
from index.script import fold_characters
from rag.view import View

MOST = 1000  # occurrences; nobody reads on
WIDE = re.compile(f"[{CJK}]")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Where words stand in a turn: code point offsets into the source text."""

    turn: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Folded:
    """A text folded character by character. `starts` and `ends` say where each source character begins and ends in
    `text`, by that place.
    """

    text: str
    starts: dict[int, int]
    ends: dict[int, int]


def occurrences(view: View, doc: str, words: str) -> tuple[Occurrence, ...]:
    """The places of one interview that have these words, in order and apart from each other, at most MOST of them.

    The words are one phrase; white space in it stands for any white space, between Chinese characters also for none.
    Looked for are the paragraphs of all turns, each on its own. What folds to several characters ("㈱", "ß")
    is found whole or not at all. Raises InputError for an interview that the index does not have.
    """
    pattern = _pattern(words)
    if pattern is None:
        return ()
    found: list[Occurrence] = []
    turns = view.index.turns(doc)
    source = view.text_of(doc)
    for turn in turns:
        for span in turn.spans:
            places = _places(pattern, _folded(source[span.start : span.end]))
            found += [Occurrence(turn.number, span.start + start, span.start + end) for start, end in places]
        if len(found) >= MOST:
            break
    return tuple(found[:MOST])


def _pattern(words: str) -> re.Pattern[str] | None:
    """What to look for in a folded text; None where there is nothing to look for."""
    pieces = ["".join(map(_fold, piece)) for piece in words.split()]
    if not pieces:
        return None
    pattern = re.escape(pieces[0])
    for before, piece in pairwise(pieces):
        between_wide = WIDE.match(before[-1]) and WIDE.match(piece[0])
        pattern += (r"\s*" if between_wide else r"\s+") + re.escape(piece)
    return re.compile(pattern)


def _places(pattern: re.Pattern[str], folded: Folded) -> list[tuple[int, int]]:
    """Where a pattern begins and ends with whole characters of the source."""
    found: list[tuple[int, int]] = []
    at = 0
    while match := pattern.search(folded.text, at):
        start, end = folded.starts.get(match.start()), folded.ends.get(match.end())
        if start is None or end is None:
            at = match.start() + 1
        else:
            found.append((start, end))
            at = match.end()
    return found


def _folded(text: str) -> Folded:
    folded = [_fold(character) for character in text]
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    at = 0
    for number, characters in enumerate(folded):
        starts[at] = number
        at += len(characters)
        ends[at] = number + 1
    return Folded("".join(folded), starts, ends)


@lru_cache(maxsize=1 << 14)
def _fold(character: str) -> str:
    """One character folded, white space as it is."""
    return character if character.isspace() else fold_characters(character)
