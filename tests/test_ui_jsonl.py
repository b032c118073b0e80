"""JSON lines that any reader can take, whatever a transcript holds."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from ui.jsonl import json_line

ANY_TEXT = st.text(st.characters(exclude_categories=()))


def utf_16(text: str) -> bytes:
    """Two lone surrogates side by side are one character to a JSON reader: compared as that."""
    return text.encode("utf-16", "surrogatepass")


@given(ANY_TEXT)
def test_any_text_is_one_line_of_valid_json(text: str) -> None:
    line = json_line({"text": text})
    assert len(line.splitlines()) == 1
    assert utf_16(json.loads(line.encode().decode())["text"]) == utf_16(text)


def test_text_stays_readable_and_keys_keep_their_order() -> None:
    assert json_line({"z": "茶 é", "a": ("x", 1, True, None)}) == '{"z": "茶 é", "a": ["x", 1, true, null]}'


def test_what_a_terminal_would_obey_is_escaped() -> None:
    assert json_line({"t": "\x1b\x9b\udcff\u2028"}) == r'{"t": "\u001b\u009b\udcff\u2028"}'


def test_floats_are_rounded_at_any_depth() -> None:
    assert json_line({"a": 0.123456, "b": [{"c": 2 / 3}], "d": 1.0}) == '{"a": 0.1235, "b": [{"c": 0.6667}], "d": 1.0}'
