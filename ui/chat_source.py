"""The source beside the conversation: the quoted words in their exchange, and how to get from there to the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from index.model import Turn
from rag.answer import Answer, Citation, Hit
from rag.view import View
from ui.chat_parts import transcript_part
from ui.chat_same import read_same, same_data
from ui.chat_state import Opened, Said, go_to, open_source
from ui.chat_text import say
from ui.chat_turns import Mark, transcript_words, turns_data
from ui.chat_view import dotted, moment, place_text, role_text, speaker_name, web_address
from ui.messages import one_line, visible

PART = "source part"
AROUND = 1  # turns shown before and after the quoted one


def cited_by(said: Said, n: int) -> Citation | Hit | None:
    """Source number `n` of what was answered."""
    return cited_in(said.answer, n) if said.answer else None


def cited_in(answer: Answer, n: int) -> Citation | Hit | None:
    """Source number `n` of an answer; below 0, the passages that come near where it does not say."""
    if n < 0:
        return next(iter(answer.related[-n - 1 : -n or None]), None)
    return next((citation for citation in answer.citations if citation.n == n), None)


def show_source(
    view: View, place: Opened, source: Citation | Hit, move_to: Callable[[Opened | None], None] = open_source
) -> None:
    """Draw the source, the turn `place.moved` turns from the quoted one in the middle; `move_to` opens another place,
    or closes this one."""
    quoted = _quoted_turn(view, source)
    if quoted is None:
        st.warning(say("source.gone"))
        st.button(say("source.close"), on_click=lambda: move_to(None))
        return
    turns = view.turns_of(source.doc)
    at = min(max(quoted + place.moved, 0), len(turns) - 1)
    span = (source.quote_start, source.quote_end) if isinstance(source, Citation) else (source.start, source.end)
    shown = turns[max(at - AROUND, 0) : at + AROUND + 1]
    data = {
        "top": None,
        "head": _head(view, source, turns[at], (at, len(turns), quoted)),
        "turns": turns_data(view, source.doc, shown, [Mark(*span, "quote")]),
        "target": turns[at].number,
        "scroll": f"{place.key} {place.n} {at}",
        "lang": view.document(source.doc).language,
        "words": {**transcript_words(), "same": say("same.in")},
    }
    here = turns[at].number

    def move() -> None:
        if (to := st.session_state[PART].move) is not None:
            move_to(replace(place, moved=int(to) - quoted))

    transcript_part(
        key=PART,
        data=data,
        on_move_change=move,
        on_close_change=lambda: move_to(None),
        on_read_change=lambda: go_to("read", doc=source.doc, turn=str(here)),
        on_turn_change=lambda: None,
        on_same_change=lambda: read_same(PART),
    )


def quotation_text(source: Citation) -> str:
    """The quoted words with who said them, where and when: to be put into a text."""
    quote = visible(source.quote).strip()
    is_chinese = any("\u4e00" <= character <= "\u9fff" for character in quote)
    marks = ("「", "」") if is_chinese and "「" not in quote else ("“", "”")
    role = role_text(source.role, source.kind)
    where = dotted(source.title or source.doc, source.date, place_text(source), web_address(source.url))
    return f"{marks[0]}{quote}{marks[1]}\n— {speaker_name(source)} ({role}), {where}"


def _quoted_turn(view: View, source: Citation | Hit) -> int | None:
    """Which of the turns has the words, from 0; None where they no longer stand where they were found."""
    start = source.quote_start if isinstance(source, Citation) else source.start
    words = source.quote if isinstance(source, Citation) else source.text
    if not view.stands(source.doc, start, words):
        return None
    return next((at for at, turn in enumerate(view.turns_of(source.doc)) if start < turn.end), None)


def _head(view: View, source: Citation | Hit, turn: Turn, place: tuple[int, int, int]) -> dict[str, Any]:
    """What stands above the turns; `place` is which of how many is shown, and which one is quoted, from 0."""
    document = view.document(source.doc)
    at, turns, quoted = place
    speaker = view.speaker(source.doc, turn)
    start = source.quote_start if isinstance(source, Citation) and at == quoted else turn.start
    seconds = view.seconds_at(source.doc, start)
    percent = round(100 * turn.start / max(1, len(view.text_of(source.doc))))
    return {
        "n": source.n if isinstance(source, Citation) else 0,
        "speaker": one_line(speaker.name) or say("name.none"),
        "role": role_text(turn.role, turn.kind),
        "title": one_line(document.title or document.doc),
        "facts": [one_line(fact) for fact in (document.date, document.outlet, turn.section) if fact],
        "position": dotted(moment(seconds), say("source.position", turn=turn.number, turns=turns, percent=percent)),
        "at": at,
        "last": turns - 1,
        "home": quoted,
        "url": web_address(view.link(source.doc, start)),
        "original": say("source.original") if seconds is None else say("source.original.at", moment(seconds)),
        "same": same_data(view, source.doc, document.same_as),
        "quotation": quotation_text(source) if isinstance(source, Citation) else "",
    }
