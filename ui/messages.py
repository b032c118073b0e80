"""Text made harmless for a terminal, and messages to the person at it."""

from __future__ import annotations

import re
import sys

# Terminal escape sequences begin with a C0 or C1 control; bidi controls can make a line read other than it is.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n?|\x85|\u2028|\u2029")


def visible(text: str) -> str:
    """The text without control (but line ends and tabs) and bidi characters; lone surrogates become U+FFFD."""
    return _SURROGATES.sub("\ufffd", _CONTROLS.sub("", _LINE_ENDS.sub("\n", text)))


def one_line(text: str) -> str:
    """`visible`, with line ends and tabs as spaces: for titles, names and places."""
    return visible(text).replace("\n", " ").replace("\t", " ")


def tell(message: str) -> None:
    """One message for the person at the terminal, on standard error."""
    print(f"verbatim: {visible(message)}", file=sys.stderr, flush=True)


def counted(number: int, noun: str) -> str:
    """ "1 turn", "2 turns", "1,200 turns"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
