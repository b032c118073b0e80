"""Where an index in Milvus lies, from what stands behind --store; and what Milvus refuses, in words.

    milvus://host:port/name                   a server or a cluster; the port is 19530 where none is given
    milvus://user:password@host:port/name     who asks; or a token in VERBATIM_MILVUS_TOKEN
    milvuss://host:port/name                  the same over TLS, as is milvus://…/name?secure=true
    milvus-lite:///folder/file.db/name        a file of milvus-lite: for trying out, one process at a time

`name` is the beginning of the names of the index's collections, so that one Milvus holds many indexes.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from index.errors import InputError

SCHEMES = ("milvus", "milvuss", "milvus-lite")
TOKEN = "VERBATIM_MILVUS_TOKEN"
PORT = 19530
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")  # what Milvus lets a collection be called, with room behind it
FORMS = "write milvus://host:port/name, milvuss://… for TLS, or milvus-lite:///folder/file.db/name"
REFUSED = ("unauthenticated", "auth check failure", "permission deny", "privilege", "invalid token", "password")
UNREACHABLE = ("unavailable", "fail connecting", "failed to connect", "connection", "deadline", "timed out", "timeout")
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Place:
    """`shown` is how messages name it: without user, password or token. `file` is milvus-lite's."""

    shown: str
    uri: str
    name: str
    token: str = field(default="", repr=False)
    file: Path | None = None


def is_milvus(store: str) -> bool:
    """Whether a --store means Milvus."""
    return store.partition(":")[0] in SCHEMES


def parse_place(store: str) -> Place:
    """What a --store says. Raises InputError, which never repeats a password."""
    try:
        parts = urlsplit(store)
        port = parts.port or PORT
        query = parse_qs(parts.query, strict_parsing=bool(parts.query))
    except ValueError as error:
        raise InputError(f"This --store cannot be read; {FORMS}") from error
    if parts.scheme not in SCHEMES:
        raise InputError(f"--store knows no {parts.scheme or 'store without a scheme'}://; {FORMS}")
    if unknown := set(query) - {"secure"}:
        raise InputError(f"--store knows no ?{min(unknown)}=, only ?secure=true; {FORMS}")
    path, _, name = parts.path.rpartition("/")
    if not NAME.fullmatch(name):
        raise InputError(
            f"{name!r} cannot be the name of an index in Milvus: letters, digits and _ only, no digit first; {FORMS}"
        )
    if parts.scheme == "milvus-lite":
        return _in_file(path, name)
    if not parts.hostname or path:
        raise InputError(f"--store names no host, or more than an index; {FORMS}")
    secure = parts.scheme == "milvuss" or query.get("secure", ["false"])[0].casefold() in ("true", "1", "yes")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    shown = f"{'milvuss' if secure else 'milvus'}://{host}:{port}/{name}"
    return Place(shown, f"{'https' if secure else 'http'}://{host}:{port}", name, _token(parts))


def _in_file(path: str, name: str) -> Place:
    file = Path(re.sub(r"^/([A-Za-z]:)", r"\1", unquote(path)))
    if file.suffix != ".db" or not file.is_absolute():
        raise InputError(f"milvus-lite keeps an index in a file whose name ends in .db; {FORMS}")
    return Place(f"milvus-lite://{path}/{name}", str(file), name, file=file)


def _token(parts: SplitResult) -> str:
    if parts.username or parts.password:
        return f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    return os.environ.get(TOKEN, "")


def told(place: Place, error: Exception) -> str:
    """What a refusal of Milvus means and what to do about it, without any secret."""
    said = str(getattr(error, "message", "") or getattr(error, "details", lambda: "")() or error)
    reason = " ".join(said.split())[:LONGEST_REASON]
    for secret in filter(None, (place.token, *place.token.split(":", 1)[1:])):
        reason = reason.replace(secret, "…")
    lowered = f"{type(error).__name__} {reason}".casefold()
    if any(sign in lowered for sign in REFUSED):
        return (
            f"{place.shown} refuses these credentials. Give milvus://user:password@host:port/{place.name}, or a token "
            f"in {TOKEN}, of somebody who may read and write collections called {place.name}_…"
        )
    if place.file is None and any(sign in lowered for sign in UNREACHABLE):
        return f"{place.shown} cannot be reached ({reason}). Check host and port, and that Milvus runs there."
    if place.file is not None and any(sign in lowered for sign in ("lock", "open local milvus")):
        return (
            f"{place.shown} cannot be opened: milvus-lite serves one process at a time, and another has it open "
            "(or its folder cannot be written). End that process, or use a Milvus server."
        )
    return f"{place.shown} failed: {reason}"
