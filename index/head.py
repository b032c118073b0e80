"""The head of a page, above the first speaker: title, metadata, introduction, summary. Or a page without speakers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index import boilerplate
from index.blocks import Block
from index.label_forms import LABEL
from index.labels import role_word
from index.layout import Draft, heading_text, is_section, read_section, section_numbers
from index.model import Kind, Role, Span
from index.script import CLOSING, ends_sentence

# A shorter line that is no sentence, above the first paragraph of a page, is its menu; no page is nothing but that.
HEAD_LINE = 24
DATE_LINE = re.compile(
    r"[\d年月日号號時时分秒钟鐘上下午晚早周星期一二三四五六日/\-. :：|｜·•,，()（）]+(?:[AaPp][Mm])?"
)
KEYWORDS = re.compile(r"(?:关键词|关键字|标签|keywords|tags)\s*[:：]")  # the line below them is no title
# Nor are the first words of a dialogue, a numbered question, and a table with tabs.
SPOKEN = re.compile(r"\s*[-–—―]\s?[^\W\d_].*[.?!。？！…]\s*|\s*\d{1,2}[.、)）]\s?.*[?？]\s*|\S[^\t]*\t.*")


def read_head(draft: Draft, blocks: Sequence[Block], labelled: bool) -> Span | None:
    """Read the blocks before the talk into `draft`; where nobody is labelled, that is the whole page.

    Returns the span of the title, or None.
    """
    title = _title(blocks)
    numbers = section_numbers(blocks)
    short_line = HEAD_LINE if labelled or any(ends_sentence(block.text) for block in blocks) else 0
    kind = Kind.INTRODUCTION
    prose = False  # whether the first real paragraph has been reached
    number = 0
    while number < len(blocks):
        block = blocks[number]
        if not labelled and number > len(blocks) / 3 and boilerplate.is_end(block):
            for rest in blocks[number:]:
                draft.leave_out(rest, boilerplate.junk_reason(rest) or "after the text")
            break
        if is_section(block, numbers) and not _is_title(block, title) and not boilerplate.is_summary_heading(block):
            number = read_section(draft, blocks, (), number)
            kind = Kind.INTRODUCTION
            if boilerplate.is_transcript_heading(block):
                draft.section = ""
        elif boilerplate.is_summary_heading(block):
            kind, draft.section = Kind.SUMMARY, heading_text(block)
            draft.leave_out(block, "heading")
        elif reason := _head_reason(block, title, 0 if prose else short_line, kind):
            draft.leave_out(block, reason)
            kind = Kind.INTRODUCTION if reason == "heading" else kind
        elif boilerplate.is_note(block):
            draft.add(Span(block.start, block.end), "", Role.EDITOR, Kind.NOTE)
        elif boilerplate.is_caption(block):
            draft.add(Span(block.start, block.end), "", Role.EDITOR, Kind.CAPTION)
        else:
            prose = prose or ends_sentence(block.text)
            if kind is Kind.SUMMARY and not (block.item or block.quote) and _in_summary(draft):
                kind, draft.section = Kind.INTRODUCTION, ""
            draft.add_editor(block, kind)
        number += 1
    return Span(title.start, title.end) if title else None


def _head_reason(block: Block, title: Block | None, short_line: int, kind: Kind) -> str:
    """Why a block of the head is left out, or "" for the editors' text; `short_line` is 0 below the first prose."""
    if _is_title(block, title):
        return "title"
    if boilerplate.is_metadata(block):
        return "metadata"
    if boilerplate.is_transcript_heading(block):
        return "heading"
    if not (block.item and not short_line) and (reason := boilerplate.junk_reason(block)):
        return reason
    menu = len(block.text) < short_line and kind is not Kind.SUMMARY and boilerplate.is_fragment(block)
    return "site header" if menu else ""


def _in_summary(draft: Draft) -> bool:
    return bool(draft.turns) and draft.turns[-1].kind is Kind.SUMMARY


def _is_title(block: Block, title: Block | None) -> bool:
    """The title itself, or its repetition (pages print it twice)."""
    return title is not None and boilerplate.plain(block.text) == boilerplate.plain(title.text)


def _title(blocks: Sequence[Block]) -> Block | None:
    """The first top heading, else the first line at the top that is long enough and no sentence."""
    for block in blocks[:12]:
        if block.heading in (1, 2) and not boilerplate.is_summary_heading(block):
            return block
    for number, block in enumerate(blocks[:4] if len(blocks) > 1 else ()):
        if number and KEYWORDS.fullmatch(boilerplate.plain(blocks[number - 1].text)):
            continue
        if not block.heading and SPOKEN.fullmatch(block.text):
            return None
        if ends_sentence(block.text) and (len(block.text) > 60 or block.text.rstrip(CLOSING)[-1] in "。."):
            return None
        label = LABEL.match(block.text)
        if (label and role_word(label["name"].strip())[0]) or DATE_LINE.fullmatch(block.text):
            continue  # somebody speaks, or a date
        if 8 <= len(block.text) <= 120 and not boilerplate.is_metadata(block) and not boilerplate.junk_reason(block):
            return block
    return None
