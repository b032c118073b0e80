"""The plots of an evaluation as Altair charts, and as SVG that takes its colours from the page it stands in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import altair as alt

from eval.measures import measure_of
from eval.records import Run

Chart = alt.LayerChart | alt.FacetChart  # what alt.layer says it gives

DEPTHS = (1, 3, 5, 10)
WIDTH, HEIGHT = 340, 240  # px; a phone shows this without shrinking the letters
SHORTEST = 0.001  # seconds; a logarithmic axis has no zero
MOMENTS = [low * 10.0**power for power in range(-3, 3) for low in (1, 3)]  # seconds with a label on the axis
ROW = 13  # px; one system in one group
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, production 2: Char

# Colours are CSS variables, which an SVG in the page resolves: one drawing for light and dark.
PAGE = {
    "background": "transparent",
    "font": "system-ui, sans-serif",
    "aria": False,  # the page describes each plot; thousands of labelled marks only bloat it
    "range": {"category": ["var(--s1)", "var(--s2)", "var(--s3)", "var(--s4)", "var(--s5)"]},
    "padding": {"left": 10, "right": 5, "top": 0, "bottom": 5},  # a reader's letters may be wider than those measured
    "view": {"stroke": None},
    "rule": {"color": "var(--faint)"},
    "text": {"color": "var(--soft)"},
    "axis": {
        "domain": False,
        "ticks": False,
        "gridColor": "var(--line)",
        "labelColor": "var(--soft)",
        "titleColor": "var(--soft)",
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "labelPadding": 6,
        "labelLimit": 130,
    },
    "legend": {"labelColor": "var(--ink)", "labelFontSize": 12, "symbolSize": 70, "symbolOpacity": 1},
}


def recall_chart(runs: Sequence[Run], passages: str = "passages", recall: str = "recall") -> Chart:
    """Recall over the number of passages looked at, with 95% intervals as bands; one line a system.

    The texts are the titles of the axes, here and below.
    """
    rows = [
        {"system": run.system, "k": k, "value": figure.value, "low": figure.low, "high": figure.high}
        for run in runs
        for k in DEPTHS
        if (figure := run.figures.get(f"recall@{k}"))
    ]
    base = _chart(rows).encode(
        x=alt.X("k:Q", title=passages, axis=alt.Axis(values=list(DEPTHS), grid=False), scale=alt.Scale(nice=False)),
        color=_by_system(runs),
    )
    share = alt.Y("value:Q", title=recall, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(tickCount=5))
    band = base.mark_area(opacity=0.13).encode(y="low:Q", y2="high:Q")
    line = base.mark_line(strokeWidth=2).encode(y=share)
    points = base.mark_point(filled=True, size=55, opacity=1).encode(y=share, shape=_by_system(runs, alt.Shape))
    return _sized(alt.layer(band, line, points).properties(height=HEIGHT))


def group_chart(runs: Sequence[Run], kind: str, metric: str, title: str = "") -> Chart:
    """A share by category, language or interview, with 95% intervals; one row a system in each group."""
    rows = [
        {"system": run.system, "group": group, "value": figure.value, "low": figure.low, "high": figure.high}
        for run in runs
        for group, figures in sorted(run.groups.get(kind, {}).items())
        if (figure := figures.get(metric))
    ]
    scale = alt.Scale(domain=[0, 1])
    base = _chart(rows).encode(
        y=alt.Y("group:N", title=None, axis=alt.Axis(grid=True, bandPosition=0), scale=alt.Scale(padding=0.25)),
        yOffset=alt.YOffset("system:N", sort=[run.system for run in runs]),
        color=_by_system(runs),
    )
    reach = base.mark_rule(strokeWidth=2, opacity=0.45).encode(
        x=alt.X("low:Q", title=title or measure_of(metric).label, scale=scale, axis=alt.Axis(tickCount=5)), x2="high:Q"
    )
    points = base.mark_point(filled=True, size=50, opacity=1).encode(x="value:Q", shape=_by_system(runs, alt.Shape))
    return _sized(alt.layer(reach, points).properties(height=alt.Step(ROW)))


def latency_chart(
    runs: Sequence[Run], within: str = "seconds (logarithmic)", answered: str = "questions answered"
) -> Chart:
    """The share of questions answered within so many seconds, on a logarithmic axis; one line a system."""
    rows = []
    for run in runs:
        seconds = sorted(max(one.seconds, SHORTEST) for one in run.outcomes)
        rows += [  # from nobody at the first to everybody at the last
            {"system": run.system, "seconds": moment, "share": place / len(seconds)}
            for place, moment in enumerate([*seconds[:1], *seconds])
        ]
    line = (
        _chart(rows)
        .mark_line(strokeWidth=2, interpolate="step-after")
        .encode(
            x=alt.X(
                "seconds:Q",
                title=within,
                scale=alt.Scale(type="log"),
                axis=alt.Axis(format="~g", values=MOMENTS, grid=False),
            ),
            y=alt.Y("share:Q", title=answered, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%")),
            color=_by_system(runs),
        )
    )
    quantiles = _chart([{"share": 0.5, "name": "p50"}, {"share": 0.95, "name": "p95"}]).encode(y="share:Q")
    rules = quantiles.mark_rule(strokeDash=[3, 3])
    names = quantiles.mark_text(align="right", dy=7, fontSize=10).encode(x=alt.value("width"), text="name:N")
    return _sized(alt.layer(rules, line, names).properties(height=HEIGHT))


def svg(chart: Chart) -> str:
    """The chart as an SVG element for a page that sets the CSS variables of PAGE; nothing is fetched."""
    import vl_convert

    drawn: str = vl_convert.vegalite_to_svg(
        _drawable(chart.to_dict()), vl_version=".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2]), config=PAGE,
        allowed_base_urls=[],
    )  # fmt: skip
    return drawn


def xml_text(text: str) -> str:
    """The text with U+FFFD for each character that XML 1.0 has no place for: most control characters, U+FFFF."""
    return NOT_XML.sub("\ufffd", text)


def _drawable(spec: Any) -> Any:
    """A specification whose every text is xml_text: vl-convert ends the process over any other."""
    match spec:
        case str():
            return xml_text(spec)
        case list():
            return [_drawable(one) for one in spec]
        case dict():
            return {name: _drawable(value) for name, value in spec.items()}
    return spec


def _chart(rows: Sequence[dict[str, Any]]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=list(rows)))


def _by_system(runs: Sequence[Run], channel: type[alt.Color] | type[alt.Shape] = alt.Color) -> Any:
    """One colour or shape a system, in the order of the runs; a legend where there is more than one."""
    legend = alt.Legend(orient="top", title=None) if len(runs) > 1 else None
    return channel("system:N", scale=alt.Scale(domain=[run.system for run in runs]), legend=legend)


def _sized(chart: Chart) -> Chart:
    """WIDTH with axes and labels."""
    return chart.properties(width=WIDTH, autosize=alt.AutoSizeParams(type="fit-x", contains="padding"))
