"""How far a build is: a bar on a terminal, a few plain lines elsewhere, always on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ui.messages import counted, tell

if TYPE_CHECKING:
    from rich.progress import Progress as Bars

    from index.build import Progress

_UNITS = {"reading": "file", "embedding": "text"}


class PlainProgress:
    """A line when a stage begins, and one at each quarter of a long one."""

    def __init__(self) -> None:
        self._name, self._total, self._done = "", 0, 0

    def stage(self, name: str, total: int) -> None:
        self._name, self._total, self._done = name, total, 0
        tell(f"{name} {counted(total, _UNITS[name])}" if name in _UNITS else name)

    def advance(self, n: int) -> None:
        before, self._done = self._done, self._done + n
        if self._total >= 400 and before * 4 // self._total < self._done * 4 // self._total < 4:
            tell(f"{self._name}: {self._done:,} of {self._total:,}")


class BarProgress:
    """One bar a stage, as they come."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._task = bars.add_task("", start=False, visible=False)

    def stage(self, name: str, total: int) -> None:
        self._bars.update(self._task, visible=False)
        self._task = self._bars.add_task(name, total=total or None)

    def advance(self, n: int) -> None:
        self._bars.advance(self._task, n)


@contextmanager
def build_progress() -> Iterator[Progress]:
    """Progress for `build_index`, as standard error can show it; the bar is gone when the build is over."""
    if not sys.stderr.isatty():
        yield PlainProgress()
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from ui.terminal import open_console

    columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=open_console(stderr=True), transient=True) as bars:
        yield BarProgress(bars)
