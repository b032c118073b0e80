"""The people of an archive on a terminal: a table of all, one person with all names, and what is uncertain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ui.messages import counted, one_line
from ui.terminal import write

if TYPE_CHECKING:
    from rag.everyone import Doubt, DoubtKind, Person

MOST_NAMES = 6  # of a person, in the table
MOST_OTHERS = 5
_DOUBTS: dict[DoubtKind, str] = {
    "shared": "{name} is also what {others} go by: say the whole name",
    "one name": "{name} is in several interviews and has no other name: perhaps several people",
    "same sound": "{name} may be {others}, by its sound",
    "hardly together": "{name} may be {others}: of one family name by its sound, and hardly ever in one interview",
}


def show_everyone(console: Console, people: Sequence[Person]) -> None:
    """Print everyone with names, roles and how many interviews; then what is uncertain, and how to put it right."""
    table = Table(box=None, pad_edge=False, padding=(0, 2), collapse_padding=True, header_style="bold")
    table.add_column("Person", overflow="fold", style="cyan")
    table.add_column("Also", overflow="fold")
    table.add_column("Role", overflow="fold")
    table.add_column("Interviews", justify="right")
    for person in people:
        if person.name:
            others = [name for name in person.names if name != person.name]
            also = ", ".join(others[:MOST_NAMES]) + (", …" if len(others) > MOST_NAMES else "")
            cells = (person.name, also, ", ".join(person.roles), f"{len(person.interviews):,}")
            table.add_row(*(Text(one_line(cell)) for cell in cells))
    console.print(table)
    doubts = [doubt for person in people for doubt in person.doubts if doubt.kind != "shared"]
    nobody = next((person for person in people if not person.name), None)
    if not doubts and not nobody:
        return
    write(console)
    write(console, Text("Uncertain", "bold"))
    for doubt in _once(doubts):
        write(console, doubt_text(doubt), indent=2, hang=2)
    if nobody:
        labels = ", ".join(map(one_line, nobody.names))
        write(
            console,
            f"in {counted(len(nobody.interviews), 'interview')}, nobody in particular: {labels}",
            indent=2,
            hang=2,
        )
    write(console, Text("verbatim people join NAME ALIAS… and verbatim people split NAME ALIAS put it right", "dim"))


def show_person(console: Console, person: Person, titles: Mapping[str, tuple[str, str]]) -> None:
    """Print one person: names, roles, interviews by (title, date), and what is uncertain."""
    write(console, Text(one_line(person.name) or "nobody in particular", "bold"))
    write(console, Text(f"{'names':<12}", "dim").append(one_line(", ".join(person.names))), hang=12)
    write(console, Text(f"{'roles':<12}", "dim").append(", ".join(person.roles)))
    for doubt in person.doubts:
        write(console, Text(f"{'uncertain':<12}", "yellow").append(doubt_text(doubt)), hang=12)
    write(console, Text(f"{'interviews':<12}", "dim").append(f"{len(person.interviews):,}"))
    for doc in person.interviews:
        title, date = titles.get(doc, ("", ""))
        line = Text(one_line(doc), "cyan").append("".join(f" · {one_line(part)}" for part in (title, date) if part), "")
        write(console, line, indent=2, hang=2)


def doubt_text(doubt: Doubt) -> str:
    """What is uncertain, in words."""
    others = ", ".join(doubt.others[:MOST_OTHERS]) + (", …" if len(doubt.others) > MOST_OTHERS else "")
    return one_line(_DOUBTS[doubt.kind].format(name=doubt.name, others=others))


def _once(doubts: Sequence[Doubt]) -> list[Doubt]:
    """Without those that say of the other what was said of the one."""
    kept: list[Doubt] = []
    for doubt in doubts:
        if not any(one.kind == doubt.kind and doubt.name in one.others for one in kept):
            kept.append(doubt)
    return kept
