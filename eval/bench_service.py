"""`make bench-service`: what `verbatim serve` can take on this machine, printed and never asserted.

    python -m eval.bench_service [--interviews FOLDER] [--index FOLDER] [--seconds N] [--runs N] [--requests N]

Requests a second and milliseconds of searches and of answers by quotation for 16 clients, next to a bare FastAPI route
on the same server; how soon a streamed answer begins; and memory after 1,000 requests and after 20,000. No two
questions are alike, since the service keeps what it worked out for the last ones. Ends with 1 where a request failed.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import math
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import quote, urlsplit

from eval.bench import REAL, run_verbatim
from eval.bench_service_load import CLIENTS, Load, find_wrk, put_load, request_line
from eval.bench_service_process import Running, bare_route, service
from eval.corpus import SAMPLES
from eval.gold import FOLDER, load_gold

WARM = 4.0  # seconds of requests before a figure is taken
PER_SECOND = 500  # different questions made ready for each second of a load
STREAMED = 100  # answers of which the first event is timed
LOOKS = (1000, 2000, 5000, 10_000)  # requests after which memory is looked at; the first is compared with the last
PIECE = 10.0  # seconds: between two pieces of the load for the memory it is counted


@dataclass(slots=True)
class Bench:
    """What all measurements share; `errors` counts the requests that failed in any of them."""

    index: Path
    scratch: Path
    seconds: float
    runs: int
    questions: Iterator[str]
    answerable: Sequence[str]
    errors: int = 0


def main() -> None:
    """Measure and print; exit code 1 where a request failed."""
    arguments = _arguments()
    find_wrk()
    print(f"{_machine()}; load average {_load_average()}; {CLIENTS} clients, medians of {arguments.runs} runs")
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        index = scratch / "archive"
        if arguments.index:
            shutil.copytree(arguments.index, index)  # what the service writes, it writes beside it
        else:
            run_verbatim("index", str(arguments.interviews), "--index", str(index))
        gold = load_gold(FOLDER / ("samples.jsonl" if arguments.interviews == SAMPLES else "interviews.jsonl"))
        questions = different([question.question for question in gold])
        answerable = [question.question for question in gold if question.answerable and not question.history]
        bench = Bench(index, scratch, arguments.seconds, arguments.runs, questions, answerable)
        measure_bare(bench)
        with service(index, scratch) as running:
            measure_first_event(bench, running)
            measure_questions(bench, running, "/v1/search", {})
            measure_questions(bench, running, "/v1/ask", {"model": "quotes"})
        if arguments.requests:
            measure_memory(bench, arguments.requests)
    if bench.errors:
        raise SystemExit(f"{bench.errors} requests failed")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m eval.bench_service")
    parser.add_argument("--interviews", type=Path, default=REAL if REAL.is_dir() else SAMPLES)
    parser.add_argument("--index", type=Path, help="an index of them, instead of building one")
    parser.add_argument("--seconds", type=float, default=12, help="of each run")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--requests", type=int, default=20_000, help="for the memory; 0 leaves it out")
    return parser.parse_args()


def different(questions: Sequence[str]) -> Iterator[str]:
    """Questions without end, no two alike: those given, each with other letters behind it in every round.

    Letters, because a number might be taken for a year, and years filter.
    """
    for length in itertools.count(2):
        for letters in itertools.product("bcdfghjklmnpqrstvwxz", repeat=length):
            for question in questions:
                yield f"{question} ({''.join(letters)})"


def measure_bare(bench: Bench) -> None:
    """What the server and FastAPI allow, whatever the service does."""
    lines = [request_line("POST", "/bare", {"question": question}) for question in _take(bench, PER_SECOND)]
    with bare_route(bench.scratch) as running:
        put_load(running.url, lines, bench.scratch, WARM)
        loads = [put_load(running.url, lines, bench.scratch, bench.seconds) for _ in range(bench.runs)]
    _print_loads(bench, "a bare FastAPI route", loads)


def measure_questions(bench: Bench, running: Running, path: str, settings: dict[str, str]) -> None:
    """Different questions to one route from all clients."""

    def load(seconds: float) -> Load:
        asked = _take(bench, PER_SECOND * math.ceil(seconds))
        lines = [request_line("POST", path, {"question": question, **settings}) for question in asked]
        return _all_different(put_load(running.url, lines, bench.scratch, seconds), lines)

    load(WARM)
    _print_loads(bench, f"{path} {settings.get('model', '')}".strip(), [load(bench.seconds) for _ in range(bench.runs)])


def _all_different(load: Load, lines: Sequence[str]) -> Load:
    if load.requests > len(lines):
        raise SystemExit(f"more than {PER_SECOND} requests a second: some questions were asked twice")
    return load


def measure_first_event(bench: Bench, running: Running) -> None:
    """How soon the first sentence of a streamed answer is here, for one client on a connection that it keeps."""
    put_load(running.url, _mixed(bench, running, WARM), bench.scratch, WARM)
    with closing(http.client.HTTPConnection(urlsplit(running.url).netloc, timeout=10)) as connection:
        timed = [_first_event(connection, question) for question in bench.answerable[:STREAMED]]
    seconds = [one for one in timed if one is not None]
    if len(seconds) < 2:
        raise SystemExit("no streamed answer had a sentence")
    print(
        f"  first sentence, streamed   p50 {median(seconds) * 1000:.0f} ms, p95"
        f" {quantiles(seconds, n=20)[-1] * 1000:.0f} ms, longest {max(seconds) * 1000:.0f} ms"
        f" ({len(seconds)} answers to one client; {len(timed) - len(seconds)} others had no sentence)"
    )


def _first_event(connection: http.client.HTTPConnection, question: str) -> float | None:
    """Seconds until the first sentence has come; None for an answer without one. Raises SystemExit when refused."""
    body = json.dumps({"question": question, "model": "quotes", "stream": True})
    begin = time.perf_counter()
    connection.request("POST", "/v1/ask", body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    if response.status != 200:
        raise SystemExit(f"a streamed answer was refused: {response.status} {response.read(300)!r}")
    seconds = None
    is_sentence = False
    while line := response.readline():
        is_sentence = is_sentence or line.strip() == b"event: sentence"
        if seconds is None and is_sentence and not line.strip():  # the empty line is the end of the event
            seconds = time.perf_counter() - begin
    response.read()  # else the connection cannot be used again
    return seconds


def measure_memory(bench: Bench, requests: int) -> None:
    """The resident memory of a new process after ever more requests of all kinds that read."""
    looks = [look for look in LOOKS if look < requests] + [requests]
    told, sent, seconds = [], 0, 0.0
    with service(bench.index, bench.scratch) as running:
        for look in looks:
            while sent < look:
                lines = _mixed(bench, running, PIECE)
                load = _all_different(put_load(running.url, lines, bench.scratch, PIECE), lines)
                _note_errors(bench, load)
                sent, seconds = sent + load.requests, seconds + load.seconds
            told.append((running.memory_mb(), sent))
    print("  memory: " + ", ".join(f"{megabytes:.0f} MB after {sent:,}" for megabytes, sent in told), end="")
    print(f" mixed requests, {told[-1][0] / told[0][0]:.3f} times as much ({seconds:.0f} s)")


def _mixed(bench: Bench, running: Running, seconds: float) -> list[str]:
    """Of ten requests eight are questions, half of them searches; the others open interviews, their list, passages."""
    reading = itertools.cycle(_reading(running))
    lines = []
    for number, question in enumerate(_take(bench, PER_SECOND * math.ceil(seconds))):
        match number % 10:
            case 0 | 5:
                lines.append(request_line("GET", next(reading)))
            case 1 | 3 | 7 | 9:
                lines.append(request_line("POST", "/v1/search", {"question": question}))
            case _:
                lines.append(request_line("POST", "/v1/ask", {"question": question, "model": "quotes"}))
    return lines


def _reading(running: Running) -> list[str]:
    """The paths of what can be read: the list, every interview, and passages of each."""
    interviews = json.loads(running.get("/v1/interviews?limit=1000"))["interviews"]
    found = json.loads(running.post("/v1/search", {"question": "What do they say?", "top_k": 50, "as_is": True}))
    passages = [f"/v1/passages/{quote(hit['passage_id'])}?context=2" for hit in found["hits"]]
    docs = [f"/v1/interviews/{quote(interview['doc'])}" for interview in interviews]
    pairs = zip(itertools.cycle(["/v1/interviews", *docs]), passages, strict=False)
    return [path for pair in pairs for path in pair]


def _take(bench: Bench, count: int) -> list[str]:
    return list(itertools.islice(bench.questions, count))


def _print_loads(bench: Bench, what: str, loads: Sequence[Load]) -> None:
    rates = [load.rate for load in loads]
    p50, p95, p99 = (median(getattr(load, name) for load in loads) for name in ("p50", "p95", "p99"))
    print(
        f"  {what:<24} {median(rates):7.1f} requests/s ({min(rates):.1f} to {max(rates):.1f})"
        f"   p50 {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms, longest {max(load.most for load in loads):.0f} ms"
        f"   {sum(load.requests for load in loads)} in {sum(load.seconds for load in loads):.0f} s,"
        f" {sum(load.errors for load in loads)} errors"
    )
    for load in loads:
        _note_errors(bench, load)


def _note_errors(bench: Bench, load: Load) -> None:
    bench.errors += load.errors
    if load.errors:
        told = f"{load.refused} refused, {load.timed_out} timed out, {load.broken} connections broken"
        print(f"    errors: {told}; the first: {load.first or '-'}", file=sys.stderr)


def _machine() -> str:
    return f"{os.cpu_count()} cores ({_model() or platform.machine()})"


def _model() -> str:
    """The processor's name; "" where the system does not tell it in /proc."""
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    names = [line.partition(":")[2].strip() for line in told.splitlines() if line.startswith("model name")]
    return names[0] if names else ""


def _load_average() -> str:
    return " ".join(f"{average:.2f}" for average in os.getloadavg())


if __name__ == "__main__":
    main()
