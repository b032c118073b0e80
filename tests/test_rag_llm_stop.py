"""A chat model that is to stop: before it is asked, while it is silent, while it writes."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from chat_server import HANG, SSE, ChatServer, Reply, delta, event
from langchain_core.messages import HumanMessage

from index.errors import ChatModelUnavailable
from rag.llm import load_chat_model, stream_reply

ASKED = [HumanMessage("茶？")]
BUDGET = 600.0  # seconds: no test waits for its end


def test_what_is_stopped_before_is_not_asked(chat_server: ChatServer) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(ChatModelUnavailable, match="stopped"):
        list(stream_reply(load_chat_model("openai:m"), ASKED, seconds=BUDGET, stop=stop))
    assert chat_server.requests == []


def test_a_silent_model_is_left_at_once(chat_server: ChatServer) -> None:
    stop = threading.Event()

    def silent(asked: dict[str, Any]) -> Reply:
        stop.set()
        return Reply([HANG], content_type=SSE)

    chat_server.answers(silent)
    with pytest.raises(ChatModelUnavailable, match="stopped"):
        list(stream_reply(load_chat_model("openai:m"), ASKED, seconds=BUDGET, stop=stop))
    assert len(chat_server.requests) == 1


def test_what_came_before_stays_good_and_the_server_is_let_go(chat_server: ChatServer) -> None:
    pauses: list[str | float] = [0.05, event(delta("山"))]
    chat_server.answers(Reply([event(delta("茶")), *pauses * 1_000], content_type=SSE))
    stop = threading.Event()
    pieces = stream_reply(load_chat_model("openai:m"), ASKED, seconds=BUDGET, stop=stop)
    assert next(pieces).text == "茶"
    stop.set()
    with pytest.raises(ChatModelUnavailable, match="stopped"):
        list(pieces)
    assert chat_server.gone.wait(20)
