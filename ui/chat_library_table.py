"""The interviews of the archive as a table: sort them, open one, remove some, index them again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from index.generations import ARCHIVE
from ui.archive_changes import Outcome, index_again, is_upload, missing_sources, remove_interviews
from ui.chat_job_view import begin
from ui.chat_jobs import jobs_of
from ui.chat_same import same_text
from ui.chat_state import go_to
from ui.chat_text import LANGUAGES, say
from ui.chat_view import dotted
from ui.messages import one_line, visible

if TYPE_CHECKING:
    from index.build import Progress
    from index.store import DocumentRow
    from rag.retrieve import Retriever
    from ui.chat_startup import Startup


def show_table(startup: Startup, retriever: Retriever) -> None:
    """The table, the newest interview first, and what can be done with it."""
    rows = sorted(retriever.view.documents(), key=lambda row: (row.date, row.doc), reverse=True)
    shown = _columns(rows)
    wide = {"title": 260, "speakers": 170, "same": 220, "notes": 220}
    chosen = st.dataframe(
        shown,
        hide_index=True,
        column_config={
            name: st.column_config.Column(say(f"library.column.{name}"), width=wide.get(name)) for name in shown
        },
        # Of another index, other rows stand where these were selected.
        key=f"library table {contents(retriever)}",
        on_select="rerun",
        selection_mode="multi-row",
    )
    selected = [rows[at] for at in chosen.selection.rows if at < len(rows)]
    _actions(startup, retriever, selected)
    for row in selected:
        st.text("\n".join([dotted(row.title or row.doc, row.date, row.path), *_about(retriever, row)]))
    if not selected:
        st.caption(say("library.table.hint"))


def _about(retriever: Retriever, row: DocumentRow) -> list[str]:
    """What there is to say of an interview beside the table: which others are the same one, and its reader's notes."""
    same = [f"{say('same.as')} {same_text(retriever.view.document(doc), row)}" for doc in row.same_as]
    return [*same, *map(one_line, row.warnings)]


def contents(retriever: Retriever) -> str:
    """What tells the contents of one index from any other's."""
    return retriever.index.manifest.files[ARCHIVE].sha256


def index_again_button(startup: Startup) -> None:
    """Look again at everything the index was made from; sources that are gone are named."""
    busy = jobs_of(str(startup.place)).is_busy
    st.button(
        say("library.again"),
        icon=":material/sync:",
        help=say("library.busy" if busy else "library.again.help"),
        on_click=_index_again,
        args=(startup,),
        disabled=busy,
    )


def _index_again(startup: Startup) -> None:
    work = partial(index_again, startup.uploads, startup.place, startup.embedding or None)
    begin(jobs_of(str(startup.place)), "again", work)


def _columns(rows: Sequence[DocumentRow]) -> dict[str, list[str] | list[int]]:
    columns: dict[str, list[str] | list[int]] = {
        "title": [one_line(row.title or row.doc) for row in rows],
        "date": [one_line(row.date) for row in rows],
        "speakers": [one_line(", ".join(row.speakers)) for row in rows],
        "language": [LANGUAGES.get(row.language, one_line(row.language)) for row in rows],
        "turns": [row.turns for row in rows],
        "passages": [row.passages for row in rows],
    }
    if any(row.same_as for row in rows):
        by_doc = {row.doc: row for row in rows}
        columns["same"] = ["; ".join(same_text(by_doc[doc], row) for doc in row.same_as) for row in rows]
    if any(row.warnings for row in rows):
        columns["notes"] = [one_line("; ".join(row.warnings)) for row in rows]
    return columns


def _actions(startup: Startup, retriever: Retriever, selected: Sequence[DocumentRow]) -> None:
    with st.container(horizontal=True):
        is_one = len(selected) == 1
        st.button(
            say("library.open"),
            icon=":material/menu_book:",
            on_click=go_to,
            args=("read",),
            kwargs={"doc": selected[0].doc} if is_one else {},
            disabled=not is_one,
            help=None if is_one else say("library.open.help"),
        )
        busy = jobs_of(str(startup.place)).is_busy
        label = say("library.remove.selected", number=len(selected)) if selected else say("library.remove")
        help = say("library.busy") if busy else None if selected else say("library.remove.help")
        if st.button(label, icon=":material/delete:", key="remove", disabled=busy or not selected, help=help):
            is_all = len(selected) == retriever.index.manifest.interviews
            st.dialog(say("library.remove.title"), width="medium")(_confirm)(startup, selected, is_all)
        index_again_button(startup)
    if missing := missing_sources(startup.uploads, startup.place):
        st.caption(f":material/link_off: {say('library.sources.missing')}")
        st.text("\n".join(f"{one_line(one.path)}: {one_line(one.reason)}" for one in missing))


def _confirm(startup: Startup, selected: Sequence[DocumentRow], is_all: bool) -> None:
    """The dialog: which interviews go, and what becomes of their files."""
    uploaded = [row for row in selected if is_upload(row, startup.uploads)]
    others = [row for row in selected if row not in uploaded]
    for text, rows in (("library.remove.uploads", uploaded), ("library.remove.others", others)):
        if rows:
            st.markdown(say(text))
            lines = [f"{one_line(row.title or row.doc)}\n{one_line(row.path)}" for row in rows]
            with st.container(height=260 if len(rows) > 3 else "content", border=True):
                st.text(visible("\n\n".join(lines)))
    if is_all:
        st.warning(say("library.remove.last"))
    docs = [row.doc for row in selected]
    with st.container(horizontal=True, horizontal_alignment="right"):
        closed = st.button(say("library.remove.cancel"), key="cancel removal")
        confirmed = st.button(
            say("library.remove.confirm"),
            type="primary",
            icon=":material/delete:",
            key="confirm removal",
            on_click=_remove,
            args=(startup, docs),
        )
    if closed or confirmed:
        st.rerun()


def _remove(startup: Startup, docs: Sequence[str]) -> None:
    def work(_: Progress) -> Outcome:
        return remove_interviews(docs, startup.uploads, startup.place)

    begin(jobs_of(str(startup.place)), "remove", work)
