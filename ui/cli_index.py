"""What `verbatim index` and `verbatim remove` do after their options are read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ui.messages import counted, one_line, tell
from ui.progress import build_progress

if TYPE_CHECKING:
    from index.build import BuildReport


def run_index(paths: Sequence[Path], folder: Path, embedding: str | None) -> int:
    """Index the paths and say what became of each file.

    Returns the exit code: 2 when a path that was named could not be indexed, or no file could; else 0. A file
    refused inside a folder is named on standard error, and the others count.
    """
    from index.build import build_index
    from index.collect import printable

    with build_progress() as progress:
        report = build_index(paths, folder, embedding, progress)
    for refused in report.refused:
        tell(f"not indexed: {refused.path}: {refused.reason}")
    for warning in report.warnings:
        tell(f"warning: {warning}")
    print(summary(report, folder))
    named = {printable(path.resolve()) for path in paths}
    nothing = not report.indexed and not report.unchanged
    return 2 if nothing or any(refused.path in named for refused in report.refused) else 0


def run_remove(docs: Sequence[str], folder: Path) -> int:
    """Take interviews out of the index and say what is left."""
    from index.build import remove_documents

    report = remove_documents(docs, folder)
    for doc in report.removed:
        print(f"removed {one_line(doc)}")
    for warning in report.warnings:
        tell(f"warning: {warning}")
    print(totals(report, folder))
    return 0


def summary(report: BuildReport, folder: Path) -> str:
    """Two lines: what is in the index now, and what this build did."""
    did = {
        "new or changed": len(report.indexed),
        "unchanged": len(report.unchanged),
        "removed": len(report.removed),
        "not indexed": len(report.refused),
    }
    done = ", ".join(f"{number} {what}" for what, number in did.items() if number)
    return f"{totals(report, folder)}\n{done or 'nothing to do'} in {report.seconds:.1f} s"


def totals(report: BuildReport, folder: Path) -> str:
    """What is in the index now."""
    parts = (
        counted(report.interviews, "interview"),
        counted(report.speakers, "speaker"),
        counted(report.turns, "turn"),
        counted(report.passages, "passage"),
    )
    return f"{one_line(str(folder))}: {', '.join(parts)}"
