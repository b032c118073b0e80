"""One module per file format: bytes become text and what the format itself knows about it."""

from __future__ import annotations

from pathlib import Path

from index.readers.plain import read_plain
from index.readers.source import SourceText

READERS = {".txt": read_plain, ".md": read_plain, ".markdown": read_plain}
SUFFIXES = frozenset(READERS)


def read_file(path: Path) -> SourceText:
    """The text of a transcript file. Raises InputError with the reason when it cannot be read."""
    return READERS[path.suffix.lower()](path)
