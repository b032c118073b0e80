"""The page about quality: what it shows of a report, and of one that is missing, damaged or odd."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from eval_reports import BASELINE, FIGURES, LOST, REPORT, RUN, figure
from streamlit.testing.v1 import AppTest

from eval.failures import KINDS, failures_of
from eval.measures import MEASURES
from eval.records import LAST_REPORT, Report, write_report
from ui.chat_failures import failure_data
from ui.chat_quality import figure_rows, measure_label
from ui.chat_text import LANGUAGES, TEXTS, say_in

ODD = "<script>alert(1)</script> **bold** $x$ :smile: [a](javascript:alert(1))"


def script(work: str) -> None:
    from ui.chat_quality import quality_page
    from ui.chat_startup import Startup

    quality_page(Startup(work=work))


def opened(work: Path, report: Report | None = None) -> AppTest:
    if report:
        write_report(report, work / LAST_REPORT)
    page = AppTest.from_function(script, kwargs={"work": str(work)}, default_timeout=20).run()
    assert not page.exception
    return page


def read_as_markdown(page: AppTest) -> str:
    """Everything that Streamlit reads as Markdown."""
    blocks = [*page.markdown, *page.caption, *page.title, *page.subheader, *page.error, *page.info, *page.warning]
    labels = [one.label for one in [*page.metric, *page.button, *page.selectbox, *page.expander]]
    return "\n".join([*(block.value for block in blocks), *labels])


def texts(page: AppTest) -> list[str]:
    return [text.value for text in page.text]


# the words


def test_every_measure_has_a_name_and_a_meaning_in_each_language() -> None:
    for measure in MEASURES:
        assert TEXTS[f"measure.{measure.name}"][0] == measure.label
        assert TEXTS[f"measure.{measure.name}.means"][0] == measure.meaning
        assert all(say_in(language, f"measure.{measure.name}.means") for language in LANGUAGES)


def test_every_way_to_go_wrong_has_its_words() -> None:
    assert {kind: TEXTS[f"failures.{kind}"][0] for kind in KINDS} == KINDS


# the report


def test_without_a_report_the_page_says_how_to_make_one(tmp_path: Path) -> None:
    page = opened(tmp_path)
    assert [code.value for code in page.code] == [
        "verbatim eval",
        "verbatim eval --init mine.jsonl",
        "verbatim eval --gold mine.jsonl",
    ]


def test_the_figures_of_the_last_run(tmp_path: Path) -> None:
    page = opened(tmp_path, REPORT)
    assert {"tea.jsonl · dev", "bundled", "0.1.0"} <= set(texts(page))
    assert "4 questions · 2 interviews · 31 passages" in [caption.value for caption in page.caption]
    tiles = {metric.label: metric.value for metric in page.metric}
    assert tiles == {
        "recall@5": "0.75",
        "MRR": "0.66",
        "key facts": "0.50",
        "declined rightly": "0.00",
        "declined wrongly ↓": "0.25",
        "seconds, p50 ↓": "0.021",
    }
    assert "0.65 – 0.85  \n4 questions" in [caption.value for caption in page.caption]
    groups = page.dataframe[0].value
    assert list(groups["category"]) == ["numbers", "reasons"]
    assert list(groups["recall@5"]) == ["0.90", "0.40"]
    assert list(groups["key facts"]) == ["0.50", ""]
    assert [expander.label for expander in page.expander] == ["1 questions were not asked", "All figures"]


def test_a_later_run_is_shown_when_the_page_is_looked_at_again(tmp_path: Path) -> None:
    page = opened(tmp_path, REPORT)
    better = {**FIGURES, "recall@5": figure(1.0, 0.0)}
    write_report(replace(REPORT, runs=(replace(RUN, figures=better),)), tmp_path / LAST_REPORT)
    page.run()
    assert page.metric[0].value == "1.00"


def test_other_groups(tmp_path: Path) -> None:
    page = opened(tmp_path, REPORT)
    page.selectbox(key="group kind").set_value("interview").run()
    assert list(page.dataframe[0].value["interview"]) == ["tea", "茶园一日：[bold]与林岚谈茶"]


def test_systems_stand_side_by_side_even_under_one_name() -> None:
    rows = figure_rows([RUN, BASELINE])
    assert rows[0] == {
        "measure": "recall@1",
        "verbatim": "0.50 [0.40, 0.60]",
        "langchain": "0.40 [0.32, 0.60]",
        "n": "4",
        "what it is": "all of the evidence is in the first passage",
    }
    assert {"verbatim 1", "verbatim 2"} <= figure_rows([RUN, RUN])[0].keys()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a report"),
        (b"{}", "not a report"),
        (b"[" * 10_000, "not a report"),
        (b"\xff\xfe", "not a report"),
        (b'{"version": "9", "runs": [{"system": 1}]}', "not a report"),
    ],
)
def test_a_report_that_is_none_is_told(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / LAST_REPORT).write_bytes(content)
    page = opened(tmp_path)
    assert [error.value for error in page.error] == ["The report of the last evaluation cannot be read"]
    assert message in texts(page)[0]
    assert [code.value for code in page.code] == ["verbatim eval"]


def test_a_report_without_answers(tmp_path: Path) -> None:
    for runs in ((), (replace(RUN, outcomes=(), figures={}, groups={}),)):
        page = opened(tmp_path, replace(REPORT, runs=runs))
        assert len(page.info) == 1
        assert not page.metric


def test_a_report_of_a_later_version_shows_what_this_one_does_not_know(tmp_path: Path) -> None:
    figures = {**FIGURES, "novelty": figure(0.5)}
    groups = {"weather": {"rain": {"novelty": figure(0.5)}}}
    page = opened(tmp_path, replace(REPORT, made="soon", runs=(replace(RUN, figures=figures, groups=groups),)))
    assert "soon" in texts(page)
    assert "novelty" in list(page.dataframe[1].value["measure"])
    assert list(page.dataframe[0].value["weather"]) == ["rain"]
    assert measure_label(MEASURES[0]) == "recall@1"


def test_nothing_of_a_report_is_read_as_markdown(tmp_path: Path) -> None:
    outcomes = tuple(
        replace(one, id=ODD, question=ODD, category=ODD, answer=ODD, gold_answer=ODD, language=ODD)
        for one in RUN.outcomes
    )
    run = replace(
        RUN,
        system=ODD,
        outcomes=outcomes,
        figures={**FIGURES, ODD: figure(0.5)},
        groups={ODD: {ODD: {ODD: figure(0.5)}}, "category": {ODD: {"mrr": figure(0.5)}}},
    )
    report = Report(ODD, ODD, ODD, ODD, ODD, ODD, 2, 31, {ODD: ODD}, (run,))
    page = opened(tmp_path, report)
    assert "alert(1)" not in read_as_markdown(page)
    assert ODD in texts(page)


# what went wrong


def test_the_failures_one_by_one(tmp_path: Path) -> None:
    page = opened(tmp_path, REPORT)
    assert "3 of 4 questions" in [caption.value for caption in page.caption]
    chosen = page.selectbox(key="failure at")
    assert [option.split(". ", 1)[1] for option in chosen.options] == [
        "Why did she leave the <script>alert(1)</script> boat & the sea?",
        "冬は何をしますか。",
        "谁是船长？",
    ]
    [after] = [button for button in page.button if button.label == "Next"]
    after.click().run()
    assert page.selectbox(key="failure at").value == 1
    assert "2 of 3" in [caption.value for caption in page.caption]
    page.button_group[0].set_value("answered").run()
    assert page.selectbox(key="failure at").options == ["1. 谁是船长？"]
    assert all(button.disabled for button in page.button)


def test_a_run_that_went_well(tmp_path: Path) -> None:
    page = opened(tmp_path, replace(REPORT, runs=(replace(RUN, outcomes=RUN.outcomes[:1]),)))
    assert "Every question went well." in [block.value for block in page.markdown]


def test_what_is_shown_of_a_failure() -> None:
    [failure] = [one for one in failures_of(RUN.outcomes) if one.outcome.id == "lost"]
    data = failure_data(failure, [BASELINE])
    assert data["question"] == LOST.question
    assert data["kinds"] == ["evidence not in the first five", "key facts missing"]
    assert data["tags"] == ["lost", "reasons", "en", "key facts 0.50"]
    sections = {section["title"]: [line["text"] for line in section["lines"]] for section in data["sections"]}
    assert sections == {
        "Asked before": ["Who built the boat?"],
        "Gold answer": ["春天三百斤。"],
        "Answered": ["春天最多，大概三百斤。[1]", "[1] 林岚 · tea 10–21"],
        "Judge": ["openai:some-model · correct 0.50 · complete 0.00 · grounded 1.00", "Only <half> of it."],
        "Evidence": ["tea 10–23 · first at rank 7", "boats 40–50 · in none of the passages looked through"],
        "Other systems": ["langchain · evidence not in the first five, key facts missing"],
    }
    first, second = data["retrieved"]
    assert (first["rank"], first["who"], first["holds"]) == (1, "林岚", "")
    assert first["pieces"][0] == {"text": "天", "evidence": "part"}
    assert "".join(piece["text"] for piece in first["pieces"]) == LOST.retrieved[0].text
    assert (second["who"], second["place"]) == ("no name", "boats 0–12")


def test_what_held_the_evidence_is_marked() -> None:
    [declined] = [one for one in failures_of(RUN.outcomes) if one.outcome.id == "declined"]
    data = failure_data(declined, [])
    assert [one["holds"] for one in data["retrieved"]] == ["holds the evidence", "", ""]
    assert data["retrieved"][0]["pieces"] == [
        {"text": "春天最多，大概三百斤。", "evidence": "whole"},
        {"text": "秋天就少了。", "evidence": "none"},
    ]
