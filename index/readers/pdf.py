"""PDF files with a text layer, through pypdf: the lines of each page with where they stand."""

from __future__ import annotations

import io
import logging
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import InputError
from index.model import Metadata
from index.readers.bounds import check_size, parsing
from index.readers.pdf_lines import Line, paragraphs
from index.readers.source import SourceText
from index.readers.speech import Piece, tidy, write_speech

if TYPE_CHECKING:
    from pypdf import PdfReader

WHAT = "a PDF file"
MAX_PDF = 64 * 1024 * 1024  # most of a large one is pictures, which are not looked at
MAX_PAGES = 2_000
MAX_STREAM = 16_000_000  # bytes of one page's drawing instructions, unpacked
MAX_OPERATIONS = 400_000
MAX_FORMS = 300
SECONDS = 60.0
PAGE_SECONDS = 10.0
FEWEST_LETTERS = 20  # a page: below that it is a picture with a stamp on it
SCAN = "it has no text, only pictures of it (a scan): run text recognition (OCR) over it, for example with ocrmypdf"


def read_pdf(path: Path, data: bytes) -> SourceText:
    """Read a PDF's text layer. Raises InputError when it is encrypted, scanned, damaged, or would take too long."""
    from pypdf import Configuration, PdfReader, apply_configuration

    check_size(path, len(data), MAX_PDF)
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it logs each flaw it reads over
    limits = Configuration().with_overwrites(
        zlib_maximum_output_length=MAX_STREAM,
        lzw_maximum_output_length=MAX_STREAM,
        run_length_maximum_output_length=MAX_STREAM,
        brotli_maximum_output_length=MAX_STREAM,
        array_based_stream_maximum_output_length=MAX_STREAM,
        stream_parsing_work_maximum_count=MAX_OPERATIONS,
        xform_maximum_invocations_per_extraction=MAX_FORMS,
        disable_legacy_handling=True,
    )
    with parsing(path, WHAT), warnings.catch_warnings(), apply_configuration(limits):
        warnings.simplefilter("ignore")
        reader = PdfReader(io.BytesIO(data))
        _check_open(path, reader)
        pages, unread = _read_pages(path, reader)
        title = _title(reader)
    letters = sum(len(line.text) for page in pages for line in page)
    if not letters or letters < FEWEST_LETTERS * min(len(pages), 10):
        raise InputError(f"{path}: {SCAN}")
    note = f"{unread} of {len(pages) + unread} pages could not be read (damaged, or too much on them)"
    pieces = [Piece(text, breaks=True) for text in paragraphs(pages)]
    return write_speech(pieces, "pdf", [note] if unread else [], Metadata(title=title))


def _check_open(path: Path, reader: PdfReader) -> None:
    """Raise InputError for a file that needs a password or has too many pages."""
    from pypdf.errors import DependencyError

    if reader.is_encrypted:
        try:
            opened = bool(reader.decrypt(""))  # many are locked against copying only, and open without a password
        except (DependencyError, NotImplementedError):
            opened = False  # AES, which needs a package of its own
        if not opened:
            raise InputError(f"{path}: encrypted; save a copy without a password (print it to a PDF file), or as text")
    count = len(reader.pages)
    if count > MAX_PAGES:
        raise InputError(f"{path}: {count} pages are more than the {MAX_PAGES} that are read; split it")


def _read_pages(path: Path, reader: PdfReader) -> tuple[list[list[Line]], int]:
    """The lines of each page, and how many pages could not be read."""
    pages: list[list[Line]] = []
    unread = 0
    end = time.monotonic() + SECONDS
    for page in reader.pages:
        collector = _Collector()
        try:
            page.extract_text(
                visitor_text=collector.add, visitor_operand_before=_stop_at(min(end, time.monotonic() + PAGE_SECONDS))
            )
        except (MemoryError, RecursionError):
            raise
        except Exception:  # noqa: BLE001 - whatever one damaged page makes pypdf throw, the others are read
            unread += 1
            if time.monotonic() > end:
                raise InputError(f"{path}: reading it takes more than {SECONDS:.0f} s; save it as text") from None
        else:
            collector.end_line()
            pages.append(collector.lines)
    if not pages and unread:
        raise InputError(f"{path}: none of its {unread} pages could be read; save it again or as text")
    return pages, unread


def _stop_at(end: float) -> Callable[[Any, Any, Any, Any], None]:
    """What pypdf asks before each drawing operation: stops it in the middle of a page that takes too long."""
    asked = 0

    def check(*_: Any) -> None:
        nonlocal asked
        asked += 1
        if asked % 64 == 0 and time.monotonic() > end:
            raise TimeoutError

    return check


class _Collector:
    """The lines of a page, as pypdf hands over their stretches."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.parts: list[str] = []
        self.place = (0.0, 0.0, 0.0)
        self.bold = True

    def add(self, text: str, outer: list[float], inner: list[float], font: dict[str, Any] | None, size: float) -> None:
        """A stretch of text, the two matrices that place it, its font and the font's size."""
        for number, part in enumerate(text.split("\n")):
            if number:
                self.end_line()
            if not part.strip():
                self.parts += [part] if self.parts else []
                continue
            x = inner[4] * outer[0] + inner[5] * outer[2] + outer[4]
            y = inner[4] * outer[1] + inner[5] * outer[3] + outer[5]
            height = abs(size * (inner[3] or inner[1]) * (outer[3] or outer[1])) or 1.0
            if not self.parts:
                self.place = (x, y, height)
            elif abs(y - self.place[1]) > height:
                self.end_line()
                self.place = (x, y, height)
            self.parts.append(part)
            self.bold &= "bold" in str((font or {}).get("/BaseFont", "")).lower()

    def end_line(self) -> None:
        text = tidy("".join(self.parts)).strip()
        if text:
            self.lines.append(Line(text, *self.place, self.bold))
        self.parts, self.bold = [], True


def _title(reader: PdfReader) -> str:
    """The document's title, where it is no file name. Its date is that of the file, not of the interview."""
    metadata = reader.metadata
    title = " ".join(tidy(str((metadata.title if metadata else "") or "")).split())[:300]
    named = title.lower().endswith((".doc", ".docx", ".pdf", ".html", ".htm", ".txt", ".indd", ".pages"))
    return "" if named or title.lower() in ("untitled", "about:blank") or title.startswith("Microsoft Word") else title
