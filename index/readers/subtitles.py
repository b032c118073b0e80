"""Subtitles (.srt, .vtt, .ass, .ssa) → cues: webvtt-py and pysubs2 parse, this repairs what they would refuse or lose.

SubRip is WebVTT but for its header and the comma in its times, and files in the wild are a mixture of both: they are
brought into the strict form that webvtt-py reads. (pysubs2 reads both leniently, but takes notes and the numbers of
cues for speech, a year alone on the last line for a number, and hours of three digits for two.)
"""

from __future__ import annotations

import logging
import re
import warnings
from pathlib import Path

from index.errors import InputError
from index.readers.bounds import check_size, parsing
from index.readers.cues import Cue, read_cue_text, to_pieces
from index.readers.plain import decode
from index.readers.source import SourceText
from index.readers.speech import write_speech

STAMP = r"-?(?:\d{1,4}\s?:\s?)?\d{1,2}\s?:\s?\d{1,2}(?:\s?[.,;:]\s?\d{1,6})?"
TIMING = re.compile(
    rf"^[ \t\ufeff]*+(?P<start>{STAMP})[ \t]*+(?:-{{1,3}}>|–>|—>|→)[ \t]*+(?P<end>{STAMP})?(?P<settings>.*)$"
)
ARROW = re.compile(r"^.{0,60}-->.{0,200}$")
HALF = re.compile(r"^[ \t]*+-?\d{1,4}:[\d:.,]{0,12}[ \t]*+-{0,2}[ \t]*+$")  # a timing cut off
INDEX = re.compile(r"^[ \t\ufeff]*+\d{1,7}[ \t]*+$")
ASIDE = re.compile(r"^(?:NOTE|STYLE|REGION)(?:[ \t]|$)")
SETTING = re.compile(r"(?:vertical|line|position|size|align|region):\S")
LINES = re.compile(r"\r\n|\n|\r")
DIALOGUE = re.compile(r"^\s*+Dialogue\s*+:", re.IGNORECASE)
DRAWING = re.compile(r"\{[^}]*\\p[1-9]")
MAX_SUBTITLES = 8 * 1024 * 1024  # ten hours with a time for each word are 6 MB
LONGEST_LINE = 20_000  # of one cue; drawings and karaoke run to thousands
SHARE_NAMED = 0.5  # of an ASS file's lines: below it the field is used for notes to the typesetter


def read_subtitles(path: Path, data: bytes) -> SourceText:
    """Read a subtitle file of any of the kinds. Raises InputError when there is no cue in it."""
    check_size(path, len(data), MAX_SUBTITLES)
    source = decode(data)
    if source is None:
        raise InputError(f"{path}: not a text file in an encoding that can be recognised; save it as UTF-8")
    lines = LINES.split(source.text)
    with parsing(path, "subtitles"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if any(DIALOGUE.match(line) for line in lines):
            cues, unread = _read_ass(lines)
        else:
            cues, unread = _read_vtt(lines)
    pieces = to_pieces(cues)
    if not pieces:
        raise InputError(f"{path}: no subtitles in it (no line with a time and text below it); check the file")
    notes = list(source.warnings)
    if unread:
        notes.append(f"{unread} of {unread + len(cues)} cues could not be read (their time or their text is damaged)")
    return write_speech(pieces, source.encoding, notes)


def _read_vtt(lines: list[str]) -> tuple[list[Cue], int]:
    """The cues of SubRip or WebVTT, and how many could not be read."""
    from webvtt import WebVTT

    repaired, timings, unread = _repair(lines)
    cues = []
    for caption in WebVTT.from_string("\n".join(repaired)).captions:
        start, end = caption.start_time.in_milliseconds() / 1000, caption.end_time.in_milliseconds() / 1000
        cues.append(Cue(start, max(start, end), read_cue_text(caption.raw_text)))
    return cues, unread + timings - len(cues)


def _repair(lines: list[str]) -> tuple[list[str], int, int]:
    """Lines as strict WebVTT; how many cues they hold, and how many lines with an arrow were no timing.

    Each cue gets an empty line before it and loses those inside it: an empty line ends a cue only where a timing, or
    a number and a timing, or a block of another kind follows.
    """
    repaired = ["WEBVTT", ""]
    timings = unread = 0
    aside = True  # nothing before the first timing is speech
    for number, line in enumerate(lines):
        match = TIMING.match(line)
        blank_before = number == 0 or not lines[number - 1].strip()
        if match:
            timings += 1
            aside = False
            start, end = _stamp(match["start"]), _stamp(match["end"] or match["start"])
            repaired += ["", f"{start} --> {end}"]
            rest = match["settings"].strip()
            if rest and not SETTING.search(rest) and any(character.isalpha() for character in rest):
                repaired.append(rest)  # text behind the time, where its line break was lost
        elif ASIDE.match(line) and blank_before:
            aside = True
        elif aside or not line.strip():
            unread += bool(ARROW.match(line)) and not aside
        elif ARROW.match(line) or (HALF.match(line) and number and INDEX.match(lines[number - 1])):
            unread += 1
            aside = True  # whose time is damaged cannot be placed
        elif not _is_number(lines, number, blank_before):
            repaired.append(line.replace("-->", "->")[:LONGEST_LINE])
    return repaired, timings, unread


def _is_number(lines: list[str], number: int, blank_before: bool) -> bool:
    """Whether a line is the number or the name of a cue, and no words of the one before (such as a year)."""
    following = lines[number + 1 : number + 3]
    if following and (TIMING.match(following[0]) or ARROW.match(following[0]) or HALF.match(following[0])):
        return blank_before or bool(INDEX.match(lines[number]))
    if not (blank_before and INDEX.match(lines[number])):
        return False
    return not any(map(str.strip, lines[number + 1 : number + 50])) or bool(TIMING.match(following[-1]))


def _stamp(text: str) -> str:
    """A time as WebVTT writes it. Fields over their range carry over; what is before the beginning is at it."""
    if text.startswith("-"):
        return "00:00:00.000"
    clock, _, fraction = re.sub(r"\s", "", text).replace(",", ".").replace(";", ".").partition(".")
    fields = clock.split(":")
    if len(fields) == 4:  # 00:00:01:500, as some editors write
        fraction = fields.pop()
    hours, minutes, seconds = (0, 0, 0, *map(int, fields))[-3:]
    total = (hours * 60 + minutes) * 60 + seconds
    return f"{total // 3600:02}:{total // 60 % 60:02}:{total % 60:02}.{fraction[:3].ljust(3, '0')}"


def _read_ass(lines: list[str]) -> tuple[list[Cue], int]:
    """The spoken lines of SubStation Alpha, and how many could not be read. Styles and drawings are not looked at."""
    from pysubs2 import SSAEvent, SSAFile

    logging.getLogger("pysubs2").setLevel(logging.CRITICAL)
    kind = "ssa" if any(re.match(r"\s*\[V4 Styles\]", line, re.IGNORECASE) for line in lines) else "ass"
    dialogue = [line.strip() for line in lines if DIALOGUE.match(line)]
    events: list[SSAEvent] = []
    unread = 0
    for line in dialogue:  # one by one: a half-written line would cost the whole file
        try:
            events += SSAFile.from_string(f"[Events]\n{line[:LONGEST_LINE]}\n", kind)
        except (ValueError, TypeError):
            unread += 1
    events = [event for event in events if not DRAWING.search(event.text)]
    named = [event for event in events if event.name.strip()]
    speakers = len(named) > SHARE_NAMED * len(events)
    cues = []
    for event in events:
        voice = event.name.strip() if speakers else None
        start = max(event.start, 0) / 1000
        cues.append(Cue(start, max(start, event.end / 1000), read_cue_text(event.plaintext, voice)))
    return cues, unread
