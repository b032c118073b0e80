"""A report as a person reads it on the terminal."""

from __future__ import annotations

import io
from dataclasses import replace

from eval_reports import ANSWERED, FIGURES, GOOD, LOST, REPORT, RUN, figure
from rich.cells import cell_len

from eval.failures import failures_of, pieces
from eval.measures import best_of, in_order, measure_of, shown
from eval.records import Report
from ui.render_eval import render_report
from ui.terminal import PipeConsole


def page(report: Report, width: int = 100_000, listed: int = 20) -> list[str]:
    out = io.StringIO()
    console = PipeConsole(file=out, width=width, color_system=None, markup=False, highlight=False, emoji=False)
    render_report(console, report, listed)
    return [line.rstrip() for line in out.getvalue().splitlines()]


def row(lines: list[str], start: str) -> str:
    (found,) = (" ".join(line.split()) for line in lines if line.startswith(start))
    return found


def test_settings_and_what_was_not_asked_come_first() -> None:
    assert page(REPORT)[:4] == [
        "tea.jsonl · dev",
        "4 questions · 2 interviews · 31 passages · embedding bundled · Verbatim 0.1.0",
        "not asked: harbour-1: the index has no interview harbour",
        "",
    ]


def test_a_row_each_measure_and_a_column_each_system() -> None:
    lines = page(REPORT)
    assert row(lines, "recall@5") == "recall@5 0.75 [0.65, 0.85] 0.60 [0.52, 0.85] 4"
    assert row(lines, "characters in five") == "characters in five ↓ 1,912 [1,872, 1,952] 1,530 [1,498, 1,952] 4"
    assert row(lines, "seconds, p50") == "seconds, p50 ↓ 0.021 [0.017, 0.025] 0.017 [0.014, 0.025] 4"
    few = replace(REPORT, runs=(RUN, replace(RUN, system="bm25", figures={"mrr": figure(0.4, n=3)})))
    assert row(page(few), "recall@5") == "recall@5 0.75 [0.65, 0.85] – 4/–"
    assert row(page(few), "MRR") == "MRR 0.66 [0.56, 0.76] 0.40 [0.30, 0.50] 4/3"


def test_groups_are_rows_with_three_measures() -> None:
    lines = page(REPORT)
    assert row(lines, "numbers") == "numbers 0.90 [0.80, 1.00] 0.80 [0.70, 0.90] 0.50 [0.40, 0.60] 2"
    assert row(lines, "reasons") == "reasons 0.40 [0.30, 0.50] 0.30 [0.20, 0.40] – 1"
    assert row(lines, "茶园一日：[bold]与林岚谈茶").endswith("0.70 [0.60, 0.80] 1")


def test_what_went_wrong_is_listed_worst_first() -> None:
    lines = page(REPORT)
    assert lines[lines.index("3 of 4 questions went wrong") + 1 :] == [
        "",
        "evidence not in the first five (1)",
        "  lost  Why did she leave the <script>alert(1)</script> boat & the sea?"
        " · evidence: rank 7, not found · key facts 0.50",
        "",
        "wrongly declined (1)",
        "  declined  冬は何をしますか。 · evidence: rank 2",
        "",
        "answered though no interview says it (1)",
        "  answered  谁是船长？",
    ]
    assert page(REPORT, listed=1)[-1] == "and 2 more: --html FILE shows each with what was found"


def test_all_went_well() -> None:
    assert page(replace(REPORT, runs=(replace(RUN, outcomes=(GOOD,)),)))[-1] == "Every question went well."
    assert page(replace(REPORT, runs=()))[-1] == "No system was run."


def test_it_fits_a_narrow_terminal() -> None:
    for width in (60, 80, 100):
        assert max(map(cell_len, page(REPORT, width))) <= width
    stacked = page(REPORT, 50)
    place = next(number for number, line in enumerate(stacked) if line.startswith("recall@5"))
    assert stacked[place].split() == ["recall@5", "0.75", "0.60", "4"]
    assert stacked[place + 1].split() == ["[0.65,", "0.85]", "[0.52,", "0.85]"]


def test_data_is_neither_markup_nor_commands_to_the_terminal() -> None:
    odd = "[red]x[/red] :smile: \x1b[2J"
    run = replace(RUN, system=odd, figures={odd: figure(0.5)}, groups={odd: {odd: {"mrr": figure(0.5)}}},
                  outcomes=(replace(LOST, id=odd, question=odd),))  # fmt: skip
    lines = page(replace(REPORT, gold=odd, embedding=odd, left_out={odd: odd}, runs=(run,)))
    assert sum(line.count("[red]x[/red] :smile: [2J") for line in lines) >= 8
    assert "\x1b" not in "".join(lines)


# What the terminal and the page share


def test_values_have_the_digits_of_their_unit() -> None:
    share, seconds, characters = map(measure_of, ("mrr", "seconds_p50", "chars@5"))
    assert [shown(share, 0.784), shown(seconds, 0.0214), shown(characters, 1912.4)] == ["0.78", "0.021", "1,912"]
    changes = [shown(share, value, signed=True) for value in (0.05, -0.05, -0.001, 0.0)]
    assert changes == ["+0.05", "−0.05", "0.00", "0.00"]


def test_the_best_is_the_best_that_is_shown() -> None:
    mrr, seconds = measure_of("mrr"), measure_of("seconds_p95")
    assert best_of(mrr, [figure(0.5), None, figure(0.7), figure(0.701)]) == (2, 3)
    assert best_of(seconds, [figure(0.5), figure(0.7)]) == (0,)
    assert best_of(mrr, [figure(0.5), None]) == ()
    assert best_of(mrr, [figure(0.7), figure(0.701)]) == ()


def test_measures_come_in_the_readers_order_and_unknown_ones_last() -> None:
    names = [measure.name for measure in in_order(["zzz", "tokens", "mrr", "recall@1", "mrr"])]
    assert names == ["recall@1", "mrr", "tokens", "zzz"]
    assert all(measure.meaning for measure in in_order(FIGURES))


def test_the_ways_a_question_goes_wrong() -> None:
    assert [(failure.outcome.id, failure.kinds) for failure in failures_of(RUN.outcomes)] == [
        ("lost", ("not-found", "facts")),
        ("declined", ("declined",)),
        ("answered", ("answered",)),
    ]


def test_evidence_is_marked_in_a_passage_whole_or_in_part() -> None:
    held = [(piece.text, piece.evidence) for piece in pieces(GOOD, GOOD.retrieved[0])]
    assert held == [("春天最多，大概三百斤。", "whole"), ("秋天就少了。", "none")]
    cut = [(piece.text, piece.evidence) for piece in pieces(LOST, LOST.retrieved[0])]
    assert cut == [("天", "part"), ("就少了。冬天什么也不做，只修房子", "none")]
    assert [piece.evidence for piece in pieces(ANSWERED, ANSWERED.retrieved[0])] == ["none"]
