"""The messages for the chat model: rules, numbered sources, question. Their text is in rag/prompts.py."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import groupby

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from index.script import language
from rag import prompts
from rag.conversation import REMEMBERED, Exchange
from rag.pack import Source
from rag.view import View

MARK = re.compile(r"[\[［【]\s*([0-9０-９]+(?:\s*[,，、\-–]\s*[0-9０-９]+)*)\s*[\]］】]")
HIDDEN = ("Cc", "Cf", "Co", "Cs", "Cn")  # controls, bidi and zero-width marks, tags, private use


def answer_messages(view: View, question: str, sources: Sequence[Source]) -> list[BaseMessage]:
    """The prompt for an answer to a question that stands alone."""
    asked_in = language(question)
    filled = prompts.QUESTION.format(
        passages="\n\n".join(_interview(view, list(group)) for group in _interviews(sources)),
        question=data(question),
        language=prompts.LANGUAGES.get(asked_in, prompts.LANGUAGE_OF_QUESTION),
    )
    example, answer = prompts.EXAMPLES.get(asked_in, prompts.EXAMPLES["en"])
    return [SystemMessage(prompts.RULES), HumanMessage(example), AIMessage(answer), HumanMessage(filled)]


def stand_alone_messages(question: str, history: Sequence[Exchange]) -> list[BaseMessage]:
    """The prompt for a follow-up to be understood without what was said before it."""
    exchanges = [
        prompts.EXCHANGE.format(question=data(one.question), answer=data(one.answer[:REMEMBERED])) for one in history
    ]
    filled = prompts.CONVERSATION.format(exchanges="\n".join(exchanges), question=data(question))
    return [SystemMessage(prompts.STAND_ALONE), HumanMessage(filled)]


def data(text: str) -> str:
    """Someone else's text on one line, without what cannot be seen, and with nothing that looks like our marks."""
    return " ".join(_lines(text))


def _lines(text: str) -> list[str]:
    seen = "".join("\n" if c in "\n\r\u2028\u2029\x0b\x0c\x85" else c for c in text)
    seen = "".join(c for c in seen if c == "\n" or unicodedata.category(c) not in HIDDEN)
    seen = MARK.sub(r"(\1)", seen).replace(prompts.NOT_ANSWERED, "")
    return [line for line in (" ".join(line.split()) for line in seen.split("\n")) if line]


def _interviews(sources: Sequence[Source]) -> Iterable[Iterable[Source]]:
    return (group for _, group in groupby(sources, key=lambda source: (source.doc, source.section)))


def _interview(view: View, sources: Sequence[Source]) -> str:
    document, section = view.document(sources[0].doc), data(sources[0].section)
    heading = prompts.INTERVIEW.format(
        title=data(document.title) or data(document.doc),
        date=f", {document.date}" if document.date else ", date unknown",
        section=f", section: {section}" if section else "",
    )
    return "\n".join([heading, *(_stretch(source) for source in sources)])


def _stretch(source: Source) -> str:
    said = prompts.STRETCH.format(
        n=source.n, speaker=data(source.speaker.name) or "no name", role=prompts.ROLES[source.speaker.role]
    )
    return "\n".join([said, *(prompts.QUOTED.format(line=line) for line in _lines(source.text))])
