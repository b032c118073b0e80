"""A report on the terminal: every figure of every system, then by group, then what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import groupby

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.failures import KINDS, Failure, failures_of, ranks_of
from eval.measures import Measure, best_of, in_order, interval, measure_of, shown
from eval.records import Figure, Report, Run
from ui.messages import counted, one_line
from ui.terminal import write

LISTED = 20  # failures; the page of --html has all of them
BY_GROUP = ("recall@5", "mrr", "key_facts")


def render_report(console: Console, report: Report, listed: int = LISTED) -> None:
    """Print a report: settings, figures with their 95% intervals, groups, and up to `listed` questions that failed."""
    _show_settings(console, report)
    if not report.runs:
        write(console, "No system was run.")
        return
    _print_fitting(console, partial(_figures_table, report.runs))
    write(console, Text("[95% bootstrap interval] · ↓ lower is better · n questions", "dim"))
    for kind, groups in report.runs[0].groups.items():
        if groups:
            write(console)
            _print_fitting(console, partial(_groups_table, kind, groups))
    failures = failures_of(report.runs[0].outcomes)
    write(console)
    _show_failures(console, failures, len(report.runs[0].outcomes), listed)


def _show_settings(console: Console, report: Report) -> None:
    asked = len(report.runs[0].outcomes) if report.runs else 0
    write(console, Text.assemble((one_line(report.gold), "bold"), f" · {one_line(report.split)}"))
    parts = (
        counted(asked, "question"),
        counted(report.interviews, "interview"),
        counted(report.passages, "passage"),
        f"embedding {one_line(report.embedding)}",
        f"Verbatim {one_line(report.version)}",
    )
    write(console, Text(" · ".join(parts), "dim"))
    for reason, ids in groupby(sorted(report.left_out, key=report.left_out.__getitem__), report.left_out.__getitem__):
        names = [one_line(name) for name in ids]
        write(console, f"not asked: {', '.join(names)}: {one_line(reason)}", hang=2)
    write(console)


def _print_fitting(console: Console, make: Callable[[bool], Table]) -> None:
    """Print the table that `make` gives, with each interval under its value where the lines would be too long."""
    table = make(False)
    unbounded = console.options.update(width=1_000)
    console.print(make(True) if console.measure(table, options=unbounded).maximum > console.width else table)


def _figures_table(runs: Sequence[Run], stacked: bool) -> Table:
    """One row a measure, one column a system."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("")
    for run in runs:
        table.add_column(Text(one_line(run.system)), no_wrap=True)
    table.add_column("n", justify="right", style="dim")
    measures = in_order(name for run in runs for name in run.figures)
    for _, section in groupby(measures, lambda measure: measure.section):
        rows = list(section)
        for measure in rows:
            figures = [run.figures.get(measure.name) for run in runs]
            best = best_of(measure, figures)
            cells = [_cell(measure, figure, place in best, stacked) for place, figure in enumerate(figures)]
            label = Text(one_line(measure.label)).append(" ↓" if measure.lower_is_better else "", "dim")
            table.add_row(label, *cells, _counts(figures), end_section=measure is rows[-1])
    return table


def _cell(measure: Measure, figure: Figure | None, is_best: bool, stacked: bool) -> Text:
    if figure is None:
        return Text("–", "dim")
    between = "\n" if stacked else " "
    return Text.assemble(
        (shown(measure, figure.value), "bold" if is_best else ""), (between + interval(measure, figure), "dim")
    )


def _counts(figures: Sequence[Figure | None]) -> str:
    """How many questions the figures are of: "112", or "112/98" where the systems differ."""
    counts = [str(figure.n) if figure else "–" for figure in figures]
    return counts[0] if len(set(counts)) == 1 else "/".join(counts)


def _groups_table(kind: str, groups: dict[str, dict[str, Figure]], stacked: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column(Text(f"by {one_line(kind)}"), overflow="fold", min_width=8)
    measures = [measure_of(name) for name in BY_GROUP if any(name in figures for figures in groups.values())]
    for measure in measures:
        table.add_column(measure.label, no_wrap=True)
    table.add_column("n", justify="right", style="dim")
    for name, figures in sorted(groups.items()):
        cells = [_cell(measure, figures.get(measure.name), False, stacked) for measure in measures]
        n = max((figure.n for figure in figures.values()), default=0)
        table.add_row(Text(one_line(name)), *cells, str(n))
    return table


def _show_failures(console: Console, failures: Sequence[Failure], asked: int, listed: int) -> None:
    if not failures:
        write(console, "Every question went well.")
        return
    write(console, Text(f"{len(failures):,} of {counted(asked, 'question')} went wrong", "bold"))
    for kind, group in groupby(failures[:listed], lambda failure: failure.kinds[0]):
        number = sum(failure.kinds[0] == kind for failure in failures)
        write(console)
        write(console, Text(f"{KINDS[kind]} ({number:,})"))
        for failure in group:
            one = failure.outcome
            ranks = f" · evidence: {ranks_of(one)}" if one.evidence else ""
            facts = f" · key facts {one.scores['key_facts']:.2f}" if one.answered and "key_facts" in one.scores else ""
            line = Text.assemble((one_line(one.id), "cyan"), f"  {one_line(one.question)}", (ranks + facts, "dim"))
            write(console, line, indent=2, hang=2)
    if len(failures) > listed:
        write(console)
        write(console, Text(f"and {len(failures) - listed:,} more: --html FILE shows each with what was found", "dim"))
