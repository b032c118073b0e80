"""Changes to the index that the page begins: one at a time, in the background, seen by every session."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import streamlit as st

from index.build import Progress
from index.errors import VerbatimError
from ui.archive_changes import Outcome

Kind = Literal["add", "again", "remove"]
_numbers = itertools.count(1)
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Job:
    """One change of the index, and how far it is: it is told as index/embedding_choice.py's Progress.

    `problem` is why it failed; `begun_at` and `ended_at` are times in seconds since the epoch.
    """

    kind: Kind
    phase: str = ""
    total: int = 0
    done: int = 0
    outcome: Outcome | None = None
    problem: str = ""
    ended: threading.Event = field(default_factory=threading.Event)
    begun_at: float = field(default_factory=time.time)
    ended_at: float = 0.0
    number: int = field(default_factory=lambda: next(_numbers))

    def stage(self, name: str, total: int) -> None:
        """A stage begins that will take `total` steps."""
        self.phase, self.total, self.done = name, total, 0

    def advance(self, n: int) -> None:
        """So many more steps are done."""
        self.done += n


class Jobs:
    """The jobs of one server: the one that runs, or the last one that ran."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.latest: Job | None = None

    @property
    def is_busy(self) -> bool:
        """Whether one runs."""
        job = self.latest
        return job is not None and not job.ended.is_set()

    def begin(self, kind: Kind, work: Callable[[Progress], Outcome]) -> Job | None:
        """Do the work in the background, whatever becomes of the session; None while another job runs."""
        with self._lock:
            if self.is_busy:
                return None
            job = self.latest = Job(kind)
        threading.Thread(target=_run, args=(job, work), name=f"job-{job.number}", daemon=True).start()
        return job


@st.cache_resource(show_spinner=False)
def jobs_of(folder: str) -> Jobs:
    """The jobs of the index in this folder, the same for all sessions."""
    return Jobs()


def _run(job: Job, work: Callable[[Progress], Outcome]) -> None:
    try:
        job.outcome = work(job)
    except VerbatimError as error:
        job.problem = str(error)
    except Exception as error:  # noqa: BLE001 - whatever it is, the page must be told
        _log.exception("The index could not be changed")
        job.problem = f"{type(error).__name__}: {error}"
    finally:
        job.ended_at = time.time()
        job.ended.set()
