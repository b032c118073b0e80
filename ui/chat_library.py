"""The archive: what it holds, files added to it, the index made anew, and charts of it all."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from index.errors import IndexDamaged, IndexMissing
from index.readers import SUFFIXES
from rag.speech import Share, shares
from rag.view import View
from ui.archive_changes import add_files, has_uploads, sources_of
from ui.chat_alert import alert
from ui.chat_archive import retriever_of
from ui.chat_charts import (
    MOST_ROWS,
    interview_shares_chart,
    period_of,
    person_shares_chart,
    person_totals,
    timeline_chart,
)
from ui.chat_job_view import begin, show_jobs
from ui.chat_jobs import jobs_of
from ui.chat_library_table import contents, index_again_button, show_table
from ui.chat_text import say
from ui.chat_view import dotted
from ui.uploads import MOST_FILES, UPLOAD_MB, Sent

if TYPE_CHECKING:
    from index.store import DocumentRow
    from rag.retrieve import Retriever
    from ui.chat_startup import Startup

UPLOADER, SHOWN_BY = "library uploader", "library shown by"


def library_page(startup: Startup) -> None:
    """The page; without an index, how to begin one. Raises what else is wrong with an index."""
    try:
        retriever = retriever_of(startup)
    except IndexMissing:
        _without_index(startup)
        return
    except IndexDamaged as error:
        _damaged(startup, error)
        return
    st.title(say("library"), anchor=False)
    one = retriever.index.manifest
    numbers = {"interviews": one.interviews, "speakers": one.speakers, "turns": one.turns, "passages": one.passages}
    st.caption(say("library.holds", **{name: f"{number:,}" for name, number in numbers.items()}))
    show_jobs(jobs_of(str(startup.place)))
    _add(startup)
    show_table(startup, retriever)
    _timeline(retriever.view.documents())
    _speech(retriever)


def _without_index(startup: Startup) -> None:
    st.title(say("library"), anchor=False)
    st.markdown(say("library.empty"))
    st.caption(say("library.empty.explain"))
    show_jobs(jobs_of(str(startup.place)))
    _add(startup)
    if (
        has_uploads(startup.uploads) and not jobs_of(str(startup.place)).is_busy
    ):  # what an index was removed from, or never made of
        index_again_button(startup)


def _damaged(startup: Startup, error: IndexDamaged) -> None:
    """What is wrong with the index; it is made anew from what it was made of, as far as that is known, and from files
    that are added.
    """
    st.title(say("library"), anchor=False)
    alert(say("app.broken"), str(error))
    show_jobs(jobs_of(str(startup.place)))
    _add(startup)
    if sources_of(startup.uploads, startup.place):
        index_again_button(startup)


def _add(startup: Startup) -> None:
    # A widget of another key is an empty one: what was added need not be taken out of it by hand.
    key = f"{UPLOADER} {st.session_state.get(UPLOADER, 0)}"
    files = st.file_uploader(
        say("library.add.files", size=UPLOAD_MB, number=MOST_FILES),
        type=sorted(SUFFIXES),
        accept_multiple_files=True,
        key=key,
        help=say("library.add.help"),
        max_upload_size=UPLOAD_MB,
    )
    if files:
        busy = jobs_of(str(startup.place)).is_busy
        st.button(
            say("library.add.button", number=len(files)),
            type="primary",
            icon=":material/add:",
            on_click=_store,
            args=(startup, key),
            disabled=busy,
            help=say("library.busy") if busy else None,
        )


def _store(startup: Startup, key: str) -> None:
    """Add what lies in the uploader, and empty it; it stays there while another job runs."""
    files = [Sent(file.name, file.getvalue()) for file in st.session_state[key]]
    work = partial(add_files, files, startup.uploads, startup.place, startup.embedding or None)
    if begin(jobs_of(str(startup.place)), "add", work):
        st.session_state[UPLOADER] = st.session_state.get(UPLOADER, 0) + 1


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
        with st.container(height=240 if len(undated) > 8 else "content", border=False):
            st.text("\n".join(dotted(row.title or row.doc, row.date) for row in undated))


def _speech(retriever: Retriever) -> None:
    everything = _shares(retriever.view, contents(retriever))
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
        total = len(person_totals(everything))
        chart, number = person_shares_chart(everything) if total else None, MOST_ROWS
    else:
        shown = latest(everything)
        chart = interview_shares_chart([share for share in everything if share.doc in shown])
        number, total = len(shown), len({share.doc for share in everything})
    if number < total:
        st.caption(say(f"library.shares.top.{by}", number=number, total=f"{total:,}"))
    if chart is not None:
        st.altair_chart(chart, theme="streamlit", alt=say("library.shares"), key=f"library shares {by}")


def latest(everything: Sequence[Share], most: int = MOST_ROWS) -> set[str]:
    """The last interviews by date; those without a date only where there is room for them."""
    dates = {share.doc: share.date for share in everything}
    return set(sorted(dates, key=lambda doc: (dates[doc], doc), reverse=True)[:most])


@st.cache_resource(max_entries=2, show_spinner=False)
def _shares(_view: View, contents: str) -> tuple[Share, ...]:
    """`contents` is the key under which they are kept."""
    return shares(_view)
