"""An answer as one Markdown text with footnotes, as chat clients show it, and back to what was said.

    The sentence. [1] The next. [2] *(weakly supported: …)*      or: > the words quoted. [1]

    [1] Who (guest) · title · date · turn 4 · 2:03: “the words” <https://…>
    [2] …

    *Understood as: …*

Our own words are in the question's language, if it is Chinese, else in English. No sign of others' words can act: see
ui/markdown.py. A marker always has a space behind it, so that nothing that follows makes it a link.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from rag.answer import Answer, AnswerSentence, Citation, Hit
from ui.chat_text import LANGUAGES, say, speaking
from ui.chat_view import (
    LONGEST_EXCERPT,
    clues_text,
    dotted,
    moment,
    note_text,
    place_text,
    reason_text,
    role_text,
    speaker_name,
    understood_text,
)
from ui.markdown import address, inline, paragraph, unescaped
from ui.messages import one_line, visible
from ui.service_openai_records import Annotation, UrlCitation

_LINE = "  \n"  # a line end that Markdown keeps
_TAIL = re.compile(r"^(?:\[[0-9]+\] |\*(?!\*)(?:[^*\\\n]|\\.)*\*[ ]*$)", re.MULTILINE)
_DOUBT = re.compile(r" \*\((?:[^*\\\n]|\\.)*\)\*")
_MARKER = re.compile(r" ?\[[0-9]+\]")
_EMPHASIS = re.compile(r"(?<!\*)(\*+)(?=[^\s*])([^*\n]+)(?<=\S)\1(?!\*)")


@dataclass(frozen=True, slots=True)
class Marker:
    """Where the text has the [n] of a citation: text[start:end]."""

    n: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Marked:
    """A text with its markers in order."""

    text: str
    markers: tuple[Marker, ...]


def sentences_text(answer: Answer) -> Marked:
    """The sentences with their markers: what later states of the same answer begin with."""
    with speaking(_language(answer)):
        if not answer.sentences:
            return Marked(paragraph(answer.answer) if answer.answer and not answer.answered else "", ())
        text, markers = "", list[Marker]()
        for sentence in answer.sentences:
            text += _opening(answer, sentence, is_first=not text)
            for place, n in enumerate(sentence.citations):
                text += "" if place else " "
                markers.append(Marker(n, len(text), len(text) + len(f"[{n}]")))
                text += f"[{n}]"
            text += f" *({inline(reason_text(sentence))})*" if sentence.support != "supported" else ""
        return Marked(text, tuple(markers))


def whole_text(answer: Answer) -> Marked:
    """The sentences, the footnotes or the nearest passages, and what else there is to know, each on its line."""
    said = sentences_text(answer)
    with speaking(_language(answer)):
        footnotes = [_footnote(citation, answer.mode == "llm") for citation in answer.citations]
        nearest = [f"*{say('ask.nearest')}*", *map(_near, answer.related)] if answer.related else []
        parts = (said.text, _LINE.join(footnotes), _LINE.join(nearest), _LINE.join(_notes(answer)))
    return Marked("\n\n".join(filter(None, parts)), said.markers)


def marker_annotations(
    answer: Answer, markers: tuple[Marker, ...], page_of: Callable[[Citation], str]
) -> list[Annotation]:
    """What each marker stands for; `page_of` has an address for what has none in the web."""
    cited = {citation.n: citation for citation in answer.citations}
    return [
        Annotation(
            type="url_citation",
            url_citation=UrlCitation(
                start_index=marker.start,
                end_index=marker.end,
                title=one_line(cited[marker.n].title or cited[marker.n].doc),
                url=address(cited[marker.n].url) or page_of(cited[marker.n]),
            ),
            verbatim=cited[marker.n],
        )
        for marker in markers
        if marker.n in cited
    ]


def without_footnotes(content: str) -> str:
    """What an answer said, out of what `whole_text` made of it: its sentences, without markers, doubts and escapes."""
    tail = _TAIL.search(content)
    said = _MARKER.sub("", _DOUBT.sub("", content[: tail.start()] if tail else content))
    lines = (line.removeprefix(">").strip() for line in said.split("\n"))
    return unescaped(" ".join(filter(None, lines)))


def _language(answer: Answer) -> str:
    return answer.language if answer.language in LANGUAGES else "en"


def _opening(answer: Answer, sentence: AnswerSentence, is_first: bool) -> str:
    """A sentence without its markers, with what parts it from the one before: quotations stand for themselves."""
    if answer.mode == "llm":
        return paragraph(sentence.text) if is_first else f" {inline(sentence.text)}"
    lines = [paragraph(line) for line in visible(sentence.text).splitlines() if line.strip()]
    return ("" if is_first else "\n\n") + "\n>\n".join(f"> {line}" for line in lines)


def _footnote(citation: Citation, with_quote: bool) -> str:
    who = f"{speaker_name(citation)} ({role_text(citation.role, citation.kind)})"
    where = dotted(who, citation.title or citation.doc, citation.date, citation.section, place_text(citation))
    quoted = f": “{inline(citation.quote)}”" if with_quote else ""
    link = address(citation.url)
    return f"[{citation.n}] {inline(where)}{quoted}" + (f" <{link}>" if link else "")


def _near(hit: Hit) -> str:
    who = ", ".join(filter(None, map(one_line, hit.speakers))) or say("name.none")
    where = dotted(who, hit.title or hit.doc, hit.date, hit.section, moment(hit.seconds))
    text = _EMPHASIS.sub(r"\2", hit.text)  # the signs of a Markdown source, which would show as signs
    cut = "…" if len(text) > LONGEST_EXCERPT else ""
    return f"{paragraph(where)}: “{inline(text[:LONGEST_EXCERPT])}{cut}”"


def _notes(answer: Answer) -> list[str]:
    clues = clues_text(answer.understood)
    said = [
        understood_text(answer),
        say("ask.asked_as", clues) if clues else "",
        *map(note_text, answer.notes),
        say("ask.quotations.instead") if any(note.kind == "no model" for note in answer.notes) else "",
    ]
    return [f"*{inline(text)}*" for text in dict.fromkeys(filter(None, said))]
