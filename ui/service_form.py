"""The form in which files are sent, and what its sender calls them, in each of the ways in which clients write that."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import suppress
from urllib.parse import unquote, unquote_to_bytes

from fastapi import Request
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from ui.service_jobs import Upload
from ui.service_problems import Problem
from ui.uploads import MOST_FILES

FIELD = "files"
_QUOTED = re.compile(rb'"(?:\\.|[^"\\])*(?:"|$)', re.DOTALL)
_EXTENDED = re.compile(rb";\s*filename\*\s*=\s*(utf-8|iso-8859-1)'[^';]*'([^\s;\"]+)", re.IGNORECASE)  # RFC 8187
_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")


class _Form(MultiPartParser):
    """Starlette's parser, which does not mind a body that breaks off before its end, so that the last file would be
    lost, and does not know `filename*`.
    """

    is_whole = False

    def on_headers_finished(self) -> None:
        part = self._current_part
        sent = part.content_disposition or b""
        name = extended_name(sent)
        if name is not None:
            part.content_disposition = sent + b'; filename=""'  # a file, even where it has no other name
        super().on_headers_finished()
        if part.file:
            part.file.filename = decoded(part.file.filename or "") if name is None else name

    def on_end(self) -> None:
        self.is_whole = True

    async def parse(self) -> FormData:
        self.stream = self._to_its_end(self.stream)
        return await super().parse()

    async def _to_its_end(self, stream: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
        async for chunk in stream:
            yield chunk
        if not self.is_whole:
            raise MultiPartException("It breaks off before its end.")


def extended_name(disposition: bytes) -> str | None:
    """The `filename*` of a Content-Disposition; None where there is none that can be read.

    Forms should have none (RFC 7578), but clients send it, and what they send besides is the worse name.
    """
    for found in _EXTENDED.finditer(_QUOTED.sub(b'""', disposition)):
        with suppress(UnicodeDecodeError):
            return unquote_to_bytes(found[2]).decode(found[1].decode())
    return None


def decoded(name: str) -> str:
    """A name without percent-encoding, as far as all of it is encoded so: browsers encode quotes and line breaks,
    other clients whatever is not ASCII.
    """
    if not name.isascii() or _PERCENT.search(name):
        return name
    try:
        return unquote(name, errors="strict")
    except UnicodeDecodeError:
        return name


async def read_form(request: Request) -> FormData:
    """The fields of a form; its files lie on the disk where they are not small. Raises Problem."""
    kind, _ = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data":
        raise Problem(415, "unsupported-type", f"Send the files as multipart/form-data, in the field {FIELD}.")
    parser = _Form(request.headers, request.stream(), max_files=MOST_FILES, max_fields=10)
    try:
        return await parser.parse()
    except MultiPartException as error:
        raise Problem(400, "bad-request", f"The form cannot be read. {error.message}") from error
    except OSError as error:
        raise Problem(507, "no-room", "There is no room for the files while they arrive.") from error


def files_in(form: FormData) -> list[Upload]:
    """The files of a form. Raises Problem where there are none, and for what is no file."""
    others = sorted({name for name, value in form.multi_items() if name != FIELD or isinstance(value, str)})
    if others:
        told = [{"pointer": "body#/" + _pointed(name), "detail": f"only files in the field {FIELD}"} for name in others]
        raise Problem(422, "unusable", f"Only files are taken, in the field {FIELD}.", errors=told)
    files = [value for value in form.getlist(FIELD) if isinstance(value, UploadFile)]
    chosen = [file for file in files if file.filename or file.size]  # browsers send a field that was left empty, too
    if not chosen:
        told = [{"pointer": f"body#/{FIELD}", "detail": "none"}]
        raise Problem(422, "unusable", f"There are no files in the field {FIELD}.", errors=told)
    return [Upload(file.filename or "", file.size or 0, file.file) for file in chosen]


def _pointed(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
