"""Lines of PDF pages → paragraphs: running heads go, wrapped and hyphenated lines are put together again."""

from __future__ import annotations

import re
import statistics
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.readers.speech import gap
from index.script import ends_sentence, is_han, is_kana

EDGE = 3  # lines from the top and the bottom of a page among which running heads stand
PAGE_NUMBER = re.compile(
    r"[-–—\s|·(\[]*(?:page|p\.|seite|第)?\s*(?:\d{1,4}|[ivxlc]{1,6})\s*(?:(?:of|/|von|页|頁|共|，|,)\s*)*\d{0,4}\s*[页頁]?[-–—\s|·)\]]*",
    re.IGNORECASE,
)
LABEL = re.compile(r"(?P<name>[^\W\d_][^:：.。,，!?！？]{0,38})[:：](?!//)")
HYPHENATED = 0.04  # of the lines end in a hyphen where a program has set them
SHORT = 0.75  # of a full line: a shorter one ends its paragraph, if its sentence ends
WIDE = 1.35  # times the usual step: the space between paragraphs
LARGE = 1.25  # times the usual size: a heading
LONGEST_HEADING = 120
# Ligatures and the radicals that fonts' tables confuse with characters: what the page shows, in the usual code points.
RADICALS = "⺠⻁⻄⻅⻆⻉⻊⻋⻑⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⻳⻫⻭⻯⻲"
SAME: dict[int, str] = {
    point: unicodedata.normalize("NFKC", chr(point)) for point in [*range(0xFB00, 0xFB07), *range(0x2F00, 0x2FD6)]
}
SAME |= {
    ord(radical): character
    for radical, character in zip(
        RADICALS, "民虎西见角贝足车長长门青韦页风飞食马骨鬼鱼鸟麦黄齐齿龙龟斉歯竜亀", strict=True
    )
}
SAME[0xAD] = "-"
CJK = "[\u3000-\u30ff\u3400-\u9fff\uff00-\uff65]"
LOOSE = re.compile(rf"(?<={CJK}) +(?={CJK})| +(?=[，。？！；：、）」』》])|(?<=[，。？！；：、（「『《]) +")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, where it begins (points from the page's left bottom corner), and how it is set."""

    text: str
    x: float
    y: float
    size: float
    bold: bool


def paragraphs(pages: Sequence[Sequence[Line]]) -> list[str]:
    """The paragraphs of all pages in their order, headings as Markdown; one that goes on on the next page is whole."""
    lines = _without_heads([[_usual(line) for line in page] for page in pages])
    if not lines:
        return []
    size = statistics.median(line.size for line in lines)
    step = _usual_step(lines)
    full = statistics.quantiles([_width(line.text) for line in lines], n=10)[-2] if len(lines) > 1 else 0.0
    left = Counter(round(line.x) for line in lines).most_common(1)[0][0]
    mostly_bold = 2 * sum(line.bold for line in lines) > len(lines)
    names = _names(lines)
    found: list[list[Line]] = []
    for line in lines:
        last = found[-1][-1] if found else None
        if last is None or _begins(last, line, size, step, full, left, names, mostly_bold):
            found.append([])
        found[-1].append(line)
    words = Counter(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", " ".join(line.text for line in lines).lower()))
    hyphenated = sum(line.text.endswith("-") for line in lines) > HYPHENATED * len(lines)
    return [_written(paragraph, size, words, hyphenated, mostly_bold) for paragraph in found]


def _usual(line: Line) -> Line:
    text = LOOSE.sub("", " ".join(line.text.translate(SAME).split()))
    return Line(text, line.x, line.y, line.size, line.bold)


def _without_heads(pages: list[list[Line]]) -> list[Line]:
    """All lines but page numbers and what stands at the edge of most pages, whatever its numbers."""
    step = _usual_step([line for page in pages for line in page])
    edges = [_edge(page, step) for page in pages]
    counts = Counter(key for page, edge in zip(pages, edges, strict=True) for key in {_key(page[at]) for at in edge})
    often = max(2, len(pages) / 2)
    heads = {key for key, count in counts.items() if count >= often}
    return [
        line
        for page, edge in zip(pages, edges, strict=True)
        for number, line in enumerate(page)
        if line.text
        and not (number in edge and (_key(line) in heads or (len(pages) > 1 and PAGE_NUMBER.fullmatch(line.text))))
    ]


def _edge(page: Sequence[Line], step: float) -> set[int]:
    """The places of the outermost lines of a page, as far as a wider space parts them from the text."""
    by_height = sorted((at for at in range(len(page))), key=lambda at: page[at].y)
    found: set[int] = set()
    for order in (by_height, by_height[::-1]):
        for depth in range(1, min(EDGE, len(order) // 3) + 1):
            if abs(page[order[depth]].y - page[order[depth - 1]].y) > WIDE * step:
                found.update(order[:depth])
                break
    return found


def _key(line: Line) -> tuple[str, int]:
    return re.sub(r"\d+", "#", line.text.casefold()), round(line.y / 4)


def _usual_step(lines: Sequence[Line]) -> float:
    """The distance from one line to the next inside a paragraph: the one that is seen most, in points."""
    steps = Counter(round(2 * (before.y - line.y)) / 2 for before, line in pairwise(lines) if before.y > line.y)
    return steps.most_common(1)[0][0] if steps else 0.0


def _names(lines: Sequence[Line]) -> frozenset[str]:
    """What stands before a colon at the beginning of two lines or more."""
    labels = filter(None, (LABEL.match(line.text) for line in lines))
    found = Counter(label["name"].strip().casefold() for label in labels if len(label["name"].split()) <= 5)
    return frozenset(name for name, count in found.items() if count >= 2)


def _begins(
    last: Line, line: Line, size: float, step: float, full: float, left: float, names: frozenset[str], mostly_bold: bool
) -> bool:
    """Whether a line begins a paragraph."""
    match = LABEL.match(line.text)
    if match and match["name"].strip().casefold() in names:
        return True
    if abs(line.size - last.size) > 0.15 * size or (line.bold != last.bold and not mostly_bold):
        return not (last.bold and LABEL.fullmatch(last.text))  # a bold label alone, and its words below
    if last.y > line.y:
        if step and last.y - line.y > WIDE * step:
            return True
    elif not ends_sentence(last.text):  # the next page or column goes on with the sentence
        return False
    short = _width(last.text) < SHORT * full
    indented = 0.8 * size < line.x - last.x < 4 * size and line.x - left > 0.8 * size
    return ends_sentence(last.text) and (short or indented)


def _written(paragraph: Sequence[Line], size: float, words: Counter[str], hyphenated: bool, mostly_bold: bool) -> str:
    text = ""
    for line in paragraph:
        if text.endswith("-") and text[-2:-1].isalpha() and line.text[:1].islower():
            text = _unhyphenated(text, line.text, words, hyphenated)
        else:
            text += gap(text, line.text, True) + line.text
    if len(text) <= LONGEST_HEADING and paragraph[0].size > LARGE * size:
        return f"## {text}"
    if all(line.bold for line in paragraph) and not mostly_bold:
        return f"**{text}**"
    return text


def _unhyphenated(text: str, rest: str, words: Counter[str], hyphenated: bool) -> str:
    """A word broken at the end of a line: as it stands elsewhere, else without its hyphen if the page breaks words."""
    before = re.findall(r"[^\W\d_]+(?=-$)", text)
    after = re.match(r"[^\W\d_]+", rest)
    if not before or not after:
        return text + rest
    whole, dashed = (before[-1] + after[0]).lower(), f"{before[-1]}-{after[0]}".lower()
    keep = words[dashed] > words[whole] if words[dashed] != words[whole] else not hyphenated
    return (text if keep else text[:-1]) + rest


def _width(text: str) -> float:
    return sum(2.0 if is_han(character) or is_kana(character) or character > "\u2fff" else 1.0 for character in text)
