"""Load for `make bench-service`: wrk (https://github.com/wg/wrk) with many clients, and what it measured."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

CLIENTS = 16
PATIENCE = 10  # seconds after which a request has timed out
TO_END = 60  # seconds beyond those of the load
SCRIPT = Path(__file__).with_name("bench_service_load.lua")


@dataclass(frozen=True, slots=True)
class Load:
    """One load: how many requests were answered in how many seconds, and the milliseconds that they took.

    `refused` were answered with another status than 200, of which `first` shows one.
    """

    requests: int
    seconds: float
    p50: float
    p95: float
    p99: float
    most: float
    refused: int
    timed_out: int
    broken: int
    first: str

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds

    @property
    def errors(self) -> int:
        """How many requests went wrong, in whichever way."""
        return self.refused + self.timed_out + self.broken


def find_wrk() -> str:
    """Where wrk is. Raises SystemExit where it is not installed."""
    wrk = shutil.which("wrk")
    if not wrk:
        raise SystemExit("wrk, which makes the load, is missing. Debian: apt install wrk; macOS: brew install wrk")
    return wrk


def request_line(method: str, path: str, body: object = None) -> str:
    """One request as bench_service_load.lua reads it. The path is percent-encoded already."""
    return f"{method} {path}" if body is None else f"{method} {path} {json.dumps(body)}"


def put_load(url: str, lines: Sequence[str], scratch: Path, seconds: float) -> Load:
    """Send the requests for so many seconds, from 16 clients that each wait for an answer before they ask again.

    After the last line it begins again at the first. Raises SystemExit when wrk fails.
    """
    file = scratch / "requests.txt"
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    settings = ["-t1", f"-c{CLIENTS}", f"-d{math.ceil(seconds)}s", "--timeout", f"{PATIENCE}s"]
    command = [find_wrk(), *settings, "-s", str(SCRIPT), url, "--", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + TO_END)
    if done.returncode or not done.stdout.strip():
        raise SystemExit(f"wrk failed with exit code {done.returncode}: {done.stderr.strip() or done.stdout.strip()}")
    return parse(done.stdout)


def parse(told: str) -> Load:
    """What wrk printed: the last line is bench_service_load.lua's."""
    return Load(**json.loads(told.strip().splitlines()[-1]))
