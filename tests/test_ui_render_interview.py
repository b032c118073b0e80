"""An interview on the terminal: who says what and when, and which others are the same one."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from index.model import Kind, Role, Span, Speaker, TimeMark, Turn
from index.store import DocumentRow
from ui.render_interview import show_list, show_metadata, show_turns

GUEST = {"": Speaker("talk", "", "诺德维克", Role.GUEST, "诺德维克")}


def lines(output: StringIO) -> list[str]:
    return [line.strip() for line in output.getvalue().splitlines() if line.strip()]


def row(doc: str, *same_as: str) -> DocumentRow:
    return DocumentRow(
        doc, "茶园一日", "2024-05-03", "", "", "zh-Hans", f"/talks/{doc}.srt", "utf-8", 3, 2, "", ("林岚",), (), same_as
    )


def test_an_editors_note_is_not_the_unlabelled_guests() -> None:
    text = "因为下雨。*雨，天上的水。"
    turns = [
        Turn(0, "", Role.GUEST, Kind.INTERVIEW, "", (Span(0, 5),)),
        Turn(1, "", Role.EDITOR, Kind.NOTE, "", (Span(5, len(text)),)),
    ]
    output = StringIO()
    show_turns(Console(file=output, width=60), turns, text, GUEST)
    assert lines(output) == ["0  诺德维克 (guest)", "因为下雨。", "1  editor (note)", "*雨，天上的水。"]


def test_turns_have_their_times_and_long_ones_those_of_their_paragraphs() -> None:
    text = "因为下雨。后来晴了。又下了。"
    turns = [
        Turn(0, "", Role.GUEST, Kind.INTERVIEW, "", (Span(0, 5), Span(5, 10))),
        Turn(1, "", Role.GUEST, Kind.INTERVIEW, "", (Span(10, 14),)),
    ]
    output = StringIO()
    times = (TimeMark(0, 3599.0), TimeMark(5, 3660.5))
    show_turns(Console(file=output, width=60), turns, text, GUEST, times=times)
    assert lines(output) == [
        "0  诺德维克 (guest)  59:59",
        "因为下雨。",
        "1:01:00",
        "后来晴了。",
        "1  诺德维克 (guest)",
        "又下了。",
    ]


def test_interviews_that_are_the_same_one_are_marked_in_the_list() -> None:
    output = StringIO()
    show_list(Console(file=output, width=200), [row("radio", "page", "subtitles"), row("other")])
    heading, radio, other = lines(output)
    assert heading.endswith("Same interview as")
    assert radio.endswith("page, subtitles")
    assert other.endswith("2")
    output = StringIO()
    show_list(Console(file=output, width=200), [row("other")])
    assert "Same interview as" not in output.getvalue()


def test_what_is_known_of_one_names_the_others_that_are_the_same() -> None:
    output = StringIO()
    show_metadata(Console(file=output, width=200), row("radio", "page", "subtitles"))
    assert "same as   page, subtitles" in lines(output)
