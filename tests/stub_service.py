"""A service on loopback whose answers are a script, and the clients that ask it: OpenAI's own and LangChain's.

with stub_service() as stub:
    stub.answers(WRITTEN)
    stub.answers(0.1, WRITTEN, Problem(…))      # a pause, an answer so far, what goes wrong then
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import openai
import uvicorn
from fastapi import FastAPI, Request
from langchain_openai import ChatOpenAI
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.chat.chat_completion_message import Annotation
from pydantic import SecretStr

from rag.answer import Answer
from ui.service_answers import Asking
from ui.service_openai import openai_router
from ui.service_problems import install_problem_handlers

QUESTION: Any = {"role": "user", "content": "产量？"}
ENDLESS = "endless"
PING = 0.05  # seconds


@dataclass
class Stub:
    """Answers with what is in `coming`, one after the other: a number is a pause, an error is raised."""

    url: str = ""
    coming: list[Answer | float | Exception | str] = field(default_factory=list)
    asked: list[Asking] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)
    setup: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(public_url=""))

    def answers(self, *coming: Answer | float | Exception | str) -> None:
        self.coming = list(coming)
        self.asked.clear()
        self.closed.clear()

    async def stream(self, asking: Asking, request: Request) -> AsyncGenerator[Answer]:
        self.asked.append(asking)
        try:
            for one in self.coming:
                if isinstance(one, Exception):
                    raise one
                if isinstance(one, Answer):
                    yield one
                else:
                    await asyncio.sleep(3600 if one == ENDLESS else float(one))
        finally:
            self.closed.set()


@contextmanager
def running(app: FastAPI) -> Iterator[str]:
    """The application on a free port of this machine; its address."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, timeout_graceful_shutdown=2))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            thread.join(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def stub_service() -> Iterator[Stub]:
    """Only the routes of the chat model, with two chat models on offer."""
    stub = Stub()
    app = FastAPI()
    app.include_router(openai_router(stub.stream, ping=PING))
    install_problem_handlers(app)
    app.state.service = SimpleNamespace(models=("openai:gpt-5-mini", "ollama:qwen"), setup=stub.setup)
    with running(app) as stub.url:
        yield stub


@contextmanager
def openai_client(url: str, timeout: float = 60.0) -> Iterator[openai.OpenAI]:
    """OpenAI's own client, that tries nothing twice."""
    with openai.OpenAI(base_url=f"{url}/v1", api_key="x", max_retries=0, timeout=timeout) as client:
        yield client


def ask(client: openai.OpenAI, *messages: Any, model: str = "verbatim", **more: Any) -> ChatCompletion:
    """An answer in one piece."""
    completion = client.chat.completions.create(model=model, messages=messages or [QUESTION], stream=False, **more)
    assert isinstance(completion, ChatCompletion)
    return completion


def streamed(client: openai.OpenAI, *messages: Any, model: str = "verbatim", **more: Any) -> openai.Stream[Any]:
    """An answer that streams."""
    stream = client.chat.completions.create(model=model, messages=messages or [QUESTION], stream=True, **more)
    assert isinstance(stream, openai.Stream)
    return stream


def text_of(found: list[ChatCompletionChunk]) -> str:
    """What the chunks say together."""
    return "".join(one.choices[0].delta.content or "" for one in found if one.choices)


def marker_of(content: str, annotation: Annotation) -> str:
    return content[annotation.url_citation.start_index : annotation.url_citation.end_index]


@contextmanager
def langchain(url: str) -> Iterator[ChatOpenAI]:
    with openai.DefaultHttpxClient() as http:
        yield model_of(url, http_client=http)


def model_of(url: str, **more: Any) -> ChatOpenAI:
    return ChatOpenAI(
        base_url=f"{url}/v1", api_key=SecretStr("x"), model="verbatim", max_retries=0, stream_usage=True, **more
    )
