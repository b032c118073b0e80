"""What a question says itself about whom, when or where it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Clue:
    """A filter that a question names: what kind, the value it was understood as, and where the question says so."""

    kind: Literal["speaker", "date", "interview", "language"]
    value: str
    start: int
    end: int
