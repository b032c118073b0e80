"""A chat model that writes on the page: sentence by sentence, with what the check says of each; stopped; broken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from browser import CHAT, NewPage, ask
from chat_server import KEY, SSE, ChatServer, Reply, delta, event, failure, stream
from page_server import PageServer, serving_page
from playwright.sync_api import expect
from sample_archive import sample_index

LAMP = "老魏为什么终于不再用油灯？"


@pytest.fixture(scope="module")
def model_page(tmp_path_factory: pytest.TempPathFactory, one_chat_server: ChatServer) -> Iterator[PageServer]:
    """The page with a model behind it: the scripted server on loopback."""
    settings = {"OPENAI_BASE_URL": one_chat_server.url, "OPENAI_API_KEY": KEY, "NO_PROXY": "127.0.0.1"}
    index = sample_index(tmp_path_factory.getbasetemp())
    with serving_page(index, "--llm", "openai:m", "--no-cache", env=settings) as server:
        yield server


def fire(asked: dict[str, Any]) -> int:
    """The number of the passage of the fire in a prompt."""
    prompt = asked["messages"][-1]["content"]
    return int(re.findall(r"\n\[(\d+)\]", prompt.partition("油灯翻了")[0])[-1])


def well(asked: dict[str, Any]) -> Reply:
    """One sentence that the passage supports, and one that nothing does."""
    n = fire(asked)
    return stream(f"魏长庚说，2018年腊月油灯翻了，着了火[{n}]。", f"魏长庚说，烧掉了九百件皮子[{n}]。")


def slowly(asked: dict[str, Any]) -> Reply:
    """A first sentence, and then a second one that does not end."""
    first = event(delta(f"魏长庚说，2018年腊月油灯翻了，着了火[{fire(asked)}]。他"))
    pauses: list[str | float] = [0.1, event(delta("说"))]
    return Reply([first, *pauses * 1_000], content_type=SSE)


def test_each_sentence_says_how_it_is_supported(
    new_page: NewPage, model_page: PageServer, chat_server: ChatServer
) -> None:
    chat_server.answers(well)
    page = new_page(model_page)
    expect(page.get_by_text("A language model writes, every sentence is checked")).to_be_visible()
    ask(page, LAMP)
    expect(page.get_by_text("Written by openai:m, checked sentence by sentence")).to_be_visible()
    sentences = page.locator(".sentence")
    expect(sentences.first).to_contain_text("2018年腊月油灯翻了")
    expect(sentences.first).to_have_class("sentence supported")
    expect(sentences.nth(1)).not_to_have_class("sentence supported")
    badge = sentences.nth(1).locator(".badge")
    reason = sentences.nth(1).locator(".why")
    expect(reason).to_be_hidden()
    badge.hover()
    expect(reason).to_be_visible()
    expect(reason).to_contain_text("900 is not in what it cites")
    page.locator(".chip").first.click()
    expect(page.locator("mark.quote").first).to_contain_text("油灯翻了")


def test_it_is_shown_while_it_is_written_and_can_be_stopped(
    new_page: NewPage, model_page: PageServer, chat_server: ChatServer
) -> None:
    chat_server.answers(slowly)
    page = new_page(model_page)
    ask(page, LAMP)
    expect(page.locator(".sentence").first).to_contain_text("2018年腊月油灯翻了")
    expect(page.get_by_test_id(CHAT)).to_be_disabled()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped before the answer was whole.")).to_be_visible()
    expect(page.locator(".sentence").first).to_contain_text("2018年腊月油灯翻了")
    expect(page.get_by_test_id(CHAT)).to_be_enabled()
    assert chat_server.gone.wait(20), "the model is let go"


def test_a_look_at_a_source_does_not_break_it_off(
    new_page: NewPage, model_page: PageServer, chat_server: ChatServer
) -> None:
    chat_server.answers(well, slowly)
    page = new_page(model_page)
    ask(page, LAMP)
    expect(page.get_by_text("Written by openai:m")).to_be_visible()
    ask(page, LAMP)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.locator(".chip").first.click()
    expect(page.locator("mark.quote").first).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    assert not chat_server.gone.is_set()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped before the answer was whole.")).to_be_visible()


def test_a_number_opens_its_source_while_the_rest_is_written(
    new_page: NewPage, model_page: PageServer, chat_server: ChatServer
) -> None:
    chat_server.answers(slowly)
    page = new_page(model_page)
    ask(page, LAMP)
    page.locator(".chip").first.click()
    expect(page.locator("mark.quote").first).to_contain_text("油灯翻了")
    page.get_by_test_id("stMainBlockContainer").get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped before the answer was whole.")).to_be_visible()


def test_what_is_written_goes_on_while_another_page_is_read(
    new_page: NewPage, model_page: PageServer, chat_server: ChatServer
) -> None:
    chat_server.answers(slowly)
    page = new_page(model_page)
    ask(page, LAMP)
    expect(page.locator(".sentence").first).to_be_visible()
    page.get_by_role("link", name="Read").click()
    expect(page.locator(".turn").first).to_be_visible()
    page.get_by_role("link", name="Ask").click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.locator(".sentence").first).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped before the answer was whole.")).to_be_visible()


def test_a_model_that_fails_gives_quotations_and_the_reason(
    new_page: NewPage, model_page: PageServer, chat_server: ChatServer
) -> None:
    chat_server.answers(failure(401, "Incorrect API key", retry=False))
    page = new_page(model_page)
    ask(page, LAMP)
    expect(page.locator("blockquote").first).to_be_visible()
    expect(page.locator(".note")).to_contain_text("OPENAI_API_KEY")
    expect(page.get_by_text("The language model did not answer")).to_be_visible()
    assert KEY not in page.content()
    assert KEY not in model_page.said()


def test_a_follow_up_gets_what_was_said_before(
    new_page: NewPage, model_page: PageServer, chat_server: ChatServer
) -> None:
    chat_server.answers(well, stream("沈砚秋怎么看油灯？"), well)
    page = new_page(model_page)
    ask(page, LAMP)
    expect(page.get_by_text("Written by openai:m")).to_be_visible()
    ask(page, "那沈砚秋呢？")
    expect(page.get_by_text("Understood as: 沈砚秋怎么看油灯？")).to_be_visible()
    rewriting = chat_server.requests[1]["messages"][-1]["content"]
    assert LAMP in rewriting
    assert "2018年腊月油灯翻了" in rewriting
