"""A source text as blocks: the paragraphs, headings, list items and images it is laid out in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.script import ends_sentence

WRAP_COLUMN = 72  # programs that save pages as text break lines a little later than this

IMAGE = re.compile(r"\s*(?:[>*+-]\s*)*!\[[^\]]*\]\([^)\s]*(?:\s[^)]*)?\)\s*")
RULE = re.compile(r"[\s*_=\-—~·>\\★☆|]*")
HEADING = re.compile(r"\s*(?:>\s*)*(#{1,6})\s+")
ITEM = re.compile(r"\s*(?:[*+\-•·●▪◦]|\d{1,2}[.)])\s+")
QUOTE = re.compile(r"\s*>")
LEADING = re.compile(r"[\s>]*(?:#{1,6}\s+)?(?:[*+\-•·●▪◦](?:\s+|$))*(?:\d{1,2}\.\s+(?=\[))?")


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph-like stretch; `start` and `end` enclose its text without list marks and outer space."""

    start: int
    end: int
    text: str
    heading: int = 0  # Markdown level, 0 for none
    item: bool = False
    quote: bool = False
    image: bool = False
    rule: bool = False
    gap: bool = True  # an empty line stands before it


@dataclass(frozen=True, slots=True)
class Line:
    start: int
    text: str  # without its newline


def lines(text: str) -> Iterator[Line]:
    """The lines of a text whose newlines are \\n, with the offset each starts at."""
    at = 0
    for line in text.removesuffix("\n").split("\n"):
        yield Line(at, line)
        at += len(line) + 1


def split_blocks(text: str, breaks: frozenset[int] = frozenset()) -> list[Block]:
    """Cut a text into blocks. `breaks` are offsets of lines that must start one (speaker labels)."""
    source = list(lines(text))
    # Where no empty lines part the paragraphs, each line is one; else a line may go on in the next.
    spaced = sum(not line.text.strip() for line in source) > 0.2 * len(source)
    blocks: list[Block] = []
    open_lines: list[Line] = []
    gap = True

    def close() -> None:
        nonlocal gap
        if open_lines:
            block = _block(open_lines, gap)
            if block is not None:
                blocks.append(block)
                gap = False
            open_lines.clear()

    for line in source:
        if not line.text.strip(" \t\u3000>") and not line.text.strip().startswith(">>"):
            close()
            gap = True
            continue
        if open_lines and (line.start in breaks or not _continues(open_lines[-1].text, line.text, spaced)):
            close()
        open_lines.append(line)
    close()
    return blocks


def _continues(before: str, line: str, spaced: bool) -> bool:
    """Whether a line is the wrapped rest of the one before it rather than a new paragraph."""
    for text in (before, line):
        if IMAGE.fullmatch(text) or RULE.fullmatch(text):
            return False
    if line.lstrip().startswith(("：", ":")):  # of the label on the line before
        return True
    if HEADING.match(before) or HEADING.match(line) or ITEM.match(line):
        return False
    if bool(QUOTE.match(before)) != bool(QUOTE.match(line)):
        return False
    first = line.strip().split(None, 1)[0] if line.strip() else ""
    return spaced and not ends_sentence(before) and len(before) + 1 + len(first) > WRAP_COLUMN


def _block(open_lines: list[Line], gap: bool) -> Block | None:
    first, last = open_lines[0], open_lines[-1]
    leading = LEADING.match(first.text)
    start = first.start + (leading.end() if leading else 0)
    end = last.start + len(last.text.rstrip())
    text = first.text[start - first.start :]
    for line in open_lines[1:]:
        text += "\n" + line.text
    text = text.rstrip()
    image = bool(IMAGE.fullmatch(first.text))
    rule = not image and bool(RULE.fullmatch("".join(line.text for line in open_lines)))
    if end < start:
        start = end = first.start
    heading = HEADING.match(first.text)
    quote = QUOTE.match(first.text)
    return Block(
        start=start,
        end=max(start, end),
        text=text,
        heading=len(heading.group(1)) if heading else 0,
        item=bool(ITEM.match(first.text, quote.end() if quote else 0)) and not rule,
        quote=bool(quote),
        image=image,
        rule=rule,
        gap=gap,
    )
