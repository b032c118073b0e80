"""One request to an ASGI app, as a server makes it, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from starlette.types import ASGIApp, Message

BODILESS: Message = {"type": "http.request", "body": b"", "more_body": False}
LEFT: Message = {"type": "http.disconnect"}


class Answer:
    """What was sent."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self.starts = [message for message in messages if message["type"] == "http.response.start"]
        bodies = [message for message in messages if message["type"] == "http.response.body"]
        self.status = self.starts[0]["status"] if self.starts else 0
        self.headers = {name.decode(): text.decode() for name, text in self.starts[0]["headers"]} if self.starts else {}
        self.body = b"".join(message.get("body", b"") for message in bodies)
        self.is_whole = bool(bodies) and not bodies[-1].get("more_body", False)


def call(
    app: ASGIApp,
    path: str = "/",
    headers: Sequence[tuple[bytes, bytes]] = ((b"host", b"here"),),
    method: str = "GET",
    coming: Sequence[Message] = (BODILESS, LEFT),
) -> Answer:
    """One request as a server makes it; `coming` is what it receives."""
    sent: list[Message] = []
    left = iter(coming)

    async def receive() -> Message:
        if (message := next(left, None)) is None:
            await asyncio.Event().wait()
        assert message
        return message

    async def send(message: Message) -> None:
        sent.append(message)

    path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": list(headers),
        "root_path": "",
        "scheme": "http",
        "http_version": "1.1",
        "server": ("here", 80),
        "client": ("there", 1),
    }

    async def run() -> None:
        await app(scope, receive, send)

    asyncio.run(run())
    return Answer(sent)
