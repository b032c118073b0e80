"""The charts of the library: when the interviews were given, and who speaks how much in them.

The rows have their labels above the bars, so that a phone has room for both. What the archive says (titles, names) is
in the data only, and cleaned of control characters.
"""

from __future__ import annotations

from calendar import isleap, monthrange
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import altair as alt
import streamlit as st

from index.model import Role
from index.store import DocumentRow
from rag.speech import Share
from ui.chat_text import say
from ui.chat_view import dotted
from ui.messages import one_line

MOST_ROWS = 30  # in one chart
ROW = 46  # px, for a label and a bar
BELOW = 9  # px from the middle of a row to that of its bar
# Not too dark and not too bright: they carry dark letters, on a light page and on a dark one.
COLOURS = {Role.GUEST: "#5bb8a3", Role.HOST: "#d8b25f", Role.AUDIENCE: "#8fa8d8", Role.EDITOR: "#a8a8a0"}
ON_COLOUR = "#171a19"
ACCENT = "#3a9d88"
# Letters and page, as in chat_parts/theme.toml: Streamlit gives them to the axes of a chart and not to text in it.
INK = {"light": "#22201c", "dark": "#e9e6df"}
PAPER = {"light": "#fdfcf9", "dark": "#17191b"}
Values = list[dict[str, Any]]
Layers = alt.LayerChart | alt.FacetChart  # what alt.layer says it gives


def timeline_chart(documents: Sequence[DocumentRow]) -> Layers | alt.Chart | None:
    """The dated interviews along time, or their number by year where they are many; None where none has a date."""
    dated = [(document, period) for document in documents if (period := period_of(document.date))]
    dated.sort(key=lambda one: (one[1], one[0].doc))
    if not dated:
        return None
    return _years(dated) if len(dated) > MOST_ROWS else _rows(dated)


def period_of(written: str) -> tuple[date, date] | None:
    """The first and the last day that "2016", "2016-09" or "2024-03-19" may mean; None for anything else."""
    try:
        match [int(part) for part in written.split("-")]:
            case [year]:
                return date(year, 1, 1), date(year, 12, 31)
            case [year, month]:
                return date(year, month, 1), date(year, month, monthrange(year, month)[1])
            case [year, month, day]:
                return date(year, month, day), date(year, month, day)
    except ValueError:  # calendar's own error for a month is one too
        pass
    return None


def _rows(dated: Sequence[tuple[DocumentRow, tuple[date, date]]]) -> Layers:
    values: Values = [
        {
            "row": row,
            "label": dotted(document.title or document.doc, document.date),
            "title": one_line(document.title or document.doc),
            "date": one_line(document.date),
            "speakers": one_line(", ".join(document.speakers)),
            "first": in_years(first),
            "last": in_years(last) + 1 / 366,
            "is_day": first == last,
        }
        for row, (document, (first, last)) in enumerate(dated)
    ]
    tooltip = [
        alt.Tooltip("title:N", title=say("library.column.title")),
        alt.Tooltip("date:N", title=say("library.column.date")),
        alt.Tooltip("speakers:N", title=say("library.column.speakers")),
    ]
    chart = _chart(values)
    x = _time(dated)
    months = chart.transform_filter("!datum.is_day").mark_bar(
        color=ACCENT, opacity=0.6, cornerRadius=4, size=15, yOffset=BELOW
    )
    days = chart.transform_filter("datum.is_day").mark_circle(color=ACCENT, opacity=1, size=150, yOffset=BELOW)
    line = chart.mark_rule(color=_of_theme(INK), opacity=0.15, yOffset=BELOW)
    return _layers(
        line.encode(x=alt.value(0), x2=alt.value("width")),
        months.encode(x=x, x2="last:Q", tooltip=tooltip),
        days.encode(x=x, tooltip=tooltip),
        _labels(values, say("library.column.title")),
    )


def _chart(values: Values) -> alt.Chart:
    """A chart whose rows are numbered in "row"."""
    height = ROW * len({value["row"] for value in values})
    y = alt.Y("row:O", axis=None, scale=alt.Scale(padding=0))
    chart: alt.Chart = alt.Chart(_data(values), height=height).encode(y=y)
    return chart


def _layers(*charts: alt.Chart) -> Layers:
    """The charts in one place, as wide as the page; the height is that of the rows, axis and legend come to it."""
    chart: Layers = alt.layer(*charts).properties(autosize=alt.AutoSizeParams(type="fit-x", contains="padding"))
    return chart


def _data(values: Values) -> alt.Data:
    return alt.Data(values=values)  # type: ignore[no-untyped-call]


def _of_theme(colours: Mapping[str, str]) -> str:
    return colours[st.context.theme.type or "light"]


def _time(dated: Sequence[tuple[DocumentRow, tuple[date, date]]]) -> alt.X:
    """Whole years. They are numbers: what Vega takes for time is shown in the reader's own zone, a day off in some."""
    years = [day.year for _, period in dated for day in period]
    first, last = min(years), max(years) + 1
    if last - first <= 2:
        marks = [year + quarter / 4 for year in range(first, last) for quarter in range(4)]
        label = "floor(datum.value) + '-' + format(1 + 12 * (datum.value % 1), '02d')"
    else:
        marks = list(range(first, last + 1, max(1, round((last - first) / 7))))
        label = "format(datum.value, '04d')"
    axis = alt.Axis(values=marks, labelExpr=label, labelOverlap=True)
    return alt.X("first:Q", title=None, scale=alt.Scale(domain=[first, last], nice=False), axis=axis)


def in_years(day: date) -> float:
    """A day as a number on the axis of time: 2016.0 is its first."""
    return day.year + (day.timetuple().tm_yday - 1) / (366 if isleap(day.year) else 365)


def _years(dated: Sequence[tuple[DocumentRow, tuple[date, date]]]) -> alt.Chart:
    numbers = Counter(first.year for _, (first, _) in dated)
    every = range(min(numbers), max(numbers) + 1)
    values: Values = [{"year": f"{year:04}", "number": numbers[year]} for year in every]
    count = say("library.timeline.number")
    chart: alt.Chart = alt.Chart(_data(values), height=220).mark_bar(color=ACCENT)
    return chart.encode(
        x=alt.X("year:O", title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True)),
        y=alt.Y("number:Q", title=count, axis=alt.Axis(tickMinStep=1, format=",d")),
        tooltip=[
            alt.Tooltip("year:N", title=say("library.timeline.year")),
            alt.Tooltip("number:Q", title=count, format=",d"),
        ],
    )


def interview_shares_chart(shares: Sequence[Share]) -> Layers:
    """A bar for each interview, from 0 to 100 %, its parts the speakers'. `shares` come interview by interview."""
    totals = Counter[str]()
    for share in shares:
        totals[share.doc] += share.characters
    rows = {doc: row for row, doc in enumerate(totals)}
    begun = Counter[str]()
    values: Values = []
    for share in shares:
        part = share.characters / max(1, totals[share.doc])
        values.append(
            _share_values(share)
            | {
                "row": rows[share.doc],
                "label": dotted(share.title or share.doc, share.date),
                "from": begun[share.doc] / max(1, totals[share.doc]),
                "to": begun[share.doc] / max(1, totals[share.doc]) + part,
                "share": part,
            }
        )
        begun[share.doc] += share.characters
    chart = _chart(values)
    axis = alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1])
    x = alt.X("from:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=axis)
    tooltip = [*_share_tooltip(), alt.Tooltip("share:Q", title=say("library.chart.share"), format=".1%")]
    room = alt.ExprRef("max(1, (datum.to - datum.from) * width - 10)")
    names = chart.transform_filter("datum.share > 0.15").mark_text(
        limit=room, color=ON_COLOUR, align="left", baseline="middle", dx=5, fontSize=11, yOffset=BELOW
    )
    return _layers(
        _bars(chart).encode(x=x, x2="to:Q", color=_role_colour(shares), tooltip=tooltip),
        names.encode(x=x, text="speaker:N", tooltip=tooltip),
        _labels(values, say("library.column.title")),
    )


def person_shares_chart(shares: Sequence[Share], most: int = MOST_ROWS) -> Layers:
    """A bar for each person, as long as what they say in all interviews; the `most` who say most."""
    totals = person_totals(shares)
    rows = {person: row for row, (person, _) in enumerate(totals.most_common(most))}
    shown = [share for share in shares if share.person in rows]
    names = {share.person: _speaker(share) for share in reversed(shown)}
    sums: dict[tuple[str, Role], list[int]] = {}
    for share in shown:
        both = sums.setdefault((share.person, share.role), [0, 0])
        both[0] += share.characters
        both[1] += share.turns
    values: Values = [
        {
            "row": rows[person],
            "label": dotted(names[person], f"{totals[person]:,}"),
            "speaker": names[person],
            "role": say(f"role.{role.value}"),
            "characters": characters,
            "turns": turns,
        }
        for (person, role), (characters, turns) in sums.items()
    ]
    chart = _chart(values)
    x = alt.X("characters:Q", title=None, axis=alt.Axis(format=",d", tickCount=4))
    bars = _bars(chart).encode(x=x, color=_role_colour(shown), tooltip=_share_tooltip())
    return _layers(bars, _labels(values))


def person_totals(shares: Sequence[Share]) -> Counter[str]:
    """Characters by person. Who is only called by a role is nobody known: two interviewers are not one."""
    totals = Counter[str]()
    for share in shares:
        if share.person:
            totals[share.person] += share.characters
    return totals


def _speaker(share: Share) -> str:
    if share.role is Role.EDITOR:
        return say("role.editor")
    return one_line(share.name) or say("name.none")


def _share_values(share: Share) -> dict[str, Any]:
    return {
        "speaker": _speaker(share),
        "role": say(f"role.{share.role.value}"),
        "characters": share.characters,
        "turns": share.turns,
    }


def _share_tooltip() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("speaker:N", title=say("library.chart.speaker")),
        alt.Tooltip("role:N", title=say("library.chart.role")),
        alt.Tooltip("turns:Q", title=say("library.column.turns"), format=",d"),
        alt.Tooltip("characters:Q", title=say("library.chart.characters"), format=",d"),
    ]


def _role_colour(shares: Sequence[Share]) -> alt.Color:
    roles = [role for role in COLOURS if any(share.role is role for share in shares)]
    scale = alt.Scale(domain=[say(f"role.{role.value}") for role in roles], range=[COLOURS[role] for role in roles])
    return alt.Color("role:N", scale=scale, legend=alt.Legend(title=None, orient="top"))


def _bars(chart: alt.Chart) -> alt.Chart:
    bars: alt.Chart = chart.mark_bar(size=16, yOffset=BELOW, stroke=_of_theme(PAPER), strokeWidth=1)
    return bars


def _labels(values: Values, tooltip_title: str = "") -> alt.Chart:
    """One line above each bar, as wide as the chart; with a title for it, the whole of it is shown on hover."""
    rows = list({value["row"]: {"row": value["row"], "label": value["label"]} for value in values}.values())
    text: alt.Chart = _chart(rows).mark_text(
        limit=alt.ExprRef("width"), color=_of_theme(INK), align="left", baseline="middle", dy=-11, fontSize=13
    )
    tooltip = alt.Tooltip("label:N", title=tooltip_title) if tooltip_title else alt.Undefined
    return text.encode(x=alt.value(0), text="label:N", tooltip=tooltip)
