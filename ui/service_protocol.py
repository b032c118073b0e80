"""uvicorn's HTTP with the time limits that it lacks: for headers to come (slowloris) and for answers to be taken.

uvicorn 0.54 limits only how long a connection may be idle between two requests, and not how long headers may be.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from ui.service_limits import Limits
from ui.service_problems import Problem, problem_response

SLOW_HEADERS = "slow-headers"
LONG_HEADERS = "long-headers"
SLOW_READER = "slow-reader"
SLOWEST_READER = 1_000  # bytes a second

_UPGRADE = re.compile(rb"\r\nUpgrade:", re.IGNORECASE)

_log = logging.getLogger("verbatim.requests")


def timed_protocol(limits: Limits, on_closed: Callable[[str], None]) -> type[asyncio.Protocol]:
    """What uvicorn's `http` setting takes; `on_closed` is told why a connection was broken off."""
    return cast("type[asyncio.Protocol]", partial(TimedProtocol, limits=limits, on_closed=on_closed))


def _without_upgrade(data: bytes) -> bytes:
    """A head that offers to go on in HTTP/2, as Java's clients do: the parser would take the body for that. The offer
    may be passed over (RFC 9110, 7.8); its name is made another one of the same length.
    """
    head, end, body = data.partition(b"\r\n\r\n")
    return _UPGRADE.sub(b"\r\nX-Upgrd:", head) + end + body


class TimedProtocol(HttpToolsProtocol):
    """One connection. It is broken off where

    - headers are not whole `limits.header_seconds` after the connection, or the request, has begun;
    - more than `limits.header_bytes` come that are neither a whole head nor part of a body;
    - of what waits to be sent less than SLOWEST_READER bytes a second are taken, over `limits.write_seconds`.
    """

    def __init__(self, *arguments: Any, limits: Limits, on_closed: Callable[[str], None], **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._limits = limits
        self._on_closed = on_closed
        self._headers_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._unsent = 0  # when the write timer was set; nothing is added until it is over

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        self._headers_came()
        self._was_read()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.cycle is not None and self.cycle.response_complete:
            if not self.transport.get_write_buffer_size():
                self._was_read()  # a client that goes on has its answer, unless it only goes on asking
            self._expect_headers()
        self._head_bytes += len(data)
        super().data_received(_without_upgrade(data) if self._headers_timer else data)
        if self._head_bytes > self._limits.header_bytes:
            self._break_off(LONG_HEADERS)

    def on_headers_complete(self) -> None:
        self._headers_came()
        self._head_bytes = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._head_bytes = 0  # what comes between two pieces, or behind the last, is counted like a head
        super().on_body(body)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._expect_reading()

    def resume_writing(self) -> None:
        self._was_read()
        super().resume_writing()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        # The last of an answer, too little for the transport to say that it waits, would hold the connection.
        if not self.cycle.disconnected and self.transport.get_write_buffer_size():
            self._expect_reading()

    def send_400_response(self, msg: str) -> None:
        """The same answer as a problem, and nothing in the middle of another answer."""
        if self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete:
            self.transport.abort()
            return
        request_id = secrets.token_hex(16)
        response = problem_response(Problem(400, "bad-request", "This is not HTTP as it is read here."), request_id)
        headers = [*self.server_state.default_headers, *response.raw_headers]
        headers += [(b"x-request-id", request_id.encode()), (b"connection", b"close")]
        head = b"".join(b"%b: %b\r\n" % header for header in headers)
        self.transport.write(STATUS_LINE[400] + head + b"\r\n" + bytes(response.body))
        self.transport.close()
        _log.info("request", extra={"status": 400, "outcome": "not HTTP", "request_id": request_id})

    def _expect_headers(self) -> None:
        if self._headers_timer is None:
            self._headers_timer = self.loop.call_later(self._limits.header_seconds, self._break_off, SLOW_HEADERS)

    def _headers_came(self) -> None:
        if self._headers_timer is not None:
            self._headers_timer.cancel()
            self._headers_timer = None

    def _expect_reading(self) -> None:
        if self._write_timer is None:
            self._unsent = self.transport.get_write_buffer_size()
            self._write_timer = self.loop.call_later(self._limits.write_seconds, self._was_it_read)

    def _was_read(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def _was_it_read(self) -> None:
        self._write_timer = None
        before, now = self._unsent, self.transport.get_write_buffer_size()
        if before - now < min(before, SLOWEST_READER * self._limits.write_seconds):
            self._break_off(SLOW_READER)
        elif now:
            self._expect_reading()

    def _break_off(self, reason: str) -> None:
        """End the connection, whatever still waits to be sent; whoever writes the answer is told that nobody reads."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.scope["state"]["broken_off"] = reason
        self.transport.abort()
        self._on_closed(reason)
        _log.info("connection broken off", extra={"reason": reason})
