"""Blocking work off the event loop: its results, its errors, its limits, and its end when nobody waits."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Any

import pytest

from index.errors import InputError
from ui import service_work
from ui.service_problems import Problem
from ui.service_streams import with_pings
from ui.service_work import Workers


def test_pieces_come_one_by_one_and_errors_are_raised() -> None:
    def work(stop: threading.Event) -> Iterator[int]:
        yield 1
        yield 2
        raise InputError("no more")

    async def read() -> list[int]:
        got = []
        with pytest.raises(InputError, match="no more"):
            async for piece in Workers("test", 1, 0).pieces(work):
                got.append(piece)
        return got

    assert asyncio.run(read()) == [1, 2]


def test_work_that_nobody_waits_for_is_told_to_stop() -> None:
    stopped = threading.Event()

    def work(stop: threading.Event) -> Iterator[int]:
        try:
            yield 1
            assert stop.wait(10)
            yield 2
            raise AssertionError("it was not stopped")
        finally:
            stopped.set()

    async def read() -> None:
        async with aclosing(Workers("test", 1, 0).pieces(work)) as pieces:
            assert await anext(pieces) == 1

    asyncio.run(read())
    assert stopped.wait(10)


def test_more_than_there_is_room_for_are_turned_away_and_room_comes_back() -> None:
    let_go = threading.Event()
    workers = Workers("test", 1, 1)

    async def all_of_it() -> None:
        running = [asyncio.ensure_future(workers.run(let_go.wait, 10)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Problem) as refused:
            await workers.run(str)
        assert (refused.value.status, refused.value.headers) == (503, {"Retry-After": "1"})
        let_go.set()
        assert await asyncio.gather(*running) == [True, True]
        assert await workers.run(str, 5) == "5"

    asyncio.run(all_of_it())


def test_what_was_given_up_before_it_began_is_not_kept() -> None:
    let_go, kept = threading.Event(), list[weakref.ref[Any]]()
    workers = Workers("test", 1, 50)

    class Large:
        def __call__(self, stop: threading.Event) -> Iterator[int]:
            yield 1

    async def all_of_it() -> None:
        running = asyncio.ensure_future(workers.run(let_go.wait, 10))
        await asyncio.sleep(0)
        for _ in range(5):
            large = Large()
            kept.append(weakref.ref(large))
            waiting = asyncio.ensure_future(anext(workers.pieces(large)))
            del large
            await asyncio.sleep(0.01)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            del waiting
        await asyncio.sleep(0.01)  # generators are closed by the loop
        gc.collect()
        assert [one() for one in kept] == [None] * 5
        let_go.set()
        assert await running

    asyncio.run(all_of_it())


def test_waiting_for_a_thread_and_for_a_piece_have_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_work, "TO_BEGIN", 0.05)
    let_go, begun = threading.Event(), list[str]()
    workers = Workers("test", 1, 1)

    def slow(stop: threading.Event) -> Iterator[int]:
        yield int(let_go.wait(10))

    async def all_of_it() -> None:
        with pytest.raises(Problem) as late:
            async for _ in workers.pieces(slow, 0.05):
                raise AssertionError("nothing had come")
        with pytest.raises(Problem) as waiting:
            await workers.run(begun.append, "it")
        assert (late.value.status, waiting.value.status) == (504, 503)
        let_go.set()
        workers._threads.shutdown()

    asyncio.run(all_of_it())
    assert begun == []  # whose client was told to try again is not begun


def test_a_silent_stream_says_that_it_lives() -> None:
    closed = list[bool]()

    async def source() -> AsyncGenerator[bytes]:
        try:
            yield b"one"
            await asyncio.sleep(0.12)
            yield b"two"
            await asyncio.sleep(100)
        finally:
            closed.append(True)

    async def read() -> list[bytes]:
        got = []
        async with aclosing(with_pings(source(), b"ping", 0.05)) as pieces:
            async for piece in pieces:
                got.append(piece)
                if piece == b"two":
                    break
        return got

    got = asyncio.run(read())
    assert [piece for piece in got if piece != b"ping"] == [b"one", b"two"]
    assert b"ping" in got
    assert closed == [True]
