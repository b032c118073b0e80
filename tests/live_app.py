"""An ASGI app behind uvicorn and our protocol, in a thread on a free port of this machine, and raw sockets to it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from ui.service_limits import Limits
from ui.service_protocol import timed_protocol

SECONDS = 10.0  # until a test gives up


def nothing(reason: str) -> None:
    """For tests that do not ask why a connection was broken off."""


@contextmanager
def live(
    app: ASGIApp, limits: Limits, on_closed: Callable[[str], None] = nothing, loop: str = "asyncio"
) -> Iterator[int]:
    """The port of the app while it runs."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            app,
            http=timed_protocol(limits, on_closed),
            loop=loop,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            reset_contextvars=True,
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        wait_until(lambda: server.started)
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(SECONDS)
            assert not thread.is_alive()


@contextmanager
def talking_to(port: int) -> Iterator[socket.socket]:
    """A connection to it."""
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as connection:
        yield connection


def all_that_comes(connection: socket.socket) -> bytes:
    """What the server sends until it closes the connection; fails when it does not close it."""
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def answer_to(connection: socket.socket) -> bytes:
    """One answer with a Content-Length, on a connection that stays open."""
    got = b""
    while b"\r\n\r\n" not in got:
        got += connection.recv(65536)
    head, _, body = got.partition(b"\r\n\r\n")
    [length] = [int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def wait_until(condition: Callable[[], object]) -> None:
    """Wait for what another thread does."""
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)
