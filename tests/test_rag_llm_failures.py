"""What goes wrong with a chat model: one line for each, that says what to do and tells no secret."""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from chat_server import HANG, KEY, SSE, ChatServer, Reply, completion, delta, events, failure, plain, stream
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langchain_core.messages import HumanMessage

from index.errors import ChatModelUnavailable, ContextTooLong, VerbatimError
from rag import llm
from rag.llm import load_chat_model, stream_reply
from rag.llm_errors import Asked, explain

ASKED = [HumanMessage("茶园有多少棵树？")]
OPENAI = Asked("openai:m", "http://127.0.0.1:8000/v1")


@cache
def model() -> BaseChatModel:
    """The model behind the server, as the first test that asks for it finds the environment."""
    return load_chat_model("openai:m")


def ask(seconds: float = 20, of: BaseChatModel | None = None) -> str:
    return "".join(chunk.text for chunk in stream_reply(of or model(), ASKED, seconds=seconds))


def failed(says: str = ": ", seconds: float = 20, of: BaseChatModel | None = None) -> ChatModelUnavailable:
    """The error of asking, which says what it should and holds nothing that is not to be shown."""
    with pytest.raises(ChatModelUnavailable, match=says) as caught:
        ask(seconds, of)
    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None
    assert str(error).startswith("openai:m: ")
    assert len(str(error)) <= 300
    assert "\n" not in str(error)
    assert KEY not in str(error)
    return error


# trying again


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503])
def test_what_may_pass_is_tried_again(chat_server: ChatServer, status: int) -> None:
    chat_server.answers(failure(status), failure(status), stream("Tea grows."))
    assert ask() == "Tea grows."
    assert len(chat_server.requests) == 3


def test_what_does_not_pass_is_given_up(chat_server: ChatServer) -> None:
    chat_server.answers(failure(503, "overloaded"))
    failed(r"the server is in trouble \(status 503\). Try again later. overloaded")
    assert len(chat_server.requests) == 1 + llm.RETRIES


def test_a_connection_that_is_dropped_is_tried_again(chat_server: ChatServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openai._base_client.INITIAL_RETRY_DELAY", 0.01)
    chat_server.answers(Reply([""], headers={"Content-Encoding": "gzip"}, cut=True, status=500), stream("Tea"))
    assert ask() == "Tea"


@pytest.mark.parametrize("wait", ["1000", "100", "Fri, 31 Dec 2100 23:59:59 GMT"])
def test_a_server_that_wants_us_to_wait_does_not_hold_us(chat_server: ChatServer, wait: str) -> None:
    chat_server.answers(replace(failure(429, "slowly"), headers={"Retry-After": wait}))
    started = time.monotonic()
    failed("Try again later|no complete answer within 0.3 seconds", 0.3)
    assert time.monotonic() - started < 3


def test_nothing_is_tried_again_once_text_has_come(chat_server: ChatServer) -> None:
    chat_server.answers(replace(events(delta("Tea")), cut=True), stream("Tea grows."))
    failed("the answer broke off: the connection was lost")
    assert len(chat_server.requests) == 1


# the server's refusals


@pytest.mark.parametrize(
    ("refusal", "says"),
    [
        (failure(401, f"Incorrect API key provided: {KEY}"), r"the API key was refused; .*\(OPENAI_API_KEY\)"),
        (failure(403, "Country not supported"), "refused for this request; .* Country not supported"),
        (failure(400, "API key not valid. Please pass a valid API key."), "the API key was refused"),
        (failure(404, "The model `m` does not exist"), r"does not know this model; .*\(OPENAI_BASE_URL\)"),
        (failure(400, "no", code="model_not_found"), "does not know this model"),
        (failure(400, "Model Not Exist"), "does not know this model"),
        (plain("<html><body>404 Not Found</body></html>", 404), "does not know this model"),
        (failure(429, "Rate limit reached", retry=False), "no more requests for now.*Rate limit reached"),
        (failure(429, "x", retry=False, code="insufficient_quota"), "no credit left"),
        (failure(402, "Insufficient Balance"), "no credit left.*Insufficient Balance"),
        (plain("<!DOCTYPE html><p>Bad gateway", 502), r"in trouble \(status 502\)"),
        (failure(422, "unknown field stream_options"), "status 422: unknown field stream_options"),
        (failure(418, "x\n" * 500), "status 418: x x"),
        (failure(400, "\x1b[31mred\u202e"), r"status 400: \[31mred$"),
    ],
)
def test_refusals_say_what_to_do(chat_server: ChatServer, refusal: Reply, says: str) -> None:
    chat_server.answers(refusal)
    assert not isinstance(failed(says), ContextTooLong)


def test_a_key_that_is_wanted_and_not_set(chat_server: ChatServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    chat_server.answers(failure(401, "no key"))
    failed("the server wants an API key: set OPENAI_API_KEY.", of=load_chat_model("openai:m"))


@pytest.mark.parametrize(
    "refusal",
    [
        failure(400, "This model's maximum context length is 8192 tokens.", code="context_length_exceeded"),
        failure(400, "no", code="context_length_exceeded"),
        failure(400, "the request exceeds the available context size", type="exceed_context_size_error"),
        failure(500, "the request exceeds the available context size. try increasing it", retry=False),
        failure(400, "This model's maximum context length is 4096 tokens. However, you requested 9000 tokens."),
        failure(400, "Range of input length should be [1, 30720]"),
        failure(400, "prompt is too long: 210000 tokens > 200000 maximum"),
        failure(400, "The input token count (40000) exceeds the maximum number of tokens allowed (32768)."),
        failure(422, "Please reduce the length of the messages."),
        failure(413, "Request too large"),
        plain("<html>413 Request Entity Too Large</html>", 413),
        events({"error": {"message": "Input exceeds the context window", "code": "context_length_exceeded"}}),
    ],
)
def test_a_prompt_that_does_not_fit_is_told_apart(chat_server: ChatServer, refusal: Reply) -> None:
    chat_server.answers(refusal)
    assert isinstance(failed("the prompt does not fit into the model's context"), ContextTooLong)


# nonsense


@pytest.mark.parametrize(
    "nonsense",
    [
        plain("<html>Welcome to nginx</html>"),
        plain('{"detail": "hello"}'),
        plain("[1, 2]"),
        plain(""),
        completion("A whole completion, though a stream was asked for."),
        Reply(["data: {broken\n\n"], content_type=SSE),
        Reply(['data: "text"\n\n'], content_type=SSE),
        Reply(["data: [1]\n\n"], content_type=SSE),
        Reply(["data: \udcff\n\n", "x"], content_type=SSE),
        Reply([f"data: {'[' * 100_000}\n\n"], content_type=SSE),
        events("[DONE]"),
        events({"detail": "hello"}),
        events({"choices": 3}),
        events({"choices": [{"delta": "text"}]}),
        events({"choices": [{"delta": None}]}),
        events({"choices": ["text"]}),
        events({"choices": [{"text": "of the older protocol"}]}),
        stream("", finish=None),
        Reply(["\0" * 1000], content_type="application/octet-stream"),
    ],
)
def test_an_answer_that_is_no_completion(chat_server: ChatServer, nonsense: Reply) -> None:
    chat_server.answers(nonsense)
    assert str(failed()) == (
        f"openai:m: {chat_server.url} answered with something that is no chat completion; "
        "check the address (OPENAI_BASE_URL)."
    )


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (stream("", finish="length"), r"the model gave an empty answer \(finish_reason: length\)"),
        (stream("<think>Hm", finish="length"), r"empty answer \(finish_reason: length\)"),
        (stream(" \n"), r"empty answer \(finish_reason: stop\)"),
        (stream("", finish="content_filter"), "content_filter"),
    ],
)
def test_an_answer_without_words(chat_server: ChatServer, body: Reply, says: str) -> None:
    chat_server.answers(body)
    failed(says)


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        (["{broken"], "something that is no chat completion"),
        ([{"error": {"message": "out of memory"}}], "out of memory"),
        ([{"error": {"message": "maximum context length reached"}}], "maximum context length reached"),
        ([], "without saying that it was complete"),
        (["[DONE]"], "without saying that it was complete"),
    ],
)
def test_an_answer_that_breaks_off(chat_server: ChatServer, rest: list[object], why: str) -> None:
    chat_server.answers(events(delta("Tea"), delta(" grows"), *rest))
    came = []
    with pytest.raises(ChatModelUnavailable, match=f"openai:m: the answer broke off: .*{why}") as caught:
        for chunk in stream_reply(model(), ASKED, seconds=20):
            came.append(chunk.text)
    assert "".join(came) == "Tea grows"
    assert not isinstance(caught.value, ContextTooLong)


def test_a_server_that_falls_silent(chat_server: ChatServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llm, "RETRIES", 0)
    chat_server.answers(events(delta("Tea"), HANG))
    impatient = load_chat_model("openai:m", 0.1)
    failed("the server fell silent", of=impatient)
    chat_server.answers(events(HANG))
    failed("did not answer in time", of=impatient)


# the network


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (
            f"http://someone:{KEY}@127.0.0.1:9/v1",
            r"nothing answers at http://127\.0\.0\.1:9/v1; is the server running\?",
        ),
        (f"http://someone:{KEY}@no-such-host.invalid/v1", r"the name of the server at http://no-such-host\.invalid/v1"),
        ("127.0.0.1:9/v1", "is not a web address, such as"),
        ("ftp://127.0.0.1:9/v1", "is not a web address, such as"),
        ("nonsense", "is not a web address, such as"),
    ],
)
@pytest.mark.usefixtures("chat_server")
def test_addresses_that_lead_nowhere(monkeypatch: pytest.MonkeyPatch, url: str, says: str) -> None:
    monkeypatch.setattr(llm, "RETRIES", 0)
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    assert "OPENAI_BASE_URL" in str(failed(says, of=load_chat_model("openai:m")))


def test_https_where_only_http_is_spoken(chat_server: ChatServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llm, "RETRIES", 0)
    monkeypatch.setenv("OPENAI_BASE_URL", f"https://{chat_server.address}/v1")
    failed("no secure connection to the server", of=load_chat_model("openai:m"))


def test_a_certificate_that_is_not_trusted() -> None:
    cause = ssl.SSLCertVerificationError(1, "certificate verify failed")
    cause.verify_message = "self-signed certificate"
    error = ConnectionError("Connection error.")
    error.__cause__ = cause
    assert "(self-signed certificate); check the address (OPENAI_BASE_URL)" in str(explain(error, OPENAI))


# other providers


class Refused(Exception):
    """What a provider raises; it has what it is given."""

    def __init__(self, text: str, **details: Any) -> None:
        super().__init__(text)
        self.__dict__.update(details)


class ConnectTimeout(Exception):
    pass


@pytest.mark.parametrize(
    ("name", "error", "says"),
    [
        ("ollama:qwen", ConnectionRefusedError("no"), r"nothing answers; is .* \(OLLAMA_HOST\)"),
        ("ollama:qwen", Refused('model "qwen" not found, try pulling it first', status_code=404), "try pulling it"),
        ("ollama:qwen", Refused("<html>Bad gateway", status_code=502), r"in trouble \(status 502\).*with a web page"),
        ("google_genai:g", Refused("API key not valid", code=400), r"refused; .*\(GOOGLE_API_KEY\)"),
        ("google_genai:g", Refused("slow down", code=429), "no more requests for now"),
        ("anthropic:c", TypeError("Could not resolve authentication method"), "set ANTHROPIC_API_KEY"),
        ("anthropic:c", Refused("credit balance is too low", status_code=400), "no credit left"),
        ("x:y", Refused("who?", response=type("Response", (), {"status_code": 401})()), r"refused; .* \(X_API_KEY\)"),
        ("x:y", ConnectTimeout(), "cannot be reached; check the network and the address"),
        ("x:y", TimeoutError(), "did not answer in time"),
        ("x:y", socket.gaierror(-2, "unknown"), "the name of the server is not known"),
        ("x:y", Refused(""), "Refused"),
        ("x:y", ValueError("temperature is too high"), "temperature is too high"),
    ],
)
def test_errors_of_other_providers(monkeypatch: pytest.MonkeyPatch, name: str, error: Exception, says: str) -> None:
    for variable in ("ANTHROPIC_API_KEY", "GOOGLE_API_KEY", "X_API_KEY"):
        monkeypatch.setenv(variable, "a-secret-of-this-test")
    said = explain(error, Asked(name))
    with pytest.raises(VerbatimError, match=f"^{name}: .*{says}"):
        raise said


def test_a_model_of_someone_elses_fails_in_one_line() -> None:
    class Broken(FakeListChatModel):
        def _stream(self, *args: Any, **kwargs: Any) -> Any:
            raise RuntimeError("out\nof order " * 100)

    with pytest.raises(ChatModelUnavailable, match=r"^Broken: out of order .*…$"):
        list(stream_reply(Broken(responses=[]), ASKED, seconds=5))
