"""One question asked of each interview or person: the answers side by side, ordered by date."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from index.script import language
from rag.answer import Answer
from rag.question import LONGEST_QUESTION
from rag.side_by_side import AT_MOST, By, Side
from ui.chat_alert import alert
from ui.chat_comparison import BESIDE, Card, Comparison, begin_comparison, comparison
from ui.chat_filters import filter_popover, filters_now, filters_text, people
from ui.chat_labels import labels, told_apart
from ui.chat_parts import answer_part, heading_part
from ui.chat_settings import asking_now
from ui.chat_source import cited_in, show_source
from ui.chat_state import ALMOST_NOTHING, POLL, Opened, cite, open_source, opened
from ui.chat_suggest import show_suggested
from ui.chat_text import say
from ui.chat_view import answer_data, dotted, role_text
from ui.messages import one_line, visible

if TYPE_CHECKING:
    from rag.retrieve import Retriever
    from rag.view import View
    from ui.chat_startup import Startup

QUESTION, BY = "compare question", "compare by"
FIRST_SIDES = 0.4  # seconds the page waits before it draws without the rest
MOST_CHOSEN = 12


def compare_page(startup: Startup, retriever: Retriever) -> None:
    """The page."""
    one, place = comparison(), opened(BESIDE)
    with st.container():  # stands there also when empty: the form keeps its place on the page, and the keyboard its own
        if one is None:
            st.title(say("compare.title"), anchor=False)
            st.markdown(say("compare.explain"))
    _form(startup, retriever.view)
    if one is None:
        show_suggested(retriever, partial(_ask, startup))
        return
    answers = {card.key: card.side.answer for card in one.cards}
    answer = answers.get(place.key) if place else None
    source = cited_in(answer, place.n) if place and answer else None
    # Two columns also where there is nothing beside: what is on the page stays, and with it the keyboard's place.
    sides, beside = st.columns([3, 2] if source else [1, ALMOST_NOTHING], gap="large" if source else None)
    with sides, st.container(key="sides"):
        if one.request.question != st.session_state.get(QUESTION, "").strip():  # where it stands already
            st.text(visible(one.request.question))
        if one.request.filters:
            st.text(say("ask.only", filters_text(one.request.filters, retriever.view)))
        if one.state == "running":
            one.ended.wait(FIRST_SIDES)
        if one.state == "running":
            _while_running(one, place)
        else:
            _show(one, place)
    if place and source:
        with beside, st.container(key="source"):
            show_source(retriever.view, place, source, partial(open_source, where=BESIDE))


def _form(startup: Startup, view: View) -> None:
    """The question, and of whom it is asked."""
    with st.form("compare form", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            say("compare.title"),
            max_chars=LONGEST_QUESTION,
            key=QUESTION,
            placeholder=say("compare.question"),
            label_visibility="collapsed",
            persist_state="session",
        )
        st.form_submit_button(
            say("compare.ask"),
            type="primary",
            icon=":material/view_column:",
            on_click=lambda: _ask(startup, st.session_state[QUESTION]),
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.segmented_control(
            say("compare.by"),
            ["interview", "person"],
            default="interview",
            required=True,
            format_func=lambda by: say(f"compare.by.{by}"),
            key=BY,
            label_visibility="collapsed",
            persist_state="session",
        )
        filter_popover(view)
        st.caption(say("ask.mode.model" if asking_now(startup).llm else "ask.mode.quotes"))
    _choice(view, _by())


def _by() -> By:
    return "person" if st.session_state.get(BY) == "person" else "interview"


def _choice(view: View, by: By) -> None:
    """Which interviews or persons; none means those that speak most to the question."""
    names = labels(view.documents()) if by == "interview" else told_apart({name: name for name in people(view)})
    key = f"compare {by}s"
    if any(name not in names for name in st.session_state.get(key, ())):  # the archive has changed
        st.session_state[key] = [name for name in st.session_state[key] if name in names]
    st.multiselect(
        say(f"compare.choose.{by}"),
        list(names),
        format_func=lambda name: names[name],
        key=key,
        max_selections=MOST_CHOSEN,
        placeholder=say("compare.best", AT_MOST),
        label_visibility="collapsed",
        persist_state="session",
    )


def _ask(startup: Startup, question: str) -> None:
    """Begin to ask, in the background."""
    by, question = _by(), question.strip()
    if question:
        st.session_state[QUESTION] = question
        chosen = st.session_state.get(f"compare {by}s") or ()
        begin_comparison(startup, question, by, chosen[:MOST_CHOSEN], filters_now())


@st.fragment(run_every=POLL)
def _while_running(one: Comparison, place: Opened | None) -> None:
    """The sides so far, drawn again and again without the rest of the page."""
    if one.ended.is_set() or opened(BESIDE) != place:
        st.rerun()
    _cards(one, place)
    status, stop = st.columns([4, 1], vertical_alignment="center")
    seconds = round(time.monotonic() - one.begun)
    status.caption(f":material/hourglass_top: {say('ask.looking')} · {say('ask.seconds', seconds=seconds)}")
    stop.button(say("ask.stop"), icon=":material/stop_circle:", key=f"stop-{one.key}", on_click=one.stop.set)


def _show(one: Comparison, place: Opened | None) -> None:
    _cards(one, place)
    if one.state == "stopped":
        st.caption(say("compare.stopped"))
    elif one.state == "failed":
        alert(say("ask.failed"), one.problem)
    elif not one.cards:
        st.info(say("compare.nothing"))


def _cards(one: Comparison, place: Opened | None) -> None:
    """Those that say something as cards, as many in a row as fit (page.css); the others in small print."""
    if one.no_model:
        st.warning(say("compare.no_model"), icon=":material/info:")
        st.text(visible(one.no_model[0].detail))
    telling = [card for card in one.cards if _says(card)]
    with st.container(key="cards"):
        for card in telling:
            with st.container(border=True):
                _card(card, place)
    silent = [card for card in one.cards if card.side.answer and not _says(card)]
    _names(say(f"compare.silent.{one.request.by}" if telling else "compare.nobody"), silent)
    _names(say("compare.filtered"), [card for card in one.cards if card.side.answer is None])
    if one.others:
        st.caption(say(f"compare.others.{one.request.by}", f"{one.others:,}"))


def _says(card: Card) -> bool:
    return bool(card.side.answer and card.side.answer.answered)


def _card(card: Card, place: Opened | None) -> None:
    side = card.side
    if side.answer is None:
        return
    name = one_line(side.name)
    over = " – ".join(dict.fromkeys((*side.dates[:1], *side.dates[-1:]))) or say("compare.undated")
    heading_part(key=f"heading-{card.key}", data={"over": one_line(over), "name": name, "lang": language(name)})
    number = place.n if place and place.key == card.key else None
    answer_part(key=card.key, data=side_data(side, side.answer, number), on_cite_change=lambda: cite(card.key, BESIDE))


def side_data(side: Side, answer: Answer, number: int | None) -> dict[str, Any]:
    """What the answer part draws in a card, without what the card and the page say: the interview or the person, and
    how answers are made."""
    data = answer_data(replace(answer, notes=tuple(note for note in answer.notes if note.kind != "no model")), number)
    if answer.mode == "extractive":
        data["foot"] = []
    cited = {citation.n: citation for citation in answer.citations}
    for block in data["blocks"]:
        if not block["by"]:  # a model's text is not put together by who said it
            continue
        one = cited[block["sentences"][0]["sources"][0]["n"]]
        if side.doc:
            block["where"] = role_text(one.role, one.kind)
        else:
            said_as = "" if one.speaker == side.name else one.speaker
            block["by"], block["where"] = one_line(one.title or one.doc), dotted(one.date, said_as)
    return data


def _names(title: str, cards: Sequence[Card]) -> None:
    if cards:
        with st.container(gap=None):
            st.caption(title)
            for card in cards:
                st.text(dotted(card.side.name, *card.side.dates[:1]))
