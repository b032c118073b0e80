"""Which "Name:" beginnings of a page are speakers."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.labels import Label, is_generic, role_word
from index.model import Role
from index.speakers import find_labels
from index.working_copy import working_copy


def found_labels(text: str) -> list[Label]:
    return find_labels(working_copy(text))


def names(text: str) -> list[str]:
    return [label.name for label in found_labels(text)]


def exchange(first: str, second: str, times: int = 3) -> str:
    return f"{first}灯亮吗？\n\n{second}亮着呢。\n\n" * times


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("问：", "答：", ("问", "答")),
        ("問: ", "答: ", ("問", "答")),
        ("Q: ", "A: ", ("Q", "A")),
        ("Sam:\n\n", "埃隆:\n\n", ("Sam", "埃隆")),
        ("**问：** ", "**奥特曼：** ", ("问", "奥特曼")),
        ("**问**：", "**答**：", ("问", "答")),
        ("****林岚:** **", "******周牧:** ", ("林岚", "周牧")),
        ("**主持人Patrick：**\n", "**Sam Altman：**\n", ("主持人Patrick", "Sam Altman")),
        ("**林岚**\n：", "**周牧**\n：", ("林岚", "周牧")),
        ("### Anna Lee:\n", "### Ben Ford:\n", ("Anna Lee", "Ben Ford")),
        ("### 林岚：\n", "### 周牧：\n", ("林岚", "周牧")),
        ("[00:12] Anna: ", "[00:15] Ben: ", ("Anna", "Ben")),
        ("Anna (00:12): ", "Ben (00:15): ", ("Anna", "Ben")),
        ("> 问：", "> 答：", ("问", "答")),
        ("Anna O'Hara-Lee: ", "J. Ford: ", ("Anna O'Hara-Lee", "J. Ford")),
        ("林岚（主持人）：", "周牧（守塔人）：", ("林岚", "周牧")),
    ],
)
def test_label_styles(first: str, second: str, found: tuple[str, str]) -> None:
    assert names(exchange(first, second)) == [*found] * 3


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_label_ends_behind_its_colon_and_marks(newline: str) -> None:
    page = exchange("**林岚：** ", "****周牧:** **").replace("\n", newline)
    labels = found_labels(page)
    assert page[labels[0].end :].startswith("灯亮")
    assert page[labels[1].end :].startswith("亮着")


def test_a_bare_label_among_bold_ones() -> None:
    page = exchange("**问：** ", "**周牧：** ") + "问：几点了？\n\n周牧：三点。\n"
    assert names(page)[-2:] == ["问", "周牧"]


def test_someone_who_speaks_once_among_bold_labels() -> None:
    page = exchange("**问：** ", "**周牧：** ") + "**老何：** 我也在。\n\n" + exchange("**问：** ", "**周牧：** ")
    assert "老何" in names(page)


def test_someone_who_speaks_once_under_a_heading_even_at_the_edges() -> None:
    talk = exchange("### Anna:\n", "### Ben:\n")
    assert names(f"### Narrator:\nGood evening.\n\n{talk}### Carl:\nGood night.\n") == [
        "Narrator",
        *["Anna", "Ben"] * 3,
        "Carl",
    ]


def test_a_heading_may_name_someone_whose_name_holds_a_function_word() -> None:
    assert names(exchange("### 林讓均：\n", "### 周牧：\n")) == ["林讓均", "周牧"] * 3


@pytest.mark.parametrize(
    "line",
    [
        "发布时间：2024-01-02",
        "编辑：某某",
        "来源：某报",
        "原文链接：https://a.example/b",
        "比如：灯塔",
        "他说的是：不行",
        "Published: today",
        "http://a.example/b",
        "12:30",
        "我想说：不行",
    ],
)
def test_what_is_no_speaker(line: str) -> None:
    page = f"{line}\n\n" * 4 + exchange("**问：** ", "**周牧：** ")
    assert set(names(page)) == {"问", "周牧"}


@pytest.mark.parametrize(
    "page", ["", "灯塔关了。\n", "注：灯塔已停用。\n", "结论：好。\n\n来源：某报\n", "Anna: once.\n"]
)
def test_pages_without_speakers(page: str) -> None:
    assert names(page) == []


@pytest.mark.parametrize(
    ("label", "role", "rest"),
    [
        ("主持人Patrick", Role.HOST, "Patrick"),
        ("主持人：", Role.HOST, "："),
        ("記者", Role.HOST, ""),
        ("问", Role.HOST, ""),
        ("Q1", Role.HOST, ""),
        ("嘉宾周牧", Role.GUEST, "周牧"),
        ("提问者2", Role.AUDIENCE, ""),
        ("Audience Member", Role.AUDIENCE, ""),
        ("Hostetler", None, "Hostetler"),
        ("周牧", None, "周牧"),
        ("Anna Lee", None, "Anna Lee"),
    ],
)
def test_role_words(label: str, role: Role | None, rest: str) -> None:
    assert role_word(label) == (role, rest)


@given(
    st.lists(
        st.sampled_from(["问", "：", ":", "**", "### ", "\n", "\r\n", " ", "Anna", "周牧", "灯。", "> "]), max_size=60
    )
)
def test_labels_stand_in_order_and_never_overlap(parts: list[str]) -> None:
    text = "".join(parts)
    labels = found_labels(text)
    for label in labels:
        assert 0 <= label.start < label.end <= len(text)
        assert label.name in text[label.start : label.end]
    assert all(before.end <= after.start for before, after in pairwise(labels))


def test_long_runs_of_space_and_marks_are_read_at_once() -> None:
    """Quadratic reading of these would take minutes, not the moment this test has."""
    for page in (" " * 200_000 + "x", "x" + " " * 200_000, "*" * 200_000, "Name" + "*_ " * 60_000, "a (" * 60_000):
        assert found_labels(page) == []


@pytest.mark.parametrize(
    "label",
    ["Speaker", "Speaker 1", "SPEAKER_00", "Unknown", "Unknown Speaker", "spk_1", "发言人1", "说话人 2", "發言人A"],
)
def test_labels_that_name_nobody(label: str) -> None:
    assert is_generic(label)
    assert role_word(label) == (None, "")


@pytest.mark.parametrize("label", ["Ann", "Speakman", "主持人", "Q", "周牧", "Userman", "Voice of America"])
def test_labels_that_name_somebody_or_a_role(label: str) -> None:
    assert not is_generic(label)


def test_somebody_heard_once_among_capitals() -> None:
    talk = exchange("ANNA LEE: ", "BEN FORD: ")
    assert "CARL JENSEN" in names(f"{talk}CARL JENSEN: Good night.\n\n{talk}")
