"""What was said, piece by piece (cues, segments, words) → readable paragraphs, with speakers and times."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.model import Metadata, TimeMark
from index.readers.source import SourceText, Spoken
from index.script import ends_sentence, is_han, is_kana

LONG = 900  # Latin letters after which a finished sentence ends the paragraph; a Han character counts for more
LONGER = 1500  # after which a breath does
LONGEST = 2400  # after which the next piece begins a new one, whatever stands before it
HAN_WEIGHT = 1.25  # beyond 1: 400 Chinese characters are as long to read as 900 letters
PAUSE = 2.5  # seconds of silence after a finished sentence
BREATH = 0.7
SILENCE = 10.0  # after which even an unfinished sentence is not gone on with
LAST_SECOND = 1e7  # above it a number is no time of a recording
OPENS_TIGHT = "，。、？！；：～）】》〉」』”’％)]}"
ENDS_TIGHT = "，。、？！；：～（【《〈「『“‘([{"
CLOSES = re.compile(r"(?!\.\.)[,.?!;:%]+(?:\s|$)")
MARKS = "，。、？！；："
# Zero width characters that players use for layout, and control characters; a lone surrogate cannot be stored.
UNSEEN = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(127, 160), 0xFEFF, 0x200B, 0x200E, 0x200F, 0x2060])
UNSEEN |= dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


@dataclass(frozen=True, slots=True)
class Piece:
    """What was said at one moment. `start` and `end` in seconds, None where the format gives no time.

    `speaker` is None where the format does not say who speaks, "" where it says that it does not know.
    `other` is the same in the second language of a bilingual file. `breaks` begins a new paragraph. An `aside` is a
    paragraph that nobody says (a heading, an introduction).
    """

    text: str
    start: float | None = None
    end: float | None = None
    speaker: str | None = None
    other: str = ""
    breaks: bool = False
    aside: bool = False


def write_speech(
    pieces: Sequence[Piece], encoding: str, warnings: Sequence[str] = (), metadata: Metadata | None = None
) -> SourceText:
    """Write pieces, in their order, as paragraphs with an empty line between; each piece with a time gets its mark."""
    writer = _Writer(any(piece.speaker is not None for piece in pieces))
    tight = is_punctuated([piece.text for piece in pieces])
    tight_other = is_punctuated([piece.other for piece in pieces])
    for paragraph in _paragraphs(pieces):
        writer.write(paragraph, [piece.text for piece in paragraph], tight)
        writer.write(paragraph, [piece.other for piece in paragraph], tight_other)
    text = "".join(writer.parts)
    return SourceText(
        text, encoding, tuple(warnings), metadata or Metadata(), tuple(writer.spoken), tuple(writer.times)
    )


def join(left: str, right: str, tight: bool) -> str:
    """Two stretches of speech as one. `tight`: Chinese is set without spaces, since punctuation parts its clauses."""
    return left + gap(left, right, tight) + right


def gap(left: str, right: str, tight: bool) -> str:
    """What stands between two stretches of speech: a space, or nothing."""
    if not left or not right or left[-1] in " \n":
        return ""
    if left[-1] in ENDS_TIGHT or right[0] in OPENS_TIGHT or CLOSES.match(right):
        return ""
    if tight and (_is_cjk(left[-1]) or left[-1] in "…—") and (_is_cjk(right[0]) or right[0] in "…—“‘"):
        return ""
    if left[-1] == "-" and left[-2:-1].isalpha() and right[0].islower():
        return ""
    return " "


def is_punctuated(texts: Sequence[str]) -> bool:
    """Whether Chinese text has its punctuation also where pieces end, so that they can be joined without a space."""
    whole = "".join(texts)
    marks = sum(map(whole.count, MARKS))
    at_ends = sum(text[-1] in MARKS for text in texts if text)
    return marks > sum(map(_is_cjk, whole)) / 60 and at_ends > 0.05 * marks


def tidy(text: str) -> str:
    """Text without control and zero width characters, in code points that can be stored."""
    if not text.isprintable():
        text = text.translate(UNSEEN)
        if any("\ud800" <= character <= "\udfff" for character in text):
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def second(value: float | None) -> float | None:
    """A time as it can be stored: not negative, not beyond any recording, to the millisecond."""
    if value is None or not math.isfinite(value) or value > LAST_SECOND:
        return None
    return round(max(value, 0.0), 3)


class _Writer:
    """The text as it grows."""

    def __init__(self, speakers_known: bool) -> None:
        self.speakers_known = speakers_known
        self.parts: list[str] = []
        self.length = 0
        self.spoken: list[Spoken] = []
        self.times: list[TimeMark] = []

    def write(self, paragraph: Sequence[Piece], texts: Sequence[str], tight: bool) -> None:
        if not any(texts):
            return
        if self.parts:
            self._add("\n\n")
        start = self.length
        last = ""
        for piece, text in zip(paragraph, texts, strict=True):
            if not text:
                continue
            self._add(gap(last, text, tight))
            seconds = second(piece.start)
            if seconds is not None and (not self.times or self.times[-1].start < self.length):
                self.times.append(TimeMark(self.length, seconds))
            self._add(text)
            last = text
        if self.speakers_known and not paragraph[0].aside:
            self.spoken.append(Spoken(start, self.length, paragraph[0].speaker or ""))

    def _add(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)


def _paragraphs(pieces: Sequence[Piece]) -> list[list[Piece]]:
    paragraphs: list[list[Piece]] = []
    size = 0.0
    for piece in pieces:
        if not piece.text and not piece.other:
            continue
        if not paragraphs or _breaks(paragraphs[-1][-1], piece, size):
            paragraphs.append([])
            size = 0
        paragraphs[-1].append(piece)
        words = piece.text or piece.other
        size += len(words) + 1 + HAN_WEIGHT * sum(map(_is_cjk, words))
    return paragraphs


def _breaks(before: Piece, piece: Piece, size: float) -> bool:
    if piece.breaks or piece.aside or before.aside or piece.speaker != before.speaker:
        return True
    pause = 0.0
    if piece.start is not None and before.start is not None:
        pause = piece.start - (before.start + _spoken_in(before) if before.end is None else before.end)
    if ends_sentence(before.text or before.other) and (pause > PAUSE or size >= LONG):
        return True
    return pause > SILENCE or (size >= LONGER and pause >= BREATH) or size >= LONGEST


def _spoken_in(piece: Piece) -> float:
    """About how many seconds it takes to say a piece."""
    words = piece.text or piece.other
    return len(words) / 14 + sum(map(_is_cjk, words)) / 6


def _is_cjk(character: str) -> bool:
    full_width = "\u3000" <= character <= "\u303f" or "\uff01" <= character <= "\uff5e"
    return is_han(character) or is_kana(character) or full_width
