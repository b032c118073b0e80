"""Which part of the archive is asked: widgets for it, the same on every page that asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from index.errors import InputError
from index.model import Role
from rag.filters import EVERYTHING, Filters
from ui.chat_text import say
from ui.chat_view import dotted
from ui.messages import one_line
from ui.options import check_dates

if TYPE_CHECKING:
    from rag.view import View

SPEAKERS, INTERVIEWS, SINCE, UNTIL = "filter speakers", "filter interviews", "filter since", "filter until"
KEYS = (SPEAKERS, INTERVIEWS, SINCE, UNTIL)


def filter_popover(view: View) -> None:
    """A button that opens the widgets, with how many filters are set."""
    active = sum(bool(st.session_state.get(key)) for key in KEYS)
    label = say("filters.active", number=active) if active else say("filters")
    with st.popover(label, icon=":material/filter_alt:"):
        filter_widgets(view)


def filter_widgets(view: View) -> None:
    """The widgets. What is chosen lasts as long as the session, on all pages."""
    everyone, titles = people(view), {row.doc: dotted(row.title or row.doc, row.date) for row in view.documents()}
    _keep_only(SPEAKERS, everyone)
    _keep_only(INTERVIEWS, list(titles))
    st.multiselect(
        say("filters.speakers"), everyone, key=SPEAKERS, placeholder=say("filters.any"), persist_state="session"
    )
    st.multiselect(
        say("filters.interviews"),
        list(titles),
        format_func=lambda doc: titles[doc],
        key=INTERVIEWS,
        placeholder=say("filters.any"),
        persist_state="session",
    )
    first, last = st.columns(2)
    hint = say("filters.date.hint")
    first.text_input(say("filters.since"), key=SINCE, placeholder=hint, max_chars=10, persist_state="session")
    last.text_input(say("filters.until"), key=UNTIL, placeholder=hint, max_chars=10, persist_state="session")
    if problem := _date_problem():
        st.error(problem)
    st.button(say("filters.clear"), on_click=_clear, disabled=not any(st.session_state.get(key) for key in KEYS))


def filters_now() -> Filters:
    """What is chosen; dates that are none do not count."""
    dates = ("", "") if _date_problem() else (_text(SINCE), _text(UNTIL))
    return Filters(tuple(_chosen(SPEAKERS)), tuple(_chosen(INTERVIEWS)), *dates) if _any(dates) else EVERYTHING


def filters_text(filters: Filters, view: View) -> str:
    """The filters in words, "" without any; shown as text, since names are the archive's."""
    titles = [view.document(doc).title or doc if view.has(doc) else doc for doc in filters.interviews]
    time = f"{filters.since or '…'} – {filters.until or '…'}" if filters.since or filters.until else ""
    return dotted(", ".join(map(one_line, filters.speakers)), ", ".join(map(one_line, titles)), time)


def _any(dates: tuple[str, str]) -> bool:
    return bool(_chosen(SPEAKERS) or _chosen(INTERVIEWS) or any(dates))


def _chosen(key: str) -> list[str]:
    return list(st.session_state.get(key) or ())


def _text(key: str) -> str:
    return str(st.session_state.get(key) or "").strip()


def _date_problem() -> str:
    """What is wrong with the dates; "" where nothing is."""
    since, until = _text(SINCE), _text(UNTIL)
    for value in (since, until):
        try:
            check_dates(value, "")
        except InputError:
            return say("filters.date.wrong")
    try:
        check_dates(since, until)
    except InputError:
        return say("filters.date.order")
    return ""


def _clear() -> None:
    for key in KEYS:
        st.session_state[key] = [] if key in (SPEAKERS, INTERVIEWS) else ""


def _keep_only(key: str, options: list[str]) -> None:
    """Forget what the archive no longer has: the widget refuses it."""
    if any(value not in options for value in _chosen(key)):
        st.session_state[key] = [value for value in _chosen(key) if value in options]


def people(view: View) -> list[str]:
    """Everyone of the archive who is named, who answers first; a person once, under the first name met."""
    speakers = sorted(view.index.all_speakers(), key=lambda one: one.role is not Role.GUEST)
    names = {one.person or one.name: one.name for one in reversed(speakers) if one.name}
    return [names[person] for person in dict.fromkeys(one.person or one.name for one in speakers if one.name)]
