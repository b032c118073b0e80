"""Plots: the numbers that stand in them, and SVG that is safe in a page and takes its colours from it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
from eval_reports import BASELINE, RUN, figure

from eval.charts import Chart, group_chart, latency_chart, recall_chart, svg
from eval.records import Run


def rows(chart: Chart, layer: int = 0) -> Any:
    """The data of one layer."""
    spec = chart.to_dict()
    one = spec["layer"][layer]
    data = one.get("data") or spec["data"]
    return data["values"] if "values" in data else spec["datasets"][data["name"]]


def test_recall_is_drawn_at_each_depth_with_its_interval() -> None:
    values = rows(recall_chart([RUN, BASELINE]))
    assert [(one["system"], one["k"], one["value"]) for one in values[:5]] == [
        ("verbatim", 1, 0.5),
        ("verbatim", 3, 0.625),
        ("verbatim", 5, 0.75),
        ("verbatim", 10, 0.875),
        ("langchain", 1, 0.4),
    ]
    assert (values[2]["low"], values[2]["high"]) == (0.65, 0.85)


def test_the_axes_are_named_in_the_language_of_whoever_draws_them() -> None:
    drawn = {
        "段落数": recall_chart([RUN], "段落数", "召回率"),
        "召回率": group_chart([RUN], "category", "mrr", "召回率"),
        "用时": latency_chart([RUN], "用时", "比例"),
    }
    assert {title: title in str(chart.to_dict()) for title, chart in drawn.items()} == dict.fromkeys(drawn, True)


def test_groups_without_the_measure_are_left_out() -> None:
    values = rows(group_chart([RUN], "category", "key_facts"))
    assert [(one["group"], one["value"]) for one in values] == [("numbers", 0.5)]
    assert rows(group_chart([RUN], "no such kind", "mrr")) == []


def test_latency_climbs_from_nobody_to_everybody() -> None:
    values = rows(latency_chart([RUN]), layer=1)
    assert [one["seconds"] for one in values] == [0.02, 0.02, 0.03, 0.04, 0.05]
    assert [one["share"] for one in values] == [0.0, 0.25, 0.5, 0.75, 1.0]
    instant = Run("x", (replace(RUN.outcomes[0], seconds=0.0),), {}, {})
    assert {one["seconds"] for one in rows(latency_chart([instant]), layer=1)} == {0.001}


def test_a_legend_only_for_several_systems() -> None:
    assert "langchain" in svg(recall_chart([RUN, BASELINE]))
    assert "verbatim" not in svg(recall_chart([RUN]))


@pytest.mark.parametrize("runs", [[RUN, BASELINE], [RUN], []])
def test_drawings_are_whole_and_take_the_colours_of_the_page(runs: list[Run]) -> None:
    for chart in (recall_chart(runs), group_chart(runs, "category", "recall@5"), latency_chart(runs)):
        drawn = svg(chart)
        root = ElementTree.fromstring(drawn)
        assert float(root.attrib["width"]) <= 345
        assert "var(--soft)" in drawn
        assert "white" not in drawn


@pytest.mark.parametrize("odd", ["\x0b", "\x00", "\x1b[2J", "\uffff", "\ud800"])
def test_what_no_svg_can_hold_is_replaced(odd: str) -> None:
    run = replace(RUN, system=odd, groups={"category": {f"茶{odd}": {"mrr": figure(0.5)}}})
    for chart in (group_chart([run, BASELINE], "category", "mrr"), recall_chart([run]), latency_chart([run])):
        ElementTree.fromstring(svg(chart))
    assert "茶\ufffd" in svg(group_chart([run, BASELINE], "category", "mrr"))


def test_names_are_text() -> None:
    odd = "<script>alert(1)</script>&\"'"
    run = replace(RUN, system=odd, groups={"category": {odd: {"mrr": figure(0.5)}, "茶": {"mrr": figure(0.5)}}})
    drawn = svg(group_chart([run, BASELINE], "category", "mrr"))
    assert "<script" not in drawn
    assert "茶" in drawn
    ElementTree.fromstring(drawn)
