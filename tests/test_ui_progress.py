"""How far a build is, where there is no terminal for a bar."""

from __future__ import annotations

import pytest

from ui.progress import PlainProgress, build_progress


def test_a_stage_is_a_line_and_a_long_one_tells_its_quarters(capsys: pytest.CaptureFixture[str]) -> None:
    progress = PlainProgress()
    progress.stage("reading", 3)
    progress.advance(3)
    progress.stage("embedding", 1000)
    for _ in range(10):
        progress.advance(100)
    progress.stage("writing", 0)
    assert capsys.readouterr().err.splitlines() == [
        "verbatim: reading 3 files",
        "verbatim: embedding 1,000 texts",
        "verbatim: embedding: 300 of 1,000",
        "verbatim: embedding: 500 of 1,000",
        "verbatim: embedding: 800 of 1,000",
        "verbatim: writing",
    ]


def test_off_a_terminal_progress_is_plain_lines() -> None:
    with build_progress() as progress:
        assert isinstance(progress, PlainProgress)
