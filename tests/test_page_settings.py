"""Settings and quality in a real browser: language, model, passages; the report of an evaluation and its failures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import NewPage, ask
from chat_server import KEY, ChatServer, failure, stream
from eval_reports import DECLINED, LOST, OUTCOMES, REPORT
from page_server import PageServer, serving_page
from playwright.sync_api import Locator, Page, expect
from sample_archive import sample_index

from eval.records import LAST_REPORT, write_report
from ui.cli_eval import WORK

LAMP = "老魏为什么终于不再用油灯？"
QUOTES, WRITES = "Quotations only: no language model is asked", "A language model writes, every sentence is checked"


@pytest.fixture(scope="module")
def model_page(tmp_path_factory: pytest.TempPathFactory, one_chat_server: ChatServer) -> Iterator[PageServer]:
    """The page with a model behind it: the scripted server on loopback."""
    settings = {"OPENAI_BASE_URL": one_chat_server.url, "OPENAI_API_KEY": KEY, "NO_PROXY": "127.0.0.1"}
    index = sample_index(tmp_path_factory.getbasetemp())
    with serving_page(index, "--llm", "openai:m", "--no-cache", env=settings) as server:
        yield server


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    """The page in a folder where evaluations may have run; it has no index."""
    with serving_page(tmp_path_factory.mktemp("quality") / ".verbatim") as server:
        yield server


def report_in(server: PageServer) -> Path:
    """Where the page looks for the report of the last evaluation."""
    file = server.index.parent / WORK / LAST_REPORT
    file.parent.mkdir(exist_ok=True)
    return file


def settings(new_page: NewPage, server: PageServer) -> Page:
    page = new_page(server, "settings")
    expect(page.get_by_role("spinbutton", name="Passages read for an answer")).to_be_visible()
    return page


def choose(page: Page, field: Locator, option: str) -> None:
    field.click()
    page.get_by_role("option", name=option).click()


def test_the_language_is_that_of_the_whole_visit(new_page: NewPage, sample_page: PageServer) -> None:
    page, other = settings(new_page, sample_page), new_page(sample_page)
    choose(page, page.get_by_role("combobox", name="Language", exact=True), "简体中文")
    expect(page.get_by_role("heading", name="设置", exact=True)).to_be_visible()
    choose(page, page.get_by_role("combobox", name="语言", exact=True), "繁體中文")
    expect(page.get_by_role("heading", name="設定", exact=True)).to_be_visible()
    page.get_by_role("link", name="提問").click()
    expect(page.get_by_role("heading", name="你想知道什麼？")).to_be_visible()
    ask(page, LAMP)
    expect(page.get_by_role("button", name="複製答案")).to_be_visible()
    expect(page.locator("blockquote").first).to_contain_text("油灯")  # what was said is shown as it was said
    page.get_by_role("link", name="設定").click()
    expect(page.get_by_role("combobox", name="語言", exact=True)).to_have_value("繁體中文")
    other.reload()
    expect(other.get_by_role("heading", name="What would you like to know?")).to_be_visible()


def test_what_is_set_stays_set(new_page: NewPage, sample_page: PageServer) -> None:
    page = settings(new_page, sample_page)
    passages = page.get_by_role("spinbutton", name="Passages read for an answer")
    passages.fill("1")
    passages.press("Enter")
    page.get_by_text("Strict", exact=True).click()
    expect(page.get_by_role("switch", name="Strict")).to_be_checked()
    page.get_by_role("link", name="Ask").click()
    ask(page, LAMP)
    expect(page.locator(".chip").first).to_be_visible()
    assert len(set(page.locator(".by").all_inner_texts())) == 1  # one passage, one speaker
    page.get_by_role("link", name="Settings").click()
    expect(passages).to_have_value("1")
    expect(page.get_by_role("switch", name="Strict")).to_be_checked()


def test_a_filter_is_the_same_on_every_page(new_page: NewPage, sample_page: PageServer) -> None:
    page = settings(new_page, sample_page)
    page.get_by_role("textbox", name="From").fill("2023")
    page.get_by_role("textbox", name="From").press("Enter")
    expect(page.get_by_role("button", name="Clear filters")).to_be_enabled()
    for name in ("Compare", "Ask"):
        page.get_by_role("link", name=name).click()
        expect(page.get_by_role("button", name="Filters (1)")).to_be_visible()
    ask(page, LAMP)
    expect(page.get_by_test_id("stChatMessage").first).to_contain_text("Only: 2023 – …")


def test_the_model_is_switched_off_and_on(new_page: NewPage, model_page: PageServer, chat_server: ChatServer) -> None:
    page = settings(new_page, model_page)
    expect(page.get_by_role("textbox", name="Language model")).to_have_value("openai:m")
    switch = page.get_by_role("switch", name="Let a language model write")
    page.get_by_text("Let a language model write").click()
    expect(switch).not_to_be_checked()
    expect(page.get_by_role("textbox", name="Language model")).to_have_count(0)
    page.get_by_role("link", name="Ask").click()
    expect(page.get_by_text(QUOTES)).to_be_visible()
    ask(page, LAMP)
    expect(page.locator("blockquote").first).to_be_visible()
    assert chat_server.requests == []
    page.get_by_role("link", name="Settings").click()
    page.get_by_text("Let a language model write").click()
    expect(switch).to_be_checked()
    page.get_by_role("link", name="Ask").click()
    expect(page.get_by_text(WRITES)).to_be_visible()


def test_whether_the_model_works(new_page: NewPage, model_page: PageServer, chat_server: ChatServer) -> None:
    chat_server.answers(stream("All ", "well"), failure(401, f"Incorrect API key provided: {KEY}", retry=False))
    page = settings(new_page, model_page)
    page.get_by_role("button", name="Check the model").click()
    expect(page.get_by_text("It works: first words after")).to_be_visible()
    expect(page.get_by_text("All well")).to_be_visible()
    page.get_by_role("button", name="Check the model").click()
    expect(page.get_by_text("It does not work")).to_be_visible()
    expect(page.get_by_text("OPENAI_API_KEY")).to_be_visible()
    assert KEY not in page.content()
    assert KEY not in model_page.said()


def test_before_an_evaluation_the_page_says_how_to_run_one(new_page: NewPage, work: PageServer) -> None:
    report_in(work).unlink(missing_ok=True)
    page = new_page(work, "quality")
    expect(page.get_by_role("heading", name="Nothing has been measured here yet")).to_be_visible()
    expect(page.get_by_text("verbatim eval", exact=True)).to_be_visible()


def test_the_figures_and_plots_of_the_last_evaluation(new_page: NewPage, work: PageServer) -> None:
    write_report(REPORT, report_in(work))
    page = new_page(work, "quality")
    tiles = page.get_by_test_id("stMetric")
    expect(tiles.first).to_contain_text("recall@5")
    expect(tiles.first).to_contain_text(re.compile(r"0?\.75|75"))
    plots = page.get_by_test_id("stVegaLiteChart")
    expect(plots).to_have_count(3)
    for plot in plots.all():
        plot.scroll_into_view_if_needed()
        drawn = plot.locator("canvas, svg").first
        expect(drawn).to_be_visible()
        assert (drawn.bounding_box() or {"height": 0})["height"] > 100
    choose(page, page.get_by_role("combobox", name="Groups"), "language")
    expect(page.get_by_test_id("stDataFrame").first.locator("tbody")).to_contain_text("zh-Hans")


def test_the_failures_are_looked_through(new_page: NewPage, work: PageServer) -> None:
    write_report(REPORT, report_in(work))
    page = new_page(work, "quality")
    expect(page.get_by_text(f"3 of {len(OUTCOMES)} questions", exact=True)).to_be_visible()
    shown = page.locator(".question")
    expect(shown).to_be_visible()
    seen = [shown.inner_text()]
    for number in (2, 3):
        page.get_by_role("button", name="Next").click()
        expect(page.get_by_text(f"{number} of 3", exact=True)).to_be_visible()
        expect(shown).not_to_have_text(seen[-1])
        seen.append(shown.inner_text())
    assert {LOST.question, DECLINED.question} < set(seen)
    expect(page.get_by_role("button", name="Next")).to_be_disabled()
    page.get_by_role("button", name="Previous").click()
    expect(shown).to_have_text(seen[1])
    page.get_by_role("radio", name="wrongly declined (1)").click()
    expect(shown).to_have_text(DECLINED.question)
    expect(page.get_by_text("1 of 1", exact=True)).to_be_visible()
