"""The chat: questions, answers as they are written, and beside them the source of what was clicked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from index.errors import VerbatimError
from rag.answer import Answer
from rag.chain import stream
from rag.question import LONGEST_QUESTION
from ui.chat_alert import alert
from ui.chat_archive import answer_cache, retriever_of
from ui.chat_export import conversation_markdown
from ui.chat_filters import begin_with, filter_popover, filters_now, filters_text
from ui.chat_parts import answer_part
from ui.chat_same import read_same, with_same
from ui.chat_settings import asking_now
from ui.chat_source import cited_by, show_source
from ui.chat_state import (
    ALMOST_NOTHING,
    POLL,
    Opened,
    Said,
    begin,
    cite,
    conversation,
    fail,
    history,
    is_running,
    open_source,
    opened,
)
from ui.chat_suggest import show_next, show_suggested
from ui.chat_text import interface_language, say, speaking
from ui.chat_view import answer_data, empty_data
from ui.messages import visible
from ui.writing import kept_model, load_writer

if TYPE_CHECKING:
    from rag.filters import Filters
    from rag.retrieve import Retriever
    from ui.chat_startup import Startup

LONGEST_PASTED = 10 * LONGEST_QUESTION  # what is longer than the box takes vanishes without a word; this is told
# Seconds that a page waits for an answer before it draws without: quotations come whole, a model writes for long.
QUOTED, WRITTEN = 10.0, 0.4


def ask_page(startup: Startup, retriever: Retriever) -> None:
    """The page."""
    said, place = conversation(), opened()
    source = next((cited_by(one, place.n) for one in said if place and one.key == place.key), None)
    # Two columns also where there is nothing beside: what is on the page stays, and with it the keyboard's place.
    talk, beside = st.columns([3, 2] if source else [1, ALMOST_NOTHING], gap="large" if source else None)

    def ask(question: str) -> None:
        _ask(startup, question)

    begin_with(retriever.view, startup.filters)

    with talk, st.container(key="answers"):
        if not said:
            _welcome(retriever, ask)
        for one in said:
            _exchange(startup, retriever, one, place)
        if said and said[-1].state == "done":
            show_next(retriever, said, ask)
    if place and source:
        with beside, st.container(key="source"):
            show_source(retriever.view, place, source)
    _bottom(startup, retriever, said, ask)


def _welcome(retriever: Retriever, ask: Callable[[str], None]) -> None:
    st.title(say("ask.welcome"), anchor=False)
    st.markdown(say("ask.explain"))
    manifest = retriever.index.manifest
    st.caption(say("ask.holds", interviews=f"{manifest.interviews:,}", passages=f"{manifest.passages:,}"))
    show_suggested(retriever, ask)


def _exchange(startup: Startup, retriever: Retriever, said: Said, place: Opened | None) -> None:
    with st.chat_message("user", avatar=":material/person:"):
        st.text(visible(said.question))
        if said.filters:
            st.text(say("ask.only", filters_text(said.filters, retriever.view)))
    with st.chat_message("assistant", avatar=":material/format_quote:"):
        if said.state == "running":
            said.ended.wait(WRITTEN if said.has_model else QUOTED)
        if said.state == "running":
            _while_running(startup, retriever, said, place)
        else:
            _show_answer(startup, retriever, said, place)


@st.fragment(run_every=POLL)
def _while_running(startup: Startup, retriever: Retriever, said: Said, place: Opened | None) -> None:
    """The answer so far, drawn again and again without the rest of the page; with it when a source is clicked."""
    if said.ended.is_set() or opened() != place:
        st.rerun()
    _answer(startup, retriever, said, place)
    status, stop = st.columns([4, 1], vertical_alignment="center")
    seconds = round(time.monotonic() - said.begun)
    status.caption(f":material/hourglass_top: {say('ask.looking')} · {say('ask.seconds', seconds=seconds)}")
    stop.button(say("ask.stop"), icon=":material/stop_circle:", key=f"stop-{said.key}", on_click=said.stop.set)


def _show_answer(startup: Startup, retriever: Retriever, said: Said, place: Opened | None) -> None:
    _answer(startup, retriever, said, place)
    if said.state == "stopped":
        st.caption(say("ask.stopped"))
    if said.state == "failed":
        alert(say("ask.failed"), said.problem)


def _answer(startup: Startup, retriever: Retriever, said: Said, place: Opened | None) -> None:
    number = place.n if place and place.key == said.key else None
    seconds = said.answer.timings.get("total") if said.answer and said.state != "running" else None
    data = answer_data(said.answer, number, seconds) if said.answer else empty_data()
    if said.filters and said.answer and not (said.answer.answered or said.answer.related):
        data = {**empty_data(), "notes": [say("filters.nothing")]}
    answer_part(
        key=said.key,
        data={**with_same(retriever.view, data), "is_newest": said is conversation()[-1]},
        on_cite_change=lambda: cite(said.key),
        on_as_is_change=lambda: _ask_as_it_is(startup, said),
        on_same_change=lambda: read_same(said.key),
    )


def _bottom(startup: Startup, retriever: Retriever, said: list[Said], ask: Callable[[str], None]) -> None:
    is_busy = is_running(said)
    with st.bottom:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            filter_popover(retriever.view)
            if said:
                st.button(say("ask.new"), icon=":material/add_comment:", disabled=is_busy, on_click=_begin_anew)
                _export_button(said)
            st.caption(say("ask.mode.model" if asking_now(startup).llm else "ask.mode.quotes"))
        st.chat_input(
            say("ask.hint"),
            max_chars=LONGEST_PASTED,
            disabled=is_busy,
            key="question",
            on_submit=lambda: ask(st.session_state["question"]),
        )


def _export_button(said: list[Said]) -> None:
    language = interface_language()

    def _markdown() -> str:  # made at the click, by a thread that knows no session
        with speaking(language):
            return conversation_markdown(said)

    st.download_button(
        say("ask.export"),
        _markdown,
        file_name="verbatim.md",
        mime="text/markdown",
        icon=":material/download:",
        help=say("ask.export.help"),
        on_click="ignore",
    )


def _begin_anew() -> None:
    conversation().clear()
    open_source(None)


def _ask_as_it_is(startup: Startup, again: Said) -> None:
    """Ask a question once more, without the filters that it names itself."""
    said = conversation()
    _ask(startup, again.question, again.filters, said[: said.index(again)])


def _ask(
    startup: Startup, question: str, filters: Filters | None = None, as_is_after: Sequence[Said] | None = None
) -> None:
    """Begin to answer, in the background; one question after the other, whatever a double click sends.

    The index is opened by then: the one that was on the page may have been written anew since. A question that is asked
    again as it is has its filters, and what was said before it.
    """
    said = conversation()
    if not question.strip() or is_running(said):
        return
    as_is = as_is_after is not None
    asking, before = asking_now(startup), history(as_is_after if as_is_after is not None else said)
    one = Said(question, filters_now() if filters is None else filters, bool(asking.llm), as_is)

    def answers() -> Iterator[Answer]:
        writer, unavailable = load_writer(startup.writing(asking.llm, asking.strict), answer_cache(startup), kept_model)
        if writer:
            writer = replace(writer, stop=one.stop)
        coming = stream(
            retriever,
            question,
            top_k=asking.top_k,
            filters=one.filters,
            history=before,
            writer=writer,
            understand=not one.as_is,
        )
        for answer in coming:
            yield replace(answer, notes=(*unavailable, *answer.notes))

    said.append(one)
    try:
        retriever = retriever_of(startup)
    except VerbatimError as error:
        fail(one, error)
    else:
        begin(one, answers)
