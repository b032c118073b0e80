"""The messages for the chat model: rules, numbered sources, question. Their text is in rag/prompts.py."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from rag import citations, prompts
from rag.conversation import Exchange
from rag.hidden import without_hidden
from rag.pack import Source
from rag.view import View

SENTINEL = re.compile(prompts.NOT_ANSWERED, re.IGNORECASE)
# <|im_start|>, </s>, [INST]: many servers take these for the ends of messages wherever they stand. Nor can a closing
# tag or a ">" of the data look like one of ours.
BRACKETS = str.maketrans("<>", "‹›")
INSTRUCTION = re.compile(r"\[(/?[A-Z][A-Z_]+)\]")
LONGEST_ANSWER = 600  # characters of an earlier answer
LONGEST_HEADING = 200  # characters of a title, section or name


def answer_messages(view: View, question: str, sources: Sequence[Source], asked_in: str) -> list[BaseMessage]:
    """The prompt for an answer, in the language `asked_in`, to a question that stands alone."""
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
        prompts.EXCHANGE.format(question=data(one.question), answer=data(one.answer[:LONGEST_ANSWER]))
        for one in history
    ]
    filled = prompts.CONVERSATION.format(exchanges="\n".join(exchanges), question=data(question))
    return [SystemMessage(prompts.STAND_ALONE), HumanMessage(filled)]


def data(text: str) -> str:
    """Someone else's text on one line, without what cannot be seen, and with nothing that looks like our marks."""
    return " ".join(_lines(text))


def _lines(text: str) -> list[str]:
    seen = SENTINEL.sub(" ", without_hidden(text)).translate(BRACKETS)
    seen = citations.MARK.sub(lambda mark: f"{' ' * mark[0][0].isspace()}({mark[1]})", seen)
    seen = INSTRUCTION.sub(r"(\1)", seen)
    return [line for line in (" ".join(line.split()) for line in seen.split("\n")) if line]


def _heading(text: str) -> str:
    """A title, a section or a name, which pages can make as long as they like."""
    line = data(text)
    return line if len(line) <= LONGEST_HEADING else line[: LONGEST_HEADING - 1] + "…"


def _interviews(sources: Sequence[Source]) -> Iterable[Iterable[Source]]:
    return (group for _, group in groupby(sources, key=lambda source: (source.doc, source.section)))


def _interview(view: View, sources: Sequence[Source]) -> str:
    document, section = view.document(sources[0].doc), _heading(sources[0].section)
    heading = prompts.INTERVIEW.format(
        title=_heading(document.title) or _heading(document.doc),
        date=f", {document.date}" if document.date else ", date unknown",
        section=f", section: {section}" if section else "",
    )
    return "\n".join([heading, *(_stretch(source) for source in sources)])


def _stretch(source: Source) -> str:
    said = prompts.STRETCH.format(
        n=source.n, speaker=_heading(source.speaker.name) or "no name", role=prompts.ROLES[source.speaker.role]
    )
    return "\n".join([said, *(prompts.QUOTED.format(line=line) for line in _lines(source.text))])
