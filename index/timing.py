"""Time stamps and turns: no stamp is part of what was said, and each says when the words behind it were."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from index.model import Excluded, Span, TimeMark, Turn
from index.stamps import Stamp


def cut_at_stamps(text: str, spans: Iterable[Span], stamps: Sequence[Stamp], starts: Sequence[int]) -> list[Span]:
    """The spans without the stamps in them, and without the white space beside those. `starts` are the stamps'."""
    kept: list[Span] = []
    for span in spans:
        at = span.start
        for stamp in stamps[bisect_left(starts, span.start) : bisect_left(starts, span.end)]:
            kept.append(_trimmed(text, at, stamp.start))
            at = stamp.end
        kept.append(_trimmed(text, at, span.end) if at > span.start else span)
    return [span for span in kept if span.start < span.end]


def left_out(stamps: Sequence[Stamp], excluded: Sequence[Excluded]) -> list[Excluded]:
    """The stamps that no other excluded stretch (a label, a title) holds already. Both are in order."""
    starts = [other.start for other in excluded]
    found: list[Excluded] = []
    for stamp in stamps:
        before = bisect_right(starts, stamp.start) - 1
        if before < 0 or excluded[before].end <= stamp.start:
            found.append(Excluded(stamp.start, stamp.end, "time"))
    return found


def time_marks(stamps: Sequence[Stamp], turns: Sequence[Turn], excluded: Sequence[Excluded]) -> tuple[TimeMark, ...]:
    """When the words behind each stamp were said; of two stamps before the same words the later one holds.

    A stamp before something that nobody said (a chapter's title) is no time of the talk.
    """
    starts = sorted(span.start for turn in turns for span in turn.spans)
    unsaid = [other.start for other in excluded if other.reason not in ("label", "time")]
    marks: dict[int, float] = {}
    for stamp in stamps:
        at = bisect_left(starts, stamp.end)
        between = bisect_left(unsaid, stamp.end)
        if at < len(starts) and (between == len(unsaid) or unsaid[between] >= starts[at]):
            marks[starts[at]] = stamp.seconds
    return tuple(TimeMark(start, seconds) for start, seconds in sorted(marks.items()))


def _trimmed(text: str, start: int, end: int) -> Span:
    words = text[start:end]
    return Span(start + len(words) - len(words.lstrip()), max(start, end - len(words) + len(words.rstrip())))
