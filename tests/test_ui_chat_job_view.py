"""What is said of a change of the index: how far it is, and what became of each file."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.build import BuildReport
from ui.archive_changes import Outcome
from ui.chat_job_view import _other_lists, how_far, summary_text
from ui.chat_text import speaking
from ui.uploads import Stored


@pytest.mark.parametrize(
    ("phase", "done", "total", "text"),
    [
        ("", 0, 0, ""),
        ("storing", 3, 200, "3 of 200"),
        ("indexing", 0, 126_947, "126.9 kB, the model is being loaded"),
        ("indexing", 44_432, 126_947, "35 % of 126.9 kB"),
        ("indexing", 200_000, 126_947, "100 % of 126.9 kB"),  # a text is longer than the archive it was packed in
        ("indexing", 0, 0, ""),
        ("writing", 2, 5, "40 %"),
    ],
)
def test_how_far_it_is(phase: str, done: int, total: int, text: str) -> None:
    with speaking("en"):
        assert how_far(phase, done, total) == text


def test_how_far_it_is_in_chinese() -> None:
    with speaking("zh-Hans"):
        assert how_far("indexing", 44_432, 126_947) == "126.9 kB 的 35%"


def test_each_file_has_what_its_reader_says_below_it() -> None:
    noted = Stored("talk.vtt", "new", Path("/u/talk.vtt"), warnings=("no\nspeakers",), same_as=("**Bridges**",))
    outcome = Outcome((noted, Stored("b?.md", "new", Path("/u/b_.md"))), BuildReport(interviews=2, seconds=1.25))
    with speaking("en"):
        assert _other_lists(outcome)["new"] == [
            "talk.vtt\n    no speakers\n    the same interview as “**Bridges**”",
            "b?.md → b_.md",
        ]
        assert summary_text(outcome, 0) == "2 added · 1 with notes · 1.2 s"


def test_a_warning_that_many_share_is_one_line() -> None:
    docs = tuple(f"talk-{number}" for number in range(1, 8))
    report = BuildReport(indexed=docs, warnings=tuple(f"{doc}: too deep" for doc in docs))
    with speaking("en"):
        assert _other_lists(Outcome(report=report))["warnings"] == [
            "7 interviews: too deep: talk-1, talk-2, talk-3, talk-4, talk-5, and 2 more"
        ]
