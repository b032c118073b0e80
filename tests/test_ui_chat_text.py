"""The words of the page: each is used, each that is used is there, and the languages say it with the same values."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from ui.chat_text import TEXTS

UI = Path(__file__).parent.parent / "ui"
CODE = [path for path in sorted(UI.glob("*.py")) if not path.name.startswith("chat_texts_")]
HAN = "[\u3400-\u9fff]"
# Also where a value stands on one side: what is put in there may be Chinese.
ASCII_MARK = re.compile(rf"(?:{HAN}|\}})\s?[,;:!?()\"]\s?(?:{HAN}|\{{)|{HAN}[,;:!?.](?:\s|$)|{HAN}\.\.\.")


def nodes() -> Iterator[ast.AST]:
    for path in CODE:
        yield from ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path)))


def pattern(string: ast.JoinedStr) -> str:
    """What an f-string can be, as a regular expression."""
    parts = (re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".*" for part in string.values)
    return "".join(parts)


def said(node: ast.AST) -> Iterator[str]:
    """The names that a call of say() or say_in() gives as they are, also where it chooses between them."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("say", "say_in"):
        key = node.args[node.func.id == "say_in"]
        chosen = [key.body, key.orelse] if isinstance(key, ast.IfExp) else [key]
        yield from (str(one.value) for one in chosen if isinstance(one, ast.Constant))


def test_every_text_is_used() -> None:
    literal = {node.value for node in nodes() if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    begun = [pattern(node) for node in nodes() if isinstance(node, ast.JoinedStr) and node.values]
    made = re.compile("|".join(one for one in begun if re.match(r"[a-z_]+\\\.", one)))
    assert [key for key in TEXTS if key not in literal and not made.fullmatch(key)] == []


def test_every_text_that_is_said_is_there() -> None:
    wanted = {key for node in nodes() for key in said(node)}
    assert len(wanted) > 50
    assert sorted(wanted - TEXTS.keys()) == []


def test_both_languages_take_the_same_values() -> None:
    def values(text: str) -> list[str]:
        return sorted(field for _, field, _, _ in Formatter().parse(text) if field is not None)

    assert [key for key, (english, chinese) in TEXTS.items() if values(english) != values(chinese)] == []


def test_chinese_has_marks_of_its_own() -> None:
    assert [key for key, (_, chinese) in TEXTS.items() if ASCII_MARK.search(chinese)] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("找到,没有", True),
        ("找到: {}", True),
        ("{}:没有", True),
        ("没有找到.", True),
        ("没有...", True),
        ("没有找到。", False),
        ("{done} / {total}", False),
        ("写作 provider:model，例如 openai:mine", False),
        ("{low} – {high}", False),
    ],
)
def test_which_marks_are_not_chinese(text: str, found: bool) -> None:
    assert bool(ASCII_MARK.search(text)) is found
