"""The archive as a chat model: what the openai client gets in one piece. Streams: test_ui_service_openai_stream.py."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

import openai
import pytest
from footnoted import DECLINED, FIRST, QUOTED, WRITTEN
from stub_service import QUESTION, Stub, ask, openai_client, streamed, stub_service

from rag.answer import Note
from rag.conversation import NOT_SAID, Exchange
from rag.filters import Filters
from ui.jsonl import json_line
from ui.service_answers import Asking
from ui.service_footnotes import whole_text


@pytest.fixture(scope="module")
def one_stub() -> Iterator[Stub]:
    with stub_service() as stub:
        yield stub


@pytest.fixture
def stub(one_stub: Stub) -> Stub:
    one_stub.answers(WRITTEN)
    one_stub.setup.public_url = ""
    return one_stub


@pytest.fixture
def client(stub: Stub) -> Iterator[openai.OpenAI]:
    with openai_client(stub.url) as client:
        yield client


# models


def test_the_default_quotations_and_each_chat_model_are_models(client: openai.OpenAI) -> None:
    names = [one.id for one in client.models.list()]
    assert names == ["verbatim", "verbatim-quotes", "openai:gpt-5-mini", "ollama:qwen"]
    for name in names:
        assert client.models.retrieve(name).owned_by == "verbatim"


def test_a_model_that_there_is_not_is_not_found(client: openai.OpenAI, stub: Stub) -> None:
    for refused in (lambda: client.models.retrieve("gpt-5"), lambda: ask(client, model="gpt-5")):
        with pytest.raises(openai.NotFoundError) as raised:
            refused()
        assert raised.value.code == "model_not_found"
        assert "verbatim-quotes" in raised.value.message
    assert not stub.asked


def test_the_model_says_who_writes(client: openai.OpenAI, stub: Stub) -> None:
    for model, told in {"verbatim": "", "verbatim-quotes": "quotes", "ollama:qwen": "ollama:qwen"}.items():
        assert ask(client, model=model).model == model
        assert stub.asked[-1].model == told


# an answer in one piece


def test_an_answer_is_a_completion_with_annotations(client: openai.OpenAI, stub: Stub) -> None:
    completion = ask(client)
    [choice] = completion.choices
    content = choice.message.content or ""
    assert (choice.finish_reason, choice.message.role, content) == ("stop", "assistant", whole_text(WRITTEN).text)
    cited = choice.message.annotations or []
    assert [content[one.url_citation.start_index : one.url_citation.end_index] for one in cited] == [
        "[1]",
        "[2]",
        "[1]",
    ]
    assert [one.url_citation.url for one in cited] == [FIRST.url, f"{stub.url}/v1/passages/tea%231", FIRST.url]
    assert (cited[0].model_extra or {})["verbatim"] == json.loads(json_line(asdict(FIRST)))
    assert completion.usage
    assert (completion.usage.prompt_tokens, completion.usage.completion_tokens, completion.usage.total_tokens) == (
        9,
        2,
        11,
    )
    assert (completion.model_extra or {})["verbatim"] == {
        "answered": True,
        "mode": "llm",
        "model": "openai:m",
        "language": "zh-Hans",
        "asked_as": "产量？",
        "understood": [],
        "notes": [],
    }


def test_an_answer_that_is_not_whole_says_so(client: openai.OpenAI, stub: Stub) -> None:
    stub.answers(replace(WRITTEN, notes=(Note("cached"), Note("broke off", "it was stopped"))))
    assert ask(client).choices[0].finish_reason == "length"
    assert [one.choices[0].finish_reason for one in streamed(client)][-1] == "length"


def test_links_lead_to_the_public_address(client: openai.OpenAI, stub: Stub) -> None:
    for address in ("https://archive.example.org/verbatim", "https://archive.example.org/verbatim/"):
        stub.setup.public_url = address
        cited = ask(client).choices[0].message.annotations or []
        annotated = list(streamed(client))[-2].choices[0].delta.model_extra or {}
        assert cited[1].url_citation.url == "https://archive.example.org/verbatim/v1/passages/tea%231"
        assert annotated["annotations"] == [one.model_dump() for one in cited]


def test_quotations_cost_no_tokens(client: openai.OpenAI, stub: Stub) -> None:
    stub.answers(replace(QUOTED, usage={}))
    completion = ask(client)
    assert completion.usage and completion.usage.total_tokens == 0
    assert (completion.choices[0].message.content or "").startswith("> 春天最多，大概三百斤。 [1]\n\n")


def test_what_steers_a_chat_model_is_let_be(client: openai.OpenAI, stub: Stub) -> None:
    tools = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
    ask(client, temperature=0.3, max_tokens=5, top_p=0.1, stop=["x"], user="me", seed=1, n=1, tools=tools)
    assert stub.asked == [Asking("产量？")]


def test_filters_go_into_an_extension(client: openai.OpenAI, stub: Stub) -> None:
    told = {"filters": {"speakers": ["林岚"], "since": "2024"}, "top_k": 3, "strict": True, "as_is": True}
    ask(client, extra_body={"verbatim": told})
    chosen = Filters(speakers=("林岚",), since="2024")
    assert stub.asked == [Asking("产量？", filters=chosen, top_k=3, strict=True, understand=False)]


@pytest.mark.parametrize(
    "told",
    [
        {"filters": {"speaker": ["林岚"]}},
        {"filter": {}},
        {"top_k": 0},
        {"top_k": 51},
        {"filters": {"since": "spring"}},
        {"strict": "yes"},
    ],
)
def test_a_misspelt_extension_is_refused(client: openai.OpenAI, stub: Stub, told: dict[str, Any]) -> None:
    with pytest.raises(openai.UnprocessableEntityError, match="/verbatim/"):
        ask(client, extra_body={"verbatim": told})
    assert not stub.asked


# the conversation


def test_what_was_said_before_is_history_without_footnotes(client: openai.OpenAI, stub: Stub) -> None:
    ask(
        client,
        {"role": "system", "content": "You are a pirate."},
        {"role": "assistant", "content": "Welcome!"},
        {"role": "user", "content": [{"type": "text", "text": "产量？"}, {"type": "text", "text": "多少？"}]},
        {"role": "assistant", "content": whole_text(WRITTEN).text},
        {"role": "user", "content": "Who is he?"},
        {"role": "assistant", "content": None, "tool_calls": []},
        {"role": "tool", "content": "42", "tool_call_id": "1"},
        {"role": "assistant", "content": whole_text(DECLINED).text},
        {"role": "user", "content": "And why?"},
    )
    [asking] = stub.asked
    assert asking.question == "And why?"
    assert asking.history == (
        Exchange("产量？\n多少？", "林岚说，春天大概做三百斤茶。 记者不信。"),
        Exchange("Who is he?", NOT_SAID["en"]),
    )


def test_the_last_message_of_a_user_is_the_question(client: openai.OpenAI, stub: Stub) -> None:
    ask(client, QUESTION, {"role": "assistant", "content": "Let me think"})
    assert (stub.asked[0].question, stub.asked[0].history) == ("产量？", ())


def test_only_the_last_exchanges_are_kept(client: openai.OpenAI, stub: Stub) -> None:
    ask(client, *({"role": "user", "content": str(number)} for number in range(30)))
    assert [one.question for one in stub.asked[0].history] == [str(number) for number in range(21, 29)]


PICTURE = {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "http://127.0.0.1/x.png"}}]}
SOUND = {"role": "user", "content": [{"type": "text", "text": "?"}, {"type": "input_audio", "input_audio": {}}]}


@pytest.mark.parametrize(
    ("messages", "more", "pointer"),
    [
        ([QUESTION], {"n": 2}, "body#/n"),
        ([{"role": "system", "content": "x"}], {}, "body#/messages"),
        ([PICTURE], {}, "body#/messages/0/content/0"),
        ([QUESTION, SOUND], {}, "body#/messages/1/content/1"),
    ],
)
def test_what_cannot_be_asked_is_a_bad_request(
    client: openai.OpenAI, stub: Stub, messages: list[dict[str, Any]], more: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        ask(client, *messages, **more)
    assert raised.value.response.json()["errors"][0]["pointer"] == pointer
    assert not stub.asked


def test_pictures_of_earlier_messages_are_let_be(client: openai.OpenAI, stub: Stub) -> None:
    ask(client, PICTURE, {"role": "assistant", "content": "A cat."}, SOUND, QUESTION)
    assert stub.asked[0].question == "产量？"
    assert stub.asked[0].history == (Exchange("", "A cat."), Exchange("?"))


@pytest.mark.parametrize("messages", [[], [{"role": "owner", "content": "x"}], [{"role": "user", "content": 5}], ["x"]])
def test_what_is_no_conversation_is_refused(client: openai.OpenAI, messages: list[Any]) -> None:
    with pytest.raises(openai.UnprocessableEntityError, match="/messages"):
        ask(client, extra_body={"messages": messages})
