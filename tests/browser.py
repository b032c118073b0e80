"""A real browser for the tests of the page: Chromium, driven by Playwright.

    def test_…(new_page: NewPage, sample_page: PageServer) -> None:
        page = new_page(sample_page)

Tests that need it are skipped where there is none, and say so: Debian's is the package chromium; elsewhere
`playwright install chromium` brings one. The fixtures are in conftest.py.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from typing import Any, Protocol

import pytest
from page_server import PageServer
from playwright.sync_api import Browser, Dialog, Error, Page, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SECONDS = 30.0  # for anything to appear, on a busy machine
SECONDS_TO_SCROLL = 5.0
CHAT = "stChatInputTextArea"


class NewPage(Protocol):
    """Opens the page of a server in a session of its own; options as Playwright's new_context has them."""

    def __call__(self, server: PageServer, path: str = "", **options: Any) -> Page: ...


def launched() -> Iterator[Browser]:
    """The browser; skips where there is none."""
    expect.set_options(timeout=SECONDS * 1000)
    with sync_playwright() as playwright:
        executable = next(filter(None, map(shutil.which, NAMES)), None)
        try:
            browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        except Error as error:
            pytest.skip(f"no browser to open the page with (apt install chromium): {error.message.splitlines()[0]}")
        yield browser
        browser.close()


class Sessions:
    """Opens pages, and afterwards says what went wrong in them: errors of scripts, requests to anywhere else."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.problems: list[str] = []

    def __call__(self, server: PageServer, path: str = "", **options: Any) -> Page:
        settings = {"locale": "en-US", "viewport": {"width": 1280, "height": 860}, **options}
        context = self.browser.new_context(**settings)
        context.set_default_timeout(SECONDS * 1000)
        page = context.new_page()
        page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        page.on("dialog", self._dismiss)
        page.on("request", lambda request: self._check(server, request.url))
        page.goto(f"{server.url}/{path}")
        return page

    def _dismiss(self, dialog: Dialog) -> None:
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _check(self, server: PageServer, url: str) -> None:
        if not url.startswith((server.url, server.url.replace("http", "ws", 1), "data:", "blob:", "about:")):
            self.problems.append(f"request: {url}")

    def close(self) -> None:
        for context in self.browser.contexts:
            context.close()


def ask(page: Page, question: str) -> None:
    """Type a question and press Enter."""
    page.get_by_test_id(CHAT).fill(question)
    page.get_by_test_id(CHAT).press("Enter")


def is_in_view(page: Page, selector: str) -> bool:
    """Whether the first such element comes to be seen: inside the window, and inside all that scrolls around it."""
    end = time.monotonic() + SECONDS_TO_SCROLL
    while not (seen := _is_seen(page, selector)) and time.monotonic() < end:
        page.wait_for_timeout(50)
    return seen


def _is_seen(page: Page, selector: str) -> bool:
    found = page.locator(selector).first.evaluate("""element => {
        const box = element.getBoundingClientRect();
        const [x, y] = [box.left + Math.min(box.width, 20) / 2, box.top + Math.min(box.height, 20) / 2];
        let there = document.elementFromPoint(x, y);
        while (there && there.shadowRoot) {
            const inner = there.shadowRoot.elementFromPoint(x, y);
            if (!inner || inner === there) break;
            there = inner;
        }
        return element === there || element.contains(there);
    }""")
    return bool(found)
