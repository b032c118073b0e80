"""The tokens that let programs into the service: a TOML file of their hashes, read and watched.

    [[token]]
    name = "newsroom"
    sha256 = "…"                     # of the token; the token itself is kept nowhere
    scopes = ["read", "write"]       # or ["read"]
    created = 2026-03-01T09:30:00Z
    expires = 2027-01-01T00:00:00Z   # optional: the first moment at which it works no more; a day stands for its end
    rate = 60                        # optional: requests a minute; 0 for any number

Whoever can write the file can let themselves in; whoever reads it learns names, but no token. ui/token_changes.py
writes it.
"""

from __future__ import annotations

import hmac
import os
import stat
import sys
import threading
import tomllib
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from index.errors import InputError
from ui.messages import one_line

TokenScope = Literal["read", "write"]
READ: frozenset[TokenScope] = frozenset({"read"})
READ_AND_WRITE: frozenset[TokenScope] = frozenset({"read", "write"})

LONGEST_NAME = 100  # code points
LARGEST_FILE = 2**20  # bytes
HIGHEST_RATE = 60_000  # requests a minute


def usable_name(name: str) -> str:
    """The name in Unicode's NFC. Raises ValueError for one that does not show as one line of text."""
    if not name.strip() or name != name.strip():
        raise ValueError("a name is not empty, and no space stands at its ends")
    if one_line(name) != name or len(name) > LONGEST_NAME:
        raise ValueError(f"a name is one line of at most {LONGEST_NAME} characters, without control characters")
    return unicodedata.normalize("NFC", name)


def _scopes(value: Any) -> frozenset[TokenScope]:
    if value in (READ, READ_AND_WRITE, ["read"], ["read", "write"], ["write", "read"]):
        return frozenset(value)
    raise ValueError('write ["read"] or ["read", "write"]')


def moment(value: object) -> datetime:
    """A moment in UTC; of a day, its end. What has no time zone is in UTC already."""
    try:
        match value:
            case datetime():
                return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
            case date():
                return datetime.combine(value, time(), UTC) + timedelta(days=1)
    except OverflowError:
        raise ValueError("this is outside of the calendar") from None
    raise ValueError("write a day, 2027-01-31, or a moment in UTC, 2027-01-31T18:00:00Z")


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class Token:
    """One entry of the file. `sha256` is in hex; `expires` is the first moment, in UTC, at which it works no more;
    `rate` is in requests a minute: 0 for any number, None for what the service has for all.
    """

    name: Annotated[str, AfterValidator(usable_name)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    scopes: Annotated[frozenset[TokenScope], BeforeValidator(_scopes)]
    created: Annotated[datetime, BeforeValidator(moment)]
    expires: Annotated[datetime, BeforeValidator(moment)] | None = None
    rate: Annotated[int, Field(strict=True, ge=0, le=HIGHEST_RATE)] | None = None

    def is_over(self, now: datetime) -> bool:
        """Whether it works no more."""
        return self.expires is not None and self.expires <= now


ENTRIES = TypeAdapter(list[Token])


def default_tokens_file(index_folder: Path) -> Path:
    """Where the tokens are unless told otherwise: beside the index, whose folder holds nothing else."""
    folder = index_folder.absolute()
    return folder.parent / f"{folder.name.lstrip('.') or 'verbatim'}-tokens.toml"


def find(tokens: Sequence[Token], given: bytes) -> Token | None:
    """The token that a client sent, expired or not. Takes as long for one that is wrong in its first or last letter,
    and whichever token of the file it is.
    """
    digest = sha256(given).hexdigest()
    found = None
    for token in tokens:
        if hmac.compare_digest(token.sha256, digest):
            found = token
    return found


def read_tokens(path: Path) -> tuple[Token, ...]:
    """The tokens of a file; none where there is no file. Raises InputError where it cannot be used."""
    return TokenFile(path).tokens()


def warning_about(path: Path) -> str:
    """What whoever runs this should know of the file, in one sentence; else ""."""
    if sys.platform != "win32" and path.exists() and path.stat().st_mode & stat.S_IROTH:
        return f"everyone on this machine can read {path}, which has no token in it, but names: chmod o-r {path}"
    return ""


class TokenFile:
    """The tokens of a file that others may change at any time; safe between threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._stamp: tuple[int, ...] = ()
        self._tokens: tuple[Token, ...] = ()
        self._problem = ""

    def tokens(self, must_exist: bool = False) -> tuple[Token, ...]:
        """The tokens as the file has them now: one system call where it has not changed. Without a file there are
        none. Raises InputError for a file that cannot be used or, where it must exist, is not there.
        """
        with self._lock:
            try:
                if _stamp(self.path.stat()) != self._stamp:
                    self._read()
            except FileNotFoundError:
                self._stamp, self._tokens, self._problem = (), (), ""
                if must_exist:
                    told = "the file of the tokens is gone; put it back, or make tokens: verbatim token add NAME"
                    raise InputError(f"{self.path}: {told}") from None
            except OSError as error:  # not kept: the next to ask may be luckier
                self._stamp = ()
                raise InputError(f"{self.path}: cannot be read ({error.strerror or error})") from error
            if self._problem:
                raise InputError(self._problem)
            return self._tokens

    def _read(self) -> None:
        content, status = _content(self.path)
        try:
            self._tokens, self._problem = _parsed(content, status), ""
        except ValueError as error:
            self._tokens, self._problem = (), f"{self.path}: {error}"
        self._stamp = _stamp(status)  # last: whatever else goes wrong, it is read again


def _stamp(status: os.stat_result) -> tuple[int, ...]:
    """What differs when a file has been changed or replaced."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _content(path: Path) -> tuple[bytes, os.stat_result]:
    """The bytes, no more than a little over LARGEST_FILE, and what was known of them before; b"" of what is no file."""
    if not path.is_file():  # a pipe would keep us waiting
        return b"", path.stat()
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        return file.read(LARGEST_FILE + 1), status


def _parsed(content: bytes, status: os.stat_result) -> tuple[Token, ...]:
    """The tokens. Raises ValueError, which says what is wrong and what to do."""
    if not stat.S_ISREG(status.st_mode) or len(content) > LARGEST_FILE:
        raise ValueError("this is no file of tokens; `verbatim token add NAME` makes one")
    if sys.platform != "win32" and status.st_mode & stat.S_IWOTH:
        raise ValueError("everyone on this machine can write to it and so let themselves in: chmod o-w it")
    try:
        table = tomllib.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"cannot be read as TOML ({error}); mend it, or remove it and make tokens anew") from error
    if unknown := sorted(table.keys() - {"token"}):
        raise ValueError(f"{one_line(unknown[0])} means nothing here; each token begins with [[token]]")
    try:
        tokens = tuple(ENTRIES.validate_python(table.get("token", [])))
    except ValidationError as error:
        raise ValueError(_mistake(error)) from error
    for field in ("name", "sha256"):
        values = [getattr(token, field) for token in tokens]
        if len(set(values)) < len(values):
            raise ValueError(f"two of its tokens have one {field}; take one of them out")
    return tokens


def _mistake(error: ValidationError) -> str:
    """ "[[token]] number 2: rate: Input should be a valid integer": the first mistake, without the value."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = [f"[[token]] number {part + 1}" if isinstance(part, int) else part for part in first["loc"]]
    return one_line(": ".join([*where, first["msg"].removeprefix("Value error, ")]))
