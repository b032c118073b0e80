"""The library in a real browser: files added, replaced and refused, interviews opened and removed, several sessions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import NewPage, ask
from page_server import PageServer, serving_page
from playwright.sync_api import FilePayload, Locator, Page, expect
from small_archive import CLOCKS, TEA, build_archive

from index.lock import writer_lock

TEA_TITLE, CLOCKS_TITLE = "茶园一日：对话林岚", "The last clockmaker on Harbour Street"
ROW, HEADER = 35, 35  # pixels of the table
BELLS = """\
{title}

Published: 2024-0{month}-09

Interviewer: Why does the great bell stay silent?

Ansel Roth: The great bell cracked {when}, and nobody in the valley dares to cast another one.
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    """The page on two interviews that lie in a folder; each test adds what it changes."""
    with serving_page(build_archive(tmp_path_factory.mktemp("library"))) as server:
        yield server


def bells(title: str, month: int = 1, when: str = "in the winter of 1931") -> str:
    """An interview that no other test has."""
    return BELLS.format(title=title, month=month, when=when)


def library(new_page: NewPage, server: PageServer) -> Page:
    page = new_page(server, "library")
    expect(row(page, CLOCKS_TITLE)).to_be_attached()
    return page


def choose(page: Page, files: dict[str, str | bytes]) -> None:
    """Choose files in the dialog of the browser, and add them."""
    sent = [
        FilePayload(name=name, mimeType="text/plain", buffer=data.encode() if isinstance(data, str) else data)
        for name, data in files.items()
    ]
    page.locator("input[type=file]").set_input_files(sent)
    page.get_by_role("button", name=f"Add {len(files)} to the archive").click()


def drop(page: Page, name: str, text: str) -> None:
    """Drop a file on the page, and add it."""
    make = "([name, text]) => { const all = new DataTransfer(); all.items.add(new File([text], name)); return all; }"
    transfer = page.evaluate_handle(make, [name, text])
    page.get_by_test_id("stFileUploaderDropzone").dispatch_event("drop", {"dataTransfer": transfer})
    page.get_by_role("button", name="Add 1 to the archive").click()


def row(page: Page, title: str) -> Locator:
    """A row of the table, as screen readers have it: what is seen is painted."""
    return page.get_by_test_id("stDataFrame").locator("tbody tr", has_text=title)


def tick(page: Page, title: str) -> None:
    """Select a row by its box."""
    number = int(row(page, title).get_attribute("aria-rowindex") or 0) - 2
    page.get_by_test_id("stDataFrame").click(position={"x": 18, "y": HEADER + number * ROW + ROW // 2})
    expect(row(page, title)).to_have_attribute("aria-selected", "true")


def test_without_an_index_files_are_added_and_asked(new_page: NewPage, tmp_path: Path) -> None:
    with serving_page(tmp_path / "archive" / ".verbatim") as server:
        page = new_page(server)
        expect(page.get_by_role("heading", name="No interviews yet")).to_be_visible()
        expect(page.get_by_text("Add transcripts on the page “Library”")).to_be_visible()
        page.get_by_role("link", name="Library").click()
        expect(page.get_by_text("There are no interviews yet.")).to_be_visible()
        noise = bytes(range(256)) * 20
        choose(page, {"tea.txt": TEA, "clocks.md": CLOCKS, "empty.txt": b"", "noise.txt": noise})
        expect(page.get_by_text("2 added · 2 refused")).to_be_visible()
        expect(page.get_by_text("empty.txt: the file is empty")).to_be_visible()
        expect(page.get_by_text("noise.txt: not a text file in an encoding")).to_be_visible()
        expect(row(page, TEA_TITLE)).to_contain_text("2024-05-03")
        expect(row(page, CLOCKS_TITLE)).to_contain_text("Edda Moor")
        uploads = tmp_path / "archive" / "verbatim-uploads"
        assert sorted(path.name for path in uploads.iterdir()) == ["clocks.md", "tea.txt"]
        page.get_by_role("link", name="Ask").click()
        ask(page, "林岚是哪一年开始种茶的？")
        expect(page.locator("blockquote").first).to_contain_text("二〇〇九年")
        page.locator(".chip").first.click()
        expect(page.locator("mark.quote").first).to_contain_text("二〇〇九年")


def test_other_kinds_and_large_files_are_refused(new_page: NewPage, archive: PageServer, tmp_path: Path) -> None:
    page = library(new_page, archive)
    page.locator("input[type=file]").set_input_files([FilePayload(name="a.zip", mimeType="", buffer=b"PK")])
    uploader = page.get_by_test_id("stFileUploader")
    expect(uploader).to_contain_text("files are not allowed")
    large = tmp_path / "large.txt"
    large.write_bytes(b"a" * (20 * 2**20 + 1))
    page.locator("input[type=file]").set_input_files(large)
    expect(uploader).to_contain_text("File must be 20")
    expect(page.get_by_role("button", name="to the archive")).to_have_count(0)


def test_a_file_of_the_same_name_replaces_the_earlier_upload(new_page: NewPage, archive: PageServer) -> None:
    page = library(new_page, archive)
    choose(page, {"replaced.txt": bells("The replaced bell")})
    expect(row(page, "The replaced bell")).to_be_attached()
    drop(page, "replaced.txt", bells("The replaced bell, again", when="on a Tuesday in 1955"))
    expect(page.get_by_text("1 replaced")).to_be_visible()
    expect(row(page, "The replaced bell, again")).to_be_attached()
    read = new_page(archive, "read?doc=replaced")
    expect(read.locator(".turns")).to_contain_text("a Tuesday in 1955")
    expect(read.locator(".turns")).not_to_contain_text("1931")


def test_a_row_is_opened_in_read(new_page: NewPage, archive: PageServer) -> None:
    page = library(new_page, archive)
    expect(page.get_by_role("button", name="Open in Read")).to_be_disabled()
    tick(page, CLOCKS_TITLE)
    page.get_by_role("button", name="Open in Read").click()
    expect(page).to_have_url(re.compile(r"/read\?doc=clocks$"))
    expect(page.locator(".turns")).to_contain_text("one wheel each evening")


def test_what_is_removed_is_asked_about_first(new_page: NewPage, archive: PageServer) -> None:
    page = library(new_page, archive)
    choose(page, {"removed.txt": bells("The removed bell")})
    expect(row(page, "The removed bell")).to_be_attached()
    file = archive.index.with_name("index-uploads") / "removed.txt"
    assert file.exists()
    tick(page, "The removed bell")
    page.get_by_role("button", name="Remove 1").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Their files are deleted too:")
    expect(dialog).to_contain_text("removed.txt")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)
    expect(row(page, "The removed bell")).to_be_attached()
    page.get_by_role("button", name="Remove 1").click()
    dialog.get_by_role("button", name="Remove").click()
    expect(row(page, "The removed bell")).to_have_count(0)
    expect(page.get_by_text("1 removed")).to_be_visible()
    assert not file.exists()


def test_two_sessions_see_the_same_archive(new_page: NewPage, archive: PageServer) -> None:
    one, other = library(new_page, archive), library(new_page, archive)
    with writer_lock(archive.index):  # as another `verbatim index` has it: the page waits for it
        choose(one, {"shared.txt": bells("The shared bell", when="at noon")})
        for page in (one, other):
            expect(page.get_by_test_id("stProgress")).to_contain_text("Adding interviews")
            expect(page.get_by_text("You can go on asking and reading meanwhile.")).to_be_visible()
            expect(page.get_by_role("button", name="Re-index")).to_be_disabled()
    for page in (one, other):
        expect(page.get_by_text("1 added")).to_be_visible()
        expect(row(page, "The shared bell")).to_be_attached()
        expect(page.get_by_role("button", name="Re-index")).to_be_enabled()
    other.get_by_role("button", name="Dismiss").click()
    expect(other.get_by_text("1 added")).to_have_count(0)
    expect(one.get_by_text("1 added")).to_be_visible()
    other.get_by_role("link", name="Ask").click()
    ask(other, "Why does the great bell stay silent? It cracked at noon?")
    expect(other.locator("blockquote").first).to_contain_text("The great bell cracked")


def test_files_that_changed_are_indexed_again(new_page: NewPage, archive: PageServer) -> None:
    page = library(new_page, archive)
    talks = archive.index.with_name("talks")
    (talks / "found.txt").write_text(bells("The found bell"), encoding="utf-8")
    page.get_by_role("button", name="Re-index").click()
    expect(row(page, "The found bell")).to_contain_text("2024-01-09")
    (talks / "found.txt").write_text(bells("The found bell", month=7, when="in 1877"), encoding="utf-8")
    page.get_by_role("button", name="Re-index").click()
    expect(row(page, "The found bell")).to_contain_text("2024-07-09")
    read = new_page(archive, "read?doc=found")
    expect(read.locator(".turns")).to_contain_text("in 1877")
    (talks / "found.txt").unlink()
    page.get_by_role("button", name="Re-index").click()
    expect(row(page, "The found bell")).to_have_count(0)
    expect(page.get_by_text("1 removed")).to_be_visible()
