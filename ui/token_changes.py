"""Adding and removing the tokens of the service: one writer at a time, the file replaced whole."""

from __future__ import annotations

import os
import secrets
import stat
import sys
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import tomlkit
from filelock import FileLock, Timeout
from tomlkit.items import AoT, Table

from index.errors import InputError, StorageError
from ui.messages import one_line
from ui.tokens import READ, Token, TokenScope, read_tokens, usable_name

PREFIX = "vb_"  # by which scanners for leaked secrets, and people, know a token of ours
RANDOM_BYTES = 32
WAIT_SECONDS = 10.0  # for another that writes
HEADER = "Tokens of the Verbatim service, as hashes. Written by `verbatim token`."


def add_token(
    path: Path,
    name: str,
    scopes: frozenset[TokenScope] = READ,
    expires: datetime | None = None,
    rate: int | None = None,
) -> tuple[str, Token]:
    """Write a new token; returns its text, which is kept nowhere, and the entry. Raises InputError for a name that is
    taken or cannot be one and for a file that cannot be used, StorageError for one that cannot be written.
    """
    try:
        name = usable_name(name)
    except ValueError as error:
        raise InputError(f"{name!a}: {error}") from error
    text = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    created = datetime.now(UTC).replace(microsecond=0)
    token = Token(name, sha256(text.encode()).hexdigest(), scopes, created, expires, rate)
    with _changing(path) as (document, tokens):
        if any(other.name == name for other in tokens):
            raise InputError(f"{path} has a token called {name}: take another name, or remove that one first")
        _entries(document, tokens).append(_entry(token))
    return text, token


def remove_token(path: Path, name: str) -> int:
    """Take a token out; returns how many are left. Raises InputError where none is called so; else as `add_token`."""
    name = unicodedata.normalize("NFC", name)
    with _changing(path) as (document, tokens):
        names = [token.name for token in tokens]
        if name not in names:
            known = f"it has {', '.join(names)}" if names else "it has none"
            raise InputError(f"{path} has no token called {one_line(name)}: {known}")
        del _entries(document, tokens)[names.index(name)]
    return len(names) - 1


@contextmanager
def _changing(path: Path) -> Iterator[tuple[tomlkit.TOMLDocument, tuple[Token, ...]]]:
    """The file's document, to be changed, and its tokens; at the end of the block it is written. One at a time."""
    target = Path(os.path.realpath(path))  # a link stays one
    lock = FileLock(target.with_name(f".{target.name}.lock"))
    try:
        if not target.parent.is_dir():
            raise InputError(f"{path}: there is no folder {target.parent}; make it first")
        with lock.acquire(timeout=WAIT_SECONDS):
            tokens = read_tokens(path)
            document = _document(target)
            yield document, tokens
            _write(target, tomlkit.dumps(document).encode())
    except Timeout as error:
        raise InputError(f"{path} is being written by another program; try again when it has finished") from error
    except OSError as error:
        reason = f"{error.strerror or error}: {error.filename or target}"
        raise StorageError(f"{path} cannot be written ({reason}); the tokens are as before") from error


def _document(target: Path) -> tomlkit.TOMLDocument:
    if target.exists():
        return tomlkit.parse(target.read_text(encoding="utf-8-sig"))
    document = tomlkit.document()
    document.add(tomlkit.comment(HEADER))
    document.add(tomlkit.nl())
    return document


def _entries(document: tomlkit.TOMLDocument, tokens: Sequence[Token]) -> AoT:
    """The [[token]] entries of a document, which gets them where it has none or has them written in another way."""
    entries = document.get("token")
    if not isinstance(entries, AoT):
        entries = tomlkit.aot()
        for token in tokens:
            entries.append(_entry(token))
        document["token"] = entries
    return entries


def _entry(token: Token) -> Table:
    entry = tomlkit.table()
    for field in ("name", "sha256", "scopes", "created", "expires", "rate"):
        value = getattr(token, field)
        if value is not None:
            entry[field] = sorted(value) if field == "scopes" else value
    entry.add(tomlkit.nl())
    return entry


def _write(target: Path, content: bytes) -> None:
    """All of it or nothing, on the disk when this returns: a token that was removed must not come back. The file stays
    whose it was and for whom it was, since the service may run as somebody else; a new one is for its owner alone.
    """
    handle, temporary = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            if target.exists():
                _as_before(temporary, target.stat())
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    if sys.platform != "win32":
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _as_before(temporary: str, before: os.stat_result) -> None:
    if sys.platform != "win32":
        now = os.stat(temporary)
        if (now.st_uid, now.st_gid) != (before.st_uid, before.st_gid):
            os.chown(temporary, before.st_uid, before.st_gid)  # refused to all but root, where the owner differs
    os.chmod(temporary, stat.S_IMODE(before.st_mode))
