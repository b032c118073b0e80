"""The chat model: loaded by its name, streamed within a budget, its thoughts left out, its answers kept."""

from __future__ import annotations

import contextvars
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from chat_server import HANG, KEY, ChatServer, delta, events, stream
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.fake_chat_models import FakeListChatModel, GenericFakeChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, SystemMessage
from langchain_core.outputs import ChatGenerationChunk

from index.errors import ChatModelUnavailable, InputError
from rag.cache import AnswerCache
from rag.llm import address_of, load_chat_model, name_of, reply, stream_reply
from rag.replies import ThoughtFilter, without_thoughts

ASKED = [SystemMessage("Answer."), HumanMessage("茶园有多少棵树？")]


def replied(chunks: Sequence[AIMessageChunk]) -> str:
    return "".join(chunk.text for chunk in chunks)


loaded = cache(load_chat_model)  # for tests that leave the environment as they find it


def ask(seconds: float = 20, kept: AnswerCache | None = None, of: BaseChatModel | None = None) -> list[AIMessageChunk]:
    return list(stream_reply(of or loaded("openai:m"), ASKED, seconds=seconds, cache=kept))


# streaming


def test_a_reply_streams_with_its_end_and_its_tokens(chat_server: ChatServer) -> None:
    chat_server.answers(stream("三百", "棵", "。", usage=(120, 7)))
    chunks = ask()
    assert [chunk.text for chunk in chunks if chunk.text] == ["三百", "棵", "。"]
    assert [chunk.usage_metadata["total_tokens"] for chunk in chunks if chunk.usage_metadata] == [127]
    assert [found for c in chunks if (found := c.response_metadata.get("finish_reason"))] == ["stop"]
    [asked] = chat_server.requests
    assert (asked["path"], asked["key"], asked["stream"]) == ("/v1/chat/completions", f"Bearer {KEY}", True)
    assert asked["stream_options"] == {"include_usage": True}
    assert [message["role"] for message in asked["messages"]] == ["system", "user"]


def test_a_reply_cut_by_the_models_limit_says_so(chat_server: ChatServer) -> None:
    chat_server.answers(stream("Tea", finish="length"))
    assert "length" in [chunk.response_metadata.get("finish_reason") for chunk in ask()]


@pytest.mark.parametrize(
    ("metadata", "finish"),
    [
        ({"stop_reason": "end_turn"}, "stop"),
        ({"stop_reason": "max_tokens"}, "length"),
        ({"done_reason": "stop"}, "stop"),
        ({"finish_reason": "MAX_TOKENS"}, "length"),
        ({"finish_reason": "content_filter"}, "content_filter"),
        ({"status": "incomplete"}, "length"),
        ({"status": "in_progress"}, None),
    ],
)
def test_the_end_has_one_name_whoever_the_provider(metadata: dict[str, str], finish: str | None) -> None:
    class Provider(FakeListChatModel):
        def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
            yield ChatGenerationChunk(message=AIMessageChunk(content="Tea", response_metadata=metadata))

    first, *_ = stream_reply(Provider(responses=[]), ASKED, seconds=5)
    assert first.response_metadata.get("finish_reason") == finish


def test_a_model_that_does_not_stream_gives_one_piece() -> None:
    class Whole(GenericFakeChatModel):
        disable_streaming: bool = True

    usage = {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}
    model = Whole(messages=iter([AIMessage("Tea grows.", usage_metadata=usage)]), name="whole")
    [only] = stream_reply(model, ASKED, seconds=5)
    assert (only.text, only.usage_metadata) == ("Tea grows.", usage)


class Told(BaseCallbackHandler):
    """Notes what a model's callbacks are told, and in which context."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def on_chat_model_start(self, *args: Any, **kwargs: Any) -> None:
        self.told.append(f"start {kwargs['tags']} {WHERE.get()}")

    def on_llm_end(self, response: Any, **kwargs: Any) -> None:
        self.told.append("end")

    def on_llm_error(self, error: BaseException, **kwargs: Any) -> None:
        self.told.append(type(error).__name__)


WHERE: contextvars.ContextVar[str] = contextvars.ContextVar("WHERE", default="nowhere")


def test_callbacks_tags_and_context_reach_the_model() -> None:
    told = Told()
    token = WHERE.set("here")
    model = FakeListChatModel(responses=["Tea"])
    list(stream_reply(model, ASKED, seconds=5, config={"callbacks": [told], "tags": ["verbatim"]}))
    WHERE.reset(token)
    assert told.told == ["start ['verbatim'] here", "end"]


def test_who_stops_reading_stops_the_model(chat_server: ChatServer) -> None:
    chat_server.answers(events(delta("Tea"), *[0.01, delta(" and")] * 500))
    told = Told()
    pieces = stream_reply(loaded("openai:m"), ASKED, seconds=20, config={"callbacks": [told]})
    assert next(pieces).text == "Tea"
    pieces.close()  # type: ignore[attr-defined]
    assert chat_server.gone.wait(2)
    assert told.told[-1] == "GeneratorExit"


# the budget


@pytest.mark.parametrize(
    "body",
    [
        events(HANG),
        events(delta("Tea"), HANG),
        events(*[0.02, delta(" and")] * 500),
        replace(events(), parts=[0.02, ": still here\n\n"] * 500),
    ],
    ids=["hangs", "hangs midway", "never ends", "drips"],
)
def test_the_budget_holds_whatever_the_server_does(chat_server: ChatServer, body: Any) -> None:
    chat_server.answers(body)
    model = loaded("openai:m")
    started = time.monotonic()
    with pytest.raises(ChatModelUnavailable, match=r"openai:m: no complete answer within 0\.3 seconds"):
        list(stream_reply(model, ASKED, seconds=0.3))
    assert 0.25 < time.monotonic() - started < 2


def test_what_came_before_the_end_of_the_budget_stays(chat_server: ChatServer) -> None:
    chat_server.answers(events(delta("Tea"), delta(" grows"), HANG))
    came: list[AIMessageChunk] = []
    with pytest.raises(ChatModelUnavailable):
        for chunk in stream_reply(loaded("openai:m"), ASKED, seconds=0.3):
            came.append(chunk)
    assert replied(came) == "Tea grows"


def test_what_arrived_in_time_counts_though_it_is_read_late(chat_server: ChatServer) -> None:
    chat_server.answers(stream("Tea", " grows."))
    pieces = stream_reply(loaded("openai:m"), ASKED, seconds=0.5)
    first = next(pieces)
    time.sleep(0.6)
    assert replied([first, *pieces]) == "Tea grows."


# thoughts


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("<think>Hm, 3?</think>Three.", "Three."),
        ("\n<think>\nHm</think>\n\n Three. ", "Three. "),
        ("<think></think>Three <think>.", "Three <think>."),
        ("<think>never done", ""),
        ("<thing>Three", "<thing>Three"),
        (" Three", " Three"),
        ("<thin", "<thin"),
        ("", ""),
    ],
)
def test_thoughts_before_the_answer_are_left_out(said: str, shown: str) -> None:
    assert without_thoughts(said) == shown


@given(
    st.lists(st.sampled_from(["<think>", "</think>", "<th", "ink>", "</", "think", "a", " ", "\n", "茶"])), st.data()
)
def test_it_makes_no_difference_how_a_thought_is_cut(parts: list[str], data: st.DataObject) -> None:
    said = "".join(parts)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(said)))))
    thoughts = ThoughtFilter()
    pieces = [thoughts.feed(said[a:b]) for a, b in zip([0, *cuts], [*cuts, len(said)], strict=True)]
    assert "".join(pieces) + thoughts.rest() == without_thoughts(said)


def test_thoughts_do_not_stream(chat_server: ChatServer) -> None:
    chat_server.answers(stream("<th", "ink>Perhaps", " 4?</thi", "nk>\n\n", "Three", " <think>."))
    assert [chunk.text for chunk in ask() if chunk.text] == ["Three", " <think>."]
    chat_server.answers(stream("<th", "e>"))
    assert replied(ask()) == "<the>"
    chat_server.answers(stream("<thin"))
    assert replied(ask()) == "<thin"
    assert reply(FakeListChatModel(responses=["<think>x</think> OK"]), ASKED) == "OK"


# what is kept


def test_the_same_question_is_answered_from_the_cache(chat_server: ChatServer, tmp_path: Path) -> None:
    answers = AnswerCache(tmp_path / "cache.sqlite")
    chat_server.answers(stream("<think>?</think>三百", "棵。"), stream("Something else."))
    assert replied(ask(kept=answers)) == "三百棵。"
    [kept] = ask(kept=answers)
    assert (kept.text, kept.usage_metadata) == ("三百棵。", None)
    assert kept.response_metadata == {"cached": True, "finish_reason": "stop"}
    assert len(chat_server.requests) == 1
    assert replied(ask()) == "Something else."
    assert replied(ask(kept=answers, of=loaded("openai:other"))) == "Something else."
    assert answers.problem == ""


@pytest.mark.parametrize(
    "body",
    [
        stream("Tea", finish="length"),
        stream("Tea", finish=None),
        stream("", usage=None),
        events(delta("Tea"), "{broken"),
        events(delta("Tea"), HANG),
    ],
    ids=["length", "no end", "empty", "broken", "too late"],
)
def test_only_whole_answers_are_kept(chat_server: ChatServer, tmp_path: Path, body: Any) -> None:
    answers = AnswerCache(tmp_path / "cache.sqlite")
    chat_server.answers(body)
    with suppress(ChatModelUnavailable):
        ask(seconds=0.3, kept=answers)
    chat_server.answers(stream("Tea grows."))
    assert replied(ask(kept=answers)) == "Tea grows."


def test_the_key_is_no_part_of_what_tells_answers_apart(
    chat_server: ChatServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = AnswerCache(tmp_path / "cache.sqlite")
    ask(kept=answers, of=load_chat_model("openai:m"))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-another-key")
    assert ask(kept=answers, of=load_chat_model("openai:m"))[0].response_metadata["cached"]
    [kept] = stream_reply(load_chat_model("openai:m", 5), ASKED, seconds=7, cache=answers)
    assert kept.text == "OK"
    assert len(chat_server.requests) == 1
    monkeypatch.setenv("OPENAI_BASE_URL", chat_server.url + "/other")
    ask(kept=answers, of=load_chat_model("openai:m"))
    model = load_chat_model("openai:m").model_copy(update={"temperature": 0.5})
    assert len(list(stream_reply(model, ASKED, seconds=5, cache=answers))) > 1
    assert len(chat_server.requests) == 3


# the name


def test_a_model_knows_its_name_and_address(chat_server: ChatServer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert name_of(load_chat_model(" openai : m ")) == "openai:m"
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://someone:{KEY}@{chat_server.address}/v1/{'k' * 30}?token={KEY}")
    assert address_of(load_chat_model("openai:m")) == f"http://{chat_server.address}/v1/…"
    monkeypatch.delenv("OPENAI_BASE_URL")
    assert address_of(load_chat_model("openai:m")) == "https://api.openai.com/v1"
    assert (name_of(FakeListChatModel(responses=[])), address_of(FakeListChatModel(responses=[]))) == (
        "FakeListChatModel",
        "",
    )


@pytest.mark.parametrize("name", ["", "gpt-5", "openai:", ":gpt-5", "nobody:gpt-5"])
def test_names_of_no_model(name: str) -> None:
    with pytest.raises(InputError, match=r"provider:model|no provider 'nobody'"):
        load_chat_model(name)


@pytest.mark.parametrize(
    ("module", "name", "install"),
    [
        (
            "langchain_anthropic",
            "anthropic:claude",
            r'langchain-anthropic: pip install "\.\[anthropic\]" in the folder',
        ),
        ("langchain_ollama", "ollama:qwen", r'langchain-ollama: pip install "\.\[ollama\]" in the folder'),
        ("langchain_google_genai", "google_genai:gemini", r'langchain-google-genai: pip install "\.\[google-genai\]"'),
        ("langchain_groq", "groq:llama", "langchain-groq: pip install langchain-groq$"),
        ("langchain.chat_models", "openai:m", "langchain: pip install langchain$"),
    ],
)
def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, module: str, name: str, install: str) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ChatModelUnavailable, match=f"{name} needs the package {install}"):
        load_chat_model(name)


def test_a_missing_key_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(ChatModelUnavailable, match=r"openai:m needs an API key: set OPENAI_API_KEY\.$"):
        load_chat_model("openai:m")
