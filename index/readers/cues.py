"""Cues → pieces of speech: tags and voices, lines shown twice, two languages, and where a speaker changes."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.readers.speech import Piece, gap, is_punctuated, tidy
from index.script import is_han, is_hangul, is_kana

# The tags of WebVTT, SubRip and YouTube; any other "<" is text. Possessive: a line of "<" is looked at once.
TAG = re.compile(
    r"</?(?:c|b|i|u|s|v|lang|ruby|rt|font|span|br|p|em|strong|yellow|white|cyan|green|red|blue|magenta)"
    r"(?:[.\s/][^<>]{0,300}+)?>|<\d[\d:.]{0,20}>",
    re.IGNORECASE,
)
VOICE = re.compile(r"<v(?:\.[^\s<>]*)?\s+([^<>]{1,200})>|(</v>)", re.IGNORECASE)
READING = re.compile(r"<rt\b[^<>]*>[^<>]*(?:</rt>|(?=</ruby>)|(?=<rt)|$)", re.IGNORECASE)  # furigana repeats its word
BREAK = re.compile(r"<br\s*/?>|\\[Nn]", re.IGNORECASE)
OVERRIDE = re.compile(r"\{(?:\\[^{}]*|an?\d)\}")
CHANGE = re.compile(r"(?:^|(?<=\s))(?=>{2,3}(?![>]))")
DASH = re.compile(r"^[-–—‐]\s?(?=[^\s\-–—])")
LABEL = re.compile(r"^(?:>{2,3}\s*)?[\[（(]?(?P<name>[^\W\d_][^:：\[\]()（）.。,，!！?？]{0,38})[\])）]?\s?[:：](?!//)")
REPEATED = 0.3  # the share of cues that show lines of the cue before, from which on that is how the file is made
BILINGUAL = 0.5
LABELLED = 0.5  # of the cues begin with a name: the file has one in each cue, not only where the speaker changes
EVERY = 0.9  # of the cues begin with a label: who speaks in one cue alone has one there as well
FAR_BACK = 60.0  # seconds; a file that goes back so far, and goes on from there, is made of several parts
FEWEST_CUES = 10


@dataclass(frozen=True, slots=True)
class Line:
    """One line on the screen. `speaker` is None where the file does not say."""

    text: str
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class Cue:
    """What is on the screen from `start` to `end` (seconds)."""

    start: float
    end: float
    lines: tuple[Line, ...]


def read_cue_text(raw: str, voice: str | None = None) -> tuple[Line, ...]:
    """The lines of a cue's text, without tags and with the voice each is in."""
    lines: list[Line] = []
    speaker = voice
    for number, stretch in enumerate(VOICE.split(BREAK.sub("\n", READING.sub("", raw)))):
        if number % 3 == 1:
            speaker = html.unescape(stretch).strip() if stretch else speaker
        elif number % 3 == 2:
            speaker = voice if stretch else speaker
        else:
            text = html.unescape(OVERRIDE.sub("", TAG.sub("", stretch)))
            for line in tidy(text).split("\n"):
                line = " ".join(line.split())
                if line:
                    lines.append(Line(line, speaker))
    return tuple(lines)


def to_pieces(cues: Sequence[Cue]) -> list[Piece]:
    """Cues in the order they are spoken, each line once, as pieces that begin a paragraph where a speaker changes."""
    shown = _shown_once(_merged(_ordered([cue for cue in cues if cue.lines])))
    if any(line.speaker is not None for cue in shown for line in cue.lines):
        shown = [
            replace(cue, lines=tuple(replace(line, speaker=line.speaker or "") for line in cue.lines)) for cue in shown
        ]
    names = _names(shown)
    if not _is_bilingual(shown) and _labelled(shown, names) > LABELLED * len(shown):
        shown = _by_label(shown, names)
    if _is_bilingual(shown):
        return [piece for cue in shown for piece in _in_two_languages(cue, names, _first_is_cjk(shown))]
    tight = is_punctuated([line.text for cue in shown for line in cue.lines])
    return [piece for cue in shown for piece in _in_one_language(cue, names, tight)]


def _labelled(cues: Sequence[Cue], names: frozenset[str]) -> int:
    """How many cues begin with the name of who speaks."""
    return sum(_label(cue.lines[0].text, names) is not None and cue.lines[0].speaker is None for cue in cues)


def _by_label(cues: Sequence[Cue], names: frozenset[str]) -> list[Cue]:
    """Cues whose labels are speakers: in a file that labels each cue, one is no sign of a change."""
    speaker = ""
    named = []
    for cue in cues:
        lines = []
        for line in cue.lines:
            text = line.text
            if label := _label(text, names):
                speaker, text = label["name"].strip(), text[label.end() :].strip()
            if text:
                lines.append(Line(text, speaker))
        if lines:
            named.append(replace(cue, lines=tuple(lines)))
    return named


def _ordered(cues: Sequence[Cue]) -> list[Cue]:
    """By time; but a file made of parts that each begin at zero keeps its parts one after the other."""
    parts: list[list[Cue]] = [[]]
    latest = 0.0
    for cue in cues:
        if cue.start < latest - FAR_BACK:
            parts.append([])
            latest = 0.0
        parts[-1].append(cue)
        latest = max(latest, cue.start)
    if any(len(part) < FEWEST_CUES for part in parts):
        parts = [list(cues)]
    return [cue for part in parts for cue in sorted(part, key=lambda cue: cue.start)]


def _merged(cues: Sequence[Cue]) -> list[Cue]:
    """Two cues shown at the very same time in two languages are one."""
    merged: list[Cue] = []
    for cue in cues:
        last = merged[-1] if merged else None
        together = last is not None and (last.start, last.end) == (cue.start, cue.end)
        if last and together and _languages(last) ^ _languages(cue) == {True, False}:
            merged[-1] = replace(last, lines=(*last.lines, *cue.lines))
        else:
            merged.append(cue)
    return merged


def _shown_once(cues: Sequence[Cue]) -> list[Cue]:
    """Without what the cue before showed already, in files that roll their lines up or light up word after word."""
    fresh: list[Cue] = []
    before: tuple[Line, ...] = ()
    repeated = 0
    for cue in cues:
        new = _new_lines(before, cue.lines)
        repeated += new != cue.lines
        if new:
            fresh.append(replace(cue, lines=new))
        elif fresh:
            fresh[-1] = replace(fresh[-1], end=max(fresh[-1].end, cue.end))
        before = cue.lines
    return fresh if repeated > REPEATED * len(cues) else list(cues)


def _new_lines(before: tuple[Line, ...], lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """What of a cue's lines was not on the screen yet, where they begin with those before or go on with them."""
    for size in range(min(len(before), len(lines)), 0, -1):
        last, same = before[-1].text, lines[size - 1].text
        if before[len(before) - size : -1] == lines[: size - 1] and same.startswith(last):
            rest = same[len(last) :]
            if rest[:1].isascii() and rest[:1].isalnum():  # "a" and "and"
                continue
            grown = (replace(lines[size - 1], text=rest.strip()),) if rest.strip() else ()
            return grown + lines[size:]
    return lines


def _is_cjk(text: str) -> bool | None:
    """Whether a line is Chinese, Japanese or Korean; None when it has no letters."""
    letters = sum(map(str.isalpha, text))
    cjk = sum(is_han(character) or is_kana(character) or is_hangul(character) for character in text)
    return cjk > 0.25 * letters if letters else None


def _languages(cue: Cue) -> set[bool]:
    return {kind for line in cue.lines if (kind := _is_cjk(line.text)) is not None}


def _is_bilingual(cues: Sequence[Cue]) -> bool:
    return sum(len(_languages(cue)) == 2 for cue in cues) > BILINGUAL * len(cues)


def _first_is_cjk(cues: Sequence[Cue]) -> bool:
    return sum(_is_cjk(cue.lines[0].text) is True for cue in cues) > 0.5 * len(cues)


def _in_two_languages(cue: Cue, names: frozenset[str], first_is_cjk: bool) -> list[Piece]:
    kinds = [_is_cjk(line.text) for line in cue.lines]
    first = [line for line, kind in zip(cue.lines, kinds, strict=True) if kind in (first_is_cjk, None)]
    second = [line for line, kind in zip(cue.lines, kinds, strict=True) if kind is (not first_is_cjk)]
    if not second and len(first) == 2:  # a name or a number that both languages write alike
        first, second = first[:1], first[1:]
    lead = first or second
    text, other = (_joined([line.text for line in lines], True) for lines in (first, second))
    breaks = _begins_turn(lead[0].text, names)
    return [Piece(text, cue.start, cue.end, lead[0].speaker, other=other, breaks=breaks)]


def _in_one_language(cue: Cue, names: frozenset[str], tight: bool) -> list[Piece]:
    lines = [Line(part.strip(), line.speaker) for line in cue.lines for part in CHANGE.split(line.text) if part.strip()]
    dialogue = sum(bool(DASH.match(line.text)) for line in lines) >= 2
    pieces: list[Piece] = []
    for line in lines:
        begins = _begins_turn(line.text, names) or (dialogue and bool(DASH.match(line.text)))
        text = DASH.sub("- ", line.text) if dialogue else line.text
        if pieces and not begins and pieces[-1].speaker == line.speaker:
            pieces[-1] = replace(pieces[-1], text=_joined([pieces[-1].text, text], tight))
        else:
            pieces.append(Piece(text, cue.start, cue.end, line.speaker, breaks=begins))
    return pieces


def _joined(texts: Sequence[str], tight: bool) -> str:
    whole = ""
    for text in texts:
        whole += gap(whole, text, tight) + text
    return whole


def _begins_turn(text: str, names: frozenset[str]) -> bool:
    return text.startswith(">>") or _label(text, names) is not None


def _label(text: str, names: frozenset[str]) -> re.Match[str] | None:
    match = LABEL.match(text)
    return match if match and match["name"].strip().casefold() in names else None


def _names(cues: Sequence[Cue]) -> frozenset[str]:
    """What stands before a colon at the beginning of two lines or more; one speaks once, in capitals.

    Where nearly every cue begins so, once is enough: else who speaks once would be quoted as whoever spoke before.
    """
    found: Counter[str] = Counter()
    begun: list[str] = []
    for cue in cues:
        for number, line in enumerate(cue.lines):
            if match := LABEL.match(line.text):
                name = match["name"].strip()
                cjk = _is_cjk(name)
                if len(name) <= 14 if cjk else len(name.split()) <= 5 and name[0].isupper():
                    found[name.casefold()] += 2 if name.isupper() and not cjk else 1
                    begun += [name.casefold()] if number == 0 else []
    names = frozenset(name for name, count in found.items() if count >= 2)
    recurring = sum(name in names for name in begun)
    everywhere = len(begun) >= EVERY * len(cues) and recurring > LABELLED * len(cues)
    return names | frozenset(begun) if everywhere else names
