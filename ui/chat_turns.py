"""Turns of an interview as the page draws them (chat_parts/transcript.js)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, pairwise
from typing import Any
from urllib.parse import urlencode

from index.model import Kind, Role, Span, Turn
from index.opened import OpenedIndex
from rag.view import View
from ui.chat_text import say
from ui.chat_view import role_text, web_address
from ui.messages import one_line, visible
from ui.render_times import clock, times_told

NO_TIME = {"text": "", "url": ""}
COLOURS = ("blue", "green", "violet", "orange", "red", "yellow")


@dataclass(frozen=True, slots=True)
class Mark:
    """Words to be marked: offsets into the source; `style` is "quote", "found" or "found here"."""

    start: int
    end: int
    style: str


def turns_data(view: View, doc: str, turns: Sequence[Turn], marks: Sequence[Mark] = ()) -> list[dict[str, Any]]:
    """Turns of one interview with their marks; each section's name stands before its first turn."""
    colours = _colours(view, doc)
    before = {one.number: earlier.section for earlier, one in pairwise(view.turns_of(doc))}
    told = times_told(turns, lambda offset: view.seconds_at(doc, offset))
    return [
        _turn(view, doc, turn, marks, colours, "" if before.get(turn.number) == turn.section else turn.section)
        | _times(view, doc, turn, told)
        for turn in turns
    ]


def _turn(
    view: View, doc: str, turn: Turn, marks: Sequence[Mark], colours: Mapping[str, str], heading: str
) -> dict[str, Any]:
    speaker, is_editor = view.speaker(doc, turn), turn.role is Role.EDITOR
    kind = "" if turn.kind is Kind.INTERVIEW else say(f"kind.{turn.kind.value}")
    return {
        "number": turn.number,
        "name": say("role.editor") if is_editor else one_line(speaker.name) or say("name.none"),
        "role": kind if is_editor else role_text(turn.role, turn.kind),
        "style": "editor" if is_editor else "said",
        "colour": "gray" if is_editor else colours[speaker.name],
        "section": one_line(heading),
        "link": turn_link(doc, turn.number),
        "paragraphs": [_runs(view.text_of(doc), span, marks) for span in turn.spans],
    }


def _times(view: View, doc: str, turn: Turn, told: Mapping[int, float]) -> dict[str, Any]:
    """When a turn was said, and paragraphs of a long one; with the link where the recording can be opened there."""
    first, *others = [_time(view, doc, span.start, told.get(span.start)) for span in turn.spans]
    return {"time": first, "times": [NO_TIME, *others]}


def _time(view: View, doc: str, offset: int, seconds: float | None) -> dict[str, str]:
    if seconds is None:
        return NO_TIME
    return {"text": clock(seconds), "url": web_address(view.link(doc, offset))}


def turn_link(doc: str, number: int) -> str:
    """The address of a turn on the page, relative to any of its pages."""
    return f"read?{urlencode({'doc': doc, 'turn': number})}"


def _colours(view: View, doc: str) -> dict[str, str]:
    """A colour of the theme for each speaker of an interview, by order of appearance."""
    said = (turn for turn in view.turns_of(doc) if turn.role is not Role.EDITOR)
    names = dict.fromkeys(view.speaker(doc, turn).name for turn in said)
    return dict(zip(names, cycle(COLOURS), strict=False))


def _runs(text: str, span: Span, marks: Sequence[Mark]) -> list[dict[str, str]]:
    """A paragraph cut where marks begin and end. Marks do not overlap; those of other paragraphs are passed over."""
    runs, at = [], span.start
    for mark in sorted(marks, key=lambda one: one.start):
        start, end = max(mark.start, at), min(mark.end, span.end)
        if start >= end:
            continue
        runs += [{"text": visible(text[at:start]), "mark": ""}, {"text": visible(text[start:end]), "mark": mark.style}]
        at = end
    runs.append({"text": visible(text[at : span.end]), "mark": ""})
    return [run for run in runs if run["text"]]


def transcript_words() -> dict[str, str]:
    """The labels of a transcript's controls."""
    return {
        "source": say("source"),
        "previous": say("source.previous"),
        "next": say("source.next"),
        "back": say("source.back"),
        "close": say("source.close"),
        "read": say("source.read"),
        "copy": say("source.copy"),
        "copied": say("ask.copied"),
        "original": say("source.original"),
        "time": say("source.time"),
        "link": say("read.link"),
    }


def excluded_data(
    index: OpenedIndex, doc: str, turns: Sequence[Turn], drawn: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The turns as drawn, with what was left out of the file in its places, each with the reason."""
    text = index.text(doc)
    left_out = [
        (
            stretch.start,
            {
                "number": None,
                "name": one_line(stretch.reason),
                "role": "",
                "style": "excluded",
                "colour": "gray",
                "section": "",
                "time": NO_TIME,
                "times": [],
                "link": "",
                "paragraphs": [[{"text": visible(text[stretch.start : stretch.end]).strip("\n"), "mark": ""}]],
            },
        )
        for stretch in index.excluded(doc)
    ]
    placed = [(turn.start, one) for turn, one in zip(turns, drawn, strict=True)]
    return [one for _, one in sorted([*placed, *left_out], key=lambda pair: pair[0])]
