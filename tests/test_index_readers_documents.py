"""Word documents, PDF files and books: their text as an editor would set it, and the files that are refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from reader_files import CITES, HTML, archive, docx, epub, pdf, pdf_of

from index.errors import InputError
from index.readers import bounds
from index.readers.docx import read_docx
from index.readers.epub import read_epub
from index.readers.pdf import read_pdf
from index.readers.pdf_lines import Line, paragraphs

PATH = Path("talk")


def word(build: Callable[..., None]) -> bytes:
    """A Word document that `build` fills."""
    from docx import Document

    document = Document()
    build(document)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def lines(*texts: str, top: float = 800.0, step: float = 14.0, size: float = 12.0) -> list[Line]:
    """The lines of a page, one below the other; "" leaves a line out."""
    return [Line(text, 60.0, top - step * number, size, False) for number, text in enumerate(texts) if text]


class TestWord:
    def test_headings_labels_and_line_breaks(self) -> None:
        source = read_docx(PATH, docx("The keeper"))
        assert (
            source.text
            == "## The last keeper\n\n**Lin Lan:** When was it closed?\n\n**Zhou Qiao:** In 1998.\nNever again."
        )
        assert (source.encoding, source.metadata.title, source.metadata.date) == ("docx", "The keeper", "")
        assert read_docx(PATH, docx("Word Document")).metadata.title == ""

    def test_a_table_of_speakers(self) -> None:
        rows = [
            ("Speaker", "Text"),
            ("Lin Lan", "When was it closed?"),
            ("Zhou", "In 1998, in winter."),
            ("", "Never again."),
        ]

        def build(document: object) -> None:
            document.add_paragraph("Recorded in March.")  # type: ignore[attr-defined]
            table = document.add_table(rows=4, cols=2)  # type: ignore[attr-defined]
            for number, cells in enumerate(rows):
                for column, text in enumerate(cells):
                    table.cell(number, column).text = text

        source = read_docx(PATH, word(build))
        assert source.text == "Recorded in March.\n\nWhen was it closed?\n\nIn 1998, in winter.\n\nNever again."
        assert [(one.label, source.text[one.start : one.end]) for one in source.spoken] == [
            ("Lin Lan", "When was it closed?"),
            ("Zhou", "In 1998, in winter."),
            ("Zhou", "Never again."),
        ]

    def test_what_was_inserted_counts_and_what_was_deleted_does_not(self) -> None:
        data = docx()
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = {name: packed.read(name) for name in packed.namelist()}
        body = parts["word/document.xml"]
        insert = b'<w:ins w:id="1" w:author="a"><w:r><w:t>Snow fell.</w:t></w:r></w:ins>'
        delete = b'<w:del w:id="2" w:author="a"><w:r><w:delText>Rain fell.</w:delText></w:r></w:del>'
        parts["word/document.xml"] = body.replace(b"</w:body>", b"<w:p>" + insert + delete + b"</w:p></w:body>")
        assert read_docx(PATH, archive(dict(parts))).text.endswith("\n\nSnow fell.")

    def test_entities_are_not_expanded(self) -> None:
        data = docx()
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = {name: packed.read(name) for name in packed.namelist()}
        declaration = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY s SYSTEM "file:///etc/hostname"><!ENTITY b "boom">]>'
        body = parts["word/document.xml"]
        body = declaration + body[body.index(b"<w:document") :].replace(b"In 1998.", b"In 1998.&s;&b;")
        text = read_docx(PATH, archive(parts | {"word/document.xml": body})).text
        assert "In 1998." in text and "boom" not in text

    def test_bombs_are_refused_unread(self, monkeypatch: pytest.MonkeyPatch) -> None:
        bomb = archive({"word/document.xml": b"<a/>" * 8_000_000})
        swarm = archive({f"word/{number}.xml": b"" for number in range(bounds.MAX_PARTS + 1)})
        monkeypatch.setattr(zipfile.ZipFile, "open", None)
        with pytest.raises(InputError, match=r"talk: refused, since it would unpack to 32 MB in 1 parts"):
            read_docx(PATH, bomb)
        with pytest.raises(InputError, match="refused"):
            read_docx(PATH, swarm)

    def test_a_part_that_is_larger_than_it_says_is_damaged(self) -> None:
        data = bytearray(archive({"a.xml": b"x" * 5000}))
        directory = data.rindex(b"PK\x01\x02")
        data[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
        with bounds.open_archive(PATH, bytes(data), "an archive") as opened, pytest.raises(InputError, match="damaged"):
            bounds.read_part(PATH, opened, "a.xml", "an archive")

    def test_locked_and_damaged_documents_are_refused(self) -> None:
        data = docx()
        with pytest.raises(InputError, match=r"talk: damaged, or not a Word document"):
            read_docx(PATH, data[: len(data) // 2])
        with pytest.raises(InputError, match=r"talk: damaged, or not a Word document"):
            read_docx(PATH, archive({"word/document.xml": "<a/>"}))
        with pytest.raises(InputError, match=r"talk: no text in it"):
            read_docx(PATH, word(lambda document: None))


class TestPdf:
    def test_lines_become_paragraphs_and_running_heads_go(self) -> None:
        pages = [
            ["Harbour Radio", "", "", f"Lin Lan: Did you go back in {year}?", "", "Zhou Qiao: Never. I saw it from my",
             "kitchen, and that was enough for the rest of", "my days.", "", "", "", f"Page {number} of 3"]
            for number, year in enumerate((1999, 2004, 2011), 1)
        ]  # fmt: skip
        source = read_pdf(PATH, pdf(pages, packed=True))
        answer = "Zhou Qiao: Never. I saw it from my kitchen, and that was enough for the rest of my days."
        assert source.text.split("\n\n")[:3] == [
            "Lin Lan: Did you go back in 1999?",
            answer,
            "Lin Lan: Did you go back in 2004?",
        ]
        assert "Harbour" not in source.text and "Page" not in source.text
        assert source.encoding == "pdf"

    def test_encrypted_files(self) -> None:
        from pypdf import PdfReader, PdfWriter

        def encrypted(password: str) -> bytes:
            writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf([["Lin Lan: When was it closed?"]]))))
            writer.encrypt(password, "owner", algorithm="RC4-128")
            file = io.BytesIO()
            writer.write(file)
            return file.getvalue()

        assert read_pdf(PATH, encrypted("")).text == "Lin Lan: When was it closed?"  # locked against copying only
        with pytest.raises(InputError, match=r"talk: encrypted; save a copy without a password"):
            read_pdf(PATH, encrypted("secret"))

    def test_scans_say_that_they_have_no_text(self) -> None:
        with pytest.raises(InputError, match=r"talk: it has no text, only pictures .*OCR"):
            read_pdf(PATH, pdf([[], []]))
        with pytest.raises(InputError, match="OCR"):
            read_pdf(PATH, pdf([["Scan 1"], ["Scan 2"]]))

    def test_a_page_with_too_much_on_it_is_left_out_with_a_warning(self) -> None:
        text = "BT /F1 12 Tf 1 0 0 1 60 700 Tm (Lin Lan: When was it closed? In 1998.) Tj ET"
        source = read_pdf(PATH, pdf_of([text, "q Q " * 300_000], packed=True))
        assert source.text.startswith("Lin Lan")
        assert source.warnings == ("1 of 2 pages could not be read (damaged, or too much on them)",)

    @pytest.mark.parametrize("data", [b"%PDF-1.4", b"%PDF-1.4\n%%EOF", pdf([["a"]])[:300]])
    def test_damaged_files_are_refused(self, data: bytes) -> None:
        with pytest.raises(InputError, match=r"talk: "):
            read_pdf(PATH, data)

    def test_words_broken_at_the_end_of_a_line(self) -> None:
        page = lines(
            "An inter-", "view with a well-", "known keeper; every interview is an inter-", "view. He is well-known."
        )
        assert paragraphs([page]) == [
            "An interview with a well-known keeper; every interview is an interview. He is well-known."
        ]

    def test_chinese_lines_are_joined_without_a_space_and_radicals_are_characters(self) -> None:
        page = lines(
            "林岚：灯塔什么时候停⽤的 ？", "", "周桥：⼀九九⼋年冬天，我们关了最后一盏灯，锁", "⻔下山。", step=10
        )
        assert paragraphs([page]) == [
            "林岚：灯塔什么时候停用的？",
            "周桥：一九九八年冬天，我们关了最后一盏灯，锁门下山。",
        ]

    def test_a_sentence_goes_on_on_the_next_page(self) -> None:
        first = lines("We locked the door and", "went down the hill, and")
        second = lines("nobody said a word until", "we reached the harbour.", "", "Then it snowed all night.")
        assert paragraphs([first, second]) == [
            "We locked the door and went down the hill, and nobody said a word until we reached the harbour.",
            "Then it snowed all night.",
        ]

    def test_larger_lines_are_headings(self) -> None:
        title = [Line("The last keeper", 60, 800, 24, False)]
        assert paragraphs([title + lines("It was in winter", "when we left.", top=760)]) == [
            "## The last keeper",
            "It was in winter when we left.",
        ]


class TestBooks:
    def test_pages_are_read_in_the_order_of_the_spine(self) -> None:
        source = read_epub(
            PATH, epub({"two.xhtml": "<p>Zhou: In 1998.</p>", "one.xhtml": "<h1>One</h1><p>Lin: When?</p>"})
        )
        assert source.text == "# One\n\nLin: When?\n\nZhou: In 1998."
        assert source.metadata.title == "Keepers"

    def test_speech_of_one_page_is_told_from_the_rest(self) -> None:
        source = read_epub(PATH, epub({"two.xhtml": CITES, "one.xhtml": HTML}))
        assert {one.label for one in source.spoken} == {"Lin Lan", "Zhou Qiao", ""}

    @pytest.mark.parametrize(
        ("parts", "reason"),
        [
            ({"META-INF/container.xml": "<container/>"}, "damaged"),
            ({"META-INF/container.xml": "<container"}, "damaged"),
            ({"META-INF/encryption.xml": "<EncryptedData/>"}, "rights management"),
            ({"a": "b"}, "damaged"),
        ],
    )
    def test_damaged_and_locked_books_are_refused(self, parts: dict[str, str | bytes], reason: str) -> None:
        with pytest.raises(InputError, match=rf"talk: .*{reason}"):
            read_epub(PATH, archive(parts))

    def test_a_book_without_text_is_refused(self) -> None:
        with pytest.raises(InputError, match="no text"):
            read_epub(PATH, epub({"one.xhtml": "<img src='a.png'/>"}))
