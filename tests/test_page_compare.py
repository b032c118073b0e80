"""Comparing in a real browser: one question asked of interviews and persons, ordered by date, with their sources."""

from __future__ import annotations

import re

from browser import NewPage, is_in_view
from page_server import PageServer
from playwright.sync_api import Locator, Page, expect

FAILURE = "你最大的失败是什么？"
LAMP = "老魏为什么终于不再用油灯？"
UNDATED = "no date"


def asking(new_page: NewPage, server: PageServer) -> Page:
    page = new_page(server, "compare")
    expect(page.get_by_role("heading", name="Who said what, and when?")).to_be_visible()
    return page


def compare(page: Page, question: str) -> None:
    """Ask, and wait until all have answered."""
    field(page).fill(question)
    field(page).press("Enter")
    expect(page.get_by_role("button", name="Copy answer").first).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)


def field(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Who said what, and when?")


def names(page: Page) -> list[str]:
    """What the cards are headed with."""
    return page.locator(".name[role=heading]").all_inner_texts()


def test_interviews_stand_by_date(new_page: NewPage, sample_page: PageServer) -> None:
    page = asking(new_page, sample_page)
    compare(page, FAILURE)
    dates = page.locator(".over").all_inner_texts()
    dated = [date for date in dates if date != UNDATED]
    assert len(dated) > 1
    assert dates == sorted(dated) + [UNDATED] * (len(dates) - len(dated))
    assert len(set(names(page))) == len(dates)
    expect(page.get_by_text("These interviews do not say:")).to_be_visible()


def test_a_number_shows_the_quoted_words_and_hides_them_again(new_page: NewPage, sample_page: PageServer) -> None:
    page = asking(new_page, sample_page)
    compare(page, LAMP)
    quoted = page.locator("blockquote .said").first.inner_text()
    page.locator(".chip").first.click()
    marked = page.locator("mark.quote")
    expect(marked.first).to_be_visible()
    assert "".join(marked.all_inner_texts()).split() == quoted.split()
    assert is_in_view(page, "mark.quote")
    expect(page.locator(".head")).to_contain_text(names(page)[0])
    page.locator(".chip").first.click()
    expect(page.locator(".head")).to_have_count(0)
    page.locator(".chip").first.click()
    page.get_by_role("button", name="Close").click()
    expect(page.locator(".head")).to_have_count(0)
    expect(page.locator("blockquote").first).to_be_visible()


def test_a_source_can_be_read_on_and_what_was_asked_is_still_there(new_page: NewPage, sample_page: PageServer) -> None:
    page = asking(new_page, sample_page)
    page.get_by_role("radio", name="By person").click()
    expect(page.get_by_role("combobox", name="Persons to compare")).to_be_visible()
    compare(page, LAMP)
    expect(page.locator(".name[role=heading]", has_text=re.compile("魏长庚|沈砚秋")).first).to_be_visible()
    page.locator(".chip").first.click()
    turn = page.locator(".turn.target").get_attribute("data-turn") or ""
    page.get_by_role("button", name="Read the interview").click()
    expect(page.get_by_label("Find in this interview")).to_be_visible()
    expect(page.locator(".turn.target")).to_have_attribute("data-turn", turn)
    page.get_by_role("link", name="Compare").click()
    expect(page.locator("mark.quote").first).to_be_visible()
    expect(field(page)).to_have_value(LAMP)
    expect(page.get_by_role("radio", name="By person")).to_be_checked()
    expect(page.locator("blockquote").first).to_be_visible()


def test_only_what_was_chosen_and_passes_the_filters(new_page: NewPage, sample_page: PageServer) -> None:
    page = asking(new_page, sample_page)
    for title in ("一盏灯", "deep-sea"):
        page.get_by_role("combobox", name="Interviews to compare").click()
        page.get_by_role("option", name=title).click()
        page.keyboard.press("Escape")
    compare(page, LAMP)
    said = page.get_by_test_id("stMain")
    expect(said).not_to_contain_text("Left out by the filters:")
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("combobox", name="Interviews", exact=True).click()
    page.get_by_role("option", name="一盏灯").click()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Filters (1)")).to_be_visible()
    compare(page, LAMP)
    expect(said).to_contain_text("Only: 一盏灯")
    expect(said).to_contain_text("Left out by the filters:")
    assert [name[:3] for name in names(page)] == ["一盏灯"]


def test_what_nobody_says_is_said_so(new_page: NewPage, sample_page: PageServer) -> None:
    page = asking(new_page, sample_page)
    field(page).fill("Who won the world cup in 1998?")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_text("None of them says anything about it:")).to_be_visible()
    expect(page.locator("blockquote")).to_have_count(0)


def test_a_suggested_question_is_compared(new_page: NewPage, sample_page: PageServer) -> None:
    page = asking(new_page, sample_page)
    suggestion = page.locator(".choice").first
    question = suggestion.locator("span").first.inner_text()
    suggestion.click()
    expect(field(page)).to_have_value(question)
    expect(page.locator(".chip").first).to_be_visible()
