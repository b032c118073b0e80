"""A conversation as Markdown with footnotes, for a note book or an article."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from rag.answer import Answer, Citation
from rag.filters import Filters
from ui.chat_filters import time_text
from ui.chat_state import Said
from ui.chat_text import say
from ui.chat_view import (
    clues_text,
    dotted,
    language_name,
    made_text,
    note_text,
    place_text,
    reason_text,
    role_text,
    speaker_name,
    understood_text,
    web_address,
)
from ui.messages import one_line, visible

# CommonMark lets every ASCII punctuation mark be escaped; "<" and "&" are written so that no HTML can begin either.
_SIGNS = re.compile(r"[\\`*_{}\[\]()#+\-.!|>~$:=^\"'@]")


def conversation_markdown(said: Sequence[Said]) -> str:
    """The questions, the answers with [^n], and at the end each source with the words quoted."""
    lines = [f"# {say('export.title')}", "", say("export.made", date.today().isoformat()), ""]
    notes: list[str] = []
    for one in said:
        lines += [f"## {plain(one.question)}", ""]
        if one.filters:
            lines += [f"*{plain(say('ask.only', _scope(one.filters)))}*", ""]
        if one.answer:
            lines += _answer(one.answer, len(notes))
            notes += [_footnote(citation, len(notes) + at) for at, citation in enumerate(one.answer.citations, 1)]
        if one.state in ("stopped", "running"):
            lines += [f"*{say('ask.stopped' if one.state == 'stopped' else 'ask.unfinished')}*", ""]
        if one.state == "failed":
            lines += [f"*{say('ask.failed')}* {plain(one.problem)}", ""]
    return "\n".join([*lines, *notes]) + "\n"


def plain(text: str) -> str:
    """Text on one line that a Markdown reader shows as it is, whatever stands in it."""
    escaped = _SIGNS.sub(r"\\\g<0>", one_line(text))
    return escaped.replace("&", "&amp;").replace("<", "&lt;")


def _answer(answer: Answer, before: int) -> list[str]:
    """The sentences with their footnotes, which are numbered on from `before`."""
    numbers = {citation.n: before + at for at, citation in enumerate(answer.citations, 1)}
    if not answer.sentences:
        return [plain(answer.answer), ""]
    lines = [f"*{plain(understood)}*\n"] if (understood := understood_text(answer)) else []
    if clues := clues_text(answer.understood):
        lines.append(f"*{plain(say('ask.asked_as', clues))}*\n")
    for sentence in answer.sentences:
        marks = "".join(f"[^{numbers[n]}]" for n in sentence.citations if n in numbers)
        doubt = f" *({plain(reason_text(sentence))})*" if sentence.support != "supported" else ""
        quoted = "> " if answer.mode == "extractive" else ""
        lines += [quoted + _paragraphs(sentence.text, quoted) + marks + doubt, ""]
    said = [text for note in answer.notes if (text := note_text(note))]
    return [*lines, *(f"*{plain(text)}*\n" for text in (*said, made_text(answer)))]


def _scope(filters: Filters) -> str:
    """What a question was asked of, by the archive's own names."""
    return dotted(
        ", ".join(filters.speakers),
        ", ".join(filters.interviews),
        time_text(filters),
        ", ".join(map(language_name, filters.languages)),
    )


def _paragraphs(text: str, quoted: str) -> str:
    return f"\n{quoted}\n{quoted}".join(plain(line) for line in visible(text).splitlines() if line.strip())


def _footnote(citation: Citation, number: int) -> str:
    place = say("export.characters", start=citation.quote_start, end=citation.quote_end)
    who = f"{speaker_name(citation)} ({role_text(citation.role, citation.kind)})"
    where = dotted(who, citation.title or citation.doc, citation.date, citation.section)
    address = web_address(citation.url)
    link = f" <{address}>" if address and not re.search(r"[\s<>]", address) else ""
    place = f"{plain(place_text(citation))}, {place}"
    return f"[^{number}]: {plain(where)}, {place}: {plain(citation.quote)}{link}\n"
