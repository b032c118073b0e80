"""The charts of the library: their numbers."""

from __future__ import annotations

from datetime import date
from typing import Any

from index.model import Role
from index.store import DocumentRow
from rag.speech import Share
from ui.chat_charts import (
    MOST_ROWS,
    in_years,
    interview_shares_chart,
    period_of,
    person_shares_chart,
    person_totals,
    timeline_chart,
)
from ui.chat_library import latest


def share(doc: str, name: str, role: Role, characters: int, date: str = "2024", person: str = "") -> Share:
    return Share(doc, date, f"Talk {doc}", name, person, role, 3, characters)


def row(doc: str, date: str, title: str = "") -> DocumentRow:
    return DocumentRow(doc, title, date, "", "", "en", f"/{doc}", "utf-8", 1, 1, "", ("Mira Holt",), ())


def rows_of(chart: Any) -> list[dict[str, Any]]:
    """The data of the chart's first part."""
    drawn = chart.to_dict()
    found: list[dict[str, Any]] = drawn.get("data", drawn["layer"][0].get("data"))["values"]
    return found


SHARES = (
    share("a", "Lin", Role.GUEST, 600, person="lin"),
    share("a", "", Role.HOST, 200),
    share("b", "林岚", Role.GUEST, 30, person="lin"),
    share("b", "Edda", Role.HOST, 10),
)


def test_what_days_a_date_may_mean() -> None:
    assert period_of("2016") == (date(2016, 1, 1), date(2016, 12, 31))
    assert period_of("2016-02") == (date(2016, 2, 1), date(2016, 2, 29))
    assert period_of("2024-03-19") == (date(2024, 3, 19), date(2024, 3, 19))
    assert [period_of(written) for written in ("", "2016-13", "2016-02-30", "spring", "0000", "1-2-3-4")] == [None] * 6


def test_a_day_on_the_axis() -> None:
    assert in_years(date(2016, 1, 1)) == 2016
    assert in_years(date(2016, 7, 2)) == 2016.5  # 183 of 366 days have passed
    assert in_years(date(9999, 12, 31)) < 10_000


def test_the_timeline_by_date_and_by_year_when_they_are_many() -> None:
    chart = timeline_chart([row("b", "2024-03-19", "\u202eB"), row("none", ""), row("a", "2016")])
    values = rows_of(chart)
    assert [(value["label"], value["is_day"]) for value in values] == [("a · 2016", False), ("B · 2024-03-19", True)]
    assert (values[0]["first"], round(values[0]["last"], 2)) == (2016, 2017)
    assert timeline_chart([row("none", "")]) is None
    many = timeline_chart([row(str(n), "2016-09" if n else "2020") for n in range(MOST_ROWS + 1)])
    assert many is not None
    assert many.to_dict()["data"]["values"] == [
        {"year": str(year), "number": {2016: MOST_ROWS, 2020: 1}.get(year, 0)} for year in range(2016, 2021)
    ]


def test_shares_of_each_interview() -> None:
    values = rows_of(interview_shares_chart(SHARES))
    assert [(one["row"], one["speaker"], one["from"], one["to"]) for one in values] == [
        (0, "Lin", 0, 0.75),
        (0, "no name", 0.75, 1),
        (1, "林岚", 0, 0.75),
        (1, "Edda", 0.75, 1),
    ]


def test_shares_of_each_person() -> None:
    shares = [*SHARES, share("c", "Edda", Role.GUEST, 5, person="edda"), share("c", "Host", Role.HOST, 900)]
    assert person_totals(shares) == {"lin": 630, "edda": 5}
    values = rows_of(person_shares_chart(shares))
    assert [(one["row"], one["label"], one["characters"], one["turns"]) for one in values] == [
        (0, "Lin · 630", 630, 6),
        (1, "Edda · 5", 5, 3),
    ]


def test_the_latest_interviews() -> None:
    everything = [
        share(doc, "Lin", Role.GUEST, 1, written) for doc, written in (("a", "2016"), ("b", ""), ("c", "2020"))
    ]
    assert latest(everything, 2) == {"a", "c"}
    assert latest(everything) == {"a", "b", "c"}
