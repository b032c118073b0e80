"""Numbers, dates, shares and quotations of a sentence against the words it cites, in every writing of both."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.facts import missing_numbers, missing_quotations

TEXTS = st.text(max_size=120)
# Numbers, signs and scripts close together, as chance would seldom have it.
PIECES = """八成 80% 三十歲 一半 half 95年 第二 « » 「 」 “ ” ' " ‘ ’ 《 》 9 ９ ， , . 万 亿 May 五月 monday 周三 年 %
    茶 tea 点 分之""".split()
MIXED = st.lists(st.sampled_from([*PIECES, "\u200b", " "]), max_size=25).map("".join)


@pytest.mark.parametrize(
    ("sentence", "cited"),
    [
        ("她三十岁。", "我30岁那年"),
        ("她三十歲。", "我30岁那年"),
        ("She was thirty.", "我三十歲那年"),
        ("八成的茶卖掉了。", "卖了80%"),
        ("80%的茶卖掉了。", "賣了八成"),
        ("80 per cent of the tea was sold.", "卖掉百分之八十"),
        ("两成半归合作社。", "二成半给合作社"),
        ("她卖了25%。", "四分之一卖了"),
        ("A quarter was sold.", "卖掉四分之一"),
        ("Half of it was sold.", "一半卖掉了"),
        ("50% was sold.", "卖了一半"),
        ("卖了一半。", "half of it was sold"),
        ("It grew by half.", "长了50%"),
        ("It doubled.", "翻了两倍"),
        ("it was tripled", "是原来的3倍"),
        ("七成到八成的人来了。", "来了70%到80%的人"),
        ("70% of them came.", "70到80%的人来了"),
        ("10%左右。", "大约10个百分点"),
        ("In August she left.", "8月就走了"),
        ("她八月走的。", "I left in August."),
        ("It opened on 17 May.", "we opened on the seventeenth of May"),
        ("它5月17日开门。", "we opened on the seventeenth of May"),
        ("in May 2009", "二〇〇九年五月"),
        ("她排第二。", "我是第二重要的"),
        ("She came fifth.", "我是第五"),
        ("On Friday it closed.", "星期五关门"),
        ("周日关门。", "We close on Sundays."),
        ("禮拜天休息。", "周日不开"),
        ("她1995年开的店。", "95年我开了店"),
        ("她95年开的店。", "我1995年开了店"),
        ("in the 1990s", "九十年代"),
        ("It took ４１ hours.", "四十一个小时"),
        ("它用了41小时。", "forty-one hours"),
        ("12,000斤", "一万两千斤"),
        ("3.5万人", "35,000 people"),
        ("一个问题", "没有数字"),  # 一 is an article
        ("她只有一个。", "什么都没说"),
        ("", ""),
        ("还很多。", ""),
    ],
)
def test_number_that_is_there_in_another_writing_is_not_missing(sentence: str, cited: str) -> None:
    assert missing_numbers(sentence, cited) == []


@pytest.mark.parametrize(
    ("sentence", "cited", "missing"),
    [
        ("她31岁。", "我30岁那年", ["31"]),
        ("七成的茶卖掉了。", "卖了80%", ["70"]),
        ("她卖了10%。", "降到十分之一，卖了10斤", ["10"]),  # a share is no count
        ("She left in July.", "8月就走了", ["7"]),
        ("她九月走的。", "I left in August.", ["9"]),
        ("On Monday it closed.", "星期五关门", ["monday"]),
        ("她排第六。", "我是第五", ["6"]),
        ("She came sixth.", "我是第五", ["6"]),
        ("Half of it was sold.", "都卖掉了", ["half"]),
        ("賣了一半。", "都卖掉了", ["一半"]),
        ("它翻倍了。三分之一留下。", "什么也没有", ["翻倍", "三分之", "1/3"]),
        ("她1996年开的店。", "95年我开了店", ["1996"]),
        ("她1920年开的店。", "20年前我开了店", ["1920"]),  # a length of time is no year
        ("它用了41小时和9天。", "", ["41", "9"]),
    ],
)
def test_number_that_is_not_there_is_named(sentence: str, cited: str, missing: list[str]) -> None:
    assert set(missing_numbers(sentence, cited)) >= set(missing) - {"1/3"}
    assert missing_numbers(sentence, cited)


def test_hour_and_a_half_is_no_half() -> None:
    assert missing_numbers("一半的人走了。", "等了一个半小时") == ["一半"]


@pytest.mark.parametrize(
    "sentence",
    [
        "2024年10月17日她说没有。",
        "二〇二四年十月，她说没有。",
        "In October 2024 she said no.",
        "On 17 October 2024 she said no.",
        "On October 17, 2024 she said no.",
        "On the seventeenth of October 2024 she said no.",
        "10月17日她说没有。",
        "2024-10-17她说没有。",
        "2024/10/17她说没有。",
    ],
)
def test_date_of_the_interview_may_be_said(sentence: str) -> None:
    assert missing_numbers(sentence, "没有\n2024", ["2024-10-17"]) == []
    assert missing_numbers(sentence, "没有\n2024", ["2023-03-01"])


def test_parts_of_the_date_are_no_numbers_elsewhere() -> None:
    assert missing_numbers("她加了17年。", "随便加了10年\n2024", ["2024-10-17"]) == ["17"]
    assert missing_numbers("十月里有17天。", "没有", ["2024-10"]) == ["10", "17"]


@pytest.mark.parametrize("date", ["", "2024", "2024-10", "2024-10-17"])
def test_dates_of_every_precision_are_read(date: str) -> None:
    assert missing_numbers("她说没有。", "没有", [date]) == []


SAID = "我说：雾散了，再过一个小时就开船。《雾中灯塔》是后来写的，不是 in one go"


@pytest.mark.parametrize(
    ("opening", "closing"),
    ["“”", "「」", "『』", "«»", "„“", "„”", '""', "＂＂", "‘’", "''", "《》"],
)
def test_words_in_every_kind_of_quotation_mark_must_stand_there(opening: str, closing: str) -> None:
    assert missing_quotations(f"她说{opening}再过一个小时就开船{closing}。", SAID, SAID) == []
    assert missing_quotations(f"她说{opening}再过两个小时就开船{closing}。", SAID, SAID) == ["再过两个小时就开船"]


@pytest.mark.parametrize(
    "sentence",
    [
        "她說「霧散了，再過一個小時就開船」。",  # the other script
        "她说“雾散了 再过一个小时, 就开船！”",  # signs and spaces
        "她说“雾散了……就开船”。",  # something left out
        "她说“[早上]雾散了”。",  # something put in
        "《雾中灯塔》不是“IN ONE GO”写的。",
        "她没有引号。",
        "It's what the ship's crew said, isn't it, and the dogs' too.",  # no quotation marks
    ],
)
def test_quotation_is_compared_by_its_letters(sentence: str) -> None:
    assert missing_quotations(sentence, SAID, SAID) == []


def test_parts_of_a_quotation_keep_their_order() -> None:
    assert missing_quotations("她说“就开船……雾散了”。", SAID, SAID) == ["就开船……雾散了"]


def test_term_or_title_may_stand_elsewhere_in_the_interview() -> None:
    elsewhere = "副标题：山坡上的老茶树和海边的人。四点巡从那年开始。"
    assert missing_quotations("她叫它「四点巡」。", SAID, SAID + elsewhere) == []
    assert missing_quotations("她写了《山坡上的老茶树和海边的人》。", SAID, SAID + elsewhere) == []
    assert missing_quotations("她说「山坡上的老茶树和海边的人」。", SAID, SAID + elsewhere)
    assert missing_quotations("她写了《海边的茶》。", SAID, SAID + elsewhere) == ["海边的茶"]


def test_what_is_said_inside_a_quotation_is_part_of_it() -> None:
    assert missing_quotations("她说「雾散了，『再过一个小时就开船』」。", SAID, SAID) == []
    assert missing_quotations("她说「雾没散，『再过一个小时就开船』」。", SAID, SAID)


@given(TEXTS | MIXED, TEXTS | MIXED, TEXTS | MIXED)
def test_what_is_missing_is_missed_no_more_once_it_is_cited(sentence: str, cited: str, interview: str) -> None:
    assert missing_numbers(sentence, f"{cited}\n{sentence}", ["2024-10-17"]) == []
    assert all(words in sentence for words in missing_quotations(sentence, cited, interview))


@given(MIXED | TEXTS)
def test_sentence_copied_from_its_source_has_nothing_missing(text: str) -> None:
    assert missing_numbers(text, text) == []
    assert missing_quotations(text, text, text) == []


@given(st.integers(0, len(SAID)), st.integers(0, len(SAID)), st.sampled_from(["“{}”", "「{}」", "『{}』", '"{}"']))
def test_any_stretch_of_the_source_may_be_quoted(one: int, other: int, marks: str) -> None:
    stretch = SAID[min(one, other) : max(one, other)]
    assert missing_quotations(f"她说{marks.format(stretch)}。", SAID, SAID) == []


@pytest.mark.parametrize("unit", ["他说", "a, ", "1", "9,", "一", "“a", "half ", "第一", "20年", "‘a b’ "])
def test_time_grows_no_faster_than_the_text(unit: str) -> None:
    text = (unit * 20_000)[:20_000]
    began = time.perf_counter()
    missing_numbers(text, SAID, ["2024-10-17"])
    missing_quotations(text, SAID, SAID)
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    ("sentence", "cited"),
    [
        ("The train got in at 5:10.", "是它早上五点十分到"),
        ("上座率只有31%。", "結果上座率三成一，七個月就停了"),
        ("Cows four or five years old.", "我只要四五岁的母黄牛"),
        ("十二点三十分开饭。", "We eat at 12:30."),
    ],
)
def test_clock_times_shares_and_about_so_many(sentence: str, cited: str) -> None:
    assert missing_numbers(sentence, cited) == []


@pytest.mark.parametrize(
    ("sentence", "cited", "missing"),
    [
        ("The train got in at 5:40.", "是它早上五点十分到", ["40"]),
        ("上座率只有41%。", "上座率三成一", ["41"]),
        ("Cows seven years old.", "我只要四五岁的母黄牛", ["7"]),
    ],
)
def test_another_time_share_or_range_is_missing(sentence: str, cited: str, missing: list[str]) -> None:
    assert missing_numbers(sentence, cited) == missing
