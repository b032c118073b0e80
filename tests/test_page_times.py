"""In a real browser: when words were said, links to that moment, and one interview in two outlets."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from browser import NewPage, ask
from page_server import PageServer, serving_page
from playwright.sync_api import FilePayload, Page, expect
from sample_archive import bundled

from index.build import build_index

VIDEO = "https://www.youtube.com/watch?v=abcdefghijk"
HOSTILE = "Ferries <b>now</b> [x](javascript:alert(1))"
SAID = (
    ("Host", "00:00:01", "What was the old ferry like?"),
    ("Ida Holm", "00:00:05", "The old ferry ran twice a day, once for the post and once for whoever had missed it."),
    ("Host", "00:20:00", "Who painted it?"),
    ("Ida Holm", "00:20:10", "We painted the hull every spring with what was left over from the lighthouse."),
    ("Host", "01:02:00", "And in the winter of the long frost?"),
    ("Ida Holm", "01:02:03", "The river froze, and my father walked the letters across on a pair of planks."),
    ("Host", "01:03:00", "Did the bridge end it?"),
    ("Ida Holm", "01:03:09", "The bridge only ended the timetable; the talk went on in the waiting room for years."),
)
FROST = "Who walked the letters across the frozen river?"


@pytest.fixture(scope="module")
def ferries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    """The page on an interview that is there as a recording's transcript and as a web page of another title.

    It begins with a filter: which of the two would be quoted else is left to the search.
    """
    talks = tmp_path_factory.mktemp("ferries") / "talks"
    talks.mkdir()
    head = f"---\ntitle: The last ferry\ndate: 2024-02-03\noutlet: River Radio\nurl: {VIDEO}\n---\n\n"
    timed = "\n\n".join(f"[{time}] {name}: {words}" for name, time, words in SAID)
    (talks / "audio.md").write_text(head + timed, encoding="utf-8")
    written = "".join(f"<p><b>{name}:</b> {words}</p>" for name, _, words in SAID)
    title = HOSTILE.replace("<", "&lt;")
    (talks / "page.html").write_text(
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{written}</body></html>", encoding="utf-8"
    )
    build_index([talks], talks.with_name("index"), bundled())
    with serving_page(talks.with_name("index"), "--interview", "audio") as server:
        yield server


def answered(new_page: NewPage, server: PageServer) -> Page:
    """The page, asked."""
    page = new_page(server)
    ask(page, FROST)
    page.locator(".chip").first.wait_for()
    return page


def test_a_quotation_has_its_time_and_its_source_the_link_to_that_moment(
    new_page: NewPage, ferries: PageServer
) -> None:
    page = answered(new_page, ferries)
    frost = page.locator("blockquote", has_text="a pair of planks")
    expect(frost.locator(".time")).to_have_text("1:02:03")
    frost.locator(".chip").click()
    head = page.get_by_role("region", name="Source")
    expect(head).to_contain_text("1:02:03 · Turn 5 of 8")
    link = head.get_by_role("link", name="Original page, at 1:02:03")
    expect(link).to_have_attribute("href", f"{VIDEO}&t=3723")
    page.get_by_role("button", name="Previous turn").click()
    expect(head.get_by_role("link", name="Original page, at 1:02:00")).to_have_attribute("href", f"{VIDEO}&t=3720")


def test_the_other_outlet_is_named_and_opened(new_page: NewPage, ferries: PageServer) -> None:
    page = answered(new_page, ferries)
    expect(page.locator(".same").first).to_contain_text("Also in:")
    page.locator(".same").first.get_by_role("button", name=f"{HOSTILE} (English, .html)").click()
    expect(page).to_have_url(re.compile(r"/read\?doc=page$"))
    expect(page.locator(".top h2")).to_have_text(HOSTILE)
    expect(page.locator(".top .same")).to_contain_text("The same interview as")
    page.locator(".top .same").get_by_role("button", name="The last ferry (River Radio, English, .md)").click()
    expect(page).to_have_url(re.compile(r"/read\?doc=audio$"))
    expect(page.locator(".top h2")).to_have_text("The last ferry")


def test_from_the_source_to_the_other_outlet(new_page: NewPage, ferries: PageServer) -> None:
    page = answered(new_page, ferries)
    page.locator("blockquote", has_text="a pair of planks").locator(".chip").click()
    page.get_by_role("region", name="Source").get_by_role("button", name="Ferries").click()
    expect(page).to_have_url(re.compile(r"/read\?doc=page$"))
    page.get_by_role("link", name="Ask").click()
    expect(page.locator("blockquote").first).to_be_visible()  # the conversation is still there


def test_every_turn_is_read_with_its_time(new_page: NewPage, ferries: PageServer) -> None:
    page = new_page(ferries, "read?doc=audio")
    expect(page.locator(".turn .time")).to_have_text(
        ["0:01", "0:05", "20:00", "20:10", "1:02:00", "1:02:03", "1:03:00", "1:03:09"]
    )
    expect(page.locator(".turn .time").nth(3)).to_have_attribute("href", f"{VIDEO}&t=1210")
    untimed = new_page(ferries, "read?doc=page")
    untimed.locator(".turn").first.wait_for()
    expect(untimed.locator(".time")).to_have_count(0)


def test_the_library_says_which_are_the_same_and_what_a_reader_found(new_page: NewPage, ferries: PageServer) -> None:
    page = new_page(ferries, "library")
    table = page.get_by_test_id("stDataFrame")
    expect(table.locator("thead")).to_contain_text("Same interview as")
    expect(table.locator("tbody tr", has_text="River Radio")).to_contain_text("Ferries")
    cues = "\n\n".join(f"{time}.000 --> {time}.900\n{words}" for _, time, words in SAID if "?" not in words)
    payload = FilePayload(name="ferry.vtt", mimeType="", buffer=f"WEBVTT\n\n{cues}\n".encode())
    page.locator("input[type=file]").set_input_files([payload])
    page.get_by_role("button", name="Add 1 to the archive").click()
    expect(page.get_by_text("1 added · 1 with notes")).to_be_visible()
    expect(page.get_by_text("no speaker labels found").first).to_be_visible()
