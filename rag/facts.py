"""What a sentence says that the words it cites must have too: numbers and quotations.

Each function gives what is missing, as the sentence writes it. Everything is compared folded to Simplified, narrow and
in small letters; nothing shown is changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from itertools import chain

from index.number_words import plain
from index.numerals import canonical, numbers
from index.script import fold

QUOTED = re.compile(
    r"“([^“”]+)”|「([^「」]+)」|『([^『』]+)』|《([^《》]+)》|«([^«»]+)»|„([^„“”]+)[“”]|\"([^\"]+)\"|＂([^＂]+)＂"
    r"|(?<![A-Za-zÀ-ÿ0-9])[‘']([^‘’']{3,})[’'](?![A-Za-zÀ-ÿ0-9])"
)
TERM = 8
OMITTED = re.compile(r"…+|\.{3,}|\[[^\]]*\]|［[^］]*］")  # what a quotation leaves out or puts in
HALF = r"\b(?:half|halves|halved|halving)\b|一半|半数|\bmitad\b|\bmedi[oa]\b"
HALF += "|(?<![多成个天年月周时倍点岁])半(?!导|夜|天|途|路|信|数)"  # not 一个半小时, 半导体
# Shares and multiples that are words of their own, and the numbers that say the same.
SHARES = [
    (re.compile(words), writings)
    for words, writings in (
        (HALF, ("0.5", "50", "1/2")),
        (r"\bthirds?\b|三分之|\btercio", ("1/3", "2/3")),
        (r"\bquarters?\b|四分之|\bcuarto", ("1/4", "3/4", "25", "75")),
        (r"\b(?:twice|doubl\w+)\b|[两翻加]倍|一倍|\bdoble\b", ("2",)),
        (r"\b(?:tripl\w+|threefold|thrice)\b|三倍", ("3",)),
    )
]
DIGITS = re.compile(r"\d+(?:\.\d+)?")
FRACTION = re.compile(r"(?<!\d)\d{1,2}/\d{1,2}(?!\d)")
RANGE = r"\s?(?:到|至|或|-|–|—|~|to|or|and|,)\s?\d+(?:\.\d+)?"  # 70到80%
PERCENT = re.compile(rf"(?<![\d.])(\d++(?:\.\d++)?)(?=(?:{RANGE}){{0,3}}(?:%|个百分点| percentage points?))")
MONTHS = "january february march april may june july august september october november december".split()
MONTH = re.compile(rf"\b({'|'.join(MONTHS)})\b")
MAY = re.compile(r"\b(?:in|since|until|by|of|last|this|early|mid|late|on \d+)[ -]may\b|\bmay,? \d")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKDAY = re.compile(rf"\b({'|'.join(WEEKDAYS)})s?\b|(?:周|星期|礼拜)([一二三四五六日天])")
ONES = "first second third fourth fifth sixth seventh eighth ninth".split()
ONE_TO_NINE = "[一二三四五六七八九]"
CLOCK = re.compile(rf"({ONE_TO_NINE}|十[一二]?|\d{{1,2}})点([一二三四五]?十{ONE_TO_NINE}?|\d{{2}})分")
TENTHS_AND_ONES = re.compile(rf"(?<!百分之)({ONE_TO_NINE})成({ONE_TO_NINE})(?![个年月天名位])")
ABOUT = re.compile(
    rf"(?<![一二三四五六七八九十百千万亿零〇])({ONE_TO_NINE})({ONE_TO_NINE})(?=[岁个年月天次人位名倍块条张米斤里分小])"
)
ORDINALS = [
    *("zeroth", *ONES, "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth"),
    *("seventeenth", "eighteenth", "nineteenth", "twentieth", *(f"twenty-{one}" for one in ONES)),
    *("thirtieth", "thirty-first"),
]
ORDINAL = re.compile(rf"\b(?:{'|'.join(sorted(ORDINALS, key=len, reverse=True))})\b")
LOOSE = 3  # first, second and third often count nothing
HAN_ORDINAL = re.compile("第([一二三四五六七八九十百]{1,6})")
# 95年, 90年代, '95: not a length of time.
SHORT_YEAR = re.compile(
    r"(?<![\d.了过近约这每])(\d\d)年(?!前|后|来|间|里|内|多|了|之|以|时间)|(?<!\w)['’](\d\d)s?(?!\d)"
)


def missing_numbers(sentence: str, cited: str, dates: Iterable[str] = ()) -> list[str]:
    """The numbers and shares of a sentence that the cited words do not have; numbers as digits.

    `dates` are the interviews', in ISO 8601: a sentence may say them.
    """
    folded, folded_there = fold(sentence), fold(cited)
    said, there = _plain(folded), _plain(folded_there)
    for date in dates:
        said = _without_date(said, date)
    has = [(words.search(folded), words.search(folded_there), writings) for words, writings in SHARES]
    written = _numbers(there) | set(FRACTION.findall(there))
    found = [mine[0] for mine, theirs, ways in has if mine and not theirs and written.isdisjoint(ways)]
    implied = {number for _, theirs, ways in has if theirs for way in ways for number in way.split("/")}
    known = written | _months(there) | _ordinals(there) | _years(there) | implied | {"1"}
    stated = _numbers(said) | _months(said) | {n for n in _ordinals(said) if Decimal(n) > LOOSE}
    stated -= {year for year in _short_years(said) if known & {f"19{year}", f"20{year}"}}
    shares = _percentages(said) - _percentages(there) - implied
    return [*found, *sorted((stated - known) | shares), *sorted(_weekdays(said) - _weekdays(there))]


def missing_quotations(sentence: str, cited: str, interview: str) -> list[str]:
    """What a sentence has in quotation marks that does not stand so in the cited words, signs and spaces aside.

    A name or a term, no longer than TERM letters, and a title in 《》 may also stand elsewhere in the interview.
    """
    quotations = [(match.group(match.lastindex or 0), match.group()[0] == "《") for match in QUOTED.finditer(sentence)]
    there, anywhere = (_letters(cited), _letters(interview)) if quotations else ("", "")
    return [
        quoted
        for quoted, is_title in quotations
        if not _stands(quoted, there)
        and not ((is_title or len(_letters(quoted)) <= TERM) and _stands(quoted, anywhere))
    ]


@lru_cache(maxsize=256)
def _plain(folded: str) -> str:
    """A folded text with its numbers in plain digits: also clock times, 三成一 (31%), and both ends of 四五岁."""
    text = CLOCK.sub(lambda time: f" {_digit(time[1])}:{_digit(time[2])} ", folded.replace("两成", "二成"))
    text = TENTHS_AND_ONES.sub(lambda share: f" {_digit(share[1])}{_digit(share[2])}% ", text)
    return canonical(ABOUT.sub(lambda ends: f" {_digit(ends[1])} {_digit(ends[2])} ", text))


def _digit(numeral: str) -> str:
    """A small Chinese numeral in digits."""
    place = "〇一二三四五六七八九".find(numeral)
    return numeral if numeral.isdigit() else str(place) if place > 0 else canonical(f"{numeral}个")[:-1]


def _without_date(said: str, date: str) -> str:
    """What a sentence says without the month and day of a date, where it gives them as that."""
    year, month, day = (*date.split("-"), "", "")[:3]
    if not month:
        return said
    m, name = int(month), MONTHS[int(month) - 1]
    ways = [rf"(?<={year}年){m}月", rf"{name},? (?:of )?(?={year})", rf"(?<={year})-{month}(?!-?\d)"]
    if day:
        d = int(day)
        nth = rf"(?:{d}(?:st|nd|rd|th)?|{ORDINALS[d]})"
        ways = [
            *(
                rf"(?<!\d){m}月{d}[日号]",
                rf"(?<={year})(?P<sep>[-/.])0?{m}(?P=sep)0?{d}(?!\d)",
                rf"{name} (?:the )?{nth}(?!\d)",
            ),
            *(rf"(?<!\d){nth} (?:of )?{name}", *ways),
        ]
    for way in ways:
        said = re.sub(way, " ", said)
    return said


def _numbers(text: str) -> set[str]:
    return {plain(Decimal(number)) for number in DIGITS.findall(text)}


def _percentages(text: str) -> set[str]:
    return {plain(Decimal(number)) for number in PERCENT.findall(text)}


def _months(folded: str) -> set[str]:
    """The months named in English, by number, as the other languages have them."""
    named = {match.group() for match in MONTH.finditer(folded)} - {"may"}
    return {str(MONTHS.index(month) + 1) for month in named} | ({"5"} if MAY.search(folded) else set())


def _ordinals(folded: str) -> set[str]:
    """The numbers that ordinals in words stand for: seventeenth, 第二."""
    english = {str(ORDINALS.index(match.group())) for match in ORDINAL.finditer(folded)}
    return english | set(chain.from_iterable(numbers(f"{numeral}个") for numeral in HAN_ORDINAL.findall(folded)))


def _years(there: str) -> set[str]:
    """The years that two digits may stand for."""
    return {century + year for year in _short_years(there) for century in ("19", "20")}


def _short_years(text: str) -> set[str]:
    return {match[1] or match[2] for match in SHORT_YEAR.finditer(text)}


def _weekdays(folded: str) -> set[str]:
    found = WEEKDAY.finditer(folded)
    return {match[1] or WEEKDAYS["一二三四五六日".index(match[2].replace("天", "日"))] for match in found}


def _stands(quoted: str, there: str) -> bool:
    """Whether the parts of a quotation stand one after the other in a text."""
    at = 0
    for part in filter(None, map(_letters, OMITTED.split(quoted))):
        if (found := there.find(part, at)) < 0:
            return False
        at = found + len(part)
    return True


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, fold(text)))
