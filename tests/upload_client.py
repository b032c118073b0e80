"""A service with nothing but uploads, jobs and deletions, and how a client talks to it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from ui.service_jobs import JobQueue
from ui.service_problems import install_problem_handlers
from ui.service_upload import upload_routes


def app_of(jobs: JobQueue | None) -> FastAPI:
    app = FastAPI()
    app.state.service = SimpleNamespace(jobs=jobs)
    app.include_router(upload_routes)
    install_problem_handlers(app)
    return app


def post(client: TestClient, *files: tuple[str, bytes]) -> Response:
    return client.post("/v1/interviews", files=[("files", file) for file in files])


def job_of(client: TestClient, response: Response) -> dict[str, Any]:
    """The job that was answered with 202, when it has ended."""
    assert response.status_code == 202, response.text
    queue: JobQueue = client.app.state.service.jobs  # type: ignore[attr-defined]
    queue.wait(response.json()["id"], 30)
    job: dict[str, Any] = client.get(response.headers["location"]).json()
    assert job["ended"]
    return job


def problem(response: Response, status: int, kind: str) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = response.json()
    assert (response.status_code, told["status"], told["type"]) == (status, status, f"urn:verbatim:problem:{kind}")
    return told


def form(*parts: bytes, end: bytes = b"--x--\r\n") -> dict[str, Any]:
    """A form as it is on the wire."""
    return {
        "content": b"".join(b"--x\r\n" + part + b"\r\n" for part in parts) + end,
        "headers": {"content-type": "multipart/form-data; boundary=x"},
    }


def part(name: bytes, data: bytes, more: bytes = b"") -> bytes:
    return b'Content-Disposition: form-data; name="files"; filename="' + name + b'"\r\n' + more + b"\r\n" + data


def held_names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
