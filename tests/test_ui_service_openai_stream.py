"""The archive as a chat model: streams, LangChain's client, and the whole service on the sample interviews."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2 as httpx
import openai
import pytest
from chat_server import ChatServer, Reply, failure, stream
from fastapi import FastAPI
from footnoted import FIRST, SENTENCES, WRITTEN
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from openai.types.chat import ChatCompletionChunk
from sample_archive import sample_index
from stub_service import (
    ENDLESS,
    PING,
    QUESTION,
    Stub,
    ask,
    langchain,
    marker_of,
    model_of,
    openai_client,
    running,
    streamed,
    stub_service,
    text_of,
)

from index.errors import ChatModelUnavailable, InputError
from rag.answer import Note
from rag.conversation import Exchange
from ui.archive import Archive
from ui.service import create_app
from ui.service_access import AccessRules
from ui.service_footnotes import whole_text
from ui.service_problems import Problem
from ui.service_setup import Setup
from ui.writing import Writing


@pytest.fixture(scope="module")
def one_stub() -> Iterator[Stub]:
    with stub_service() as stub:
        yield stub


@pytest.fixture
def stub(one_stub: Stub) -> Stub:
    one_stub.answers(WRITTEN)
    return one_stub


@pytest.fixture
def client(stub: Stub) -> Iterator[openai.OpenAI]:
    with openai_client(stub.url) as client:
        yield client


def sample_service(scratch: Path, *writings: Writing) -> FastAPI:
    """The whole service on the sample interviews; without `writings` it has no chat model."""
    folder = sample_index(scratch)
    rules = AccessRules(scratch / "no-tokens.toml", False, 0)
    return create_app(Setup(Archive(folder, folder, None, ""), rules, writings, is_read_only=True))


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the samples are served."""
    with running(sample_service(tmp_path_factory.getbasetemp())) as url:
        yield url


# streams


def test_sentences_come_one_after_the_other_then_footnotes_then_annotations(client: openai.OpenAI, stub: Stub) -> None:
    stub.answers(replace(WRITTEN, sentences=SENTENCES[:1], citations=(FIRST,)), WRITTEN, WRITTEN)
    found = list(streamed(client, stream_options={"include_usage": True}))
    deltas = [one.choices[0].delta for one in found[:-1]]
    assert (deltas[0].role, deltas[0].content) == ("assistant", "")
    assert deltas[1].content == "林岚说，春天大概做三百斤茶。 [1]"
    assert deltas[2].content == " 记者不信。 [2][1] *(依据较弱: 所引原文没有 500)*"
    assert (deltas[3].content or "").startswith("\n\n[1] 林岚 (受访者)")
    noted = (deltas[4].model_extra or {})["annotations"]
    assert noted == json.loads(
        json.dumps([one.model_dump() for one in ask(client).choices[0].message.annotations or ()])
    )
    assert [one.choices[0].finish_reason for one in found[:-1]] == [None] * 5 + ["stop"]
    assert (found[-2].model_extra or {})["verbatim"]["answered"] is True
    assert found[-1].choices == [] and found[-1].usage and found[-1].usage.total_tokens == 11
    assert text_of(found) == whole_text(WRITTEN).text
    assert len({(one.id, one.created, one.model, one.object) for one in found}) == 1


def test_tokens_are_counted_only_if_asked_for(client: openai.OpenAI) -> None:
    assert all(one.choices and one.usage is None for one in streamed(client))


def test_a_stream_is_what_the_protocol_says(stub: Stub) -> None:
    with httpx.stream(
        "POST", f"{stub.url}/v1/chat/completions", json={"messages": [QUESTION], "stream": True}
    ) as reply:
        assert reply.headers["content-type"].startswith("text/event-stream")
        events = reply.read().decode().split("\n\n")
    assert events[-2:] == ["data: [DONE]", ""]
    assert all(event.startswith("data: {") and "\n" not in event for event in events[:-2])
    [first, *_] = events
    assert json.loads(first.removeprefix("data: "))["choices"] == [
        {"index": 0, "delta": {"role": "assistant", "content": ""}, "logprobs": None, "finish_reason": None}
    ]


def test_a_long_silence_is_broken_by_comments(stub: Stub, client: openai.OpenAI) -> None:
    stub.answers(4 * PING, WRITTEN, 4 * PING, replace(WRITTEN, notes=(Note("broke off", "no"),)))
    with httpx.stream(
        "POST", f"{stub.url}/v1/chat/completions", json={"messages": [QUESTION], "stream": True}
    ) as reply:
        text = reply.read().decode()
    assert text.index(": waiting") < text.index("三百斤") < text.rindex(": waiting") < text.index("[DONE]")
    assert "*答案不完整：no*" in text_of(list(streamed(client)))


@pytest.mark.parametrize("is_streamed", [False, True])
@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Problem(503, "busy", "Too many wait.", headers={"Retry-After": "1"}), openai.InternalServerError),
        (InputError("There is nobody called X."), openai.UnprocessableEntityError),
        (Problem(401, "unauthorized", "Who are you?"), openai.AuthenticationError),
        (Problem(429, "rate-limited", "Wait."), openai.RateLimitError),
    ],
)
def test_what_goes_wrong_at_once_is_told_by_the_status(
    client: openai.OpenAI, stub: Stub, error: Exception, kind: type[openai.APIStatusError], is_streamed: bool
) -> None:
    stub.answers(error)
    with pytest.raises(kind) as raised:
        list(streamed(client)) if is_streamed else ask(client)
    assert str(error) in raised.value.message


@pytest.mark.parametrize("pause", [0.0, 4 * PING])
@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Problem(504, "too-slow", "It took too long."), "It took too long."),
        (ChatModelUnavailable("http://10.0.0.1 says no"), "The chat model cannot be used now."),
    ],
)
def test_what_goes_wrong_midway_is_an_event(
    client: openai.OpenAI, stub: Stub, error: Exception, told: str, pause: float
) -> None:
    stub.answers(*([pause] if pause else [WRITTEN]), error)
    found: list[ChatCompletionChunk] = []
    with pytest.raises(openai.APIError, match=told):
        for one in streamed(client):
            found.append(one)
    assert ("三百斤" in text_of(found)) == (not pause)
    assert stub.closed.wait(5)


@pytest.mark.parametrize("coming", [(WRITTEN, ENDLESS), (4 * PING, ENDLESS)])
def test_the_work_ends_when_a_client_leaves_a_stream(
    client: openai.OpenAI, stub: Stub, coming: tuple[Any, ...]
) -> None:
    stub.answers(*coming)
    with streamed(client) as stream:
        next(iter(stream))
        assert not stub.closed.is_set()
    assert stub.closed.wait(5)


@pytest.mark.parametrize("is_streamed", [False, True])
def test_the_work_ends_when_a_client_leaves_before_it_has_anything(stub: Stub, is_streamed: bool) -> None:
    stub.answers(ENDLESS)
    with openai_client(stub.url, timeout=PING / 2) as client, pytest.raises(openai.APITimeoutError):
        list(streamed(client)) if is_streamed else ask(client)
    assert stub.closed.wait(5)


# LangChain


def test_langchain_invokes_streams_and_batches(stub: Stub) -> None:
    earlier = [SystemMessage("x"), HumanMessage("a"), AIMessage(whole_text(WRITTEN).text)]
    with langchain(stub.url) as model:
        said = model.invoke([*earlier, HumanMessage("b")])
        pieces = list(model.stream("产量？"))
        batch = model.batch(["a", "b", "c"])
    assert said.content == whole_text(WRITTEN).text
    assert said.usage_metadata and said.usage_metadata["total_tokens"] == 11
    assert stub.asked[0].history == (Exchange("a", "林岚说，春天大概做三百斤茶。 记者不信。"),)
    assert "".join(str(one.content) for one in pieces) == said.content
    assert sum(one.usage_metadata["total_tokens"] for one in pieces if one.usage_metadata) == 11
    assert [one.content for one in batch] == [said.content] * 3


def test_langchain_does_so_asynchronously(stub: Stub) -> None:
    async def all_of_it() -> list[object]:
        async with openai.DefaultAsyncHttpxClient() as http:
            model = model_of(stub.url, http_async_client=http)
            pieces = [str(one.content) async for one in model.astream("产量？")]
            batch = await model.abatch(["a", "b"])
            return [(await model.ainvoke("产量？")).content, "".join(pieces), *(one.content for one in batch)]

    assert asyncio.run(all_of_it()) == [whole_text(WRITTEN).text] * 4


# the whole service


@pytest.mark.parametrize(
    "question", ["顾启明在列车上一共值乘过多少个夜晚？", "「石斑一號」斷纜的時候人在多深的海域作業？"]
)
def test_the_samples_answer_in_both_scripts(samples: str, question: str) -> None:
    with openai_client(samples) as client:
        assert [one.id for one in client.models.list()] == ["verbatim", "verbatim-quotes"]
        completion = ask(client, {"role": "user", "content": question})
        again = streamed(client, {"role": "user", "content": question}, model="verbatim-quotes")
        assert text_of(list(again)) == completion.choices[0].message.content
    message = completion.choices[0].message
    for one in message.annotations or ():
        cited = (one.model_extra or {})["verbatim"]
        assert marker_of(message.content or "", one) == f"[{cited['n']}]"
        assert cited["quote"]
        if one.url_citation.url.startswith(samples):
            assert httpx.get(one.url_citation.url).status_code == 200
    assert message.annotations
    plain = httpx.post(f"{samples}/v1/ask", json={"question": question}).json()
    assert [(one.model_extra or {})["verbatim"] for one in message.annotations] == plain["citations"]


def test_the_samples_do_not_say(samples: str) -> None:
    with langchain(samples) as model:
        said = model.invoke("Who won the football world cup in 1930?").content
    assert str(said).startswith("The interviews do not say.\n\n*Nearest passages*")


def test_a_speaker_that_the_samples_do_not_have_is_told(samples: str) -> None:
    with openai_client(samples) as client, pytest.raises(openai.UnprocessableEntityError, match="Nobody At All"):
        streamed(client, extra_body={"verbatim": {"filters": {"speakers": ["Nobody At All"]}}})


def test_a_chat_model_writes_and_is_checked(chat_server: ChatServer, tmp_path_factory: pytest.TempPathFactory) -> None:
    writing = Writing("openai:m", 30.0, 3000, strict=False, no_cache=True)

    def written(asked: dict[str, Any]) -> Reply:
        before, _, _ = asked["messages"][-1]["content"].partition("四千一百一十二")
        number = before.rpartition("\n[")[2].partition("]")[0]  # of the passage that says so
        return stream(f"我有个本子，到调离那天为止，四千一百一十二个[{number}]。", f"他值乘过99999夜[{number}]。")

    chat_server.answers(written)
    question = {"role": "user", "content": "顾启明在列车上一共值乘过多少个夜晚？"}
    with running(sample_service(tmp_path_factory.getbasetemp(), writing)) as url, openai_client(url) as client:
        assert [one.id for one in client.models.list()] == ["verbatim", "verbatim-quotes", "openai:m"]
        found = list(streamed(client, question, model="openai:m", stream_options={"include_usage": True}))
        chat_server.answers(failure(500, "no", retry=False))
        fallen_back = ask(client, question).choices[0].message.content or ""
        quoted = ask(client, question, model="verbatim-quotes").choices[0].message.content or ""
    text = text_of(found)
    assert text.startswith(
        "我有个本子，到调离那天为止，四千一百一十二个。 [1] 他值乘过99999夜。 [1] *(缺乏依据: 所引原文没有 99999"
    )
    assert "\n\n[1] 顾启明 (受访者) · " in text
    assert found[-1].usage and (found[-1].usage.prompt_tokens, found[-1].usage.completion_tokens) == (12, 3)
    assert fallen_back.startswith(quoted)
    assert fallen_back.endswith("*语言模型没有回答：以下为说话人原话*")
