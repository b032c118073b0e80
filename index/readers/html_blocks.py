"""The main part of a page → pieces: paragraphs, headings as Markdown, and the speech of those its elements name."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from index.readers.html_speakers import find_speakers, find_time, name_time
from index.readers.html_tree import is_junk, measure, text_of, walk
from index.readers.speech import Piece, tidy
from index.readers.tables import spoken_rows
from index.script import ends_sentence

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

BLOCKS = frozenset(
    """address article blockquote body center dd details dialog dir div dl dt fieldset figcaption figure form h1 h2 h3
    h4 h5 h6 header hr li main ol p pre section summary table tbody td tfoot th thead tr ul""".split()
)
HEADINGS = {f"h{level}": level for level in range(1, 7)}
BOLD_ON, BOLD_OFF = "\ue000", "\ue001"  # private code points, taken out of the page's own text
PRIVATE = dict.fromkeys([0xE000, 0xE001])
CJK = r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uff65]"
WRAPPED = re.compile(rf"(?<={CJK})[ \t\r]*\n\s*(?={CJK})")
MERGED = re.compile(f"{BOLD_OFF}(\\s*){BOLD_ON}")
BOLD_LINE = re.compile(f"{BOLD_ON}(?P<bold>[^{BOLD_ON}{BOLD_OFF}\n]*){BOLD_OFF}(?P<rest>.*)")
LONGEST_LABEL = 80
LONGEST_CELL = 300
FEWEST_FRAGMENTS = 8


def pieces_of(main: LexborNode, total: int | None = None) -> list[Piece]:
    """The pieces below an element. `total` is the text of the whole page, against which furniture is told."""
    sizes = measure(main)
    whole = total or sizes[main.mem_id].text
    builder = _Builder(find_speakers(main), main)
    for entering, node in walk(main, lambda node: node is not main and (node.mem_id in builder.done)):
        if node.is_text_node:
            builder.add(node.text_content or "")
        elif not node.is_element_node:
            continue
        elif not entering:
            builder.leave(node)
        elif node.mem_id != main.mem_id and is_junk(node, sizes, whole):
            builder.done.add(node.mem_id)
        else:
            builder.enter(node)
    builder.flush()
    pieces = _whole_paragraphs(builder.pieces)
    if any(piece.speaker is not None for piece in pieces):  # then nobody says what has no speaker
        pieces = [replace(piece, aside=piece.speaker is None) for piece in pieces]
    return pieces


class _Builder:
    """What has been read so far, and the paragraph that is being read. `done` are elements that are not entered."""

    def __init__(self, speakers: dict[int, str], main: LexborNode) -> None:
        self.pieces: list[Piece] = []
        self.done: set[int] = set()
        self.parts: list[str] = []
        self.level = 0
        self.time: float | None = None
        self.speaker: str | None = None
        self.speakers = speakers
        self.scope = _scope(main, speakers)
        self.last_speaker = next(reversed(speakers), None)
        self.closing = False  # the last label was passed

    def enter(self, node: LexborNode) -> None:
        tag, element = node.tag or "", node.mem_id
        if element in self.speakers:
            self._begin_turn(node, self.speakers[element])
        elif (seconds := find_time(node)) is not None:
            self.done.add(element)
            self._take_time(node, seconds)
        elif tag == "br":
            self.parts.append("\n")
        elif tag in ("b", "strong"):
            self.parts.append(BOLD_ON)
        elif tag in BLOCKS:
            self.flush()
            self.level = HEADINGS.get(tag, self.level)
            if tag in HEADINGS and self.closing:
                self.speaker = None
            if tag == "table":
                self._read_table(node)

    def leave(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag in ("b", "strong"):
            if node.mem_id not in self.done:
                self.parts.append(BOLD_OFF)
        elif tag in BLOCKS:
            self.flush()
            if tag in HEADINGS:
                self.level = 0
        if node.mem_id == self.scope:
            self.speaker = None

    def add(self, text: str) -> None:
        text = WRAPPED.sub("", tidy(text).translate(PRIVATE).replace("\xa0", " "))
        self.parts.append(re.sub(r"\s+", " ", text))

    def flush(self) -> None:
        """Close the paragraph: what was read since the last becomes pieces, one for each stretch between <br><br>."""
        raw, self.parts = "".join(self.parts), []
        for stretch in re.split(r"\n\s*\n", raw):
            text = _lines(stretch)
            if not text:
                continue
            if self.level:
                text = f"{'#' * self.level} {' '.join(text.replace('**', '').split())}"
            aside = bool(self.level) or (bool(self.speakers) and self.speaker is None)
            speaker = None if aside else self.speaker
            self.pieces.append(Piece(text, None if self.level else self.time, None, speaker, breaks=True, aside=aside))
            if not self.level:
                self.time = None

    def _take_time(self, node: LexborNode, seconds: float) -> None:
        """A time in an element of its own goes, but for one in a label: "Lin Lan (00:12):" is read with the text."""
        before = "".join(self.parts).strip()
        if before and "\n" not in before and len(before) <= LONGEST_LABEL:
            self.parts.append(text_of(node))
            return
        if before:
            self.flush()
        self.time = seconds

    def _begin_turn(self, node: LexborNode, name: str) -> None:
        self.flush()
        self.speaker = name or self.speaker or ""  # an empty label: the same person goes on
        if (seconds := name_time(text_of(node))) is not None:
            self.time = seconds
        if node.mem_id == self.last_speaker:
            self.closing = True
        if not node.attributes.get("data-speaker") and not node.attributes.get("data-speaker-name"):
            self.done.add(node.mem_id)

    def _read_table(self, table: LexborNode) -> None:
        """A table of speech as speech, one of short cells row by row; any other is layout, and read through."""
        if any(inside.tag == "table" and inside.mem_id != table.mem_id for inside in table.traverse()):
            return
        rows = [
            tuple(text_of(cell, 20_000) for cell in row.iter() if cell.tag in ("td", "th"))
            for row in table.traverse()
            if row.tag == "tr"
        ]
        if spoken := spoken_rows(rows):
            self.pieces += spoken
            self.done.add(table.mem_id)
        elif max(map(len, rows), default=0) > 1 and all(len(cell) <= LONGEST_CELL for row in rows for cell in row):
            lines = (" | ".join(filter(None, row)) for row in rows)
            self.pieces += [Piece(line, breaks=True, aside=bool(self.speakers)) for line in lines if line]
            self.done.add(table.mem_id)


def _scope(main: LexborNode, speakers: dict[int, str]) -> int | None:
    """The innermost element around all that name speakers: on leaving it, nobody speaks any more."""
    ends = [element for number, element in enumerate(speakers) if number in (0, len(speakers) - 1)]
    paths: list[list[int]] = []
    path: list[int] = []
    for entering, node in walk(main):
        if node.is_element_node and entering:
            path.append(node.mem_id)
            if node.mem_id in ends:
                paths.append(path[:-1])
        elif node.is_element_node:
            path.pop()
    if not paths:
        return None
    common = [one for one, other in zip(paths[0], paths[-1], strict=False) if one == other]
    return common[-1] if common else None


def _whole_paragraphs(pieces: list[Piece]) -> list[Piece]:
    """Paragraphs that are pieces of sentences, each with its time, are not paragraphs but subtitles."""
    timed = [piece for piece in pieces if piece.start is not None]
    unfinished = sum(not ends_sentence(piece.text) for piece in timed)
    if len(timed) < FEWEST_FRAGMENTS or 3 * unfinished < len(timed) or 2 * len(timed) < len(pieces):
        return pieces
    return [piece if piece.start is None else replace(piece, breaks=False) for piece in pieces]


def _lines(raw: str) -> str:
    """A paragraph's text, line by line, bold only where it may be a label or a question: at the beginning of a line."""
    raw = MERGED.sub(r"\1", raw)
    lines = []
    for line in raw.split("\n"):
        line = " ".join(line.split())
        match = BOLD_LINE.fullmatch(line)
        bold, rest = (match["bold"].strip(), match["rest"].strip()) if match else ("", "")
        if bold and (not rest or (len(bold) <= LONGEST_LABEL and (rest[0] in ":：" or bold[-1] in ":："))):
            line = f"**{bold}**{'' if rest[:1] in (':', '：') else ' '}{rest}"
        line = line.replace(BOLD_ON, "").replace(BOLD_OFF, "").strip()
        line = " ".join(line.split())
        if line:
            lines.append(line)
    return "\n".join(lines)
