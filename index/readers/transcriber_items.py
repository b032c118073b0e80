"""The parts that exports of transcription tools have in common: objects with a text, perhaps a speaker and times."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from index.readers.speech import Piece, is_punctuated, join, tidy

Json = Any  # what json.loads gives; each function checks what it looks at

TEXT_KEYS = ("text", "transcript", "content", "utterance", "sentence", "line", "caption", "body", "message")
SPEAKER_KEYS = (
    "speaker", "speaker_name", "speakerName", "speaker_label", "name", "role", "author", "participant", "who", "spk",
)  # fmt: skip
START_KEYS = (
    "start", "start_time", "startTime", "begin", "from", "time", "timestamp", "offset", "ts", "start_ms", "startMs",
)  # fmt: skip
END_KEYS = ("end", "end_time", "endTime", "to", "stop", "end_ts", "end_ms", "endMs")
CLOCK = re.compile(r"\s*\[?(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2}(?:[.,]\d{1,6})?)\]?\s*")
MILLISECONDS = 0.05  # letters a second: who would speak more slowly, by the numbers, speaks in milliseconds


def with_text(items: Iterable[dict[str, Json]]) -> list[Piece]:
    pieces = []
    for item in items:
        text = next((found for key in TEXT_KEYS if (found := line_of(item.get(key)))), "")
        if not text:
            continue
        start, end = time_of(item, START_KEYS), time_of(item, END_KEYS)
        length = number_of(item.get("duration"))
        if end is None and start is not None and length is not None:
            end = start + length
        speakers = (speaker_of(item.get(key)) for key in SPEAKER_KEYS)
        speaker = next((found for found in speakers if found is not None), None)
        pieces.append(Piece(text, start, end, speaker))
    return pieces


def words_of(words: list[dict[str, Json]]) -> list[Piece]:
    """Words with times and perhaps speakers, each a piece."""
    pieces = []
    for word in words:
        text = next((found for key in ("punctuated_word", "text", "word") if (found := line_of(word.get(key)))), "")
        if text:
            speaker = speaker_of(word.get("speaker", word.get("speaker_label")))
            pieces.append(Piece(text, time_of(word, START_KEYS), time_of(word, END_KEYS), speaker))
    return pieces


def by_speaker(words: list[dict[str, Json]]) -> list[Piece]:
    """Words joined while one person speaks. A word without speaker belongs to the one before."""
    runs: list[Piece] = []
    pieces = words_of(words)
    tight = is_punctuated([piece.text for piece in pieces])
    for piece in pieces:
        if runs and piece.speaker in (runs[-1].speaker, None):
            runs[-1] = replace(runs[-1], text=join(runs[-1].text, piece.text, tight), end=piece.end or runs[-1].end)
        else:
            runs.append(piece)
    return runs if any(run.speaker is not None for run in runs) else []


def objects(content: Json, key: str) -> list[dict[str, Json]]:
    """The objects of the list under a key; [] for whatever else stands there."""
    items = content.get(key) if isinstance(content, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def line_of(value: Json) -> str:
    return " ".join(tidy(value).split()) if isinstance(value, str) else ""


def speaker_of(value: Json) -> str | None:
    """A speaker's label; numbers and letters, which tools give to voices, as "Speaker 0" and "Speaker A"."""
    if isinstance(value, dict):
        value = value.get("name", value.get("id"))
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return f"Speaker {value:.0f}" if abs(value) < 1e6 else None
    if not isinstance(value, str):
        return None
    label = line_of(value).rstrip(":：").strip()[:80]
    return f"Speaker {label}" if re.fullmatch(r"[A-Z]|\d{1,4}", label) else label


def number_of(value: Json, unit: float = 1.0) -> float | None:
    """A number in the unit given; a whole number stays an int, whose unit is still to be told."""
    if isinstance(value, bool | list | dict) or value is None:
        return None
    try:
        return value if isinstance(value, int) and unit == 1.0 and abs(value) < 1e15 else float(value) * unit
    except (ValueError, OverflowError):
        return None


def time_of(item: dict[str, Json], keys: tuple[str, ...]) -> float | None:
    """The first time among the keys, in the unit it stands in; "00:01:02.5" in seconds."""
    for key in keys:
        value = item.get(key)
        if isinstance(value, str) and (clock := CLOCK.fullmatch(value)):
            hours, minutes, seconds = clock.groups()
            return int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds.replace(",", "."))
        if (number := number_of(value)) is not None:
            return number / 1000 if key.lower().endswith("ms") else number
    return None


def in_seconds(pieces: list[Piece]) -> list[Piece]:
    """Pieces with their times in seconds. Whole numbers alone may be milliseconds: by how fast somebody spoke."""
    times = [at for piece in pieces for at in (piece.start, piece.end) if at is not None]
    if not times or not all(isinstance(at, int) for at in times):
        return pieces
    letters = sum(len(piece.text) for piece in pieces)
    if letters >= MILLISECONDS * (max(times) - min(times)):
        return pieces
    return [
        replace(
            piece,
            start=None if piece.start is None else piece.start / 1000,
            end=None if piece.end is None else piece.end / 1000,
        )
        for piece in pieces
    ]
