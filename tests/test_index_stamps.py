"""Which figures of a text are the times of a recording, and which are times of day."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.model import Span
from index.stamps import find_stamps, seconds
from index.working_copy import blanked, working_copy


def found(text: str) -> list[tuple[float, str]]:
    return [(stamp.seconds, text[stamp.start : stamp.end].strip()) for stamp in find_stamps(text)]


@pytest.mark.parametrize(
    ("clock", "total"),
    [
        ("0:03", 3.0),
        ("75:10", 4510.0),
        ("1:02:03", 3723.0),
        ("00:00:01.5", 1.5),
        ("00:00:01,250", 1.25),
        ("00：12", 12.0),
    ],
)
def test_seconds(clock: str, total: float) -> None:
    assert seconds(clock) == total


@pytest.mark.parametrize(
    ("line", "stamps"),
    [
        ("[00:01:02] The lamp.", [(62.0, "[00:01:02]")]),
        ("[01:02] The lamp.", [(62.0, "[01:02]")]),
        ("\\[00:01:02\\] The lamp.", [(62.0, "\\[00:01:02\\]")]),
        ("【00:12】灯。", [(12.0, "【00:12】")]),
        ("> [00:12] The lamp.", [(12.0, "[00:12]")]),
        ("**[00:12] Ann:** The lamp.", [(12.0, "[00:12]")]),
        ("Ann (00:01:02): The lamp.", [(62.0, "(00:01:02)")]),
        ("周牧（01:02）：灯。", [(62.0, "（01:02）")]),
        ("[(00:01:02)](https://a.example/v?t=62) The lamp.", [(62.0, "[(00:01:02)](https://a.example/v?t=62)")]),
        ("So [inaudible 00:12:30] it went.", [(750.0, "[inaudible 00:12:30]")]),
        ("[00:00:05 - 00:00:09] The lamp.", [(5.0, "[00:00:05 - 00:00:09]")]),
    ],
)
def test_one_stamp_set_apart_is_enough(line: str, stamps: list[tuple[float, str]]) -> None:
    assert found(line) == stamps


@pytest.mark.parametrize(
    "lines",
    [
        "0:03 a\n0:09 b\n1:00:15 c",
        "00:00:03\na\n00:00:09\nb\n01:00:15\nc",
        "**0:03** · Ann: a\n\n**0:09** · Ben: b\n\n**1:00:15** · Ann: c",
        "Ann 0:03\na\n\nBen 0:09\nb\n\nAnn 1:00:15\nc",
        "发言人1  00:00:03\n一\n\n发言人2  00:00:09\n二\n\n发言人1  01:00:15\n三",
        "Ann | 0:03\na\nBen | 0:09\nb\nAnn | 1:00:15\nc",
        "00:00:03,000 --> 00:00:05,000\na\n\n00:00:09,000 --> 00:00:11,000\nb\n\n01:00:15,000 --> 01:00:16,000\nc",
        "He [0:03] said [0:09] so [1:00:15] then.",
    ],
)
def test_a_row_of_stamps_goes_up(lines: str) -> None:
    assert [clock for clock, _ in found(lines)] == [3.0, 9.0, 3615.0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "We met at 10:30 and left at 11:15.",
        "10:30 was the hour.",
        "10:30 pm we left.\n10:45 pm we came.\n10:50 pm we slept.",
        "12:30 lunch\n9:15 breakfast\n11:00 a walk\n8:10 the post\n",
        "发布时间: 2024-10-17 09:50",
        "Lunch (12:30) was late.",
        "http://a.example/10:30",
        "3:16 For God so loved\n1:1 In the beginning\n",
    ],
)
def test_what_is_no_stamp(text: str) -> None:
    assert found(text) == []


def test_a_time_of_day_between_stamps_is_left_alone() -> None:
    text = "0:03 a\n0:09 b\n10:30 was the hour\n0:15 c\n0:20 d\n0:25 e"
    assert [clock for clock, _ in found(text)] == [3.0, 9.0, 15.0, 20.0, 25.0]


def test_a_talk_on_two_tapes() -> None:
    assert len(found("0:00 a\n9:00 b\n30:00 c\n0:00 d\n8:00 e\n")) == 5


@given(st.text(alphabet="0123456789:[]()-> \nAa灯：（）*#", max_size=120) | st.text(max_size=80))
def test_stamps_stand_in_order_and_the_copy_is_as_long_as_the_text(text: str) -> None:
    copy = working_copy(text)
    assert len(copy.text) == len(text)
    assert all(0 <= stamp.start < stamp.end <= len(text) for stamp in copy.stamps)
    assert all(one.end <= other.start for one, other in pairwise(copy.stamps))
    assert not any(copy.text[stamp.start : stamp.end].strip() for stamp in copy.stamps)


def test_blanking_keeps_newlines_and_places() -> None:
    assert blanked("ab\ncd\nef", [Span(1, 4), Span(7, 8)]) == "a \n d\ne "


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_the_copy_has_one_kind_of_newline(newline: str) -> None:
    lines = working_copy(f"a{newline}b{newline}").text.split("\n")
    assert [line.strip() for line in lines] == ["a", "b", ""]


def test_captions_change_speakers_in_the_middle_of_a_line() -> None:
    copy = working_copy(">> Is it lit? >> It is.\n>> Since when?\n")
    assert copy.chevrons
    assert copy.text.splitlines() == [">> Is it lit?", ">> It is.", ">> Since when?"]
    assert not working_copy("> a\n\n>> b\n\n>> c\n\n>> d\n").chevrons  # a quotation in a quotation
