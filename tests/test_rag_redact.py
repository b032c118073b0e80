"""Text of others in messages: no key, password or header in it, however it is quoted, and no more than a line."""

from __future__ import annotations

import json
from functools import cache
from urllib.parse import quote

import pytest
from chat_server import KEY, ChatServer, events, failure
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage

from index.errors import ChatModelUnavailable
from rag.llm import load_chat_model, reply, stream_reply
from rag.redact import one_line, public_address, redact

ASKED = [HumanMessage("茶园有多少棵树？")]


@cache
def model() -> BaseChatModel:
    return load_chat_model("openai:m")


@pytest.mark.parametrize(
    "echo",
    [
        "Incorrect API key provided: {key}. Find yours on the page.",
        "key={key}&x=1",
        "{quoted} is no key",
        "sk-te***cdef",
        "sk-t*******************cdef",
        "sk-te...cdef",
        "sk-test-0123…",
        "{start}",
        "…cdef",
        "Authorization: Bearer {key}",
        '{{"Authorization": "Bearer abc.def.ghi"}}',
        "headers {{'x-api-key': '{key}'}}",
        "basic dXNlcjpwYXNzd29yZA==",
        "https://someone:hunter22@host.example/v1?api_key=0123abcd",
        "the password hunter22 is wrong",
    ],
)
def test_no_secret_is_told_however_it_is_quoted(
    chat_server: ChatServer, monkeypatch: pytest.MonkeyPatch, echo: str
) -> None:
    monkeypatch.setenv("SOME_PROXY_URL", "http://someone:hunter22@proxy.example:3128")
    text = echo.format(key=KEY, quoted=quote(KEY, safe=""), start=KEY[:11])
    chat_server.answers(failure(400, text), failure(500, text, retry=False), events({"error": {"message": text}}))
    for _ in range(3):
        with pytest.raises(ChatModelUnavailable) as caught:
            list(stream_reply(model(), ASKED, seconds=20))
        said = str(caught.value)
        for secret in ("sk-t", "0123", "cdef", "abc.def", "dXNl", "hunter22", "someone"):
            assert secret not in said, said


def test_secrets_that_the_environment_does_not_know_are_left_out(chat_server: ChatServer) -> None:
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    chat_server.answers(failure(400, "bad: my-private-word"))
    theirs = ChatOpenAI(model="m", api_key=SecretStr("my-private-word"), base_url=chat_server.url, max_retries=0)
    with pytest.raises(ChatModelUnavailable, match=r"ChatOpenAI: .* bad: \(secret\)"):
        reply(theirs, ASKED)


@pytest.mark.parametrize("key", ["a+b/c=d&e f%g#h1", "密钥密钥密钥密钥", "x" * 500])
def test_a_key_of_any_shape_is_left_out(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("MY_SPECIAL_TOKEN", f" {key} ")
    for form in (key, quote(key, safe=""), quote(key), json.dumps(key, ensure_ascii=False)):
        assert key[:7] not in redact(f"it was {form}, you know")
        assert quote(key)[:7] not in redact(f"it was {form}, you know")


def test_a_short_word_in_a_variable_is_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "none")
    monkeypatch.setenv("OTHER_API_KEY", "")
    assert redact("none of it") == "none of it"


@given(st.text())
def test_any_text_becomes_one_short_line(text: str) -> None:
    line = one_line(text)
    assert len(line) <= 300
    assert line.isprintable()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://user:pw@host:8000/v1/?key=1#x", "http://host:8000/v1"),
        ("https://[::1]:8000/v1", "https://[::1]:8000/v1"),
        ("127.0.0.1:11434", "http://127.0.0.1:11434"),
        (f"https://host/{'a' * 32}/openai", "https://host/…/openai"),
        ("http://host:port/v1", ""),
        ("", ""),
        ("http://[", ""),
    ],
)
def test_an_address_is_shown_without_secrets(url: str, shown: str) -> None:
    assert public_address(url) == shown
