"""What the reading of a page collects, and how its section headings are told."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field

from index import boilerplate
from index.blocks import Block
from index.model import Excluded, Kind, Role, Span, Turn
from index.script import ends_sentence

NUMBERED = re.compile(
    r"(?:part\s+|第)?(\d{1,2}|[一二三四五六七八九十]{1,3})(?:[.、．:：]|部分|章|\s|$)\s*(.{0,40})", re.IGNORECASE
)


@dataclass
class DraftTurn:
    """A turn that may still grow."""

    label: str
    role: Role
    kind: Kind
    section: str
    spans: list[Span]

    def said(self) -> tuple[Span, ...]:
        """The spans that hold a word; a paragraph can be nothing but an editor's credit."""
        return tuple(span for span in self.spans if span.start < span.end)

    def finished(self, number: int) -> Turn:
        return Turn(number, self.label, self.role, self.kind, self.section, self.said())


@dataclass
class Draft:
    """What has been read so far; turns are numbered at the end."""

    turns: list[DraftTurn] = field(default_factory=list)
    excluded: list[Excluded] = field(default_factory=list)
    section: str = ""

    def leave_out(self, block: Block, reason: str) -> None:
        self.excluded.append(Excluded(block.start, block.end, reason))

    def add(self, span: Span, label: str, role: Role, kind: Kind) -> None:
        self.turns.append(DraftTurn(label, role, kind, self.section, [span]))

    def add_editor(self, block: Block, kind: Kind) -> None:
        """A paragraph by the editors, joined to the one before where both are of one kind and section."""
        span = Span(block.start, block.end)
        last = self.turns[-1] if self.turns else None
        if last and last.kind is kind and last.section == self.section:
            last.spans.append(span)
        else:
            self.add(span, "", Role.EDITOR, kind)


def heading_text(block: Block) -> str:
    return " ".join(re.sub(r"[*_`#★]+", " ", block.text).split()).strip(" :：")


def section_numbers(blocks: Iterable[Block]) -> frozenset[int]:
    """The numbers that short lines of a page begin with, 0 where there is none."""
    return frozenset(_number_of(block.text) for block in blocks if len(block.text) <= 60)


def is_section(block: Block, numbers: Container[int]) -> bool:
    """A heading, or a numbered or bold line that names a part of the talk; `numbers` are the page's section_numbers."""
    if block.heading:
        return True
    text = block.text.strip()
    if re.fullmatch(r"[*_ ]*\d{1,2}[.、．]?[*_ ]*", text):
        return _in_sequence(text, numbers)
    if len(text) > 60 or block.item or block.quote or ends_sentence(text) or boilerplate.junk_reason(block):
        return False
    if NUMBERED.fullmatch(boilerplate.plain(text)) and not re.match(r"\d{4}", text):
        return block.gap or (_number_of(text) > 0 and _in_sequence(text, numbers))
    return bool(re.fullmatch(r"\*\*[^*]{2,40}\*\*", text)) and block.gap


def _number_of(text: str) -> int:
    match = re.match(r"\d{1,2}", boilerplate.plain(text))
    return int(match.group()) if match else 0


def _in_sequence(text: str, numbers: Container[int]) -> bool:
    """Whether another numbered line of the page carries the next or the previous number."""
    return _number_of(text) - 1 in numbers or _number_of(text) + 1 in numbers


def read_section(draft: Draft, blocks: Sequence[Block], starts: Container[int], number: int) -> int:
    """Take in a heading; a bare number is followed by one or more lines of heading text."""
    draft.leave_out(blocks[number], "section heading")
    words = [heading_text(blocks[number])]
    if re.fullmatch(r"\d{1,2}[.、．]?", words[0]):
        for following in range(number + 1, min(number + 4, len(blocks))):
            block = blocks[following]
            if following in starts or len(block.text) > 40 or not boilerplate.is_fragment(block):
                break
            draft.leave_out(block, "section heading")
            words.append(heading_text(block))
            number = following
    draft.section = " ".join(words)
    return number
