"""Plain text and Markdown: find the encoding, keep every character and newline as it is."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import charset_normalizer

from index.errors import InputError
from index.readers.source import SourceText

# Where several encodings decode the same bytes, the likelier ones for this kind of file first.
PREFERRED = ("gb18030", "big5", "cp1252")
COMMON = "\n ,.e，。的"  # every text is full of some of these; read in the wrong byte order it has none
MAX_UNDECODABLE = 0.01  # a page cut off in the middle of a character is read, a wrong guess is not
NOT_WRITTEN = ("Cc", "Co", "Cn")  # controls, characters of private use, and what no character has
MAX_NOT_WRITTEN = 0.05


def read_plain(path: Path, data: bytes) -> SourceText:
    """Decode a text file. Raises InputError when it is empty, binary or undecodable."""
    source = decode(data)
    if source is None:
        raise InputError(f"{path}: not a text file in an encoding that can be recognised; save it as UTF-8")
    if not source.text.strip():
        raise InputError(f"{path}: the file is empty")
    return source


def decode(data: bytes) -> SourceText | None:
    """Decode a file's bytes, or None when they are not text."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _lenient(data, (encoding,))
    if data.count(0) > 0.02 * len(data):  # UTF-16 without its mark, or no text at all; a stray zero is neither
        orders = ("utf-16-le", "utf-16-be")
        order = max(orders, key=lambda order: _commonness(data.decode(order, errors="replace")))
        source = _lenient(data, (order,))
        return source if source and not _is_noise(source.text) else None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return None if _is_binary(text) else SourceText(text, "utf-8")
    damaged = data.decode("utf-8", errors="replace")
    if damaged.count("\ufffd") < 0.1 * sum(1 for character in damaged if character > "\x7f"):
        return _lenient(data, ("utf-8",))
    chinese = charset_normalizer.from_bytes(data, cp_isolation=["gb18030", "big5"]).best()
    match = chinese or charset_normalizer.from_bytes(data).best()
    if match is not None:
        names = [match.encoding, *match.could_be_from_charset]
        encoding = next((name for name in PREFERRED if name in names), match.encoding)
        text = data.decode(encoding)
        return None if _is_binary(text) else SourceText(text, encoding)
    return _lenient(data, ("utf-8", "gb18030", "big5"))


def _lenient(data: bytes, encodings: tuple[str, ...]) -> SourceText | None:
    """The decoding that loses the fewest characters, with a warning; None when each loses too many."""
    texts = [(data.decode(encoding, errors="replace"), encoding) for encoding in encodings]
    text, encoding = min(texts, key=lambda pair: pair[0].count("\ufffd"))
    lost = text.count("\ufffd")
    if lost > MAX_UNDECODABLE * len(text) or _is_binary(text):
        return None
    if not lost:
        return SourceText(text, encoding)
    warning = f"{lost} characters could not be decoded as {encoding} and stand as \ufffd"
    return SourceText(text, encoding, (warning,))


def _commonness(text: str) -> int:
    return sum(map(text.count, COMMON))


def _is_noise(text: str) -> bool:
    """Whether bytes that are no text were read in pairs: then many are characters that nobody writes."""
    sample = text[:100_000]
    odd = sum(character not in "\t\n\r\f\v" and unicodedata.category(character) in NOT_WRITTEN for character in sample)
    return odd > MAX_NOT_WRITTEN * len(sample)


def _is_binary(text: str) -> bool:
    control = sum(1 for character in text[:100_000] if character < " " and character not in "\t\n\r\f\v\x1b")
    return "\0" in text or control > 0.01 * len(text)
