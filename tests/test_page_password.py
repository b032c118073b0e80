"""The password of the page: who has it gets in, and sees what the address says; nobody else sees anything."""

from __future__ import annotations

import hmac
from collections.abc import Iterator

import pytest
from browser import CHAT, NewPage, ask
from page_server import PageServer, serving_page
from playwright.sync_api import Page, expect
from sample_archive import sample_index

from ui.chat_password import VARIABLE, is_password

LAMP = "老魏为什么终于不再用油灯？"
PASSWORD = "Näher, 你好 – <b>tide</b>"
TURN = "read?doc=tea-mountain&turn=2"


@pytest.mark.parametrize(
    ("wanted", "given", "expected"),
    [
        ("tide", "tide", True),
        ("tide", "Tide", False),
        ("tide", "tide ", False),
        ("tide", "tid", False),
        ("tide", "", False),
        (PASSWORD, PASSWORD, True),
        ("é", "e\u0301", False),
        ("x" * 100_000, "x" * 100_000, True),
        ("x" * 100_000, "x" * 99_999, False),
        ("tide", "\ud800", False),
        ("\udcff", "\udcff", False),  # a byte that is no UTF-8, which nobody can type
    ],
)
def test_whether_it_is_the_password(monkeypatch: pytest.MonkeyPatch, wanted: str, given: str, expected: bool) -> None:
    monkeypatch.setenv(VARIABLE, wanted)
    assert is_password(given) is expected


def test_passwords_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []
    really = hmac.compare_digest

    def spy(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return really(one, other)

    monkeypatch.setattr(hmac, "compare_digest", spy)
    monkeypatch.setenv(VARIABLE, "tide")
    assert not is_password("t")
    assert compared == [(b"t", b"tide")]


@pytest.fixture(scope="module")
def guarded_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    """The page on the sample interviews, behind a password."""
    index = sample_index(tmp_path_factory.getbasetemp())
    with serving_page(index, env={VARIABLE: PASSWORD}) as server:
        yield server


def enter(page: Page, password: str) -> None:
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Enter").click()


def test_nothing_is_seen_without_the_password(new_page: NewPage, guarded_page: PageServer) -> None:
    page = new_page(guarded_page)
    enter(page, "tide")
    expect(page.get_by_text("That is not the password.")).to_be_visible()
    enter(page, "")
    expect(page.get_by_text("That is not the password.")).to_be_visible()
    assert page.get_by_test_id(CHAT).count() == 0
    assert "魏长庚" not in page.content()
    enter(page, PASSWORD)
    expect(page.get_by_test_id(CHAT)).to_be_visible()
    expect(page.get_by_label("Password", exact=True)).to_have_count(0)
    ask(page, LAMP)
    expect(page.locator(".chip").first).to_be_visible()
    for name in ("Read", "Library", "Settings"):
        page.get_by_role("link", name=name).click()
        expect(page.get_by_role("link", name=name)).to_be_visible()
    assert PASSWORD not in page.content()
    assert PASSWORD not in guarded_page.said()


@pytest.mark.parametrize("path", [TURN, "compare", "library", "quality", "settings", "nowhere"])
def test_every_address_is_guarded(new_page: NewPage, guarded_page: PageServer, path: str) -> None:
    page = new_page(guarded_page, path)
    expect(page.get_by_label("Password", exact=True)).to_be_visible()
    expect(page.get_by_test_id("stTextInput")).to_have_count(1)
    expect(page.get_by_role("link", name="Library")).to_have_count(0)
    assert "魏长庚" not in page.content()


def test_the_password_leads_where_the_address_says(new_page: NewPage, guarded_page: PageServer) -> None:
    page = new_page(guarded_page, TURN)
    enter(page, PASSWORD)
    expect(page.locator(".turn.target")).to_have_attribute("data-turn", "2")
    assert page.url.endswith(TURN)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_one_who_entered_lets_nobody_else_in(new_page: NewPage, guarded_page: PageServer) -> None:
    first = new_page(guarded_page)
    enter(first, PASSWORD)
    expect(first.get_by_test_id(CHAT)).to_be_visible()
    second = new_page(guarded_page)
    expect(second.get_by_label("Password", exact=True)).to_be_visible()
