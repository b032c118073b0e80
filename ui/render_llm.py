"""Answers that a chat model writes, on a terminal: sentence by sentence as they are checked, with what is wrong."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from rag.answer import Answer, AnswerSentence, Finding, FindingKind, Note, NoteKind
from ui.messages import counted, one_line
from ui.render import marked, show_sources
from ui.terminal import write

_STYLES = {"supported": "", "weak": "yellow", "unsupported": "red"}
_FOUND: dict[FindingKind, str] = {
    "uncited": "it cites nothing",
    "no such citation": "it cites [{}], which is no passage",
    "cut off": "the reply ends within it",
    "number": "{} is not in what it cites",
    "name": "{} is not named in what it cites",
    "speaker": "what it cites was not said by {}",
    "quotation": "“{}” does not stand in what it cites",
    "negation": "what it cites may say the opposite",
    "question": "what it cites only asks",
    "meaning": "what it cites hardly says so",
    "repaired": "it cited another passage, which does not say so",
}
_NOTES: dict[NoteKind, str] = {
    "no model": "{}",
    "broke off": "the answer is not whole: {}",
    "fewer passages": "the prompt was too long for the model: it was shown fewer passages, of about {} tokens",
    "dropped": "{} left out that nothing supports (--strict)",
    "nothing supported": "the model wrote {}, and the passages support none",
    "cached": "",
    "not as understood": "where the question says, nothing answers it: everything was asked instead",
}
_COUNTED: tuple[NoteKind, ...] = ("dropped", "nothing supported")


def show_sentence(console: Console, sentence: AnswerSentence) -> None:
    """Print one sentence with its [n], and below it, where not all is well, how far it is supported and why."""
    write(console, marked(sentence))
    reasons = list(dict.fromkeys(finding_text(finding) for finding in sentence.findings))
    if sentence.support != "supported":
        said = f"{sentence.support}: {'; '.join(reasons)}" if reasons else sentence.support
        write(console, Text(said, _STYLES[sentence.support]), indent=4, hang=2)
    elif reasons:
        write(console, Text(f"{_put_right(sentence)}{'; '.join(reasons)}", "dim"), indent=4, hang=2)


def _put_right(sentence: AnswerSentence) -> str:
    return "citation put right: " if any(one.kind == "repaired" for one in sentence.findings) else ""


def show_end(console: Console, answer: Answer, flags: str = "") -> None:
    """Print what follows the sentences: the sources, with the words they quote, and how the answer was made."""
    write(console)
    show_sources(console, answer, flags)
    counts = {support: sum(one.support == support for one in answer.sentences) for support in _STYLES}
    checked = ", ".join(f"{number} {support}" for support, number in counts.items() if number)
    cached = " · kept from before" if Note("cached", "write") in answer.notes else ""
    how = f"llm · {one_line(answer.model)} · {counted(len(answer.sentences), 'sentence')} checked: {checked}{cached}"
    write(console, Text(how, "dim"))


def finding_text(finding: Finding) -> str:
    """What a check found, in words."""
    return _FOUND[finding.kind].format(one_line(finding.detail))


def note_text(note: Note) -> str:
    """A note in words; "" for one that is no news."""
    if note.kind in _COUNTED:
        return _NOTES[note.kind].format(counted(int(note.detail), "sentence"))
    return _NOTES[note.kind].format(one_line(note.detail))


def cost_text(answer: Answer) -> str:
    """Tokens, and the seconds of each stage in their order."""
    tokens = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in answer.usage.items())
    seconds = ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in answer.timings.items())
    return "; ".join(filter(None, (tokens, seconds)))
