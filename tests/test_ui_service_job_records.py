"""Records of jobs: no folder of the machine in what they say."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.build import BuildReport
from index.collect import Refused
from index.errors import IndexDamaged, InputError
from ui.archive_changes import Outcome
from ui.service_job_records import JobRecord, failed, finished, seen, without_folders
from ui.uploads import Stored, safe_name

UPLOADS = Path("/srv/our news/verbatim-uploads")
NAMES = ("a.exe", "茶.md", "x/empty.md")
FOLDERS = [UPLOADS, Path("/srv/our news/.verbatim")]


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("/srv/our news/verbatim-uploads/茶 one.md: the file is empty", "茶 one.md: the file is empty"),
        (
            "not indexed, .zip is no format: /srv/our news/other/a.zip, /var/b.zip",
            "not indexed, .zip is no format: a.zip, b.zip",
        ),
        ("people.toml in /srv/our news/people.toml is faulty", "people.toml in people.toml is faulty"),
        ("see https://example.org/a/b, and/or 3/4 of it", "see https://example.org/a/b, and/or 3/4 of it"),
        ("C:\\Users\\me\\talk.md is gone", "talk.md is gone"),
        (f"{tempfile.gettempdir()}/x/y.md", "y.md"),
        ("a\x1b[31mb\u202ec", "a[31mbc"),
    ],
)
def test_messages_have_names_alone(message: str, told: str) -> None:
    assert without_folders(message, FOLDERS) == told


@given(st.text(), st.lists(st.text(min_size=1).filter(lambda name: "/" not in name), max_size=3), st.text())
def test_no_folder_of_ours_is_named(before: str, names: list[str], after: str) -> None:
    message = f"{before} {'/'.join([str(UPLOADS), *names])} {after}"
    assert "our news" not in without_folders(message, FOLDERS).replace(before, "").replace(after, "")


@given(st.text(), st.sampled_from([".md", ".TXT", ".exe", ""]))
def test_what_is_shown_of_a_name_is_kept_under_a_name_that_is_safe(name: str, suffix: str) -> None:
    shown = seen(name + suffix, 1).name
    assert not set(shown) & set("\x00\x1b\n\r\u202e")
    assert "".join(safe_name(shown)).count("/") == 0


def test_what_became_of_each_file_and_of_the_index() -> None:
    record = JobRecord("0" * 16, "add", "running", "writing", files=tuple(seen(name, 1) for name in NAMES))
    report = BuildReport(
        indexed=("茶",),
        unchanged=("a", "b"),
        refused=(Refused(f"{UPLOADS}/old.md", f"{UPLOADS}/old.md cannot be opened"),),
        warnings=(f"people.toml: no such file in {UPLOADS}/x",),
        interviews=3,
    )
    empty = Stored("empty.md", "refused", reason="the file is empty")
    stored = (
        Stored("茶.md", "new", UPLOADS / "茶.md", warnings=("no dates",), same_as=("山坡\n上的茶",), doc="茶"),
        empty,
    )
    last = finished(record, Outcome(stored, report), FOLDERS, "2026-11-22T14:00:00Z")
    assert (last.has_ended, last.phase) == (True, "")
    assert [(one.name, one.state, one.doc, one.reason[:16]) for one in last.files] == [
        ("a.exe", "refused", "", "not a kind of fi"),
        ("茶.md", "new", "茶", ""),
        ("empty.md", "refused", "", "the file is empt"),
    ]
    assert (last.files[1].warnings, last.files[1].same_as) == (("no dates",), ("山坡 上的茶",))
    assert last.report is not None
    assert [(one.name, one.reason) for one in last.report.refused] == [("old.md", "old.md cannot be opened")]
    assert (last.report.unchanged, last.report.warnings) == (2, ("people.toml: no such file in x",))


def test_a_job_that_failed_kept_no_file() -> None:
    record = JobRecord("0" * 16, "add", files=(seen("a.exe", 1), seen("茶.md", 1)))
    last = failed(record, InputError(f"{UPLOADS}/people.toml is faulty"), FOLDERS, "now")
    assert (last.state, last.problem, last.reason) == ("failed", "unusable", "people.toml is faulty")
    assert [(one.state, one.problem) for one in last.files] == [("refused", "kind"), ("refused", "")]
    assert last.files[1].reason == last.reason
    assert failed(record, IndexDamaged("/srv/x"), FOLDERS, "now").problem == "no-index"
    other = failed(record, ValueError("/srv/x"), FOLDERS, "now")
    assert (other.problem, "/srv" in other.reason) == ("internal", False)
