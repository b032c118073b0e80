"""Bodies that are too long or come too slowly, with real connections: each is told so, and its connection ends."""

from __future__ import annotations

import asyncio
import json
import time

import pytest
from fastapi import FastAPI, Request
from live_app import all_that_comes, answer_to, live, talking_to
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.service_limits import CloseUnread, InTime, Limits
from ui.service_problems import install_problem_handlers

SMALL = Limits(body_bytes=1_000, upload_bytes=50_000, body_seconds=0.2, slowest=100_000)


def small_app(limits: Limits = SMALL, linger: float = 0.1) -> ASGIApp:
    app = FastAPI()
    install_problem_handlers(app)

    @app.post("/v1/ask")
    async def ask(request: Request, body: dict[str, str]) -> int:
        return len(body["question"])

    @app.post("/v1/interviews")
    async def upload(request: Request) -> int:
        return len(await request.body())

    @app.post("/v1/careless")
    async def careless(request: Request) -> str:
        try:
            await request.body()
        except Exception:  # noqa: BLE001 - as a route may do by mistake
            return "all is well"
        return "read"

    app.add_middleware(InTime, limits=limits)
    return CloseUnread(app, linger)


def post(path: str, *headers: str) -> bytes:
    lines = (f"POST {path} HTTP/1.1", "Host: here", "Content-Type: application/json", *headers)
    return "\r\n".join((*lines, "", "")).encode()


def asked(length: int) -> bytes:
    """A question as a body of so many bytes."""
    return b'{"question": "' + b"x" * (length - 16) + b'"}'


def in_chunks(body: bytes, size: int = 100) -> bytes:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)


def problem(answer: bytes) -> tuple[int, str]:
    """The status and the kind of a problem whose answer closes the connection."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"connection: close" in head
    assert b"content-type: application/problem+json" in head
    told = json.loads(body)
    assert head.startswith(b"HTTP/1.1 %d " % told["status"])
    return told["status"], told["type"].removeprefix("urn:verbatim:problem:")


def test_a_body_of_just_the_limit_is_read_and_the_connection_stays() -> None:
    with live(small_app(), SMALL) as port, talking_to(port) as connection:
        for _ in range(2):
            connection.sendall(post("/v1/ask", "Content-Length: 1000") + asked(1_000))
            assert answer_to(connection).endswith(b"984")
        connection.sendall(post("/v1/ask", "Transfer-Encoding: chunked") + in_chunks(asked(1_000)) + b"0\r\n\r\n")
        assert answer_to(connection).endswith(b"984")


@pytest.mark.parametrize(
    "request_bytes",
    [
        post("/v1/ask", "Content-Length: 1001") + asked(1_001),
        post("/v1/ask", "Content-Length: 1000000000"),  # nothing of it need come
        post("/v1/ask", "Content-Length: " + "9" * 15),
        post("/v1/ask", "Transfer-Encoding: chunked") + in_chunks(asked(100_000)),
        post("/v1/careless", "Transfer-Encoding: chunked") + in_chunks(asked(1_500)),
        post("/v1/interviews", "Content-Length: 50001") + b"x" * 50_001,
        post("/v1/interviews", "Transfer-Encoding: chunked") + in_chunks(b"x" * 50_001, 5_000),
    ],
)
def test_too_much_is_refused(request_bytes: bytes) -> None:
    with live(small_app(), SMALL) as port, talking_to(port) as connection:
        connection.sendall(request_bytes)
        assert problem(all_that_comes(connection)) == (413, "too-large")


def test_where_all_of_too_much_has_come_the_connection_stays() -> None:
    with live(small_app(), SMALL) as port, talking_to(port) as connection:
        for _ in range(2):
            connection.sendall(post("/v1/ask", "Transfer-Encoding: chunked") + in_chunks(asked(1_001)) + b"0\r\n\r\n")
            assert answer_to(connection).startswith(b"HTTP/1.1 413 ")


def test_a_long_upload_is_taken_where_uploads_are() -> None:
    with live(small_app(), SMALL) as port, talking_to(port) as connection:
        connection.sendall(post("/v1/interviews", "Content-Length: 50000") + b"x" * 50_000)
        assert answer_to(connection).endswith(b"50000")


def test_the_answer_is_seen_by_who_is_still_sending() -> None:
    """Bytes that come behind the answer must not reset the connection."""
    with live(small_app(linger=5.0), SMALL) as port, talking_to(port) as connection:
        connection.sendall(post("/v1/ask", "Content-Length: 500000"))
        for _ in range(5):
            time.sleep(0.02)
            connection.sendall(b"x" * 100_000)
        assert problem(all_that_comes(connection)) == (413, "too-large")


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/interviews", "/v1/careless"])
@pytest.mark.parametrize("header", ["Content-Length: 900", "Transfer-Encoding: chunked"])
def test_a_body_that_does_not_come_whole_is_not_waited_for(path: str, header: str) -> None:
    with live(small_app(), SMALL) as port, talking_to(port) as connection:
        connection.sendall(post(path, header) + (b"" if "900" in header else b"5\r\nabc"))
        assert problem(all_that_comes(connection)) == (408, "request-timeout")


def test_bytes_that_trickle_in_get_no_more_time() -> None:
    with live(small_app(), SMALL) as port, talking_to(port) as connection:
        connection.sendall(post("/v1/ask", "Content-Length: 900"))
        connection.settimeout(0.02)
        for _ in range(200):
            connection.sendall(b"x")
            try:
                answer = connection.recv(65536)
            except TimeoutError:
                continue
            assert answer.startswith(b"HTTP/1.1 408 ")
            return
    pytest.fail("it was waited for")


def test_a_slow_upload_that_goes_on_gets_through() -> None:
    """Longer than `body_seconds`, since each piece that comes gives it more time."""
    limits = Limits(body_seconds=0.2, slowest=10_000)
    with live(small_app(limits), limits) as port, talking_to(port) as connection:
        connection.sendall(post("/v1/interviews", "Content-Length: 20000"))
        for _ in range(10):
            connection.sendall(b"x" * 2_000)
            time.sleep(0.05)
        assert answer_to(connection).endswith(b"20000")


def test_the_default_limits_let_a_dsl_line_send_twenty_megabytes() -> None:
    limits = Limits()
    size, speed = 20_000_000, 100_000
    assert size / speed < limits.body_seconds + size / limits.slowest
    assert size < limits.most_bytes("POST", "/v1/interviews")
    assert limits.most_bytes("POST", "/v1/ask") == limits.most_bytes("DELETE", "/v1/interviews") == 1024 * 1024


def test_an_answer_before_the_body_was_read_ends_the_connection() -> None:
    """Whoever sends no more of a body would hold it for ever."""
    with live(small_app(), SMALL) as port, talking_to(port) as connection:
        connection.sendall(post("/nowhere", "Content-Length: 900"))
        assert problem(all_that_comes(connection)) == (404, "not-found")


def test_who_asks_before_sending_is_not_told_to_send() -> None:
    with live(small_app(), SMALL) as port, talking_to(port) as connection:
        connection.sendall(post("/nowhere", "Content-Length: 900", "Expect: 100-continue"))
        assert problem(all_that_comes(connection)) == (404, "not-found")


def test_our_own_time_is_not_the_clients() -> None:
    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        more = True
        while more:
            more = (await receive()).get("more_body", False)
            await asyncio.sleep(0.15)
        await PlainTextResponse("read")(scope, receive, send)

    coming: list[Message] = [{"type": "http.request", "body": b"x", "more_body": more} for more in (True, True, False)]
    assert sent_by(InTime(slow, SMALL), coming)[0]["status"] == 200


def test_after_the_body_the_client_may_stay_as_long_as_it_likes() -> None:
    async def listens(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        assert (await receive())["type"] == "http.disconnect"
        await PlainTextResponse("it left")(scope, receive, send)

    coming: list[Message] = [{"type": "http.request", "body": b""}, {"type": "http.disconnect"}]
    assert sent_by(InTime(listens, SMALL), coming, pause=0.3)[0]["status"] == 200


def sent_by(app: ASGIApp, coming: list[Message], pause: float = 0.0) -> list[Message]:
    """What an app sends when `coming` comes, with a pause before all but the first."""
    sent: list[Message] = []
    left = iter(coming)

    async def receive() -> Message:
        if pause and sent_any:
            await asyncio.sleep(pause)
        sent_any.append(True)
        return next(left)

    async def send(message: Message) -> None:
        sent.append(message)

    sent_any: list[bool] = []
    scope = {"type": "http", "method": "POST", "path": "/v1/ask", "headers": [(b"transfer-encoding", b"chunked")]}

    async def run() -> None:
        await app(scope, receive, send)

    asyncio.run(run())
    return sent
