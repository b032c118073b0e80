"""The comparison: sides in their order, what a card says, and the page while it is asked and after."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Sequence
from pathlib import Path

import pytest
import streamlit as st
from chat_server import ChatServer, failure, stream
from hand_made import Talk, answered, asked, make_retriever
from streamlit.testing.v1 import AppTest

from index.model import Kind, Role
from rag.answer import Answer, AnswerSentence, Citation, Note
from rag.filters import EVERYTHING, Filters
from rag.retrieve import Retriever
from rag.side_by_side import AT_MOST, By, Side
from ui.chat_archive import retriever_of
from ui.chat_compare import BY, QUESTION, side_data
from ui.chat_comparison import BESIDE, Comparison, Request, begin_comparison, comparison
from ui.chat_filters import SINCE
from ui.chat_settings import MODEL, WITH_MODEL, Asking
from ui.chat_startup import Startup
from ui.chat_state import Opened, open_source
from ui.chat_state import opened as source_opened

TALKS: dict[str, Talk] = {
    "mountain": [[asked("春天做多少茶？"), answered("春天我们做了四百斤茶。")]],
    "silent": [[asked("春天的茶做多少斤？", label="阿木")]],
    "harbour": [[asked("春天做什么？"), answered("春天我在码头修了两条船。", label="周桥")]],
}
DATES = {"mountain": "2024-05-03", "harbour": "2019-01-02"}
ASKED = "春天做多少斤茶？"
QUOTING = Startup()
WRITING = Startup(llm="openai:mine", no_cache=True)
BEST_FIRST = ("四百斤", "两条船", "做多少斤")


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    def nearness(text: str) -> float:
        return next((0.9 - 0.1 * at for at, words in enumerate(BEST_FIRST) if words in text), 0.2)

    return make_retriever(tmp_path_factory.mktemp("compared") / "index", TALKS, nearness, DATES)


@pytest.fixture(autouse=True)
def current(retriever: Retriever, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked is the index of the folder as it is then: these, where a test says nothing else."""
    monkeypatch.setattr("ui.chat_comparison.retriever_of", lambda startup: retriever)


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


def test_sides_stand_by_date_in_whatever_order_they_come() -> None:
    one = Comparison(Request(ASKED, "person", (), EVERYTHING, Asking("", False, None)))
    sides: dict[str, tuple[str, ...]] = {"a": ("2024",), "b": (), "c": ("2019", "2025"), "d": ("2020",)}
    for name, dates in sides.items():
        one.take(Side(name, "", dates, answer(quoted(1, ""))))
    assert [card.side.name for card in one.cards] == ["c", "d", "a", "b"]
    assert len({card.key for card in one.cards}) == 4


# what a card says


def test_a_card_does_not_say_twice_what_it_is() -> None:
    said = answer(quoted(1, "2024"), notes=(Note("no model", "gone"), Note("dropped", "2")))
    interview = side_data(Side("茶园", "tea", ("2024",), said), said, 1)
    assert [(block["by"], block["where"]) for block in interview["blocks"]] == [("林岚", "guest")]
    assert (interview["foot"], interview["open"]) == ([], 1)
    [note] = interview["notes"]
    assert "nothing supports" in note
    both = answer(quoted(1, "2024"), quoted(2, "2019", "Lin Lan", "Tea & <b>hills</b>"))
    person = side_data(Side("林岚", "", ("2019", "2024"), both), both, None)
    assert [(block["by"], block["where"]) for block in person["blocks"]] == [
        ("茶园", "2024"),
        ("Tea & <b>hills</b>", "2019 · Lin Lan"),
    ]


def test_a_card_says_which_model_wrote_it() -> None:
    written = answer(quoted(1, "2024"), mode="llm")
    data = side_data(Side("茶园", "tea", ("2024",), written), written, None)
    assert data["foot"] == ["Written by openai:m, checked sentence by sentence"]


# in the background


def compared(
    by: By, chosen: Sequence[str] = (), filters: Filters = EVERYTHING, startup: Startup = QUOTING
) -> Comparison:
    begin_comparison(startup, ASKED, by, chosen, filters)
    one = comparison()
    assert one is not None
    assert one.ended.wait(30)
    return one


def sides(one: Comparison) -> list[tuple[str, bool | None]]:
    return [(card.side.name, card.side.answer.answered if card.side.answer else None) for card in one.cards]


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
    assert page.session_state["comparison"].request.question == ASKED
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


def test_how_many_were_not_asked_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    years = range(2010, 2010 + AT_MOST + 2)
    talks: dict[str, Talk] = {
        f"in{year}": [[asked("做多少？"), answered("春天做茶。", label=f"人{year}号")]] for year in years
    }
    dates = {f"in{year}": str(year) for year in years}
    many = make_retriever(tmp_path / "index", talks, lambda text: 0.5 + int("2015" in text) / 10, dates)
    monkeypatch.setattr("ui.chat_comparison.retriever_of", lambda startup: many)
    page = opened(many)
    page.multiselect(key="compare interviews").set_value(["in2011"]).run()
    assert "Other interviews that could be asked and were not: 7" in said(ask(page, ASKED))
    page.text_input(key=SINCE).set_value("2030").run()
    assert not any("were not" in text for text in said(ask(page, ASKED))), "nobody else passes the filters"


def script_of_now() -> None:
    from ui.chat_compare import compare_page
    from ui.chat_comparison import retriever_of
    from ui.chat_startup import Startup

    compare_page(Startup(), retriever_of(Startup()))


def test_a_page_that_lies_idle_holds_no_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a session keeps of its last run are the callbacks, which come before the next: none has an index in it."""
    now = [make_retriever(tmp_path / "index", TALKS, lambda text: 0.5, DATES)]
    monkeypatch.setattr("ui.chat_comparison.retriever_of", lambda startup: now[0])
    page = AppTest.from_function(script_of_now, default_timeout=20).run()
    old = weakref.ref(now[0])
    now[0] = make_retriever(tmp_path / "index", {"silent": TALKS["silent"]}, lambda text: 0.5)
    gc.collect()
    assert old() is None
    assert [name for name, _ in sides(ask(page, ASKED).session_state["comparison"])] == ["silent"]
    old = weakref.ref(now[0])
    now.clear()
    gc.collect()
    assert old() is None
