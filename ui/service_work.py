"""Blocking work beside the event loop: in threads of its own, so many at once, so many waiting, so long.

What a client no longer waits for is not begun; what has begun is told to stop.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from starlette.requests import ClientDisconnect, Request

from ui.service_problems import Problem

T = TypeVar("T")
TO_BEGIN = 10.0  # seconds that a request waits for a free thread
TO_FIND = 30.0  # seconds for what needs no chat model
Work = Callable[[threading.Event], Iterator[T]]
_BEGUN, _ENDED = object(), object()


@dataclass(frozen=True, slots=True)
class _Failed:
    error: BaseException


class Workers:
    """Threads for one kind of work; more than `waiting` requests beyond them are turned away."""

    def __init__(self, name: str, threads: int, waiting: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._room = threads + waiting
        self._lock = threading.Lock()
        self._inside = 0

    async def pieces(self, work: Work[T], seconds: float = TO_FIND) -> AsyncGenerator[T]:
        """What `work` yields, each within `seconds`; it is given the event that tells it to stop.

        Raises Problem when too many wait or it takes too long, and what the work raises. Close it to stop the work.
        """
        loop, stop = asyncio.get_running_loop(), threading.Event()
        arrived: asyncio.Queue[object] = asyncio.Queue()

        def tell(piece: object) -> None:
            with suppress(RuntimeError):  # the loop is closed: nobody listens any more
                loop.call_soon_threadsafe(arrived.put_nowait, piece)

        waiting = [work]
        future = self._submit(lambda: _do(waiting.pop(), stop, tell))
        try:
            await _next(arrived, TO_BEGIN, _busy())
            while (piece := await _next(arrived, seconds, _too_slow())) is not _ENDED:
                yield cast("T", piece)
        finally:
            stop.set()
            if future.cancel():
                waiting.clear()  # what was not begun stays in the queue of the threads, without what it was to do

    async def run(self, function: Callable[..., T], *arguments: Any) -> T:
        """What a function returns; raises as `pieces` does."""

        def once(_: threading.Event) -> Iterator[T]:
            yield function(*arguments)

        [result] = [one async for one in self.pieces(once)]
        return result

    def close(self) -> None:
        """Begin nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _submit(self, work: Callable[[], None]) -> Future[None]:
        with self._lock:
            if self._inside >= self._room:
                raise _busy()
            self._inside += 1
        try:
            future = self._threads.submit(copy_context().run, work)  # the log finds the request in it
        except RuntimeError:  # it is closed
            self._inside -= 1
            raise _busy() from None
        future.add_done_callback(self._leave)
        return future

    def _leave(self, _: Future[None]) -> None:
        with self._lock:
            self._inside -= 1


def _do(work: Work[T], stop: threading.Event, tell: Callable[[object], None]) -> None:
    if stop.is_set():
        return
    tell(_BEGUN)
    try:
        with closing(work(stop)) as pieces:  # type: ignore[type-var] # it is a generator
            for piece in pieces:
                tell(piece)
                if stop.is_set():
                    return
    except BaseException as error:  # noqa: BLE001 - handed to whoever waits for it
        tell(_Failed(error))
    else:
        tell(_ENDED)


async def _next(arrived: asyncio.Queue[object], seconds: float, otherwise: Problem) -> object:
    try:
        piece = await asyncio.wait_for(arrived.get(), seconds)
    except TimeoutError:
        raise otherwise from None
    if isinstance(piece, _Failed):
        raise piece.error
    return piece


def _busy() -> Problem:
    return Problem(503, "busy", "Too many requests are waiting. Try again.", headers={"Retry-After": "1"})


def _too_slow() -> Problem:
    return Problem(504, "too-slow", "It took longer than this service allows. Ask less at once, or try again.")


async def unless_gone(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """The result, or ClientDisconnect once the client has left, which cancels the work."""
    doing, leaving = asyncio.ensure_future(work), asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait((doing, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not doing.done():
            raise ClientDisconnect
        return doing.result()
    finally:
        for task in (doing, leaving):
            task.cancel()
        await asyncio.gather(doing, leaving, return_exceptions=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
