"""The archive: its interviews as a table, files added and removed, the index made anew, and charts of it all."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from index.errors import IndexMissing
from index.generations import ARCHIVE
from index.readers import SUFFIXES
from rag.speech import Share, shares
from rag.view import View
from ui.chat_archive import retriever_of
from ui.chat_charts import (
    MOST_ROWS,
    interview_shares_chart,
    period_of,
    person_shares_chart,
    person_totals,
    timeline_chart,
)
from ui.chat_job_view import WATCHED, show_jobs
from ui.chat_jobs import (
    Kind,
    Outcome,
    add_files,
    has_uploads,
    index_again,
    is_upload,
    jobs_of,
    remove_interviews,
    sources_of,
)
from ui.chat_startup import UPLOAD_MB
from ui.chat_state import go_to
from ui.chat_text import say
from ui.chat_uploads import MOST_FILES, Sent
from ui.chat_view import dotted
from ui.messages import one_line, visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from index.build import Progress
    from index.store import DocumentRow
    from rag.retrieve import Retriever
    from ui.chat_startup import Startup

UPLOADER, SHOWN_BY = "library uploader", "library shown by"


def library_page(startup: Startup) -> None:
    """The page; without an index, what can be added to begin one."""
    try:
        retriever = retriever_of(startup)
    except IndexMissing:
        retriever = None
    st.title(say("library"), anchor=False)
    if retriever is None:
        st.markdown(say("library.empty"))
        st.caption(say("library.empty.explain"))
    else:
        _counts(retriever)
    show_jobs(jobs_of(startup.index))
    _add(startup)
    if retriever is None:
        if has_uploads(startup.uploads):
            _again(startup)
        return
    _table(startup, retriever)
    _again(startup)
    _timeline(retriever.view.documents())
    _speech(retriever)


def _counts(retriever: Retriever) -> None:
    one = retriever.index.manifest
    numbers = {"interviews": one.interviews, "speakers": one.speakers, "turns": one.turns, "passages": one.passages}
    st.caption(say("library.holds", **{name: f"{number:,}" for name, number in numbers.items()}))


def _begin(startup: Startup, kind: Kind, work: Callable[[Progress], Outcome]) -> None:
    """Begin a job, and tell this session what becomes of it; nothing while another one runs."""
    job = jobs_of(startup.index).begin(kind, work)
    if job:
        st.session_state[WATCHED] = job.number


def _is_busy(startup: Startup) -> bool:
    return jobs_of(startup.index).is_busy


# ---- adding


def _add(startup: Startup) -> None:
    # A widget of another key is an empty one: what was added need not be taken out of it by hand.
    key = f"{UPLOADER} {st.session_state.get(UPLOADER, 0)}"
    files = st.file_uploader(
        say("library.add.files", kinds=", ".join(sorted(SUFFIXES)), size=UPLOAD_MB, number=MOST_FILES),
        type=sorted(SUFFIXES),
        accept_multiple_files=True,
        key=key,
        help=say("library.add.help"),
        max_upload_size=UPLOAD_MB,
    )
    if files:
        st.button(
            say("library.add.button", number=len(files)),
            type="primary",
            icon=":material/add:",
            on_click=_store,
            args=(startup, key),
            disabled=_is_busy(startup),
            help=say("library.busy") if _is_busy(startup) else None,
        )


def _store(startup: Startup, key: str) -> None:
    """Add what lies in the uploader, and empty it; it stays there while another job runs."""
    files = [Sent(file.name, file.getvalue()) for file in st.session_state[key]]
    work = partial(add_files, files, startup.uploads, startup.folder, startup.embedding or None)
    if _begin(startup, "add", work):
        st.session_state[UPLOADER] = st.session_state.get(UPLOADER, 0) + 1


def _again(startup: Startup) -> None:
    st.button(
        say("library.again"),
        icon=":material/sync:",
        help=say("library.busy") if _is_busy(startup) else say("library.again.help"),
        on_click=_begin,
        args=(
            startup,
            "again",
            partial(index_again, startup.uploads, startup.folder, startup.embedding or None),
        ),
        disabled=_is_busy(startup),
    )
    if missing := [source for source in sources_of(startup.uploads, startup.folder) if not source.exists()]:
        st.caption(f":material/link_off: {say('library.sources.missing')}")
        st.text("\n".join(one_line(str(source)) for source in missing))


# ---- the table


def _table(startup: Startup, retriever: Retriever) -> None:
    rows = sorted(retriever.view.documents(), key=lambda row: (row.date, row.doc), reverse=True)
    columns: dict[str, list[object]] = {
        "title": [one_line(row.title or row.doc) for row in rows],
        "date": [one_line(row.date) for row in rows],
        "speakers": [one_line(", ".join(row.speakers)) for row in rows],
        "language": [one_line(row.language) for row in rows],
        "turns": [row.turns for row in rows],
        "passages": [row.passages for row in rows],
        "doc": [one_line(row.doc) for row in rows],
    }
    if any(row.warnings for row in rows):
        columns["notes"] = [one_line("; ".join(row.warnings)) for row in rows]
    widths = {"title": "large", "speakers": "medium", "notes": "medium"}
    chosen = st.dataframe(
        columns,
        hide_index=True,
        column_config={
            name: st.column_config.Column(say(f"library.column.{name}"), width=widths.get(name, "small"))  # type: ignore[arg-type]
            for name in columns
        },
        # Of another index, other rows stand where these were selected.
        key=f"library table {_contents(retriever)}",
        on_select="rerun",
        selection_mode="multi-row",
    )
    st.caption(say("library.table.hint"))
    selected = [rows[at] for at in chosen.selection.rows if at < len(rows)]
    _selection(startup, retriever, selected)


def _contents(retriever: Retriever) -> str:
    """What tells the contents of one index from any other's."""
    return retriever.index.manifest.files[ARCHIVE].sha256


def _selection(startup: Startup, retriever: Retriever, selected: Sequence[DocumentRow]) -> None:
    if not selected:
        return
    for row in selected:
        st.text(dotted(row.title or row.doc, row.date, row.path))
        for warning in row.warnings:
            st.text(f"  {one_line(warning)}")
    with st.container(horizontal=True):
        st.button(
            say("library.open"),
            icon=":material/menu_book:",
            on_click=go_to,
            args=("read",),
            kwargs={"doc": selected[0].doc},
            disabled=len(selected) != 1,
            help=say("library.open.help") if len(selected) != 1 else None,
        )
        busy = _is_busy(startup)
        label = say("library.remove.selected", number=len(selected))
        help = say("library.busy") if busy else None
        if st.button(label, icon=":material/delete:", disabled=busy, help=help):
            is_all = len(selected) == retriever.index.manifest.interviews
            st.dialog(say("library.remove.title"), width="medium")(_confirm)(startup, selected, is_all)


def _confirm(startup: Startup, selected: Sequence[DocumentRow], is_all: bool) -> None:
    """The dialog: which interviews go, and what becomes of their files."""
    uploaded = [row for row in selected if is_upload(row, startup.uploads)]
    others = [row for row in selected if row not in uploaded]
    for text, rows in (("library.remove.uploads", uploaded), ("library.remove.others", others)):
        if rows:
            st.markdown(say(text))
            lines = [f"{one_line(row.title or row.doc)}\n{one_line(row.path)}" for row in rows]
            with st.container(height=min(260, 80 + 60 * len(rows)), border=True):
                st.text(visible("\n\n".join(lines)))
    if is_all:
        st.warning(say("library.remove.last"))
    docs = [row.doc for row in selected]

    def remove(_: Progress) -> Outcome:
        return remove_interviews(docs, startup.uploads, startup.folder)

    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(say("library.remove.cancel")):
            st.rerun()
        if st.button(say("library.remove.confirm"), type="primary", icon=":material/delete:"):
            _begin(startup, "remove", remove)
            st.rerun()


# ---- charts


def _timeline(documents: Sequence[DocumentRow]) -> None:
    chart = timeline_chart(documents)
    undated = [row for row in documents if period_of(row.date) is None]
    st.subheader(say("library.timeline"), anchor=False)
    if chart is not None:
        is_many = len(documents) - len(undated) > MOST_ROWS
        st.caption(say("library.timeline.years" if is_many else "library.timeline.hint"))
        st.altair_chart(chart, theme="streamlit", alt=say("library.timeline"))
    if undated:
        st.caption(say("library.undated"))
        st.text("\n".join(dotted(row.title or row.doc, row.date) for row in undated))


def _speech(retriever: Retriever) -> None:
    everything = _shares(retriever.view, _contents(retriever))
    st.subheader(say("library.shares"), anchor=False)
    by = st.segmented_control(
        say("library.shares.by"),
        ["interview", "person"],
        default="interview",
        required=True,
        format_func=lambda name: say(f"library.shares.{name}"),
        key=SHOWN_BY,
        label_visibility="collapsed",
        persist_state="session",
    )
    st.caption(say(f"library.shares.hint.{by}"))
    if by == "person":
        chart, number, total = person_shares_chart(everything), MOST_ROWS, len(person_totals(everything))
    else:
        shown = latest(everything)
        chart = interview_shares_chart([share for share in everything if share.doc in shown])
        number, total = len(shown), len({share.doc for share in everything})
    if number < total:
        st.caption(say(f"library.shares.top.{by}", number=number, total=f"{total:,}"))
    st.altair_chart(chart, theme="streamlit", alt=say("library.shares"), key=f"library shares {by}")


def latest(everything: Sequence[Share], most: int = MOST_ROWS) -> list[str]:
    """The last interviews by date; those without a date only where there is room for them."""
    dates = {share.doc: share.date for share in everything}
    return sorted(dates, key=lambda doc: (dates[doc], doc), reverse=True)[:most]


@st.cache_resource(max_entries=2, show_spinner=False)
def _shares(_view: View, contents: str) -> tuple[Share, ...]:
    """`contents` is the key under which they are kept."""
    return shares(_view)
