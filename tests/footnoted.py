"""Answers written by hand, with all that a text with footnotes has to show, and readers of Markdown to show it to."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from markdown_it import MarkdownIt

from index.model import Kind, Role
from rag.answer import Answer, AnswerSentence, Citation, Finding, Hit
from rag.conversation import NOT_SAID

FIRST = Citation(
    1, 0.8, "tea#1", "tea talk", "茶园一日", "2024-05", ("林岚",), "收成", 10, 27, (7, 8), "春天最多，大概三百斤。",
    751.0, (), 1, "林岚", "春天最多，大概三百斤。", 10, 21, "https://example.org/tea?t=751",
    Role.GUEST, Kind.INTERVIEW, 8,
)  # fmt: skip
SECOND = replace(
    FIRST, n=2, speaker="", title="", url="", role=Role.HOST, seconds=None, turn=3, section="", quote="真的？"
)
SENTENCES = (
    AnswerSentence("林岚说，春天大概做三百斤茶。", (1,), "supported", 0.93),
    AnswerSentence("记者不信。", (2, 1), "weak", 0.4, (Finding("number", "500"),)),
)
WRITTEN = Answer(
    question="产量？", asked_as="产量？", answer="", answered=True, language="zh-Hans", mode="llm", model="openai:m",
    sentences=SENTENCES, citations=(FIRST, SECOND), timings={}, usage={"prompt_tokens": 9, "completion_tokens": 2},
)  # fmt: skip
QUOTED = replace(
    WRITTEN,
    mode="extractive",
    model="",
    sentences=tuple(AnswerSentence(one.quote, (one.n,), "supported", 1.0) for one in (FIRST, SECOND)),
)
NEAREST = Hit(
    1, 0.5, "p", "tea", "Tea", "2024", ("Lin", "Zhou"), "", 0, 4, (2, 3), "Tea grows. " * 30, 61.0, ()
)  # fmt: skip
DECLINED = replace(
    WRITTEN, answer=NOT_SAID["en"], answered=False, language="en", sentences=(), citations=(), related=(NEAREST,)
)


@cache
def readers() -> tuple[MarkdownIt, MarkdownIt]:
    """CommonMark; GitHub's as well, with its links of bare addresses, which a bare domain is not."""
    github = MarkdownIt("gfm-like2")
    assert github.linkify
    github.linkify.set({"fuzzy_link": False})
    return MarkdownIt("commonmark"), github
