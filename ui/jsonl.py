"""Results for programs: one JSON object a line, UTF-8, whatever the terminal's encoding."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from typing import Any

# What would break a line or a terminal, or cannot be written as UTF-8, is written as JSON's own \uXXXX.
_ESCAPED = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_DIGITS = 4


def json_line(record: Mapping[str, Any]) -> str:
    """The record on one line, keys in their order, floats to four digits; always valid JSON and encodable."""
    text = json.dumps(_rounded(record), ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def write_json(record: Mapping[str, Any]) -> None:
    """Write the record to standard output and flush, so that a program at the other end can go on."""
    sys.stdout.flush()
    sys.stdout.buffer.write(json_line(record).encode() + b"\n")
    sys.stdout.buffer.flush()


def _rounded(value: Any) -> Any:
    if isinstance(value, float):  # numpy's float64 is one too
        return round(float(value), _DIGITS)
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value
