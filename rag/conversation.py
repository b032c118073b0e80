"""What was said before a question: a follow-up is understood by it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Exchange:
    """An earlier question of the conversation and the answer it got."""

    question: str
    answer: str = ""
