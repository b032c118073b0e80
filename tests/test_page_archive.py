"""The archive changes while the page is open: the next question is asked of the new one, what is gone is said so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import CHAT, NewPage, ask
from page_server import PageServer, serving_page
from playwright.sync_api import expect
from sample_archive import bundled

from index.build import build_index, remove_documents

TEA = """# 茶山

主持人：一年做多少茶？

林岚：春天我们做了四百一十二斤茶，秋天只有八十斤。

主持人：霜冻那年怎么过来的？

林岚：邻居们把自家的茶苗分给了我。
"""
BOATS = """# 船

记者：船是谁造的？

周桥：船是外公用杉木造的，造了整整三个冬天。

记者：后来船去了哪里？

周桥：船卖给了岛上的邮差。
"""


@pytest.fixture
def own_page(tmp_path: Path) -> Iterator[tuple[PageServer, Path]]:
    """A server on an archive of one interview, and the folder of that."""
    talks = tmp_path / "talks"
    talks.mkdir()
    (talks / "tea.txt").write_text(TEA, encoding="utf-8")
    build_index([talks], tmp_path / "index", bundled())
    with serving_page(tmp_path / "index") as server:
        yield server, talks


def test_the_first_question_after_a_change_knows_of_it(new_page: NewPage, own_page: tuple[PageServer, Path]) -> None:
    server, talks = own_page
    page = new_page(server)
    expect(page.get_by_test_id(CHAT)).to_be_visible()
    (talks / "boats.txt").write_text(BOATS, encoding="utf-8")
    build_index([talks], server.index, bundled())
    ask(page, "船是谁造的？")
    expect(page.locator("blockquote").first).to_contain_text("外公用杉木造的")


def test_a_conversation_outlives_an_interview_that_it_cites(
    new_page: NewPage, own_page: tuple[PageServer, Path]
) -> None:
    server, talks = own_page
    (talks / "boats.txt").write_text(BOATS, encoding="utf-8")
    build_index([talks], server.index, bundled())
    page = new_page(server)
    ask(page, "船是谁造的？")
    expect(page.locator("blockquote").first).to_contain_text("外公用杉木造的")
    remove_documents(["boats"], server.index)
    page.locator(".chip").first.click()
    expect(page.get_by_text("this place is no longer there")).to_be_visible()
    expect(page.locator("blockquote").first).to_contain_text("外公用杉木造的")
    page.get_by_role("button", name="Close").click()
    ask(page, "春天做多少茶？")
    expect(page.locator("blockquote", has_text="四百一十二斤茶")).to_be_visible()


def test_an_archive_that_is_gone_is_said_so(new_page: NewPage, own_page: tuple[PageServer, Path]) -> None:
    server, _ = own_page
    page = new_page(server)
    expect(page.get_by_test_id(CHAT)).to_be_visible()
    remove_documents(["tea"], server.index)
    ask(page, "春天做多少茶？")
    expect(page.get_by_text("No interviews yet")).to_be_visible()
    build_index([server.index.parent / "talks"], server.index, bundled())
    expect(page.get_by_test_id(CHAT)).to_be_visible()  # it goes on by itself
    remove_documents(["tea"], server.index)
    page.reload()
    page.get_by_role("button", name="Open the library").click()
    expect(page.get_by_test_id("stFileUploader")).to_be_visible()
