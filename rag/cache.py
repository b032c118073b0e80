"""Answers of chat models and vectors of questions, kept on disk so that asking again costs nothing.

One SQLite file of one table, with SQLite's plain journal instead of WAL: writes are one an answer, so there is little
to gain from WAL, which adds two files and fails on network folders. Each call opens the file anew: threads, processes
and forks need no care then. The file is readable to its owner only, since answers quote interviews; keys are hashes, so
that no question is in it.

A cache never costs an answer. When it is damaged, locked, foreign, or on a disk that is full or read-only, lookups
miss, updates are dropped, and `problem` says why.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from langchain_core.caches import BaseCache
from langchain_core.messages import AIMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, Generation
from numpy.typing import NDArray

from rag.replies import finish_reason

BUSY_SECONDS = 1.0  # how long a write of another process is waited for
KEY_BYTES = 32
_VERSION = 1
_DAMAGED = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
_MORE_THAN_TEXT = {"function_call", "tool_calls", "audio", "refusal"}
_TOKENS = ("input_tokens", "output_tokens", "total_tokens")
# `used` counts up with every use, so that the lowest is the least recently used.
_CREATE = f"""
CREATE TABLE entries (key BLOB PRIMARY KEY, value BLOB NOT NULL, used INTEGER NOT NULL, bytes INTEGER NOT NULL);
CREATE INDEX by_use ON entries (used, bytes);
PRAGMA user_version = {_VERSION};
"""
_NEXT = "(SELECT COALESCE(MAX(used), 0) + 1 FROM entries)"
_FIND = "SELECT value FROM entries WHERE key = ?"
_TOUCH = f"UPDATE entries SET used = {_NEXT} WHERE key = ?"
_STORE = f"INSERT OR REPLACE INTO entries VALUES (?, ?, {_NEXT}, ?)"
_EVICT = """
DELETE FROM entries WHERE used <= (
    SELECT MAX(used) FROM (SELECT used, SUM(bytes) OVER (ORDER BY used DESC) AS up_to_here FROM entries)
    WHERE up_to_here > ?)
"""

Result = TypeVar("Result")


class _Foreign(Exception):
    """The file is an SQLite database, and none of ours."""


class AnswerCache(BaseCache):
    """A LangChain cache for chat models (`model.cache`, `set_llm_cache`) in the SQLite file `path`.

    Keys and values together take at most `most_bytes` bytes; what was least recently used goes first. Only whole
    answers of plain text are kept. `problem` is the first thing that went wrong, "" when nothing did. Raises nothing.
    """

    def __init__(self, path: Path, most_bytes: int = 64_000_000) -> None:
        self.path = path
        self.most_bytes = most_bytes
        self.problem = ""

    def lookup(self, prompt: str, llm_string: str) -> list[Generation] | None:
        """The answer kept for this prompt and this model, as a ChatGeneration; None where there is none."""
        value = self._get(_key("answer", prompt, llm_string))
        return None if value is None else _generations(value)

    def update(self, prompt: str, llm_string: str, return_val: Sequence[Generation]) -> None:
        """Keep an answer, unless it was cut off, is empty, or is more than text (calls of tools, pictures)."""
        records = [_record(one) for one in return_val]
        if records and all(record is not None for record in records):
            self._put(_key("answer", prompt, llm_string), _bytes(records))

    def clear(self, **kwargs: Any) -> None:
        """Forget everything."""
        self._trying(lambda database: database.execute("DELETE FROM entries"))

    def query_vector(self, embedding: str, text: str) -> NDArray[np.float32] | None:
        """The vector kept for a question under the name of an embedding model; None where there is none."""
        value = self._get(_key("vector", embedding, text))
        if not value or len(value) % 4:
            return None
        vector = np.frombuffer(value, dtype="<f4").astype(np.float32)
        return vector if np.isfinite(vector).all() else None

    def keep_query_vector(self, embedding: str, text: str, vector: NDArray[np.float32]) -> None:
        """Keep the vector of a question."""
        self._put(_key("vector", embedding, text), np.ascontiguousarray(vector, dtype="<f4").tobytes())

    def _get(self, key: bytes) -> bytes | None:
        row = self._trying(lambda database: database.execute(_FIND, [key]).fetchone(), "BEGIN")
        if row is None or not isinstance(row[0], bytes):
            return None
        self._trying(lambda database: database.execute(_TOUCH, [key]))
        return row[0]

    def _put(self, key: bytes, value: bytes) -> None:
        size = KEY_BYTES + len(value)
        if size > self.most_bytes:  # it would push out everything else, and then itself
            return

        def put(database: sqlite3.Connection) -> None:
            database.execute(_STORE, [key, value, size])
            database.execute(_EVICT, [self.most_bytes])

        self._trying(put)

    def _trying(self, work: Callable[[sqlite3.Connection], Result], begin: str = "BEGIN IMMEDIATE") -> Result | None:
        """What `work` gives in a transaction of its own; None, with `problem` set, when the cache cannot be used."""
        try:
            try:
                with self._open(begin) as database:
                    return work(database)
            except sqlite3.DatabaseError as error:
                if not _is_damaged(error):
                    raise
                aside = self.path.with_name(self.path.name + ".damaged")
                os.replace(self.path, aside)
                self.path.with_name(self.path.name + "-journal").unlink(missing_ok=True)  # the damaged one's
                self._note(f"was damaged; it is now {aside.name}, and a new one is begun")
                with self._open(begin) as database:
                    return work(database)
        except _Foreign:
            self._note("is a database of another program or version of Verbatim: name another file, or remove it")
        except (sqlite3.Error, OSError) as error:
            self._note(f"cannot be used ({getattr(error, 'strerror', None) or error}); answers come without it")
        return None

    @contextmanager
    def _open(self, begin: str) -> Iterator[sqlite3.Connection]:
        """The database in a transaction."""
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite would make it readable to everyone
        database = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            database.execute("PRAGMA synchronous = NORMAL")
            _check_tables(database)
            database.execute(begin)
            yield database
            database.execute("COMMIT")
        finally:
            database.close()  # which rolls back what was not committed

    def _note(self, what: str) -> None:
        self.problem = self.problem or f"The answer cache {self.path} {what}."


def _check_tables(database: sqlite3.Connection) -> None:
    """Make the table of a new file. Raises _Foreign for a database that is not ours."""
    if _version(database) == _VERSION:
        return
    database.execute("BEGIN EXCLUSIVE")  # of two that find the file empty, one makes the table
    if _version(database) != _VERSION:
        if _version(database) or database.execute("SELECT 1 FROM sqlite_master").fetchone():
            raise _Foreign
        for statement in filter(str.strip, _CREATE.split(";")):
            database.execute(statement)
    database.execute("COMMIT")


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def _is_damaged(error: sqlite3.DatabaseError) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED


def _key(kind: str, first: str, second: str) -> bytes:
    return hashlib.sha256(json.dumps([kind, first, second]).encode("ascii")).digest()


def _record(generation: Generation) -> dict[str, Any] | None:
    """A generation as plain JSON; None for what is no whole answer in text."""
    usage: UsageMetadata | None = None
    finish = str((generation.generation_info or {}).get("finish_reason") or "").lower()
    if isinstance(generation, ChatGeneration):
        message = generation.message
        if not isinstance(message, AIMessage) or not isinstance(message.content, str):
            return None
        if message.tool_calls or message.invalid_tool_calls or message.additional_kwargs.keys() & _MORE_THAN_TEXT:
            return None
        finish = finish_reason(message) or finish
        usage = _usage(message.usage_metadata)
    if not generation.text.strip() or finish not in ("", "stop"):
        return None
    return {"text": generation.text, "usage": usage, "finish_reason": finish}


def _bytes(records: object) -> bytes:
    return json.dumps(records, ensure_ascii=False).encode("utf-8", "surrogatepass")  # as json.loads reads it


def _generations(value: bytes) -> list[Generation] | None:
    """The reverse of `_record`, for as many as were kept; None for what is not ours."""
    try:
        records = json.loads(value)
    except (ValueError, RecursionError):
        return None
    if not isinstance(records, list) or not records:
        return None
    found: list[Generation] = []
    for record in records:
        if not isinstance(record, dict) or not isinstance(text := record.get("text"), str):
            return None
        finish = record.get("finish_reason")
        metadata = {"cached": True, "finish_reason": finish} if finish and isinstance(finish, str) else {"cached": True}
        message = AIMessage(text, response_metadata=metadata, usage_metadata=_usage(record.get("usage")))
        found.append(ChatGeneration(message=message))
    return found


def _usage(kept: object) -> UsageMetadata | None:
    if not isinstance(kept, dict) or not all(type(kept.get(name)) is int for name in _TOKENS):
        return None
    return UsageMetadata(
        input_tokens=kept["input_tokens"], output_tokens=kept["output_tokens"], total_tokens=kept["total_tokens"]
    )
