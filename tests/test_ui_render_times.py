"""When words were said: clocks, and the moments that are worth telling."""

from __future__ import annotations

import pytest

from index.model import Kind, Role, Span, TimeMark, Turn
from ui.render_times import clock, seconds_by, times_told


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (59.99, "0:59"), (62, "1:02"), (3599, "59:59"), (3723.5, "1:02:03"), (36000, "10:00:00")],
)
def test_a_moment_as_a_clock_shows_it(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def turn(number: int, *starts: int) -> Turn:
    return Turn(number, "林", Role.GUEST, Kind.INTERVIEW, "", tuple(Span(start, start + 5) for start in starts))


def test_each_turn_that_has_a_time_of_its_own_and_paragraphs_far_apart() -> None:
    marks = (TimeMark(10, 0.0), TimeMark(20, 12.0), TimeMark(30, 31.0), TimeMark(40, 50.0), TimeMark(60, 51.0))
    turns = (turn(0, 0), turn(1, 10, 20, 30, 40), turn(2, 50), turn(3, 60))
    # Turn 0 stands before the first mark; 20 is near what was told at 10, 40 near 30; turn 2 goes on at 50 s.
    assert times_told(turns, seconds_by(marks)) == {10: 0.0, 30: 31.0, 50: 50.0, 60: 51.0}


def test_without_times_nothing_is_told() -> None:
    assert times_told((turn(0, 0), turn(1, 10)), seconds_by(())) == {}
