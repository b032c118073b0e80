"""`verbatim serve` as a real process: killed, stopped, held up by slow clients, sent too much, and what its log has."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from chat_server import ChatServer, Reply, delta, events
from fake_embedding import interview, write_interview
from sample_archive import bundled, sample_index
from sample_service import copied_samples
from service_process import LAMP, SECONDS, ServiceProcess, all_of, connected, head, job_of, post, serving, wait_until
from small_archive import verbatim

from index.build import build_index
from index.generations import last_manifest
from ui.token_changes import add_token
from ui.tokens import READ_AND_WRITE
from ui.uploads import INCOMING

GIGABYTE = 2**30
MEGABYTE = 2**20
FORM = b'--x\r\nContent-Disposition: form-data; name="files"; filename="long.md"\r\n\r\n'


class Guarded(NamedTuple):
    service: ServiceProcess
    token: str
    scratch: Path  # where it puts what arrives


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """A service with a token, on the samples."""
    folder = tmp_path_factory.mktemp("guarded")
    index, scratch = copied_samples(tmp_path_factory.getbasetemp(), folder / "archive"), folder / "scratch"
    scratch.mkdir()
    token, _ = add_token(folder / "archive-tokens.toml", "newsroom", READ_AND_WRITE)
    with serving(index, "--rate", "0", env={"TMPDIR": str(scratch)}) as service:
        yield Guarded(service, token, scratch)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """An index of one short interview, by the bundled model."""
    write_interview(tmp_path / "talks" / "灯塔.md", "林岚", "灯塔")
    build_index([tmp_path / "talks"], tmp_path / "archive", bundled())
    return tmp_path / "archive"


# It is killed


def test_killed_while_a_file_arrives_and_after_it_was_promised(small: Path) -> None:
    """Nothing half done is left, and what was answered with 202 is in the archive after the next start."""
    with serving(small) as service, connected(service) as sending, service.client() as client:
        sending.sendall(head(GIGABYTE // 8) + FORM + "主持人：半个".encode() * 100_000)
        assert client.get("/readyz").status_code == 200
        service.kill()
    assert left_beside(small) == ([], [])

    with serving(small) as service, service.client() as client:
        assert docs(client) == ["灯塔"]
        files = [("files", (f"{name}.md", interview("石川", name, 40).encode())) for name in ("茶园", "渡船", "山路")]
        first = client.post("/v1/interviews", files=files)
        second = client.post("/v1/interviews", files=[("files", ("风车.md", interview("何青", "风车").encode()))])
        assert (first.status_code, second.status_code) == (202, 202)
        service.kill()

    with serving(small) as service, service.client() as client:  # and once more, while it works at them
        wait_until(lambda: client.get(first.headers["location"]).json()["state"] != "queued")
        service.kill()

    with serving(small) as service, service.client() as client:
        assert job_of(client, first)["state"] == "done"
        assert job_of(client, second)["state"] == "done"
        assert docs(client) == sorted(["灯塔", "茶园", "渡船", "山路", "风车"])
        assert client.get("/v1/interviews/风车").json()["turns"]
    assert left_beside(small) == ([], ["山路.md", "渡船.md", "茶园.md", "风车.md"])
    manifest = last_manifest(small)
    assert manifest and manifest.interviews == 5


def left_beside(index: Path) -> tuple[list[str], list[str]]:
    """What of jobs is left but records of those that ended, and the uploads.

    A hidden file that was being written is no upload, and is cleared an hour later: the page may be writing it.
    """
    jobs, uploads = index.parent / "archive-jobs", index.parent / "archive-uploads"
    assert jobs.is_dir()
    rest = sorted(str(path) for path in jobs.rglob("*") if path.name not in ("job.json", ".lock") and path.is_file())
    halves = [str(path) for path in jobs.iterdir() if path.name.startswith(".half")]
    names = sorted(path.name for path in uploads.iterdir()) if uploads.is_dir() else []
    return rest + halves, [name for name in names if not name.startswith(INCOMING)]


# It is told to stop


def test_told_to_stop_it_lets_the_answer_that_runs_finish(chat_server: ChatServer, tmp_path: Path) -> None:
    index = copied_samples(tmp_path, tmp_path / "archive")
    chat_server.answers(slowly(40, 0.05))
    with serving(index, "--llm", "openai:m", "--no-cache", "--grace", "30", "--log-questions") as service:
        with service.client() as client, client.stream("POST", "/v1/ask", json={**LAMP, "stream": True}) as answer:
            wait_until(lambda: chat_server.requests)
            service.process.terminate()
            told = "".join(answer.iter_text())
        assert service.process.wait(SECONDS) == 0, service.said()[-2000:]
    assert told.count("event: answer\n") == 1
    assert "event: problem" not in told
    last = json.loads(told.split("event: answer\ndata: ")[1].split("\n\n")[0])
    assert last["mode"] == "llm"
    assert [line["question"] for line in service.logged() if line["event"] == "question"] == [LAMP["question"]]


def test_an_answer_that_takes_longer_than_the_grace_is_broken_off(chat_server: ChatServer, tmp_path: Path) -> None:
    """And before that a client who leaves in the middle: the model is not kept writing for nobody."""
    chat_server.answers(slowly(4000, 0.05))
    index = copied_samples(tmp_path, tmp_path / "archive")
    with serving(index, "--llm", "openai:m", "--no-cache", "--grace", "1") as service:
        with service.client() as client:
            for path, body in (
                ("/v1/ask", {**LAMP, "stream": True}),
                ("/v1/ask", LAMP),
                ("/v1/chat/completions", {"messages": [{"role": "user", "content": LAMP["question"]}], "stream": True}),
            ):
                chat_server.gone.clear()
                asked = len(chat_server.requests)
                with connected(service) as leaving:
                    leaving.sendall(post(path, json.dumps(body).encode()))
                    wait_until(lambda before=asked: len(chat_server.requests) > before)  # type: ignore[misc]
                assert chat_server.gone.wait(SECONDS), path
            assert client.post("/v1/ask", json={**LAMP, "model": "quotes"}).json()["answered"]
        chat_server.gone.clear()
        asked = len(chat_server.requests)
        with connected(service) as waiting:
            waiting.sendall(post("/v1/ask", json.dumps({**LAMP, "stream": True}).encode()))
            wait_until(lambda: len(chat_server.requests) > asked)
            service.process.terminate()
            assert service.process.wait(SECONDS) == 0, service.said()[-2000:]
        assert chat_server.gone.wait(SECONDS)
    assert LAMP["question"] not in service.said()  # nobody asked for it
    outcomes = [line.get("outcome") for line in service.logged() if line["event"] == "request" and "outcome" in line]
    assert outcomes == ["client left"] * 3 + ["stopped"]


def slowly(pieces: int, seconds: float) -> Reply:
    """A chat model that writes a letter now and then."""
    parts: list[object] = []
    for number in range(pieces):
        parts += [delta("灯" if number % 10 else "。"), seconds]
    return events(*parts, delta("[2]。", "stop"), "[DONE]")


# Others are slow


def test_slow_clients_hold_up_nobody_and_are_sent_away(guarded: Guarded) -> None:
    service, token, _ = guarded
    authorized = f"Authorization: Bearer {token}\r\n"
    with ExitStack() as held, service.client(token) as client:
        heads = [held.enter_context(connected(service)) for _ in range(60)]
        for one in heads:
            one.sendall(b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        bodies = [held.enter_context(connected(service)) for _ in range(60)]
        for one in bodies:
            one.sendall(post("/v1/search", b'{"question": "', authorized, length=1000))
        readers = [held.enter_context(connected(service, small_buffers=True)) for _ in range(20)]
        path = "/v1/interviews/tea-mountain?count=1000"
        asking = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{authorized}\r\n".encode() * 50
        for one in readers:  # many answers asked for, none taken
            one.sendall(asking)

        for number in range(10):
            found = client.post("/v1/search", json={"question": f"第{number}次，老魏怎么说油灯？"})
            assert found.status_code == 200
        assert client.post("/v1/ask", json=LAMP).json()["answered"]

        assert {all_of(one)[:12] for one in heads} == {b""}  # no answer to what is no request
        assert {all_of(one)[:12] for one in bodies} == {b"HTTP/1.1 408"}
    wait_until(lambda: in_flight(client_of=guarded) == 1)


def in_flight(client_of: Guarded) -> int:
    """Requests that are answered now, the one that asks for this figure among them."""
    with client_of.service.client(client_of.token) as client:
        text = client.get("/metrics").text
    [line] = [line for line in text.splitlines() if line.startswith("verbatim_http_in_flight ")]
    return int(float(line.split()[1]))


# Too much is sent


def test_a_gigabyte_is_refused_and_kept_nowhere(guarded: Guarded) -> None:
    service, token, scratch = guarded
    before = service.memory()
    authorized = f"Authorization: Bearer {token}\r\n"
    for header, status in ((authorized, b"413"), ("", b"401")):
        with connected(service) as sending:  # it says so
            sending.sendall(head(GIGABYTE, header) + FORM)
            assert all_of(sending)[9:12] == status
        with connected(service) as sending:  # it does not, and sends on and on
            sending.sendall(head(None, header))
            sent = poured(sending, GIGABYTE)
            answer = all_of(sending)
            assert answer == b"" or answer[9:12] == status  # what is closed on unsent bytes may be reset
            assert sent < (250 * MEGABYTE if header else 20 * MEGABYTE)
    for path in ("/v1/ask", "/v1/search", "/v1/chat/completions"):
        with connected(service) as sending:
            sending.sendall(post(path, b"", authorized, length=GIGABYTE))
            assert all_of(sending)[9:12] == b"413"
    assert service.memory() - before < 150 * MEGABYTE
    assert list(scratch.iterdir()) == []
    assert not list((service.index.parent / "archive-jobs").glob("*/incoming/*"))
    with service.client(token) as client:
        assert client.post("/v1/search", json=LAMP).status_code == 200


def poured(sending: socket.socket, most: int) -> int:
    """How many bytes of a chunked form it takes before it closes or answers."""
    sent, chunk = 0, b"%x\r\n%s\r\n" % (MEGABYTE, b"x" * MEGABYTE)
    try:
        sending.sendall(b"%x\r\n%s\r\n" % (len(FORM), FORM))
        while sent < most:
            sending.sendall(chunk)
            sent += MEGABYTE
            sending.setblocking(False)
            try:
                if sending.recv(1, socket.MSG_PEEK):
                    return sent
            except BlockingIOError:
                pass
            finally:
                sending.settimeout(SECONDS)
    except (ConnectionError, BrokenPipeError):
        pass
    return sent


# What it says


def test_log_and_errors_have_no_question_token_or_folder(guarded: Guarded) -> None:
    service, token, _ = guarded
    question, private, name = "灰色信鸽什么时候离开车站？", "teal-heron", "gray-pigeon"
    with service.client(token) as client:
        asked = [
            client.post("/v1/ask", json={"question": question}),
            client.post("/v1/search", json={"question": question, "filters": {"speakers": [private]}}),
            client.post("/v1/search", json={"question": question, "top_k": private}),
            client.post("/v1/ask", content=question.encode()),
            client.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": question}]}),
            client.get(f"/v1/interviews/{name}"),
            client.get(f"/v1/passages/{name}?context=99{private}"),
            client.get(f"/v1/jobs/{name}"),
            client.delete(f"/v1/interviews/../{name}"),
            client.get(f"/v1/interviews?speaker={private}"),
            client.get("/v1/interviews", headers={"Host": f"{private}.example"}),
            client.get(f"/{name}", headers={"Authorization": "Bearer vb_" + "a" * 43}),
            client.post("/v1/interviews", files=[("files", (f"/etc/{name}.exe", b"x"))]),
            client.post("/v1/interviews", files=[("files", (f"../{name}.md", b"\x00\x01\x02" * 100))]),
        ]
        job_of(client, asked[-1])
        job = client.get(asked[-1].headers["location"])
    for answer in [*asked, job]:
        assert str(service.index.parent) not in answer.text
        assert token not in answer.text
        assert "Traceback" not in answer.text
    lines = service.logged()
    requests = [line for line in lines if line["event"] == "request"]
    assert {answer.headers["x-request-id"] for answer in asked} <= {line["request_id"] for line in requests}
    assert {"time", "level", "event", "logger", "request_id"} <= set.intersection(*map(set, requests))
    told = service.said()
    assert question not in told and question.encode("unicode_escape").decode() not in told
    assert token not in told
    assert private not in told  # what is asked for; what is opened, sent or deleted is named
    assert name in told
    assert "Traceback" not in told


# Whom it lets in


def test_it_starts_for_others_only_with_a_token_that_is_valid(tmp_path: Path) -> None:
    add_token(tmp_path / "archive-tokens.toml", "old", expires=datetime(2020, 1, 1, tzinfo=UTC))
    for host in ("0.0.0.0", "::"):
        refused = verbatim("serve", "--host", host, "--index", tmp_path / "archive")
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert "verbatim token add NAME" in refused.stderr


def test_without_tokens_it_says_so_and_lets_everyone_in(tmp_path: Path) -> None:
    index = sample_index(tmp_path)
    with serving(index, "--without-tokens", "--read-only") as service, service.client() as client:
        assert client.post("/v1/search", json=LAMP).status_code == 200
        assert client.delete("/v1/interviews/tea-mountain").status_code == 403
        assert not (index.parent / f"{index.name}-jobs").exists()
        assert listening_at(service) == {"127.0.0.1"}
        # A token that is made while it runs closes it.
        token, _ = add_token(index.parent / f"{index.name}-tokens.toml", "first")
        assert client.post("/v1/search", json=LAMP).status_code == 401
        assert client.post("/v1/search", json=LAMP, headers={"Authorization": f"Bearer {token}"}).status_code == 200


def listening_at(service: ServiceProcess) -> set[str]:
    """The addresses at which its port is open, on Linux."""
    found = set()
    table = Path("/proc/net/tcp")
    for line in table.read_text().splitlines()[1:] if table.exists() else ():
        address, port = line.split()[1].split(":")
        if line.split()[3] == "0A" and int(port, 16) == service.port:
            found.add(socket.inet_ntop(socket.AF_INET, bytes.fromhex(address)[::-1]))
    return found or {"127.0.0.1"}


def docs(client: httpx.Client) -> list[str]:
    return sorted(one["doc"] for one in client.get("/v1/interviews").json()["interviews"])
