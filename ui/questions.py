"""Questions as they come from an argument or a pipe; what a question must be like is rag.retrieve's to say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from index.errors import InputError


def check_encoding(what: str, text: str) -> str:
    """The text itself. Raises InputError when bytes of it were not UTF-8, which leaves lone surrogates."""
    if any("\ud800" <= char <= "\udfff" for char in text):
        shown = ascii(text[:40])
        raise InputError(f"{what} {shown} has bytes that are not UTF-8: set the terminal, or save the file, as UTF-8")
    return text


def question_lines(stream: BinaryIO) -> Iterator[str]:
    """The lines of a UTF-8 stream as they come, without line ends or byte order mark; stray bytes become surrogates."""
    for number, line in enumerate(stream):
        text = line.decode("utf-8", "surrogateescape").rstrip("\r\n")
        yield text.removeprefix("\ufeff") if number == 0 else text
