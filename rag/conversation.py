"""What was said before a question: a follow-up is searched by its own words and, as much, by what it follows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

REMEMBERED = 600  # characters of the last answer
MARKER = re.compile(r" ?\[[0-9]+\]")
NOT_SAID = {
    "zh-Hans": "这些访谈没有谈到这一点。",
    "zh-Hant": "這些訪談沒有談到這一點。",
    "ja": "これらのインタビューでは、その点は語られていません。",
    "ko": "이 인터뷰들에서는 그 점을 다루지 않습니다.",
    "es": "Las entrevistas no lo dicen.",
    "en": "The interviews do not say.",
}


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
    answer = "" if last.answer in NOT_SAID.values() else MARKER.sub("", last.answer)
    return " ".join(filter(None, (last.question, answer[:REMEMBERED], question)))
