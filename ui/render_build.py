"""The warnings of a build: few lines for many files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ui.messages import counted

if TYPE_CHECKING:
    from index.build import BuildReport

NAMED = 5  # interviews that are named of those that share a warning
# What differs from file to file in a warning of one kind: "(131 times)", "12 of 40 cues".
_DETAIL = re.compile(r" \([^()]*\)")
_NUMBER = re.compile(r"\d[\d,.]*")


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning, and the interviews it is about: none for one about something else, more than NAMED that share it."""

    text: str
    docs: tuple[str, ...]


def warned(report: BuildReport) -> list[Warned]:
    """The warnings of a build; those of one kind as one where more than NAMED interviews have it, without what differs
    among them.
    """
    kinds: dict[str, list[Warned]] = {}
    docs = frozenset(report.indexed)
    for warning in report.warnings:
        one = _parted(warning, docs)
        kinds.setdefault(_kind(one.text) if one.docs else warning, []).append(one)
    return [one for kind, found in kinds.items() for one in _together(kind, found)]


def warning_line(one: Warned) -> str:
    """One line for the terminal, which names the first and says where the others are found."""
    if len(one.docs) <= NAMED:
        return ": ".join((*one.docs, one.text))
    more = f"and {len(one.docs) - NAMED:,} more: verbatim list --json has them"
    return f"{counted(len(one.docs), 'interview')}: {one.text}: {', '.join(one.docs[:NAMED])}, {more}"


def _together(kind: str, found: Sequence[Warned]) -> list[Warned]:
    if len(found) <= NAMED:
        return [*found]
    texts = {one.text for one in found}
    return [Warned(kind if len(texts) > 1 else texts.pop(), tuple(doc for one in found for doc in one.docs))]


def _kind(text: str) -> str:
    """A warning without what differs from file to file."""
    return _NUMBER.sub("…", _DETAIL.sub("", text))


def _parted(warning: str, docs: frozenset[str]) -> Warned:
    """A line of the report: the interview it is about stands before a colon."""
    at = warning.find(": ")
    while at >= 0:
        if warning[:at] in docs:
            return Warned(warning[at + 2 :], (warning[:at],))
        at = warning.find(": ", at + 1)
    return Warned(warning, ())
