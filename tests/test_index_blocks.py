"""A text as paragraphs, headings, items and images, each at its place."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.blocks import Block, lines, split_blocks
from index.working_copy import one_newline

MARKS = st.sampled_from(["\n", " \n", "\n\n", "# ", "> ", "* ", "1. ", "![a](b)", "---", "词", "。", " ", "word "])


def texts(blocks: list[Block]) -> list[str]:
    return [block.text for block in blocks]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_an_empty_line_parts_paragraphs_whatever_the_newline(newline: str) -> None:
    text = f"一。{newline}{newline}二。{newline}"
    assert texts(split_blocks(one_newline(text))) == ["一。", "二。"]


def test_where_no_empty_lines_are_each_line_is_a_paragraph() -> None:
    page = "第一句话还没有说完\n第二句。\n第三句。\n第四句。\n第五句。\n第六句。"
    assert len(split_blocks(page)) == 6


def test_a_wrapped_line_goes_on_in_the_next() -> None:
    first = "word " * 14 + "and"
    page = f"{first}\nthe rest of it.\n\nAnother.\n"
    assert texts(split_blocks(page)) == [f"{first}\nthe rest of it.", "Another."]


def test_a_short_line_does_not_go_on() -> None:
    assert len(split_blocks("short line\nnext line\n\nlast.\n")) == 3


def test_a_label_starts_a_block() -> None:
    first = "word " * 14 + "and"
    page = f"{first}\nSam: yes.\n\nlast.\n"
    assert len(split_blocks(page, frozenset({len(first) + 1}))) == 3


def test_a_colon_on_the_next_line_belongs_to_the_label() -> None:
    assert texts(split_blocks("**Sam**\n：好。\n\n完。\n")) == ["**Sam**\n：好。", "完。"]


def test_what_a_block_is() -> None:
    page = "# Title\n\n* item\n\n> quote\n\n![picture](https://a.example/b.png)\n\n* * *\n\n1. one\n\nplain\n"
    title, item, quote, image, rule, one, plain = split_blocks(page)
    assert (title.heading, title.text) == (1, "Title")
    assert (item.item, item.text) == (True, "item")
    assert (quote.quote, quote.text) == (True, "quote")
    assert image.image
    assert (rule.rule, rule.item) == (True, False)
    assert one.item
    assert not (plain.heading or plain.item or plain.quote or plain.image or plain.rule)
    assert not title.gap or title.start == 2


def test_an_item_inside_a_quotation() -> None:
    assert split_blocks("> * 灯\n")[0].item


@pytest.mark.parametrize("text", ["", "\n\n\n", " \n\t", "\u3000\n"])
def test_nothing_but_space_has_no_blocks(text: str) -> None:
    assert split_blocks(text) == []


@given(st.text(max_size=200) | st.lists(MARKS, max_size=40).map("".join))
def test_blocks_stand_in_order_where_they_say(text: str) -> None:
    blocks = split_blocks(text)
    for block in blocks:
        assert 0 <= block.start <= block.end <= len(text)
    for before, after in pairwise(blocks):
        assert before.end <= after.start
    kept = "".join(text[block.start : block.end] for block in blocks)
    outside = len(text) - len(kept)
    assert outside >= 0
    # Only white space and the marks of Markdown lie outside the blocks.
    covered = [False] * len(text)
    for block in blocks:
        covered[block.start : block.end] = [True] * (block.end - block.start)
    left = {character for character, inside in zip(text, covered, strict=True) if not inside}
    assert all(character.isspace() or character in ">#*+-•·●▪◦0123456789." for character in left)


@given(st.text(alphabet="a词\n", max_size=60))
def test_lines_give_back_the_text(text: str) -> None:
    found = list(lines(text))
    assert all(text[line.start : line.start + len(line.text)] == line.text for line in found)
    assert "".join(line.text for line in found) == text.replace("\n", "")
