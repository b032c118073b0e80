"""One question asked of several interviews or persons, in the background: what has been asked, and how far it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st

from index.errors import VerbatimError
from rag.filters import Filters
from rag.side_by_side import By, Side, ask_each, by_date, model_failure, whom_to_ask
from ui.chat_archive import answer_cache, retriever_of
from ui.chat_settings import Asking, asking_now
from ui.chat_state import Work, begin_work, open_source
from ui.writing import kept_model, load_writer

if TYPE_CHECKING:
    from rag.answer import Note
    from ui.chat_startup import Startup

BESIDE = "comparison"  # where its sources are opened


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of whom, and how; without `chosen`, those are asked that speak most to it."""

    question: str
    by: By
    chosen: tuple[str, ...]
    filters: Filters
    asking: Asking


@dataclass(frozen=True, slots=True)
class Card:
    """A side as the page draws it; its key stays when others are put before it."""

    key: str
    side: Side


@dataclass(slots=True)
class Comparison(Work):
    """A question and the sides that have answered so far, by date; those without one are last.

    `others` is how many more could be asked; `no_model` says why the chat model that was wanted wrote nothing, or no
    more.
    """

    request: Request
    cards: tuple[Card, ...] = ()
    others: int = 0
    no_model: tuple[Note, ...] = ()

    def take(self, side: Side) -> None:
        """Put a side in its place. The page reads `cards` meanwhile: it is replaced and never changed."""
        if failure := model_failure(side):
            self.no_model = (failure,)
        card = Card(f"{self.key}-{len(self.cards)}", side)
        self.cards = tuple(sorted([*self.cards, card], key=lambda card: by_date(card.side)))


def comparison() -> Comparison | None:
    """What this session compares."""
    one: Comparison | None = st.session_state.get("comparison")
    return one


def begin_comparison(startup: Startup, question: str, by: By, chosen: Sequence[str], filters: Filters) -> None:
    """Ask them anew, of the index as it is now; what was asked before is broken off.

    Nothing begins where the same is being asked already, which is a double click, and where there is no index to ask:
    the page says so as soon as it is drawn.
    """
    asking = asking_now(startup)
    request, before = Request(question, by, tuple(chosen), filters, asking), comparison()
    if before and before.request == request and before.state == "running" and not before.stop.is_set():
        return
    try:
        retriever = retriever_of(startup)
    except VerbatimError:
        return
    if before:
        before.stop.set()
    one = Comparison(request)

    def sides() -> Iterator[Side]:
        whom = whom_to_ask(retriever, question, by, filters, chosen)
        one.others = whom.others
        writing = startup.writing(asking.llm, asking.strict)
        writer, one.no_model = load_writer(writing, answer_cache(startup), kept_model)
        if writer:
            writer = replace(writer, stop=one.stop)
        yield from ask_each(retriever, question, by, whom.names, filters, writer=writer, top_k=asking.top_k)

    st.session_state["comparison"] = one
    open_source(None, BESIDE)
    begin_work(one, sides, one.take)
