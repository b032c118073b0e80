"""What `verbatim list` and `verbatim show` do after their options are read."""

from __future__ import annotations

import sys
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING

from index.errors import InputError
from ui.jsonl import write_json
from ui.messages import one_line, tell
from ui.records import list_record
from ui.render_interview import show_excluded, show_list, show_metadata, show_turns
from ui.terminal import open_console

if TYPE_CHECKING:
    from index.opened import OpenedIndex
    from index.places import Place
    from index.store import DocumentRow
    from rag.filters import Filters


def run_list(place: Place, filters: Filters, as_json: bool) -> int:
    """List the interviews that pass; returns the exit code."""
    from index.places import open_place
    from rag.filters import matching_documents

    with closing(open_place(place)) as index:
        rows = matching_documents(index, filters)
    if filters and not rows:
        tell("no interview passes these filters")
        return 1
    if as_json:
        for row in rows:
            write_json(asdict(list_record(row)))
    else:
        show_list(open_console(), rows)
    return 0


def run_show(doc: str, place: Place, turn: int | None, source: bool, excluded: bool) -> int:
    """Show one interview in the way asked for. Raises InputError when there is no such interview or turn."""
    from index.places import open_place

    with closing(open_place(place)) as index:
        row = index.document(_as_listed(index, doc))
        doc = row.doc
        if source:
            sys.stdout.flush()
            sys.stdout.buffer.write(index.text(doc).encode("utf-8", "replace"))
            sys.stdout.buffer.flush()
        elif excluded:
            _show_excluded(index, doc)
        else:
            _show_turns(index, row, turn)
    return 0


def _as_listed(index: OpenedIndex, name: str) -> str:
    """The interview of this name, be it as the index has it or as it is printed: a file name may hold a line break."""
    return next((doc for doc in index.docs if name not in index.docs and one_line(doc) == name), name)


def _show_excluded(index: OpenedIndex, doc: str) -> None:
    stretches = index.excluded(doc)
    if not stretches:
        tell(f"Nothing of {doc} was left out")
    show_excluded(open_console(), stretches, index.text(doc))


def _show_turns(index: OpenedIndex, row: DocumentRow, marked: int | None) -> None:
    console = open_console()
    turns = index.turns(row.doc)
    if marked is None:
        show_metadata(console, row)
    else:
        place = next((place for place, turn in enumerate(turns) if turn.number == marked), None)
        if place is None:
            known = f"its turns are {turns[0].number} to {turns[-1].number}" if turns else "it has no turns"
            raise InputError(f"There is no turn {marked} in {row.doc}: {known}")
        turns = turns[max(place - 1, 0) : place + 2]
    show_turns(console, turns, index.text(row.doc), index.speakers(row.doc), marked, index.times(row.doc))
