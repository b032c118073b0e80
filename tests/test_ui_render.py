"""What a person sees of answers, hits and interviews: exact pages of records written by hand."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from index.model import Excluded, Kind, Role, Span, Speaker, Turn
from rag.answer import Answer, AnswerSentence, Citation, Hit, Note
from ui.render import show_answer, show_hit
from ui.render_interview import show_excluded, show_turns
from ui.terminal import PipeConsole, line_breaks, write

QUESTION, REPLY, CAPTION = "你们一年做多少茶？", "春天最多，大概三百斤。秋天就少了。", "图：茶园"
SOURCE = f"{QUESTION}\n{REPLY}\n{CAPTION}"
TURNS = (
    Turn(7, "问", Role.HOST, Kind.INTERVIEW, "收成", (Span(0, 9),)),
    Turn(8, "林", Role.GUEST, Kind.INTERVIEW, "收成", (Span(10, 27),)),
    Turn(9, "", Role.EDITOR, Kind.CAPTION, "", (Span(28, 32),)),
)
HIT = Hit(1, 0.81256, "p", "tea talk", "茶园一日", "2024-05", ("林岚",), "收成", 10, 27, (7, 8), REPLY, None, ())


def citation(n: int, start: int, end: int) -> Citation:
    return Citation(
        1, 0.8, "p", "tea talk", "茶园一日", "2024-05", ("林岚",), "收成", 10, 27, (7, 8), REPLY, None, (),
        n, "林岚", SOURCE[start:end], start, end, "https://example.org/tea", Role.GUEST, Kind.INTERVIEW, 8,
    )  # fmt: skip


CITATIONS = (citation(1, 10, 21), citation(2, 21, 27))
ANSWER = Answer(
    question="产量？",
    asked_as="产量？",
    answer="春天最多，大概三百斤。[1]秋天就少了。[2]",
    answered=True,
    language="zh-Hans",
    mode="extractive",
    model="",
    sentences=tuple(AnswerSentence(one.quote, (one.n,), "supported", 1.0) for one in CITATIONS),
    citations=CITATIONS,
    timings={},
)


def page(width: int = 100_000) -> tuple[Console, io.StringIO]:
    """A console as `open_console` makes it off a terminal, and what is written to it."""
    out = io.StringIO()
    return PipeConsole(file=out, width=width, color_system=None, markup=False, highlight=False, emoji=False), out


def test_an_answer_is_its_quotes_by_speaker_and_then_its_sources() -> None:
    console, out = page()
    show_answer(console, ANSWER)
    assert out.getvalue() == (
        "林岚 · 茶园一日 · 2024-05\n"
        "  春天最多，大概三百斤。 [1]\n"
        "  秋天就少了。 [2]\n"
        "\n"
        "Sources\n"
        "林岚 (guest) · 茶园一日 · 2024-05 · 收成\n"
        "  [1] turn 8, characters 10-21: verbatim show 'tea talk' --turn 8\n"
        "  [2] turn 8, characters 21-27: verbatim show 'tea talk' --turn 8\n"
        "  https://example.org/tea\n"
        "\n"
        "extractive · no language model: the words are the speakers' own\n"
    )


def test_each_interview_and_speaker_has_a_heading_of_its_own() -> None:
    console, out = page()
    other = replace(
        CITATIONS[1], doc="radio", title="", speaker="", url="", role=Role.EDITOR, kind=Kind.CAPTION, turn=9
    )
    show_answer(console, replace(ANSWER, citations=(CITATIONS[0], other)), " --index x")
    lines = out.getvalue().splitlines()
    assert lines[0] == "林岚 · 茶园一日 · 2024-05"
    assert lines[3] == "no name · radio · 2024-05"
    assert lines[lines.index("Sources") + 4 :] == [
        "editor (caption) · radio · 2024-05 · 收成",
        "  [2] turn 9, characters 21-27: verbatim show radio --turn 9 --index x",
        "",
        "extractive · no language model: the words are the speakers' own",
    ]


def test_what_is_not_answered_is_one_sentence_and_the_nearest_passages() -> None:
    console, out = page()
    refusal = replace(ANSWER, answer="采访中没有提到。", answered=False, sentences=(), citations=())
    show_answer(console, refusal)
    assert out.getvalue() == "采访中没有提到。\n"
    console, out = page()
    nearest = (HIT, replace(HIT, doc="radio", title="", date="", speakers=(), section="", turns=(3, 4)))
    show_answer(console, replace(refusal, related=nearest), " --index x")
    assert out.getvalue() == (
        "采访中没有提到。\n"
        "\n"
        "Nearest passages\n"
        "  林岚 · 茶园一日 · 2024-05 · 收成\n"
        "    verbatim show 'tea talk' --turn 7 --index x\n"
        "  no name · radio\n"
        "    verbatim show radio --turn 3 --index x\n"
    )


def test_quotes_given_instead_of_a_model_s_answer_say_so() -> None:
    console, out = page()
    show_answer(console, replace(ANSWER, notes=(Note("no model", "no"),)))
    assert out.getvalue().endswith("extractive · the chat model did not answer: the words are the speakers' own\n")


def test_a_hit_is_its_place_and_its_text() -> None:
    console, out = page()
    show_hit(console, HIT)
    assert out.getvalue() == (
        " 1. 林岚 · 茶园一日 · 2024-05 · 收成\n"
        "    turns 7-8, characters 10-27, score 0.8126: verbatim show 'tea talk' --turn 7\n"
        f"    {REPLY}\n\n"
    )


def test_turns_are_numbered_attributed_and_marked() -> None:
    console, out = page()
    show_turns(console, TURNS, SOURCE, {"林": Speaker("tea talk", "林", "林岚", Role.GUEST, "林岚")}, marked=8)
    assert out.getvalue() == (
        "\n## 收成\n"
        f"\n    7  问 (host)\n       {QUESTION}\n"
        f"\n>   8  林岚 (guest)\n       {REPLY}\n"
        f"\n    9  editor (caption)\n       {CAPTION}\n"
    )


def test_what_was_left_out_has_its_place_and_its_reason() -> None:
    console, out = page()
    show_excluded(console, [Excluded(27, 32, "image link")], SOURCE)
    assert out.getvalue() == f"27-32  image link\n    {CAPTION}\n\n"


def test_data_is_neither_markup_nor_commands_to_the_terminal() -> None:
    out = io.StringIO()
    console = PipeConsole(file=out, width=200, force_terminal=True, color_system="standard", markup=False)
    show_hit(console, replace(HIT, title="[red]x[/red] :smile: \x1b]0;title\x07", text="\x1b[2J\x9b2J[bold]b\r\nc"))
    shown = Text.from_ansi(out.getvalue()).plain
    assert "[red]x[/red] :smile: ]0;title" in shown
    assert "    [2J2J[bold]b\n    c" in shown
    assert "\x1b]" not in out.getvalue()
    assert "\x1b[2J" not in out.getvalue()
    assert "\x9b" not in out.getvalue()


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("茶园在山坡上很高很高", ["茶园在山坡", "上很高很高"]),
        ("茶园在山上，好", ["茶园在山", "上，好"]),
        ("茶园在山「上」", ["茶园在山", "「上」"]),
        ("one two three", ["one two ", "three"]),
        ("tea茶园在山坡上", ["tea茶园在", "山坡上"]),
        ("see 茶园在山坡", ["see 茶园在", "山坡"]),
        ("abcdefghijklm", ["abcdefghij", "klm"]),
        ("ten chars.   end", ["ten chars.   ", "end"]),
        ("", [""]),
    ],
)
def test_lines_break_after_spaces_and_between_wide_characters(line: str, parts: list[str]) -> None:
    ends = [*line_breaks(line, 10), len(line)]
    assert [line[start:end] for start, end in zip([0, *ends], ends, strict=False)] == parts


@given(st.text("茶园 abc，。「」-\n\t", max_size=200), st.integers(0, 6), st.integers(0, 3))
def test_everything_is_shown_inside_the_width(text: str, indent: int, hang: int) -> None:
    console, out = page(width=40)
    write(console, text, indent, hang)
    assert all(cell_len(line) <= 40 for line in out.getvalue().splitlines())
    assert "".join(out.getvalue().split()) == "".join(text.split())


def test_further_lines_hang() -> None:
    console, out = page(width=26)
    write(console, "tea from the hills above\nthe town", indent=2, hang=4)
    assert out.getvalue() == "  tea from the hills\n      above\n  the town\n"


def test_what_will_be_copied_stays_on_one_line() -> None:
    console, out = page(width=30)
    write(console, "https://example.org/" + "a" * 50, indent=4, wrap=False)
    assert out.getvalue() == "    https://example.org/" + "a" * 50 + "\n"
