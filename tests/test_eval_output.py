"""Files at the end of an evaluation: whole or not at all, and looked at before."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from eval_reports import REPORT

from eval.output import check_target, whole_file
from eval.records import read_report, write_report
from index.errors import InputError


def test_a_file_appears_whole_and_alone(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    target.write_text("old")
    with whole_file(target) as part:
        write_report(REPORT, part)
        assert target.read_text() == "old"
    assert read_report(target) == REPORT
    assert list(tmp_path.iterdir()) == [target]


def test_what_fails_leaves_the_old_file_and_names_the_right_one(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    target.write_text("old")
    with pytest.raises(InputError, match=r"/report\.json: the disk is full"), whole_file(target) as part:
        part.write_text("half")
        raise InputError(f"{part}: the disk is full")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "latest.json").symlink_to(tmp_path / "report.json")
    with whole_file(tmp_path / "latest.json") as part:
        part.write_text("new")
    assert (tmp_path / "latest.json").is_symlink()
    assert (tmp_path / "report.json").read_text() == "new"


def test_a_device_is_written_to_and_not_replaced() -> None:
    check_target("--json", Path("/dev/null"))
    with whole_file(Path("/dev/null")) as part:
        assert part == Path("/dev/null")


def test_a_good_target_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text("old")
    for name in ("old.json", "new.json"):
        check_target("--json", tmp_path / name)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("old.json", "old")]


@pytest.mark.parametrize(
    ("name", "problem"),
    [("", "this is a folder"), ("nowhere/x.json", "there is no folder .*nowhere"), ("file/x.json", "Not a directory")],
)
def test_a_bad_target_is_named_with_its_option(tmp_path: Path, name: str, problem: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=f"^--json .*: .*{problem}"):
        check_target("--json", tmp_path / name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_file_that_is_not_to_be_written_to(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    target.touch(0o400)
    with pytest.raises(InputError, match="not to be written to"):
        check_target("--json", target)
