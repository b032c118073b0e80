"""What a file is: its bytes tell, and its suffix only where they leave it open."""

from __future__ import annotations

import json
import re
from pathlib import Path

from index.errors import InputError
from index.readers.bounds import open_archive
from index.readers.plain import decode
from index.readers.subtitles import DIALOGUE, INDEX, LINES, TIMING

FORMATS = {
    ".txt": "text", ".md": "text", ".markdown": "text", ".srt": "subtitles", ".vtt": "subtitles", ".ass": "subtitles",
    ".ssa": "subtitles", ".html": "html", ".htm": "html", ".docx": "docx", ".pdf": "pdf", ".epub": "epub",
    ".json": "json", ".jsonl": "json", ".json3": "json",
}  # fmt: skip
BINARY = ("docx", "pdf", "epub")
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PAGE = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*|<!--.{0,2000}?-->\s*){0,5}<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
FRAGMENT = re.compile(r"\s*<(?:p|div|cite|article|section|main|table|dl|ul|ol|span|h[1-6]|body)\b", re.IGNORECASE)
CLOSED = re.compile(r"</(?:p|div|cite|li|dd|td|h[1-6]|article|section)\s*>", re.IGNORECASE)
ANY_TAG = re.compile(r"<[a-zA-Z!/][^<>]{0,500}>")
FEWEST_CLOSED = 3
HEAD = 4000  # characters within which a format shows itself


def sniff(path: Path, data: bytes) -> str:
    """The format of a file: one of the values of FORMATS. Raises InputError for a format that is not read."""
    claimed = FORMATS.get(path.suffix.lower(), "text")
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return _archive(path, data)
    if data.startswith(OLD_OFFICE):
        raise InputError(
            f"{path}: an old Word document (.doc) or an encrypted one; save it as .docx without a password"
        )
    if data.lstrip()[:5] == b"{\\rtf":
        raise InputError(f"{path}: Rich Text Format; save it as .docx or as text")
    if claimed in BINARY:
        if not data.strip():
            raise InputError(f"{path}: the file is empty")
        if claimed == "pdf" or (found := _text_format(data, "text")) == "text":
            raise InputError(f"{path}: not a {claimed} file inside, or cut off at its beginning; save it again")
        return found
    return _text_format(data, claimed)


def _text_format(data: bytes, claimed: str) -> str:
    source = decode(data)
    if source is None:
        return claimed  # whose reader says what is wrong
    text = source.text.lstrip("\ufeff \t\r\n")
    if _is_subtitles(text[:HEAD]):
        return "subtitles"
    if PAGE.match(text[:HEAD]):
        return "html"
    if claimed == "html":
        return "html" if ANY_TAG.search(text) else "text"
    if claimed == "text":
        if FRAGMENT.match(text[:100]) and len(CLOSED.findall(text[:100_000])) >= FEWEST_CLOSED:
            return "html"
        if text[:1] in "{[" and text and _is_json(text):
            return "json"
    return claimed


def _is_subtitles(head: str) -> bool:
    """Whether a text begins as subtitles do: with a header, or with a number and a time."""
    if re.match(r"WEBVTT(?:[\r\n]|$)", head) or (re.match(r"WEBVTT[ \t]", head) and "-->" in head):
        return True
    if re.match(r"\[Script Info\]", head, re.IGNORECASE):
        return True
    lines = [line for line in LINES.split(head) if line.strip()][:3]
    if lines and DIALOGUE.match(lines[0]) and lines[0].count(",") >= 8:
        return True
    return any(TIMING.match(line) and "->" in line for line in lines[:2]) and (
        bool(TIMING.match(lines[0])) or bool(INDEX.match(lines[0]))
    )


def _is_json(text: str) -> bool:
    """Whether a text file is JSON, or its first lines are objects of JSON Lines."""
    try:
        json.loads(text)
        return True
    except RecursionError:
        return True
    except ValueError:
        first = [line for line in text[:200_000].splitlines() if line.strip()][:2]
    try:
        return all(isinstance(json.loads(line), dict) for line in first) and text[0] == "{"
    except (ValueError, RecursionError):
        return False


def _archive(path: Path, data: bytes) -> str:
    with open_archive(path, data, "an office document or book") as archive:
        names = set(archive.namelist())
    if "word/document.xml" in names or ("[Content_Types].xml" in names and path.suffix.lower() == ".docx"):
        return "docx"
    if "META-INF/container.xml" in names:
        return "epub"
    raise InputError(f"{path}: an archive, but neither a Word document nor an EPUB book; unpack it, or save it as text")
