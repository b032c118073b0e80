"""Transcripts, file names, questions, model output and reports are data: the page shows them, and does nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from browser import NewPage, ask
from hostile_page import (
    ADDRESS,
    EVERYTHING,
    FILE,
    HTML,
    IVO,
    LONG,
    MARA,
    OTHER_QUESTION,
    OUTLET,
    PAYLOADS,
    QUESTION,
    SAID,
    SECTION,
    TITLE,
    assert_harmless,
    assert_shown,
    hostile_index,
    settled,
)
from markdown_it import MarkdownIt
from page_server import PageServer, serving_page
from playwright.sync_api import Page, expect


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hostile index; beside it, what a hostile evaluation left."""
    return hostile_index(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def hostile_page(archive: Path) -> Iterator[PageServer]:
    """The page on the hostile archive."""
    with serving_page(archive) as server:
        yield server


def answered(page: Page, question: str) -> None:
    """Ask, and wait for an answer with sources."""
    ask(page, question)
    expect(page.locator(".chip").first).to_be_visible()


def test_an_answer(new_page: NewPage, hostile_page: PageServer) -> None:
    page = new_page(hostile_page)
    answered(page, QUESTION)
    assert_harmless(page)
    answer = page.get_by_test_id("stChatMessage").nth(1)
    for quoted in answer.locator(".said").all_inner_texts():
        assert " ".join(quoted.split()) in " ".join(SAID)
    assert_shown(answer, MARA, TITLE)
    chip = answer.locator(".chip").first
    for attribute in ("title", "aria-label"):
        expect(chip).to_have_attribute(attribute, f"Source 1: {MARA} · {TITLE}")


def test_a_source(new_page: NewPage, hostile_page: PageServer) -> None:
    page = new_page(hostile_page)
    answered(page, QUESTION)
    page.locator(".chip").first.click()
    expect(page.locator("mark.quote").first).to_be_visible()
    source = page.locator(".part.beside")
    assert_shown(source, MARA, TITLE, OUTLET, SECTION, *SAID)
    expect(source.get_by_role("link", name="Original page")).to_have_count(0)
    assert_harmless(page)
    for _ in range(3):
        page.get_by_role("button", name="Next turn").click()
    expect(page.locator(".turn.target")).to_have_attribute("data-turn", "7")
    assert_shown(source, IVO, EVERYTHING, LONG)
    assert_harmless(page)
    page.get_by_role("button", name="Read the interview").click()
    expect(page.locator(".turn.target")).to_have_attribute("data-turn", "7")
    assert_harmless(page)


def test_a_link_to_the_web_and_nothing_else_of_it(new_page: NewPage, hostile_page: PageServer) -> None:
    page = new_page(hostile_page)
    answered(page, OTHER_QUESTION)
    page.locator(".chip").first.click()
    link = page.get_by_role("link", name="Original page")
    expect(link).to_have_attribute("href", ADDRESS)
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", re.compile("noopener"))
    assert_harmless(page)
    page.get_by_role("button", name="Read the interview").click()
    expect(page.locator(".turn.target")).to_be_visible()
    expect(link).to_have_attribute("href", ADDRESS)
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", re.compile("noopener|noreferrer"))  # the latter means the former, too
    assert_harmless(page)


def test_a_question(new_page: NewPage, hostile_page: PageServer) -> None:
    page = new_page(hostile_page)
    question = f"{QUESTION} {EVERYTHING} {LONG}"
    ask(page, question)
    answer = page.get_by_test_id("stChatMessage").nth(1)
    expect(answer.locator(".chip, .hit").first).to_be_visible()
    assert_shown(page.get_by_test_id("stChatMessage").first, question)
    assert_harmless(page)


def test_what_comes_near_where_nothing_is_said(new_page: NewPage, hostile_page: PageServer) -> None:
    page = new_page(hostile_page)
    ask(page, "比特币现在多少钱？")
    near = page.locator(".near")
    expect(near.locator(".hit").first).to_be_visible()
    assert_shown(near, TITLE)
    near.locator(".hit").first.click()
    expect(page.locator("mark.quote").first).to_be_visible()
    assert_harmless(page)


def test_suggested_questions(new_page: NewPage, hostile_page: PageServer) -> None:
    page = new_page(hostile_page)
    choice = page.locator(".choice", has_text="sailors")
    assert_shown(choice, QUESTION, TITLE)
    assert_harmless(page)
    choice.click()
    expect(page.locator(".chip").first).to_be_visible()
    assert_harmless(page)


def test_filters(new_page: NewPage, hostile_page: PageServer) -> None:
    page = new_page(hostile_page)
    page.get_by_role("button", name="Filters").click()
    for label, option in (("Speakers", MARA), ("Interviews", TITLE)):
        page.get_by_role("combobox", name=label).click()
        page.get_by_role("option", name=option).click()
        page.keyboard.press("Escape")
    page.get_by_role("textbox", name="From").fill("<b>20")
    page.get_by_role("textbox", name="From").press("Enter")
    expect(page.get_by_text("This is no date")).to_be_visible()
    assert_harmless(page)
    page.get_by_role("textbox", name="From").fill("")
    page.keyboard.press("Escape")
    answered(page, QUESTION)
    assert_shown(page.get_by_test_id("stChatMessage").first, f"Only: {MARA} · {TITLE}")
    assert_harmless(page)


def test_reading(new_page: NewPage, hostile_page: PageServer) -> None:
    page = new_page(hostile_page, "read?doc=lamp")
    body = page.locator("body")
    expect(page.locator(".turn").first).to_be_visible()
    assert_shown(body, TITLE, OUTLET, SECTION, MARA, IVO, EVERYTHING, LONG, *SAID)
    expect(page.get_by_role("link", name="Original page")).to_have_count(0)
    expect(page.locator(".turn.target")).to_have_count(0)
    assert_harmless(page)
    page.get_by_text("Show what was left out").click()
    expect(page.locator(".turn.excluded").first).to_be_visible()
    expect(page.locator(".turn.target")).to_have_count(0)
    assert_shown(page.locator(".turn.excluded").last, "Share this page <img data-pwn src=x onerror=alert(1)>")
    assert_harmless(page)
    outline = page.get_by_role("navigation", name="Sections").get_by_role("button", name=SECTION)
    assert_shown(outline, SECTION)
    outline.click()
    expect(page.locator(".turn.target")).to_have_attribute("data-turn", "1")
    assert_harmless(page)


def test_finding_words(new_page: NewPage, hostile_page: PageServer) -> None:
    page = new_page(hostile_page, "read?doc=lamp")
    find = page.get_by_label("Find in this interview")
    for words in PAYLOADS:
        find.fill(words)
        find.press("Enter")
        expect(page.locator("mark.here")).to_have_text(words)
    assert_harmless(page)


def test_choosing_what_to_read(new_page: NewPage, hostile_page: PageServer) -> None:
    page = new_page(hostile_page, "read?doc=lamp")
    page.get_by_role("combobox", name="Interview").click()
    assert_shown(page.get_by_role("listbox"), TITLE, FILE)
    assert_harmless(page)
    page.get_by_role("option", name=FILE).click()
    expect(page.locator(".turn").first).to_contain_text("Who grinds the lens?")
    expect(page).to_have_url(re.compile("doc=%3Cimg"))
    assert_shown(page.locator("body"), FILE)
    assert_harmless(page)


@pytest.mark.parametrize("turn", [HTML[1], "-1", "1e3", "٣", "9" * 5000])
def test_an_address_that_somebody_made(new_page: NewPage, hostile_page: PageServer, turn: str) -> None:
    page = new_page(hostile_page, f"read?doc=lamp&turn={quote(turn)}&{quote(HTML[0])}={quote(HTML[0])}")
    expect(page.locator(".turn").first).to_be_visible()
    expect(page.locator(".turn.target")).to_have_count(0)
    assert_harmless(page)


def test_an_address_of_no_interview(new_page: NewPage, hostile_page: PageServer) -> None:
    page = new_page(hostile_page, f"read?doc={quote(EVERYTHING)}&turn=1")
    expect(page.get_by_text("There is no interview of this name")).to_be_visible()
    assert_shown(page.locator("body"), EVERYTHING)
    assert_harmless(page)


def test_a_comparison(new_page: NewPage, hostile_page: PageServer) -> None:
    page = new_page(hostile_page, "compare")
    question = page.get_by_role("textbox").first
    question.fill(f"{QUESTION} {EVERYTHING}")
    question.press("Enter")
    sides = page.locator(".st-key-sides")
    expect(page.locator(".chip").first).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)  # each answer that comes draws them all anew
    settled(page)
    expect(question).to_have_value(f"{QUESTION} {EVERYTHING}")
    assert_shown(sides, TITLE, MARA)
    assert_harmless(page)
    page.locator(".chip").first.click()
    expect(page.locator("mark.quote").first).to_be_visible()
    assert_harmless(page)
    page.get_by_text("By person").click()
    page.get_by_role("button", name="Compare").click()
    expect(sides.get_by_role("heading", name=MARA)).to_be_visible()
    assert_harmless(page)


def test_the_table_of_interviews(new_page: NewPage, hostile_page: PageServer) -> None:
    page = new_page(hostile_page, "library")
    table = page.get_by_test_id("stDataFrame").first
    expect(table.locator("[role=gridcell]").first).to_be_attached()
    cells = table.locator("[role=gridcell]").all_text_contents()
    assert {TITLE, FILE} <= set(cells), cells
    assert_harmless(page)
    table.evaluate("element => element.scrollIntoView({ block: 'center' })")
    box = table.locator("canvas").first.bounding_box()
    assert box
    for row in (1, 2):  # below the head, the boxes at the left
        page.mouse.click(box["x"] + 15, box["y"] + 18 + 35 * row)
    expect(page.get_by_role("button", name="Remove 2")).to_be_enabled()
    assert_shown(page.locator("body"), TITLE, FILE)
    page.get_by_role("button", name="Remove 2").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert_shown(dialog, TITLE, FILE)
    assert_harmless(page)


def test_the_charts(new_page: NewPage, hostile_page: PageServer) -> None:
    page = new_page(hostile_page, "library")
    charts = page.get_by_test_id("stVegaLiteChart")
    expect(charts).to_have_count(2)
    for at, words in ((0, TITLE), (1, MARA)):
        tooltip(page, at, words)
        assert_harmless(page)


def tooltip(page: Page, at: int, words: str) -> None:
    """Move the mouse over a chart until its tooltip says these words."""
    chart = page.get_by_test_id("stVegaLiteChart").nth(at).locator("canvas, svg").first
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box
    shown: list[str] = []
    for down in range(10, int(box["height"]), 6):
        for right in (0.05, 0.3, 0.6):
            page.mouse.move(box["x"] + box["width"] * right, box["y"] + down)
            element = page.locator("#vg-tooltip-element.visible")
            if element.count():
                shown += [element.inner_text()]
                if words in shown[-1]:
                    return
    raise AssertionError(f"{words!r} is in none of {shown}")


def test_an_evaluation(new_page: NewPage, hostile_page: PageServer) -> None:
    page = new_page(hostile_page, "quality")
    failure_part = page.locator(".part .question")
    expect(failure_part).to_be_visible()
    assert_shown(failure_part, EVERYTHING)
    assert_shown(page.locator("body"), HTML[1])
    assert_harmless(page)
    page.get_by_text("questions were not asked").click()
    page.get_by_text("All figures").click()
    assert_harmless(page)


def test_settings(new_page: NewPage, hostile_page: PageServer) -> None:
    page = new_page(hostile_page, "settings")
    page.get_by_text("Let a language model write").click()
    model = page.get_by_role("textbox", name="Language model")
    name = f"openai:{EVERYTHING}"[:200]
    model.fill(name)
    model.press("Enter")
    expect(page.get_by_text("A language model writes the answers")).to_be_visible()
    assert_shown(page.locator("body"), name)
    assert_harmless(page)
    page.get_by_role("button", name="Check the model").click()
    expect(page.get_by_text("It does not work")).to_be_visible()
    assert_harmless(page)


def test_files_that_are_sent(new_page: NewPage, tmp_path: Path) -> None:
    talk = (
        f"Interviewer: Who lit the lamp?\n\n{MARA}: I lit it, {EVERYTHING}.\n\nInterviewer: When?\n\n{MARA}: At dusk."
    )
    files = [
        {"name": f"{FILE}.txt", "mimeType": "text/plain", "buffer": talk.encode()},
        {"name": f"../../{HTML[1]} **pwnbold**.md", "mimeType": "text/plain", "buffer": b" \n"},
    ]
    with serving_page(tmp_path / "archive") as server:
        page = new_page(server, "library")
        page.locator("input[type=file]").set_input_files(files)  # type: ignore[arg-type] # a list of dicts will do
        page.get_by_role("button", name="Add 2 to the archive").click()
        refused = page.get_by_text("refused", exact=False).first
        expect(refused).to_be_visible()
        settled(page)
        assert_shown(page.locator("body"), f"{HTML[1]} **pwnbold**.md", "[pwnlink](javascript")
        assert_harmless(page)
        kept = [path.name for path in (tmp_path / "archive-uploads").iterdir()]
        assert len(kept) == 1
        assert not re.search('[<>:"/]', kept[0])
        assert {path.name for path in tmp_path.iterdir()} == {"archive", "archive-uploads", server.log.name}


def test_the_export_is_text_to_a_markdown_reader(new_page: NewPage, hostile_page: PageServer, tmp_path: Path) -> None:
    page = new_page(hostile_page)
    question = f"{QUESTION} {EVERYTHING}"
    answered(page, question)
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    download.value.save_as(tmp_path / "verbatim.md")
    exported = (tmp_path / "verbatim.md").read_text(encoding="utf-8")
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(exported)
    inside = [child for token in tokens for child in token.children or []]
    kinds = {token.type for token in [*tokens, *inside]}
    assert kinds <= {
        *("heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline", "text", "text_special"),
        *("blockquote_open", "blockquote_close", "softbreak", "em_open", "em_close"),
    }, kinds  # fmt: skip
    read = "\n".join("".join(child.content for child in token.children or []) for token in tokens)
    assert question in read
    assert any(said in read for said in SAID)
    assert MARA in read
    assert TITLE in read
