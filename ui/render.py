"""Answers and hits as a person reads them: the quotes by who said them, then where each stands."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from itertools import groupby

from rich.console import Console
from rich.text import Text

from index.model import Kind, Turn
from rag.answer import Answer, AnswerSentence, Citation, Hit
from ui.messages import one_line, visible
from ui.terminal import write

_QUOTES_ONLY = "no language model: the words are the speakers' own"


def show_answer(console: Console, answer: Answer, turns: Mapping[int, Turn], flags: str = "") -> None:
    """Print the quotes grouped by speaker and interview, the sources [n], and how the answer was made.

    `turns` gives by citation number the turn that the quote stands in; `flags` is what `verbatim show` needs
    to find the same index.
    """
    cited = {citation.n: citation for citation in answer.citations}
    if not cited:
        write(console, visible(answer.answer))
        return

    def said_by(sentence: AnswerSentence) -> tuple[str, str, str, str]:
        first = next((cited[n] for n in sentence.citations if n in cited), None)
        return (first.speaker, first.doc, first.title, first.date) if first else ("", "", "", "")

    for (speaker, doc, title, date), sentences in groupby(answer.sentences, key=said_by):
        if doc:
            write(
                console, Text.assemble((one_line(speaker) or "no name", "bold")) + _dotted(title or doc, date), hang=2
            )
        for sentence in sentences:
            markers = "".join(f" [{n}]" for n in sentence.citations)
            write(console, Text(visible(sentence.text)).append(markers, "cyan"), indent=2)
        write(console)
    write(console, Text("Sources", "bold"))
    _show_sources(console, answer.citations, turns, flags)
    how = _QUOTES_ONLY if answer.mode == "extractive" else one_line(answer.model)
    write(console)
    write(console, Text(f"{answer.mode} · {how}", "dim"))


def show_hit(console: Console, hit: Hit, flags: str = "") -> None:
    """Print one passage with its rank, where it stands, and the command that opens it."""
    first, last = hit.turns
    speakers = Text(one_line(", ".join(hit.speakers)) or "no name", "bold")
    heading = Text.assemble((f"{hit.rank:>2}. ", "cyan"), speakers)
    write(console, heading + _dotted(hit.title or hit.doc, hit.date, hit.section), hang=4)
    turns = f"turn {first}" if first == last else f"turns {first}-{last}"
    place = f"{turns}, characters {hit.start}-{hit.end}, score {hit.score:.4f}"
    write(console, Text(f"{place}: {show_command(hit.doc, first, flags)}", "dim"), indent=4, wrap=False)
    write(console, visible(hit.text), indent=4)
    write(console)


def show_command(doc: str, turn: int, flags: str) -> str:
    """The command that opens this turn, quoted for a shell."""
    return f"verbatim show {shlex.quote(one_line(doc))} --turn {turn}{flags}"


def speaker_line(name: str, turn: Turn) -> Text:
    """The speaker with their role, and what the text is where it is not the interview itself."""
    notes = [str(turn.role)] if name else []
    if turn.kind != Kind.INTERVIEW:
        notes.append(str(turn.kind))
    return Text.assemble((one_line(name) or str(turn.role), "bold"), f" ({', '.join(notes)})" if notes else "")


def _show_sources(console: Console, citations: Sequence[Citation], turns: Mapping[int, Turn], flags: str) -> None:
    """Who said it, where and when, once for neighbours that share it; then the place of each [n]."""

    def source(citation: Citation) -> tuple[Text, str]:
        speaker = speaker_line(citation.speaker, turns[citation.n])
        return speaker + _dotted(citation.title or citation.doc, citation.date, citation.section), citation.url

    for (heading, url), shared in groupby(citations, key=source):
        write(console, heading, hang=2)
        for citation in shared:
            number = turns[citation.n].number
            place = f"turn {number}, characters {citation.quote_start}-{citation.quote_end}"
            command = show_command(citation.doc, number, flags)
            write(console, Text.assemble((f"[{citation.n}]", "cyan"), f" {place}: {command}"), indent=2, wrap=False)
        if url:
            write(console, Text(one_line(url), "dim"), indent=2, wrap=False)


def _dotted(*parts: str) -> Text:
    """What follows a name: the parts that are not empty, each after a dot."""
    return Text("".join(f" · {one_line(part)}" for part in parts if part))
