"""The comparison in the background: whom it asks and with what, in which order they come, and how it is broken off."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
import streamlit as st
from chat_server import ChatServer, failure, stream
from compared_talks import ASKED, QUOTING, TALKS, WRITING, compared_talks, sides
from hand_made import make_retriever

from rag.filters import EVERYTHING, Filters
from rag.retrieve import Retriever
from rag.side_by_side import By, Side
from ui.chat_archive import retriever_of
from ui.chat_comparison import BESIDE, Comparison, Request, begin_comparison, comparison
from ui.chat_settings import MODEL, WITH_MODEL, Asking
from ui.chat_startup import Startup
from ui.chat_state import Opened, open_source
from ui.chat_state import opened as source_opened


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    return compared_talks(tmp_path_factory.mktemp("compared") / "index")


@pytest.fixture(autouse=True)
def current(retriever: Retriever, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked is the index of the folder as it is then: these, where a test says nothing else."""
    monkeypatch.setattr("ui.chat_comparison.retriever_of", lambda startup: retriever)


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    state: dict[str, object] = {}
    monkeypatch.setattr(st, "session_state", state)
    return state


def test_sides_stand_by_date_in_whatever_order_they_come() -> None:
    one = Comparison(Request(ASKED, "person", (), EVERYTHING, Asking("", False, None)))
    sides: dict[str, tuple[str, ...]] = {"a": ("2024",), "b": (), "c": ("2019", "2025"), "d": ("2020",)}
    for name, dates in sides.items():
        one.take(Side(name, "", dates, None))
    assert [card.side.name for card in one.cards] == ["c", "d", "a", "b"]
    assert len({card.key for card in one.cards}) == 4


def compared(
    by: By, chosen: Sequence[str] = (), filters: Filters = EVERYTHING, startup: Startup = QUOTING
) -> Comparison:
    begin_comparison(startup, ASKED, by, chosen, filters)
    one = comparison()
    assert one is not None
    assert one.ended.wait(30)
    return one


def test_interviews_and_persons(session: dict[str, object]) -> None:
    one = compared("interview")
    assert (one.state, sides(one)) == ("done", [("harbour", True), ("mountain", True), ("silent", False)])
    assert one.others == 0
    chosen = compared("interview", ["mountain"])
    assert (sides(chosen), chosen.others) == ([("mountain", True)], 2)
    assert sides(compared("person")) == [("周桥", True), ("林岚", True)]
    only = compared("interview", ["harbour", "mountain"], Filters(since="2020"))
    assert sides(only) == [("harbour", None), ("mountain", True)]


def test_a_question_that_cannot_be_asked_fails_with_its_reason(session: dict[str, object]) -> None:
    begin_comparison(QUOTING, "？", "interview", [], EVERYTHING)
    one = comparison()
    assert one is not None
    assert one.ended.wait(30)
    assert (one.state, one.cards) == ("failed", ())
    assert "no word in it" in one.problem


def test_what_was_asked_before_is_broken_off(session: dict[str, object]) -> None:
    first = compared("interview")
    open_source(Opened(first.key, 1), BESIDE)
    second = compared("person")
    assert (first.stop.is_set(), second.stop.is_set()) == (True, False)
    assert comparison() is second
    assert source_opened(BESIDE) is None


def test_the_index_is_opened_when_it_is_asked(
    session: dict[str, object], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert len(sides(compared("interview"))) == 3
    fewer = make_retriever(tmp_path / "index", {"silent": TALKS["silent"]}, lambda text: 0.5)
    monkeypatch.setattr("ui.chat_comparison.retriever_of", lambda startup: fewer)
    assert [name for name, _ in sides(compared("interview"))] == ["silent"]


def test_without_an_index_nothing_begins(
    session: dict[str, object], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = compared("interview")
    monkeypatch.setattr("ui.chat_comparison.retriever_of", retriever_of)
    begin_comparison(Startup(index=str(tmp_path / "gone")), ASKED, "person", [], EVERYTHING)
    assert comparison() is before
    assert not before.stop.is_set()


def test_a_double_click_asks_once(session: dict[str, object], chat_server: ChatServer) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def waiting(_: object) -> object:
        begun.set()
        assert go_on.wait(30)
        return stream("春天我们做了四百斤茶。[1]")

    def ask(question: str) -> Comparison:
        begin_comparison(WRITING, question, "interview", ["mountain"], EVERYTHING)
        one = comparison()
        assert one is not None
        return one

    chat_server.answers(waiting)  # type: ignore[arg-type]
    first = ask(ASKED)
    assert begun.wait(30)
    assert ask(ASKED) is first
    assert not first.stop.is_set()
    other = ask("秋天做多少斤茶？")
    assert other is not first
    assert first.stop.is_set()
    other.stop.set()
    again = ask("秋天做多少斤茶？")
    assert again is not other, "what was stopped can be asked again"
    go_on.set()
    assert all(one.ended.wait(30) for one in (first, other, again))


def test_a_model_writes_the_sides(session: dict[str, object], chat_server: ChatServer) -> None:
    chat_server.answers(stream("春天我们做了四百斤茶。[1]"))
    one = compared("interview", ["mountain"], startup=WRITING)
    assert [card.side.answer.mode for card in one.cards if card.side.answer] == ["llm"]
    assert one.no_model == ()


def test_a_visitor_from_elsewhere_asks_with_the_model_of_the_server(session: dict[str, object]) -> None:
    session |= {MODEL: "openai:dear", WITH_MODEL: True}
    one = compared("interview", ["mountain"], startup=Startup(is_local=False))
    assert one.request.asking == Asking("", False, None)
    assert [card.side.answer.mode for card in one.cards if card.side.answer] == ["extractive"]


def test_a_model_that_fails_is_not_waited_for_again(session: dict[str, object], chat_server: ChatServer) -> None:
    chat_server.answers(failure(400, "broken", retry=False))
    one = compared("interview", ["harbour", "mountain"], startup=WRITING)
    assert sides(one) == [("harbour", True), ("mountain", True)]
    assert [note.kind for note in one.no_model] == ["no model"]
    assert len(chat_server.requests) == 1
    missing = compared("interview", ["mountain"], startup=Startup(llm="nowhere:mine"))
    assert missing.state == "failed"


def test_a_side_that_was_stopped_is_not_shown(session: dict[str, object], chat_server: ChatServer) -> None:
    def stopping(_: object) -> object:
        one = comparison()
        assert one is not None
        one.stop.set()
        return stream("春天我们做了四百斤茶。[1]")

    chat_server.answers(stopping)  # type: ignore[arg-type]
    one = compared("interview", ["harbour", "mountain"], startup=WRITING)
    assert (one.state, one.cards, one.no_model) == ("stopped", (), ())
