"""What `verbatim index` and `verbatim remove` do after their options are read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ui.messages import counted, one_line, tell
from ui.progress import build_progress
from ui.render_build import warned, warning_line

if TYPE_CHECKING:
    from index.build import BuildReport
    from index.places import Place


def run_index(paths: Sequence[Path], place: Place, embedding: str | None) -> int:
    """Index the paths and say what became of each file.

    Returns the exit code: 2 when a path that was named could not be indexed, or no file could; else 0. A file
    refused inside a folder is named on standard error, and the others count.
    """
    from index.collect import printable
    from index.places import build_place

    with build_progress() as progress:
        report = build_place(paths, place, embedding, progress)
    for refused in report.refused:
        tell(f"not indexed: {refused.path}: {refused.reason}")
    for warning in warned(report):
        tell(f"warning: {warning_line(warning)}")
    print(summary(report, place))
    named = {printable(path.resolve()) for path in paths}
    nothing = not report.indexed and not report.unchanged
    return 2 if nothing or any(refused.path in named for refused in report.refused) else 0


def run_remove(docs: Sequence[str], place: Place, folder: Path) -> int:
    """Take interviews out of the index, with their files where these were uploaded, and say what is left.

    The uploads lie beside the index, or, where that is in Milvus, beside the `folder` of what belongs to it.
    """
    from index.places import WAIT_SECONDS
    from ui.archive import beside
    from ui.archive_changes import remove_interviews

    uploads = beside(place if isinstance(place, Path) else folder, "uploads")
    outcome = remove_interviews(docs, uploads, place, WAIT_SECONDS)
    report = outcome.report
    assert report is not None  # interviews were taken out, or an error was raised
    for doc in report.removed:
        also = ", and the file that had been uploaded" if doc in outcome.deleted else ""
        print(f"removed {one_line(doc)}{also}")
    for warning in report.warnings:
        tell(f"warning: {warning}")
    print(totals(report, place))
    return 0


def summary(report: BuildReport, place: Place) -> str:
    """Two lines: what is in the index now, and what this build did."""
    did = {
        "new or changed": len(report.indexed),
        "unchanged": len(report.unchanged),
        "removed": len(report.removed),
        "not indexed": len(report.refused),
    }
    done = ", ".join(f"{number:,} {what}" for what, number in did.items() if number)
    return f"{totals(report, place)}\n{done or 'nothing to do'} in {report.seconds:.1f} s"


def totals(report: BuildReport, place: Place) -> str:
    """What is in the index now."""
    from index.places import shown

    parts = (
        counted(report.interviews, "interview"),
        counted(report.speakers, "speaker"),
        counted(report.turns, "turn"),
        counted(report.passages, "passage"),
    )
    return f"{one_line(shown(place))}: {', '.join(parts)}"
