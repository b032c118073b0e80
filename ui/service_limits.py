"""How large a request may be and how slowly it may come; what was sent too late or too much is not waited for.

How slowly headers may come and answers may be taken: service_protocol.py.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.service_problems import Problem, problem_response

UPLOADS = "/v1/interviews"
LINGER_BYTES = 1024 * 1024
LINGER_SECONDS = 2.0
_GONE: Message = {"type": "http.disconnect"}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may take.

    A body may keep us waiting `body_seconds` in all, and a second more for each `slowest` bytes that have come, so that
    a slow line gets a long file through and a client that sends nothing is soon gone. `header_seconds` and
    `write_seconds` are service_protocol.py's.
    """

    body_bytes: int = 1024 * 1024  # chat clients send the whole conversation again each time
    upload_bytes: int = 200 * 1024 * 1024
    body_seconds: float = 15.0
    slowest: int = 10_000  # bytes a second
    header_seconds: float = 10.0
    header_bytes: int = 64 * 1024
    write_seconds: float = 30.0

    def most_bytes(self, method: str, path: str) -> int:
        """How long the body of such a request may be."""
        return self.upload_bytes if method == "POST" and path.rstrip("/") == UPLOADS else self.body_bytes


class InTime:
    """Middleware: a body that is too long is answered with 413, one that comes too slowly with 408.

    Whoever reads the body is told that the client has left, and whatever it answers to that is replaced.
    """

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._limits.most_bytes(scope["method"], scope["path"])
        body = _Body(receive, send, self._limits, most)
        if _declared(scope) > most:
            body.problem = _too_large(most)
        else:
            try:
                await self._app(scope, body.receive, body.send)
            except ClientDisconnect:
                if not body.problem:
                    raise
        if body.problem and not body.is_answered:
            request_id = str(scope.get("state", {}).get("request_id", ""))
            await problem_response(body.problem, request_id)(scope, receive, send)


class _Body:
    """The body of one request while it comes in, and the answer to it."""

    def __init__(self, receive: Receive, send: Send, limits: Limits, most: int) -> None:
        self.problem: Problem | None = None
        self.is_answered = False
        self._receive = receive
        self._send = send
        self._limits = limits
        self._most = most
        self._is_whole = False
        self._bytes = 0
        self._waited = 0.0  # only while the client is waited for: that we are slow is not its fault

    async def receive(self) -> Message:
        if self.problem:
            return _GONE
        if self._is_whole:
            return await self._receive()
        begin = time.monotonic()
        allowed = self._limits.body_seconds + self._bytes / self._limits.slowest
        try:
            async with asyncio.timeout(allowed - self._waited):
                message = await self._receive()
        except TimeoutError:
            self.problem = Problem(408, "request-timeout", "The body of the request came too slowly.")
            return _GONE
        self._waited += time.monotonic() - begin
        if message["type"] == "http.request":
            self._bytes += len(message.get("body", b""))
            self._is_whole = not message.get("more_body", False)
            if self._bytes > self._most:
                self.problem = _too_large(self._most)
                return _GONE
        return message

    async def send(self, message: Message) -> None:
        if self.problem and not self.is_answered:
            return  # an answer to what was read of the body
        self.is_answered = True
        await self._send(message)


class CloseUnread:
    """Middleware: the connection ends with an answer that comes before the whole request.

    Otherwise the rest of the body would hold the connection, without a time limit. It is closed a little later than the
    answer is sent, and what still comes is thrown away: a connection that is closed on unread bytes is reset, and the
    client would see that in place of the answer.
    """

    def __init__(self, app: ASGIApp, seconds: float = LINGER_SECONDS) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _has_body(scope):
            await self._app(scope, receive, send)
            return
        is_unread, is_closing = True, False

        async def reading() -> Message:
            nonlocal is_unread
            message = await receive()
            is_unread = is_unread and message["type"] == "http.request" and message.get("more_body", False)
            return message

        async def answering(message: Message) -> None:
            nonlocal is_closing
            if message["type"] == "http.response.start" and is_unread:
                is_closing = True
                MutableHeaders(scope=message)["connection"] = "close"
            is_last = message["type"] == "http.response.body" and not message.get("more_body", False)
            if not (is_last and is_closing and is_unread):
                await send(message)
                return
            await send({**message, "more_body": True})
            await _throw_away(reading, self._seconds)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

        await self._app(scope, reading, answering)


async def _throw_away(receive: Receive, seconds: float) -> None:
    left = LINGER_BYTES
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while left > 0:
                message = await receive()
                if message["type"] != "http.request" or not message.get("more_body", False):
                    return
                left -= len(message.get("body", b""))


def _declared(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "")
    return int(length) if length.isascii() and length.isdecimal() else 0


def _has_body(scope: Scope) -> bool:
    return _declared(scope) > 0 or "transfer-encoding" in Headers(scope=scope)


def _too_large(most: int) -> Problem:
    return Problem(413, "too-large", f"The body of this request may have at most {most:,} bytes.")
