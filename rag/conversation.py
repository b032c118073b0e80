"""What was said before a question: a follow-up is searched by its own words and, as much, by what it follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

REMEMBERED = 600  # characters of the last answer


@dataclass(frozen=True, slots=True)
class Exchange:
    """An earlier question of the conversation and the answer it got."""

    question: str
    answer: str = ""


def in_context(question: str, history: Sequence[Exchange]) -> str:
    """The question with the exchange before it in front: the subject that "and why?" leaves out stands there.

    Without history, the question itself.
    """
    if not history:
        return question
    last = history[-1]
    return " ".join(filter(None, (last.question, last.answer[:REMEMBERED], question)))
