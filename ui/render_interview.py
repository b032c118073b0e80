"""Interviews as a person reads them: the table of all, one with its turns, and what was left out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from index.model import Excluded, Role, Speaker, TimeMark, Turn
from ui.messages import counted, one_line, visible
from ui.render import speaker_line
from ui.render_times import clock, seconds_by, times_told
from ui.terminal import write

if TYPE_CHECKING:
    from index.store import DocumentRow


def show_list(console: Console, rows: Sequence[DocumentRow]) -> None:
    """Print a table of the interviews; the first column is the name that other commands take."""
    table = Table(box=None, pad_edge=False, padding=(0, 2), collapse_padding=True, header_style="bold")
    table.add_column("Doc", no_wrap=True, style="cyan")
    for heading in ("Title", "Date", "Speakers", "Language"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "Date")
    for heading in ("Turns", "Passages"):
        table.add_column(heading, justify="right")
    if has_same := any(row.same_as for row in rows):
        table.add_column("Same interview as", overflow="fold")
    for row in rows:
        speakers = ", ".join(row.speakers)
        cells = [row.doc, row.title, row.date, speakers, row.language, str(row.turns), str(row.passages)]
        cells += [", ".join(row.same_as)] if has_same else []
        table.add_row(*(Text(one_line(cell)) for cell in cells))
    console.print(table)


def show_metadata(console: Console, row: DocumentRow) -> None:
    """Print what is known of one interview; what the page does not say is left out."""
    write(console, Text(one_line(row.title or row.doc), "bold"))
    facts = {
        "doc": row.doc,
        "date": row.date,
        "outlet": row.outlet,
        "url": row.url,
        "speakers": ", ".join(row.speakers),
        "language": row.language,
        "same as": ", ".join(row.same_as),
        "file": f"{row.path} ({row.encoding})",
        "size": f"{counted(row.turns, 'turn')}, {counted(row.passages, 'passage')}",
    }
    for name, value in facts.items():
        if value:
            write(console, Text(f"{name:<10}", "dim").append(one_line(value)), wrap=False)
    for warning in row.warnings:
        write(console, Text(f"{'warning':<10}", "yellow").append(one_line(warning)), wrap=False)


def show_turns(
    console: Console,
    turns: Sequence[Turn],
    text: str,
    speakers: Mapping[str, Speaker],
    marked: int | None = None,
    times: Sequence[TimeMark] = (),
) -> None:
    """Print turns with number, speaker, role, section headings, and by `times` when each was said; the turn numbered
    `marked` stands out.
    """
    section = ""
    told = times_told(turns, seconds_by(times))
    for turn in turns:
        if turn.section and turn.section != section:
            section = turn.section
            write(console)
            write(console, Text(f"## {one_line(section)}", "bold underline"))
        speaker = None if turn.role is Role.EDITOR else speakers.get(turn.label)  # "" is also the unlabelled guest
        name = speaker.name if speaker else turn.label
        dimmed = "dim" if marked is not None and turn.number != marked else ""
        number = f"{'>' if turn.number == marked else ' '}{turn.number:>4}  "
        write(console)
        time = f"  {clock(told[turn.start])}" if turn.start in told else ""
        write(console, Text.assemble((number, "cyan"), speaker_line(name, turn.role, turn.kind), (time, "dim")))
        for span in turn.spans:
            if span.start in told and span.start != turn.start:
                write(console, Text(clock(told[span.start]), "dim"), indent=7)
            write(console, Text(visible(text[span.start : span.end]), dimmed), indent=7)


def show_excluded(console: Console, stretches: Sequence[Excluded], text: str) -> None:
    """Print every stretch that is not part of the interview: its offsets, why, and what it says."""
    for stretch in stretches:
        write(console, Text(f"{stretch.start}-{stretch.end}  ", "cyan").append(one_line(stretch.reason), "bold"))
        write(console, visible(text[stretch.start : stretch.end]).strip("\n"), indent=4)
        write(console)
