"""Two reports side by side: values over common questions, what chance explains, and who changed sides."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from eval_reports import ANSWERED, DECLINED, GOOD, LOST, OUTCOMES, REPORT, RUN, outcome

from eval.compare import Change, compare
from eval.records import EvidenceRank, Outcome, Report, read_report, write_report
from index.errors import InputError
from ui.render_eval_compare import render_comparison
from ui.terminal import PipeConsole

FOUND = replace(
    LOST, scores={**LOST.scores, "recall@5": 1.0, "key_facts": 0.25}, evidence=(EvidenceRank("tea", 10, 23, 4),)
)
SAID = replace(DECLINED, answered=True, scores={"recall@5": 1.0, "wrongly_declined": 0.0, "key_facts": 1.0})
SILENT = replace(ANSWERED, answered=False, scores={"abstention_recall": 1.0, "abstention_precision": 1.0})


def report(*outcomes: Outcome, **changes: object) -> Report:
    return replace(REPORT, runs=(replace(RUN, outcomes=outcomes),), **changes)  # type: ignore[arg-type]


def shown(before: Report, after: Report, width: int = 200) -> str:
    out = io.StringIO()
    console = PipeConsole(file=out, width=width, color_system=None, markup=False, highlight=False, emoji=False)
    render_comparison(console, compare(before, after))
    return out.getvalue()


def change_of(name: str, before: Report, after: Report) -> Change:
    (change,) = (change for change in compare(before, after).changes if change.measure.name == name)
    return change


def test_values_are_of_the_questions_that_have_them_in_both() -> None:
    before = report(GOOD, LOST, DECLINED, outcome("gone"))
    after = report(GOOD, FOUND, replace(SAID, scores={}), outcome("new"))
    change = change_of("recall@5", before, after)
    assert (change.before, change.after, change.n) == (0.5, 1.0, 2)
    assert change.difference == 0.5
    assert change.better is True
    comparison = compare(before, after)
    assert (comparison.n, comparison.only_before, comparison.only_after) == (3, ("gone",), ("new",))


def test_a_question_with_other_words_is_another_question() -> None:
    comparison = compare(report(GOOD, LOST, SAID), report(replace(GOOD, question="?"), replace(LOST, history=()), SAID))
    assert comparison.n == 1
    assert comparison.only_before == comparison.only_after == ("good", "lost")
    assert {change.n for change in comparison.changes} == {1}


def test_lower_is_better_where_it_is() -> None:
    before, after = report(DECLINED), report(SAID)
    change = change_of("wrongly_declined", before, after)
    assert (change.before, change.after, change.better) == (1.0, 0.0, True)
    slower = report(replace(GOOD, seconds=0.5))
    assert change_of("seconds", report(GOOD), slower).better is False
    assert change_of("seconds", slower, slower).better is None


def test_chance_explains_one_question_but_not_twenty() -> None:
    many = [replace(LOST, id=f"q{number}") for number in range(20)]
    found = [replace(FOUND, id=one.id) for one in many]
    assert change_of("recall@5", report(LOST), report(FOUND)).p == pytest.approx(1.0)
    p = change_of("recall@5", report(*many), report(*found)).p
    assert p is not None
    assert p < 0.01
    assert change_of("recall@5", report(*many), report(*many)).p == pytest.approx(1.0)


def test_precision_of_declining_is_not_paired() -> None:
    before, after = report(DECLINED, ANSWERED), report(DECLINED, SILENT)
    change = change_of("abstention_precision", before, after)
    assert (change.before, change.after, change.p) == (0.0, 0.5, None)


def test_questions_that_changed_sides() -> None:
    comparison = compare(report(GOOD, LOST, DECLINED, ANSWERED), report(GOOD, FOUND, SAID, SILENT))
    assert [(switch.what, switch.after.id, switch.better) for switch in comparison.switches] == [
        ("found", "lost", True),
        ("answered", "declined", True),
        ("answered", "answered", True),
        ("key facts", "lost", False),
        ("key facts", "declined", True),
    ]
    back = compare(report(GOOD, FOUND, SAID, SILENT), report(GOOD, LOST, DECLINED, ANSWERED))
    assert [switch.better for switch in back.switches] == [False, False, False, False, True]


def test_what_the_reports_differ_in() -> None:
    other = replace(REPORT, gold_sha256="b" * 64, split="test", embedding="BAAI/bge-m3", passages=7)
    assert [(one.what, one.before, one.after) for one in compare(REPORT, other).differences] == [
        ("gold set", "tea.jsonl (aaaaaaaa)", "tea.jsonl (bbbbbbbb)"),
        ("split", "dev", "test"),
        ("embedding", "bundled", "BAAI/bge-m3"),
        ("passages", "31", "7"),
    ]
    assert compare(REPORT, REPORT).differences == ()


def test_what_cannot_be_compared_is_refused() -> None:
    empty = replace(REPORT, runs=())
    with pytest.raises(InputError, match=r"the first report \(tea\.jsonl, 2025.*has no runs"):
        compare(empty, REPORT)
    with pytest.raises(InputError, match="the second report"):
        compare(REPORT, empty)
    with pytest.raises(InputError, match="no question in common"):
        compare(report(GOOD), report(LOST))


def test_a_figure_that_is_no_number_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write_report(REPORT, path)
    path.write_text(path.read_text(encoding="utf-8").replace('"seconds": 0.02', '"seconds": NaN', 1), encoding="utf-8")
    with pytest.raises(InputError, match=r"report\.json: not a report .*seconds: .*finite number"):
        read_report(path)


def test_p_is_corrected_for_the_rows() -> None:
    before = [replace(GOOD, id=f"q{n}", scores={"recall@5": 0.0, "mrr": 0.0}) for n in range(6)]
    after = [replace(one, scores={"recall@5": 1.0, "mrr": 0.0}) for one in before]
    lines = shown(report(*before), report(*after)).splitlines()
    # 2 of 64 ways to give signs, times the three rows: recall, MRR, seconds.
    assert change_of("recall@5", report(*before), report(*after)).p == 2 / 64
    assert next(line.split()[-2] for line in lines if line.startswith("recall@5")) == "0.094"
    assert any("corrected by Holm for the number of rows" in line for line in lines)


def test_the_comparison_on_the_terminal() -> None:
    page = shown(report(*OUTCOMES), report(GOOD, FOUND, SAID, SILENT, version="0.2.0"))
    lines = page.splitlines()
    assert lines[:4] == [
        "tea.jsonl · 4 questions in both reports",
        "before  2025-01-31T12:00:00+00:00 · Verbatim 0.1.0",
        "after   2025-01-31T12:00:00+00:00 · Verbatim 0.2.0",
        "differs: version: 0.1.0 → 0.2.0",
    ]
    (row,) = (line.split() for line in lines if line.startswith("recall@5"))
    assert row == ["recall@5", "0.67", "1.00", "+0.33", "1.000", "3"]
    assert "found: better for 1 question" in lines
    (question,) = (line for line in lines if line.endswith("evidence: rank 7, not found → rank 4"))
    assert question.startswith("  lost  Why did she leave the <script>")
    assert any(line.endswith("declined → answered") for line in lines)
    assert any(line.endswith("0.50 → 0.25") for line in lines)


def test_nothing_changed() -> None:
    assert "No question changed sides." in shown(REPORT, REPORT)


def test_data_is_no_markup() -> None:
    odd = replace(GOOD, id="[red]\x1b[2J", question="[bold]\r\nx", scores={"recall@5": 0.0, "[/red]": 1.0})
    page = shown(report(odd), report(replace(odd, scores={"recall@5": 1.0, "[/red]": 0.0})))
    assert "  [red][2J  [bold] x" in page
    assert "[/red]" in page
    assert "\x1b" not in page
