"""What is sent to do harm or by mistake: names, sizes, forms that are none, and disks that are full."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from job_queues import TEA, new_queue
from upload_client import app_of, form, held_names, job_of, part, post, problem

from ui.service_jobs import JobQueue
from ui.uploads import MOST_FILES, UPLOAD_MB


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


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b"../../etc/passwd.md", "passwd.md"),
        (b"..\\..\\x.md", "x.md"),
        (b"/etc/cron.d/job.txt", "job.txt"),
        (b"C:\\Windows\\x.md", "x.md"),
        (b"a\x00b.md", "ab.md"),
        (b"\x1b[2Ja\x07.md", "[2Ja.md"),
        ("\u202egpj.md".encode(), "gpj.md"),
        (b"CON.md", "_CON.md"),
        (b".htaccess.md", "htaccess.md"),
        (b"%2e%2e%2fx.md", "x.md"),
        (b"a%00b%1B.md", "ab.md"),
        (b"caf\xe9.md", "café.md"),
    ],
)
def test_names_that_mean_ill(client: TestClient, tmp_path: Path, sent: bytes, kept: str) -> None:
    before = set(tmp_path.parent.iterdir())
    response = client.post("/v1/interviews", **form(part(sent, TEA)))
    job = job_of(client, response)
    assert [one["state"] for one in job["files"]] == ["new"]
    assert job["files"][0]["name"].isprintable()
    assert held_names(tmp_path / "uploads") == [kept]
    assert held_names(tmp_path) == [".verbatim", "jobs", "uploads"]
    assert set(tmp_path.parent.iterdir()) == before


@pytest.mark.parametrize("name", ["", ".md", "..", "../", "....md", "\u202e.md", "a.exe", "people.toml", "x.md/", "md"])
def test_names_of_which_nothing_is_left(client: TestClient, tmp_path: Path, name: str) -> None:
    told = problem(client.post("/v1/interviews", **form(part(name.encode(), TEA))), 422, "unusable")
    assert [one["pointer"] for one in told["errors"]] == ["body#/files/0"]
    assert not (tmp_path / "uploads").exists()


def test_a_zip_bomb_is_refused_by_its_reader(client: TestClient, tmp_path: Path) -> None:
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w", force_zip64=True) as file:
            for _ in range(300):
                file.write(b" " * 2**20)
    job = job_of(client, post(client, ("bomb.docx", bomb.getvalue()), ("茶.md", TEA)))
    refused, taken = job["files"]
    assert (refused["state"], taken["state"]) == ("refused", "new")
    assert refused["reason"]
    assert held_names(tmp_path / "uploads") == ["茶.md"]


def test_too_many_and_too_large(client: TestClient, tmp_path: Path) -> None:
    told = problem(post(client, *((f"{at}.md", b"x") for at in range(MOST_FILES + 1))), 400, "bad-request")
    assert f"Maximum number of files is {MOST_FILES}" in told["detail"]
    large = b"x" * (UPLOAD_MB * 2**20 + 1)
    told = problem(post(client, ("large.md", large)), 422, "unusable")
    assert told["errors"][0]["detail"] == f"large.md: larger than {UPLOAD_MB} MB"
    job = job_of(client, post(client, ("large.md", large), ("茶.md", TEA)))
    assert [one["problem"] for one in job["files"]] == ["size", ""]
    assert held_names(tmp_path / "uploads") == ["茶.md"]


def test_what_is_no_form(client: TestClient, tmp_path: Path) -> None:
    whole = part(b"tea.md", TEA)
    problem(client.post("/v1/interviews"), 415, "unsupported-type")
    problem(client.post("/v1/interviews", json={}), 415, "unsupported-type")
    problem(client.post("/v1/interviews", data={"files": "x"}), 415, "unsupported-type")
    for headers in (
        {"content-type": "multipart/form-data"},
        {"content-type": "multipart/form-data; boundary=" + "x" * 999},
    ):
        problem(client.post("/v1/interviews", content=b"--x--", headers=headers), 400, "bad-request")
    for broken in (
        form(whole, end=b""),
        form(whole, whole, end=b"--x"),
        form(b"\x00"),
        form(part(b"a.md", TEA, b"a" * 9000)),
    ):
        problem(client.post("/v1/interviews", **broken), 400, "bad-request")
    problem(
        client.post("/v1/interviews", **form(part(b"a.md", b"", b"".join(b"a%d: b\r\n" % at for at in range(99))))),
        400,
        "bad-request",
    )
    problem(client.post("/v1/interviews", **form()), 422, "unusable")
    text = b'Content-Disposition: form-data; name="files"\r\n\r\nx'
    other = b'Content-Disposition: form-data; name="a/b"; filename="x.md"\r\n\r\nx'
    for parts, pointer in ((text, "body#/files"), (other, "body#/a~1b")):
        told = problem(client.post("/v1/interviews", **form(whole, parts)), 422, "unusable")
        assert told["errors"][0]["pointer"] == pointer
    assert client.get("/v1/jobs").json() == {"jobs": []}
    assert held_names(tmp_path / "jobs") == [".lock"]


def test_a_form_may_end_with_its_last_boundary_or_with_more_behind_it(client: TestClient) -> None:
    for end, state in ((b"--x--", "new"), (b"--x--\r\n", "same"), (b"--x--\r\nwhatever", "same")):
        job = job_of(client, client.post("/v1/interviews", **form(part(b"tea.md", TEA), end=end)))
        assert [(one["name"], one["doc"], one["state"]) for one in job["files"]] == [("tea.md", "tea", state)]


def test_no_room_while_the_files_arrive(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "write", full)
    problem(post(client, ("茶.md", TEA)), 507, "no-room")


def test_no_room_for_the_job(client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", str(tmp_path))

    monkeypatch.setattr("os.fsync", full)
    response = post(client, ("茶.md", TEA))
    problem(response, 507, "no-room")
    assert str(tmp_path) not in response.text


def test_jobs_that_are_none(client: TestClient) -> None:
    for id in ("0" * 16, "..", "%2e%2e", "x", "%00", "0" * 5000, "..%2f..%2fetc%2fpasswd"):
        assert client.get(f"/v1/jobs/{id}").status_code == 404
        assert client.get(f"/v1/jobs/{id}/events").status_code == 404
    problem(client.get("/v1/jobs/0000000000000000"), 404, "not-found")
