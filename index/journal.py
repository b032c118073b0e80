"""Vectors that a build has made and not yet published: a build that was killed goes on where it stopped.

One SQLite file in the index directory, deleted when the generation they were made for is the current one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.generations import JOURNAL
from index.publish import DISK_ERRORS

AT_ONCE = 500  # look-ups in one statement


def digest(search_text: str) -> bytes:
    """By this a vector is found again: the same text has the same vector as long as the embedding is the same."""
    return blake2b(search_text.encode("utf-8", "replace"), digest_size=16).digest()


class Journal:
    """Vectors by the digest of their text, all of one embedding; what another one left is thrown away.

    Raises OSError or sqlite3.OperationalError when the disk refuses.
    """

    def __init__(self, folder: Path, embedding: str) -> None:
        self._path = folder / JOURNAL
        self._published = False
        try:
            self._db = self._open(embedding)
        except sqlite3.DatabaseError as error:  # not what was written there, unless the disk refuses
            if error.sqlite_errorcode & 0xFF in DISK_ERRORS:
                raise
            self._delete()
            self._db = self._open(embedding)

    def _open(self, embedding: str) -> sqlite3.Connection:
        db = sqlite3.connect(self._path)
        try:
            if db.execute("PRAGMA quick_check(1)").fetchall() != [("ok",)]:
                db.close()
                self._delete()  # found later, the damage would stop this build and every other
                db = sqlite3.connect(self._path)
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("CREATE TABLE IF NOT EXISTS made_by (embedding TEXT)")
            db.execute("CREATE TABLE IF NOT EXISTS vector (digest BLOB PRIMARY KEY, vector BLOB)")
            if db.execute("SELECT embedding FROM made_by").fetchall() != [(embedding,)]:
                db.execute("DELETE FROM made_by")
                db.execute("DELETE FROM vector")
                db.execute("INSERT INTO made_by VALUES (?)", (embedding,))
            db.commit()
        except BaseException:
            db.close()
            raise
        return db

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        wanted = not self._published and self.dimensions()
        self._db.close()
        if not wanted:
            self._delete()

    def dimensions(self) -> int:
        """Of the vectors it holds; 0 when it holds none."""
        row = self._db.execute("SELECT length(vector) FROM vector LIMIT 1").fetchone()
        return int(row[0]) // 4 if row else 0

    def lacks(self, digests: Iterable[bytes]) -> set[bytes]:
        """Those of the digests that have no vector yet."""
        wanted = list(dict.fromkeys(digests))
        known: set[bytes] = set()
        for at in range(0, len(wanted), AT_ONCE):
            part = wanted[at : at + AT_ONCE]
            places = ", ".join("?" * len(part))
            sql = f"SELECT digest FROM vector WHERE digest IN ({places})"
            known.update(row[0] for row in self._db.execute(sql, part))
        return set(wanted) - known

    def add(self, digests: Sequence[bytes], vectors: NDArray[np.float32]) -> None:
        """Keep vectors [digests, dimensions], for good once this returns."""
        rows = [(key, vector.tobytes()) for key, vector in zip(digests, vectors, strict=True)]
        self._db.executemany("INSERT OR REPLACE INTO vector VALUES (?, ?)", rows)
        self._db.commit()

    def vectors(self, digests: Sequence[bytes], dimensions: int) -> NDArray[np.float32]:
        """The vectors of these digests, [digests, dimensions]. Raises KeyError where one is missing."""
        found = np.empty((len(digests), dimensions), dtype=np.float32)
        for at in range(0, len(digests), AT_ONCE):
            part = digests[at : at + AT_ONCE]
            places = ", ".join("?" * len(part))
            sql = f"SELECT digest, vector FROM vector WHERE digest IN ({places})"
            rows = dict(self._db.execute(sql, list(part)))
            for number, key in enumerate(part, start=at):
                found[number] = np.frombuffer(rows[key], dtype=np.float32)
        return found

    def empty(self) -> None:
        """Forget everything."""
        self._db.execute("DELETE FROM vector")
        self._db.commit()

    def published(self) -> None:
        """What it holds is in a generation now: the file may go."""
        self._published = True

    def _delete(self) -> None:
        for name in (self._path, self._path.with_name(f"{JOURNAL}-journal")):
            name.unlink(missing_ok=True)
