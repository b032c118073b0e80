"""Word documents: paragraphs, headings and tables in their order, through python-docx."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import InputError
from index.model import Metadata
from index.readers.bounds import check_size, open_archive, parsing
from index.readers.source import SourceText
from index.readers.speech import Piece, tidy, write_speech
from index.readers.tables import Row, spoken_rows

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table
    from docx.text.paragraph import Paragraph

WHAT = "a Word document"
GENERIC_TITLE = re.compile(r"(?:word document|untitled|document\d*|untitled document|文档\d*|microsoft word.*)?", re.I)
HEADING = re.compile(r"(?:heading|标题|標題)\s*(\d)|title$", re.IGNORECASE)
LONGEST_LABEL = 80
MAX_XML = 8 * 1024 * 1024  # two hours of speech are 1 MB; python-docx takes a second or more for each


def read_docx(path: Path, data: bytes) -> SourceText:
    """Read a .docx. Raises InputError when it is damaged, locked, a bomb, or without text."""
    with open_archive(path, data, WHAT) as archive:
        for part in archive.infolist():
            if part.filename.endswith((".xml", ".rels")):
                check_size(path, part.file_size, MAX_XML)
    with parsing(path, WHAT):
        from docx import Document

        document = Document(io.BytesIO(data))
        pieces = list(_pieces(document))
        title = " ".join(tidy(document.core_properties.title or "").split())
    if not pieces:
        raise InputError(f"{path}: no text in it (pictures of text are not read); save the transcript as text")
    title = "" if GENERIC_TITLE.fullmatch(title) else title
    # The day the file was made is not the day of the interview: core properties give no date.
    return write_speech(pieces, "docx", (), Metadata(title=title))


def _pieces(document: Document) -> Iterator[Piece]:
    """Paragraphs and tables in their order, also those inside content controls, which python-docx passes over."""
    from docx.oxml.ns import qn
    from docx.oxml.table import CT_Tbl
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    headings = _headings(document)
    # Walked, not asked for by XPath: libxml2 takes time with the square of what such an expression finds.
    for element in document.element.body.iter(qn("w:p"), qn("w:tbl")):
        if next(element.iterancestors(qn("w:tbl")), None) is not None:
            continue
        if isinstance(element, CT_Tbl):
            rows = _rows(Table(element, document), headings)
            yield from spoken_rows(rows) or (
                Piece(" | ".join(cell for cell in row if cell), breaks=True, aside=True) for row in rows if any(row)
            )
        elif text := _paragraph(Paragraph(element, document), headings):
            yield Piece(text, breaks=True, aside=True)


def _rows(table: Table, headings: dict[str, int]) -> list[Row]:
    """The cells of a table as they are written: Table.cells repeats one as often as it says it spans columns."""
    from docx.table import _Cell

    return [
        tuple(
            "\n".join(filter(None, (_paragraph(one, headings) for one in _Cell(cell, table).paragraphs)))
            for cell in row._tr.tc_lst
        )
        for row in table.rows
    ]


def _paragraph(paragraph: Paragraph, headings: dict[str, int]) -> str:
    """A paragraph as Markdown: "## " before headings, ** around a bold label. Deleted text is left out."""
    from docx.oxml.ns import qn
    from docx.text.run import Run

    # Paragraph.text lacks what was inserted with changes tracked, and what stands in content controls.
    left_out = qn("w:del"), qn("w:moveFrom")
    written = (run for run in paragraph._p.iter(qn("w:r")) if next(run.iterancestors(*left_out), None) is None)
    runs = [Run(run, paragraph) for run in written]
    texts = [run.text for run in runs]
    whole = _plain("".join(texts))
    if whole and (level := headings.get(paragraph._p.style or "")):
        return f"{'#' * level} {' '.join(whole.split())}"
    count = next((number for number, run in enumerate(runs) if not run.bold and run.text.strip()), len(runs))
    bold, rest = "".join(texts[:count]).strip(), "".join(texts[count:])
    if bold and len(bold) <= LONGEST_LABEL and (rest.strip() or bold.endswith((":", "："))):
        return _plain(f"**{bold}**{'' if rest[:1] in (':', '：') else ' '}{rest.lstrip()}").rstrip()
    return whole


def _headings(document: Document) -> dict[str, int]:
    """The styles that are headings, with their Markdown level. Asked once: python-docx takes 1 ms for a paragraph's."""
    levels = {}
    for style in document.styles:
        if match := HEADING.match(style.name or ""):
            levels[style.style_id] = min(int(match[1]) + 1, 6) if match[1] else 1
    return levels


def _plain(text: str) -> str:
    """Text with its line breaks, without the spaces that lay it out."""
    lines = (" ".join(line.split()) for line in tidy(text).replace("\v", "\n").split("\n"))
    return "\n".join(line for line in lines if line)
