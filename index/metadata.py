"""What a page says about itself: title, date as precise as it is given, outlet, original link."""

from __future__ import annotations

import re
from pathlib import PurePath

from index.dates import date_in_name, dates, first_date, stated_date
from index.model import Metadata
from index.script import ends_sentence
from index.sentences import width

DATED_LINE = re.compile(
    r"^[>*_# \t\u3000]*+(?:(?:发布|發布|播出|访谈|訪談|采访|採訪|專訪|录制|錄製|刊登|上线|上線)?(?:时间|時間|日期)"
    r"|发表于|發表於|公開日|掲載日|配信日|収録日|取材日|日時"
    r"|(?:(?:first )?published|posted|recorded|aired|released)(?: on)?"
    r"|(?:(?:air|release|interview|publication|episode) )?date"
    r"|fecha|datum|data|date de (?:publication|diffusion)|publié le|veröffentlicht am)"
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
RECORDING = re.compile(
    r"^[>*_# \t\u3000]*+(?:video|audio|recording|youtube|watch|listen|视频|視頻|影片|音频|音頻|录音|錄音|收听|收聽)"
    r"(?: link)?[*_ \t]*+[:：][*_ \t]*+(?:\[[^\]\n]{0,80}\]\()?<?(?P<url>https?://[^\s)>\]]+)",
    re.IGNORECASE | re.MULTILINE,
)
DAY = len("2024-10-17")
HEAD_LINES = 1000
LONGEST_DATED = 20  # Chinese characters, or some sixty letters
HEAD = 3000  # characters of a page in which its own date stands


def read_metadata(text: str, path: str, title: str, introduction: str, talk: int) -> Metadata:
    """Title, date, outlet and link of a page whose lines end in \\n.

    `introduction` is the editors' text above the talk, `talk` the offset at which that begins: a date in the talk is
    not the date of the talk.
    """
    head = text[: min(HEAD, talk)]
    dateline = DATELINE.search(introduction[:400])
    return Metadata(
        title=title or _title_from(path),
        date=_date(text, head, path, introduction, title, dateline),
        outlet=_outlet(text, dateline),
        url=_url(text),
    )


def prefer(given: Metadata, found: Metadata) -> Metadata:
    """What a file says outright, and where it is silent what was found in its text."""
    return Metadata(
        title=given.title or found.title,
        date=stated_date(given.date) or found.date,
        outlet=given.outlet or found.outlet,
        url=given.url or found.url,
    )


def _date(text: str, head: str, path: str, introduction: str, title: str, dateline: re.Match[str] | None) -> str:
    for line in DATED_LINE.finditer(head):
        if found := first_date(line["rest"]) or stated_date(line["rest"].strip("*_ \t")):
            return found
    if found := date_in_name(PurePath(path).stem) or first_date(title):
        return found
    # a day without a year: the first such day after the latest one the text speaks of
    if dateline and (found := _year_for(int(dateline["m"]), int(dateline["d"]), text)):
        return found
    days = (iso for iso in dates(_lines_of_their_own(head)) if len(iso) == DAY)
    return next(days, "") or first_date(introduction[:1000])


def _lines_of_their_own(head: str) -> str:
    """The paragraphs of a head that are one short line and no sentence."""
    blank = re.search(r"\n[ \t]*\n", head)
    paragraphs = re.split(r"\n[ \t]*\n", head[:HEAD_LINES]) if blank else head[:HEAD_LINES].splitlines()
    return "\n".join(paragraph for paragraph in map(str.strip, paragraphs) if _short(paragraph))


def _short(paragraph: str) -> bool:
    return width(paragraph) <= LONGEST_DATED and "\n" not in paragraph and not ends_sentence(paragraph)


def _year_for(month: int, day: int, text: str) -> str:
    full = [iso for iso in dates(text) if len(iso) == DAY]
    if not full:
        return ""
    latest = max(full)
    this_year = f"{latest[:4]}-{month:02d}-{day:02d}"
    return this_year if this_year >= latest else f"{int(latest[:4]) + 1}-{month:02d}-{day:02d}"


def _outlet(text: str, dateline: re.Match[str] | None) -> str:
    head = text[:HEAD]
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
    match = LINK.search(text[:HEAD]) or RECORDING.search(text[:HEAD]) or LINK.search(text)
    return match["url"].rstrip("*_.,") if match else ""


def _title_from(path: str) -> str:
    """A file name that says something ("2020-05-15-專訪") serves as the title; a hash does not."""
    stem = PurePath(path).stem
    return "" if re.fullmatch(r"[0-9a-f_\-]{8,}", stem) else stem
