"""`verbatim chat` as a process of its own, on a free port of this machine, for the tests that open it in a browser."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
SECONDS_TO_START = 90.0


@dataclass(frozen=True)
class PageServer:
    """A server that runs: its address, its index, and the file that has what it says."""

    url: str
    index: Path
    log: Path
    pid: int

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


@contextmanager
def serving_page(index: Path, *arguments: str, env: Mapping[str, str] | None = None) -> Iterator[PageServer]:
    """The server on this index, until the block ends. It runs in the folder that the index is in."""
    port = free_port()
    log = index.parent / f"chat-{port}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "ui.cli", "chat", "--index", str(index), "--port", str(port), "--no-browser"]
    settings = {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, *arguments], cwd=index.parent, env=settings, stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
    server = PageServer(f"http://127.0.0.1:{port}", index, log, process.pid)
    try:
        _wait_until_up(server, process)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_up(server: PageServer, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"the page did not start: {server.said()}")
