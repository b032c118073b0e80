"""What a chat model writes, and what its provider says, is data too: shown on the page, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser import NewPage, ask
from chat_server import KEY, ChatServer, failure, stream
from hostile_page import EVERYTHING, HTML, LONG, PAYLOADS, QUESTION, SAID, assert_harmless, assert_shown, hostile_index
from page_server import PageServer, serving_page
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def model_page(tmp_path_factory: pytest.TempPathFactory, one_chat_server: ChatServer) -> Iterator[PageServer]:
    """The page on the hostile archive with a model behind it: the scripted server on loopback."""
    archive = hostile_index(tmp_path_factory.mktemp("hostile"))
    settings = {"OPENAI_BASE_URL": one_chat_server.url, "OPENAI_API_KEY": KEY, "NO_PROXY": "127.0.0.1"}
    with serving_page(archive, "--llm", "openai:m", "--no-cache", env=settings) as server:
        yield server


def test_what_a_model_writes(new_page: NewPage, model_page: PageServer, chat_server: ChatServer) -> None:
    chat_server.answers(stream(*(f"{said} [1]\n" for said in SAID), f"{EVERYTHING} [2]", f"{LONG} [1]"))
    page = new_page(model_page)
    ask(page, QUESTION)
    answer = page.get_by_test_id("stChatMessage").nth(1)
    expect(answer.locator(".sentence").first).to_be_visible()
    expect(answer.get_by_text("Written by openai:m")).to_be_visible()
    assert_shown(answer, *(payload for payload in PAYLOADS if "**" not in payload))  # no model's emphasis is shown
    for badge in answer.locator(".badge").all():
        badge.hover()
        expect(answer.locator(".why:visible").first).to_be_visible()
    assert_harmless(page)


def test_what_a_provider_says_of_its_failure(
    new_page: NewPage, model_page: PageServer, chat_server: ChatServer
) -> None:
    chat_server.answers(failure(400, EVERYTHING, retry=False, code=HTML[1], type=HTML[0]))
    page = new_page(model_page)
    ask(page, QUESTION)
    expect(page.locator(".note")).to_be_visible()
    assert_shown(page.locator(".note"), HTML[0])
    assert_harmless(page)
