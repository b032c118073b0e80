"""Questions with gold answers: eval/gold/*.jsonl, one JSON object a line.

Each has an id, the question and its language (BCP 47), a category, a gold answer in the author's own words,
key facts (each a list of alternatives, of which an answer should contain one), the evidence as code point
offsets into the interviews, and whether any interview answers it at all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from index.errors import InputError

FOLDER = Path(__file__).parent / "gold"
Split = Literal["dev", "test"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where an interview says it."""

    doc: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Gold:
    """One question and what a good answer to it holds."""

    id: str
    question: str
    language: str
    category: str
    gold_answer: str
    key_facts: tuple[tuple[str, ...], ...]
    evidence: tuple[Evidence, ...]
    answerable: bool

    @property
    def split(self) -> Split:
        """Half of the questions are for tuning, half are set aside; the id decides, once and for all."""
        return "dev" if int(hashlib.sha256(self.id.encode()).hexdigest(), 16) % 2 == 0 else "test"


def load_gold(path: Path) -> list[Gold]:
    """Read a gold set. Raises InputError naming file and line for a line that cannot be used."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")  # a JSON string may hold what else ends a line
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not a gold set, which is UTF-8 text ({error})") from error
    return [_parse(path, number, line) for number, line in enumerate(lines, start=1) if line.strip()]


def _parse(path: Path, number: int, line: str) -> Gold:
    try:
        raw = json.loads(line)
        return Gold(
            id=raw["id"],
            question=raw["question"],
            language=raw["language"],
            category=raw["category"],
            gold_answer=raw["gold_answer"],
            key_facts=tuple(_alternatives(fact) for fact in raw["key_facts"]),
            evidence=tuple(_evidence(span) for span in raw["evidence"]),
            answerable=raw["answerable"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}:{number}: not a gold question ({type(error).__name__}: {error})") from error


def _alternatives(fact: list[str]) -> tuple[str, ...]:
    if not isinstance(fact, list) or not fact:
        raise ValueError(f"a key fact is a list of its writings, not {fact!r}")
    return tuple(fact)


def _evidence(span: dict[str, Any]) -> Evidence:
    if not 0 <= span["start"] < span["end"]:
        raise ValueError(f"evidence from {span['start']} to {span['end']}")
    return Evidence(span["doc"], span["start"], span["end"])


def only(questions: Sequence[Gold], split: Split | Literal["all"]) -> list[Gold]:
    """The questions of one split."""
    return [question for question in questions if split in ("all", question.split)]
