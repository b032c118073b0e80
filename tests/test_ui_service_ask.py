"""POST /v1/ask and /v1/search: the same answers as everywhere else, whole or as events."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from chat_server import ChatServer, failure, stream
from fastapi.testclient import TestClient
from sample_archive import sample_index, sample_retriever
from sample_service import LAMP, client_of, open_setup

from index.errors import StorageError
from rag.chain import ask
from rag.conversation import Exchange
from rag.filters import Filters
from rag.understood import search
from ui import service_answers
from ui.jsonl import json_line
from ui.service_logs import json_formatter
from ui.writing import Writing


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.getbasetemp()


@pytest.fixture(scope="module")
def client(scratch: Path) -> Iterator[TestClient]:
    with client_of(open_setup(sample_index(scratch))) as client:
        yield client


def plain(record: dict[str, Any]) -> dict[str, Any]:
    """Without what differs from one time to the next."""
    return {key: value for key, value in record.items() if key != "timings"}


def as_json(record: Any) -> dict[str, Any]:
    return plain(json.loads(json_line(asdict(record))))


def events(text: str) -> list[tuple[str, Any]]:
    """(name, data) of each server-sent event."""
    blocks = [block.splitlines() for block in text.split("\n\n") if block and not block.startswith(":")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]


def test_an_answer_is_that_of_the_command_line(client: TestClient, scratch: Path) -> None:
    answered = client.post("/v1/ask", json={"question": LAMP})
    assert answered.status_code == 200
    assert plain(answered.json()) == as_json(ask(sample_retriever(scratch), LAMP))
    assert answered.json()["citations"][0]["speaker"] == "魏长庚"


def test_a_search_is_that_of_the_command_line(client: TestClient, scratch: Path) -> None:
    found = client.post("/v1/search", json={"question": "顧啟明一共值乘過多少個夜晚？", "top_k": 3})
    expected = as_json(search(sample_retriever(scratch), "顧啟明一共值乘過多少個夜晚？", 3))
    assert plain(found.json()) == expected
    assert len(expected["hits"]) == 3


def test_history_and_filters_reach_the_flow(client: TestClient, scratch: Path) -> None:
    before = [Exchange(LAMP, "…")]
    filters = Filters(speakers=("魏长庚",), since="2000", languages=("zh",))
    body = {
        "question": "那后来换成了什么灯？",
        "history": [{"question": LAMP, "answer": "…"}],
        "filters": {"speakers": ["魏长庚"], "since": "2000", "languages": ["zh"]},
        "top_k": 4,
        "max_chars": 400,
        "as_is": True,
    }
    expected = ask(
        sample_retriever(scratch),
        "那后来换成了什么灯？",
        history=before,
        filters=filters,
        top_k=4,
        max_chars=400,
        understand=False,
    )
    assert plain(client.post("/v1/ask", json=body).json()) == as_json(expected)


@pytest.mark.parametrize("by", ["body", "header"])
def test_a_streamed_answer_has_its_sentences_and_then_the_whole(client: TestClient, by: str) -> None:
    body = {"question": LAMP, **({"stream": True} if by == "body" else {})}
    headers = {"Accept": "text/event-stream"} if by == "header" else {}
    streamed = client.post("/v1/ask", json=body, headers=headers)
    assert streamed.headers["content-type"].startswith("text/event-stream")
    *sentences, (last, whole) = events(streamed.text)
    assert last == "answer"
    assert [name for name, _ in sentences] == ["sentence"] * len(whole["sentences"])
    assert [data["sentence"] for _, data in sentences] == whole["sentences"]
    assert [one for _, data in sentences for one in data["citations"]] == whole["citations"]
    assert plain(whole) == plain(client.post("/v1/ask", json={"question": LAMP}).json())


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"question": "   "}, "question is empty"),
        ({"question": "？！"}, "no word in it"),
        ({"question": ""}, "body#/question"),
        ({"question": "灯" * 10_001}, "body#/question"),
        ({"question": LAMP, "top_k": 0}, "body#/top_k"),
        ({"question": LAMP, "top_k": "5"}, "body#/top_k"),
        ({"question": LAMP, "topk": 5}, "body#/topk"),
        ({"question": LAMP, "filters": {"since": "last year"}}, "body#/filters/since"),
        ({"question": LAMP, "filters": {"since": "2023-02-30"}}, "body#/filters"),
        ({"question": LAMP, "filters": {"since": "2024", "until": "2023"}}, "body#/filters"),
        ({"question": LAMP, "filters": {"languages": ["Chinese!"]}}, "body#/filters/languages/0"),
        ({"question": LAMP, "filters": {"speakers": ["nobody at all"]}}, "no speaker called"),
        ({"question": LAMP, "filters": {"interviews": ["nothing"]}}, "No interview is called"),
        ({"question": LAMP, "model": "openai:gpt-5"}, "no model of that name"),
    ],
)
@pytest.mark.parametrize("streamed", [False, True])
def test_what_cannot_be_asked_is_told_by_status(
    client: TestClient, body: dict[str, Any], told: str, streamed: bool
) -> None:
    answered = client.post("/v1/ask", json={**body, "stream": streamed})
    problem = answered.json()
    assert (answered.status_code, answered.headers["content-type"]) == (422, "application/problem+json")
    assert told in problem["detail"]
    assert problem["request_id"] == answered.headers["x-request-id"]


def test_a_lone_surrogate_and_broken_json_are_told(client: TestClient) -> None:
    for content in (b'{"question": "\\ud800 lamp"}', b'{"question": ', b"\xff\xfe", b"[]", b"null"):
        answered = client.post("/v1/ask", content=content, headers={"Content-Type": "application/json"})
        assert answered.status_code in (400, 422), content
        assert answered.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b'{"question": "?"}', "application/x-www-form-urlencoded", 415),
        (b'{"question": "x"}', "text/plain", 415),
        (b'{"question": ', "application/json", 400),
        (b"", "application/json", 422),
    ],
)
def test_bodies_that_are_no_json(client: TestClient, content: bytes, kind: str, status: int) -> None:
    for path in ("/v1/ask", "/v1/search", "/v1/chat/completions"):
        answered = client.post(path, content=content, headers={"Content-Type": kind})
        assert (answered.status_code, answered.headers["content-type"]) == (status, "application/problem+json")


@pytest.mark.parametrize(
    ("accept", "stream", "is_streamed"),
    [
        ("application/json, text/event-stream;q=0", None, False),
        ("text/event-stream", False, False),
        ("text/event-stream, */*", None, True),
        ("*/*", True, True),
    ],
)
def test_who_wants_events_gets_them(client: TestClient, accept: str, stream: bool | None, is_streamed: bool) -> None:
    answered = client.post("/v1/ask", json={"question": LAMP, "stream": stream}, headers={"Accept": accept})
    assert answered.headers["content-type"].startswith("text/event-stream") == is_streamed


def test_the_names_that_the_list_of_models_has(client: TestClient) -> None:
    for name in [model["id"] for model in client.get("/v1/models").json()["data"]]:
        assert client.post("/v1/ask", json={"question": LAMP, "model": name}).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"question": LAMP, **{f"field {number}": 1 for number in range(50_000)}},
        {"question": LAMP, "history": [{str(number): 1 for number in range(100)}] * 50},
        {"question": LAMP, "history": [{"answer": 1}] * 50_000},
        {"question": LAMP, "filters": {"speakers": [1] * 100_000}},
        {"question": LAMP, "x" * 100_000: 1},
    ],
)
def test_a_body_that_is_wrong_everywhere_is_told_in_few_words(client: TestClient, body: dict[str, Any]) -> None:
    answered = client.post("/v1/ask", json=body)
    assert answered.status_code == 422
    assert len(answered.content) < 20_000


def test_a_question_that_takes_every_pattern_apart_is_answered(client: TestClient) -> None:
    for question in ("他" + "2024年5月" * 40 + "怎么样?", "他关于" * 150, "奥特曼" * 100 + "就" * 150):
        assert client.post("/v1/search", json={"question": question}).status_code == 200


def test_pages_of_other_sites_may_change_nothing(client: TestClient) -> None:
    body = {"question": LAMP}
    for headers, status in (
        ({"Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, 200),
        ({}, 200),
    ):
        assert client.post("/v1/search", json=body, headers=headers).status_code == status, headers
    assert client.get("/v1/interviews", headers={"Origin": "https://evil.example"}).status_code == 200  # cannot be read


def test_an_error_that_quotes_the_question_is_logged_without_it(
    client: TestClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(json_formatter())
    logging.getLogger("verbatim").addHandler(handler)

    def fail(*_: object, **__: object) -> None:
        raise StorageError(f"the disk is full, asked {LAMP}")

    monkeypatch.setattr(service_answers, "search", fail)
    monkeypatch.setattr(service_answers, "stream", fail)
    try:
        assert client.post("/v1/search", json={"question": LAMP}).status_code == 507
        assert client.post("/v1/ask", json={"question": LAMP}).status_code == 507
        assert client.post("/v1/ask", json={"question": LAMP, "stream": True}).status_code == 507
    finally:
        logging.getLogger("verbatim").removeHandler(handler)
    assert "the disk is full" in lines.getvalue()
    assert LAMP not in lines.getvalue()


def test_what_the_interviews_do_not_say(client: TestClient) -> None:
    answered = client.post("/v1/ask", json={"question": "法国大革命是哪一年爆发的？", "stream": True})
    [(name, whole)] = events(answered.text)
    assert (name, whole["answered"], whole["answer"]) == ("answer", False, "这些访谈没有谈到这一点。")
    assert whole["related"]


class TestWithAModel:
    @pytest.fixture
    def client(self, scratch: Path, chat_server: ChatServer) -> Iterator[TestClient]:
        setup = open_setup(sample_index(scratch))
        with client_of(replace(setup, writings=(Writing("openai:some-model", 20, 3000, False, True),))) as client:
            yield client

    def test_a_model_writes_and_each_sentence_is_checked(self, client: TestClient, chat_server: ChatServer) -> None:
        chat_server.answers(stream("魏长庚不再用油灯，因为油灯翻了。[1]", "老魏有九百只箱子。[1]"))
        streamed = client.post("/v1/ask", json={"question": LAMP, "stream": True})
        *_, (_, whole) = events(streamed.text)
        assert (whole["mode"], whole["model"]) == ("llm", "openai:some-model")
        assert whole["sentences"][1]["support"] == "unsupported"

    def test_strict_leaves_out_and_quotes_asks_no_model(self, client: TestClient, chat_server: ChatServer) -> None:
        chat_server.answers(stream("魏长庚不再用油灯，因为油灯翻了。[1]", "老魏有九百只箱子。[1]"))
        strict = client.post("/v1/ask", json={"question": LAMP, "strict": True, "model": "openai:some-model"}).json()
        assert len(strict["sentences"]) == 1
        chat_server.requests.clear()
        quoted = client.post("/v1/ask", json={"question": LAMP, "model": "quotes"}).json()
        assert quoted["mode"] == "extractive"
        assert chat_server.requests == []

    def test_a_model_that_fails_gives_quotations_and_says_so(
        self, client: TestClient, chat_server: ChatServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        chat_server.answers(failure(401, retry=False))
        answered = client.post("/v1/ask", json={"question": LAMP}).json()
        assert answered["mode"] == "extractive"
        assert [note["kind"] for note in answered["notes"]] == ["no model"]
        assert "chat model failed" in caplog.text  # whoever runs the service hears of it
        assert 'verbatim_chat_model_failures_total{kind="no model"} 1.0' in client.get("/metrics").text
