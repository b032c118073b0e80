"""Answers and hits as a person reads them: the quotes by who said them, then where each stands."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from itertools import groupby

from rich.console import Console
from rich.text import Text

from index.model import Kind, Role
from rag.answer import Answer, AnswerSentence, Citation, Hit
from rag.clue import Clue
from ui.messages import one_line, visible
from ui.render_times import clock
from ui.terminal import write

LANGUAGES = {"zh": "Chinese", "en": "English", "ja": "Japanese", "ko": "Korean", "es": "Spanish"}
_QUOTES_ONLY = "no language model: the words are the speakers' own"
_INSTEAD = "the chat model did not answer: the words are the speakers' own"


def show_answer(console: Console, answer: Answer, flags: str = "") -> None:
    """Print an answer made of quotes: grouped by speaker and interview, then the sources [n], and how it was made.

    `flags` is what `verbatim show` needs to find the same index.
    """
    if not answer.answered:
        show_declined(console, answer, flags)
        return
    cited = {citation.n: citation for citation in answer.citations}

    def said_by(sentence: AnswerSentence) -> tuple[str, str, str, str]:
        first = next((cited[n] for n in sentence.citations if n in cited), None)
        return (first.speaker, first.doc, first.title, first.date) if first else ("", "", "", "")

    for (speaker, doc, title, date), sentences in groupby(answer.sentences, key=said_by):
        if doc:
            write(
                console, Text.assemble((one_line(speaker) or "no name", "bold")) + _dotted(title or doc, date), hang=2
            )
        for sentence in sentences:
            write(console, marked(sentence), indent=2)
        write(console)
    fell_back = any(note.kind == "no model" for note in answer.notes)
    show_sources(console, answer, flags)
    write(console, Text(f"extractive · {_INSTEAD if fell_back else _QUOTES_ONLY}", "dim"))


def show_understood(console: Console, clues: Sequence[Clue]) -> None:
    """Print by which filters that it names itself a question was answered; nothing where it names none."""
    if clues:
        said = ", ".join(dict.fromkeys(one_line(clue_text(clue)) for clue in clues))
        write(console, Text(f"Understood as: {said} (--as-is to switch off)", "dim"), hang=2)
        write(console)


def clue_text(clue: Clue) -> str:
    """A filter that a question names, in words."""
    if clue.kind == "date":
        since, _, until = clue.value.partition("/")
        if not until:
            return since
        return f"until {until}" if since == ".." else f"since {since}" if until == ".." else f"{since} to {until}"
    return {"speaker": "said by {}", "interview": "in the interview “{}”", "language": "in {}"}[clue.kind].format(
        LANGUAGES.get(clue.value, clue.value)
    )


def show_declined(console: Console, answer: Answer, flags: str = "") -> None:
    """Print that the interviews do not say, and the passages that come nearest."""
    write(console, visible(answer.answer))
    if answer.related:
        write(console)
        write(console, Text("Nearest passages", "bold"))
    for hit in answer.related:
        speakers = Text(one_line(", ".join(hit.speakers)) or "no name")
        write(console, speakers + _dotted(hit.title or hit.doc, hit.date, hit.section), indent=2, hang=2)
        write(console, Text(show_command(hit.doc, hit.turns[0], flags), "dim"), indent=4, wrap=False)


def show_sources(console: Console, answer: Answer, flags: str) -> None:
    """Print who said it, where and when, once for neighbours that share it; then the place of each [n]."""

    def source(citation: Citation) -> tuple[Text, str, tuple[str, ...]]:
        speaker = speaker_line(citation.speaker, citation.role, citation.kind)
        return (
            speaker + _dotted(citation.title or citation.doc, citation.date, citation.section),
            citation.url,
            citation.also_in,
        )

    write(console, Text("Sources", "bold"))
    for (heading, url, also_in), shared in groupby(answer.citations, key=source):
        write(console, heading, hang=2)
        for citation in shared:
            time = f"{clock(citation.seconds)}, " if citation.seconds is not None else ""
            place = f"turn {citation.turn}, {time}characters {citation.quote_start}-{citation.quote_end}"
            command = show_command(citation.doc, citation.turn, flags)
            write(console, Text.assemble((f"[{citation.n}]", "cyan"), f" {place}: {command}"), indent=2, wrap=False)
            if answer.mode == "llm":
                write(console, Text(visible(citation.quote), "dim"), indent=6)
        if url:
            write(console, Text(one_line(url), "dim"), indent=2, wrap=False)
        if also_in:
            write(console, Text(f"also in {', '.join(map(one_line, also_in))}", "dim"), indent=2, hang=2)
    write(console)


def marked(sentence: AnswerSentence) -> Text:
    """A sentence with its [n]."""
    return Text(visible(sentence.text)).append("".join(f" [{n}]" for n in sentence.citations), "cyan")


def show_hit(console: Console, hit: Hit, flags: str = "") -> None:
    """Print one passage with its rank, where it stands, and the command that opens it."""
    first, last = hit.turns
    speakers = Text(one_line(", ".join(hit.speakers)) or "no name", "bold")
    heading = Text.assemble((f"{hit.rank:>2}. ", "cyan"), speakers)
    write(console, heading + _dotted(hit.title or hit.doc, hit.date, hit.section), hang=4)
    turns = f"turn {first}" if first == last else f"turns {first}-{last}"
    time = f"{clock(hit.seconds)}, " if hit.seconds is not None else ""
    place = f"{turns}, {time}characters {hit.start}-{hit.end}, score {hit.score:.4f}"
    write(console, Text(f"{place}: {show_command(hit.doc, first, flags)}", "dim"), indent=4, wrap=False)
    if hit.also_in:
        write(console, Text(f"also in {', '.join(map(one_line, hit.also_in))}", "dim"), indent=4, hang=2)
    write(console, visible(hit.text), indent=4)
    write(console)


def show_command(doc: str, turn: int, flags: str) -> str:
    """The command that opens this turn, quoted for a shell."""
    name = shlex.quote(one_line(doc))
    if doc.startswith("-"):  # else it would be taken for an option
        return f"verbatim show --turn {turn}{flags} -- {name}"
    return f"verbatim show {name} --turn {turn}{flags}"


def speaker_line(name: str, role: Role, kind: Kind) -> Text:
    """The speaker with their role, and what the text is where it is not the interview itself."""
    notes = [str(role)] if name else []
    if kind != Kind.INTERVIEW:
        notes.append(str(kind))
    return Text.assemble((one_line(name) or str(role), "bold"), f" ({', '.join(notes)})" if notes else "")


def _dotted(*parts: str) -> Text:
    """What follows a name: the parts that are not empty, each after a dot."""
    return Text("".join(f" · {one_line(part)}" for part in parts if part))
