"""The report as one page: figures, plots, groups, and every question that went wrong with what was found instead.

The page holds no script and asks for nothing; report.html.j2 and report.css beside this file are its looks.
Whatever comes from interviews, gold sets and models is text to it, escaped by Jinja.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from eval import charts
from eval.failures import KINDS, failures_of, kinds_of, pieces, ranks_of
from eval.measures import Measure, best_of, in_order, interval, measure_of, shown
from eval.records import Figure, Outcome, Report, Run
from index.errors import InputError

HEADLINES = ("recall@5", "mrr", "key_facts", "abstention_recall", "wrongly_declined", "seconds_p50")
BY_GROUP = ("recall@5", "mrr", "key_facts", "wrongly_declined")


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing, and the sentence that says what it shows to those who do not see it."""

    title: str
    meaning: str
    svg: Markup


@dataclass(frozen=True, slots=True)
class Row:
    """One measure and each system's figure; `best` numbers the systems that are ahead."""

    measure: Measure
    figures: tuple[Figure | None, ...]
    best: tuple[int, ...]


def write_html(report: Report, path: Path) -> None:
    """Write the report as one self-contained page. Raises InputError when the file cannot be written."""
    try:
        path.write_bytes(render_html(report).encode())
    except OSError as error:
        raise InputError(f"{path}: the page cannot be written ({error.strerror})") from error


def render_html(report: Report) -> str:
    """The page of write_html."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(shown=_shown, interval=_interval, made=_made, reach=_reach)
    main = report.runs[0] if report.runs else Run("no system", (), {}, {})
    failures = failures_of(main.outcomes)
    page = environment.get_template("report.html.j2").render(
        report=report,
        main=main,
        headlines=[row for row in _rows(report.runs) if row.measure.name in HEADLINES],
        sections=[(name, list(rows)) for name, rows in groupby(_rows(report.runs), lambda row: row.measure.section)],
        plots=_plots(report.runs),
        groups=_groups(main),
        failures=failures,
        counts=Counter(kind for failure in failures for kind in failure.kinds),
        kinds=KINDS,
        fared=_others(report.runs[1:]),
        left_out=_left_out(report),
        pieces=pieces,
        ranks_of=ranks_of,
    )
    return charts.xml_text(page)  # no commands to a terminal, no lone surrogates


def _rows(runs: Sequence[Run]) -> list[Row]:
    rows = []
    for measure in in_order(name for run in runs for name in run.figures):
        figures = tuple(run.figures.get(measure.name) for run in runs)
        rows.append(Row(measure, figures, best_of(measure, figures)))
    return rows


def _plots(runs: Sequence[Run]) -> list[Plot]:
    plots = []
    if any(f"recall@{k}" in run.figures for run in runs for k in charts.DEPTHS):
        meaning = "Share of the questions whose whole evidence is in the first k passages, with 95% intervals."
        plots.append(Plot("Recall by depth", meaning, _drawn(charts.recall_chart(runs))))
    if any(run.outcomes for run in runs):
        meaning = "Share of the questions answered within so many seconds."
        plots.append(Plot("Latency", meaning, _drawn(charts.latency_chart(runs))))
    for kind in ("category", "language"):
        for metric in ("recall@5", "key_facts"):
            if any(metric in figures for run in runs for figures in run.groups.get(kind, {}).values()):
                measure = measure_of(metric)
                drawn = _drawn(charts.group_chart(runs, kind, metric))
                plots.append(Plot(f"{_capital(measure.label)} by {kind}", f"{_capital(measure.meaning)}.", drawn))
    return plots


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _drawn(chart: charts.Chart) -> Markup:
    return Markup(charts.svg(chart))  # Vega escapes the names that stand in it


def _groups(run: Run) -> list[tuple[str, list[Measure], list[tuple[str, int, dict[str, Figure]]]]]:
    """Per kind of group: its measures, and a row (name, questions, figures) each group."""
    tables = []
    for kind, groups in run.groups.items():
        measures = [measure_of(name) for name in BY_GROUP if any(name in figures for figures in groups.values())]
        rows = [
            (name, max((figure.n for figure in figures.values()), default=0), figures)
            for name, figures in sorted(groups.items())
        ]
        if rows:
            tables.append((kind, measures, rows))
    return tables


def _others(runs: Sequence[Run]) -> dict[str, list[tuple[str, Outcome, tuple[str, ...]]]]:
    """How the other systems fared with each question: question id → (system, outcome, what went wrong)."""
    fared: dict[str, list[tuple[str, Outcome, tuple[str, ...]]]] = {}
    for run in runs:
        for outcome in run.outcomes:
            fared.setdefault(outcome.id, []).append((run.system, outcome, kinds_of(outcome)))
    return fared


def _left_out(report: Report) -> dict[str, list[str]]:
    """Why questions were not asked: reason → ids."""
    reasons: dict[str, list[str]] = {}
    for name, reason in report.left_out.items():
        reasons.setdefault(reason, []).append(name)
    return reasons


def _shown(figure: Figure, measure: Measure) -> str:
    return shown(measure, figure.value)


def _interval(figure: Figure, measure: Measure) -> str:
    return interval(measure, figure)


def _reach(figure: Figure) -> str:
    """Where the interval of a share stands on a track, as the CSS of an element on it."""
    low, high = (min(max(value, 0.0), 1.0) * 100 for value in (figure.low, figure.high))
    return f"left:{low:.1f}%;width:{high - low:.1f}%"


def _made(text: str) -> str:
    """An ISO time as a reader wants it; what is none, as it is."""
    try:
        return datetime.fromisoformat(text).strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return text
