"""What interviews are called in a list to choose from: each by words of its own."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.store import DocumentRow
from ui.chat_labels import labels, told_apart

PARTS = st.text("ab ·\u202e\n()2", max_size=4)


def row(doc: str, title: str, date: str = "") -> DocumentRow:
    return DocumentRow(doc, title, date, "", "", "en", f"/{doc}", "utf-8", 1, 1, "", (), ())


def test_title_and_date_are_enough_where_they_differ() -> None:
    assert labels([row("a", "Tea", "2024"), row("b", "Tea", "2025"), row("c", "")]) == {
        "a": "Tea · 2024",
        "b": "Tea · 2025",
        "c": "c",
    }


def test_the_doc_is_added_where_two_read_the_same() -> None:
    rows = [row("a", "Tea", "2024"), row("b", "Tea", "2024"), row("c", "Tea\u202e", "2024"), row("d", "Tea")]
    assert labels(rows) == {"a": "Tea · 2024 · a", "b": "Tea · 2024 · b", "c": "Tea · 2024 · c", "d": "Tea"}


def test_a_title_that_reads_like_the_other_with_its_doc() -> None:
    rows = [row("a", "Tea"), row("b", "Tea"), row("c", "Tea · a"), row("d\u202e", "Boat"), row("d", "Boat")]
    assert labels(rows) == {
        "a": "Tea · a (2)",
        "b": "Tea · b",
        "c": "Tea · a",
        "d\u202e": "Boat · d",
        "d": "Boat · d (2)",
    }


@given(st.dictionaries(PARTS, PARTS, max_size=8))
def test_no_two_read_the_same(wanted: dict[str, str]) -> None:
    found = told_apart(wanted)
    assert list(found) == list(wanted)
    assert len(set(found.values())) == len(wanted)
