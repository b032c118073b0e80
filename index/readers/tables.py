"""Tables of speech, in pages and documents: which column says who speaks, which when, and which what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from index.readers.speech import Piece

Row = tuple[str, ...]
CLOCK = re.compile(r"\W{0,2}(?:(\d{1,3}):)?(\d{1,2}):(\d{2})(?:[.,:]\d{1,3})?(?:\s*(?:-->|[-–—~])\s*[\d:.,]+)?\W{0,2}")
SPEAKER_HEADS = frozenset(
    "speaker name who person participant 说话人 發言人 发言人 發言者 发言者 讲者 講者 人物 姓名 话者 話者".split()
)
LONGEST_NAME = 60


def clock(text: str) -> float | None:
    """Seconds of "1:02", "[00:01:02]" or "00:01:02.500 - 00:01:04"; None for anything else."""
    match = CLOCK.fullmatch(text.strip())
    if not match:
        return None
    hours, minutes, seconds = match.groups()
    return float(int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds))


def spoken_rows(rows: Sequence[Row]) -> list[Piece]:
    """The rows as speech, when the columns are speaker and text, or time and text, in any order; else []."""
    rows = [tuple(cell.strip() for cell in row) for row in rows]
    width = max(map(len, rows), default=0)
    if not 2 <= width <= 6 or len(rows) < 2:
        return []
    columns = [[row[number] if number < len(row) else "" for row in rows] for number in range(width)]
    heads = [column[0].casefold().rstrip(":：") for column in columns]
    times = next((n for n, column in enumerate(columns) if _mostly(clock(cell) is not None for cell in column)), None)
    words = max(range(width), key=lambda n: sum(map(len, columns[n])))
    who = next((n for n, head in enumerate(heads) if head in SPEAKER_HEADS and n != words), None)
    headed = who is not None
    if who is None:
        who = next((n for n, column in enumerate(columns) if n not in (words, times) and _names(column)), None)
    if who is None and times is None:
        return []
    pieces: list[Piece] = []
    speaker = ""
    for row in range(1 if headed or (times is not None and clock(columns[times][0]) is None) else 0, len(rows)):
        if who is not None and columns[who][row]:  # empty where the same person goes on
            speaker = columns[who][row].rstrip(":： ").strip()
        start = clock(columns[times][row]) if times is not None else None
        text = columns[words][row]
        pieces.append(Piece(text, start, None, speaker if who is not None else None, breaks=True))
    return [piece for piece in pieces if piece.text]


def _mostly(found: Iterable[bool]) -> bool:
    values = list(found)
    return sum(values) >= 2 and sum(values) > 0.6 * len(values)


def _names(column: Sequence[str]) -> bool:
    """Whether a column holds a few short names again and again."""
    cells = [cell for cell in column if cell]
    return (
        len(cells) >= 3
        and len(set(cells)) <= max(2, len(cells) // 2)
        and all(len(cell) <= LONGEST_NAME and any(map(str.isalpha, cell)) for cell in cells)
    )
