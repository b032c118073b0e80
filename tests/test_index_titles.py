"""Titles and labels that name nobody, and Chinese family names in Latin letters."""

from __future__ import annotations

import pytest

from index.romanised import may_be_family
from index.titles import names_nobody, without_title


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("Dr. Anna Lee", "Anna Lee"),
        ("Prof. Dr. Anna Lee", "Anna Lee"),
        ("Digital Minister Audrey Tang", "Audrey Tang"),
        ("Minister Tang", "Tang"),
        ("Anna Lee, PhD", "Anna Lee"),
        ("唐鳳委員", "唐鳳"),
        ("唐凤数字部长", "唐凤数字"),  # only what the list has
        ("李先生", "李"),
        ("王小明老師", "王小明"),
        ("佐藤さん", "佐藤"),
        ("Anna Lee", "Anna Lee"),
        ("Miss", "Miss"),
        ("老師", "老師"),
        ("Missy Elliott", "Missy Elliott"),
        ("Prescott Lane", "Prescott Lane"),
        ("", ""),
    ],
)
def test_a_name_without_its_title(name: str, bare: str) -> None:
    assert without_title(name) == bare


@pytest.mark.parametrize(
    "label",
    [
        "Speaker 1",
        "SPEAKER_00",
        "发言人2",
        "發言人 2",
        "Unknown",
        "工作人員",
        "宇都宮大學學生",
        "駐處代表",
        "秘書長",
        "實習生",
        "Announcer",
        "Female Announcer",
        "Visitor",
        "Tech",
        "Student 2",
        "學生三",
        "Interpreter",
        "",
    ],
)
def test_labels_that_name_nobody(label: str) -> None:
    assert names_nobody(label)


@pytest.mark.parametrize(
    "label", ["唐鳳", "林佳代表", "Ann", "Ann Speaker", "Audrey Tang", "普云禾", "Student Kim", "葉寧"]
)
def test_labels_that_name_somebody(label: str) -> None:
    assert not names_nobody(label)


@pytest.mark.parametrize(
    ("han", "latin"),
    [
        ("唐鳳", "Audrey Tang"),
        ("許毓仁", "Jason Hsu"),
        ("蔡英文", "Tsai Ing-wen"),
        ("张三", "San Chang"),
        ("黃仁勳", "J. Huang"),
    ],
)
def test_families_in_any_romanisation(han: str, latin: str) -> None:
    assert may_be_family(han, latin)


@pytest.mark.parametrize(
    ("han", "latin"), [("黄金", "Gold Standard"), ("唐鳳", "Sam Altman"), ("灯塔", "Tower Light"), ("", "")]
)
def test_no_families(han: str, latin: str) -> None:
    assert not may_be_family(han, latin)
