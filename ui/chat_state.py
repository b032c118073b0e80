"""What one session of the page remembers: its conversation, what is open beside it, and how it asks."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import streamlit as st

from index.errors import VerbatimError
from rag.answer import Answer
from rag.conversation import Exchange
from rag.filters import EVERYTHING, Filters

State = Literal["running", "done", "stopped", "failed"]
POLL = 0.4  # seconds between two looks at what is still running
ALMOST_NOTHING = 0.0001  # of the width: a column where there is nothing to show
_numbers = itertools.count(1)
_log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Work:
    """What a thread of its own does for the page, and how far it is.

    `problem` is why it failed; `stop` asks it to break off, `ended` is set when nothing more will come.
    """

    state: State = "running"
    problem: str = ""
    stop: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    begun: float = field(default_factory=time.monotonic)
    key: str = field(default_factory=lambda: f"said-{next(_numbers)}")


@dataclass(slots=True)
class Said(Work):
    """A question of the conversation and its answer so far; `has_model` says that a chat model writes it, `as_is` that
    what it names itself is no filter.
    """

    question: str
    filters: Filters = EVERYTHING
    has_model: bool = False
    as_is: bool = False
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """The source beside the conversation: number `n` of the answer to a question; `moved` turns from there."""

    key: str
    n: int
    moved: int = 0


def conversation() -> list[Said]:
    """The questions of this session, oldest first."""
    said: list[Said] = st.session_state.setdefault("conversation", [])
    return said


def history(said: Sequence[Said]) -> list[Exchange]:
    """What a follow-up is understood by."""
    return [Exchange(one.question, one.answer.answer) for one in said if one.answer is not None]


def opened(where: str = "conversation") -> Opened | None:
    """The source that is open beside the conversation, or beside what else has sources."""
    place: Opened | None = st.session_state.get(f"opened beside {where}")
    return place


def is_running(said: Sequence[Said]) -> bool:
    """Whether the last answer is still being written."""
    return bool(said) and said[-1].state == "running"


def open_source(place: Opened | None, where: str = "conversation") -> None:
    """Open a source there, or close it."""
    st.session_state[f"opened beside {where}"] = place


def cite(key: str, where: str = "conversation") -> None:
    """Open the source that was clicked in the answer of this key; close it where it stands open there."""
    if (number := st.session_state[key].cite) is not None:
        chosen, place = Opened(key, int(number)), opened(where)
        is_open = place is not None and (place.key, place.n) == (chosen.key, chosen.n)
        open_source(None if is_open else chosen, where)


def go_to(page: str, **query: str) -> None:
    """Leave for another page when this run begins anew: st.switch_page cannot be called where a click is handled."""
    st.session_state["go to"] = (page, query)


def begin(said: Said, answers: Callable[[], Iterator[Answer]]) -> None:
    """Have the answer written in the background: a click elsewhere on the page does not break it off."""

    def take(answer: Answer) -> None:
        said.answer = answer

    begin_work(said, answers, take)


def fail(work: Work, error: VerbatimError) -> None:
    """End work that could not begin."""
    work.state, work.problem = "failed", str(error)
    work.ended.set()


def begin_work(work: Work, make: Callable[[], Iterator[T]], take: Callable[[T], None]) -> None:
    """Have what `make` gives taken one by one in the background, until it ends or is to stop."""
    threading.Thread(target=_do, args=(work, make, take), name=work.key, daemon=True).start()


def _do(work: Work, make: Callable[[], Iterator[T]], take: Callable[[T], None]) -> None:
    try:
        with closing(make()) as coming:  # type: ignore[type-var] # it is a generator
            for one in coming:
                if work.stop.is_set():
                    break
                take(one)
        work.state = "stopped" if work.stop.is_set() else "done"
    except VerbatimError as error:
        fail(work, error)
    except Exception as error:  # noqa: BLE001 - whatever it is, the page must not wait for ever
        _log.exception("A question could not be answered")
        work.state, work.problem = "failed", f"{type(error).__name__}"
    finally:
        work.ended.set()
