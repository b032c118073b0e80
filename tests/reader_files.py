"""Small files of every format that is read, made here: what readers are tried on, whole and broken."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Mapping

SRT = """1
00:00:01,000 --> 00:00:03,500
Lin Lan: When was the
lighthouse closed?

2
00:00:04,000 --> 00:00:06,000
Zhou Qiao: In 1998, in <i>winter</i>.

3
00:00:06,500 --> 00:00:08,000
We locked the door
"""
VTT = """WEBVTT - a talk

STYLE
::cue(b) { color: red }

NOTE the sound is bad here

intro
00:01.000 --> 00:04.000 align:start position:0%
<v.loud Lin Lan>When was the <i>lighthouse</i> closed?</v>

00:04.200 --> 00:06.000
<v Zhou Qiao>In 1998 &amp; never again.</v>
"""
ASS = r"""[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname
Style: Default,Arial

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:05.00,0:00:07.00,Default,Zhou Qiao,0,0,0,,{\an8\i1}In 1998,{\i0}\Nin winter.
Dialogue: 0,0:00:01.00,0:00:03.00,Default,Lin Lan,0,0,0,,When, exactly?
Comment: 0,0:00:01.00,0:00:03.00,Default,Lin Lan,0,0,0,,look this up
"""
HTML = """<!doctype html><html><head><meta charset="utf-8"><title>The last keeper | Harbour Radio</title>
<meta property="og:site_name" content="Harbour Radio"><script>var words = "<p>none</p>";</script></head><body>
<nav><a href="/">Home</a> <a href="/talks">Talks</a> <a href="/about">About</a></nav>
<article><h1>The last keeper</h1>
<p><strong>Lin Lan:</strong> When was the lighthouse closed? And who put out the lamp on that last evening?</p>
<p><strong>Zhou Qiao:</strong> In 1998, in winter. We locked the door, and <em>nobody</em> said a word on the way.</p>
<p><strong>Lin Lan:</strong> Did you go back later?</p>
<p><strong>Zhou Qiao:</strong> Never. I could see it from my kitchen, and that was enough for the rest of my days.</p>
</article><footer>Copyright 2024</footer></body></html>"""
CITES = """<cite>Lin Lan:</cite><time>00:00:01</time><p>When was the lighthouse closed?</p>
<cite>Zhou Qiao:</cite><time>00:00:04</time><p>In 1998, in winter.</p>
<cite>Lin Lan:</cite><time>00:00:09</time><p>And then?</p>"""
WHISPER = json.dumps(
    {
        "text": "",
        "segments": [
            {"start": 0.0, "end": 2.5, "text": " When was it closed?", "speaker": "SPEAKER_00"},
            {"start": 3.0, "end": 5.0, "text": " In 1998.", "speaker": "SPEAKER_01"},
        ],
    }
)


def docx(title: str = "") -> bytes:
    """A Word document: a heading, and an exchange with bold labels."""
    from docx import Document

    document = Document()
    document.core_properties.title = title
    document.add_heading("The last keeper", 1)
    for name, words in (("Lin Lan:", "When was it closed?"), ("Zhou Qiao:", "In 1998.\nNever again.")):
        paragraph = document.add_paragraph()
        paragraph.add_run(name).bold = True
        paragraph.add_run(" " + words)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def pdf(pages: list[list[str]], packed: bool = False) -> bytes:
    """A PDF with these lines on its pages, top down, 14 points apart; "" leaves a line out. Latin letters only."""
    return pdf_of(["BT /F1 12 Tf " + _shown(lines) + " ET" for lines in pages], packed)


def pdf_of(contents: list[str], packed: bool = False) -> bytes:
    """A PDF whose pages have these drawing instructions."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(contents)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    parts = [one.encode() for one in objects]
    for number, content in enumerate(contents):
        stream = zlib.compress(content.encode("latin-1")) if packed else content.encode("latin-1")
        parts.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        kind = "/Filter /FlateDecode " if packed else ""
        parts.append(f"<< {kind}/Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream")
    file = b"%PDF-1.4\n"
    offsets = []
    for number, part in enumerate(parts, 1):
        offsets.append(len(file))
        file += f"{number} 0 obj\n".encode() + part + b"\nendobj\n"
    table = f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n" + "".join(f"{at:010} 00000 n \n" for at in offsets)
    return file + f"{table}trailer\n<< /Size {len(parts) + 1} /Root 1 0 R >>\nstartxref\n{len(file)}\n%%EOF".encode()


def _shown(lines: list[str]) -> str:
    escaped = [line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") for line in lines]
    return " ".join(f"1 0 0 1 60 {800 - 14 * number} Tm ({line}) Tj" for number, line in enumerate(escaped) if line)


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip of these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return file.getvalue()


def epub(pages: dict[str, str]) -> bytes:
    """A book of these pages, the last one first in its reading order."""
    items = "".join(f'<item id="{name}" href="{name}"/>' for name in pages)
    spine = "".join(f'<itemref idref="{name}"/>' for name in reversed(pages))
    return archive(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container><rootfile full-path="OEBPS/book.opf"/></container>',
            "OEBPS/book.opf": f"<package><metadata><title>Keepers</title></metadata><manifest>{items}</manifest>"
            f"<spine>{spine}</spine></package>",
            **{f"OEBPS/{name}": page for name, page in pages.items()},
        }
    )


LINES = ["Lin Lan: When was the lighthouse closed?", "", "Zhou Qiao: In 1998, in winter. We locked the door."]


def samples() -> dict[str, bytes]:
    """One whole file of each format, by its suffix."""
    return {
        ".srt": SRT.encode(),
        ".vtt": VTT.encode(),
        ".ass": ASS.encode(),
        ".html": HTML.encode(),
        ".htm": CITES.encode(),
        ".json": WHISPER.encode(),
        ".jsonl": b'{"speaker": "Lin Lan", "text": "When?"}\n{"speaker": "Zhou Qiao", "text": "In 1998."}\n',
        ".docx": docx(),
        ".pdf": pdf([LINES, LINES]),
        ".epub": epub({"one.xhtml": HTML, "two.xhtml": CITES}),
        ".txt": b"Lin Lan: When?\nZhou Qiao: In 1998.\n",
        ".md": "林岚：什么时候？\n周桥：一九九八年。\n".encode(),
    }
