"""Questions as they come from an argument or a pipe."""

from __future__ import annotations

import io

import pytest

from index.errors import InputError
from ui.questions import check_encoding, question_lines


def test_bytes_that_were_no_text_are_refused_and_the_rest_is_left_as_it_is() -> None:
    assert check_encoding("The question", " 茶\x1b? ") == " 茶\x1b? "
    with pytest.raises(InputError, match=r"The question 'tea \\udcff' has bytes that are not UTF-8"):
        check_encoding("The question", "tea \udcff")


def test_lines_come_without_their_ends_and_stray_bytes_stay_recognisable() -> None:
    stream = io.BytesIO(b"\xef\xbb\xbfone\r\n\n\xe8\x8c\xb6\nbad \xff\nlast")
    assert list(question_lines(stream)) == ["one", "", "茶", "bad \udcff", "last"]


def test_a_line_is_given_out_before_the_next_one_is_read() -> None:
    stream = io.BytesIO(b"first\nsecond\n")
    assert next(question_lines(stream)) == "first"
    assert stream.tell() == len(b"first\n")
