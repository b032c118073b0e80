"""Title, date, outlet and link as a page gives them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.metadata import prefer, read_metadata
from index.model import Metadata


def metadata(text: str, path: str = "talk.md", title: str = "", introduction: str = "") -> Metadata:
    return read_metadata(text, path, title, introduction, len(text))


def test_a_pages_own_lines() -> None:
    page = "# 灯\n\n文章作者: 灯下报\n发布时间: 2024-10-17 09:50\n原文链接: http://a.example/s?x=1&y=2\n\n"
    assert metadata(page, title="灯") == Metadata("灯", "2024-10-17", "灯下报", "http://a.example/s?x=1&y=2")


def test_traditional_and_english_lines() -> None:
    assert metadata("發布時間: 2022-11-05\n").date == "2022-11-05"
    assert metadata("*Published 14 October 2023 in The Review*\n").date == "2023-10-14"
    assert metadata("Originally published at https://a.example/88\n").url == "https://a.example/88"


def test_a_file_name_gives_date_and_title() -> None:
    assert metadata("灯。", "x/2020-05-15-專訪.md") == Metadata("2020-05-15-專訪", "2020-05-15", "", "")
    assert metadata("灯。", "x/000_87cd6fb89785e3a4.txt").title == ""


def test_the_pages_date_goes_before_the_file_names() -> None:
    assert metadata("日期：2021-01-02\n", "2020-05-15.md").date == "2021-01-02"


def test_a_day_without_a_year_is_the_first_after_the_latest_of_the_text() -> None:
    """Reported on 12 March; the text speaks of 17 December 2023 and of 2 January 2024 at the latest."""
    introduction = "灯下报讯 3月12日消息，某某"
    page = introduction + "。2023年12月17日，2024年1月2日。"
    assert metadata(page, introduction=introduction).date == "2024-03-12"
    late = introduction + "。2023年12月17日。"
    assert metadata(late, introduction=introduction).date == "2024-03-12"
    assert metadata(introduction, introduction=introduction).date == ""
    assert metadata(page, introduction=introduction).outlet == "灯下报"


def test_the_introduction_gives_the_month_of_the_talk() -> None:
    assert metadata("甲。", introduction="2016年9月，某人采访了某人。").date == "2016-09"


def test_the_outlet_of_a_portal_and_of_a_last_line() -> None:
    assert metadata("某网首页 > 频道 > 正文\n").outlet == "某网"
    assert metadata("灯。" * 2000 + "\n来源：某报\n").outlet == "某报"


def test_picture_links_are_not_the_pages_link() -> None:
    assert metadata("![](https://a.example/1.png)\n灯。").url == ""


@given(st.text(max_size=120), st.text(max_size=60))
def test_any_text_has_metadata(text: str, introduction: str) -> None:
    found = metadata(text, introduction=introduction)
    assert len(found.date) in (0, 4, 7, 10)


@pytest.mark.parametrize(
    ("page", "date"),
    [
        ("# 灯\n\n採訪日期：民國112年9月19日\n", "2023-09-19"),
        ("# A lamp\n\nDate: 2023\u5e749\u6708\n", "2023-09"),
        ("# Un faro\n\nFecha: 19 de septiembre de 2023\n", "2023-09-19"),
        ("# A lamp\n\nRecorded on March 4, 2024\n", "2024-03-04"),
        ("# A lamp\n\nBy Ann Lee, March 4, 2024\n\nIt was dark.\n", "2024-03-04"),
        ("# A lamp\n\n© 2024-03-04 Harbour\n\nIt was dark.\n", ""),
        ("# A lamp\n\nOn March 4, 2021 we left the harbour.\n", ""),
    ],
)
def test_lines_of_their_own(page: str, date: str) -> None:
    assert metadata(page).date == date


def test_a_date_in_the_talk_is_not_the_date_of_the_talk() -> None:
    page = "A lamp\n\nAnn: hello\n\nDate: 2019-01-02\n"
    assert read_metadata(page, "talk.md", "", "", page.index("Ann")).date == ""


def test_what_a_format_says_goes_first() -> None:
    found = Metadata("a", "2020-01-02", "b", "c")
    assert prefer(Metadata("", "20230919", "B", ""), found) == Metadata("a", "2023-09-19", "B", "c")
    assert prefer(Metadata("A", "yesterday", "", ""), found) == Metadata("A", "2020-01-02", "b", "c")


@pytest.mark.parametrize(("field", "date"), [("Date: 2018", "2018"), ("**發布時間：** 2020", "2020"), ("Date: 20", "")])
def test_a_field_may_hold_a_year_alone(field: str, date: str) -> None:
    assert metadata(f"# 灯\n\n{field}\n").date == date


def test_the_address_of_the_recording() -> None:
    assert metadata("# 灯\n\nVideo: https://a.example/watch?v=1\n").url == "https://a.example/watch?v=1"
    assert metadata("# 灯\n\n**视频：**[看](https://a.example/2)\n").url == "https://a.example/2"
    assert metadata("# 灯\n\nLin: my video is at https://a.example/2\n").url == ""
