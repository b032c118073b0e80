"""The outermost layer of the service: each request gets an id and a line in the log, each answer its safe headers."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import time
from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from ui.service_limits import CloseUnread
from ui.service_metrics import OTHER, Metrics
from ui.service_problems import BY_STATUS, Problem, problem_response

REQUEST_ID = "X-Request-ID"
LONGEST_PATH = 300
CLIENT_LEFT = 499  # nginx's number; nobody is sent it
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_USABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:/?#@\[\]\s]+)(?::[0-9]*)?")
_REJECTIONS = frozenset({401, 403, 408, 413, 429, 503})
_SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}

_log = logging.getLogger("verbatim.requests")


class Edge:
    """Middleware, the outermost one: request id, log line, metrics, security headers, and what nobody else caught."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = CloseUnread(app)
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":  # there is none here, and nothing behind this looks at them
            await send({"type": "websocket.close", "code": 1008})
        else:
            request_id = _request_id(scope)
            scope.setdefault("state", {})["request_id"] = request_id
            exchange = _Exchange(receive, send, request_id)
            with bound_contextvars(request_id=request_id), self._metrics.in_flight.track_inprogress():
                try:
                    await self._answer(scope, exchange)
                finally:
                    self._note(scope, exchange)

    async def _answer(self, scope: Scope, exchange: _Exchange) -> None:
        """Have the request answered. Nothing is raised: the server would only log it a second time."""
        problem: Problem | None = None
        try:
            await self._app(scope, exchange.receive, exchange.send)
        except ClientDisconnect:
            exchange.has_left = True
        except asyncio.CancelledError:
            exchange.outcome = "stopped"
            problem = Problem(503, "unavailable", "The service is stopping.", headers={"Connection": "close"})
        except Exception as error:  # noqa: BLE001 - whatever a route did not foresee
            exchange.outcome = "failed"
            _log.error("request failed", exc_info=error)
            problem = Problem(500, "internal", "The log has more under this request id.")
        if problem and not exchange.status and not exchange.has_left:
            await problem_response(problem, exchange.request_id)(scope, exchange.receive, exchange.send)
        # An answer that is broken off is left so: the server closes the connection, and the client can tell.

    def _note(self, scope: Scope, exchange: _Exchange) -> None:
        """Log and count a request that is over."""
        outcome = exchange.outcome
        if scope["state"].get("broken_off"):
            outcome = str(scope["state"]["broken_off"])  # by service_protocol.py
        elif exchange.has_left and outcome != "failed":
            outcome = "client left"
        status = CLIENT_LEFT if exchange.has_left else exchange.status or 500
        route = str(getattr(scope.get("route"), "path", ""))
        seconds = (exchange.end or time.perf_counter()) - exchange.begin
        self._metrics.count_request(scope["method"], route, status, seconds)
        if status in _REJECTIONS:
            self._metrics.count_rejected(BY_STATUS[status])
        told = {
            "method": scope["method"][:20],
            "route": route or OTHER,
            "path": scope["path"][:LONGEST_PATH],
            "client": (scope.get("client") or ("",))[0],
            "status": status,
            "seconds": seconds,
            "bytes": exchange.bytes,
        }
        if token := scope["state"].get("token_name"):
            told["token"] = token
        if outcome:
            told["outcome"] = outcome
        _log.log(logging.WARNING if status >= 500 else logging.INFO, "request", extra=told)


class _Exchange:
    """One request and the answer to it, as they pass. `status` is 0 until the answer begins, `end` 0 until it ends."""

    def __init__(self, receive: Receive, send: Send, request_id: str) -> None:
        self.request_id = request_id
        self.status = 0
        self.bytes = 0
        self.outcome = ""
        self.has_left = False
        self.begin = time.perf_counter()
        self.end = 0.0
        self._receive = receive
        self._send = send

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.disconnect" and not self.end:
            self.has_left = True
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message.setdefault("headers", [])
            _secure(MutableHeaders(scope=message), self.request_id)
        await self._send(message)
        if message["type"] == "http.response.body":
            self.bytes += len(message.get("body", b""))
            if not message.get("more_body", False):
                self.end = time.perf_counter()


class KnownHosts:
    """Middleware: only requests that call this service by one of `hosts` are let in; any, where there are none. Pages
    of other sites may change nothing, unless they are among the `origins`.

    Against pages whose name is made to point here (DNS rebinding), and forms that any page may send (CSRF).
    """

    def __init__(self, app: ASGIApp, hosts: Sequence[str], origins: Sequence[str] = ()) -> None:
        self._app = app
        self._hosts = frozenset(_without_brackets(host) for host in hosts)
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        problem: Problem | None = None
        if scope["type"] == "http":
            if self._hosts and not self._is_known(scope):
                problem = Problem(400, "bad-request", "This service is not called by that host name.")
            elif scope["method"] not in SAFE and self._is_foreign(Headers(scope=scope)):
                problem = Problem(403, "forbidden", "Pages of other sites may not do this; --origin allows one.")
        if problem is None:
            await self._app(scope, receive, send)
            return
        await problem_response(problem, str(scope.get("state", {}).get("request_id", "")))(scope, receive, send)

    def _is_known(self, scope: Scope) -> bool:
        named = Headers(scope=scope).getlist("host")
        found = _HOST.fullmatch(named[0]) if len(named) == 1 else None
        return found is not None and _without_brackets(found[1]) in self._hosts

    def _is_foreign(self, headers: Headers) -> bool:
        """Whether a browser says that a page from elsewhere asks; other programs say nothing."""
        origin = headers.get("origin")
        if origin in self._origins:
            return False
        is_own = origin is None or origin.partition("://")[2] == headers.get("host")
        return not is_own or headers.get("sec-fetch-site") in ("cross-site", "same-site")


def _without_brackets(host: str) -> str:
    return host.lower().removeprefix("[").removesuffix("]")


def _request_id(scope: Scope) -> str:
    """The client's own, where it can be used."""
    sent = Headers(scope=scope).getlist(REQUEST_ID)
    return sent[0] if len(sent) == 1 and _USABLE_ID.fullmatch(sent[0]) else secrets.token_hex(16)


def _secure(headers: MutableHeaders, request_id: str) -> None:
    for name, value in _SECURITY_HEADERS.items():
        headers.setdefault(name, value)
    if "access-control-allow-origin" not in headers:
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers[REQUEST_ID] = request_id
