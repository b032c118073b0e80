"""One question asked of several interviews or persons, in the background: what has been asked, and how far it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import streamlit as st

from rag.filters import EVERYTHING, Filters
from rag.side_by_side import Side, by_interview, by_person, persons_for
from ui.chat_archive import answer_cache
from ui.chat_settings import asking_now
from ui.chat_state import Opened, Work, begin_work
from ui.writing import load_writer

if TYPE_CHECKING:
    from rag.answer import Note
    from rag.retrieve import Retriever
    from rag.write import Writer
    from ui.chat_startup import Startup

By = Literal["interview", "person"]


@dataclass(frozen=True, slots=True)
class Card:
    """A side as the page draws it; its key stays when others are put before it."""

    key: str
    side: Side


@dataclass(slots=True)
class Comparison(Work):
    """A question and the sides that have answered so far, by date; those without one are last.

    `no_model` says why the chat model that was wanted is not to be had.
    """

    question: str
    by: By
    filters: Filters = EVERYTHING
    cards: tuple[Card, ...] = ()
    no_model: tuple[Note, ...] = ()

    def take(self, side: Side) -> None:
        """Put a side in its place. The page reads `cards` meanwhile: it is replaced and never changed."""
        card = Card(f"{self.key}-{len(self.cards)}", side)
        self.cards = tuple(sorted([*self.cards, card], key=lambda one: (not one.side.date, one.side.date)))


def comparison() -> Comparison | None:
    """What this session compares."""
    one: Comparison | None = st.session_state.get("comparison")
    return one


def opened_beside() -> Opened | None:
    """The source beside the comparison."""
    place: Opened | None = st.session_state.get("opened beside comparison")
    return place


def open_beside(place: Opened | None) -> None:
    """Open a source beside the comparison, or close it."""
    st.session_state["opened beside comparison"] = place


def begin_comparison(
    startup: Startup, retriever: Retriever, question: str, by: By, chosen: Sequence[str], filters: Filters
) -> None:
    """Ask all of them anew, `chosen` or those that speak most to it; what was asked before is broken off."""
    if before := comparison():
        before.stop.set()
    one = Comparison(question, by, filters)
    asking = asking_now(startup)

    def sides() -> Iterator[Side]:
        writer, one.no_model = load_writer(startup.writing(asking.llm, asking.strict), answer_cache(startup))
        if writer:
            writer = replace(writer, stop=one.stop)
        for side in _sides(retriever, one, chosen, writer, asking.top_k):
            if one.stop.is_set():  # what a model wrote until then is not whole
                return
            yield side

    st.session_state["comparison"] = one
    open_beside(None)
    begin_work(one, sides, one.take)


def _sides(
    retriever: Retriever, one: Comparison, chosen: Sequence[str], writer: Writer | None, top_k: int | None
) -> Iterator[Side]:
    if one.by == "interview":
        yield from by_interview(retriever, one.question, one.filters, chosen, writer=writer, top_k=top_k)
        return
    for name in chosen or persons_for(retriever, one.question, one.filters):
        yield from by_person(retriever, one.question, one.filters, [name], writer=writer, top_k=top_k)
