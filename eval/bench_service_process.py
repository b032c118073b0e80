"""The servers that `make bench-service` measures, each a process of its own on a free port of this machine."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

TO_START = 120.0  # seconds
TO_STOP = 60.0
TOLD = re.compile(r"http://127\.0\.0\.1:\d+")  # in its first line, however that is put


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers: its address and its process."""

    url: str
    pid: int

    def get(self, path: str) -> bytes:
        """What it answers; raises urllib's errors."""
        with urllib.request.urlopen(self.url + path, timeout=30) as response:
            body: bytes = response.read()
        return body

    def post(self, path: str, body: object) -> bytes:
        """What it answers; raises urllib's errors."""
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers, method="POST")
        with urllib.request.urlopen(request, timeout=30) as response:
            answer: bytes = response.read()
        return answer

    def memory_mb(self) -> float:
        """Its resident memory in MB (2^20 bytes), as it tells Prometheus; only Linux has the figure."""
        for line in self.get("/metrics").decode().splitlines():
            if line.startswith("process_resident_memory_bytes "):
                return float(line.split()[1]) / 2**20
        raise SystemExit("this system does not tell how much memory a process has: --requests 0 leaves that out")


def service(index: Path, scratch: Path) -> AbstractContextManager[Running]:
    """`verbatim serve` over an index, without tokens, limits on requests, and chat models."""
    command = ["ui.cli", "serve", "--index", str(index), "--port", "0", "--rate", "0", "--no-llm"]
    command += ["--tokens", str(scratch / "no-tokens.toml"), "--without-tokens"]
    return _running(command, "/readyz", scratch / "service.log")


def bare_route(scratch: Path) -> AbstractContextManager[Running]:
    """eval/bench_service_bare.py."""
    return _running(["eval.bench_service_bare"], "/openapi.json", scratch / "bare.log")


@contextmanager
def _running(module: list[str], ready: str, log: Path) -> Iterator[Running]:
    """Until the block is left. Raises SystemExit, with the end of its log, for one that does not begin to answer."""
    # What the shell has set for other archives and models is not measured.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("VERBATIM_", "OTEL_"))}
    with log.open("w", encoding="utf-8") as told:
        process = subprocess.Popen([sys.executable, "-m", *module], stdout=told, stderr=told, env=environment)
    try:
        yield _answering(process, module[0], ready, log)
    finally:
        process.terminate()
        try:
            process.wait(TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answering(process: subprocess.Popen[bytes], name: str, ready: str, log: Path) -> Running:
    end = time.monotonic() + TO_START
    while process.poll() is None and time.monotonic() < end:
        if found := TOLD.search(log.read_text(encoding="utf-8", errors="replace")):
            running = Running(found[0], process.pid)
            try:
                running.get(ready)
                return running
            except urllib.error.URLError:  # not yet: it listens, but opens its index
                pass
        time.sleep(0.1)
    told = log.read_text(encoding="utf-8", errors="replace")[-2000:]
    raise SystemExit(f"{name} does not answer. The end of its log:\n{told}")
