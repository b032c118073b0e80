"""How far a build is, where there is no terminal for a bar, and how much there is to do."""

from __future__ import annotations

import pytest

from ui.progress import PlainProgress, build_progress, percent, size_text


def test_a_stage_is_a_line_that_says_how_much_there_is_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    progress = PlainProgress()
    progress.stage("indexing", 126_947)
    for _ in range(10):
        progress.advance(12_694)
    progress.stage("writing", 5)
    progress.advance(5)
    assert capsys.readouterr().err.splitlines() == ["verbatim: indexing 126.9 kB", "verbatim: writing"]


def test_a_long_one_tells_its_quarters(capsys: pytest.CaptureFixture[str]) -> None:
    progress = PlainProgress()
    progress.stage("indexing", 11_300_000)
    for _ in range(10):
        progress.advance(1_130_000)
    progress.stage("embedding", 1000)
    for _ in range(2):
        progress.advance(500)
    assert capsys.readouterr().err.splitlines() == [
        "verbatim: indexing 11.3 MB",
        "verbatim: indexing: 30 %",
        "verbatim: indexing: 50 %",
        "verbatim: indexing: 80 %",
        "verbatim: embedding 1,000 texts",
        "verbatim: embedding: 50 %",
    ]


def test_a_stage_of_which_nothing_is_known_has_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    progress = PlainProgress()
    progress.stage("indexing", 0)
    progress.advance(1)
    assert capsys.readouterr().err == "verbatim: indexing\n"


def test_more_than_all_is_all() -> None:
    assert [percent(0, 3), percent(2, 3), percent(3, 3), percent(9, 3), percent(9, 0)] == [0, 66, 100, 100, 0]


def test_sizes() -> None:
    assert [size_text(one) for one in (999, 24_900, 86_000_000)] == ["999 bytes", "24.9 kB", "86.0 MB"]


def test_off_a_terminal_progress_is_plain_lines() -> None:
    with build_progress() as progress:
        assert isinstance(progress, PlainProgress)
