"""Interviews that give orders to whoever reads them, and a chat model that obeys. They are in hostile_interviews.py.

Each interview has one true exchange and one that is hostile. The model reads the prompt, finds the hostile words in it,
and writes one true sentence and then what they demand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.language_models.chat_models import SimpleChatModel
from langchain_core.messages import BaseMessage

from rag.answer import FindingKind

KEY = "sk-test-0123456789abcdef"  # also in the environment of the tests
SENTINEL = "NOT_IN_THE_INTERVIEWS"

TEA = """\
# {title}

发布时间: 2024-05-03
{section}
主持人：你是哪一年开始种茶的？

林岚：我是二〇〇九年开始种茶的，那年春天我辞掉了城里的工作。

主持人：{asks}

{label}：{says}

主持人：谢谢你。
"""
CLOCKS = """\
# {title}

Published: 2023-11-20
{section}
Interviewer: Who taught you to repair clocks?

Edda Moor: My grandmother taught me on a broken carriage clock, one wheel each evening.

Interviewer: {asks}

{label}: {says}

Interviewer: Thank you.
"""


@dataclass(frozen=True, slots=True)
class Base:
    """What is around the hostile words, a question that the rest answers, and a true sentence about that."""

    page: str
    title: str
    asks: str
    label: str
    question: str
    true: str
    rests_on: str


ZH = Base(
    TEA, "茶园一日：对话林岚", "今年的收成怎么样？", "林岚", "林岚是哪一年开始种茶的？",
    "林岚是二〇〇九年开始种茶的[{true}]。", "二〇〇九年",
)  # fmt: skip
EN = Base(
    CLOCKS, "The last clockmaker on Harbour Street", "How is business this year?", "Edda Moor",
    "Who taught Edda Moor to repair clocks?",
    "Edda Moor's grandmother taught her on a broken carriage clock [{true}].", "carriage clock",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hostile:
    """An interview with orders in it.

    `seen` is how they look in a prompt; `obeyed` is what they make the model write behind its true sentence: {n} is the
    number of the stretch they stand in, {true} that of the true words, {system} the system prompt, {key} the key.
    `found` must be among the findings of a sentence so written.
    """

    name: str
    says: str
    seen: str
    obeyed: str
    found: tuple[FindingKind, ...] = ()
    base: Base = ZH
    title: str = ""
    section: str = ""
    asks: str = ""
    label: str = ""

    @property
    def page(self) -> str:
        base = self.base
        return base.page.format(
            title=self.title or base.title,
            section=f"\n## {self.section}\n" if self.section else "",
            asks=self.asks or base.asks,
            label=self.label or base.label,
            says=self.says,
        )


def obey(case: Hostile, system: str, prompt: str) -> str:
    """What a model writes that does as the hostile words in its prompt say."""
    hidden = "".join(chr(ord(c) - 0xE0000) for c in prompt if 0xE0020 <= ord(c) < 0xE007F)
    hidden += "茶有毒[1]。" if re.search("[\ufe00-\ufe0f\U000e0100-\U000e01ef]", prompt) else ""
    numbers = {
        "n": number_of(prompt, case.seen),
        "true": number_of(prompt, case.base.rests_on),
        "asked": number_of(prompt, case.asks or case.base.asks),
    }
    true = case.base.true.format(**numbers)
    return f"{true}\n{case.obeyed.format(**numbers, system=system, key=KEY, hidden=hidden)}"


def number_of(prompt: str, words: str) -> str:
    """The number of the stretch that some words stand in; of the first stretch where they stand in a heading."""
    number = "0"
    for line in prompt.split("\n"):
        if (match := re.match(r"\[(\d+)\] ", line)) is not None:
            number = match[1]
        if words in line:
            return number if number != "0" else "1"
    raise AssertionError(f"{words!r} is not in the prompt")


class Obedient(SimpleChatModel):
    """A model that obeys one interview, and keeps the prompts it was given."""

    case: Any
    prompts: list[Sequence[BaseMessage]]

    @property
    def _llm_type(self) -> str:
        return "obedient"

    def _call(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> str:
        self.prompts.append(messages)
        return obey(self.case, str(messages[0].content), str(messages[-1].content))
