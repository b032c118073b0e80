"""A file is read as what it is, whatever its suffix says."""

from __future__ import annotations

from pathlib import Path

import pytest
from reader_files import ASS, CITES, HTML, SRT, VTT, WHISPER, archive, docx, epub, pdf

from index.errors import InputError
from index.readers import read_file
from index.readers.sniff import sniff


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.txt", VTT.encode(), "subtitles"),
        ("a.txt", SRT.encode("utf-16"), "subtitles"),
        ("a.md", ASS.encode(), "subtitles"),
        ("a.srt", VTT.encode(), "subtitles"),
        ("a.json", VTT.encode(), "subtitles"),
        ("a.txt", HTML.encode(), "html"),
        ("a.txt", CITES.encode(), "html"),
        ("a.docx", HTML.encode(), "html"),
        ("a.txt", WHISPER.encode(), "json"),
        ("a.txt", b'{"text": "a"}\n{"text": "b"}\n', "json"),
        ("a.txt", docx(), "docx"),
        ("a.md", pdf([["a"]]), "pdf"),
        ("a.docx", epub({"a": "b"}), "epub"),
        ("a.html", b"Lin: When?\nZhou: In 1998.", "text"),
        ("a.md", b"<div align=center>A talk</div>\n\nLin: When?", "text"),
        ("a.md", b"[1] a note\n\nLin: When?", "text"),
        ("a.txt", b"{sic} Lin: When?", "text"),
        ("a.txt", b"1\n2\n00:00:01 Lin: When?", "text"),
        ("a.txt", b"[00:00:01] Lin: When? --> look", "text"),
        ("a.txt", b"WEBVTT is a format. Lin: Really?", "text"),
        ("a.srt", b"no cues", "subtitles"),
        ("A.JSON", b"{", "json"),
        ("a.en.json3", b'{"events": []}', "json"),
    ],
)
def test_content_comes_before_the_suffix(name: str, data: bytes, kind: str) -> None:
    assert sniff(Path(name), data) == kind


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        (
            "a.docx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
            r"old Word document \(\.doc\) or an encrypted one",
        ),
        ("a.txt", rb"{\rtf1 hello}", "Rich Text"),
        ("a.docx", archive({"xl/workbook.xml": "<a/>"}), "neither a Word document nor an EPUB"),
        ("a.pdf", b"just words", "not a pdf file"),
        ("a.epub", b"just words", "not a epub file"),
        ("a.docx", b"", "the file is empty"),
        ("a.md", bytes(range(256)) * 20, "not a text file"),
        ("a.md", b"\x00\x01\xff\xfe\x80" * 400, "not a text file"),  # pairs of them are characters
        ("a.srt", b"", "no subtitles"),
    ],
)
def test_what_is_not_read_is_named(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError, match=rf"{name}: .*{reason}"):
        read_file(path)
