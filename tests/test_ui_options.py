"""The filters and names of the command line, before anything is searched."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import InputError
from rag.filters import Filters
from ui.options import check_filters, check_name, index_flags


def test_filters_are_passed_on_as_they_are() -> None:
    assert check_filters(["altman"], ["talk", "tea"], "2023", "2024-02-29") == Filters(
        speakers=("altman",), interviews=("talk", "tea"), since="2023", until="2024-02-29"
    )
    assert check_filters(None, None, "", "") == Filters()


@pytest.mark.parametrize(
    "value", ["2024-13", "2024-1", "2023-02-29", "24", "0000", "２０２４", "2024/05", "yesterday", " "]
)
def test_a_date_that_is_none_says_how_to_write_it(value: str) -> None:
    with pytest.raises(InputError, match="write YYYY, YYYY-MM or YYYY-MM-DD"):
        check_filters(None, None, value, "")


@pytest.mark.parametrize(
    ("since", "until"), [("2024", "2024"), ("2024-05", "2024"), ("2024", "2024-05"), ("2023-12-31", "2024")]
)
def test_dates_that_overlap_are_fine(since: str, until: str) -> None:
    assert check_filters(None, None, since, until).since == since


@pytest.mark.parametrize(
    ("since", "until"), [("2025", "2024-12-31"), ("2024-06", "2024-05"), ("2024-05-02", "2024-05-01")]
)
def test_dates_the_wrong_way_round_are_refused(since: str, until: str) -> None:
    with pytest.raises(InputError, match="is later than"):
        check_filters(None, None, since, until)


@pytest.mark.parametrize("name", ["", "  ", "tea\udcff"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="DOC"):
        check_name("DOC", name)


def test_a_suggested_command_names_the_index_where_it_is_not_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert index_flags(Path(".verbatim")) == ""
    assert index_flags(Path("my archive")) == " --index 'my archive'"
    monkeypatch.setenv("VERBATIM_INDEX", "my archive")
    assert index_flags(Path("my archive")) == ""
    assert index_flags(Path(".verbatim")) == " --index .verbatim"
