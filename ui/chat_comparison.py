"""One question asked of several interviews or persons, in the background: what has been asked, and how far it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import streamlit as st

from rag.filters import EVERYTHING, Filters
from rag.side_by_side import Side, by_interview, by_person, interviews_for, persons_for
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
UNDATED = "~"  # sorts after every date


@dataclass(frozen=True, slots=True)
class Card:
    """A side as the page draws it; its key stays when others are put before it."""

    key: str
    side: Side


@dataclass(slots=True)
class Comparison(Work):
    """A question and the sides that have answered so far, by date; those without one are last.

    `no_model` says why the chat model that was wanted wrote nothing, or no more.
    """

    question: str
    by: By
    filters: Filters = EVERYTHING
    cards: tuple[Card, ...] = ()
    no_model: tuple[Note, ...] = ()

    def take(self, side: Side) -> None:
        """Put a side in its place. The page reads `cards` meanwhile: it is replaced and never changed."""
        card = Card(f"{self.key}-{len(self.cards)}", side)
        self.cards = tuple(sorted([*self.cards, card], key=_when))


def dates_of(side: Side) -> list[str]:
    """The date of an interview; all those on which a person said what is quoted, earliest first."""
    if side.doc:
        return [side.date] if side.date else []
    return sorted({citation.date for citation in side.answer.citations if citation.date} if side.answer else ())


def _when(card: Card) -> str:
    return next(iter(dates_of(card.side)), UNDATED)


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
        for name in chosen or _best(retriever, one):
            side = _side(retriever, one, name, writer, asking.top_k)
            if one.stop.is_set():  # what a model wrote until then is not whole
                return
            if failed := [note for note in side.answer.notes if note.kind == "no model"] if side.answer else []:
                one.no_model, writer = tuple(failed), None  # the others need not wait for it as well
            yield side

    st.session_state["comparison"] = one
    open_beside(None)
    begin_work(one, sides, one.take)


def _best(retriever: Retriever, one: Comparison) -> list[str]:
    """Those that speak most to the question; interviews by date, so that no card moves for the next."""
    if one.by == "person":
        return persons_for(retriever, one.question, one.filters)
    docs = interviews_for(retriever, one.question, one.filters)
    return sorted(docs, key=lambda doc: retriever.view.document(doc).date or UNDATED)


def _side(retriever: Retriever, one: Comparison, name: str, writer: Writer | None, top_k: int | None) -> Side:
    ask = by_interview if one.by == "interview" else by_person
    [side] = ask(retriever, one.question, one.filters, [name], writer=writer, top_k=top_k)
    return side
