"""A server on loopback that speaks OpenAI's protocol, or anything else: what it answers is a script.

    def test_…(chat_server: ChatServer) -> None:
        chat_server.answers(stream("Tea", " grows."))
        chat_server.answers(failure(429), stream("OK"))     # one after the other; the last one stays

The environment names it as OpenAI's, with a key. It stays at one address for all tests, so that a model loaded once
serves many of them. The fixtures are in conftest.py.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

KEY = "sk-test-0123456789abcdef"
HANG = float("inf")  # seconds: until the test is over
SSE = "text/event-stream"


@dataclass(frozen=True)
class Reply:
    """A status, and a body in parts: text is sent at once, a number is a pause in seconds.

    Streams and bodies of several parts go out in chunks, so that what is `cut` short can be told from what ended.
    """

    parts: Sequence[str | float]
    status: int = 200
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False


def stream(*pieces: str, finish: str | None = "stop", usage: tuple[int, int] | None = (12, 3)) -> Reply:
    """A chat completion that streams."""
    return events(
        *(delta(piece) for piece in pieces),
        *([delta("", finish)] if finish else []),
        *([counted(*usage)] if usage else []),
        "[DONE]",
    )


def events(*data: object) -> Reply:
    """Server-sent events: text is sent as it is, a number is a pause, anything else goes out as JSON."""
    return Reply([one if isinstance(one, float) else event(one) for one in data], content_type=SSE)


def event(data: object) -> str:
    return f"data: {data if isinstance(data, str) else json.dumps(data)}\n\n"


def delta(text: str, finish: str | None = None) -> dict[str, Any]:
    """One piece of a reply."""
    choice = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": finish}
    return {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


def counted(prompt: int, completion: int) -> dict[str, Any]:
    """The event that tells the tokens."""
    usage = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    return {**delta(""), "choices": [], "usage": usage}


def completion(text: str) -> Reply:
    """A chat completion in one piece."""
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    return plain(json.dumps({"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}))


def plain(body: str, status: int = 200) -> Reply:
    """Any body; what does not look like JSON is called a web page. Clients are told not to try again."""
    kind = "application/json" if body.startswith(("{", "[")) else "text/html"
    return Reply([body], status, kind, {"x-should-retry": "false"})


def failure(status: int, message: str = "no", retry: bool = True, **details: object) -> Reply:
    """An error as OpenAI words it; `retry` lets the client try again, and soon."""
    body = json.dumps({"error": {"message": message, **details}})
    return Reply([body], status, headers={"retry-after-ms": "5"} if retry else {"x-should-retry": "false"})


class ChatServer:
    """What the server answers and what it was asked: each request's JSON, with its "path" and "key"."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.url = f"http://{address}/v1"
        self._lock = threading.Lock()
        self.begin()

    def begin(self) -> None:
        """Forget what was asked and is to be answered."""
        self.requests: list[dict[str, Any]] = []
        self.over = threading.Event()  # whoever still waits for an answer is let go
        self.gone = threading.Event()  # a client left before it had the whole body
        self.answers(stream("OK"))

    def answers(self, *replies: Reply | Callable[[dict[str, Any]], Reply]) -> None:
        """Answer with these in turn, and go on with the last; a function makes its answer from the request."""
        self._replies = list(replies)

    def next_reply(self, asked: dict[str, Any]) -> Reply:
        with self._lock:
            self.requests.append(asked)
            reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        return reply(asked) if callable(reply) else reply


@contextmanager
def serving() -> Iterator[ChatServer]:
    """The server, until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            key = self.headers["Authorization"] or self.headers["x-api-key"]
            over, gone = chat.over, chat.gone
            try:
                _send(self, chat.next_reply({**asked, "path": self.path, "key": key}), over)
            except OSError:
                gone.set()
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    chat = ChatServer(f"127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield chat
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def as_openai(server: ChatServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    """The server for one test, named by the environment as OpenAI's."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    server.begin()
    yield server
    server.over.set()


def _send(handler: BaseHTTPRequestHandler, reply: Reply, over: threading.Event) -> None:
    in_chunks = len(reply.parts) != 1 or reply.content_type == SSE
    handler.send_response(reply.status)
    handler.send_header("Content-Type", reply.content_type)
    handler.send_header("Connection", "close")
    for name, value in reply.headers.items():
        handler.send_header(name, value)
    if in_chunks:
        handler.send_header("Transfer-Encoding", "chunked")
    else:
        handler.send_header("Content-Length", str(len(str(reply.parts[0]).encode())))
    handler.end_headers()
    for part in reply.parts:
        if not isinstance(part, str):
            over.wait(None if part == HANG else part)
            continue
        body = part.encode("utf-8", "surrogateescape")
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(body), body) if in_chunks else body)
    if in_chunks and not reply.cut:
        handler.wfile.write(b"0\r\n\r\n")
