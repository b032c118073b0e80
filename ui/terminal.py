"""Paragraphs on a person's terminal: wrapped to its width, and as they are on a pipe."""

from __future__ import annotations

import os
import sys

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

_UNWRAPPED = 100_000  # columns: on a pipe a line is as long as it is
_NOT_FIRST = frozenset("，。、；：？！…—·”’）》〉」』】〕,.;:?!)]}%ー々")
_NOT_LAST = frozenset("“‘（《〈「『【〔([{")


class PipeConsole(Console):
    """A console that leaves a broken pipe to its caller instead of exiting with 1, which means "nothing found" here."""

    def on_broken_pipe(self) -> None:
        raise  # the BrokenPipeError that Rich calls this for


def open_console(stderr: bool = False) -> Console:
    """Rich on standard output (or error): no markup or highlighting of data, no colour where none is wanted."""
    stream = sys.stderr if stderr else sys.stdout
    return PipeConsole(
        file=stream,
        width=None if stream.isatty() else _UNWRAPPED,
        color_system=None if os.environ.get("NO_COLOR") else "auto",
        markup=False,
        highlight=False,
        emoji=False,
    )


def write(console: Console, text: Text | str = "", indent: int = 0, hang: int = 0, wrap: bool = True) -> None:
    """Print paragraphs, each line indented by `indent` columns, the further lines of one by `hang` more.

    `wrap=False` keeps what will be copied, a command or a link, on one line.
    """
    text = Text(text) if isinstance(text, str) else text.copy()
    text.expand_tabs(8)
    width = max(console.width - indent - hang, 20) if wrap else _UNWRAPPED
    for paragraph in text.split(allow_blank=True):
        for number, line in enumerate(paragraph.divide(line_breaks(paragraph.plain, width))):
            line.rstrip()
            margin = " " * (indent + (hang if number else 0) if line.plain else 0)
            console.print(Text(margin) + line, soft_wrap=True)


def line_breaks(line: str, width: int) -> list[int]:
    """Where to break a line so that no part takes more than `width` columns, trailing spaces aside.

    Breaks after spaces and, as Chinese and Japanese are set, between any two wide characters that punctuation does
    not hold together. Rich alone takes a Chinese clause for one word and leaves half a line empty before it.
    """
    breaks: list[int] = []
    start = candidate = column = 0
    for place, char in enumerate(line):
        if place and _may_break(line[place - 1], char):
            candidate = place
        column += cell_len(char)
        if column > width and char != " ":
            start = candidate if candidate > start else place
            breaks.append(start)
            column = cell_len(line[start : place + 1])
    return breaks


def _may_break(before: str, after: str) -> bool:
    if after == " " or after in _NOT_FIRST or before in _NOT_LAST:
        return False
    return before == " " or cell_len(before) == 2 or cell_len(after) == 2
