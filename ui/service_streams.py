"""Answers as server-sent events: how a stream begins, that it lives while nothing comes, and what went wrong midway."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from starlette.requests import Request
from starlette.responses import StreamingResponse

from rag.answer import Answer
from ui.service_work import unless_gone

EVENT_STREAM = "text/event-stream"
PING = 15.0  # seconds of silence after which a stream says that it lives, so that no proxy cuts it
PING_LINE = b": waiting\n\n"


def streamed(events: AsyncGenerator[bytes], ping: float = PING) -> StreamingResponse:
    """Events as they come; every `ping` seconds of silence a comment. No proxy is to gather or keep them."""
    headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}
    return StreamingResponse(with_pings(events, PING_LINE, ping), media_type=EVENT_STREAM, headers=headers)


async def last_of(coming: AsyncGenerator[Answer]) -> Answer:
    """The whole answer."""
    last: Answer | None = None
    async with aclosing(coming):
        async for answer in coming:
            last = answer
    assert last is not None  # an answer has at least one state
    return last


async def begun(request: Request, coming: AsyncGenerator[Answer], seconds: float = PING) -> asyncio.Future[Answer]:
    """The first state of an answer, or what will be it: so long, what cannot be answered is told by the status.

    Raises what the answer raises, and ClientDisconnect.
    """
    first = asyncio.ensure_future(anext(coming))
    first.add_done_callback(_seen)
    try:
        await unless_gone(request, asyncio.wait((first,), timeout=seconds))
        if first.done():
            first.result()
    except BaseException:
        first.cancel()
        raise
    return first


async def states(first: asyncio.Future[Answer], coming: AsyncGenerator[Answer]) -> AsyncGenerator[Answer]:
    """The states of an answer that has `begun`; closing it closes the answer."""
    try:
        async with aclosing(coming):
            yield await first
            async for answer in coming:
                yield answer
    finally:
        first.cancel()


async def with_pings(source: AsyncIterator[bytes], ping: bytes, seconds: float = PING) -> AsyncGenerator[bytes]:
    """The same stream, with a `ping` whenever it is silent for so long; closing it closes the source."""
    coming = aiter(source)
    waiting: asyncio.Future[bytes] | None = None
    try:
        while True:
            if waiting is None:
                waiting = asyncio.ensure_future(_one(coming))
                waiting.add_done_callback(_seen)
            done, _ = await asyncio.wait((waiting,), timeout=seconds)
            if not done:
                yield ping
                continue
            try:
                piece = waiting.result()
            except StopAsyncIteration:
                return
            waiting = None
            yield piece
    finally:
        if waiting and not waiting.done():
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        if isinstance(source, AsyncGenerator):
            await source.aclose()


def _seen(future: asyncio.Future[Any]) -> None:
    """Nobody need be left to hear of an error: the client may have gone."""
    if not future.cancelled():
        future.exception()


async def _one(coming: AsyncIterator[bytes]) -> bytes:
    return await anext(coming)
