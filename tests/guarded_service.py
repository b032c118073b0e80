"""A service of a few lines behind the check of tokens, with a clock that stands still."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2 as httpx
from starlette.types import Receive, Scope, Send

from ui.service_access import Access, AccessRules

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
CHALLENGE = 'Bearer realm="verbatim"'
INVALID = f'{CHALLENGE}, error="invalid_token"'


class Inner:
    """The service behind: notes what reaches it, and answers 200 with the length of the body."""

    def __init__(self) -> None:
        self.scopes: list[Scope] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        if scope["type"] != "http":
            return
        size, more = 0, True
        while more:
            message = await receive()
            size, more = size + len(message.get("body", b"")), message.get("more_body", False)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": str(size).encode()})

    @property
    def state(self) -> Any:
        """What the last request brought along."""
        return self.scopes[-1]["state"]


class Service:
    """The middleware before Inner, with a file of tokens and a clock that stands still."""

    def __init__(self, file: Path, is_required: bool, rate: int) -> None:
        self.file = file
        self.now = START
        self.inner = Inner()
        self.access = Access(self.inner, AccessRules(file, is_required, rate), now=lambda: self.now)

    def ask(
        self,
        path: str = "/v1/search",
        token: str | bytes | None = None,
        method: str = "GET",
        headers: Sequence[tuple[bytes, bytes]] = (),
        content: bytes | AsyncIterator[bytes] = b"",
        root_path: str = "",
    ) -> httpx.Response:
        """One request."""
        if token is not None:
            text = token if isinstance(token, bytes) else token.encode()
            headers = [*headers, (b"Authorization", b"Bearer " + text)]

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.access, root_path=root_path)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                return await client.request(method, path, headers=list(headers), content=content)

        return asyncio.run(asked())


def problem(response: httpx.Response) -> tuple[int, str, str | None]:
    """Status, kind and challenge of an error; its body must be a problem."""
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == response.status_code
    return (
        response.status_code,
        body["type"].removeprefix("urn:verbatim:problem:"),
        response.headers.get("www-authenticate"),
    )
