"""Reading an interview on the page, in a real browser: links to a turn, the outline, words, what was left out."""

from __future__ import annotations

import re

from browser import NewPage, ask, is_in_view
from page_server import PageServer
from playwright.sync_api import Page, expect

LAMP = "老魏为什么终于不再用油灯？"


def read(new_page: NewPage, server: PageServer, query: str = "?doc=paper-theatre") -> Page:
    page = new_page(server, f"read{query}")
    expect(page.locator(".turn").first).to_be_visible()
    return page


def test_a_link_opens_at_its_turn_and_again_after_a_reload(new_page: NewPage, sample_page: PageServer) -> None:
    page = read(new_page, sample_page, "?doc=paper-theatre&turn=15")
    for _ in range(2):
        target = page.locator(".turn.target")
        expect(target).to_have_attribute("data-turn", "15")
        expect(target).to_contain_text("魏长庚")
        assert is_in_view(page, ".turn.target .name")
        page.reload()


def test_from_an_answer_to_the_whole_interview_and_back(new_page: NewPage, sample_page: PageServer) -> None:
    page = new_page(sample_page)
    ask(page, LAMP)
    page.locator(".chip").first.click()
    page.get_by_role("button", name="Read the interview").click()
    expect(page.locator(".turn.target")).to_have_attribute("data-turn", "15")
    expect(page).to_have_url(re.compile(r"/read\?doc=paper-theatre&turn=15$"))
    page.get_by_role("link", name="Ask").click()
    expect(page.locator("blockquote").first).to_be_visible()  # the conversation is still there


def test_words_are_found_in_either_script(new_page: NewPage, sample_page: PageServer) -> None:
    page = read(new_page, sample_page)
    page.get_by_label("Find in this interview").fill("油燈")
    page.get_by_label("Find in this interview").press("Enter")
    here = page.locator("mark.here")
    expect(here).to_have_text("油灯")
    assert is_in_view(page, "mark.here")
    counted = page.get_by_text(re.compile(r"^1 of \d+$"))
    expect(counted).to_be_visible()
    number = int(counted.inner_text().split()[-1])
    assert number > 2
    expect(page.locator("mark")).to_have_count(number)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text(f"2 of {number}")).to_be_visible()
    assert is_in_view(page, "mark.here")
    page.get_by_role("button", name="Previous").click()
    page.get_by_role("button", name="Previous").click()
    expect(page.get_by_text(f"{number} of {number}")).to_be_visible()
    page.get_by_label("Find in this interview").fill("量子色动力学")
    page.get_by_label("Find in this interview").press("Enter")
    expect(page.get_by_text("0 of 0")).to_be_visible()


def test_the_outline_goes_to_a_section(new_page: NewPage, sample_page: PageServer) -> None:
    page = read(new_page, sample_page)
    for name in ("03 灯与天", "01 女人不上箱"):
        page.get_by_role("navigation", name="Sections").get_by_role("button", name=name).click()
        section = page.locator(".turn.target .section")
        expect(section).to_have_text(name)
        assert is_in_view(page, ".turn.target .section")
    page.locator(".turn").last.scroll_into_view_if_needed()
    page.get_by_role("button", name="01 女人不上箱").click()  # once more, from somewhere else
    assert is_in_view(page, ".turn.target .section")


def test_a_link_goes_before_words_that_were_looked_for(new_page: NewPage, sample_page: PageServer) -> None:
    page = read(new_page, sample_page)
    page.get_by_label("Find in this interview").fill("灯")
    page.get_by_label("Find in this interview").press("Enter")
    expect(page.locator("mark.here")).to_be_visible()
    page.get_by_role("link", name="Ask").click()
    ask(page, LAMP)
    page.locator(".chip").first.click()
    page.get_by_role("button", name="Read the interview").click()
    expect(page.locator(".turn.target")).to_have_attribute("data-turn", "15")
    expect(page.locator("mark")).to_have_count(0)
    assert is_in_view(page, ".turn.target .name")


def test_what_was_left_out_is_shown_on_demand(new_page: NewPage, sample_page: PageServer) -> None:
    page = read(new_page, sample_page)
    expect(page.locator(".turn.excluded")).to_have_count(0)
    page.get_by_text("Show what was left out").click()
    expect(page.locator(".turn.excluded").first).to_be_attached()


def test_another_interview_begins_at_its_beginning(new_page: NewPage, sample_page: PageServer) -> None:
    page = read(new_page, sample_page, "?doc=paper-theatre&turn=15")
    assert is_in_view(page, ".turn.target")
    page.get_by_role("combobox", name="Interview").click()
    page.get_by_role("option", name="bridge engineer").click()
    expect(page.locator(".turn").first).to_contain_text(re.compile("[A-Za-z]{3}"))
    expect(page.locator(".turn.target")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/read\?doc=bridge-engineer$"))


def test_an_interview_that_is_not_there_is_said_so(new_page: NewPage, sample_page: PageServer) -> None:
    page = new_page(sample_page, "read?doc=no-such&turn=99999999999999999999")
    expect(page.get_by_text("There is no interview of this name in the archive:")).to_be_visible()
    expect(page.get_by_text("no-such")).to_be_visible()
    expect(page.locator(".turn")).to_have_count(0)  # no other interview stands in its place
    expect(page).to_have_url(re.compile(r"\?doc=no-such&turn=9+$"))
    page.get_by_role("combobox", name="Interview").click()
    page.get_by_role("option", name="bridge engineer").click()
    expect(page.locator(".turn").first).to_be_visible()
    expect(page.get_by_text("There is no interview of this name")).to_have_count(0)


def test_a_number_copies_the_link_to_its_turn(new_page: NewPage, sample_page: PageServer) -> None:
    page = new_page(sample_page, "read?doc=tea-mountain", permissions=["clipboard-read", "clipboard-write"])
    page.locator(".number").nth(3).click()
    expect(page.locator(".turn.target")).to_be_visible()
    copied = page.evaluate("() => navigator.clipboard.readText()")
    number = page.locator(".turn.target").get_attribute("data-turn")
    assert copied == f"{sample_page.url}/read?doc=tea-mountain&turn={number}"
    expect(page).to_have_url(copied)


def test_each_speaker_has_a_colour(new_page: NewPage, sample_page: PageServer) -> None:
    page = read(new_page, sample_page)
    names: dict[str, set[str]] = {}
    for speaker in page.locator(".turn.said .name").all()[:12]:
        colour = speaker.evaluate("element => getComputedStyle(element).color")
        names.setdefault(speaker.text_content() or "", set()).add(colour)
    assert len(names) > 1
    assert all(len(colours) == 1 for colours in names.values())
    assert len(set.union(*names.values())) == len(names)
