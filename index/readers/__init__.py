"""One module per file format: bytes become text and what the format itself knows about it.

The libraries that parse are imported inside the readers: a question to an index must not wait for them.
"""

from __future__ import annotations

from pathlib import Path

from index.errors import InputError
from index.readers.bounds import read_bytes
from index.readers.docx import read_docx
from index.readers.epub import read_epub
from index.readers.html import read_html
from index.readers.pdf import read_pdf
from index.readers.plain import read_plain
from index.readers.sniff import FORMATS, sniff
from index.readers.source import SourceText
from index.readers.subtitles import read_subtitles
from index.readers.transcriber import read_transcriber

READERS = {
    "text": read_plain,
    "subtitles": read_subtitles,
    "html": read_html,
    "docx": read_docx,
    "pdf": read_pdf,
    "epub": read_epub,
    "json": read_transcriber,
}
SUFFIXES = frozenset(FORMATS)


def read_file(path: Path) -> SourceText:
    """The text of a transcript file, read as what it is whatever its suffix says.

    Raises InputError with the reason when it cannot be read.
    """
    data = read_bytes(path)
    source = READERS[sniff(path, data)](path, data)
    if not source.text.strip():
        raise InputError(f"{path}: nothing to read in it; check the file")
    return source
