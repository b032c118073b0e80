"""Paragraphs on a person's terminal: wrapped to its width, and as they are on a pipe."""

from __future__ import annotations

import os
import sys

from rich.console import Console
from rich.text import Text

_UNWRAPPED = 100_000  # columns: on a pipe a line is as long as it is


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


def write(console: Console, text: Text | str = "", indent: int = 0, wrap: bool = True) -> None:
    """Print a paragraph, every line of it indented by `indent` columns; `wrap=False` for what will be copied."""
    text = Text(text) if isinstance(text, str) else text
    width = max(console.width - indent, 20) if wrap else _UNWRAPPED
    for line in text.wrap(console, width, overflow="fold"):
        console.print(Text(" " * indent) + line if line.plain else line, soft_wrap=True)
