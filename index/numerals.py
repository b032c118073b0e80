"""Numbers as numbers: 四千一百一十二 = 4,112 = 4112, 八成 = 百分之八十 = 80%, "twenty" = 20, 3.5万 = 35000.

`canonical` writes the numbers of a text in plain digits, so that two texts can be compared: for comparing only, never
for showing. A Chinese numeral is a number where it counts something: 千万别, 十分 and 统一 stay as they are, and so
does what is only roughly a number (几百, 七八年, 十有八九). 一 alone is an article more often than a number, and
stays except before a measure (一小时).

No library: cn2an reads numerals that are known to be such, and finding them is what is hard; its wheel also puts
folders called build, example and src beside everybody's packages.
"""

from __future__ import annotations

import re
from decimal import Decimal

from index.number_words import DIGITS, plain, words_to_digits

NARROW = str.maketrans("０１２３４５６７８９％．", "0123456789%.")
ONES = dict(zip("零〇一二三四五六七八九两兩", (0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 2, 2), strict=True))
SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}

ONE = "[一二三四五六七八九两兩]"
ZERO = "[零〇]"
PLACE = "[零〇一二三四五六七八九]"  # in a row of digits: 二〇〇六
NUMERAL = "[零〇一二三四五六七八九两兩十百千万萬亿億]"
WAN, YI = "[万萬]", "[亿億]"
SECTION = (
    f"(?=[零〇一二三四五六七八九两兩十])(?:{ZERO}?{ONE}千)?(?:{ZERO}?{ONE}百)?(?:{ZERO}?{ONE}?十)?(?:{ZERO}?{ONE})?"
)
INTEGER = f"(?=[一二三四五六七八九两兩十])(?:{SECTION}{WAN}?{YI})?(?:{SECTION}{WAN})?(?:{SECTION})?"
DECIMAL = f"(?:{INTEGER}|{ZERO})(?:[点點]{PLACE}+)?"

# Behind 二 to 十 these say that it counts; 一 is an article before most of them.
COUNTERS = """个 個 位 名 人 年 月 天 日 岁 歲 歳 次 回 条 條 家 种 種 张 張 块 塊 元 円 角 倍 秒 周 週 点 點 度 层 層
    代 项 項 件 部 本 章 步 台 臺 辆 輛 艘 场 場 级 級 口 篇 遍 只 隻 支 枝 座 栋 棟 公 米 吨 噸 斤 克 句 封 页 頁
    轮 輪 届 屆 号 號 门 門 道 颗 顆 根 把 桌 床 间 間 所 群 双 雙 盏 盞 册 冊 份 期 集 票 刀 盒 字 小时 小時 時間
    分钟 分鐘 星期 礼拜 禮拜 世纪 世紀 厘 毫 英 光 美 欧 歐 つ""".split()
MEASURES = "小时 小時 時間 分钟 分鐘 公里 公斤 公尺 英里 美元 岁 歲 歳 倍 光年 世纪 世紀".split()
COUNTED = (
    "元 块 塊 美元 美金 欧元 歐元 日元 円 人 名 位 个 個 次 倍 字 册 冊 份 台 臺 辆 輛 枚".split()
)  # behind 百 alone
HALVED = "个|個|年|天|月|周|週|小时|小時|倍|日|時間"
NO_TENTHS = "[为為功員员长長就立果熟不名了交本品语語绩績分份見见年型效引]"  # 成为, 成功, 一成不变, 二割引

CHINESE = re.compile(
    rf"(?P<all>百分之?百)"
    rf"|百分之(?P<percent>{DECIMAL}|{DIGITS})"
    rf"|(?P<below>{INTEGER})分之(?P<above>{INTEGER})"
    rf"|(?<!{NUMERAL})(?<![\d.统統])(?P<tenths>[一二三四五六七八九十0-9])[成割](?P<half>半)?(?!{NO_TENTHS})"
    rf"|(?P<places>[一二]{PLACE}{{3}}|{PLACE}{{5,}}|(?:(?![零〇]){PLACE})*{ZERO}{PLACE}+)(?!{NUMERAL})"
    rf"|(?P<decimal>(?<!上午)(?<!下午)(?<!晚上)(?<!早上)(?<!凌晨)(?<!中午)(?<!夜里)(?:{INTEGER}|{ZERO})[点點]{PLACE}+)"
    rf"(?![零〇一二三四五六七八九十百千分刻半钟鐘])"
    rf"|(?P<roughly>[几幾数數][十百千万萬亿億]+|[好多上成][百千万萬亿億]+)"
    rf"|(?P<integer>{INTEGER})(?P<rest>{NUMERAL}*)"
    rf"|(?<![\d.])(?<!\d )(?<!{NUMERAL})(?P<bare>[百千]?{WAN}?{YI}|[百千]?{WAN}|[百千])(?={'|'.join(COUNTED)})"
)
COUNTS = re.compile("|".join(COUNTERS))
MEASURED = re.compile(f"{'|'.join(MEASURES)}|(?:{HALVED})半(?![夜载載天])")
TEN_ODD = re.compile("[多几幾来來余餘]")

ONE_SCALED = rf"({DIGITS}) ?([十百千]?{WAN}?{YI}|[十百千]?{WAN}|[百千](?![分米克瓦卡]))"
SCALED = re.compile(rf"(?<![\d.])(?:{ONE_SCALED})+(?P<units>\d+(?![\d.]))?")
PART = re.compile(ONE_SCALED)
AND_A_HALF = re.compile(rf"(?<![\d.])(\d+)({HALVED})半(?![夜载載天])")
GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?!\d)|(?<![０-９])[０-９]{1,3}(?:，[０-９]{3})+(?![０-９])")
PERCENT = re.compile(r"(?<=\d)\s?(?:%|per\s?cent(?![a-z])|por\s+ciento(?![a-z])|パーセント)", re.IGNORECASE)
NUMBER = re.compile(DIGITS)


def canonical(text: str) -> str:
    """The text with its numbers in plain digits ("80%" where they are percentages); all else stays as it is."""
    text = GROUPED.sub(lambda match: re.sub("[,，]", "", match.group()), text).translate(NARROW)
    text = CHINESE.sub(_digits, words_to_digits(text))
    text = SCALED.sub(_scaled, text)
    return PERCENT.sub("%", AND_A_HALF.sub(r"\1.5\2", text))


def numbers(text: str) -> frozenset[str]:
    """The numbers of a text in plain digits, without percent signs and without zeros that say nothing."""
    return frozenset(plain(Decimal(number)) for number in NUMBER.findall(canonical(text)))


def _digits(match: re.Match[str]) -> str:
    found = match.group()
    if match["all"]:
        return "100%"
    if match["percent"]:
        return f"{_decimal(match['percent'])}%"
    if match["below"]:
        return f"{_value(match['above'])}/{_value(match['below'])}"
    if match["tenths"]:
        tenths = int(match["tenths"]) if match["tenths"].isascii() else _value(match["tenths"])
        return f"{tenths * 10 + (5 if match['half'] else 0)}%"
    if match["places"]:
        return "".join(str(ONES[place]) for place in found)
    if match["decimal"]:
        return _decimal(found)
    if match["integer"]:
        return _integer(match)
    return str(_value(found)) if match["bare"] else found


def _integer(match: re.Match[str]) -> str:
    """A whole number in digits, if it is one: nothing that is joined to a further numeral, nor a word like 十分."""
    integer, rest = match["integer"], match["rest"]
    if rest and not rest.startswith("一"):  # 七八年, 三四十: about so many
        return match.group()
    if len(integer) == 1:
        text, end = match.string, match.end()
        counts = MEASURED.match(text, end) if integer == "一" else COUNTS.match(text, end)
        if rest or not (counts or (integer == "十" and TEN_ODD.match(text, end))):
            return match.group()
    return f"{_value(integer)}{rest}"


def _value(numeral: str) -> int:
    """What a numeral comes to; a last digit right behind 百 or more counts the next lower place (四百二 is 420)."""
    total = section = digit = 0
    scale = 1
    for character in numeral:
        if character in ONES:
            digit = ONES[character]
            scale = scale if digit else 1
        elif (scale := SCALES[character]) < 10**4:
            section += (digit or 1) * scale
            digit = 0
        else:
            section, digit = section + digit, 0
            total = (total + section or 1) * scale if scale == 10**8 else total + (section or 1) * scale
            section = 0
    return total + section + digit * (scale // 10 if scale > 10 else 1)


def _decimal(numeral: str) -> str:
    """The digits of a numeral with or without decimals: 八十五点五 is 85.5."""
    if numeral[0].isascii():
        return numeral
    whole, _, places = numeral.replace("點", "点").partition("点")
    return f"{_value(whole)}.{''.join(str(ONES[place]) for place in places)}" if places else str(_value(whole))


def _scaled(match: re.Match[str]) -> str:
    """3.5万, 3亿2000万, 1万2000; a single digit behind is spoken (2万5 is 25000)."""
    parts = [(Decimal(number), _value(scale)) for number, scale in PART.findall(match.group())]
    total = sum((number * scale for number, scale in parts), Decimal(0))
    if units := match["units"]:
        total += Decimal(units) * (parts[-1][1] // 10 if len(units) == 1 else 1)
    return plain(total)
