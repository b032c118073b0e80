"""How far a change of the index is, and what became of it: for every session that looks at the library."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from index.readers import SUFFIXES
from ui.archive_changes import Outcome
from ui.chat_jobs import Job, Jobs, Kind
from ui.chat_text import say
from ui.messages import one_line, visible
from ui.progress import IN_BYTES, percent, size_text
from ui.render_build import NAMED, Warned, warned
from ui.uploads import MOST_FILES, UPLOAD_MB, Stored

if TYPE_CHECKING:
    from index.build import Progress

POLL = 0.5  # seconds, while a job runs
LOOK = 2.0  # seconds, for a job that another session begins
NEWS = 600.0  # seconds after which a session that did not see it run is not told of it
LONG_LIST, LIST_HEIGHT = 25, 420  # lines; pixels of what scrolls by itself
WATCHED, DISMISSED = "library watched", "library dismissed"
KINDS = ", ".join(sorted(SUFFIXES))


def begin(jobs: Jobs, kind: Kind, work: Callable[[Progress], Outcome]) -> bool:
    """Begin a job, and tell this session what becomes of it; False, and a word on it, while another one runs."""
    job = jobs.begin(kind, work)
    if job is None:
        st.toast(say("library.busy"), icon=":material/hourglass_top:")
        return False
    st.session_state[WATCHED] = job.number
    return True


def show_jobs(jobs: Jobs) -> None:
    """The job that runs, or what became of the last one until it is dismissed."""
    job = jobs.latest
    if job and not job.ended.is_set():
        st.session_state[WATCHED] = job.number
        with st.container(border=True):
            _while_running(job)
        return
    _look_out(jobs, job.number if job else 0)
    if job and _is_news(job):
        _show_ended(job)


@st.fragment(run_every=POLL)
def _while_running(job: Job) -> None:
    """How far it is, drawn again and again without the rest of the page; the page itself when it has ended."""
    if job.ended.is_set():
        st.rerun()
    phase, done, total = job.phase, job.done, job.total
    far, seconds = how_far(phase, done, total), say("library.job.seconds", round(time.time() - job.begun_at))
    parts = [say(f"library.job.{job.kind}"), say(f"library.phase.{phase}"), far, seconds]
    st.progress(percent(done, total), text=" · ".join(filter(None, parts)))
    st.caption(say("library.job.meanwhile"))


def how_far(phase: str, done: int, total: int) -> str:
    """How much of a phase is done, in words: files are counted, the rest is measured; "" where there is one step."""
    if total <= 1:
        return ""
    if phase == "storing":
        return say("library.phase.count", done=f"{min(done, total):,}", total=f"{total:,}")
    if phase == IN_BYTES:
        if not done:
            return say("library.phase.begins", size_text(total))
        return say("library.phase.bytes", percent=percent(done, total), size=size_text(total))
    return say("library.phase.percent", percent(done, total))


@st.fragment(run_every=LOOK)
def _look_out(jobs: Jobs, seen: int) -> None:
    """Draw the page anew when another session has begun something."""
    if jobs.latest and jobs.latest.number != seen:
        st.rerun()


def _is_news(job: Job) -> bool:
    if st.session_state.get(DISMISSED, 0) >= job.number:
        return False
    return st.session_state.get(WATCHED) == job.number or time.time() - job.ended_at < NEWS


def _show_ended(job: Job) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if job.outcome:
            _summary(job.outcome)
        else:
            st.error(say("library.job.failed"), icon=":material/error:")
        st.button(say("library.dismiss"), icon=":material/close:", on_click=_dismiss, args=(job.number,))
    if job.outcome:
        _show_lists(job.outcome)
    else:
        st.text(visible(job.problem))


def _dismiss(number: int) -> None:
    st.session_state[DISMISSED] = number


def _summary(outcome: Outcome) -> None:
    refused = len(_refused_lines(outcome))
    text = summary_text(outcome, refused)
    if refused or outcome.unread:
        st.warning(text, icon=":material/warning:")
    else:
        st.success(text, icon=":material/check_circle:")


def _show_lists(outcome: Outcome) -> None:
    """What was refused, which somebody has to see to; the rest on demand."""
    _show_list("refused", _refused_lines(outcome))
    _show_list("unread", [f"{one_line(one.path)}: {one_line(one.reason)}" for one in outcome.unread])
    lists = _other_lists(outcome)
    if any(lists.values()):
        with st.expander(say("library.details"), expanded=sum(map(len, lists.values())) <= 10):
            for name, lines in lists.items():
                _show_list(name, lines)


def summary_text(outcome: Outcome, refused: int) -> str:
    """What was done in numbers, without a word that is not ours."""
    states = [one.state for one in outcome.files]
    report = outcome.report
    numbers = {"new": states.count("new"), "replaced": states.count("replaced"), "same": states.count("same")}
    if not outcome.files and report:
        numbers = {"indexed": len(report.indexed), "same": len(report.unchanged)}
    numbers |= {"removed": len(report.removed) if report else 0, "refused": refused}
    numbers |= {"noted": sum(bool(one.warnings) for one in outcome.files)}
    parts = [say(f"library.did.{name}", f"{number:,}") for name, number in numbers.items() if number]
    seconds = [say("library.did.seconds", f"{report.seconds:.1f}")] if report else []
    return " · ".join([*(parts or [say("library.did.nothing")]), *seconds])


def refusal_text(stored: Stored) -> str:
    """Why a file that was sent was not taken."""
    if not stored.problem:
        return one_line(stored.reason)
    return say(f"library.refused.{stored.problem}", kinds=KINDS, size=UPLOAD_MB, number=MOST_FILES)


def _refused_lines(outcome: Outcome) -> list[str]:
    sent = [f"{one_line(one.name)}: {refusal_text(one)}" for one in outcome.files if one.state == "refused"]
    found = outcome.report.refused if outcome.report else ()
    return [*sent, *(f"{one_line(one.path)}: {one_line(one.reason)}" for one in found)]


def _other_lists(outcome: Outcome) -> dict[str, list[str]]:
    report = outcome.report
    lists = {
        state: [_stored_line(one) for one in outcome.files if one.state == state]
        for state in ("new", "replaced", "same")
    }
    if report:
        lists["indexed"] = [] if outcome.files else [one_line(doc) for doc in report.indexed]
        lists["removed"] = [one_line(doc) for doc in report.removed]
        lists["warnings"] = [one_line(_warning_text(one)) for one in warned(report)]
    return lists


def _stored_line(stored: Stored) -> str:
    """The name; the one it is kept under too where that is another; below it what its reader has to say."""
    given, kept = one_line(stored.name), one_line(stored.path.name) if stored.path else ""
    name = given if given == kept else f"{given} → {kept}"
    same = [say("library.file.same", one_line(title)) for title in stored.same_as]
    return "\n".join([name, *(f"    {note}" for note in (*map(one_line, stored.warnings), *same))])


def _warning_text(one: Warned) -> str:
    """A warning with the interviews it is about, the first of many."""
    if len(one.docs) <= NAMED:
        return ": ".join((*one.docs, one.text))
    named, more = ", ".join(one.docs[:NAMED]), f"{len(one.docs) - NAMED:,}"
    return say("library.warned", number=f"{len(one.docs):,}", text=one.text, named=named, more=more)


def _show_list(name: str, lines: list[str]) -> None:
    if lines:
        st.caption(say(f"library.list.{name}"))
        with st.container(height=LIST_HEIGHT if len(lines) > LONG_LIST else "content", border=False):
            st.text("\n".join(lines))
