"""What every test runs under: no settings of the caller's, and no network but this machine.

pytest-socket (its options are in pyproject.toml) stops the test process itself; it does not reach the commands that a
test starts, so those are given a proxy that refuses every connection, and the model hub is told that it is offline.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import NewPage, Sessions, launched
from chat_server import ChatServer, as_openai, serving
from fake_embedding import write_two_interviews
from hypothesis import settings
from page_server import PageServer, serving_page
from sample_archive import sample_index

if TYPE_CHECKING:
    from playwright.sync_api import Browser

OTHERS_SETTINGS = ("VERBATIM_", "OPENAI_", "LANGCHAIN_", "LANGSMITH_")
NO_NETWORK = {
    "HF_HUB_OFFLINE": "1",
    "http_proxy": "http://127.0.0.1:9",
    "https_proxy": "http://127.0.0.1:9",
    "all_proxy": "http://127.0.0.1:9",
    "no_proxy": "127.0.0.1,localhost",
}

# At import, so that no module of Verbatim is loaded before.
for name in [name for name in os.environ if name.startswith(OTHERS_SETTINGS)]:
    del os.environ[name]
os.environ.update(NO_NETWORK)

# A slow machine is no failure: properties are checked, times are not.
settings.register_profile("verbatim", deadline=None)
settings.load_profile("verbatim")


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    """A folder with two interviews."""
    return write_two_interviews(tmp_path / "talks")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where an index is to be."""
    return tmp_path / ".verbatim"


@pytest.fixture(scope="session")
def one_chat_server() -> Iterator[ChatServer]:
    """The server behind `chat_server`."""
    with serving() as server:
        yield server


@pytest.fixture
def chat_server(one_chat_server: ChatServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    """A server on loopback that the environment names as OpenAI's; each test says what it answers."""
    yield from as_openai(one_chat_server, monkeypatch)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, one for the tests of a file: while it is open, no other test can run an event loop of its own."""
    yield from launched()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """Opens pages; at the end of the test nothing may have gone wrong in them."""
    sessions = Sessions(browser)
    yield sessions
    sessions.close()
    assert sessions.problems == []


@pytest.fixture(scope="session")
def sample_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    """The page on the sample interviews, without a chat model. Tests that change the archive start one of their own."""
    with serving_page(sample_index(tmp_path_factory.getbasetemp())) as server:
        yield server
