"""Interviews that are the same one, from another outlet or in another format or language, and the way to read them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from ui.chat_state import go_to
from ui.chat_text import say
from ui.chat_view import language_name
from ui.messages import one_line

if TYPE_CHECKING:
    from index.store import DocumentRow
    from rag.view import View


def same_data(view: View, doc: str, others: Iterable[str]) -> list[dict[str, str]]:
    """What the parts of the page draw of others that are the same interview as `doc`, those that are still there."""
    rows = [view.document(other) for other in others if view.has(other)]
    mine = view.document(doc) if view.has(doc) else None
    return [{"doc": row.doc, "label": same_text(row, mine), "lang": row.language} for row in rows]


def with_same(view: View, data: dict[str, Any]) -> dict[str, Any]:
    """An answer as `answer_data` has it, with the other interviews that each of its quotations also stands in."""
    blocks = [{**block, "same": same_data(view, block["doc"], block["also_in"])} for block in data["blocks"]]
    return {**data, "blocks": blocks}


def same_text(row: DocumentRow, beside: DocumentRow | None = None) -> str:
    """An interview by its title, outlet and language; by what tells it from the one beside it, its format or, where
    that is one too, its file.
    """
    file = Path(row.path)
    apart = ""
    if beside:
        is_other_format = file.suffix.lower() != Path(beside.path).suffix.lower()
        apart = file.suffix.lower() if is_other_format else file.name if row.title == beside.title else ""
    about = [one_line(part) for part in (row.outlet, language_name(row.language), apart) if part]
    return say("same.label", title=one_line(row.title or row.doc), about=say("understood.and").join(about))


def read_same(part: str) -> None:
    """Leave for the interview that was clicked in this part."""
    if doc := st.session_state[part].same:
        go_to("read", doc=str(doc))
