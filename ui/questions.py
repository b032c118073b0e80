"""Questions as people type or pipe them: cleaned, or refused with a reason."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import BinaryIO

from index.errors import InputError

MAX_QUESTION = 10_000  # characters; a question of a few pages is a pasted file


def clean_question(raw: str) -> str:
    """The question with control characters turned into spaces and the ends trimmed.

    Raises InputError when it is empty, too long, not valid text, or has no letter or digit to search for.
    """
    if len(raw) > MAX_QUESTION:
        raise InputError(f"the question has {len(raw):,} characters; at most {MAX_QUESTION:,} are read: shorten it")
    if has_surrogates(raw):
        raise InputError("the question is not valid text (bytes that are not UTF-8): set the terminal or file to UTF-8")
    text = "".join(" " if unicodedata.category(char) == "Cc" else char for char in raw).strip()
    if not text:
        raise InputError("the question is empty")
    if not any(char.isalnum() for char in text):
        raise InputError("the question has no letter or digit to search for")
    return text


def question_lines(stream: BinaryIO) -> Iterator[str]:
    """The lines of a UTF-8 stream as they come, without line ends or byte order mark; stray bytes become surrogates."""
    for number, line in enumerate(stream):
        text = line.decode("utf-8", "surrogateescape").rstrip("\r\n")
        yield text.removeprefix("\ufeff") if number == 0 else text


def has_surrogates(text: str) -> bool:
    """Whether the text has lone surrogates: bytes of an argument or a line that were not UTF-8."""
    return any("\ud800" <= char <= "\udfff" for char in text)
