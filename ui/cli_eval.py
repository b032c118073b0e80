"""What `verbatim eval` does after its options are read: a run, a comparison, or questions to start from."""

from __future__ import annotations

import shlex
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from eval.check import check_gold
from eval.compare import compare
from eval.corpus import SAMPLES, Archive, opened
from eval.extras import PAGE, require
from eval.gates import Gate, read_gate
from eval.gold import is_csv, load_gold
from eval.measures import measure_of
from eval.output import check_target, whole_file
from eval.records import LAST_REPORT, Figure, Report, read_report, write_report
from eval.session import Evaluation, Task, evaluate
from eval.starter import write_starter
from index.errors import InputError
from ui.cli_errors import INTERRUPTED
from ui.messages import counted, one_line, tell
from ui.options import index_flags
from ui.progress import build_progress
from ui.render_eval import render_report
from ui.render_eval_compare import render_comparison
from ui.terminal import open_console, write

WORK = Path(".verbatim-eval")  # where it is run


@dataclass(frozen=True, slots=True)
class Wanted:
    """What shall come of a run: files to write, and bounds as they were typed."""

    as_json: Path | None
    as_html: Path | None
    least: tuple[str, ...]
    most: tuple[str, ...]


def choose_archive(gold: str, corpus: Path | None, index: Path, is_given: bool) -> Archive:
    """The interviews that a gold set is asked of; `is_given` says whether `index` was, or is the default.

    Raises InputError for the set whose interviews do not come with Verbatim.
    """
    if corpus:
        return Archive(corpus)
    if is_given:
        return Archive(index, is_index=True)
    if gold == "samples":
        return Archive(SAMPLES)
    if gold == "interviews":
        raise InputError(
            "--gold interviews asks about five interviews that do not come with Verbatim: "
            "name their folder with --corpus DIR, or an index of them with --index DIR"
        )
    return Archive(index, is_index=True)


def run_eval(task: Task, wanted: Wanted) -> int:
    """Evaluate, write and show the report, and look at the bounds.

    Returns the exit code: 1 for a missed bound, or for a judge that gave not one verdict.
    """
    gates = [*(read_gate(text, True) for text in wanted.least), *(read_gate(text, False) for text in wanted.most)]
    for gate in gates:
        if gate.is_least == measure_of(gate.metric).lower_is_better:
            tell(f"note: {'less' if gate.is_least else 'more'} is better in {gate.metric}, and {gate} is asked for")
    _check_targets(task, wanted)
    try:
        with stopped_by_kill(), build_progress() as progress:
            evaluation = evaluate(task, progress, tell)
    except KeyboardInterrupt:
        tell(f"interrupted; the same command{' without --fresh' if task.fresh else ''} goes on where it stopped")
        return INTERRUPTED
    return _deliver(evaluation, wanted, gates)


def run_compare(before: Path, after: Path) -> int:
    """Show what changed between two reports."""
    render_comparison(open_console(), compare(read_report(before), read_report(after)))
    return 0


def run_init(file: Path, corpus: Path | None, index: Path, embedding: str | None) -> int:
    """Write a gold set to start from, and say what to do with it."""
    check_target("--init", file)
    is_csv(file)  # raises for another suffix, before anything is indexed
    if file.exists():
        raise InputError(f"--init {file}: is there already, and stays as it is; name another file")
    archive = Archive(corpus) if corpus else Archive(index, is_index=True)
    with build_progress() as progress, opened(archive, WORK, embedding, progress, tell) as retriever:
        number = write_starter(retriever.index, file)
        check_gold(load_gold(file), retriever.index, file)
    console = open_console()
    write(console, f"{one_line(str(file))}: {counted(number, 'question')} that your interviewers asked")
    write(console, "Now make them yours:")
    for step in (
        "question: ask it in your own words, as someone would who has not read the interviews",
        "gold_answer: a good answer in your own words",
        'key_facts: what a good answer holds, each fact a list of writings: [["80%", "four fifths"], ["2016"]]',
        'some with "answerable": false, "evidence": [], that no interview answers',
    ):
        write(console, f"- {step}", indent=2, hang=2)
    place = f" --corpus {shlex.quote(str(corpus))}" if corpus else index_flags(index)
    model = f" --embedding {shlex.quote(embedding)}" if corpus and embedding else ""
    write(console, "Then run:")
    write(console, f"verbatim eval --gold {shlex.quote(str(file))}{place}{model}", indent=2, wrap=False)
    return 0


@contextmanager
def stopped_by_kill() -> Iterator[None]:
    """`kill` ends the block as Ctrl-C does, with KeyboardInterrupt."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _check_targets(task: Task, wanted: Wanted) -> None:
    """Raise InputError where a report could not be written, or would overwrite what it should not."""
    targets = {"--json": wanted.as_json, "--html": wanted.as_html}
    taken = {task.gold_file.resolve(): "the gold set"}
    for option, path in targets.items():
        if path is None:
            continue
        check_target(option, path)
        if what := taken.get(path.resolve()):
            raise InputError(f"{option} {path}: this is {what}; name another file")
        taken[path.resolve()] = "where the other report goes"
    if wanted.as_html:
        require("--html", PAGE)


def _deliver(evaluation: Evaluation, wanted: Wanted, gates: Sequence[Gate]) -> int:
    """Files first: they are there whatever becomes of the terminal."""
    report = evaluation.report
    _write_files(report, wanted)
    console = open_console()
    render_report(console, report)
    lines = [_line(gate, report.runs[0].figures) for gate in gates]
    if lines:
        write(console)
    for line in lines:
        write(console, line)
    for name, path in (("report", wanted.as_json), ("page", wanted.as_html)):
        if path:
            tell(f"{name}: {path}")
    for journal in evaluation.journals:
        journal.close()
    return 0 if evaluation.is_judged and all(gate.passes(report.runs[0].figures) for gate in gates) else 1


def _write_files(report: Report, wanted: Wanted) -> None:
    if wanted.as_json:
        with whole_file(wanted.as_json) as part:
            write_report(report, part)
    if wanted.as_html:
        from eval.html_report import write_html

        with whole_file(wanted.as_html) as part:
            write_html(report, part)
    _keep(report)


def _keep(report: Report) -> None:
    """Keep the report for the chat page. What was asked for is written and shown, whatever becomes of this."""
    try:
        with whole_file(WORK / LAST_REPORT) as part:
            write_report(report, part)
    except InputError as error:
        tell(f"note: the chat page will not show this run: {error}")


def _line(gate: Gate, figures: Mapping[str, Figure]) -> str:
    """ "PASS recall@5 at least 0.75: 0.8125 (80 questions)"."""
    if gate.metric not in figures:
        return f"FAIL {gate}: no question of this run has that figure"
    verdict = "PASS" if gate.passes(figures) else "FAIL"
    figure = figures[gate.metric]
    return f"{verdict} {gate}: {figure.value:.6g} ({counted(figure.n, 'question')})"
