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

IN_BYTES = "indexing"  # the stage that is counted in bytes of the transcripts
_UNITS = {"embedding": "text"}
# A stage of more than so many steps takes long enough to tell its quarters: ten seconds and more.
_LONG, _LONG_BYTES = 400, 400_000


class PlainProgress:
    """A line when a stage begins, and one at each quarter of a long one."""

    def __init__(self) -> None:
        self._name, self._total, self._done = "", 0, 0

    def stage(self, name: str, total: int) -> None:
        self._name, self._total, self._done = name, total, 0
        tell(_begun(name, total))

    def advance(self, n: int) -> None:
        before, self._done = self._done, self._done + n
        is_long = self._total >= (_LONG_BYTES if self._name == IN_BYTES else _LONG)
        if is_long and before * 4 // self._total < self._done * 4 // self._total < 4:
            tell(f"{self._name}: {percent(self._done, self._total)} %")


class BarProgress:
    """One bar a stage, as they come."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._task = bars.add_task("", start=False, visible=False)

    def stage(self, name: str, total: int) -> None:
        self._bars.update(self._task, visible=False)
        self._task = self._bars.add_task(_begun(name, total), total=total or None)

    def advance(self, n: int) -> None:
        self._bars.advance(self._task, n)


def size_text(number: int) -> str:
    """So many bytes for a person: "126.9 kB"."""
    from rich.filesize import decimal

    return decimal(number)


def percent(done: int, total: int) -> int:
    """How much of a stage is done; a file's text can be longer than the file, so it is held at 100."""
    return min(100, 100 * done // total) if total else 0


@contextmanager
def build_progress() -> Iterator[Progress]:
    """Progress for `build_index`, as standard error can show it; the bar is gone when the build is over."""
    if not sys.stderr.isatty():
        yield PlainProgress()
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    from ui.terminal import open_console

    columns = (TextColumn("{task.description:<10}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=open_console(stderr=True), transient=True) as bars:
        yield BarProgress(bars)


def _begun(name: str, total: int) -> str:
    """What a stage is called, with how much there is to do where that says something."""
    if name == IN_BYTES and total:
        return f"{name} {size_text(total)}"
    return f"{name} {counted(total, _UNITS[name])}" if name in _UNITS else name
