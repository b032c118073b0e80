"""Text made harmless for a terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.messages import one_line, tell, visible

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x9b2J\x07\x00", "2J"),
        ("one\r\ntwo\rthree\u2028four\tend", "one\ntwo\nthree\nfour\tend"),
        ("abc\u202edcb\u2066x\u2069", "abcdcbx"),
        ("lost \udcff byte", "lost \ufffd byte"),
        ("茶，👩‍🌾 e\u0301 \u3000", "茶，👩‍🌾 e\u0301 \u3000"),
    ],
)
def test_only_what_a_terminal_would_obey_is_taken_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(ANY_TEXT)
def test_nothing_shown_can_steer_a_terminal(text: str) -> None:
    shown = visible(text)
    assert all(unicodedata.category(char) != "Cc" or char in "\n\t" for char in shown)
    shown.encode()  # would raise for a lone surrogate
    assert visible(shown) == shown
    assert "\n" not in one_line(text)


def test_messages_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    tell("evil\x1b]0;name: empty file")
    assert capsys.readouterr() == ("", "verbatim: evil]0;name: empty file\n")
