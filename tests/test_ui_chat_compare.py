"""The comparison: sides in their order, what a card says, and the page while it is asked and after."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import streamlit as st
from chat_server import ChatServer, failure, stream
from hand_made import Talk, answered, asked, make_retriever
from streamlit.testing.v1 import AppTest

from index.model import Kind, Role
from rag.answer import Answer, AnswerSentence, Citation, Note
from rag.filters import Filters
from rag.retrieve import Retriever
from rag.side_by_side import Side
from ui.chat_compare import BY, QUESTION, side_data
from ui.chat_comparison import By, Comparison, begin_comparison, comparison, dates_of
from ui.chat_filters import SINCE
from ui.chat_startup import Startup

TALKS: dict[str, Talk] = {
    "mountain": [[asked("春天做多少茶？"), answered("春天我们做了四百斤茶。")]],
    "silent": [[asked("春天的茶做多少斤？", label="阿木")]],
    "harbour": [[asked("春天做什么？"), answered("春天我在码头修了两条船。", label="周桥")]],
}
DATES = {"mountain": "2024-05-03", "harbour": "2019-01-02"}
ASKED = "春天做多少斤茶？"
BEST_FIRST = ("四百斤", "两条船", "做多少斤")


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    def nearness(text: str) -> float:
        return next((0.9 - 0.1 * at for at, words in enumerate(BEST_FIRST) if words in text), 0.2)

    return make_retriever(tmp_path_factory.mktemp("compared") / "index", TALKS, nearness, DATES)


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    state: dict[str, object] = {}
    monkeypatch.setattr(st, "session_state", state)
    return state


def quoted(n: int, date: str, speaker: str = "林岚", title: str = "茶园") -> Citation:
    return Citation(
        rank=n, score=1.0, passage_id=f"p{n}", doc=f"doc{n}", title=title, date=date, speakers=(speaker,), section="",
        start=0, end=4, turns=(1, 1), text="四百斤。", n=n, speaker=speaker, quote="四百斤。", quote_start=0,
        quote_end=4, url="", role=Role.GUEST, kind=Kind.INTERVIEW, turn=1,
    )  # fmt: skip


def answer(*citations: Citation, mode: str = "extractive", notes: tuple[Note, ...] = ()) -> Answer:
    sentences = tuple(AnswerSentence("四百斤。", (one.n,), "supported", 1.0) for one in citations)
    return Answer(
        ASKED, ASKED, "四百斤。[1]", bool(citations), "zh-Hans", "llm" if mode == "llm" else "extractive",
        "openai:m" if mode == "llm" else "", sentences, citations, {}, notes=notes,
    )  # fmt: skip


# order


def test_the_dates_of_a_side() -> None:
    assert dates_of(Side("茶园", "tea", "2024", answer(quoted(1, "2024")))) == ["2024"]
    assert dates_of(Side("茶园", "tea", "", answer(quoted(1, "")))) == []
    person = answer(quoted(1, "2025-01"), quoted(2, ""), quoted(3, "2019"))
    assert dates_of(Side("林岚", "", "2025-01", person)) == ["2019", "2025-01"]
    assert dates_of(Side("林岚", "", "", None)) == []


def test_sides_stand_by_date_in_whatever_order_they_come() -> None:
    one = Comparison(ASKED, "person")
    for name, dates in (("a", ["2024"]), ("b", []), ("c", ["2025", "2019"]), ("d", ["2020"])):
        cited = [quoted(n, date) for n, date in enumerate(dates, 1)]
        one.take(Side(name, "", dates[0] if dates else "", answer(*cited)))
    assert [card.side.name for card in one.cards] == ["c", "d", "a", "b"]
    assert len({card.key for card in one.cards}) == 4


# what a card says


def test_a_card_does_not_say_twice_what_it_is() -> None:
    said = answer(quoted(1, "2024"), notes=(Note("no model", "gone"), Note("dropped", "2")))
    interview = side_data(Side("茶园", "tea", "2024", said), said, 1)
    assert [(block["by"], block["where"]) for block in interview["blocks"]] == [("林岚", "guest")]
    assert (interview["foot"], interview["open"]) == ([], 1)
    assert interview["notes"] == ["Left out because nothing supports it: 2 sentences"]
    both = answer(quoted(1, "2024"), quoted(2, "2019", "Lin Lan", "Tea & <b>hills</b>"))
    person = side_data(Side("林岚", "", "2024", both), both, None)
    assert [(block["by"], block["where"]) for block in person["blocks"]] == [
        ("茶园", "2024"),
        ("Tea & <b>hills</b>", "2019 · Lin Lan"),
    ]


def test_a_card_says_which_model_wrote_it() -> None:
    written = answer(quoted(1, "2024"), mode="llm")
    data = side_data(Side("茶园", "tea", "2024", written), written, None)
    assert data["foot"] == ["Written by openai:m, checked sentence by sentence"]


# in the background


def compared(
    startup: Startup, retriever: Retriever, by: By, chosen: Sequence[str] = (), filters: Filters | None = None
) -> Comparison:
    begin_comparison(startup, retriever, ASKED, by, chosen, filters or Filters())
    one = comparison()
    assert one is not None
    assert one.ended.wait(30)
    return one


def sides(one: Comparison) -> list[tuple[str, bool | None]]:
    return [(card.side.name, card.side.answer.answered if card.side.answer else None) for card in one.cards]


def test_interviews_and_persons(session: dict[str, object], retriever: Retriever) -> None:
    one = compared(Startup(), retriever, "interview")
    assert (one.state, sides(one)) == ("done", [("harbour", True), ("mountain", True), ("silent", False)])
    assert sides(compared(Startup(), retriever, "interview", ["mountain"])) == [("mountain", True)]
    assert sides(compared(Startup(), retriever, "person")) == [("周桥", True), ("林岚", True)]
    only = compared(Startup(), retriever, "interview", ["harbour", "mountain"], Filters(since="2020"))
    assert sides(only) == [("harbour", None), ("mountain", True)]


def test_a_question_that_cannot_be_asked_fails_with_its_reason(
    session: dict[str, object], retriever: Retriever
) -> None:
    begin_comparison(Startup(), retriever, "？", "interview", [], Filters())
    one = comparison()
    assert one is not None
    assert one.ended.wait(30)
    assert (one.state, one.cards) == ("failed", ())
    assert "no word in it" in one.problem


def test_what_was_asked_before_is_broken_off(session: dict[str, object], retriever: Retriever) -> None:
    first = compared(Startup(), retriever, "interview")
    second = compared(Startup(), retriever, "person")
    assert (first.stop.is_set(), second.stop.is_set()) == (True, False)
    assert comparison() is second


def test_a_model_writes_the_sides(session: dict[str, object], retriever: Retriever, chat_server: ChatServer) -> None:
    chat_server.answers(stream("春天我们做了四百斤茶。[1]"))
    one = compared(Startup(llm="openai:mine", no_cache=True), retriever, "interview", ["mountain"])
    assert [card.side.answer.mode for card in one.cards if card.side.answer] == ["llm"]
    assert one.no_model == ()


def test_a_model_that_fails_is_not_waited_for_again(
    session: dict[str, object], retriever: Retriever, chat_server: ChatServer
) -> None:
    chat_server.answers(failure(400, "broken", retry=False))
    one = compared(Startup(llm="openai:mine", no_cache=True), retriever, "interview", ["harbour", "mountain"])
    assert sides(one) == [("harbour", True), ("mountain", True)]
    assert [note.kind for note in one.no_model] == ["no model"]
    assert len(chat_server.requests) == 1
    missing = compared(Startup(llm="nowhere:mine"), retriever, "interview", ["mountain"])
    assert missing.state == "failed"


def test_a_side_that_was_stopped_is_not_shown(
    session: dict[str, object], retriever: Retriever, chat_server: ChatServer
) -> None:
    def stopping(_: object) -> object:
        one = comparison()
        assert one is not None
        one.stop.set()
        return stream("春天我们做了四百斤茶。[1]")

    chat_server.answers(stopping)  # type: ignore[arg-type]
    one = compared(Startup(llm="openai:mine", no_cache=True), retriever, "interview", ["harbour", "mountain"])
    assert (one.state, one.cards) == ("stopped", ())


# the page


def script(retriever: object) -> None:
    from ui.chat_compare import compare_page
    from ui.chat_startup import Startup

    compare_page(Startup(), retriever)  # type: ignore[arg-type]


def opened(retriever: Retriever) -> AppTest:
    page = AppTest.from_function(script, kwargs={"retriever": retriever}, default_timeout=20).run()
    assert not page.exception
    return page


def ask(page: AppTest, question: str) -> AppTest:
    page.text_input(key=QUESTION).set_value(question)
    [button] = [button for button in page.button if button.label == "Compare"]
    button.click().run()
    if "comparison" in page.session_state:
        assert page.session_state["comparison"].ended.wait(30)
    page.run()
    assert not page.exception
    return page


def said(page: AppTest) -> list[str]:
    return [block.value for block in [*page.caption, *page.text]]


def test_the_page_before_and_after_a_question(retriever: Retriever) -> None:
    page = opened(retriever)
    assert page.title[0].value == "Who said what, and when?"
    offered = page.multiselect(key="compare interviews").options
    assert offered == ["harbour · 2019-01-02", "mountain · 2024-05-03", "silent"]
    assert page.title[0].value == ask(page, "  ").title[0].value, "nothing was asked"
    page = ask(page, ASKED)
    assert not page.title
    assert page.session_state["comparison"].question == ASKED
    assert "These interviews do not say:" in said(page)
    assert page.text[-1].value == "silent"


def test_persons_are_offered_and_chosen(retriever: Retriever) -> None:
    page = opened(retriever)
    page.button_group(key=BY).set_value("person").run()
    assert page.multiselect(key="compare persons").options[:2] == ["周桥", "林岚"]
    page.multiselect(key="compare persons").set_value(["周桥"]).run()
    page = ask(page, ASKED)
    assert sides(page.session_state["comparison"]) == [("周桥", True)]


def test_what_the_filters_leave_out_is_named(retriever: Retriever) -> None:
    page = opened(retriever)
    page.multiselect(key="compare interviews").set_value(["harbour", "mountain"])
    page.text_input(key=SINCE).set_value("2020").run()
    page = ask(page, ASKED)
    assert "Left out by the filters:" in said(page)
    assert page.text[-1].value == "harbour · 2019-01-02"
    page.multiselect(key="compare interviews").set_value([])
    page.text_input(key=SINCE).set_value("2030").run()
    assert "Nothing of the archive passes the filters." in [info.value for info in ask(page, ASKED).info]


def test_a_question_that_fails_is_told(retriever: Retriever) -> None:
    page = ask(opened(retriever), "？？")
    assert [error.value for error in page.error] == ["This question could not be answered"]
    assert "no word in it" in page.text[-1].value


def test_an_interview_that_is_gone_is_no_longer_chosen(retriever: Retriever, tmp_path: Path) -> None:
    page = opened(retriever)
    page.multiselect(key="compare interviews").set_value(["harbour", "mountain"]).run()
    talks = {name: talk for name, talk in TALKS.items() if name != "harbour"}
    smaller = make_retriever(tmp_path / "index", talks, lambda text: 0.5, DATES)
    again = AppTest.from_function(script, kwargs={"retriever": smaller}, default_timeout=20)
    again.session_state["compare interviews"] = ["harbour", "mountain"]
    again.run()
    assert not again.exception
    assert again.multiselect(key="compare interviews").value == ["mountain"]
