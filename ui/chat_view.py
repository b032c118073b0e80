"""An answer as the page draws it (chat_parts/answer.js): plain values, with our words in the page's language."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit

from index.model import Kind, Role
from index.script import language
from rag.answer import Answer, AnswerSentence, Citation, Finding, Note
from rag.clue import Clue
from ui.chat_text import say
from ui.chat_texts_ask import ASK
from ui.messages import one_line, visible
from ui.render_times import clock

MARKS = {"weak": "?", "unsupported": "!"}
LONGEST_EXCERPT = 220
_COUNTS = ("dropped", "nothing supported", "fewer passages")


def answer_data(answer: Answer, open_number: int | None = None, seconds: float | None = None) -> dict[str, Any]:
    """What the answer part draws; `open_number` is the source that stands beside it."""
    cited = {citation.n: citation for citation in answer.citations}
    return {
        "before": list(filter(None, [understood_text(answer)])),
        "understood": clues_text(answer.understood),
        "blocks": _blocks(answer, cited),
        "near": [
            {
                "n": -number,
                "label": dotted(
                    ", ".join(hit.speakers) or say("name.none"), hit.title or hit.doc, hit.date, moment(hit.seconds)
                ),
                "excerpt": visible(hit.text[:LONGEST_EXCERPT]),
                "lang": language(hit.text),
            }
            for number, hit in enumerate(answer.related, 1)
        ],
        "notes": [text for note in answer.notes if (text := note_text(note))],
        "foot": _foot(answer, seconds),
        "copy": plain_answer(answer) if answer.answered else "",
        "open": open_number,
        "words": {
            "near": say("ask.nearest"),
            "copy": say("ask.copy"),
            "copied": say("ask.copied"),
            "understood": say("understood"),
            "off": say("understood.off", clues_text(answer.understood)),
            "same": say("same.in"),
        },
    }


def empty_data() -> dict[str, Any]:
    """An answer of which nothing has come yet."""
    nothing: dict[str, Any] = {name: [] for name in ("before", "blocks", "near", "notes", "foot")}
    return {**nothing, "understood": "", "copy": "", "open": None, "words": {}}


def plain_answer(answer: Answer) -> str:
    """The answer as plain text, with its sources below it."""
    sources = [
        f"[{one.n}] {dotted(speaker_name(one), one.title or one.doc, one.date, place_text(one))}"
        for one in answer.citations
    ]
    return "\n".join([visible(answer.answer), "", *sources])


def moment(seconds: float | None) -> str:
    """A moment of a recording: "2:03", "1:02:03"; "" where there is none."""
    return "" if seconds is None else clock(seconds)


def place_text(citation: Citation) -> str:
    """In which turn a quotation stands, and when it was said where the source gives times."""
    return dotted(say("export.turn", turn=citation.turn), moment(citation.seconds))


def speaker_name(citation: Citation) -> str:
    """Who said it, or that nobody is named."""
    return one_line(citation.speaker) or say("name.none")


def role_text(role: Role, kind: Kind) -> str:
    """The role of a speaker, and which part of the page it is where it is not the interview itself."""
    parts = (say(f"role.{role.value}"), "" if kind == Kind.INTERVIEW else say(f"kind.{kind.value}"))
    return ", ".join(filter(None, parts))


def dotted(*parts: str) -> str:
    """The parts that are not empty, on one line."""
    return " · ".join(one_line(part) for part in parts if part)


def web_address(url: str) -> str:
    """The address where it is one of the web, else ""."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return url.strip() if parts.scheme in ("http", "https") and parts.netloc else ""


def reason_text(sentence: AnswerSentence) -> str:
    """How far a sentence is supported, and why not further."""
    reasons = list(dict.fromkeys(finding_text(finding) for finding in sentence.findings))
    support = say("support.repaired" if sentence.support == "supported" else f"support.{sentence.support}")
    return f"{support}: {'; '.join(reasons)}" if reasons else support


def finding_text(finding: Finding) -> str:
    """What a check found, in words."""
    return say(f"finding.{finding.kind}", one_line(finding.detail))


def note_text(note: Note) -> str:
    """A note in words; "" for one that is no news."""
    return "" if note.kind == "cached" else say(f"note.{note.kind}", one_line(note.detail))


def _blocks(answer: Answer, cited: dict[int, Citation]) -> list[dict[str, Any]]:
    """The sentences; quotations by who said them, what a model wrote as one text."""
    if not answer.sentences:
        lines = [
            {"text": answer.answer, "support": "supported", "mark": "", "reason": "", "sources": [], "block": False}
        ]
        return [{"by": "", "where": "", "doc": "", "also_in": (), "sentences": lines}]
    if answer.mode == "llm":
        sentences = [_sentence(one, cited, False) for one in answer.sentences]
        return [{"by": "", "where": "", "doc": "", "also_in": (), "sentences": sentences}]

    def said_by(sentence: AnswerSentence) -> tuple[str, str, str, tuple[str, ...]]:
        one = cited[sentence.citations[0]]
        where = dotted(role_text(one.role, one.kind), one.title or one.doc, one.date)
        return speaker_name(one), where, one.doc, one.also_in

    return [
        {
            "by": by,
            "where": where,
            "doc": doc,
            "also_in": also_in,
            "sentences": [_sentence(one, cited, True) for one in quotes],
        }
        for (by, where, doc, also_in), quotes in groupby(answer.sentences, key=said_by)
    ]


def _sentence(sentence: AnswerSentence, cited: dict[int, Citation], block: bool) -> dict[str, Any]:
    is_marked = sentence.support != "supported" or bool(sentence.findings)
    return {
        "text": visible(sentence.text),
        "lang": language(sentence.text),
        "support": sentence.support,
        "mark": MARKS.get(sentence.support, "✓") if is_marked else "",
        "reason": reason_text(sentence) if is_marked else "",
        "sources": [
            {
                "n": n,
                "label": say(
                    "ask.source",
                    n,
                    dotted(speaker_name(cited[n]), cited[n].title or cited[n].doc, moment(cited[n].seconds)),
                ),
                "time": moment(cited[n].seconds) if block else "",
            }
            for n in sentence.citations
            if n in cited
        ],
        "block": block,
    }


def made_text(answer: Answer) -> str:
    """How an answer was made; "" for one that says nothing."""
    if not answer.answered:
        return ""
    if answer.mode == "llm":
        return say("ask.checked", one_line(answer.model))
    fell_back = any(note.kind == "no model" for note in answer.notes)
    return say("ask.quotations.instead" if fell_back else "ask.quotations")


def understood_text(answer: Answer) -> str:
    """What a follow-up was understood as; "" where it was taken as it is."""
    if answer.asked_as == answer.question:
        return ""
    if answer.asked_as.endswith(answer.question):
        return say("ask.in_context")
    return say("ask.asked_as", one_line(answer.asked_as))


def clues_text(clues: Sequence[Clue]) -> str:
    """The filters that a question names itself, in words; "" where it names none."""
    return one_line(say("understood.and").join(dict.fromkeys(map(_clue_text, clues))))


def _clue_text(clue: Clue) -> str:
    if clue.kind == "language":
        return say("understood.language", language_name(clue.value))
    if clue.kind != "date":
        return say(f"understood.{clue.kind}", clue.value)
    since, _, until = clue.value.partition("/")
    if not until:
        return since
    if ".." in (since, until):
        return say("understood.until", until) if since == ".." else say("understood.since", since)
    return f"{since} – {until}"


def language_name(tag: str) -> str:
    """A language in the words of the page; the tag where it has none."""
    return say(f"language.{tag}") if f"language.{tag}" in ASK else tag


def _foot(answer: Answer, seconds: float | None) -> list[str]:
    took = "" if seconds is None else say("ask.took", f"{seconds:.1f}" if seconds >= 0.1 else f"{seconds:.2f}")
    return [text for text in (made_text(answer), took) if text]
