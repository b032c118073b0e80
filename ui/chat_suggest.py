"""Suggested questions: drawn from what the interviewers themselves asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from index.generations import ARCHIVE
from index.script import language
from ui.chat_parts import choices_part
from ui.chat_text import interface_language, say
from ui.chat_view import dotted

if TYPE_CHECKING:
    from rag.retrieve import Retriever
    from rag.suggest import Suggestion
    from rag.view import View
    from ui.chat_state import Said

NUMBER = 6
FOLLOW_UPS = 3


def show_suggested(retriever: Retriever, ask: Callable[[str], None]) -> None:
    """Questions to begin with; a click asks one."""
    suggestions = _suggested(retriever.view, interface_language(), retriever.index.manifest.files[ARCHIVE].sha256)
    _show("suggested", say("ask.try"), suggestions, retriever.view, ask)


def show_next(retriever: Retriever, said: Sequence[Said], ask: Callable[[str], None]) -> None:
    """What the interviewers asked next, where the last answer was found."""
    from rag.suggest import next_questions

    asked = {one.question for one in said}
    answer = said[-1].answer
    if answer and answer.answered:
        coming = [one for one in next_questions(retriever.view, answer, FOLLOW_UPS) if one.text not in asked]
        _show(f"next-{said[-1].key}", say("ask.next"), coming, retriever.view, ask)


@st.cache_resource(max_entries=12, show_spinner=False)
def _suggested(_view: View, interface: str, archive: str) -> tuple[Suggestion, ...]:
    """`archive` is the key under which those of a view are kept."""
    from rag.suggest import suggested

    return suggested(_view, NUMBER, interface)


def _show(key: str, title: str, suggestions: Sequence[Suggestion], view: View, ask: Callable[[str], None]) -> None:
    if not suggestions:
        return
    items = [
        {"text": one.text, "lang": language(one.text), "note": dotted(view.document(one.doc).title or one.doc)}
        for one in suggestions
    ]

    def chosen() -> None:
        if (number := st.session_state[key].chosen) is not None:
            ask(suggestions[int(number)].text)

    choices_part(key=key, data={"title": title, "items": items}, on_chosen_change=chosen)
