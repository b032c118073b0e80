"""`make bench`: seconds, memory and quality of this version on this machine, printed and never asserted.

    python -m eval.bench [--corpus FOLDER] [--gold FILE] [--split dev|test|all] [--runs N]

Without a corpus it measures the sample interviews; eval/gold/interviews.jsonl needs the folder of the real five.
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
from statistics import mean, median

from eval.gold import FOLDER, Gold, load_gold, only
from eval.metrics import key_fact_share, precision_recall, recall_at, reciprocal_rank
from rag.chain import ask
from rag.retrieve import Retriever, open_retriever

SAMPLES = Path(__file__).parent / "samples"
REAL = Path(__file__).parents[2] / "shared" / "transcripts"
RETRIEVED = 50  # hits looked through for the reciprocal rank


@dataclass(frozen=True, slots=True)
class Run:
    """One finished process: wall seconds, and the most memory it held in MB."""

    seconds: float
    peak_mb: float


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as scratch:
        index = Path(scratch) / "index"
        measure_commands(arguments.corpus, index, Path(scratch), arguments.runs)
        retriever = open_retriever(index)
        gold = load_gold(arguments.gold)
        for split in ("dev", "test") if arguments.split == "both" else (arguments.split,):
            measure_quality(retriever, only(gold, split), f"{arguments.gold.name}, {split}")
        retriever.index.close()


def _arguments() -> argparse.Namespace:
    real = REAL.is_dir()
    parser = argparse.ArgumentParser(prog="python -m eval.bench")
    parser.add_argument("--corpus", type=Path, default=REAL if real else SAMPLES)
    parser.add_argument("--gold", type=Path, default=FOLDER / ("interviews.jsonl" if real else "samples.jsonl"))
    parser.add_argument("--split", choices=("dev", "test", "all", "both"), default="both")
    parser.add_argument("--runs", type=int, default=5)
    return parser.parse_args()


def measure_commands(corpus: Path, index: Path, scratch: Path, runs: int) -> None:
    """The command line as a user starts it: each figure is the median of new processes."""
    print(f"{corpus} on {os.cpu_count()} cores, medians of {runs} new processes")
    first = [_run("index", str(corpus), "--index", str(scratch / f"index-{number}")) for number in range(min(runs, 3))]
    _print("index from nothing", first)
    _run("index", str(corpus), "--index", str(index))
    _print("index again, unchanged", [_run("index", str(corpus), "--index", str(index)) for _ in range(runs)])
    question = "What is the most important thing they learnt?"
    _print("cold ask", [_run("ask", question, "--index", str(index)) for _ in range(runs)])


def _run(*command: str) -> Run:
    begin = time.perf_counter()
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        actions = [(os.POSIX_SPAWN_DUP2, nowhere.fileno(), stream) for stream in (1, 2)]
        line = [sys.executable, "-m", "ui.cli", *command]
        process = os.posix_spawn(sys.executable, line, dict(os.environ), file_actions=actions)
        _, status, used = os.wait4(process, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"verbatim {' '.join(command)} failed with exit code {os.waitstatus_to_exitcode(status)}")
    to_mb = 1024 if sys.platform == "linux" else 1024 * 1024
    return Run(time.perf_counter() - begin, used.ru_maxrss / to_mb)


def _print(what: str, runs: Sequence[Run]) -> None:
    seconds = [run.seconds for run in runs]
    print(
        f"  {what:<24} {median(seconds):6.2f} s  ({min(seconds):.2f} to {max(seconds):.2f})"
        f"   peak memory {median(run.peak_mb for run in runs):.0f} MB"
    )


def measure_quality(retriever: Retriever, questions: Sequence[Gold], name: str) -> None:
    """Retrieval, answers and warm seconds over gold questions, in this process."""
    recalls, ranks, lengths, facts, seconds = [], [], [], [], []
    declined = []
    for gold in questions:
        begin = time.perf_counter()
        answer = ask(retriever, gold.question)
        seconds.append(time.perf_counter() - begin)
        declined.append((not answer.answered, not gold.answerable))
        if not gold.answerable:
            continue
        hits = retriever.search(gold.question, RETRIEVED).hits
        recalls.append(recall_at(5, hits, gold.evidence))
        ranks.append(reciprocal_rank(hits, gold.evidence))
        lengths.append(sum(len(hit.text) for hit in hits[:5]))
        facts.append(key_fact_share(" ".join(citation.quote for citation in answer.citations), gold.key_facts))
    precision, recall = precision_recall(declined)
    print(f"{name}: {len(questions)} questions, {len(recalls)} of them answerable")
    print(f"  recall@5 {mean(recalls):.3f} with {mean(lengths):.0f} characters in the five, at most {max(lengths)}")
    print(f"  MRR {mean(ranks):.3f}   key facts in the extractive answer {mean(facts):.3f}")
    print(f"  declined: precision {precision:.2f}, recall {recall:.2f}; warm p50 {median(seconds) * 1000:.0f} ms")


if __name__ == "__main__":
    main()
