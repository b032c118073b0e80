"""Comparing: what a card says, and the page before and after a question."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import pytest
from compared_talks import ASKED, DATES, TALKS, compared_talks, sides
from hand_made import Talk, answered, asked, make_retriever
from streamlit.testing.v1 import AppTest

from index.model import Kind, Role
from rag.answer import Answer, AnswerSentence, Citation, Note
from rag.retrieve import Retriever
from rag.side_by_side import AT_MOST, Side
from ui.chat_compare import BY, QUESTION, side_data
from ui.chat_filters import SINCE


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    return compared_talks(tmp_path_factory.mktemp("compared") / "index")


@pytest.fixture(autouse=True)
def current(retriever: Retriever, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked is the index of the folder as it is then: these, where a test says nothing else."""
    monkeypatch.setattr("ui.chat_comparison.retriever_of", lambda startup: retriever)


def quoted(n: int, date: str, speaker: str = "林岚", title: str = "茶园") -> Citation:
    return Citation(
        rank=n, score=1.0, passage_id=f"p{n}", doc=f"doc{n}", title=title, date=date, speakers=(speaker,), section="",
        start=0, end=4, turns=(1, 1), text="四百斤。", seconds=None, also_in=(), n=n, speaker=speaker,
        quote="四百斤。", quote_start=0, quote_end=4, url="", role=Role.GUEST, kind=Kind.INTERVIEW, turn=1,
    )  # fmt: skip


def answer(*citations: Citation, mode: str = "extractive", notes: tuple[Note, ...] = ()) -> Answer:
    sentences = tuple(AnswerSentence("四百斤。", (one.n,), "supported", 1.0) for one in citations)
    return Answer(
        ASKED, ASKED, "四百斤。[1]", bool(citations), "zh-Hans", "llm" if mode == "llm" else "extractive",
        "openai:m" if mode == "llm" else "", sentences, citations, {}, notes=notes,
    )  # fmt: skip


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
    from ui.chat_archive import retriever_of
    from ui.chat_compare import compare_page
    from ui.chat_startup import Startup

    compare_page(Startup(), retriever_of(Startup()))


def test_a_page_that_lies_idle_holds_no_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a session keeps of its last run are the callbacks, which come before the next: none has an index in it."""
    now = [make_retriever(tmp_path / "index", TALKS, lambda text: 0.5, DATES)]
    for module in ("chat_comparison", "chat_archive"):
        monkeypatch.setattr(f"ui.{module}.retriever_of", lambda startup: now[0])
    page = AppTest.from_function(script_of_now, default_timeout=20).run()
    old = weakref.ref(now[0]), weakref.ref(now[0].view)
    now[0] = make_retriever(tmp_path / "index", {"silent": TALKS["silent"]}, lambda text: 0.5)
    gc.collect()
    assert [one() for one in old] == [None, None]
    assert [name for name, _ in sides(ask(page, ASKED).session_state["comparison"])] == ["silent"]
    old = weakref.ref(now[0]), weakref.ref(now[0].view)
    now.clear()
    gc.collect()
    assert [one() for one in old] == [None, None]
