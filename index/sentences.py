"""Where sentences end, in Chinese, Japanese and Latin text, without cutting quoted speech in half."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.model import Span

FULL_WIDTH = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]+")  # Han and kana
OPENING = "“「『（(【《〈"
CLOSING = {"”": "“", "」": "「", "』": "『", "）": "（", ")": "(", "】": "【", "》": "《", "〉": "〈"}
AFTER_END = "”’」』）)】》\"'*_"
LONGEST_QUOTE = 120  # a longer quotation is cut like any other text
LONGEST = 300  # a longer "sentence" (a page without punctuation) is cut at a comma or wherever it must be
SHORTEST = 8  # "是的。" goes with the sentence that follows it
ABBREVIATION = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|etc|No|Inc|Ltd|Co|U\.S|U\.K|e\.g|i\.e|[A-Z])\.$")


def sentence_spans(text: str, span: Span) -> list[Span]:
    """The sentences of text[span.start:span.end], in order, outer white space and bold marks left out."""
    spans: list[Span] = []
    for start, end in _merge_short(text, list(_cuts(text, span.start, span.end))):
        spans.extend(_cut_long(text, start, end))
    return spans


def width(text: str) -> float:
    """Length in Chinese characters: one for a Han or kana character, a third for anything else."""
    narrow = len(FULL_WIDTH.sub("", text))
    return len(text) - narrow + 0.34 * narrow


def _cuts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    begin = start
    quotes: list[int] = []
    while at < end:
        character = text[at]
        if character in OPENING:
            quotes.append(at)
        elif character in CLOSING and quotes and text[quotes[-1]] == CLOSING[character]:
            quotes.pop()
        if quotes and at - quotes[0] >= LONGEST_QUOTE:
            quotes.pop(0)
        if _ends_here(text, at, end):
            stop = at + 1
            while stop < end and text[stop] in "。！？!?…." + AFTER_END:
                if text[stop] in CLOSING and quotes and text[quotes[-1]] == CLOSING[text[stop]]:
                    quotes.pop()
                stop += 1
            if not quotes:
                yield begin, stop
                begin = stop
            at = stop
        else:
            at += 1
    if begin < end:
        yield begin, end


def _ends_here(text: str, at: int, end: int) -> bool:
    character = text[at]
    if (
        character in "?!"
        and at + 1 < end
        and text[at + 1].isascii()
        and (text[at + 1].isalnum() or text[at + 1] in "=&/")
    ):
        return False  # part of an address: …/watch?v=…
    if character in "。！？!?…":
        return True
    if character == "\n":
        return at + 1 < end and text[at + 1] == "\n"
    if character != "." or ABBREVIATION.search(text[max(0, at - 6) : at + 1]):
        return False
    following = text[at + 1 : at + 3].lstrip(AFTER_END)
    return not following or following[0].isspace()


def _merge_short(text: str, cuts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in cuts:
        marks_only = not text[start:end].strip(AFTER_END + " \t\r\n>。！？!?….")
        if merged and (marks_only or width(text[merged[-1][0] : merged[-1][1]].strip()) < SHORTEST):
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def _cut_long(text: str, start: int, end: int) -> Iterator[Span]:
    while start < end and (text[start].isspace() or text[start] in "*_"):  # bold begins here: no word of theirs
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in "*_"):
        end -= 1
    limit = LONGEST if width(text[start : start + LONGEST]) > LONGEST / 2 else 3 * LONGEST
    while end - start > limit:
        window = text[start : start + limit]
        comma = max(window.rfind(mark) for mark in "，,；;、 \n")
        stop = start + (comma + 1 if comma > limit // 3 else limit)
        yield Span(start, stop)
        start = stop
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield Span(start, end)
