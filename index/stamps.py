"""Time stamps in a text: "[00:01:02]", "**0:00** ·", "Anna (01:02):", "发言人1 00:03", "00:01:02 --> 00:01:05".

A stamp stands at the start of a line, behind a name at the start of a line, or in brackets among the words, and the
stamps of a page go up. The time of day in "we met at 10:30" is none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

CLOCK = r"(?<![\d:：.,/])(?:\d{1,2}[:：])?\d{1,3}[:：][0-5]\d(?:[.,]\d{1,3})?(?![\d:：])"
RANGE = rf"(?P<clock>{CLOCK})(?:[ \t]*+(?:-{{1,2}}>|[-–—~～]|to|至)[ \t]*+{CLOCK})?"
LINK = r"(?:\(https?://[^\s()]{1,300}\))?"
# "00:01:02", "[00:01:02]", "\[00:01:02\]", "[(00:01:02)](https://…)"
STAMP = (
    r"(?P<open>(?:\\?[\[(（【〔<][ \t]*+){0,2})"
    rf"{RANGE}(?P<shut>(?:[ \t]*+\\?[\])）】〕>]){{0,2}}){LINK}"
)
NO_TIME_OF_DAY = r"(?:(?<=[\])）】〕>*_`])|(?![ \t]*+(?:[ap]\.?m\b|uhr\b|h\b|[年月日点點时時分半])))"
BEGINNING = r"^[ \t\u3000>]*+(?:\#{1,6}[ \t]++|[-+•*][ \t]++)?"
MARKS = r"[*_`]{0,3}"
LEAD = re.compile(
    rf"{BEGINNING}(?P<marks>{MARKS})(?P<stamp>{STAMP})(?P<after>{MARKS}){NO_TIME_OF_DAY}"
    r"(?:(?<=[\])）】〕>*_`])|(?=[\s|·•:：\u3400-\u9fff-])|\Z)(?P<by>[ \t]*+[·•|｜–—:：-]?(?=[ \t\n*_]|\Z|[^\W\d]))?",
    re.MULTILINE | re.IGNORECASE,
)
NAMED = re.compile(
    rf"{BEGINNING}{MARKS}[\[【［]?"
    r"(?P<name>[^\s\d\[\](){}<>|/\\“”\"「」《》【】（），,。！？!?；;:：…#>*_`·~+=-]"
    r"[^\[\](){}<>|\\“”\"「」《》【】（），,。！？!?；;:：…\n*`]{0,39}?)"
    rf"[\]】］]?{MARKS}(?P<gap>[ \t|·•,，–—@-]*+)(?P<colon>[:：][ \t]*+)?"
    rf"(?P<marks>{MARKS})(?P<stamp>{STAMP})(?P<after>{MARKS}){NO_TIME_OF_DAY}"
    r"(?P<end>\t|[ \t]*+(?:[:：]|$))?",
    re.MULTILINE | re.IGNORECASE,
)
# "[00:12:30]", "(01:12:30)", "[inaudible 00:12:30]"
INSIDE = re.compile(
    rf"\\?[\[【][(（]?(?P<note>[^\[\]【】\n:：]{{0,24}}[ \t])??{RANGE}[)）]?\\?[\]】]{LINK}"
    r"|[(（](?P<hours>\d{1,2}(?:[:：][0-5]\d){2})[)）]"
)
ANEW = 60.0  # seconds: a row of stamps that falls back below this has begun anew
ASCENDING = 0.8  # the least share of steps that go up in a row of stamps


@dataclass(frozen=True, slots=True)
class Stamp:
    """A stretch that says when: its brackets, marks and the separator beside it included.

    `name` is what it stands behind at the start of a line, "" for a stamp elsewhere; `leads` says that a line begins
    with it; `sure` that one of its kind is enough to tell it from a time of day.
    """

    start: int
    end: int
    seconds: float
    name: str
    leads: bool
    sure: bool


def find_stamps(text: str) -> list[Stamp]:
    """The time stamps of a text whose lines end in \\n, in order; they never overlap."""
    leading = [match for match in LEAD.finditer(text) if _bracketed(match) is not None]
    bare = [_leading(match) for match in leading if not (_bracketed(match) or _paired(match))]
    marked = [_leading(match) for match in leading if _bracketed(match) or _paired(match)]
    hours = any(match["clock"].count(":") > 1 for match in leading)
    named = [_named(match) for match in NAMED.finditer(text) if _is_set_apart(match)]
    often = Counter(stamp.name for stamp in named)
    named = [stamp for stamp in named if stamp.leads or often[stamp.name] > 1]
    found = [*_in_order(marked, 2), *_in_order(bare, 2 if hours else 3), *_in_order(named, 2)]
    inside = _in_order([_inside(match) for match in INSIDE.finditer(text)], 1 if found else 2)
    return list(_apart([*found, *inside]))


def seconds(clock: str) -> float:
    """The seconds of a clock: 3723.5 for "1:02:03.5", 4510 for "75:10"."""
    total = 0.0
    for part in re.split("[:：]", clock.replace(",", ".")):
        total = total * 60 + float(part)
    return total


def _bracketed(match: re.Match[str]) -> bool | None:
    """Whether a stamp stands in brackets; None for half a pair."""
    opened, shut = (re.sub(r"[\\\s]", "", match[side]) for side in ("open", "shut"))
    return None if len(opened) != len(shut) else bool(opened)


def _paired(match: re.Match[str]) -> bool:
    """Whether bold or italic marks enclose the stamp alone."""
    return bool(match["marks"]) and match["after"] == match["marks"]


def _leading(match: re.Match[str]) -> Stamp:
    paired = _paired(match)
    start = match.start("marks") if paired else match.start("stamp")
    end = match.end("after" if paired else "stamp")
    if match["by"] and (paired or not match["after"]):
        end = match.end("by")
    square = not set(match["open"]) & set("(（")
    sure = bool(_bracketed(match)) and (square or match["clock"].count(":") > 1)
    return Stamp(start, end, seconds(match["clock"]), "", True, sure)


def _is_set_apart(match: re.Match[str]) -> bool:
    """Whether a clock behind words looks like the time of a speaker's turn: "Anna 00:03" alone, "Anna (00:03)"."""
    bracketed = _bracketed(match)
    parted = bool(match["gap"].strip("-") or match["colon"])
    return bool(bracketed) or (bracketed is False and parted and match["end"] is not None)


def _named(match: re.Match[str]) -> Stamp:
    end = match.end("after" if _paired(match) else "stamp")
    ended = match["end"] is not None
    sure = ended and bool(_bracketed(match)) and bool(match["end"].strip())
    start = match.end("colon") if match["colon"] else match.start("gap")
    return Stamp(start, end, seconds(match["clock"]), match["name"].strip(), ended, sure)


def _inside(match: re.Match[str]) -> Stamp:
    clock = match["clock"] or match["hours"]
    sure = bool(match["note"]) or (match["clock"] is not None and clock.count(":") > 1)
    return Stamp(match.start(), match.end(), seconds(clock), "", False, sure)


def _in_order(stamps: Sequence[Stamp], fewest: int) -> Iterable[Stamp]:
    """The stamps of one kind if there are enough and they go up; one that stands out from its neighbours is dropped."""
    kept = [
        stamp
        for before, stamp, after in zip([None, *stamps], stamps, [*stamps[1:], None], strict=False)
        if stamp.sure
        or before is None
        or after is None
        or before.seconds > after.seconds
        or before.seconds <= stamp.seconds <= after.seconds
    ]
    anew = min(kept[0].seconds, ANEW) if kept else 0.0
    # The tapes of a long talk, or the chapters of an episode and its talk, each begin anew.
    steps = [one.seconds <= other.seconds or other.seconds <= anew for one, other in pairwise(kept)]
    if len(kept) < fewest or sum(steps) < ASCENDING * len(steps) or len({stamp.seconds for stamp in kept}) == 1:
        return [stamp for stamp in kept if stamp.sure]
    return kept


def _apart(stamps: Iterable[Stamp]) -> Iterable[Stamp]:
    end = -1
    for stamp in sorted(stamps, key=lambda stamp: (stamp.start, -stamp.end)):
        if stamp.start >= end:
            yield stamp
            end = stamp.end
