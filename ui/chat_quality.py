"""How good the answers are: the report of the last `verbatim eval` as figures, plots, groups and what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from eval.charts import DEPTHS, group_chart, latency_chart, recall_chart
from eval.measures import Measure, in_order, interval, measure_of, shown
from eval.records import LAST_REPORT, Figure, Report, Run, read_report
from index.errors import InputError
from ui.chat_alert import alert
from ui.chat_failures import show_failures
from ui.chat_text import TEXTS, say
from ui.chat_view import dotted
from ui.messages import one_line

if TYPE_CHECKING:
    from eval.charts import Chart
    from ui.chat_startup import Startup

HEADLINES = ("recall@5", "mrr", "key_facts", "abstention_recall", "wrongly_declined", "seconds_p50")
KINDS = ("category", "language", "interview")
TILE = 170  # px; six of them stand side by side, and two on a phone
PALETTE = ("#3aa58c", "#d39a35", "#7d93d6", "#c7748f", "#8d8d86")  # for light pages and dark ones
FAINT = "#8c8c86"


def quality_page(startup: Startup) -> None:
    """The page."""
    file = Path(startup.work) / LAST_REPORT
    if not file.is_file():
        _nothing_yet()
        return
    try:
        report = _report(file)
    except InputError as error:
        alert(say("quality.broken"), str(error))
        st.markdown(say("quality.again"))
        st.code("verbatim eval", language=None)
        return
    st.title(say("quality.title"), anchor=False)
    st.markdown(say("quality.explain"))
    _settings(report)
    if not report.runs or not report.runs[0].outcomes:
        st.info(say("quality.empty"))
        return
    _headlines(report.runs[0])
    _plots(report.runs)
    _groups(report.runs)
    _figures(report.runs)
    show_failures(report.runs)


def measure_label(measure: Measure) -> str:
    """What a figure is called; that of a measure which this version does not know is the report's own name for it."""
    key = f"measure.{measure.name}"
    return say(key) if key in TEXTS else one_line(measure.label)


def _measure_meaning(measure: Measure) -> str:
    key = f"measure.{measure.name}.means"
    return say(key) if key in TEXTS else one_line(measure.meaning)


def _report(file: Path) -> Report:
    """The report, read again when the file has changed. Raises InputError."""
    try:
        now = file.stat()
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror})") from error
    return _read(str(file.absolute()), now.st_mtime_ns, now.st_size)


@st.cache_resource(max_entries=2, show_spinner=False)
def _read(file: str, changed: int, size: int) -> Report:
    """`changed` and `size` tell one content of the file from another."""
    return read_report(Path(file))


def _nothing_yet() -> None:
    st.title(say("quality.none"), anchor=False)
    st.markdown(say("quality.none.explain"))
    for command, what in (
        ("verbatim eval", "samples"),
        ("verbatim eval --init mine.jsonl", "start"),
        ("verbatim eval --gold mine.jsonl", "own"),
    ):
        st.caption(say(f"quality.none.{what}"))
        st.code(command, language=None)


def _settings(report: Report) -> None:
    """What was asked, of what, when, and by which version."""
    asked = len(report.runs[0].outcomes) if report.runs else 0
    facts = {
        "made": _local_time(report.made),
        "gold": dotted(report.gold, report.split),
        "embedding": one_line(report.embedding),
        "version": one_line(report.version),
    }
    with st.container(horizontal=True, gap="medium", key="report facts"):
        for name, value in facts.items():
            with st.container(width="content", gap=None):
                st.caption(say(f"quality.facts.{name}"))
                st.text(value)
    st.caption(
        say(
            "quality.counts",
            questions=f"{asked:,}",
            interviews=f"{report.interviews:,}",
            passages=f"{report.passages:,}",
        )
    )
    if report.left_out:
        with st.expander(say("quality.left_out", len(report.left_out))):
            reasons: dict[str, list[str]] = {}
            for name, reason in report.left_out.items():
                reasons.setdefault(one_line(reason), []).append(one_line(name))
            for reason, names in reasons.items():
                st.text(f"{reason}: {', '.join(names)}")


def _local_time(text: str) -> str:
    """An ISO time on the clock of the server; what is none, as it is."""
    try:
        return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError):
        return one_line(text)


def _headlines(run: Run) -> None:
    """A tile each; the labels are ours, since st.metric reads them as Markdown."""
    with st.container(horizontal=True, gap="small"):
        for measure in map(measure_of, HEADLINES):
            if (figure := run.figures.get(measure.name)) is None:
                continue
            with st.container(border=True, width=TILE, gap=None):
                arrow = " ↓" if measure.lower_is_better else ""
                label = measure_label(measure) + arrow
                st.metric(label, shown(measure, figure.value), help=_measure_meaning(measure))
                low, high = (shown(measure, value) for value in (figure.low, figure.high))
                st.caption(say("quality.interval", low=low, high=high, n=f"{figure.n:,}"))


def _plots(runs: Sequence[Run]) -> None:
    left, right = st.columns(2, gap="large")
    if any(f"recall@{depth}" in run.figures for run in runs for depth in DEPTHS):
        with left:
            words = (say("quality.axis.passages"), say("quality.axis.recall"))
            _plot("recall", lambda: recall_chart(runs, *words))
    with right:
        words = (say("quality.axis.seconds"), say("quality.axis.answered"))
        _plot("latency", lambda: latency_chart(runs, *words))


def _plot(name: str, make: Callable[[], Chart]) -> None:
    st.subheader(say(f"quality.plot.{name}"), anchor=False)
    st.caption(say(f"quality.plot.{name}.means"))
    st.altair_chart(_coloured(make()), alt=say(f"quality.plot.{name}.means"))


def _coloured(chart: Chart) -> Chart:
    """The theme of the page has no colours for rules and for letters in the plot: they would be black on black."""
    coloured: Chart = (
        chart.configure_range(category=list(PALETTE))
        .configure_rule(color=FAINT)
        .configure_text(color=FAINT)
        .configure_legend(symbolOpacity=1)
    )
    return coloured


def _groups(runs: Sequence[Run]) -> None:
    """Figures of a part of the questions: a plot of one measure, and a table of all."""
    kinds = [kind for kind in [*KINDS, *(set(runs[0].groups) - {*KINDS})] if runs[0].groups.get(kind)]
    if not kinds:
        return
    st.subheader(say("quality.groups"), anchor=False)
    st.caption(say("quality.groups.lead"))
    choose_kind, choose_measure, _ = st.columns([1, 1, 2])
    kind = choose_kind.selectbox(
        say("quality.groups.kind"), kinds, format_func=_kind_label, key="group kind", persist_state="session"
    )
    groups = runs[0].groups[kind]
    measures = in_order(name for figures in groups.values() for name in figures)
    shares = [measure.name for measure in measures if measure.unit == "share"]
    plot, table = st.columns(2, gap="large")
    if shares:
        name = choose_measure.selectbox(
            say("quality.groups.measure"),
            shares,
            index=shares.index("recall@5") if "recall@5" in shares else 0,
            format_func=lambda name: measure_label(measure_of(name)),
            key=f"group measure {kind}",
        )
        with plot:
            st.altair_chart(_coloured(group_chart(runs, kind, name, measure_label(measure_of(name)))))
    rows = [_group_row(kind, group, figures, measures) for group, figures in sorted(groups.items())]
    with table:
        st.dataframe(rows, hide_index=True)


def _kind_label(kind: str) -> str:
    return say(f"quality.kind.{kind}") if kind in KINDS else one_line(kind)


def _group_row(
    kind: str, group: str, figures: Mapping[str, Figure], measures: Iterable[Measure]
) -> dict[str, str | int]:
    cells = {
        _titled(measure): shown(measure, figures[measure.name].value) if measure.name in figures else ""
        for measure in measures
    }
    n = max((figure.n for figure in figures.values()), default=0)
    return {_kind_label(kind): one_line(group), say("quality.n"): n, **cells}


def _figures(runs: Sequence[Run]) -> None:
    """Every figure of every system, with its interval."""
    with st.expander(say("quality.figures")):
        st.caption(say("quality.figures.lead"))
        st.dataframe(figure_rows(runs), hide_index=True, height="content")


def figure_rows(runs: Sequence[Run]) -> list[dict[str, str]]:
    """One row a measure, one column a system; systems of one name are numbered."""
    names = [one_line(run.system) for run in runs]
    columns = [f"{name} {at}" if names.count(name) > 1 else name for at, name in enumerate(names, 1)]
    rows = []
    for measure in in_order(name for run in runs for name in run.figures):
        figures = [run.figures.get(measure.name) for run in runs]
        cells = {
            column: f"{shown(measure, figure.value)} {interval(measure, figure)}" if figure else ""
            for column, figure in zip(columns, figures, strict=True)
        }
        count = "/".join(dict.fromkeys(f"{figure.n:,}" for figure in figures if figure))
        rows.append(
            {
                say("quality.measure"): _titled(measure),
                **cells,
                say("quality.n"): count,
                say("quality.meaning"): _measure_meaning(measure),
            }
        )
    return rows


def _titled(measure: Measure) -> str:
    return measure_label(measure) + (" ↓" if measure.lower_is_better else "")
