"""`make bench`: seconds and memory of this version on this machine, printed and never asserted.

    python -m eval.bench [--corpus FOLDER] [--runs N]

Without a corpus it measures the real interviews where they are, else the samples. `verbatim eval` prints quality.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from eval.corpus import SAMPLES
from eval.gold import FOLDER, load_gold, only
from rag.chain import ask
from rag.retrieve import open_retriever

REAL = Path(__file__).parents[2] / "shared" / "transcripts"


@dataclass(frozen=True, slots=True)
class Run:
    """One finished process: wall seconds, seconds of all cores together, and the most memory it held in MB."""

    seconds: float
    cpu_seconds: float
    peak_mb: float


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as scratch:
        index = Path(scratch) / "index"
        measure_commands(arguments.corpus, index, Path(scratch), arguments.runs)
        gold = load_gold(FOLDER / ("interviews.jsonl" if arguments.corpus == REAL else "samples.jsonl"))
        measure_warm(index, [question.question for question in only(gold, "dev")])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m eval.bench")
    parser.add_argument("--corpus", type=Path, default=REAL if REAL.is_dir() else SAMPLES)
    parser.add_argument("--runs", type=int, default=5)
    return parser.parse_args()


def measure_commands(corpus: Path, index: Path, scratch: Path, runs: int) -> None:
    """The command line as a user starts it: each figure is the median of new processes."""
    print(f"{corpus} on {os.cpu_count()} cores, medians of {runs} new processes")
    first = [
        run_verbatim("index", str(corpus), "--index", str(scratch / f"index-{number}"))
        for number in range(min(runs, 3))
    ]
    _print("index from nothing", first)
    run_verbatim("index", str(corpus), "--index", str(index))
    _print("index again, unchanged", [run_verbatim("index", str(corpus), "--index", str(index)) for _ in range(runs)])
    question = "What is the most important thing they learnt?"
    _print("cold ask", [run_verbatim("ask", question, "--index", str(index)) for _ in range(runs)])


def run_verbatim(*command: str) -> Run:
    """Run the command line in a new process, to its end. Raises SystemExit when it fails."""
    begin = time.perf_counter()
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        actions = [(os.POSIX_SPAWN_DUP2, nowhere.fileno(), stream) for stream in (1, 2)]
        line = [sys.executable, "-m", "ui.cli", *command]
        process = os.posix_spawn(sys.executable, line, dict(os.environ), file_actions=actions)
        _, status, used = os.wait4(process, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"verbatim {' '.join(command)} failed with exit code {os.waitstatus_to_exitcode(status)}")
    to_mb = 1024 if sys.platform == "linux" else 1024 * 1024
    return Run(time.perf_counter() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss / to_mb)


def _print(what: str, runs: Sequence[Run]) -> None:
    seconds = [run.seconds for run in runs]
    print(
        f"  {what:<24} {median(seconds):6.2f} s  ({min(seconds):.2f} to {max(seconds):.2f})"
        f"   peak memory {median(run.peak_mb for run in runs):.0f} MB"
    )


def measure_warm(index: Path, questions: Sequence[str]) -> None:
    """One question after another in this process, its first one not counted."""
    retriever = open_retriever(index)
    ask(retriever, questions[0])
    seconds = [ask(retriever, question).timings["total"] for question in questions]
    retriever.index.close()
    print(f"  one question, warm       {median(seconds) * 1000:6.0f} ms ({len(seconds)} questions of a gold set)")


if __name__ == "__main__":
    main()
