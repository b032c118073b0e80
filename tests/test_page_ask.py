"""Asking on the page, in a real browser: answers, their sources beside them, follow-ups, filters, what is exported."""

from __future__ import annotations

from pathlib import Path

from browser import CHAT, NewPage, ask, is_in_view
from page_server import PageServer
from playwright.sync_api import expect

LAMP = "老魏为什么终于不再用油灯？"
SENSORS = "How many sensors does the Carrow Firth Crossing have?"


def test_an_answer_and_its_source(new_page: NewPage, sample_page: PageServer) -> None:
    page = new_page(sample_page)
    ask(page, LAMP)
    first = page.locator("blockquote").first
    expect(first).to_be_visible()
    quoted = first.locator(".said").inner_text()
    page.locator(".chip").first.click()
    marked = page.locator("mark.quote")
    expect(marked.first).to_be_visible()
    assert "".join(marked.all_inner_texts()).split() == quoted.split()
    assert is_in_view(page, "mark.quote")
    head = page.locator(".head")
    expect(head).to_contain_text("魏长庚")
    expect(head).to_contain_text("guest")
    expect(head).to_contain_text("一盏灯，两双手")
    expect(head).to_contain_text("03 灯与天")
    expect(head).to_contain_text("Turn 15 of")


def test_from_turn_to_turn_and_back(new_page: NewPage, sample_page: PageServer) -> None:
    page = new_page(sample_page)
    ask(page, LAMP)
    page.locator(".chip").first.click()
    target = page.locator(".turn.target")
    expect(target).to_have_attribute("data-turn", "15")
    page.get_by_role("button", name="Previous turn").click()
    expect(target).to_have_attribute("data-turn", "14")
    page.get_by_role("button", name="Next turn").click()
    page.get_by_role("button", name="Next turn").click()
    expect(target).to_have_attribute("data-turn", "16")
    page.get_by_role("button", name="Back to the quotation").click()
    expect(target).to_have_attribute("data-turn", "15")
    page.get_by_role("button", name="Close").click()
    expect(page.locator(".head")).to_have_count(0)
    expect(page.locator("blockquote").first).to_be_visible()


def test_the_same_number_closes_what_it_opened(new_page: NewPage, sample_page: PageServer) -> None:
    page = new_page(sample_page)
    ask(page, LAMP)
    page.locator(".chip").first.click()
    expect(page.locator(".head")).to_be_visible()
    page.locator(".chip").first.click()
    expect(page.locator(".head")).to_have_count(0)


def test_a_follow_up_knows_what_was_said(new_page: NewPage, sample_page: PageServer) -> None:
    page = new_page(sample_page)
    ask(page, "魏长庚怎么看油灯？")
    expect(page.locator("blockquote").first).to_be_visible()
    ask(page, "那沈砚秋呢？")
    expect(page.locator(".by strong", has_text="沈砚秋").first).to_be_visible()
    expect(page.get_by_text("Understood as: 沈砚秋怎么看油灯？")).to_be_visible()


def test_the_newest_question_comes_into_view_and_a_look_at_a_source_moves_nothing(
    new_page: NewPage, sample_page: PageServer
) -> None:
    page = new_page(sample_page)
    for number, question in enumerate((LAMP, SENSORS, "灯草班靠什么活着？", "What got you out of the ticket office?")):
        ask(page, question)
        expect(page.locator(".part .foot")).to_have_count(number + 1)
        asked = page.get_by_test_id("stChatMessage").nth(2 * number)
        expect(asked).to_contain_text(question)
        expect(asked).to_be_in_viewport(ratio=1)
    scrolled = "() => document.querySelector('[data-testid=stMain]').scrollTop"
    before = page.evaluate(scrolled)
    assert before > 0
    page.locator(".chip").last.click()
    expect(page.locator("mark.quote").first).to_be_visible()
    expect(page.get_by_test_id("stChatMessage").last).to_be_in_viewport()


def test_a_suggested_question_is_asked_with_a_click(new_page: NewPage, sample_page: PageServer) -> None:
    page = new_page(sample_page)
    suggestion = page.locator(".choice").first
    question = suggestion.locator("span").first.inner_text()
    suggestion.click()
    expect(page.get_by_test_id("stChatMessage").first).to_contain_text(question)
    expect(page.locator(".chip").first).to_be_visible()


def test_a_filter_leaves_only_what_passes(new_page: NewPage, sample_page: PageServer) -> None:
    page = new_page(sample_page)
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("combobox", name="Interviews").click()
    page.get_by_role("option", name="一盏灯").click()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Filters (1)")).to_be_visible()
    ask(page, SENSORS)
    expect(page.get_by_test_id("stChatMessage").first).to_contain_text("Only: 一盏灯")
    expect(page.get_by_text("The interviews do not say").or_(page.locator(".by").first)).to_be_visible()
    assert all("一盏灯" in said for said in page.locator(".by").all_inner_texts())


def test_what_the_interviews_do_not_say(new_page: NewPage, sample_page: PageServer) -> None:
    page = new_page(sample_page)
    ask(page, "比特币现在多少钱？")
    answer = page.get_by_test_id("stChatMessage").nth(1)
    expect(answer).to_contain_text("这些访谈没有谈到这一点。")
    answer.locator(".hit").first.click()
    expect(page.locator("mark.quote").first).to_be_visible()


def test_the_keyboard_alone(new_page: NewPage, sample_page: PageServer) -> None:
    page = new_page(sample_page)
    ask(page, LAMP)
    expect(page.locator(".chip").first).to_be_visible()
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("() => document.activeElement?.shadowRoot?.activeElement?.className") == "chip":
            break
    page.keyboard.press("Enter")
    expect(page.locator("mark.quote").first).to_be_visible()
    # Whoever uses the keyboard is still where they were.
    focused = page.evaluate("() => document.activeElement?.shadowRoot?.activeElement?.className")
    assert focused == "chip open"


def test_escape_closes_the_source_and_comes_back_to_its_number(new_page: NewPage, sample_page: PageServer) -> None:
    page = new_page(sample_page)
    ask(page, LAMP)
    focused = "() => document.activeElement?.shadowRoot?.activeElement?.dataset.id"
    for close in ("Escape", "click"):
        page.locator(".chip").nth(1).click()
        expect(page.locator("mark.quote").first).to_be_visible()
        if close == "click":
            page.get_by_role("button", name="Close").click()
        else:
            page.locator(".head button").first.focus()
            page.keyboard.press(close)
        expect(page.locator(".head")).to_have_count(0)
        page.wait_for_function(f"({focused})() === 'chip-1-0'")


def test_a_double_click_asks_once(new_page: NewPage, sample_page: PageServer) -> None:
    page = new_page(sample_page)
    page.locator(".choice").first.dblclick()
    expect(page.locator(".part .foot")).to_have_count(1)
    page.wait_for_timeout(1000)
    expect(page.get_by_test_id("stChatMessage")).to_have_count(2)


def test_the_export_is_in_the_language_of_the_page(new_page: NewPage, sample_page: PageServer, tmp_path: Path) -> None:
    page = new_page(sample_page, locale="zh-TW")
    assert page.locator("html").get_attribute("lang") in ("en", "zh-Hant")
    ask(page, LAMP)
    expect(page.locator(".chip").first).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hant")
    with page.expect_download() as download:
        page.get_by_role("button", name="匯出").click()
    download.value.save_as(tmp_path / "verbatim.md")
    text = (tmp_path / "verbatim.md").read_text(encoding="utf-8")
    assert text.startswith("# 與訪談的對話\n")
    assert "[^1]: 魏长庚 \\(受訪者\\)" in text
    assert "*均為說話人原話，未使用語言模型*" in text
    assert "ScriptRunContext" not in sample_page.said()


def test_the_conversation_as_markdown(new_page: NewPage, sample_page: PageServer, tmp_path: Path) -> None:
    page = new_page(sample_page)
    ask(page, LAMP)
    expect(page.locator(".chip").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    assert download.value.suggested_filename == "verbatim.md"
    download.value.save_as(tmp_path / "verbatim.md")
    text = (tmp_path / "verbatim.md").read_text(encoding="utf-8")
    assert f"## {LAMP}" in text
    assert "[^1]: 魏长庚" in text
    assert "[^1]" in text.partition("[^1]:")[0]


def test_an_answer_and_a_quotation_are_copied(new_page: NewPage, sample_page: PageServer) -> None:
    page = new_page(sample_page, permissions=["clipboard-read", "clipboard-write"])
    ask(page, LAMP)
    page.get_by_role("button", name="Copy answer").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert "[1] 魏长庚" in page.evaluate("() => navigator.clipboard.readText()")
    page.locator(".chip").first.click()
    page.get_by_role("button", name="Copy as quotation").click()
    expect(page.locator(".head").get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied.startswith("「")
    assert "— 魏长庚 (guest), 一盏灯，两双手" in copied


def test_a_new_conversation_forgets_the_old(new_page: NewPage, sample_page: PageServer) -> None:
    page = new_page(sample_page)
    ask(page, LAMP)
    page.locator(".chip").first.click()
    page.get_by_role("button", name="New conversation").click()
    expect(page.get_by_role("heading", name="What would you like to know?")).to_be_visible()
    expect(page.locator(".head")).to_have_count(0)


def test_filters_that_leave_nothing_are_said_so(new_page: NewPage, sample_page: PageServer) -> None:
    page = new_page(sample_page)
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("From").fill("2090")
    page.get_by_label("From").press("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Filters (1)")).to_be_visible()
    ask(page, LAMP)
    expect(page.get_by_text("No interview passes these filters.")).to_be_visible()
    expect(page.get_by_text("这些访谈没有谈到这一点")).to_have_count(0)


def test_an_empty_question_is_not_asked(new_page: NewPage, sample_page: PageServer) -> None:
    page = new_page(sample_page)
    ask(page, "   ")
    page.wait_for_timeout(500)
    expect(page.get_by_test_id("stChatMessage")).to_have_count(0)
    expect(page.get_by_test_id(CHAT)).to_be_enabled()


def test_what_a_question_names_is_shown_and_switched_off(new_page: NewPage, sample_page: PageServer) -> None:
    page = new_page(sample_page)
    ask(page, "老魏怎么看油灯？")
    chip = page.locator(".clue")
    expect(chip).to_contain_text("said by Wei Changgeng")
    chip.get_by_role("button").click()
    expect(page.get_by_text("老魏怎么看油灯？")).to_have_count(2)
    expect(page.locator("blockquote").nth(1)).to_be_visible()
    expect(chip).to_have_count(1)  # of the first answer; the second was asked as it is
