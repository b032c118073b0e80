"""What GET /openapi.json says besides the routes: its examples are what the service answers, its events what comes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from hand_made import AnyEmbedder
from jsonschema_rs import Draft202012Validator
from sample_service import client_of, open_setup

from index.build import build_index
from ui import service_archive
from ui import service_examples as examples
from ui.service import create_app
from ui.service_problems import Problem, problem_body

TIMES = {"score", "timings"}  # what differs from one archive, or one run, to the next
Content = dict[str, Any]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service on the interview that the examples are of."""
    scratch = tmp_path_factory.mktemp("examples")
    (scratch / "talks").mkdir()
    (scratch / "talks" / f"{examples.DOC}.md").write_text(examples.SOURCE, encoding="utf-8", newline="")
    build_index([scratch / "talks"], scratch / "index", AnyEmbedder())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service_archive, "load_embedder", lambda name: AnyEmbedder())
        with client_of(open_setup(scratch / "index")) as client:
            yield client


@pytest.fixture(scope="module")
def described(client: TestClient) -> Content:
    told: Content = client.get("/openapi.json").json()
    return told


def operations(described: Content) -> dict[str, Content]:
    return {at["operationId"]: at for methods in described["paths"].values() for at in methods.values()}


def answer_of(described: Content, operation: str, media_type: str = "application/json") -> Content:
    content: Content = operations(described)[operation]["responses"]["200"]["content"][media_type]
    return content


def validator(described: Content, schema: Content) -> Draft202012Validator:
    return Draft202012Validator({"components": described["components"], **schema})


def without(told: Any, fields: set[str]) -> Any:
    if isinstance(told, dict):
        return {name: without(value, fields) for name, value in told.items() if name not in fields}
    return [without(one, fields) for one in told] if isinstance(told, list) else told


# examples


def test_every_answer_has_an_example_that_fits_its_schema(described: Content) -> None:
    lacking = set()
    for name, operation in operations(described).items():
        for status, response in operation["responses"].items():
            content = response.get("content", {}).get("application/json", {})
            if "example" in content:
                validator(described, content["schema"]).validate(content["example"])
            elif "schema" in content and status < "300":
                lacking.add(name)
    assert lacking == {"alive", "ready"}  # of which the schema says it all


def test_the_examples_are_what_the_service_answers(client: TestClient, described: Content) -> None:
    asked = {"question": examples.QUESTION}
    answered = {
        "list_interviews": client.get("/v1/interviews"),
        "read_interview": client.get(f"/v1/interviews/{examples.DOC}"),
        "read_passage": client.get(f"/v1/passages/{quote(examples.PASSAGE_ID, safe='')}"),
        "search": client.post("/v1/search", json=asked),
        "ask": client.post("/v1/ask", json=asked),
    }
    for name, response in answered.items():
        assert without(response.json(), TIMES) == without(answer_of(described, name)["example"], TIMES), name


def test_so_are_those_of_the_chat_model(client: TestClient, described: Content) -> None:
    message = {"role": "user", "content": examples.QUESTION}
    completion = client.post("/v1/chat/completions", json={"messages": [message]}).json()
    differs = TIMES | {"id", "created"}
    assert without(completion, differs) == without(answer_of(described, "complete")["example"], differs)
    listed = client.get("/v1/models").json()
    shown = answer_of(described, "list_models")["example"]
    assert without(listed["data"], differs - {"id"}) == without(shown["data"], differs - {"id"})[:2]


def test_the_quotations_of_the_example_are_where_it_says() -> None:
    for cited in examples.ANSWER.citations:
        assert examples.SOURCE[cited.quote_start : cited.quote_end] == cited.quote
        assert examples.SOURCE[cited.start : cited.end] == cited.text


# events


def events_of(client: TestClient, path: str, asked: Content) -> list[Content]:
    """The events of an answer, each with its fields."""
    text = client.post(path, json=asked | {"stream": True}).text
    blocks = [block.split("\n") for block in text.strip().split("\n\n")]
    return [dict(line.split(": ", 1) for line in block) for block in blocks]


def check(described: Content, media: Content, event: Content) -> None:
    """Raises where an event is none of those described. JSON Schema itself does not look into a text."""
    kinds = media["itemSchema"]["anyOf"]
    fitting = [kind for kind in kinds if validator(described, kind).is_valid(event)]
    data = [kind["properties"]["data"] for kind in fitting]
    assert fitting
    if not any("const" in one for one in data):
        told = json.loads(event["data"])
        validator(described, {"anyOf": [one["contentSchema"] for one in data]}).validate(told)


def test_the_events_of_an_answer_are_as_described(client: TestClient, described: Content) -> None:
    media = answer_of(described, "ask", "text/event-stream")
    found = events_of(client, "/v1/ask", {"question": examples.QUESTION})
    assert [one["event"] for one in found] == ["sentence", "sentence", "answer"]
    problem = json.dumps(problem_body(Problem(504, "too-slow", "It took too long."), "1"))
    for event in [*found, {"event": "problem", "data": problem}]:
        check(described, media, event)
    for wrong in ({"event": "answer", "data": problem}, {"event": "sentence", "data": found[-1]["data"]}):
        with pytest.raises(ValueError, match=r"valid|required"):
            check(described, media, wrong)


def test_the_chunks_of_a_completion_are_as_described(client: TestClient, described: Content) -> None:
    media = answer_of(described, "complete", "text/event-stream")
    message = {"role": "user", "content": examples.QUESTION}
    asked = {"messages": [message], "stream_options": {"include_usage": True}}
    found = events_of(client, "/v1/chat/completions", asked)
    assert len(found) > 4
    assert found[-1] == {"data": "[DONE]"}
    for event in found:
        check(described, media, event)
    with pytest.raises(ValueError, match="valid"):
        check(described, media, {"data": '{"object": "chat.completion.chunk"}'})


# problems, and what is open


def test_open_routes_have_only_the_problems_that_they_can_have(described: Content) -> None:
    for name in ("alive", "ready"):
        assert set(operations(described)[name]["responses"]) == {"200", "400", "500", "503"}
        assert operations(described)[name]["security"] == []
    assert {"401", "403", "429"} <= set(operations(described)["metrics"]["responses"])


def test_headers_of_problems_are_described(described: Content) -> None:
    headers = {"401": "WWW-Authenticate", "429": "Retry-After", "503": "Retry-After"}
    for operation in operations(described).values():
        for status, response in operation["responses"].items():
            if status in headers and "application/problem+json" in response["content"]:
                assert list(response["headers"]) == [headers[status]]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_those_who_ask_whether_it_runs_may_ask_for_the_head_alone(client: TestClient, path: str) -> None:
    response = client.head(path)
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-type"] == client.get(path).headers["content-type"]


def test_every_operation_has_a_name_of_its_own_and_every_record_is_explained(described: Content) -> None:
    assert len(operations(described)) == sum(len(methods) for methods in described["paths"].values())
    assert [name for name, schema in described["components"]["schemas"].items() if not schema.get("description")] == []


def test_the_address_of_the_service_is_the_public_one_where_there_is_one(tmp_path: Path, described: Content) -> None:
    assert "servers" not in described
    setup = replace(open_setup(tmp_path / "index"), public_url="https://archive.example.org/verbatim")
    assert create_app(setup).openapi()["servers"] == [{"url": "https://archive.example.org/verbatim"}]
