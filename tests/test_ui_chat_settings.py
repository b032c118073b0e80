"""How a session asks: what was started, what is set, and what a visitor from elsewhere may not set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import streamlit as st
from chat_server import KEY, ChatServer, failure, stream
from small_archive import build_archive
from streamlit.testing.v1 import AppTest

from ui.chat_settings import (
    MODEL,
    PASSAGES,
    STRICT,
    WITH_MODEL,
    Asking,
    asking_now,
    is_model_name,
)
from ui.chat_startup import Startup
from ui.chat_text import CHOSEN

OWN = Startup(llm="openai:own")
AWAY = replace(OWN, is_local=False)


@pytest.mark.parametrize(
    ("startup", "chosen", "expected"),
    [
        (Startup(), {}, Asking("", False, None)),
        (OWN, {}, Asking("openai:own", False, None)),
        (replace(OWN, strict=True), {}, Asking("openai:own", True, None)),
        (replace(OWN, strict=True), {STRICT: False}, Asking("openai:own", False, None)),
        (OWN, {WITH_MODEL: False}, Asking("", False, None)),
        (OWN, {WITH_MODEL: False, MODEL: "openai:other"}, Asking("", False, None)),
        (OWN, {MODEL: " openai:other "}, Asking("openai:other", False, None)),
        (OWN, {MODEL: ""}, Asking("openai:own", False, None)),
        (OWN, {MODEL: "other"}, Asking("", False, None)),
        (Startup(), {MODEL: "openai:other"}, Asking("", False, None)),
        (Startup(), {MODEL: "openai:other", WITH_MODEL: True}, Asking("openai:other", False, None)),
        (Startup(), {WITH_MODEL: True}, Asking("", False, None)),
        (AWAY, {MODEL: "openai:other"}, Asking("openai:own", False, None)),
        (AWAY, {WITH_MODEL: False}, Asking("", False, None)),
        (replace(AWAY, llm=""), {MODEL: "openai:other", WITH_MODEL: True}, Asking("", False, None)),
        (Startup(), {PASSAGES: 3}, Asking("", False, 3)),
        (Startup(), {PASSAGES: None}, Asking("", False, None)),
        (Startup(), {PASSAGES: 10**9}, Asking("", False, 50)),
        (Startup(), {PASSAGES: -1}, Asking("", False, None)),
    ],
)
def test_how_a_session_asks(
    monkeypatch: pytest.MonkeyPatch, startup: Startup, chosen: Mapping[str, object], expected: Asking
) -> None:
    monkeypatch.setattr(st, "session_state", dict(chosen))
    assert asking_now(startup) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("openai:gpt-5-mini", True),
        ("ollama:qwen3:8b", True),
        ("gpt-5-mini", False),
        (":gpt", False),
        ("openai: ", False),
        ("", False),
    ],
)
def test_the_form_of_a_model_name(name: str, expected: bool) -> None:
    assert is_model_name(name) is expected


# the page


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_archive(tmp_path_factory.mktemp("archive"))


def script(told: dict[str, object]) -> None:
    import streamlit as st

    from ui.chat_settings import asking_now, settings_page
    from ui.chat_startup import Startup

    startup = Startup(**told)  # type: ignore[arg-type]
    settings_page(startup)
    st.code(repr(asking_now(startup)))


def opened(startup: Startup) -> AppTest:
    page = AppTest.from_function(script, kwargs={"told": asdict(startup)}, default_timeout=20).run()
    assert not page.exception
    return page


def asks(page: AppTest) -> str:
    return page.code[-1].value


def texts(page: AppTest) -> list[str]:
    return [text.value for text in page.text]


def words(page: AppTest) -> str:
    return "\n".join(block.value for block in [*page.markdown, *page.caption])


def test_what_is_set_counts(index: Path) -> None:
    page = opened(Startup(index=str(index)))
    assert "no language model is asked" in words(page)
    page.toggle(key=STRICT).set_value(True)
    page.number_input(key=PASSAGES).set_value(4)
    page.toggle(key=WITH_MODEL).set_value(True).run()
    assert asks(page) == repr(Asking("", True, 4))
    assert "Name a model" in page.warning[0].value
    page.text_input(key=MODEL).set_value("gpt").run()
    assert "write provider:model" in page.warning[0].value
    page.text_input(key=MODEL).set_value("openai:mine").run()
    assert asks(page) == repr(Asking("openai:mine", True, 4))
    assert not page.warning
    assert "openai:mine" in texts(page)
    page.toggle(key=WITH_MODEL).set_value(False).run()
    assert asks(page) == repr(Asking("", True, 4))


def test_a_visitor_from_elsewhere_can_only_do_without_the_model(index: Path) -> None:
    page = opened(Startup(index=str(index), llm="openai:own", is_local=False))
    assert asks(page) == repr(Asking("openai:own", False, None))
    assert MODEL not in {one.key for one in page.text_input}
    assert "Check the model" not in [button.label for button in page.button]
    page.toggle(key=WITH_MODEL).set_value(False).run()
    assert asks(page) == repr(Asking("", False, None))
    without = opened(Startup(index=str(index), is_local=False))
    assert {one.key for one in without.toggle} == {STRICT}


def test_the_archive_and_its_filters(index: Path) -> None:
    page = opened(Startup(index=str(index)))
    assert {str(index), "2", "bundled"} <= set(texts(page))
    assert len(page.multiselect) == 3
    assert "neither shown nor stored" in words(page)


def test_without_an_index_the_rest_can_be_set(tmp_path: Path) -> None:
    page = opened(Startup(index=str(tmp_path / "none")))
    assert [info.value for info in page.info] == ["No interviews yet"]
    assert not page.multiselect
    page.toggle(key=STRICT).set_value(True).run()
    assert asks(page) == repr(Asking("", True, None))


def test_a_damaged_index_is_told(tmp_path: Path) -> None:
    (tmp_path / "verbatim-index.json").write_text("{")
    page = opened(Startup(index=str(tmp_path)))
    assert [error.value for error in page.error] == ["The index cannot be used"]
    assert page.number_input(key=PASSAGES)


def test_the_language_of_the_page(tmp_path: Path) -> None:
    page = opened(Startup(index=str(tmp_path / "none")))
    assert page.title[0].value == "Settings"
    page.selectbox(key=CHOSEN).set_value("zh-Hans").run()
    assert page.title[0].value == "设置"
    page.selectbox(key=CHOSEN).set_value("zh-Hant").run()
    assert page.title[0].value == "設定"


# whether a model works


def test_whether_a_model_works(chat_server: ChatServer, index: Path) -> None:
    chat_server.answers(failure(401, f"wrong key {KEY}", retry=False))
    page = opened(Startup(index=str(index), llm="openai:mine"))
    [button] = [button for button in page.button if button.label == "Check the model"]
    button.click().run()
    assert [error.value for error in page.error] == ["It does not work"]
    assert KEY not in "\n".join(texts(page))
    chat_server.answers(stream("OK"))
    [button] = [button for button in page.button if button.label == "Check the model"]
    button.click().run()
    assert page.success[0].value.startswith("It works: first words after 0.")
    assert "OK" in texts(page)
    page.text_input(key=MODEL).set_value("openai:another").run()
    assert not page.success
