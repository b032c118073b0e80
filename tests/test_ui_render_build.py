"""The warnings of a build on the terminal: one line of a kind, however many files there are; every refusal named."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.build import BuildReport
from index.collect import Refused
from ui import cli_index
from ui.render_build import Warned, warned, warning_line

NO_SPEAKERS = "no speaker labels found ({}): indexed as one speaker's text; to check: verbatim show DOC"


def report(*warnings: str, docs: tuple[str, ...] = ()) -> BuildReport:
    return BuildReport(indexed=docs, warnings=warnings)


def test_a_few_are_told_as_they_are() -> None:
    docs = ("a", "b: c")
    made = report("a: 3 of 9 cues could not be read", "b: c: too deep", "not indexed, .log: x", docs=docs)
    assert warned(made) == [
        Warned("3 of 9 cues could not be read", ("a",)),
        Warned("too deep", ("b: c",)),
        Warned("not indexed, .log: x", ()),
    ]
    assert [warning_line(one) for one in warned(made)] == list(made.warnings)


def test_what_many_share_is_one_line_that_names_the_first() -> None:
    docs = tuple(f"talk-{number}" for number in range(1, 1220))
    made = report(*(f"{doc}: {NO_SPEAKERS.format(f'{at} times')}" for at, doc in enumerate(docs)), docs=docs)
    [line] = [warning_line(one) for one in warned(made)]
    assert line == (
        "1,219 interviews: no speaker labels found: indexed as one speaker's text; to check: verbatim show DOC: "
        "talk-1, talk-2, talk-3, talk-4, talk-5, and 1,214 more: verbatim list --json has them"
    )


def test_numbers_that_differ_are_left_out_and_those_that_agree_stay() -> None:
    docs = tuple("abcdef")
    differing = report(*(f"{doc}: {at} lines are not JSON" for at, doc in enumerate(docs)), docs=docs)
    assert warned(differing) == [Warned("… lines are not JSON", docs)]
    agreeing = report(*(f"{doc}: 2 lines are not JSON" for doc in docs), docs=docs)
    assert warned(agreeing) == [Warned("2 lines are not JSON", docs)]


def test_of_ten_thousand_files_every_refused_one_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    docs = tuple(f"talk-{number}" for number in range(9_997))
    warnings = tuple(f"{doc}: {NO_SPEAKERS.format('2 times')}" for doc in docs)
    refused = tuple(Refused(f"/talks/broken-{number}.pdf", "a scanned PDF") for number in range(3))
    made = BuildReport(indexed=docs, warnings=warnings, refused=refused, interviews=9_997)
    monkeypatch.setattr("index.build.build_index", lambda *_, **__: made)
    monkeypatch.setattr("index.places.build_place", lambda *_, **__: made, raising=False)
    assert cli_index.run_index([tmp_path], tmp_path / "index", None) == 0
    told = capsys.readouterr()
    assert told.err.splitlines()[:3] == [
        f"verbatim: not indexed: /talks/broken-{number}.pdf: a scanned PDF" for number in range(3)
    ]
    assert len(told.err.splitlines()) == 4
    assert "9,997 new or changed, 3 not indexed in" in told.out
