"""Fold passages that say the same: a page's summary that repeats the interview, overlapping cuts, reprints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.model import Kind, Passage
from index.script import fold_characters

SHINGLE = 6  # characters
STEP = 4
SAME = 0.5  # share of the shorter passage's shingles that the longer one has too
LOOK_BACK = 50  # no result list is longer


def distinct(rows: Sequence[int], passages: Sequence[Passage], text: Callable[[Passage], str]) -> list[int]:
    """The rows in order, each that repeats an earlier one left out.

    Where editors' text and the interview say the same, the interview stays, in the better of the two places.
    """
    kept: list[int] = []
    shingles: list[Shingles] = []
    for row in rows:
        if len(kept) >= LOOK_BACK:
            kept.append(row)
            continue
        mine = _shingles(text(passages[row]))
        twin = next((at for at, other in enumerate(shingles) if _same(mine, other)), None)
        if twin is None:
            kept.append(row)
            shingles.append(mine)
        elif passages[row].kind is Kind.INTERVIEW and passages[kept[twin]].kind is not Kind.INTERVIEW:
            kept[twin] = row
            shingles[twin] = mine
    return kept


@dataclass(frozen=True, slots=True)
class Shingles:
    """All shingles of a text, and every STEPth by position: enough to tell what share another text has."""

    all: frozenset[str]
    some: tuple[str, ...]


@lru_cache(maxsize=1024)
def _shingles(text: str) -> Shingles:
    folded = "".join(character for character in fold_characters(text) if character.isalnum())
    every = [folded[at : at + SHINGLE] for at in range(max(1, len(folded) - SHINGLE + 1))]
    return Shingles(frozenset(every), tuple(every[::STEP]))


def _same(one: Shingles, other: Shingles) -> bool:
    shorter, longer = (one, other) if len(one.all) <= len(other.all) else (other, one)
    if longer.all.isdisjoint(shorter.some):  # nearly always, and quickly found
        return False
    return sum(map(longer.all.__contains__, shorter.some)) >= SAME * len(shorter.some)
