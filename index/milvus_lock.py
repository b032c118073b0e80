"""One writer at a time on an index in Milvus: a claim, a record that its holder renews and that lapses without them.

Milvus cannot compare and set. Whoever wants to write puts down a claim and then looks who else has one: with somebody
else's there, the own one is taken back, and tried again later. Both may step back; both can never go on. A claim lapses
HELD_SECONDS after it was last renewed, by the clocks of the machines, which are taken to agree within some seconds.
"""

from __future__ import annotations

import os
import random
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from threading import Event, Thread
from typing import Any

from index.errors import IndexLocked, StorageError
from index.milvus_records import Records, packed, unpacked

CLAIM = "claim"
HELD_SECONDS = 60.0
RENEWALS = 4  # while it holds
POLL_SECONDS = 0.5


@contextmanager
def writer_claim(records: Records, wait: float) -> Iterator[None]:
    """Be the only writer of this index. Raises IndexLocked when another still is after `wait` seconds, StorageError."""
    number, since = secrets.randbits(62), datetime.now().astimezone().isoformat(" ", "seconds")
    until = time.monotonic() + wait
    while other := _claim(records, number, since):
        if time.monotonic() >= until:
            lapses = datetime.fromtimestamp(other["until"]).astimezone().isoformat(" ", "seconds")
            raise IndexLocked(
                f"{records.milvus.place.shown} is being written by process {other['pid']} on {other['host']} since "
                f"{other['since']}. Wait until it has finished, or stop that process: its claim lapses at {lapses}. "
                "The index itself can be read meanwhile."
            )
        time.sleep(min(POLL_SECONDS * (0.5 + random.random()), max(until - time.monotonic(), 0.01)))
    done = Event()
    thread = Thread(target=_renew, args=(records, number, since, done), name="claim", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        with suppress(StorageError):  # it lapses
            records.delete((CLAIM,), [number])


def _claim(records: Records, number: int, since: str) -> dict[str, Any] | None:
    """Try to be the writer: None, or the claim of who else is."""
    if other := _other(records, number):
        return other
    _write(records, number, since)
    if other := _other(records, number):
        records.delete((CLAIM,), [number])
    return other


def _other(records: Records, number: int) -> dict[str, Any] | None:
    rows = records.milvus.rows(records.collection, f'kind == "{CLAIM}"', ["number"], now=True)
    numbers = {int(row["number"]) for row in rows} - {number}
    claims = records.read(((CLAIM, other) for other in sorted(numbers)), now=True)
    lapsed = []
    for (_, other), content in claims.items():
        claim: dict[str, Any] = unpacked(content)
        if claim["until"] > time.time():
            return claim
        lapsed.append(other)
    if lapsed:
        records.delete((CLAIM,), lapsed)
    return None


def _write(records: Records, number: int, since: str) -> None:
    until = time.time() + HELD_SECONDS
    claim = {"pid": os.getpid(), "host": socket.gethostname(), "since": since, "until": until}
    records.write({(CLAIM, number): packed(claim)})


def _renew(records: Records, number: int, since: str, done: Event) -> None:
    while not done.wait(HELD_SECONDS / RENEWALS):
        with suppress(StorageError):  # tried again while it holds
            _write(records, number, since)
