"""When words were said: a moment as a clock shows it, and which moments of an interview are worth telling."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence

from index.model import TimeMark, Turn

SECONDS_APART = 30.0  # of two times within a turn


def clock(seconds: float) -> str:
    """A moment of a recording: 1:02:03, or 2:03 within the first hour."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"


def times_told(turns: Iterable[Turn], seconds_at: Callable[[int], float | None]) -> dict[int, float]:
    """By the offset of a turn or of a paragraph of a long one, the seconds to tell there: those of each turn that has
    another time than what was told before it, and within a turn those that are SECONDS_APART from it.
    """
    told: dict[int, float] = {}
    last: float | None = None
    for turn in turns:
        for span in turn.spans:
            seconds = seconds_at(span.start)
            apart = 0.0 if span is turn.spans[0] else SECONDS_APART
            if seconds is not None and (last is None or abs(seconds - last) > apart):
                told[span.start] = last = seconds
    return told


def seconds_by(times: Sequence[TimeMark]) -> Callable[[int], float | None]:
    """Where a recording stands at an offset, by the times of its transcript, which are ascending."""
    starts = [mark.start for mark in times]

    def seconds_at(offset: int) -> float | None:
        at = bisect_right(starts, offset)
        return times[at - 1].seconds if at else None

    return seconds_at
