"""What an interview or a person is called in a list to choose from: never two by the same words.

Streamlit finds what was chosen by its label; of two options with one label, only the last could be chosen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ui.chat_view import dotted
from ui.messages import one_line

if TYPE_CHECKING:
    from index.store import DocumentRow


def labels(rows: Sequence[DocumentRow]) -> dict[str, str]:
    """By doc: title · date; the doc too where two of them would read the same."""
    return told_apart({row.doc: dotted(row.title or row.doc, row.date) for row in rows})


def told_apart(wanted: Mapping[str, str]) -> dict[str, str]:
    """By key, the label that is wanted; the key is added where two would read the same, and where that does not do, a
    number.
    """
    number = Counter(map(one_line, wanted.values()))
    found: dict[str, str] = {}
    taken = {label for label, times in number.items() if times == 1}
    for key, label in ((key, one_line(label)) for key, label in wanted.items()):
        if number[label] > 1:
            label = _free(dotted(label, key), taken)
        found[key] = label
        taken.add(label)
    return found


def _free(label: str, taken: set[str]) -> str:
    tries = (label, *(f"{label} ({at})" for at in range(2, len(taken) + 3)))
    return next(one for one in tries if one not in taken)
