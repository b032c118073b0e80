"""What a page says about itself: title, date as precise as it is given, outlet, original link."""

from __future__ import annotations

import re
from pathlib import PurePath

from index.model import Metadata

MONTHS = {
    name: number
    for number, names in enumerate(
        "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sep sept|"
        "october oct|november nov|december dec".split("|"),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
ISO = r"(?P<y>(?:19|20)\d\d)[-/.](?P<m>\d{1,2})(?:[-/.](?P<d>\d{1,2}))?(?!\d)"
CHINESE = r"(?P<y>(?:19|20)\d\d)\s*年(?:\s*(?P<m>\d{1,2})\s*月(?:\s*(?P<d>\d{1,2})\s*[日号號])?)?"
ENGLISH = (
    rf"(?:(?P<m>{_MONTH})\.?\s+(?:(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+)?(?P<y>(?:19|20)\d\d)"
    rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<m2>{_MONTH})\.?,?\s+(?P<y2>(?:19|20)\d\d))"
)
DATES = tuple(re.compile(pattern, re.IGNORECASE) for pattern in (ISO, CHINESE, ENGLISH))
DATED_LINE = re.compile(
    r"^[>*_# \t\u3000]*+(?:发布时间|發布時間|发布日期|發布日期|发表于|發表於|播出日期|访谈时间|時間|时间|日期"
    r"|published(?: on)?|posted(?: on)?|date|recorded|aired)"
    r"[*_ \t]*(?:[:：]|[ \t](?=[\dA-Z]))[*_ \t]*(?P<rest>[^\n]{4,60})",
    re.IGNORECASE | re.MULTILINE,
)
DATELINE = re.compile(
    r"(?P<outlet>[^\s，,。：:（(|丨]{2,12}?)(?:讯|訊)?\s*(?P<m>\d{1,2})月(?P<d>\d{1,2})日\s*(?:消息|訊息|讯|訊|电|電"
    r"|报道|報道|報導)"
)
OUTLET = re.compile(
    r"^[>*_# \t\u3000]*+(?:文章作者|媒体|媒體|来源|來源|文章来源|文章來源|source|outlet|published by|podcast"
    r"|show)[*_\s]*[:：]\s*(?P<outlet>[^\n]{2,40})",
    re.IGNORECASE | re.MULTILINE,
)
SITE = re.compile(r"^[ \t\u3000]*+(?P<outlet>[^\s>›»|]{2,10})(?:首页|首頁)\s*[>›»|]", re.MULTILINE)
LINK = re.compile(
    r"(?:原文链接|原文連結|原文鏈接|原视频链接|原影片連結|原視頻鏈接|original(?:ly published)?(?: link)?(?: at)?"
    r"|source)[*_\s]*+[:：]?\s*+(?P<url>https?://[^\s)>\]]+)",
    re.IGNORECASE,
)
HEAD = 3000  # characters of a page in which its own date stands


def read_metadata(text: str, path: str, title: str, introduction: str) -> Metadata:
    """Title, date, outlet and link of a page. `introduction` is the editors' text above the talk."""
    head = text[:HEAD]
    dateline = DATELINE.search(introduction[:400])
    return Metadata(
        title=title or _title_from(path),
        date=_date(text, head, path, introduction, title, dateline),
        outlet=_outlet(text, head, dateline),
        url=_url(text),
    )


def _date(text: str, head: str, path: str, introduction: str, title: str, dateline: re.Match[str] | None) -> str:
    for line in DATED_LINE.finditer(head):
        if found := first_date(line["rest"]):
            return found
    if found := first_date(PurePath(path).stem):
        return found
    if found := first_date(title):
        return found
    if dateline:  # a day without a year: the first such day after the latest one the text speaks of
        return _year_for(int(dateline["m"]), int(dateline["d"]), text)
    return first_date(introduction[:1000])


def first_date(text: str) -> str:
    """The first date in a text as ISO 8601, as precise as it is written; "" when there is none."""
    matches = [match for pattern in DATES if (match := pattern.search(text))]
    for match in sorted(matches, key=lambda match: match.start()):
        if iso := _iso(match):
            return iso
    return ""


def _iso(match: re.Match[str]) -> str:
    groups = match.groupdict()
    year = groups["y"] or groups.get("y2")
    month = groups["m"] or groups.get("m2")
    day = groups["d"] or groups.get("d2")
    if month is None:
        return str(year)
    number = MONTHS.get(month.casefold()) or int(month)
    if not 1 <= number <= 12 or (day and not 1 <= int(day) <= 31):
        return ""
    return f"{year}-{number:02d}" + (f"-{int(day):02d}" if day else "")


def _year_for(month: int, day: int, text: str) -> str:
    full = [iso for pattern in DATES for match in pattern.finditer(text) if len(iso := _iso(match)) == 10]
    if not full:
        return ""
    latest = max(full)
    this_year = f"{latest[:4]}-{month:02d}-{day:02d}"
    return this_year if this_year >= latest else f"{int(latest[:4]) + 1}-{month:02d}-{day:02d}"


def _outlet(text: str, head: str, dateline: re.Match[str] | None) -> str:
    match = OUTLET.search(head)
    if match and not match["outlet"].startswith("http"):
        return match["outlet"].strip(" *_[]")
    if dateline:
        return dateline["outlet"].removesuffix("讯").removesuffix("訊")
    if match := SITE.search(head):
        return match["outlet"]
    match = OUTLET.search(text[-HEAD:])
    return match["outlet"].strip(" *_[]") if match and not match["outlet"].startswith("http") else ""


def _url(text: str) -> str:
    match = LINK.search(text[:HEAD]) or LINK.search(text)
    return match["url"].rstrip("*_.,") if match else ""


def _title_from(path: str) -> str:
    """A file name that says something ("2020-05-15-專訪") serves as the title; a hash does not."""
    stem = PurePath(path).stem
    return "" if re.fullmatch(r"[0-9a-f_\-]{8,}", stem) else stem
