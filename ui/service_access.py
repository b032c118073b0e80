"""Who may do what in the service: the bearer token of a request (RFC 6750), its scopes, and its rate.

All of it is decided before a byte of the body is read. A token comes in the Authorization header and nowhere else:
addresses stand in logs and histories.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette._utils import get_route_path  # what the routes go by: with --root-path it is not scope["path"]
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from index.errors import InputError
from ui.service_problems import Problem, problem_response
from ui.tokens import READ_AND_WRITE, Token, TokenFile, TokenScope, find

OPEN = {"/healthz", "/readyz", "/openapi.json"}
READING_METHODS = {"GET", "HEAD", "OPTIONS"}
CHALLENGE = 'Bearer realm="verbatim"'
AT_HAND = 2**16  # bytes of a body that the server has read before anyone asks for them

_log = logging.getLogger("verbatim.service")


@dataclass(frozen=True, slots=True)
class AccessRules:
    """The file of the tokens, whether one is needed though the file has none, and how many requests a minute each may
    make that has no rate of its own; 0 for any number.
    """

    file: Path
    is_required: bool
    rate: int


def scope_needed(method: str, path: str) -> TokenScope | None:
    """What a token must allow for this request; None where none is needed. `path` is as the routes see it: decoded,
    and without what a proxy put in front. What is not known needs a token too: nobody else learns what there is.
    """
    if path in OPEN and method in ("GET", "HEAD"):
        return None
    if path.startswith("/v1/jobs") or (path.startswith("/v1/interviews") and method not in READING_METHODS):
        return "write"
    return "read"


class Access:
    """ASGI middleware: lets a request through with `token_name` ("" for nobody's) and `scopes` in its state, or answers
    it with 401, 403, 429 or, where the tokens cannot be read, 503.

    While the file has no token and none is required, everyone may do everything. Once it has had one it stays closed:
    neither losing the file nor removing the last token opens a service that runs.
    """

    def __init__(
        self, app: ASGIApp, rules: AccessRules, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._app = app
        self._rules = rules
        self._now = now
        self._file = TokenFile(rules.file)
        self._is_closed = rules.is_required
        self._told = ""
        # Not limits.aio: its memory storage waits for a thread of the pool, which long answers may fill.
        self._rates = MovingWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # a websocket: there are none here
            await send({"type": "websocket.close", "code": 1008})
            return
        state = scope.setdefault("state", {})
        try:
            self._admit(scope, state)
        except Problem as problem:
            if _has_more_to_come(Headers(scope=scope)):
                problem.headers["Connection"] = "close"  # else the server reads, and drops, all that is sent
            response = problem_response(problem, str(state.get("request_id", "")))
            await response(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _admit(self, scope: Scope, state: MutableMapping[str, Any]) -> None:
        """Note in `state` who it is. Raises Problem."""
        state["token_name"], state["scopes"] = "", frozenset()
        needed = scope_needed(scope["method"], get_route_path(scope))
        if needed is None:
            return
        tokens = self._tokens()
        if not self._is_closed:
            state["scopes"] = READ_AND_WRITE
            return
        token = self._token(tokens, Headers(scope=scope))
        state["token_name"], state["scopes"] = token.name, token.scopes
        if needed not in token.scopes:
            challenge = f'{CHALLENGE}, error="insufficient_scope", scope="{needed}"'
            detail = f"This needs a token that may {needed}; yours may not."
            raise Problem(403, "forbidden", detail, headers={"WWW-Authenticate": challenge})
        self._count(token)

    def _tokens(self) -> tuple[Token, ...]:
        try:
            tokens = self._file.tokens(must_exist=self._is_closed)
        except InputError as error:
            self._is_closed = True
            if self._told != str(error):  # once, not for each request
                _log.error("nobody gets in: the tokens cannot be used", extra={"problem": str(error)})
            self._told = str(error)
            raise Problem(503, "unavailable", "Tokens cannot be checked now; the log says why.") from error
        if self._told:
            _log.info("the tokens can be used again", extra={"tokens": len(tokens)})
        self._told = ""
        self._is_closed = self._is_closed or bool(tokens)
        return tokens

    def _token(self, tokens: tuple[Token, ...], headers: Headers) -> Token:
        """The token that was sent. Raises Problem where it is none, or works no more; a client is not told which."""
        given = bearer(headers)
        if given is None:
            detail = "Send a token, as in: Authorization: Bearer TOKEN"
            raise Problem(401, "unauthorized", detail, headers={"WWW-Authenticate": CHALLENGE})
        token = find(tokens, given)
        if token is not None and not token.is_over(self._now()):
            return token
        if token is not None:
            _log.info("a token was sent that works no more", extra={"token_name": token.name})
        headers_out = {"WWW-Authenticate": f'{CHALLENGE}, error="invalid_token"'}
        raise Problem(401, "unauthorized", "This token is not known here, or works no more.", headers=headers_out)

    def _count(self, token: Token) -> None:
        """Count a request of this token. Raises Problem where it has had as many as it may in the last minute."""
        rate = self._rules.rate if token.rate is None else token.rate
        if not rate:
            return
        item = RateLimitItemPerMinute(rate)
        if self._rates.hit(item, token.name):
            return
        free = self._rates.get_window_stats(item, token.name).reset_time
        wait = max(1, math.ceil(free - self._now().timestamp()))
        detail = f"This token may make {rate} requests a minute. Try again in {wait} s."
        raise Problem(429, "rate-limited", detail, headers={"Retry-After": str(wait)})


def bearer(headers: Headers) -> bytes | None:
    """What stands behind "Bearer", whatever its case, in the one Authorization header; None where none does.

    More headers than one, and a scheme with nothing behind it, give b"", which is nobody's token.
    """
    values = [value for name, value in headers.raw if name == b"authorization"]
    found = [value.strip(b" \t").partition(b" ") for value in values]
    tokens = [token.strip(b" ") for scheme, _, token in found if scheme.lower() == b"bearer"]
    if not tokens:
        return None
    return tokens[0] if len(values) == 1 else b""


def _has_more_to_come(headers: Mapping[str, str]) -> bool:
    """Whether a body may be longer than what has been read of it anyhow."""
    length = headers.get("content-length", "0")
    is_short = length.isascii() and length.isdigit() and len(length) < 10 and int(length) <= AT_HAND
    return "transfer-encoding" in headers or not is_short
