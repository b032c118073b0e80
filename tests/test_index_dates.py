"""Dates as people write them, as precise as they are."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.dates import date_in_name, dates, first_date, stated_date


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2024-10-17 09:50", "2024-10-17"),
        ("2024/3/5", "2024-03-05"),
        ("2016年9月", "2016-09"),
        ("2016年", "2016"),
        ("二〇一六年", "2016"),
        ("2024 年 3 月 5 日", "2024-03-05"),
        ("2024年3月5號", "2024-03-05"),
        ("March 4, 2024", "2024-03-04"),
        ("4th March 2024", "2024-03-04"),
        ("Sept. 2019", "2019-09"),
        ("2024-13-01", ""),
        ("2024-02-45", ""),
        ("room 2024", ""),
        ("1234-05-06", ""),
        ("先是2020年5月，后来2021年", "2020-05"),
        ("二〇二三年九月十九日", "2023-09-19"),
        ("二○二三年十二月廿三日", "2023-12-23"),
        ("民國112年", "2023"),
        ("民國一百一十二年九月", "2023-09"),
        ("令和5年9月19日", "2023-09-19"),
        ("平成元年1月8日", "1989-01-08"),
        ("2023년 9월 19일", "2023-09-19"),
        ("２０２３年９月", "2023-09"),
        ("19 de septiembre de 2023", "2023-09-19"),
        ("septiembre de 2023", "2023-09"),
        ("19. September 2023", "2023-09-19"),
        ("1er mars 2021", "2021-03-01"),
        ("le 3 août 2020", "2020-08-03"),
        ("03.04.2023", "2023-04-03"),
        ("2023-09-19T10:00:00Z", "2023-09-19"),
        ("2023-02-30", ""),
        ("2023年2月30日", ""),
        ("31 April 2023", ""),
        ("© 2024年", ""),
        ("Copyright 2023-01-02", ""),
        ("2023-2024", ""),
        ("dismay 2020", ""),
        ("112年9月19日", ""),
        ("", ""),
    ],
)
def test_first_date(text: str, date: str) -> None:
    assert first_date(text) == date


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("2023-09-19-Interview", "2023-09-19"),
        ("talk_20230919_final", "2023-09-19"),
        ("2023_09_19", "2023-09-19"),
        ("2023.09.19 talk", "2023-09-19"),
        ("2023年9月19日访谈", "2023-09-19"),
        ("Sep 19 2023", "2023-09-19"),
        ("talk-Sep-19-2023", "2023-09-19"),
        ("Interview-3-May-2021", "2021-05-03"),
        ("19-09-2023", "2023-09-19"),
        ("09-19-2023", "2023-09-19"),
        ("04-04-2023", "2023-04-04"),
        ("03-04-2023", "2023"),
        ("2023-09", "2023-09"),
        ("GMT20240315-140233_Recording.transcript", "2024-03-15"),
        ("003_3430793bcf9c7bfe", ""),
        ("20231345", ""),
        ("talk", ""),
    ],
)
def test_file_names(name: str, date: str) -> None:
    assert date_in_name(name) == date


@pytest.mark.parametrize(
    ("field", "date"), [("2023", "2023"), ("20230919", "2023-09-19"), ("2023-02-30", ""), ("soon", "")]
)
def test_fields_that_hold_nothing_but_a_date(field: str, date: str) -> None:
    assert stated_date(field) == date


def test_all_dates_in_order() -> None:
    assert list(dates("二〇二一年五月, then March 4, 2024 and 2019/1/2")) == ["2021-05", "2024-03-04", "2019-01-02"]


@given(st.text(alphabet="0123456789年月日-/._ 十九二〇民國令和May de,", max_size=30) | st.text(max_size=40))
def test_whatever_is_found_is_a_date(text: str) -> None:
    for found in (first_date(text), date_in_name(text), stated_date(text)):
        assert re.fullmatch(r"|\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", found)
