"""`verbatim serve` as a process of its own, on a free port of this machine."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from page_server import ROOT, free_port

SECONDS = 90.0  # until a test gives up
LAMP = {"question": "老魏为什么终于不再用油灯？"}


@dataclass(frozen=True)
class ServiceProcess:
    """A service that runs: its address, its index, and the file that has its log."""

    port: int
    index: Path
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def logged(self) -> list[dict[str, Any]]:
        """What it has logged: every line must be a JSON object."""
        return [json.loads(line) for line in self.said().splitlines()]

    def memory(self) -> int:
        """Bytes that it has in memory now, on Linux; else 0."""
        status = Path(f"/proc/{self.process.pid}/status")
        lines = status.read_text().splitlines() if status.exists() else []
        return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS")), 0)

    def client(self, token: str = "") -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=SECONDS)

    def kill(self) -> None:
        """As the machine does when memory runs out, and as a power cut does."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Tell it to end; its exit status when it has."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=SECONDS)


@contextmanager
def serving(index: Path, *arguments: str, env: Mapping[str, str] | None = None) -> Iterator[ServiceProcess]:
    """The service on this index, until the block ends. It runs in the folder that the index is in."""
    port = free_port()
    log = index.parent / f"serve-{port}.log"
    command = [sys.executable, "-m", "ui.cli", "serve", "--index", str(index), "--port", str(port), *arguments]
    settings = {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=index.parent, env=settings, stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
    service = ServiceProcess(port, index, log, process)
    try:
        wait_until(lambda: _answers(service), lambda: f"the service did not start: {service.said()}")
        yield service
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(service: ServiceProcess) -> bool:
    assert service.process.poll() is None, service.said()
    try:
        return httpx.get(f"{service.url}/healthz", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def wait_until(condition: Callable[[], object], told: Callable[[], str] = lambda: "it did not happen") -> None:
    """Wait for what another process does."""
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, told()
        time.sleep(0.05)


def job_of(client: httpx.Client, sent: httpx.Response) -> dict[str, Any]:
    """The job that was answered with 202, when it has ended."""
    assert sent.status_code == 202, sent.text
    found: dict[str, Any] = {}

    def has_ended() -> bool:
        found.update(client.get(sent.headers["location"]).json())
        return bool(found["ended"])

    wait_until(has_ended)
    return found


def connected(service: ServiceProcess, small_buffers: bool = False) -> socket.socket:
    """A connection to it, for what no client library sends."""
    connection = socket.socket()
    if small_buffers:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(SECONDS)
    connection.connect(("127.0.0.1", service.port))
    return connection


def head(length: int | None, more: str = "") -> bytes:
    """The head of an upload, with its length or in chunks."""
    size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    kind = "Content-Type: multipart/form-data; boundary=x"
    return f"POST /v1/interviews HTTP/1.1\r\nHost: localhost\r\n{kind}\r\n{more}{size}\r\n\r\n".encode()


def post(path: str, body: bytes, more: str = "", length: int | None = None) -> bytes:
    """A request with a body of JSON; `length` is what it says that it has, `more` are further headers."""
    size = len(body) if length is None else length
    kind = "Content-Type: application/json"
    return f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{kind}\r\n{more}Content-Length: {size}\r\n\r\n".encode() + body


def all_of(connection: socket.socket) -> bytes:
    """What comes until the connection is closed, which it must be."""
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionError:
        pass
    return b"".join(parts)
