"""A comparison of two reports on the terminal: the figures, and each question that changed sides."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.compare import Change, Comparison, Switch
from eval.failures import ranks_of
from eval.measures import shown
from eval.stats import holm
from ui.messages import counted, one_line
from ui.terminal import write

SIGNIFICANT = 0.05


def render_comparison(console: Console, comparison: Comparison) -> None:
    """Print what the reports differ in, the figures with their corrected p, and the questions that changed sides."""
    before, after = comparison.before, comparison.after
    write(console, Text(f"{one_line(after.gold)} · {counted(comparison.n, 'question')} in both reports", "bold"))
    for which, report in (("before", before), ("after", after)):
        write(console, Text(f"{which:<7} {one_line(report.made)} · Verbatim {one_line(report.version)}", "dim"))
    for one in comparison.differences:
        write(console, f"differs: {one.what}: {one_line(one.before)} → {one_line(one.after)}", hang=2)
    for which, ids in (("before", comparison.only_before), ("after", comparison.only_after)):
        if ids:
            names = ", ".join(one_line(name) for name in ids[:10]) + (", …" if len(ids) > 10 else "")
            write(console, f"only {which}: {counted(len(ids), 'question')} ({names})", hang=2)
    write(console)
    console.print(_changes_table(comparison.changes))
    legend = "p: how often chance alone gives as large a difference (paired randomisation test)"
    write(console, Text(f"{legend}, corrected by Holm for the number of rows", "dim"))
    write(console)
    _show_switches(console, comparison.switches)


def _changes_table(changes: Sequence[Change]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("")
    for heading in ("before", "after", "difference", "p"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("n", justify="right", style="dim")
    for change, p in zip(changes, _corrected(changes), strict=True):
        measure = change.measure
        table.add_row(
            Text(one_line(measure.label)).append(" ↓" if measure.lower_is_better else "", "dim"),
            shown(measure, change.before),
            shown(measure, change.after),
            Text(shown(measure, change.difference, signed=True), _style(change, p)),
            Text(_shown_p(p), "bold" if p is not None and p < SIGNIFICANT else "dim"),
            str(change.n),
        )
    return table


def _corrected(changes: Sequence[Change]) -> list[float | None]:
    """Each change's p, corrected for how many of them are looked at together; None where it has none."""
    corrected = iter(holm([change.p for change in changes if change.p is not None]))
    return [None if change.p is None else next(corrected) for change in changes]


def _shown_p(p: float | None) -> str:
    return "–" if p is None else "<0.001" if p < 0.001 else f"{p:.3f}"


def _style(change: Change, p: float | None) -> str:
    """Colour is for what chance does not explain."""
    if p is None or p >= SIGNIFICANT or change.better is None:
        return ""
    return "green" if change.better else "red"


def _show_switches(console: Console, switches: Sequence[Switch]) -> None:
    if not switches:
        write(console, "No question changed sides.")
        return
    for (what, better), group in groupby(switches, lambda switch: (switch.what, switch.better)):
        same = list(group)
        direction = Text("better", "green") if better else Text("worse", "red")
        write(console, Text.assemble((what, "bold"), ": ", direction, f" for {counted(len(same), 'question')}"))
        for switch in same:
            line = Text.assemble(
                (one_line(switch.after.id), "cyan"),
                f"  {one_line(switch.after.question)}",
                (f" · {_sides(switch)}", "dim"),
            )
            write(console, line, indent=2, hang=2)
        write(console)


def _sides(switch: Switch) -> str:
    """Both sides of a switch: "evidence: rank 2 → rank 9", "declined → answered", "0.33 → 0.67"."""
    old, new = switch.before, switch.after
    match switch.what:
        case "found":
            return f"evidence: {ranks_of(old)} → {ranks_of(new)}"
        case "answered":
            return " → ".join("answered" if one.answered else "declined" for one in (old, new))
    return f"{old.scores['key_facts']:.2f} → {new.scores['key_facts']:.2f}"
