"""Questions and dates as people type or pipe them."""

from __future__ import annotations

import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import InputError
from ui.questions import MAX_QUESTION, clean_question, question_lines

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  茶什么时候采?\n", "茶什么时候采?"),
        ("red\x1b[31m tea\x00?", "red [31m tea ?"),
        ("a\tb\x9bc", "a b c"),
        ("　全角　空格　", "全角　空格"),
        ("x" * MAX_QUESTION, "x" * MAX_QUESTION),
    ],
)
def test_control_characters_become_spaces_and_the_rest_stays(raw: str, clean: str) -> None:
    assert clean_question(raw) == clean


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", "empty"),
        (" \t\x1b　", "empty"),
        ("？！……", "no letter or digit"),
        ("tea\udcff", "not valid text"),
        ("x" * 100_000, "100,000 characters; at most 10,000"),
    ],
)
def test_a_question_that_cannot_be_used_says_why(raw: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        clean_question(raw)


@given(ANY_TEXT)
def test_a_clean_question_is_ready_for_anything_below(raw: str) -> None:
    try:
        clean = clean_question(raw)
    except InputError:
        return
    assert clean == clean.strip() == clean_question(clean)
    assert clean.encode()
    assert not any(unicodedata.category(char) == "Cc" for char in clean)


def test_lines_come_without_their_ends_and_stray_bytes_stay_recognisable() -> None:
    stream = io.BytesIO(b"\xef\xbb\xbfone\r\n\n\xe8\x8c\xb6\nbad \xff\nlast")
    assert list(question_lines(stream)) == ["one", "", "茶", "bad \udcff", "last"]


def test_a_line_is_given_out_before_the_next_one_is_read() -> None:
    stream = io.BytesIO(b"first\nsecond\n")
    assert next(question_lines(stream)) == "first"
    assert stream.tell() == len(b"first\n")
