"""An interview on the terminal: the editors' words are never under a speaker's name."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from index.model import Kind, Role, Span, Speaker, Turn
from ui.render_interview import show_turns


def test_an_editors_note_is_not_the_unlabelled_guests() -> None:
    text = "因为下雨。*雨，天上的水。"
    turns = [
        Turn(0, "", Role.GUEST, Kind.INTERVIEW, "", (Span(0, 5),)),
        Turn(1, "", Role.EDITOR, Kind.NOTE, "", (Span(5, len(text)),)),
    ]
    output = StringIO()
    guest = Speaker("talk", "", "诺德维克", Role.GUEST, "诺德维克")
    show_turns(Console(file=output, width=60), turns, text, {"": guest})
    lines = [line.strip() for line in output.getvalue().splitlines() if line.strip()]
    assert lines == ["0  诺德维克 (guest)", "因为下雨。", "1  editor (note)", "*雨，天上的水。"]
