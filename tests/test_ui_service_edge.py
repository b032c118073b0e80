"""What every request gets, whatever happens to it: an id, a line in the log, metrics, safe headers."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import pytest
from asgi_calls import BODILESS, call
from fastapi import APIRouter, FastAPI, Request
from hypothesis import given
from hypothesis import strategies as st
from live_app import live, talking_to, wait_until
from read_metrics import value
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.service_edge import Edge
from ui.service_limits import Limits
from ui.service_logs import json_formatter
from ui.service_metrics import Metrics
from ui.service_problems import install_problem_handlers


class Kept(logging.Handler):
    """The records of the log, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    @property
    def last(self) -> dict[str, Any]:
        return vars(self.records[-1])


@pytest.fixture
def log() -> Iterator[Kept]:
    logger, kept = logging.getLogger("verbatim.requests"), Kept()
    level = logger.level
    logger.addHandler(kept)
    logger.setLevel(logging.INFO)
    yield kept
    logger.removeHandler(kept)
    logger.setLevel(level)


def routes() -> FastAPI:
    app, router = FastAPI(), APIRouter(prefix="/v1")
    install_problem_handlers(app)

    @router.get("/interviews/{doc}")
    async def interview(doc: str, request: Request) -> str:
        return str(request.state.request_id)

    @router.get("/broken")
    async def broken() -> str:
        raise RuntimeError("of the inside")

    @router.get("/half")
    async def half() -> StreamingResponse:
        def pieces() -> Iterator[str]:
            yield "half"
            raise RuntimeError("of the inside")

        return StreamingResponse(pieces())

    @router.get("/kept")
    async def kept() -> JSONResponse:
        return JSONResponse(1, headers={"Cache-Control": "max-age=60"})

    @router.get("/named")
    async def named(request: Request) -> Response:
        request.scope["state"]["token_name"] = "newsroom"
        return Response("12345")

    app.include_router(router)
    return app


def edge(app: ASGIApp | None = None) -> tuple[ASGIApp, Metrics]:
    """An app behind the edge; without one the routes above, which FastAPI puts behind it as in the service."""
    metrics = Metrics()
    if app:
        return Edge(app, metrics=metrics), metrics
    service = routes()
    service.add_middleware(Edge, metrics=metrics)
    return service, metrics


def test_an_answer_has_the_id_that_its_route_and_the_log_know(log: Kept) -> None:
    app, metrics = edge()
    answer = call(app, "/v1/interviews/tea?token=vb_secret", [(b"host", b"here"), (b"x-request-id", b"my-id_1.2")])
    assert answer.headers["x-request-id"] == "my-id_1.2"
    assert json.loads(answer.body) == "my-id_1.2"
    assert len(log.records) == 1
    line = log.last
    assert (line["msg"], line["method"], line["route"], line["status"]) == (
        "request",
        "GET",
        "/v1/interviews/{doc}",
        200,
    )
    assert line["bytes"] == len(answer.body)
    assert line["seconds"] >= 0
    assert not {"token", "outcome"} & set(line)
    assert "secret" not in str(line) and "tea" not in str(line["route"])
    assert value(metrics, "verbatim_http_requests_total", method="GET", route="/v1/interviews/{doc}", status="200")
    assert value(metrics, "verbatim_http_in_flight") == 0


@given(sent=st.lists(st.one_of(st.binary(), st.text("aZ0._-", min_size=1).map(str.encode)), max_size=2))
def test_whatever_id_is_sent_the_answer_and_the_log_have_a_safe_one(sent: list[bytes]) -> None:
    app, _ = edge(Response("x"))
    with logged_as_json() as lines:
        answered = call(app, headers=[(b"x-request-id", one) for one in sent]).headers["x-request-id"]
    assert 0 < len(answered) <= 64
    assert set(answered) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
    if len(sent) == 1 and sent[0] and len(sent[0]) <= 64 and set(sent[0]) <= set(b"aZ0._-"):
        assert answered.encode() == sent[0]
    [line] = lines.getvalue().splitlines()
    assert json.loads(line)["request_id"] == answered


@contextmanager
def logged_as_json() -> Iterator[StringIO]:
    """What the log of requests has, as configure_logs has it written."""
    logger, lines = logging.getLogger("verbatim.requests"), StringIO()
    handler, level = logging.StreamHandler(lines), logger.level
    handler.setFormatter(json_formatter())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lines
    logger.removeHandler(handler)
    logger.setLevel(level)


def test_ids_differ() -> None:
    app, _ = edge(Response("x"))
    assert len({call(app).headers["x-request-id"] for _ in range(20)}) == 20


@pytest.mark.parametrize("path", ["/v1/interviews/tea", "/nowhere", "/v1/broken"])
def test_every_answer_has_the_safe_headers(path: str) -> None:
    headers = call(edge()[0], path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"
    assert headers["cross-origin-resource-policy"] == "same-origin"


def test_what_a_route_says_of_caching_and_cors_of_origins_stays() -> None:
    assert call(edge()[0], "/v1/kept").headers["cache-control"] == "max-age=60"
    cors = CORSMiddleware(routes(), allow_origins=["https://page.example"])
    headers = call(edge(cors)[0], "/v1/kept", [(b"origin", b"https://page.example")]).headers
    assert headers["access-control-allow-origin"] == "https://page.example"
    assert "cross-origin-resource-policy" not in headers


def test_an_error_nobody_foresaw_is_told_without_its_trace_and_logged_with_it(log: Kept) -> None:
    app, metrics = edge()
    answer = call(app, "/v1/broken")
    told = json.loads(answer.body)
    assert (answer.status, told["type"]) == (500, "urn:verbatim:problem:internal")
    assert told["request_id"] == answer.headers["x-request-id"]
    assert b"inside" not in answer.body and b"Traceback" not in answer.body
    failure, line = log.records
    assert failure.exc_info and "of the inside" in str(failure.exc_info[1])
    assert (vars(line)["status"], vars(line)["outcome"]) == (500, "failed")
    assert value(metrics, "verbatim_http_requests_total", method="GET", route="/v1/broken", status="500") == 1


def test_an_answer_that_fails_half_way_is_not_ended_as_if_whole(log: Kept) -> None:
    answer = call(edge()[0], "/v1/half", coming=[BODILESS])
    assert (answer.status, answer.body, answer.is_whole) == (200, b"half", False)
    assert len(answer.starts) == 1
    assert (log.last["status"], log.last["outcome"]) == (200, "failed")


def test_unknown_paths_and_methods_are_counted_as_other(log: Kept) -> None:
    app, metrics = edge()
    for path in ("/a", "/b", "/v1/secret/../path"):
        assert call(app, path, method="BREW").status == 404
    assert value(metrics, "verbatim_http_requests_total", method="other", route="other", status="404") == 3
    assert log.last["route"] == "other"


def test_the_name_of_the_token_is_logged(log: Kept) -> None:
    call(edge()[0], "/v1/named")
    assert (log.last["token"], log.last["bytes"]) == ("newsroom", 5)


@pytest.mark.parametrize(("status", "reason"), [(401, "unauthorized"), (429, "rate-limited"), (503, "unavailable")])
def test_who_is_turned_away_is_counted(status: int, reason: str) -> None:
    app, metrics = edge(Response(status_code=status))
    call(app)
    assert value(metrics, "verbatim_http_rejected_total", reason=reason) == 1


async def reads_until_it_left(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def raises_that_it_left(scope: Scope, receive: Receive, send: Send) -> None:
    raise ClientDisconnect


async def answers_to_nobody(scope: Scope, receive: Receive, send: Send) -> None:
    await reads_until_it_left(scope, receive, send)
    await Response("x", 400)(scope, receive, send)


async def is_stopped_when_it_left(scope: Scope, receive: Receive, send: Send) -> None:
    await reads_until_it_left(scope, receive, send)
    raise asyncio.CancelledError


@pytest.mark.parametrize("app", [reads_until_it_left, raises_that_it_left, answers_to_nobody, is_stopped_when_it_left])
def test_a_client_that_leaves_is_no_error(log: Kept, app: ASGIApp) -> None:
    outer, metrics = edge(app)
    call(outer)
    assert (log.last["status"], log.last["outcome"], log.last["levelname"]) == (499, "client left", "INFO")
    assert len(log.records) == 1
    assert value(metrics, "verbatim_http_requests_total", method="GET", route="other", status="499") == 1


def test_a_client_that_leaves_after_the_answer_has_not_left() -> None:
    async def listens_on(scope: Scope, receive: Receive, send: Send) -> None:
        await Response("x")(scope, receive, send)
        await reads_until_it_left(scope, receive, send)

    app, metrics = edge(listens_on)
    call(app)
    assert value(metrics, "verbatim_http_requests_total", method="GET", route="other", status="200") == 1


def test_a_fault_is_logged_even_when_the_client_has_left(log: Kept) -> None:
    async def falls(scope: Scope, receive: Receive, send: Send) -> None:
        await reads_until_it_left(scope, receive, send)
        raise KeyError("fault")

    answer = call(edge(falls)[0])
    assert answer.status == 0
    assert log.records[0].exc_info
    assert (log.last["status"], log.last["outcome"]) == (499, "failed")


def test_who_is_cut_off_by_the_stop_of_the_service_is_told_so(log: Kept) -> None:
    async def is_stopped(scope: Scope, receive: Receive, send: Send) -> None:
        raise asyncio.CancelledError

    answer = call(edge(is_stopped)[0])
    assert (answer.status, answer.headers["connection"]) == (503, "close")
    assert (log.last["status"], log.last["outcome"]) == (503, "stopped")


def test_a_slow_reader_is_named_in_the_log(log: Kept) -> None:
    async def endless(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while not scope["state"].get("broken_off"):
            await send({"type": "http.response.body", "body": b"x" * 65_536, "more_body": True})
        assert (await receive())["type"] == "http.disconnect"

    app, metrics = edge(endless)
    limits = Limits(write_seconds=0.1)
    with live(app, limits, metrics.count_rejected) as port, talking_to(port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        wait_until(lambda: any(record.getMessage() == "request" for record in log.records))
    [line] = [vars(record) for record in log.records if record.getMessage() == "request"]
    assert (line["status"], line["outcome"]) == (499, "slow-reader")
    assert value(metrics, "verbatim_http_rejected_total", reason="slow-reader") == 1


def test_a_client_that_closes_its_connection_has_left(log: Kept) -> None:
    service, metrics = routes(), Metrics()

    @service.get("/stream")
    async def stream() -> StreamingResponse:
        async def pieces() -> AsyncIterator[str]:
            while True:
                yield "more"
                await asyncio.sleep(0.01)

        return StreamingResponse(pieces())

    service.add_middleware(Edge, metrics=metrics)
    with live(service, Limits()) as port:
        with talking_to(port) as connection:
            connection.sendall(b"GET /stream HTTP/1.1\r\nHost: here\r\n\r\n")
            connection.recv(65536)
        wait_until(lambda: log.records)
    assert (log.last["route"], log.last["status"], log.last["outcome"]) == ("/stream", 499, "client left")


def test_nothing_behind_the_edge_sees_a_websocket() -> None:
    sent: list[Message] = []

    async def unreachable(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    async def connect() -> None:
        await edge(unreachable)[0]({"type": "websocket", "path": "/v1/ask"}, receive, send)

    asyncio.run(connect())
    assert sent == [{"type": "websocket.close", "code": 1008}]
