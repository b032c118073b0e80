"""Which part of the archive is asked: people and interviews that share a name, and dates however they are written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_embedding import FakeEmbedding, interview
from streamlit.testing.v1 import AppTest

from index.build import build_index
from index.store import open_index
from rag.filters import EVERYTHING, Filters, find_person
from rag.view import View
from ui.chat_filters import INTERVIEWS, LANGUAGES, SINCE, SPEAKERS, UNTIL, date_of, filters_text, people


def script(index: str) -> None:
    from pathlib import Path

    import streamlit as st

    from index.store import open_index
    from rag.view import View
    from ui.chat_filters import filter_popover, filters_now, filters_text

    with open_index(Path(index)) as opened:
        view = View(opened)
        filter_popover(view)
        st.session_state["now"] = filters_now()
        st.session_state["said"] = filters_text(filters_now(), view)


@pytest.fixture(scope="module")
def smiths(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people of one family name, in two interviews of one title and date."""
    talks = tmp_path_factory.mktemp("smiths")
    for name, full in (("john", "John Smith"), ("anna", "Anna Smith")):
        introduced = interview("史密斯", "茶园").replace(
            "主持人：第1年", f"今天的嘉宾是史密斯（{full}）。\n\n主持人：第1年"
        )
        (talks / f"{name}.md").write_text(introduced, encoding="utf-8")
    build_index([talks], talks / "index", FakeEmbedding())
    return talks / "index"


@pytest.fixture
def view(smiths: Path) -> Iterator[View]:
    with open_index(smiths) as index:
        yield View(index)


def opened(index: Path) -> AppTest:
    page = AppTest.from_function(script, kwargs={"index": str(index)}, default_timeout=20).run()
    assert not page.exception
    return page


def button(page: AppTest) -> str:
    [popover] = page.get("popover")
    return str(popover.proto.popover.label)


def now(page: AppTest) -> Filters:
    assert not page.exception
    found = page.session_state["now"]
    assert isinstance(found, Filters)
    return found


def test_two_people_who_are_shown_by_one_name(view: View) -> None:
    guests = [name for name in people(view) if find_person(view.index, name)[0] in ("John Smith", "Anna Smith")]
    assert sorted(guests) == ["Anna Smith", "John Smith"]
    assert [find_person(view.index, name) for name in guests] == [[name] for name in guests]


def test_each_person_and_each_interview_can_be_chosen(smiths: Path) -> None:
    page = opened(smiths)
    speakers, interviews = page.multiselect(key=SPEAKERS), page.multiselect(key=INTERVIEWS)
    assert interviews.options == ["对话史密斯：茶园 · 2024-05-03 · anna", "对话史密斯：茶园 · 2024-05-03 · john"]
    assert len(set(speakers.options)) == len(speakers.options) == 3
    interviews.select("对话史密斯：茶园 · 2024-05-03 · anna")
    speakers.select("Anna Smith")
    page.run()
    assert now(page) == Filters(("Anna Smith",), ("anna",))
    assert page.session_state["said"] == "Anna Smith · 对话史密斯：茶园 · anna"
    assert button(page) == "Filters (2)"
    assert page.multiselect(key=LANGUAGES).options == ["Chinese (Simplified)"]
    page.multiselect(key=LANGUAGES).select("zh-Hans").run()
    assert now(page).languages == ("zh-Hans",)
    assert page.session_state["said"].endswith("anna · Chinese (Simplified)")


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2024", "2024"),
        ("2024-03", "2024-03"),
        (" 2024-03-19 ", "2024-03-19"),
        ("2024/03/19", "2024-03-19"),
        ("2024.3.19", "2024-03-19"),
        ("2024年3月19日", "2024-03-19"),
        ("2024 年 3 月", "2024-03"),
        ("2024年", "2024"),
        ("２０２４－０３－１９", "2024-03-19"),
        ("２０２４年３月１９日", "2024-03-19"),
        ("19 March 2024", "2024-03-19"),
        ("2024/02/30", ""),
        ("2024-13", ""),
        ("2024-03 to 2024-05", ""),
        ("spring", ""),
        ("", ""),
    ],
)
def test_dates(written: str, iso: str) -> None:
    assert date_of(written) == iso


def test_a_date_is_shown_as_it_was_understood(smiths: Path) -> None:
    page = opened(smiths)
    page.text_input(key=SINCE).set_value("２０２４年０３月１９日").run()
    assert now(page) == Filters(since="2024-03-19")
    assert page.text_input(key=SINCE).value == "2024-03-19"
    assert button(page) == "Filters (1)"
    assert not page.caption


def test_a_date_that_is_none_does_not_apply_and_the_other_does(smiths: Path) -> None:
    page = opened(smiths)
    page.text_input(key=SINCE).set_value("spring")
    page.text_input(key=UNTIL).set_value("2024/05").run()
    assert now(page) == Filters(until="2024-05")
    assert page.session_state["said"] == "… – 2024-05"
    assert button(page) == "Filters (1)"
    assert [caption.value for caption in page.caption] == [
        ":material/warning: The first date is not understood and does not apply"
    ]
    assert [error.value for error in page.error] == ["This is no date: write 2024, 2024-03 or 2024-03-19"]
    assert page.text_input(key=SINCE).value == "spring"


def test_dates_the_wrong_way_round_do_not_apply(smiths: Path) -> None:
    page = opened(smiths)
    page.text_input(key=SINCE).set_value("2024")
    page.text_input(key=UNTIL).set_value("2016").run()
    assert now(page) == EVERYTHING
    assert button(page) == "Filters"
    assert [caption.value for caption in page.caption] == [
        ":material/warning: The first date is later than the last; neither applies"
    ]
    page.button[0].click().run()
    assert not page.caption
    assert page.text_input(key=UNTIL).value == ""


def test_what_the_archive_no_longer_has_is_forgotten(smiths: Path) -> None:
    page = AppTest.from_function(script, kwargs={"index": str(smiths)}, default_timeout=20)
    page.session_state[INTERVIEWS] = ["gone", "john"]
    page.session_state[SPEAKERS] = ["Nobody"]
    page.run()
    assert now(page) == Filters(interviews=("john",))
    assert button(page) == "Filters (1)"


def test_a_session_begins_with_what_the_command_was_told(smiths: Path) -> None:
    def script(index: str) -> None:
        from pathlib import Path

        import streamlit as st

        from index.store import open_index
        from rag.filters import Filters
        from rag.view import View
        from ui.chat_filters import begin_with, filter_popover, filters_now

        with open_index(Path(index)) as opened:
            view = View(opened)
            begin_with(view, Filters(("anna smith",), ("anna",), "2024", languages=("zh",)))
            filter_popover(view)
            st.session_state["now"] = filters_now()

    page = AppTest.from_function(script, kwargs={"index": str(smiths)}, default_timeout=20).run()
    assert now(page) == Filters(("Anna Smith",), ("anna",), "2024", languages=("zh-Hans",))
    page.multiselect(key=INTERVIEWS).set_value([]).run()
    assert now(page).interviews == ()


def test_the_filters_in_words(view: View) -> None:
    assert filters_text(EVERYTHING, view) == ""
    assert filters_text(Filters(("a\u202eb",), ("gone",), "2024"), view) == "ab · gone · 2024 – …"
