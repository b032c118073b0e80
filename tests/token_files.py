"""A file of tokens as tests write it, and what it names."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ui.tokens import read_tokens

ENTRY = f"""[[token]]
name = "newsroom"
sha256 = "{"0" * 64}"
scopes = ["read"]
created = 2026-03-01T09:30:00Z
"""
posix = pytest.mark.skipif(sys.platform == "win32", reason="the file modes of POSIX")


def names(file: Path) -> list[str]:
    return [token.name for token in read_tokens(file)]
