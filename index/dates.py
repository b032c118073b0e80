"""Dates as people write them → ISO 8601, as precise as they are written: a year is not a day.

民國112年9月19日, 二〇二三年九月十九日, 令和5年, "19 de septiembre de 2023", "Sept. 19, 2023", 2023/9/19. Days that no
calendar has (2023-02-30) are no dates. No library: dateparser and dateutil fill in today's day and month where a text
gives only a year.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan enero januar jänner janvier janeiro gennaio",
            "february feb febrero februar février fevereiro febbraio",
            "march mar marzo märz mars março",
            "april apr abril avril aprile",
            "may mayo mai maio maggio",
            "june jun junio juni juin junho giugno",
            "july jul julio juli juillet julho luglio",
            "august aug agosto août",
            "september sep sept septiembre setiembre septembre setembro settembre",
            "october oct octubre oktober octobre outubro ottobre",
            "november nov noviembre novembre novembro",
            "december dec diciembre dezember décembre dezembro dicembre",
        ),
        start=1,
    )
    for name in names.split()
}
CENTURIES = r"(?P<y>(?:19|20)\d\d)"
YEAR = rf"{CENTURIES}(?!\d)"
MONTH = rf"(?<![^\W\d_])(?P<m>{'|'.join(sorted(MONTHS, key=len, reverse=True))})(?![^\W\d_])\.?"
ERAS = {"民国": 1911, "民國": 1911, "令和": 2018, "平成": 1988, "昭和": 1925}
EAST_ASIAN = r"(?:\s?(?P<m>\d{1,2})\s?[月월](?:\s?(?P<d>\d{1,2})\s?[日号號일])?)?"
# Each has the groups y and, as far as it is that precise, m and d.
DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<!\d){CENTURIES}(?P<by>[-/._])(?P<m>\d{{1,2}})(?:(?P=by)(?P<d>\d{{1,2}}))?(?!\d)",
        rf"(?<!\d){CENTURIES}\s?[年년]{EAST_ASIAN}",
        rf"(?P<era>{'|'.join(ERAS)})\s?(?P<y>\d{{1,3}}|元)\s?年{EAST_ASIAN}",
        rf"{MONTH}\s+(?:(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+)?(?:del?\s+)?{YEAR}",
        rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?\s+(?:de\s+|of\s+)?{MONTH},?\s+(?:del?\s+)?{YEAR}",
        rf"(?<![\d.])(?P<d>\d{{1,2}})\.\s?(?P<m>\d{{1,2}})\.\s?{YEAR}",
    )
)
# 20240315, and Zoom's GMT20240315-140233
COMPACT = re.compile(rf"(?<![0-9A-Za-z])(?:GMT)?{CENTURIES}(?P<m>\d\d)(?P<d>\d\d)(?![0-9A-Za-z])")
EITHER_ORDER = re.compile(rf"(?<!\d)(?P<one>\d{{1,2}})(?P<by>[-/_.])(?P<other>\d{{1,2}})(?P=by){YEAR}")
NUMERAL = re.compile(r"(?:[〇零○一二三四五六七八九十百廿卅]{1,6})(?=\s?[年月日號号])")
DIGITS = {**{numeral: value for value, numeral in enumerate("〇一二三四五六七八九")}, "零": 0, "○": 0}
COPYRIGHT = re.compile(r"(?:©|\(c\)|copyright|版权|版權|rights reserved)[^\n]{0,20}$", re.IGNORECASE)


def first_date(text: str) -> str:
    """The first date in a text as ISO 8601, as precise as it is written; "" when there is none."""
    return next(dates(text), "")


def dates(text: str) -> Iterator[str]:
    """Every date of a text, in the order they stand in; the year of a copyright is none."""
    plain = NUMERAL.sub(lambda match: str(_number(match.group())), unicodedata.normalize("NFKC", text))
    matches = [match for pattern in DATES for match in pattern.finditer(plain)]
    end = 0
    for match in sorted(matches, key=lambda match: (match.start(), -match.end())):
        if match.start() < end:  # the "April 2023" of "31 April 2023" is no date either
            continue
        end = match.end()
        if not COPYRIGHT.search(plain, max(0, match.start() - 40), match.start()) and (iso := _iso(match)):
            yield iso


def stated_date(text: str) -> str:
    """The date of a field that holds nothing else: "2023" and "20230919" are dates there."""
    year = re.fullmatch(rf"\s*{CENTURIES}\s*", text)
    return year["y"] if year else date_in_name(text)


def date_in_name(name: str) -> str:
    """The date in a file name; 20230919 and 19-09-2023 are read as well. 03-04-2023 is only certain about its year."""
    if match := COMPACT.search(name):
        return _iso(match)
    if found := first_date(name) or first_date(re.sub("[-_]", " ", name)):
        return found
    match = EITHER_ORDER.search(name)
    if match is None:
        return ""
    one, other, year = int(match["one"]), int(match["other"]), int(match["y"])
    if one == other or one > 12:
        return _calendar(year, other, one)
    return _calendar(year, one, other) if other > 12 else str(year)


def _iso(match: re.Match[str]) -> str:
    groups = match.groupdict()
    year = 1 if groups["y"] == "元" else int(groups["y"])
    year += ERAS[groups["era"]] if groups.get("era") else 0
    month, day = groups.get("m"), groups.get("d")
    if month is None:
        return str(year)
    return _calendar(year, MONTHS.get(month.casefold()) or int(month), int(day) if day else None)


def _calendar(year: int, month: int, day: int | None) -> str:
    """ISO 8601, or "" for a day or month that does not exist."""
    try:
        iso = date(year, month, day or 1).isoformat()
    except ValueError:
        return ""
    return iso if day is not None else iso[:7]


def _number(numeral: str) -> int:
    """二〇二三 → 2023, 十九 → 19, 廿三 → 23, 一百一十二 → 112."""
    if not set(numeral) & set("十百廿卅"):
        return int("".join(str(DIGITS[character]) for character in numeral))
    total, ones = 0, 0
    for character in numeral:
        if character in DIGITS:
            ones = DIGITS[character]
        else:
            scale = {"十": 10, "百": 100, "廿": 20, "卅": 30}[character]
            total, ones = total + (scale if character in "廿卅" else (ones or 1) * scale), 0
    return total + ones
