"""`make bench-service`: that it counts right. How fast anything is, no test says."""

from __future__ import annotations

import http.client
import shutil
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path

import pytest

from eval import bench_service_process
from eval.bench_service import _all_different, _first_event, different
from eval.bench_service_load import Load, find_wrk, parse, put_load, request_line
from eval.bench_service_process import Running, bare_route

needs_wrk = pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed (Debian: apt install wrk)")
EVENTS = (
    b'event: sentence\ndata: {"sentence": 1}\n\n',
    b'event: sentence\ndata: {"sentence": 2}\n\n',
    b'event: answer\ndata: {"answer": "event: sentence"}\n\n',
)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked: list[bytes] = []  # noqa: RUF012

    def do_GET(self) -> None:
        self._answer(404, b"not \x07 here")

    def do_POST(self) -> None:
        self.asked.append(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer(200, b"".join(EVENTS) if self.path == "/v1/ask" else b"{}")

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def _server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        _Handler.asked.clear()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            serving.join()


def _load(requests: int) -> Load:
    return Load(requests, 2.0, 1, 1, 1, 1, refused=2, timed_out=1, broken=3, first="")


def test_no_two_questions_are_alike_and_none_has_a_number() -> None:
    questions = list(islice(different(["谁在冬天结冰？", "What froze?"]), 2000))
    assert len(set(questions)) == 2000
    assert questions[:3] == ["谁在冬天结冰？ (bb)", "What froze? (bb)", "谁在冬天结冰？ (bc)"]
    assert not any(character.isdigit() for question in questions for character in question)


def test_rates_and_errors() -> None:
    assert _load(30).rate == 15
    assert _load(30).errors == 6


def test_a_load_that_ran_out_of_questions_is_no_figure() -> None:
    assert _all_different(_load(2), ["a", "b"]).requests == 2
    with pytest.raises(SystemExit, match="asked twice"):
        _all_different(_load(3), ["a", "b"])


def test_request_lines_are_one_line_each() -> None:
    assert request_line("GET", "/v1/interviews") == "GET /v1/interviews"
    line = request_line("POST", "/v1/search", {"question": "a\nb 核"})
    assert line == 'POST /v1/search {"question": "a\\nb \\u6838"}'


def test_the_last_line_is_the_result() -> None:
    told = (
        "Running 1s test\n  Latency 1ms\n\n"
        '{"requests": 12, "seconds": 2.5, "p50": 1.5, "p95": 3.0, "p99": 4.0, "most": 4.5, '
        '"refused": 0, "timed_out": 0, "broken": 0, "first": ""}\n'
    )
    assert parse(told) == Load(12, 2.5, 1.5, 3.0, 4.0, 4.5, 0, 0, 0, "")


def test_without_wrk_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match="apt install wrk"):
        find_wrk()


@needs_wrk
def test_wrk_sends_what_the_lines_say(tmp_path: Path) -> None:
    lines = [request_line("POST", "/v1/search", {"question": f"核{number}"}) for number in range(3)]
    with _server() as address:
        load = put_load(f"http://{address}", lines, tmp_path, 1)
    assert load.requests > 3
    assert load.errors == 0
    assert {b'{"question": "\\u6838%d"}' % number for number in range(3)} == set(_Handler.asked)


@needs_wrk
def test_wrk_counts_what_was_refused(tmp_path: Path) -> None:
    with _server() as address:
        load = put_load(f"http://{address}", ["GET /nothing"], tmp_path, 1)
    assert load.refused >= load.requests > 0
    assert load.first == "404 not   here"


def test_the_first_event_is_a_whole_sentence_and_the_rest_is_read() -> None:
    with _server() as address, closing(http.client.HTTPConnection(address, timeout=10)) as connection:
        first, second = _first_event(connection, "a"), _first_event(connection, "b")
    assert first is not None and second is not None and 0 < first < 10
    assert _Handler.asked[1] == b'{"question": "b", "model": "quotes", "stream": true}'


def test_the_bare_route_answers_and_ends(tmp_path: Path) -> None:
    with bare_route(tmp_path) as running:
        assert running.post("/bare", {"question": "核"}).decode() == '{"question":"核"}'
    with pytest.raises(OSError):
        running.get("/openapi.json")


def test_a_server_that_does_not_start_shows_its_log(tmp_path: Path) -> None:
    starting = bench_service_process._running(["eval.no_such_module"], "/", tmp_path / "log")
    with pytest.raises(SystemExit, match=r"(?s)eval.no_such_module does not answer.*No module named"), starting:
        pass


def test_memory_is_read_from_the_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    told = b"# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes 3.145728e+06\n"
    monkeypatch.setattr(Running, "get", lambda self, path: told)
    assert Running("http://127.0.0.1:1", 1).memory_mb() == 3
    monkeypatch.setattr(Running, "get", lambda self, path: b"")
    with pytest.raises(SystemExit, match="--requests 0"):
        Running("http://127.0.0.1:1", 1).memory_mb()
