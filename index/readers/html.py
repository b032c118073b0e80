"""Web pages, whole or in pieces: selectolax parses, the rest finds the article in it and who speaks there."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from index.errors import InputError
from index.readers.bounds import check_size, parsing
from index.readers.html_blocks import pieces_of
from index.readers.html_metadata import page_metadata
from index.readers.html_tree import main_part, measure
from index.readers.plain import decode
from index.readers.source import SourceText
from index.readers.speech import Piece, tidy, write_speech

MAX_PAGE = 12 * 1024 * 1024  # without embedded pictures; the tree takes forty times as much
DEEPEST = 3000  # elements inside each other; the parser's time grows with the square
CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,30})""", re.IGNORECASE)
EMBEDDED = re.compile(r"data:[\w/+.;=-]{0,100},[^\"')\s>]{200,}")
TAG = re.compile(r"<(/?)([a-zA-Z][\w:-]{0,30})[^<>]{0,2000}+>")
# To the end of the text where there is no end: looked for once.
UNSHOWN = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL)
# Which do not nest, or which a parser closes itself.
FLAT = frozenset(
    "area base br col embed hr img input link meta source track wbr p li dt dd tr td th option thead tbody".split()
)
# What browsers read under the names pages give; any other charset is guessed from the bytes.
ENCODINGS = {
    "utf-8": "utf-8", "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5hkscs",
    "big5hkscs": "big5hkscs", "iso8859-1": "cp1252", "ascii": "cp1252", "cp1252": "cp1252", "shift_jis": "cp932",
    "cp932": "cp932", "euc_jp": "euc_jp", "euc_kr": "cp949", "cp949": "cp949", "cp1251": "cp1251", "koi8-r": "koi8-r",
    "cp1250": "cp1250", "iso8859-2": "iso8859-2", "iso8859-15": "iso8859-15",
}  # fmt: skip


def read_html(path: Path, data: bytes) -> SourceText:
    """Read a page. Raises InputError when it is too large, in no known encoding, or without text."""
    source = decode_page(path, data)
    text = EMBEDDED.sub("data:,", source.text)
    check_size(path, len(text), MAX_PAGE)
    if _depth(text) > DEEPEST:
        pieces = _flat_pieces(text)
        notes = (*source.warnings, "the page nests its elements too deeply: read without its layout")
        return write_speech(pieces, source.encoding, notes)
    with parsing(path, "a web page"):
        from selectolax.lexbor import LexborHTMLParser

        tree = LexborHTMLParser(text)
        pieces = []
        if (body := tree.body) is not None:
            sizes = measure(body)
            pieces = pieces_of(main_part(body, sizes), sizes[body.mem_id].text)
        timed = any(piece.start is not None for piece in pieces)
        metadata = page_metadata(tree, text, timed)
    if not pieces:
        raise InputError(f"{path}: no text in this page; save it from the browser once it is fully shown, or as text")
    return write_speech(pieces, source.encoding, source.warnings, metadata)


def page_pieces(path: Path, data: bytes) -> list[Piece]:
    """The pieces of one page of a book, all of it taken for content."""
    text = decode_page(path, data).text
    if _depth(text) > DEEPEST:
        return _flat_pieces(text)
    with parsing(path, "a page of a book"):
        from selectolax.lexbor import LexborHTMLParser

        body = LexborHTMLParser(text).body
        return pieces_of(body) if body is not None else []


def decode_page(path: Path, data: bytes) -> SourceText:
    """A page's text in the charset it declares, when its bytes are in that; else as any text. Raises InputError."""
    marked = data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"))
    declared = None if marked else CHARSET.search(data[:4096])
    if declared and (encoding := _encoding(declared[1].decode("ascii", "replace"))):
        try:
            return SourceText(data.decode(encoding), encoding)
        except UnicodeDecodeError:
            pass  # declared by a template, or converted since
    source = decode(data)
    if source is None:
        raise InputError(f"{path}: not a page in an encoding that can be recognised; save it as UTF-8")
    return source


def _encoding(name: str) -> str | None:
    try:
        return ENCODINGS.get(codecs.lookup(name).name)
    except LookupError:
        return None


def _depth(text: str) -> int:
    """How deeply elements stand inside each other, as far as the tags tell."""
    depth = deepest = 0
    for match in TAG.finditer(text):
        if match[2].lower() not in FLAT:
            depth += -1 if match[1] else 1
            deepest = max(deepest, depth)
            depth = max(depth, 0)
    return deepest


def _flat_pieces(text: str) -> list[Piece]:
    """A page's text without its elements, a paragraph for each stretch between two tags."""
    import html

    bare = html.unescape(TAG.sub("\n", UNSHOWN.sub("", text)))
    stretches = (" ".join(line.split()) for line in tidy(bare).split("\n"))
    return [Piece(stretch, breaks=True) for stretch in stretches if stretch]
