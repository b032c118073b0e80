"""Headers that come slowly, answers that nobody takes: with real connections and short limits."""

from __future__ import annotations

import json
import socket
import time

import pytest
from live_app import all_that_comes, answer_to, live, nothing, talking_to, wait_until
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from ui.service_limits import Limits

QUICK = Limits(header_seconds=0.15, write_seconds=0.2, header_bytes=2_000)
PATIENT = Limits(header_bytes=2_000)
GET = b"GET / HTTP/1.1\r\nHost: here\r\n"
POST = b"POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"
HUGE = b"x" * 12_000_000  # more than the buffers of both ends


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("hello")(scope, receive, send)


async def huge(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(HUGE)(scope, receive, send)


@pytest.mark.parametrize("sent", [b"", b"GET / HT", GET, GET + b"X-More: wor"])
def test_headers_that_do_not_come_whole_end_the_connection(sent: bytes) -> None:
    reasons: list[str] = []
    with live(hello, QUICK, reasons.append) as port, talking_to(port) as connection:
        connection.sendall(sent)
        assert all_that_comes(connection) == b""
        wait_until(lambda: reasons == ["slow-headers"])


def test_headers_byte_by_byte_get_no_more_time() -> None:
    with live(hello, QUICK) as port, talking_to(port) as connection, pytest.raises(OSError):  # the connection is gone
        for _ in range(400):  # 4 seconds, where 0.15 are allowed
            connection.sendall(b"a")
            time.sleep(0.01)


def test_a_second_request_has_the_same_limit() -> None:
    reasons: list[str] = []
    with live(hello, QUICK, reasons.append) as port, talking_to(port) as connection:
        connection.sendall(GET + b"\r\n")
        assert answer_to(connection).endswith(b"hello")
        connection.sendall(b"GET / HT")
        assert all_that_comes(connection) == b""
        wait_until(lambda: reasons == ["slow-headers"])


def test_who_pauses_between_two_requests_is_not_slow() -> None:
    with live(hello, QUICK) as port, talking_to(port) as connection:
        for _ in range(2):
            connection.sendall(GET + b"\r\n")
            assert answer_to(connection).endswith(b"hello")
            time.sleep(0.3)  # twice the limit, and less than an idle connection may last


def test_a_request_in_two_parts_within_the_limit_is_answered() -> None:
    with live(hello, PATIENT) as port, talking_to(port) as connection:
        connection.sendall(GET[:20])
        time.sleep(0.05)
        connection.sendall(GET[20:] + b"\r\n")
        assert answer_to(connection).endswith(b"hello")


@pytest.mark.parametrize(
    ("begun", "endless"),
    [
        (b"GET /", b"a" * 20_000),
        (GET + b"X-Long: ", b"a" * 20_000),
        (GET, b"X-Short: 1\r\n" * 2_000),
        (POST, b"1;" + b"a" * 20_000),
        (POST + b"1\r\nx\r\n0\r\n", b"T: 1\r\n" * 4_000),
    ],
    ids=["path", "value", "headers", "chunk extension", "trailers"],
)
def test_headers_without_end_are_not_kept(begun: bytes, endless: bytes) -> None:
    reasons: list[str] = []

    async def silent(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    with live(silent, PATIENT, reasons.append) as port, talking_to(port) as connection:
        connection.sendall(begun)
        time.sleep(0.05)
        connection.sendall(endless)
        assert all_that_comes(connection) == b""
        wait_until(lambda: reasons == ["long-headers"])


def test_a_long_body_is_no_header() -> None:
    async def length(scope: Scope, receive: Receive, send: Send) -> None:
        body, more = 0, True
        while more:
            message = await receive()
            body, more = body + len(message["body"]), message["more_body"]
        await PlainTextResponse(str(body))(scope, receive, send)

    with live(length, PATIENT) as port, talking_to(port) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000)
        assert answer_to(connection).endswith(b"100000")
        connection.sendall(POST)
        connection.sendall(b"a\r\n0123456789\r\n" * 1_000 + b"0\r\n\r\n")
        assert answer_to(connection).endswith(b"10000")


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_an_answer_that_nobody_takes_is_broken_off(loop: str) -> None:
    pytest.importorskip("uvloop")
    states: list[dict[str, object]] = []
    ended: list[bool] = []
    reasons: list[str] = []

    async def endless(scope: Scope, receive: Receive, send: Send) -> None:
        states.append(scope["state"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while not ended:
            await send({"type": "http.response.body", "body": b"x" * 65_536, "more_body": True})
            if states[0].get("broken_off"):
                ended.append((await receive())["type"] == "http.disconnect")

    with live(endless, QUICK, reasons.append, loop) as port, talking_to(port) as connection:
        connection.sendall(GET + b"\r\n")
        wait_until(lambda: ended)
    assert ended == [True]
    assert reasons == ["slow-reader"]
    assert states[0]["broken_off"] == "slow-reader"


def test_the_end_of_an_answer_that_nobody_takes_holds_nothing() -> None:
    """It is too little to make the transport say that it waits: only the timer behind the answer is left."""
    reasons: list[str] = []

    async def just_too_much(scope: Scope, receive: Receive, send: Send) -> None:
        transport = getattr(receive, "__self__").transport  # noqa: B009 - uvicorn's
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        transport.set_write_buffer_limits(high=10_000_000)
        await PlainTextResponse(HUGE, headers={"Connection": "close"})(scope, receive, send)

    with live(just_too_much, QUICK, reasons.append) as port, talking_to(port) as connection:
        connection.sendall(GET + b"\r\n")
        wait_until(lambda: reasons == ["slow-reader"])


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_who_reads_slowly_but_reads_has_it_all(loop: str) -> None:
    """However long it takes: one large piece is a long wait for the transport."""
    pytest.importorskip("uvloop")
    reasons: list[str] = []
    with live(huge, QUICK, reasons.append, loop) as port, talking_to(port) as connection:
        connection.sendall(GET + b"Connection: close\r\n\r\n")
        begin, got = time.monotonic(), 0
        while part := connection.recv(500_000):
            got += len(part)
            time.sleep(0.02)
        assert got > len(HUGE)
        assert time.monotonic() - begin > 2 * QUICK.write_seconds
    assert reasons == []


@pytest.mark.parametrize("nonsense", [b"\x16\x03\x01\x02\x00", b"HELO there\r\n\r\n", GET + b"Bad Name: 1\r\n\r\n"])
def test_what_is_not_http_is_told_so_as_a_problem(nonsense: bytes) -> None:
    with live(hello, PATIENT, nothing) as port, talking_to(port) as connection:
        connection.sendall(nonsense)
        head, _, body = all_that_comes(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/problem+json" in head
    told = json.loads(body)
    assert told["status"] == 400
    assert f"x-request-id: {told['request_id']}".encode() in head


def test_nonsense_behind_a_request_does_not_get_into_its_answer() -> None:
    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"begun", "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass

    with live(slow, PATIENT) as port, talking_to(port) as connection:
        connection.sendall(GET + b"\r\n")
        begun = b""
        while b"begun" not in begun:
            begun += connection.recv(65536)
        connection.sendall(b"\x16\x03nonsense\r\n\r\n")
        assert b"HTTP/1.1 400" not in all_that_comes(connection)


def test_who_takes_nothing_but_goes_on_asking_is_slow() -> None:
    reasons: list[str] = []
    with live(huge, QUICK, reasons.append) as port, talking_to(port) as connection:
        connection.sendall(GET + b"\r\n")
        time.sleep(0.05)  # until the answer waits to be taken
        connection.sendall(GET + b"\r\n")
        wait_until(lambda: reasons == ["slow-reader"])


def test_a_body_behind_an_offer_of_http2_is_read() -> None:
    """As Java's client sends it over plain HTTP."""

    async def echo(scope: Scope, receive: Receive, send: Send) -> None:
        body = await Request(scope, receive).body()
        await PlainTextResponse(body)(scope, receive, send)

    head = b"POST / HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nHost: here\r\nhttp2-settings: AAEAAEAA\r\n"
    with live(echo, PATIENT) as port, talking_to(port) as connection:
        for body in (b"hello", b"\r\nUpgrade: what is sent stays\r\n\r\n"):
            connection.sendall(head + b"upgrade: h2c\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            assert answer_to(connection).endswith(b"\r\n\r\n" + body)
