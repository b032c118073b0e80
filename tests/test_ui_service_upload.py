"""Changes of the archive over HTTP: what is taken, and how jobs are told."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fake_embedding import FakeEmbedding, write_interview
from fastapi.testclient import TestClient
from job_queues import BOAT, OTHER_TEA, TEA, Held, new_queue
from sample_service import open_setup
from upload_client import app_of, held_names, job_of, post, problem

from index.build import build_index
from index.errors import StorageError
from index.store import open_index
from ui import service_upload
from ui.service import create_app
from ui.service_jobs import JobQueue
from ui.service_streams import streamed


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[JobQueue]:
    queue = new_queue(tmp_path)
    queue.start()
    yield queue
    queue.stop(30)


@pytest.fixture
def client(queue: JobQueue) -> Iterator[TestClient]:
    with TestClient(app_of(queue), raise_server_exceptions=False) as client:
        yield client


def test_files_are_added_replaced_and_told_in_a_job(client: TestClient, tmp_path: Path) -> None:
    response = post(client, ("茶.md", TEA), ("a/船.txt", BOAT), ("x.exe", b"MZ"))
    assert response.headers["location"] == f"/v1/jobs/{response.json()['id']}"
    job = job_of(client, response)
    assert (job["kind"], job["state"], job["problem"]) == ("add", "done", "")
    assert [(one["name"], one["state"], one["doc"], one["problem"]) for one in job["files"]] == [
        ("茶.md", "new", "茶", ""),
        ("船.txt", "new", "船", ""),
        ("x.exe", "refused", "", "kind"),
    ]
    assert client.delete(f"/v1/interviews/{job['files'][0]['doc']}").status_code == 204
    job_of(client, post(client, ("茶.md", TEA)))
    assert job["files"][2]["reason"].startswith("not a kind of file that Verbatim reads: ")
    assert (job["report"]["indexed"], job["report"]["interviews"]) == (["船", "茶"], 2)
    again = job_of(client, post(client, ("茶.md", OTHER_TEA), ("船.txt", BOAT), ("茶.md", OTHER_TEA)))
    assert [one["state"] for one in again["files"]] == ["replaced", "same", "same"]
    assert [one["doc"] for one in again["files"]] == ["茶", "船", "茶"]
    assert again["report"]["unchanged"] == 1
    ids = [one["id"] for one in client.get("/v1/jobs").json()["jobs"]]
    assert (ids[0], ids[-1], len(ids)) == (again["id"], job["id"], 4)


def test_an_interview_is_deleted(client: TestClient, tmp_path: Path, talks: Path) -> None:
    build_index([talks], tmp_path / ".verbatim", FakeEmbedding())
    job_of(client, post(client, ("茶.md", TEA)))
    response = client.delete("/v1/interviews/茶")
    assert (response.status_code, response.content) == (204, b"")
    assert held_names(tmp_path / "uploads") == []
    problem(client.delete("/v1/interviews/茶"), 404, "not-found")
    for name in ("..%2F..%2Fetc%2Fpasswd", "%00", "茶.md", "%ff", "a" * 3000, "' OR 1=1 --"):
        problem(client.delete(f"/v1/interviews/{name}"), 404, "not-found")
    with open_index(tmp_path / ".verbatim") as index:
        assert sorted(index.docs) == ["桥", "灯塔"]


def test_an_interview_with_a_line_break_in_its_name_is_deleted(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "talks").mkdir()
    write_interview(tmp_path / "talks" / "a\nb.md", "林岚", "茶园")
    write_interview(tmp_path / "talks" / "c.md", "周桥", "渡船")
    build_index([tmp_path / "talks"], tmp_path / ".verbatim", FakeEmbedding())
    assert client.delete("/v1/interviews/a%0Ab").status_code == 204
    with open_index(tmp_path / ".verbatim") as index:
        assert list(index.docs) == ["c"]


def test_the_log_has_the_token_and_the_request(
    tmp_path: Path, queue: JobQueue, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "verbatim.service")

    async def asked(scope: Any, receive: Any, send: Any) -> None:
        scope["state"] = {"token_name": "press", "request_id": f"r-{scope.get('method')}"}
        await app_of(queue)(scope, receive, send)

    with TestClient(app_of(queue)) as client, TestClient(asked) as asking:
        job_of(client, post(asking, ("茶.md", TEA)))
        assert asking.delete("/v1/interviews/茶").status_code == 204
        assert "press" not in client.get("/v1/jobs").text
    lines = [vars(line) for line in caplog.records]
    told = [(one["msg"], one["token"], one["request_id"], one["docs"]) for one in lines if "token" in one]
    assert told == [
        ("job accepted", "press", "r-POST", []),
        ("job ended", "press", "r-POST", ["茶"]),
        ("job accepted", "press", "r-DELETE", ["茶"]),
        ("job ended", "press", "r-DELETE", ["茶"]),
    ]


def test_a_deletion_without_an_index_finds_nothing(client: TestClient) -> None:
    problem(client.delete("/v1/interviews/茶"), 404, "not-found")


def test_a_long_deletion_is_told_as_a_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_upload, "TO_DELETE", 0.1)
    held = Held()
    held.go_on.set()
    queue = new_queue(tmp_path, held)
    queue.start()
    with TestClient(app_of(queue)) as client:
        job_of(client, post(client, ("茶.md", TEA)))
        held.go_on.clear()
        held.begun.clear()
        post(client, ("船.md", BOAT))
        assert held.begun.wait(10)
        response = client.delete("/v1/interviews/茶")
        assert (response.status_code, response.json()["state"], response.json()["doc"]) == (202, "queued", "茶")
        held.go_on.set()
        assert job_of(client, response)["state"] == "done"
    queue.stop(10)


def test_a_deletion_that_fails(client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    job_of(client, post(client, ("茶.md", TEA)))

    def fail(*_: object) -> None:
        raise StorageError(f"{tmp_path} is full")

    monkeypatch.setattr("ui.service_jobs.remove_again", fail)
    response = client.delete("/v1/interviews/茶")
    problem(response, 507, "no-room")
    assert str(tmp_path) not in response.text


def test_a_service_that_is_read_only_or_not_the_one_that_writes(queue: JobQueue, tmp_path: Path) -> None:
    with TestClient(app_of(None)) as client:
        for response in (post(client, ("茶.md", TEA)), client.delete("/v1/interviews/x"), client.get("/v1/jobs")):
            problem(response, 403, "forbidden")
    other = new_queue(tmp_path)
    other.start()
    with TestClient(app_of(queue)) as first, TestClient(app_of(other)) as second:
        job = job_of(first, post(first, ("茶.md", TEA)))
        for response in (post(second, ("船.md", BOAT)), second.delete("/v1/interviews/茶")):
            told = problem(response, 503, "unavailable")
            assert "Another process takes uploads" in told["detail"]
        assert second.get(f"/v1/jobs/{job['id']}").json() == job
        assert second.get(f"/v1/jobs/{job['id']}/events").text.startswith("event: done\n")
    other.stop(10)


def events(text: str) -> list[tuple[str, dict[str, Any]]]:
    told = [part.split("\n") for part in text.split("\n\n") if part.startswith("event: ")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in told]


def test_events_until_the_job_has_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_upload, "streamed", partial(streamed, ping=0.3))
    held = Held()
    queue = new_queue(tmp_path, held)
    queue.start()
    with TestClient(app_of(queue)) as client:
        id = post(client, ("茶.md", TEA)).json()["id"]
        assert held.begun.wait(10)
        timer = threading.Timer(0.7, held.go_on.set)
        timer.start()
        response = client.get(f"/v1/jobs/{id}/events")
        timer.join()
    queue.stop(10)
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    assert ": waiting\n\n" in response.text
    told = events(response.text)
    assert [name for name, _ in told] == ["progress"] * (len(told) - 1) + ["done"]
    assert told[0][1]["state"] == "running"
    assert told[0][1]["phase"] == "indexing"
    assert (told[-1][1]["state"], told[-1][1]["phase"]) == ("done", "")
    assert events(response.text)[-1][1]["files"][0]["state"] == "new"


def test_events_stop_when_the_client_leaves_or_the_service_ends(tmp_path: Path) -> None:
    held = Held()
    queue = new_queue(tmp_path, held)
    queue.start()
    app = app_of(queue)
    with TestClient(app) as client:
        id = post(client, ("茶.md", TEA)).json()["id"]
        assert held.begun.wait(10)
        sent: list[Any] = []

        async def watch(*, is_gone: bool) -> None:
            async def receive() -> dict[str, str]:
                await asyncio.sleep(0 if is_gone else 60)
                return {"type": "http.disconnect"}

            async def send(message: Any) -> None:
                sent.append(message)

            path = f"/v1/jobs/{id}/events"
            scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": [], "state": {}}
            await asyncio.wait_for(app(scope, receive, send), 10)

        asyncio.run(watch(is_gone=True))
        assert len(sent) <= 2
        queue.stop(0)
        sent.clear()
        asyncio.run(watch(is_gone=False))
        assert sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}
        problem(post(client, ("茶.md", TEA)), 503, "unavailable")
    held.go_on.set()
    queue.stop(10)


def test_the_description_has_the_form_the_links_and_the_problems(tmp_path: Path) -> None:
    described = create_app(open_setup(tmp_path)).openapi()
    post = described["paths"]["/v1/interviews"]["post"]
    assert post["requestBody"]["content"]["multipart/form-data"]["schema"]["required"] == ["files"]
    assert {"202", "400", "403", "415", "422", "503", "507"} <= set(post["responses"])
    assert "200" not in post["responses"]
    operations = {one["operationId"] for path in described["paths"].values() for one in path.values()}
    links = post["responses"]["202"]["links"]
    assert {one["operationId"] for one in links.values()} == {"read_job", "watch_job"} <= operations
    for path, methods in described["paths"].items():
        for operation in methods.values() if path.startswith(("/v1/jobs", "/v1/interviews")) else ():
            for status, response in operation["responses"].items():
                kinds = set(response.get("content", {}))
                assert ("application/problem+json" in kinds) == (int(status) >= 400), (path, status)
                assert len(kinds) <= 1
    assert set(described["components"]["schemas"]) >= {"JobRecord", "JobFile", "JobReport", "JobList"}
