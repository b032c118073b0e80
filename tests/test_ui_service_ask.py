"""POST /v1/ask and /v1/search: the same answers as everywhere else, whole or as events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from chat_server import ChatServer, failure, stream
from fastapi.testclient import TestClient
from sample_archive import sample_index, sample_retriever
from sample_service import LAMP, client_of, open_setup

from rag.chain import ask
from rag.conversation import Exchange
from rag.filters import Filters
from rag.understood import search
from ui.jsonl import json_line
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
        ({"question": "   "}, "body#/question"),
        ({"question": "？！"}, "body#/question"),
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

    def test_a_model_that_fails_gives_quotations_and_says_so(self, client: TestClient, chat_server: ChatServer) -> None:
        chat_server.answers(failure(401, retry=False))
        answered = client.post("/v1/ask", json={"question": LAMP}).json()
        assert answered["mode"] == "extractive"
        assert [note["kind"] for note in answered["notes"]] == ["no model"]


def test_questions_are_in_the_log_only_where_asked_for(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    client.post("/v1/ask", json={"question": LAMP, "filters": {"speakers": ["nobody at all"]}})
    assert LAMP not in caplog.text
