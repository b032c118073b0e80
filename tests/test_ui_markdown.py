"""Others' words inside Markdown: whatever stands in them, a reader of Markdown shows them and nothing else."""

from __future__ import annotations

import pytest
from footnoted import readers
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it.token import Token

from ui.markdown import address, inline, paragraph, unescaped
from ui.messages import one_line

# Signs of markup, and what they need around them to be some.
PIECES = (
    *"\\`*_{}[]()#+-.!|<>~$:=^\"'@/&;%1 \t\n\u3000",
    *("http://e.com", "www.e.com", "a@e.com", "![x](http://e.com/x.png)", "[x](javascript:a)", "[x]: http://e.com"),
    *("[^1]", "[^1]: x", "<b>", "</p>", "<!--", "&lt;", "&#35;", "```", "~~~", "---", "***", "| a | b |", "|---|---|"),
    *("# x", "1. x", "2) x", "> x", "> [!NOTE]", "- [ ] x", "$x$", "说", "林岚。", "word", "mailto:", "ftp://", "=="),
)
hostile = st.one_of(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), st.text(max_size=40))
plain_marks = {"paragraph_open", "paragraph_close", "inline", "text"}


def kinds(tokens: list[Token]) -> set[str]:
    return {inner.type for token in tokens for inner in (token, *(token.children or ()))}


def shown(tokens: list[Token]) -> str:
    return "".join(inner.content for token in tokens for inner in token.children or ())


@given(hostile)
@example("![x](http://e.com/x.png)")
@example("[x]: http://e.com 'x'")
@example("<img src=http://e.com/x.png>")
@example("http://e.com")
@example("a\\")
@example("1.\tx")
@example("[!NOTE]")
def test_a_paragraph_shows_its_text_and_has_no_markup(text: str) -> None:
    for reader in readers():
        tokens = reader.parse(paragraph(text))
        assert kinds(tokens) <= plain_marks
        assert shown(tokens) == one_line(text).strip()


@given(hostile, hostile)
def test_so_does_the_middle_of_a_line_among_our_own_signs(before: str, behind: str) -> None:
    for reader in readers():
        tokens = reader.parse(f"[1] {inline(before)}: “{inline(behind)}” *({inline(before)})*")
        assert kinds(tokens) <= plain_marks | {"em_open", "em_close"}
        first, second = one_line(before).strip(), one_line(behind).strip()
        assert shown(tokens) == f"[1] {first}: “{second}” ({first})"


@given(hostile)
def test_a_quotation_holds_its_text(text: str) -> None:
    for reader in readers():
        tokens = reader.parse(f"> {paragraph(text)} [1]")
        assert kinds(tokens) <= plain_marks | {"blockquote_open", "blockquote_close"}


@given(hostile)
def test_it_can_be_undone(text: str) -> None:
    assert unescaped(paragraph(text)) == one_line(text).strip()
    assert unescaped(inline(text)) == one_line(text).strip()


@pytest.mark.parametrize(
    "text",
    [
        "林岚说：“头一年亏了三万块。”（笑）",
        "林嵐說，3 < 5，A & B，100%！",
        "[笑] 那时候大家都说不可能……",
        "We raised $5 to $10 million in 2019-20 (about 3.5% of it); why not?",
        "It's snake_case, C#, 3:30 p.m., a/b, #1 - or not?",
        "-5 degrees",
        "3.5 million",
    ],
)
def test_what_people_say_stays_as_it_is(text: str) -> None:
    assert paragraph(text) == text


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://example.org/a?b=c&d=1#e", "https://example.org/a?b=c&d=1#e"),
        ("https://example.org/访谈", "https://example.org/访谈"),
        ("https://example.org/a b", "https://example.org/a%20b"),
        ("https://example.org/><img src=x>", "https://example.org/%3E%3Cimg%20src=x%3E"),
        ("https://example.org/a\n\nb", "https://example.org/a%20%20b"),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_an_address_holds_no_sign_that_could_end_it(url: str, written: str) -> None:
    assert address(url) == written


@given(hostile)
def test_an_address_is_one_link(text: str) -> None:
    written = address(f"https://example.org/{text}")
    [_, line, _] = readers()[0].parse(f"<{written}>")
    assert [child.type for child in line.children or ()] == ["link_open", "text", "link_close"]
