"""Which dates a question names, and from when to when each reaches: "in March 2024", "since 2020", "2018年以前"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.dates import MONTHS

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_YEAR = r"(?:19|20)\d\d"
_DIGITS = {**dict(zip("零一二三四五六七八九", "0123456789", strict=True)), "〇": "0", "○": "0"}
_HAN_YEAR = rf"(?:{_YEAR}|[一二][九零〇○][{''.join(_DIGITS)}]{{2}})"
# On folded text. A year of the decade (2010年代) or a number of years is none.
_HAN = re.compile(
    rf"(?P<pre>自从|自|从|早在|直到|截至|在|于)?\s*(?P<y>(?<![\d.]){_HAN_YEAR})\s*"
    rf"(?:(?:年\s*)?(?:到|至|[-–—~])\s*(?P<y2>{_HAN_YEAR})\s*年(?:之间|期间)?"
    rf"|年(?!代|[级版])(?:\s*(?P<m>\d{{1,2}}|[一二三四五六七八九十]{{1,2}})\s*月份?(?:\s*(?P<d>\d{{1,2}})\s*[日号])?)?"
    rf"(?:初|底|末)?(?P<post>以来|以后|之后|后(?!来)|起(?![来步初])|以前|之前|前(?![后夕])|以降|から|まで)?)"
)
_LATIN = re.compile(
    rf"(?:\b(?P<pre>back in|in|during|from|of|since|after|before|until|till|by|up to|prior to|between"
    rf"|en|de|desde|hasta|antes de|después de)\s+)?"
    rf"(?:(?:early|late|mid|the (?:spring|summer|fall|autumn|winter) of|the year)[\s-]+)?"
    rf"(?:(?P<m>{_MONTH})\.?,?\s+(?:(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+)?)?(?<![\d.,$€£])\b(?P<y>{_YEAR})\b"
    rf"(?![\d%]|[.,]\d|\s*年|s\b)(?:\s*(?:[-–]|(?:and|to|y|a)\s)\s*(?P<y2>{_YEAR})\b)?"
)
_SINCE = frozenset("since from desde 自从 自 从 以来 以后 之后 后 起 以降 から".split())
_AFTER = frozenset(("after", "después de"))
_UNTIL = frozenset(("until", "till", "by", "up to", "hasta", "直到", "截至", "まで"))
_BEFORE = frozenset(("before", "prior to", "antes de", "以前", "之前", "前"))
_HAN_MONTHS = {han: number for number, han in enumerate("一 二 三 四 五 六 七 八 九 十 十一 十二".split(), 1)}


@dataclass(frozen=True, slots=True)
class Dated:
    """A date in a question: from `since` to `until`, "" where it is open. A bare one is a year and nothing else."""

    start: int
    end: int
    since: str
    until: str
    is_bare: bool

    @property
    def value(self) -> str:
        """As ISO 8601 writes dates and intervals: 2024-03, 2020/.., ../2017, 2016/2018."""
        return self.since if self.since == self.until else f"{self.since or '..'}/{self.until or '..'}"


def dates_in(folded: str) -> list[Dated]:
    """The dates of a folded question, in order."""
    found = [_dated(match) for pattern in (_HAN, _LATIN) for match in pattern.finditer(folded)]
    return sorted((one for one in found if one), key=lambda one: one.start)


def _dated(match: re.Match[str]) -> Dated | None:
    date = _iso(match["y"], match["m"] or "", match["d"] or "")
    if not date:
        return None
    words = {(match[name] or "").strip() for name in ("pre", *(("post",) if match.re is _HAN else ()))} - {""}
    since, until = date, date
    if match["y2"]:
        since, until = sorted((date, _iso(match["y2"], "", "")))
    elif words & _BEFORE:
        since, until = "", _before(date)
    elif words & _UNTIL:
        since, until = "", date
    elif words & _AFTER:
        since, until = _after(date), ""
    elif words & _SINCE and not (match.re is _LATIN and "from" in words):
        since, until = date, ""
    return Dated(match.start(), match.end(), since, until, match.end() - match.start() == 4)


def _iso(year: str, month: str, day: str) -> str:
    """The date as precise as it is given; "" where the calendar has no such month or day."""
    number = _HAN_MONTHS.get(month) or MONTHS.get(month) or int(month or 0)
    if number > 12 or int(day or 0) > 31:
        return ""
    digits = "".join(_DIGITS.get(character, character) for character in year)
    return digits + (f"-{number:02d}" if number else "") + (f"-{int(day):02d}" if day else "")


def _before(date: str) -> str:
    """The latest date before a year or a month; a day stands for itself."""
    year, month = int(date[:4]), int(date[5:7] or 0)
    if len(date) == 4:
        return str(year - 1)
    return date if len(date) > 7 else f"{year}-{month - 1:02d}" if month > 1 else f"{year - 1}-12"


def _after(date: str) -> str:
    year, month = int(date[:4]), int(date[5:7] or 0)
    if len(date) == 4:
        return str(year + 1)
    return date if len(date) > 7 else f"{year}-{month + 1:02d}" if month < 12 else f"{year + 1}-01"
