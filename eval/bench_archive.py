"""`make bench-archive`: a large archive on this machine, printed and never asserted.

    python -m eval.bench_archive [--corpus FOLDER] [--sizes 30 100 300] [--million]

How long archives of growing size take to be built, and how much memory; how long one more file takes; how long a
question takes, warm, and how much of what an exact search finds is found. With --million the last again over a million
passages: their vectors are random ones around those of the corpus, their words those of the corpus mixed.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from statistics import median, quantiles

import numpy as np

from eval.bench import Run, run_verbatim
from eval.synthetic import MILLION, write_synthetic
from index.opened import OpenedIndex
from index.tables import ASKING
from rag.retrieve import Retriever, open_retriever

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
QUESTIONS = 200
EXACT = 50  # questions of which the ten nearest are compared


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    files = sorted(path for path in arguments.corpus.rglob("*") if path.is_file())
    with tempfile.TemporaryDirectory(dir=arguments.scratch) as scratch:
        index = Path(scratch) / "index"
        for size in arguments.sizes:
            index = Path(scratch) / f"index-{size}"
            _print_build(f"{size} interviews, from nothing", files[:size], index)
        _print_build("the same again", files[:size], index)
        extra = Path(scratch) / "one more.md"
        extra.write_text(files[0].read_text(encoding="utf-8").replace("。", "！").replace(". ", "! "), encoding="utf-8")
        _print_build("one more file", [extra], index)
        questions = _questions(index)
        _print_search(index, questions)
        if arguments.million:
            begin = time.perf_counter()
            synthetic = write_synthetic(index, Path(scratch) / "synthetic", MILLION)
            print(f"  {MILLION:,} passages written in {time.perf_counter() - begin:.0f} s")
            _print_search(synthetic, questions)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m eval.bench_archive")
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--sizes", type=int, nargs="+", default=[30, 100, 300])
    parser.add_argument("--million", action="store_true")
    parser.add_argument("--scratch", type=Path, help="where the indexes are written meanwhile")
    return parser.parse_args()


def _print_build(what: str, files: Sequence[Path], index: Path) -> None:
    run: Run = run_verbatim("index", *map(str, files), "--index", str(index))
    megabytes = sum(path.stat().st_size for path in files) / 1e6
    print(
        f"  {what:<30} {run.seconds:7.1f} s ({run.cpu_seconds:.0f} s of the cores)  {megabytes:5.1f} MB of text"
        f"   peak memory {run.peak_mb:.0f} MB"
    )


def _questions(folder: Path) -> list[str]:
    """What the interviewers of the archive themselves ask: the same ones each time."""
    with closing(open_retriever(folder).index) as index:
        table = index.table("sentences")
        asks = np.flatnonzero(table["question"] & np.isin(table["role"], ASKING))
        asked = {_words(index, int(row)) for row in asks}
    long_enough = sorted(words for words in asked if 12 <= len(words) <= 120)
    return random.Random(0).sample(long_enough, min(QUESTIONS, len(long_enough)))


def _words(index: OpenedIndex, row: int) -> str:
    doc, sentence = index.sentences[row]
    return index.text(doc)[sentence.start : sentence.end]


def _print_search(folder: Path, questions: Sequence[str]) -> None:
    retriever = open_retriever(folder)
    begin = time.perf_counter()
    retriever.search(questions[0])
    first = time.perf_counter() - begin
    seconds = sorted(_timed_searches(retriever, questions))
    kinds = "; ".join(f"{name} {kind}" for name, kind in retriever.index.manifest.vectors.items())
    print(
        f"  search, {len(retriever.index.passages):,} passages, {len(retriever.index.sentences):,} sentences ({kinds})"
    )
    print(
        f"    {len(seconds)} questions: p50 {median(seconds) * 1000:.0f} ms,"
        f" p95 {quantiles(seconds, n=20)[-1] * 1000:.0f} ms; the first, which opens the files, {first * 1000:.0f} ms"
    )
    print(f"    recall@10 of the vector search against exact: {_recall(retriever, questions[:EXACT]):.3f}")
    retriever.index.close()


def _timed_searches(retriever: Retriever, questions: Sequence[str]) -> Iterator[float]:
    for question in questions:
        begin = time.perf_counter()
        retriever.search(question)
        yield time.perf_counter() - begin


def _recall(retriever: Retriever, questions: Sequence[str]) -> float:
    vectors = retriever.index.passage_vectors
    shares = []
    for question in questions:
        asked = retriever.embedder.encode_query(question)
        exact = np.argpartition(-vectors.scores(asked), 10)[:10]
        shares.append(len(set(exact.tolist()) & set(vectors.nearest(asked, 10).tolist())) / 10)
    return float(np.mean(shares))


if __name__ == "__main__":
    main()
