"""EPUB books: a zip of pages, read in the order of its spine through the reader of pages."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

from index.errors import InputError
from index.model import Metadata
from index.readers.bounds import MAX_PARSED, check_size, open_archive, parsing, read_part
from index.readers.html import page_pieces
from index.readers.source import SourceText
from index.readers.speech import Piece, tidy, write_speech

WHAT = "an EPUB book"
CONTAINER = "META-INF/container.xml"


def read_epub(path: Path, data: bytes) -> SourceText:
    """Read an .epub without rights management. Raises InputError when it is damaged, locked, a bomb, or empty."""
    with open_archive(path, data, WHAT) as archive:
        if "META-INF/encryption.xml" in archive.namelist() and b"EncryptedData" in read_part(
            path, archive, "META-INF/encryption.xml", WHAT
        ):
            raise InputError(f"{path}: protected by rights management; only books without it can be read")
        with parsing(path, WHAT):
            package = _package_path(_xml(read_part(path, archive, CONTAINER, WHAT)))
            root = _xml(read_part(path, archive, package, WHAT))
            names = _spine(root, posixpath.dirname(package))
        pieces = _pieces(path, archive, names)
    if not pieces:
        raise InputError(f"{path}: no text in it; save the transcript as text")
    metadata = Metadata(title=_first(root, "title")[:300], outlet=_first(root, "publisher")[:100])
    return write_speech(pieces, "epub", (), metadata)


def _pieces(path: Path, archive: ZipFile, names: list[str]) -> list[Piece]:
    pieces: list[Piece] = []
    known = set(archive.namelist())
    read = 0
    for name in dict.fromkeys(names):
        if name in known:
            page = read_part(path, archive, name, WHAT)
            read += len(page)
            check_size(path, read, MAX_PARSED)
            pieces += page_pieces(path, page)
    return pieces


def _xml(data: bytes) -> Any:
    """The root of an XML part. Entities are not expanded and nothing is fetched."""
    from lxml import etree

    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))


def _package_path(container: Any) -> str:
    return str(next(container.iter("{*}rootfile")).get("full-path"))


def _spine(package: Any, folder: str) -> list[str]:
    """The names of the pages inside the archive, in reading order, without the table of contents."""
    items = {item.get("id"): item for item in package.iter("{*}item")}
    order = [items.get(ref.get("idref")) for ref in package.iter("{*}itemref")]
    return [
        posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or "")))
        for item in order
        if item is not None and "nav" not in (item.get("properties") or "").split()
    ]


def _first(package: Any, name: str) -> str:
    element = next(package.iter(f"{{*}}{name}"), None)
    return " ".join(tidy(element.text or "").split()) if element is not None else ""
