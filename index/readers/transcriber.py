"""Exports of transcription tools (.json, .jsonl) → speech: one function a shape, all of them in SHAPES.

Times are seconds in some and milliseconds in others, with nothing that says which; `in_seconds` tells by how fast
somebody would have to speak.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from index.errors import InputError
from index.model import Metadata
from index.readers.bounds import check_size
from index.readers.plain import decode
from index.readers.source import SourceText
from index.readers.speech import Piece, tidy, write_speech
from index.readers.transcriber_items import (
    Json,
    by_speaker,
    in_seconds,
    line_of,
    number_of,
    objects,
    speaker_of,
    with_text,
    words_of,
)

READ = (
    "Whisper, whisper.cpp, WhisperX, AssemblyAI, Deepgram, Rev, Amazon Transcribe, YouTube, or a list of objects with "
    "text and speaker or time"
)
LIST_KEYS = (
    "segments utterances monologues transcript transcripts transcription paragraphs results result data output "
    "captions subtitles cues entries items messages turns dialogue dialog interview content lines sentence_info"
).split()
DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?!\d)")
DEEPEST = 4


def read_transcriber(path: Path, data: bytes) -> SourceText:
    """Read JSON or JSON Lines. Raises InputError for what is damaged, too deep, or in none of the shapes."""
    check_size(path, len(data))
    source = decode(data)
    if source is None:
        raise InputError(f"{path}: not a text file in an encoding that can be recognised; save it as UTF-8")
    content, bad = load(path, source.text)
    pieces = find_pieces(content)
    if not pieces:
        raise InputError(f"{path}: JSON, but no transcript in a shape Verbatim reads ({READ})")
    notes = [*source.warnings, *([f"{bad} lines are not JSON and were left out"] if bad else [])]
    return write_speech(in_seconds(pieces), source.encoding, notes, _metadata(content))


def load(path: Path, text: str) -> tuple[Json, int]:
    """The value of a JSON file, or the list of those of a JSON Lines file; how many of its lines could not be read."""
    try:
        return json.loads(text), 0
    except RecursionError as error:
        raise InputError(f"{path}: JSON nested too deeply to be a transcript") from error
    except ValueError as error:
        values, bad = _load_lines(text)
        if not values or bad > len(values):
            reason = str(error)[:100]
            raise InputError(f"{path}: not valid JSON ({reason}); export it again") from error
        return values, bad


def _load_lines(text: str) -> tuple[list[Json], int]:
    values: list[Json] = []
    bad = 0
    for line in text.splitlines():
        if not line.strip():
            continue
        try:
            values.append(json.loads(line))
        except (ValueError, RecursionError):
            bad += 1
            if bad > 1000 and bad > len(values):  # a large file of another kind
                break
    return values if any(isinstance(value, dict) for value in values) else [], bad


def find_pieces(content: Json, depth: int = 0) -> list[Piece]:
    """The speech in a JSON value of any known shape, times as they stand; [] when there is none."""
    if depth > DEEPEST:
        return []
    for shape in SHAPES:
        if pieces := shape(content):
            return pieces
    if isinstance(content, dict):
        for key in LIST_KEYS:
            if isinstance(content.get(key), list | dict) and (pieces := find_pieces(content[key], depth + 1)):
                return pieces
    elif isinstance(content, list):
        found = [piece for value in content[:10_000] for piece in _nested(value, depth)]
        return found
    return []


def _nested(value: Json, depth: int) -> list[Piece]:
    return find_pieces(value, depth + 1) if isinstance(value, list | dict) else []


def _whisper(content: Json) -> list[Piece]:
    """Whisper and WhisperX: {"segments": [{"start", "end", "text", "speaker", "words": [{"word", "speaker"}]}]}."""
    pieces = []
    for segment in objects(content, "segments"):
        runs = by_speaker(objects(segment, "words"))
        if len({piece.speaker for piece in runs}) > 1:
            pieces += runs
        else:
            pieces += with_text([segment])
            if runs and pieces and pieces[-1].speaker is None:
                pieces[-1] = replace(pieces[-1], speaker=runs[0].speaker)
    return pieces


def _whisper_cpp(content: Json) -> list[Piece]:
    """whisper.cpp: {"transcription": [{"offsets": {"from", "to"} in ms, "text"}]}."""
    return [
        Piece(line_of(item.get("text")), number_of(offsets.get("from"), 0.001), number_of(offsets.get("to"), 0.001))
        for item in objects(content, "transcription")
        if isinstance(offsets := item.get("offsets"), dict)
    ]


def _youtube(content: Json) -> list[Piece]:
    """YouTube's json3: {"events": [{"tStartMs", "dDurationMs", "segs": [{"utf8"}]}]}; a "\\n" alone rolls a line."""
    pieces = []
    for event in objects(content, "events"):
        start, length = number_of(event.get("tStartMs"), 0.001), number_of(event.get("dDurationMs"), 0.001)
        text = " ".join("".join(str(seg.get("utf8", "")) for seg in objects(event, "segs")).split())
        if text:
            end = start + length if start is not None and length is not None else None
            pieces += [
                Piece(tidy(part).strip(), start, end, breaks=part.startswith(">>"))
                for part in re.split(r"(?:^|(?<=\s))(?=>>)", text)
                if part.strip()
            ]
    # A line of automatic captions stays on the screen while the next is spoken: it ends where that begins.
    begins = [piece.start for piece in pieces]
    return [
        replace(piece, end=min(piece.end, after)) if piece.end is not None and after is not None else piece
        for piece, after in zip(pieces, [*begins[1:], None], strict=False)
    ]


def _deepgram(content: Json) -> list[Piece]:
    """Deepgram: {"results": {"utterances": […]}} or {"results": {"channels": [{"alternatives": [{"paragraphs"}]}]}}."""
    results = content.get("results") if isinstance(content, dict) else None
    if not isinstance(results, dict):
        return []
    if pieces := with_text(objects(results, "utterances")):
        return pieces
    for channel in objects(results, "channels"):
        for alternative in objects(channel, "alternatives")[:1]:
            paragraphs = alternative.get("paragraphs")
            for paragraph in objects(paragraphs, "paragraphs"):
                sentences = with_text(objects(paragraph, "sentences"))
                pieces += [replace(piece, speaker=speaker_of(paragraph.get("speaker"))) for piece in sentences]
            pieces = pieces or words_of(objects(alternative, "words")) or with_text([alternative])
    return pieces


def _assembly(content: Json) -> list[Piece]:
    """AssemblyAI: {"utterances": [{"speaker", "text", "start", "end"}] or null, "words": […], "text"}; milliseconds."""
    if not isinstance(content, dict) or "words" not in content or "segments" in content:
        return []
    return with_text(objects(content, "utterances")) or words_of(objects(content, "words"))


def _rev(content: Json) -> list[Piece]:
    """Rev: {"monologues": [{"speaker", "elements": [{"value", "ts", "end_ts"}]}], "speakers": [{"id", "name"}]}."""
    known = objects(content, "speakers")
    names = {item["id"]: item.get("name") for item in known if isinstance(item.get("id"), int)}
    pieces = []
    for monologue in objects(content, "monologues"):
        elements = objects(monologue, "elements")
        text = "".join(str(element.get("value", "")) for element in elements)
        starts = [at for element in elements if (at := number_of(element.get("ts"))) is not None]
        ends = [at for element in elements if (at := number_of(element.get("end_ts"))) is not None]
        who = monologue.get("speaker")
        name = names.get(who) if isinstance(who, int) else None
        speaker = speaker_of(name if isinstance(name, str) else monologue.get("speaker_name") or who)
        pieces.append(Piece(line_of(text), min(starts, default=None), max(ends, default=None), speaker, breaks=True))
    return [piece for piece in pieces if piece.text]


def _aws(content: Json) -> list[Piece]:
    """Amazon: {"results": {"items": [{"type", "alternatives": [{"content"}], "start_time", "speaker_label"}]}}."""
    results = content.get("results") if isinstance(content, dict) else None
    words: list[dict[str, Json]] = []
    for item in objects(results, "items"):
        best = (objects(item, "alternatives") or [{}])[0].get("content")
        if item.get("type") == "punctuation" and words:
            words[-1]["text"] += str(best or "")
        elif isinstance(best, str):
            words.append({**item, "text": best})
    return words_of(words)


def _objects_with_text(content: Json) -> list[Piece]:
    """A list of {speaker | name | role, text | content | transcript, start | time}, as many tools write."""
    if not isinstance(content, list):
        return []
    items = [item for item in content if isinstance(item, dict)]
    pieces = with_text(items)
    known = [piece for piece in pieces if piece.speaker is not None or piece.start is not None]
    return pieces if 2 * len(pieces) >= len(items) and 2 * len(known) >= len(pieces) else []


SHAPES: tuple[Callable[[Json], list[Piece]], ...] = (
    _whisper, _whisper_cpp, _youtube, _deepgram, _assembly, _rev, _aws, _objects_with_text,
)  # fmt: skip


def _metadata(content: Json) -> Metadata:
    """What the outermost object says about the recording."""
    whole = content if isinstance(content, dict) else {}
    inner = whole.get("metadata")
    sources = [whole, *([inner] if isinstance(inner, dict) else [])]

    def first(*keys: str) -> str:
        values = (line_of(source.get(key)) for source in sources for key in keys)
        return next((value[:300] for value in values if value), "")

    date = DATE.match(first("date", "published", "published_at", "upload_date", "recorded_at", "recorded"))
    url = first("url", "webpage_url", "video_url", "audio_url", "link")
    return Metadata(
        title=first("title", "headline"),
        date="-".join(date.groups()) if date else "",
        outlet=first("outlet", "podcast", "channel", "show", "publisher", "site"),
        url=url if url.startswith(("http://", "https://")) else "",
    )
