"""Numbers of any writing are one number; words that only look like numbers stay words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.numerals import canonical, numbers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("四千一百一十二", "4112"),
        ("一万一千余棵", "11000余棵"),
        ("九千八百萬", "98000000"),
        ("三億兩千萬", "320000000"),
        ("七万亿", "7000000000000"),
        ("一亿零三百", "100000300"),
        ("两千零九", "2009"),
        ("一百零六天", "106天"),
        ("二〇〇六年", "2006年"),
        ("一九九五年", "1995年"),
        ("十二个", "12个"),
        ("十万", "100000"),
        ("第四十三次", "第43次"),
        ("三位医生，两個人", "3位医生，2個人"),
        ("二つ、三人、千円", "2つ、3人、1000円"),
        ("百万美元", "1000000美元"),
        ("三百多万", "300多万"),
    ],
)
def test_chinese_and_japanese_numerals(text: str, expected: str) -> None:
    assert canonical(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("一斤四百二，隔壁", "一斤420，隔壁"),  # the last place is left out in speech
        ("一万二。", "12000。"),
        ("两千七", "2700"),
        ("2万5", "25000"),
        ("四天半", "4.5天"),
        ("4天半", "4.5天"),
        ("一个半小时", "1.5个小时"),
        ("一小时", "1小时"),
        ("零点五", "0.5"),
        ("三点五亿", "350000000"),
    ],
)
def test_numbers_as_they_are_spoken(text: str, expected: str) -> None:
    assert canonical(text) == expected


@pytest.mark.parametrize(
    "text", ["80%", "80 %", "８０％", "八成", "百分之八十", "80 percent", "eighty per cent", "八割"]
)
def test_eighty_percent(text: str) -> None:
    assert canonical(text) == "80%"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("七成半", "75%"),
        ("百分之八十五点五", "85.5%"),
        ("百分之3.5", "3.5%"),
        ("百分百", "100%"),
        ("三分之一", "1/3"),
        ("九成人", "90%人"),
    ],
)
def test_shares(text: str, expected: str) -> None:
    assert canonical(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3.5万", "35000"),
        ("7万亿美元", "7000000000000美元"),
        ("3亿2000万", "320000000"),
        ("1万2000", "12000"),
        ("9,800萬", "98000000"),
        ("1,200 and 12,376", "1200 and 12376"),
        ("１，２００人", "1200人"),
        ("３５", "35"),
        ("5千米", "5千米"),  # kilometres
        ("1,2 and 2024,300", "1,2 and 2024,300"),
    ],
)
def test_digits(text: str, expected: str) -> None:
    assert canonical(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "千万别买全",
        "十分重要",
        "一个",
        "万一",
        "统一成",
        "一成不变",
        "二成为",
        "七八年",
        "十七八岁",
        "三四十",
        "几百",
        "数十亿倍",
        "成百上千",
        "十有八九",
        "七七八八",
        "三明治",
        "星期三",
        "百万富翁",
        "一半",
        "半天",
        "千米",
        "10几年",
    ],
)
def test_what_only_looks_like_a_number_stays(text: str) -> None:
    assert canonical(text) == text


@pytest.mark.parametrize(("text", "expected"), [("十分钟", "10分钟"), ("二十分贝", "20分贝"), ("变成十个", "变成10个")])
def test_the_same_characters_where_they_count(text: str, expected: str) -> None:
    assert canonical(text) == expected


def test_a_time_of_day_has_no_decimals() -> None:
    assert canonical("晚上十一點零五") == "晚上11點05"
    assert canonical("四點五十二分") == "4點52分"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("twenty", "20"),
        ("a hundred and twenty people", "120 people"),
        ("Two hundred and thirty-eight", "238"),
        ("twelve thousand three hundred and seventy-six", "12376"),
        ("forty-one million two hundred thousand", "41200000"),
        ("nineteen eighty-seven", "1987"),
        ("two thousand and nine", "2009"),
        ("half a million; half a dozen", "500000; 6"),
        ("four and a half days", "4.5 days"),
        ("two and a half million", "2500000"),
        ("three point oh five million", "3050000"),
        ("3 billion", "3000000000"),
        ("2.5 million", "2500000"),
        ("two three and four", "2 3 and 4"),
        ("one hour", "1 hour"),
        ("cuarenta y cinco días", "45 días"),
        ("ciento veinte mil", "120000"),
        ("tres mil millones", "3000000000"),
        ("dos millones", "2000000"),
        ("二十twenty人", "二十20人"),
    ],
)
def test_number_words(text: str, expected: str) -> None:
    assert canonical(text) == expected.replace("二十", "20")


@pytest.mark.parametrize(
    "text",
    ["one of them", "no one", "once more", "a few hundred", "several thousand", "millions", "often", "sixty-first"],
)
def test_words_that_are_no_numbers_stay(text: str) -> None:
    assert canonical(text) == text


def test_the_numbers_of_a_text() -> None:
    assert numbers("八成的人，twenty 3.50 和 1,200；千万别 05") == {"80", "20", "3.5", "1200", "5"}
    assert numbers("没有") == frozenset()


def spell(number: int) -> str:
    """A whole number below 10**16 as textbooks write it."""
    if number == 0:
        return "零"
    text = ""
    for place, digit in enumerate(reversed(str(number))):
        unit = ["", "十", "百", "千"][place % 4]
        group = ["", "万", "亿", "万亿"][place // 4] if place % 4 == 0 and (number // 10**place) % 10**4 else ""
        text = ("零" if digit == "0" else "零一二三四五六七八九"[int(digit)] + unit) + group + text
    text = re.sub("零+", "零", text)
    return re.sub("零(?=[万亿]|$)", "", text)


@given(st.integers(min_value=11, max_value=10**12 - 1))
def test_every_whole_number_is_read_back(number: int) -> None:
    assert canonical(spell(number)) == str(number)


@given(st.integers(min_value=0, max_value=10**12), st.sampled_from(["{:,}", "{}", "有{}个", "${:,}.", "({})"]))
def test_digits_of_either_writing_are_the_same_number(number: int, pattern: str) -> None:
    assert numbers(pattern.format(number)) == {str(number)}


@given(st.text(alphabet="零〇一二两三九十百千万亿半几成分之点，,.%0579０９ ab个年天小时twohundred-", max_size=30))
def test_any_text_can_be_read(text: str) -> None:
    assert all(re.fullmatch(r"\d+(\.\d+)?", number) for number in numbers(text))


@given(
    st.text(alphabet=st.characters(categories=("Lo", "Po", "Zs"), exclude_characters="零〇一二三四五六七八九十百千万"))
)
def test_text_without_numbers_stays(text: str) -> None:
    if not re.search("[两兩萬亿億％]", text):
        assert canonical(text) == text
