"""The copy of a text in which speakers are looked for: what only says when, and the front matter, is blanked out.

Character for character as long as the text itself, so that every offset in it is one in the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.model import Span
from index.stamps import Stamp, find_stamps

CHEVRONS = re.compile(r"(?:^[ \t]*|(?<=[.!?…\"'”)\]♪-])[ \t]+)>>+(?=[ \t]*[^\s>])", re.MULTILINE)
QUOTED = re.compile(r"^[ \t]*>(?!>)", re.MULTILINE)
FEWEST_CHEVRONS = 3


@dataclass(frozen=True, slots=True)
class WorkingCopy:
    """`text` has only \\n for newlines; `stamps` stand where it has spaces; `chevrons`: ">>" begins a speaker."""

    text: str
    stamps: tuple[Stamp, ...]
    chevrons: bool


def working_copy(text: str, front: Span | None = None) -> WorkingCopy:
    """The working copy of a text; `front` is its front matter, which says nothing that was said."""
    copy = one_newline(text)
    if front is not None:
        copy = blanked(copy, [front])
    stamps = find_stamps(copy)
    copy = blanked(copy, [Span(stamp.start, stamp.end) for stamp in stamps])
    chevrons = not QUOTED.search(copy) and len(CHEVRONS.findall(copy)) >= FEWEST_CHEVRONS
    if chevrons:  # captions go on in one line where the speaker changes
        copy = CHEVRONS.sub(lambda match: "\n" + match.group()[1:] if match.group()[0] != ">" else match.group(), copy)
    return WorkingCopy(copy, tuple(stamps), chevrons)


def one_newline(text: str) -> str:
    """The text with \\n wherever a line ends, as long as before."""
    return text.replace("\r\n", " \n").replace("\r", "\n")


def blanked(text: str, spans: Sequence[Span]) -> str:
    """The text with spaces instead of these spans, which are in order; its newlines stay."""
    parts: list[str] = []
    at = 0
    for span in spans:
        parts.append(text[at : span.start])
        parts.append(re.sub(r"[^\n]", " ", text[span.start : span.end]))
        at = span.end
    parts.append(text[at:])
    return "".join(parts)
