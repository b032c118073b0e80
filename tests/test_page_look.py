"""How the page looks and is used, in a real browser: narrow, dark, in the browser's language, by keyboard alone."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from browser import CHAT, NewPage, ask, is_in_view
from eval_reports import REPORT
from page_server import PageServer, serving_page
from playwright.sync_api import Page, expect
from sample_archive import sample_index

from eval.records import LAST_REPORT, write_report
from ui.cli_eval import WORK

LAMP = "老魏为什么终于不再用油灯？"
# Streamlit closes its sidebar after a click only where the browser says that it is a phone's.
ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36"
)
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "user_agent": ANDROID,
    "is_mobile": True,
    "has_touch": True,
}
# A part of each page that is drawn last.
DRAWN = {
    "": ".choice",
    "read?doc=paper-theatre&turn=15": ".turn.target",
    "read?doc=bridge-engineer": ".turn",
    "compare": ".choice",
    "library": "[data-testid=stVegaLiteChart]:has-text('guest')",
    "quality": ".question",
    "settings": "[data-testid=stText]",
}
TOO_WIDE = """() => [document.scrollingElement, ...document.querySelectorAll(
    "[data-testid=stMain], [data-testid=stMainBlockContainer], [data-testid=stBottomBlockContainer]")]
    .filter((one) => one.scrollWidth > innerWidth)
    .map((one) => `${one.tagName} ${one.dataset.testid}: ${one.scrollWidth}`)"""
# Contrast as WCAG 2.2 has it (1.4.3), of all text in our own parts: colours are laid over one another as they are
# painted, from the background of the page to the text with its opacities.
CONTRASTS = """(EXCEPT) => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const rgba = (colour) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
    };
    const over = ([r, g, b, a], below) => [r, g, b].map((c, i) => c * a + below[i] * (1 - a));
    const linear = (c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
    const luminance = (c) => 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
    const contrast = (a, b) => {
        const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
        return (light + 0.05) / (dark + 0.05);
    };
    const above = (node) => node.parentElement || node.getRootNode().host || null;
    const found = [];
    const look = (element) => {
        const chain = [];
        for (let node = element; node; node = above(node)) chain.unshift(getComputedStyle(node));
        let painted = [255, 255, 255];
        let opacity = 1;
        for (const style of chain) {
            opacity *= Number(style.opacity);
            const [r, g, b, a] = rgba(style.backgroundColor);
            painted = over([r, g, b, a * opacity], painted);
        }
        const [r, g, b, a] = rgba(chain[chain.length - 1].color);
        found.push({
            ratio: contrast(over([r, g, b, a * opacity], painted), painted), background: luminance(painted),
            name: `${element.tagName}.${element.className}`, text: element.textContent.slice(0, 30),
        });
    };
    const walk = (root) => {
        for (const element of root.querySelectorAll("*")) {
            if (element.shadowRoot) walk(element.shadowRoot);
            const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
            const isOurs = element.closest(".part") && hasText;
            if (isOurs && !element.closest(EXCEPT) && element.getClientRects().length) look(element);
        }
    };
    walk(document);
    return found;
}"""
EXCEPT = ":disabled"  # what cannot be used may be fainter
FOCUSED = """() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return at?.getAttribute("aria-label") || at?.getAttribute("placeholder") || at?.textContent || "";
}"""


@pytest.fixture(scope="module")
def measured_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    """The page on the sample interviews in a folder where an evaluation has run, so that every page is full."""
    folder = tmp_path_factory.mktemp("measured")
    shutil.copytree(sample_index(tmp_path_factory.getbasetemp()), folder / "index")
    (folder / WORK).mkdir()
    write_report(REPORT, folder / WORK / LAST_REPORT)
    with serving_page(folder / "index") as server:
        yield server


def assert_it_fits(page: Page) -> None:
    """Nothing makes the page wider than the window."""
    assert page.evaluate(TOO_WIDE) == []


def contrasts(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(CONTRASTS, EXCEPT)
    return found


def test_no_page_is_wider_than_a_phone(new_page: NewPage, measured_page: PageServer) -> None:
    page = new_page(measured_page, **PHONE)
    for path, selector in DRAWN.items():
        page.goto(f"{measured_page.url}/{path}")
        page.locator(selector).first.wait_for(state="attached")
        page.wait_for_timeout(300)  # plots find their width
        assert_it_fits(page)


def test_from_page_to_page_on_a_phone(new_page: NewPage, measured_page: PageServer) -> None:
    page = new_page(measured_page, **PHONE)
    for name, url in (("Library", "/library"), ("Read", "/read"), ("Ask", "/")):
        page.get_by_role("button", name="Expand sidebar").click()
        page.get_by_role("link", name=name, exact=True).click()
        expect(page).to_have_url(re.compile(re.escape(url) + r"(\?.*)?$"))
    expect(page.get_by_test_id(CHAT)).to_be_visible()
    assert is_in_view(page, "[data-testid=stChatInputTextArea]")


@pytest.mark.parametrize("path", ["", "compare"])
def test_a_source_lies_over_the_lower_part_of_a_phone(new_page: NewPage, measured_page: PageServer, path: str) -> None:
    page = new_page(measured_page, path, **PHONE)
    page.locator(".choice").first.wait_for()
    if path:
        page.get_by_role("textbox", name="Who said what").fill(LAMP)
        page.get_by_role("textbox", name="Who said what").press("Enter")
    else:
        ask(page, LAMP)
    page.locator(".chip").first.click()
    assert is_in_view(page, "mark.quote")
    sheet = page.locator(".st-key-source").bounding_box()
    assert sheet
    assert (sheet["x"], sheet["width"]) == (0, 390)
    assert 0 < sheet["y"] < sheet["y"] + sheet["height"] <= 844
    assert_it_fits(page)
    page.locator(".turn").last.locator("p").last.scroll_into_view_if_needed()
    assert is_in_view(page, ".turn:last-child p:last-child")
    page.get_by_role("button", name="Next turn").click()
    expect(page.get_by_role("button", name="Back to the quotation")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    expect(page.locator(".head")).to_have_count(0)
    assert is_in_view(page, ".chip")  # the conversation is where it was


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_all_text_can_be_read_in_the_dark_and_in_the_light(
    new_page: NewPage, measured_page: PageServer, scheme: str
) -> None:
    page = new_page(measured_page, color_scheme=scheme)
    found = []
    for path in ("", "read?doc=paper-theatre&turn=15", "quality"):
        page.goto(f"{measured_page.url}/{path}")
        page.locator(DRAWN[path]).first.wait_for(state="attached")
        found += contrasts(page)
    page.goto(measured_page.url)
    ask(page, LAMP)
    page.locator(".chip").first.click()
    page.locator("mark.quote").first.wait_for()
    found += contrasts(page)
    names = {one["name"] for one in found}
    assert {"MARK.quote", "BUTTON.chip", "BUTTON.chip open", "SPAN.text said", "P.text", "SPAN.name"} <= names
    assert {one["background"] < 0.2 for one in found if one["name"] in ("P.text", "MARK.quote")} == {scheme == "dark"}
    assert sorted((one for one in found if one["ratio"] < 4.5), key=lambda one: float(one["ratio"])) == []


@pytest.mark.parametrize(
    ("locale", "asked", "welcome"),
    [
        ("zh-CN", "提问", "你想知道什么？"),
        ("zh-TW", "提問", "你想知道什麼？"),
        ("fr", "Ask", "What would you like to know?"),
    ],
)
def test_the_page_speaks_as_the_browser_does(
    new_page: NewPage, sample_page: PageServer, locale: str, asked: str, welcome: str
) -> None:
    page = new_page(sample_page, locale=locale)
    expect(page.get_by_role("heading", name=welcome)).to_be_visible()
    expect(page.get_by_role("link", name=asked, exact=True)).to_be_visible()


def test_the_keyboard_reaches_everything(new_page: NewPage, sample_page: PageServer) -> None:
    page = new_page(sample_page)
    ask(page, LAMP)
    page.locator(".chip").first.click()
    page.get_by_role("button", name="Next turn").click()
    expect(page.get_by_role("button", name="Back to the quotation")).to_be_visible()
    page.evaluate("() => document.activeElement?.blur()")
    page.locator("body").press("Home")
    reached = ""
    for _ in range(80):
        page.keyboard.press("Tab")
        reached += f"\n{page.evaluate(FOCUSED)}"
    controls = ["Skip to main content", "Library", "Source 1: 魏长庚", "Copy answer", "Previous turn", "Next turn"]
    controls += [
        "Back to the quotation",
        "Close",
        "Read the interview",
        "Copy as quotation",
        "Copy a link to this turn",
    ]
    controls += ["Filters", "New conversation", "Export", "Ask the interviews…"]
    assert [name for name in controls if name not in reached] == []


def test_a_filter_is_set_by_keyboard(new_page: NewPage, sample_page: PageServer) -> None:
    page = new_page(sample_page)
    button = page.get_by_role("button", name="Filters")
    button.focus()
    page.keyboard.press("Enter")
    speakers = page.get_by_role("combobox", name="Speakers")
    expect(speakers).to_be_visible()
    speakers.focus()
    page.keyboard.type("魏")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")  # the list
    page.keyboard.press("Escape")  # the filters
    expect(page.get_by_role("button", name="Filters (1)")).to_be_visible()
    expect(speakers).to_have_count(0)
    ask(page, LAMP)
    expect(page.get_by_test_id("stChatMessage").first).to_contain_text("Only: 魏长庚")
