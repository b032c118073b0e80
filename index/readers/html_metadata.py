"""What a page says about itself: JSON-LD, meta elements, and the recording it embeds."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from index.dates import first_date
from index.model import Metadata
from index.readers.html_tree import text_of
from index.readers.speech import tidy
from index.readers.tables import clock

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

DATE = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?!\d)")
SAVED_FROM = re.compile(r"<!--\s*(?:saved from url=\(\d+\)|Page saved with SingleFile\s+url:\s*)(https?://[^\s>]+)")
EMBED = re.compile(r"https?://(?:www\.)?(?:youtube(?:-nocookie)?\.com/embed/|player\.vimeo\.com/video/)([\w-]+)")
WATCH = re.compile(r"https?://(?:(?:www\.|m\.)?youtube\.com/watch|youtu\.be/|(?:www\.)?bilibili\.com/video/)")
AUDIO = re.compile(r"https?://\S+\.(?:mp3|m4a|ogg|oga|opus|wav|mp4|m4v|webm|mov|aac)(?:[?#]|$)", re.IGNORECASE)
WORKS = re.compile(r"Article|Posting|Episode|Video|Audio|WebPage|Report|Interview|Clip", re.IGNORECASE)
TITLES = ('meta[property="og:title"]', 'meta[name="twitter:title"]', 'meta[name="title"]')
DATES = (
    'meta[property="article:published_time"]', 'meta[itemprop="datePublished"]', 'meta[name="date"]',
    'meta[name="pubdate"]', 'meta[name="publishdate"]', 'meta[name="DC.date.issued"]',
    'meta[property="og:published_time"]', 'meta[name="weibo: article:create_at"]',
)  # fmt: skip
OUTLETS = ('meta[property="og:site_name"]', 'meta[name="application-name"]')
# WeChat: its pages name their site "微信公众平台", whoever wrote them, and the day in no meta element.
WECHAT_ACCOUNT, WECHAT_DAY = "#js_name", "em#publish_time"
WECHAT_SECONDS = re.compile(r"\bvar ct\s*=\s*[\"'](\d{10})[\"']")
BEIJING = timezone(timedelta(hours=8))
LARGEST = 500_000  # characters of one JSON-LD block
DEEPEST = 6
SEPARATOR = re.compile(r"\s+[|–—·-]\s+|[_|｜]")


def page_metadata(tree: LexborHTMLParser, source: str, timed: bool) -> Metadata:
    """Title, date of publication, site and address. For a page with times the address is that of its recording."""
    works = list(_works(tree))
    outlet = _inside_of(tree, WECHAT_ACCOUNT) or _meta(tree, *OUTLETS)
    outlet = outlet or next((name for work in works if (name := _publisher(work))), "")
    headline = next((text for work in works if (text := _line(work.get("headline")))), "")
    title = headline or _meta(tree, *TITLES) or _only_heading(tree) or _title(tree, outlet)
    dates = [_meta(tree, *DATES), *(_line(work.get("datePublished")) for work in works)]
    date = next((found for text in dates if (found := _date(text))), "")
    time = tree.css_first("time[pubdate], time[itemprop=datePublished], article time[datetime], header time[datetime]")
    if not date and time is not None and clock(text_of(time)) is None:
        date = _date(time.attributes.get("datetime") or "")
    date = date or _wechat_day(tree, source)
    recording = _recording(tree, works) if timed else ""
    return Metadata(title[:300], date, outlet[:100], recording or _address(tree, source))


def _inside_of(tree: LexborHTMLParser, selector: str) -> str:
    node = tree.css_first(selector)
    return text_of(node) if node is not None else ""


def _wechat_day(tree: LexborHTMLParser, source: str) -> str:
    """The day of a WeChat article: as shown, or, where it was saved before it was shown, the seconds in its script."""
    if day := first_date(_inside_of(tree, WECHAT_DAY)):
        return day
    seconds = WECHAT_SECONDS.search(source) if tree.css_first("#js_content") is not None else None
    return datetime.fromtimestamp(int(seconds[1]), BEIJING).date().isoformat() if seconds else ""


def _works(tree: LexborHTMLParser) -> Iterator[dict[str, Any]]:
    """The objects of the page's JSON-LD that describe an article, an episode or a recording."""
    for script in tree.css('script[type="application/ld+json"]')[:20]:
        text = script.text()
        if len(text) > LARGEST:
            continue
        try:
            level: list[Any] = [json.loads(text)]
        except (ValueError, RecursionError):
            continue  # half of the pages of the world have a comma too much in it
        for _ in range(DEEPEST):
            for value in level:
                if isinstance(value, dict) and WORKS.search(str(value.get("@type", ""))[:200]):
                    yield value
            level = [inner for value in level for inner in _inside(value)][:1000]


def _inside(value: Any) -> list[Any]:
    inside = value.get("@graph") if isinstance(value, dict) else value
    return inside if isinstance(inside, list) else []


def _publisher(work: dict[str, Any]) -> str:
    for key in ("publisher", "partOfSeries", "isPartOf"):
        value = work.get(key)
        if isinstance(value, dict) and (name := _line(value.get("name"))):
            return name
    return ""


def _meta(tree: LexborHTMLParser, *selectors: str) -> str:
    for selector in selectors:
        node = tree.css_first(selector)
        if node is not None and (text := _line(node.attributes.get("content"))):
            return text
    return ""


def _only_heading(tree: LexborHTMLParser) -> str:
    headings = [text for node in tree.css("h1") if (text := text_of(node, 300))]
    return headings[0] if len(headings) == 1 else ""


def _title(tree: LexborHTMLParser, outlet: str) -> str:
    """The <title>, without the name of the site behind it."""
    node = tree.css_first("title")
    title = text_of(node, 300) if node is not None else ""
    parts = SEPARATOR.split(title)
    return title[: -len(parts[-1])].rstrip(" |–—·-_｜") if len(parts) > 1 and outlet and parts[-1] == outlet else title


def _date(text: str) -> str:
    match = DATE.match(text.strip())
    if not match:
        return ""
    year, month, day = int(match[1]), int(match[2]), int(match[3] or 0)
    if not (1900 <= year <= 2100 and 1 <= month <= 12 and day <= 31):
        return ""
    return f"{year}-{month:02}-{day:02}" if day else f"{year}-{month:02}"


def _address(tree: LexborHTMLParser, source: str) -> str:
    node = tree.css_first('link[rel="canonical"]')
    url = _line(node.attributes.get("href")) if node is not None else ""
    url = url or _meta(tree, 'meta[property="og:url"]')
    if not url and (saved := SAVED_FROM.search(source[:5000])):
        url = saved[1]
    return url if url.startswith(("http://", "https://")) else ""


def _recording(tree: LexborHTMLParser, works: list[dict[str, Any]]) -> str:
    """The address of the page's one recording: what its times link to, or what it embeds; "" where it has several."""
    linked: Counter[str] = Counter()
    for node in tree.css("a[href]"):
        href = node.attributes.get("href") or ""
        if WATCH.match(href) and clock(text_of(node)) is not None:
            linked[_without_time(href)] += 1
    if linked:
        return linked.most_common(1)[0][0]
    embedded = set()
    for node in tree.css("iframe[src], iframe[data-src]"):
        match = EMBED.match(node.attributes.get("src") or node.attributes.get("data-src") or "")
        if match:
            youtube = "youtube" in match[0]
            embedded.add(f"https://{'www.youtube.com/watch?v=' if youtube else 'vimeo.com/'}{match[1]}")
    if not embedded:
        players = tree.css("audio[src], video[src], audio source, video source")
        embedded = {src for node in players if AUDIO.match(src := node.attributes.get("src") or "")}
    if not embedded:
        named = (_line(work.get(key)) for work in works for key in ("contentUrl", "embedUrl"))
        embedded = {url for url in named if AUDIO.match(url) or WATCH.match(url)}
    return embedded.pop() if len(embedded) == 1 else ""


def _without_time(url: str) -> str:
    parts = urlsplit(url)
    video = parse_qs(parts.query).get("v")
    return f"https://www.youtube.com/watch?v={video[0]}" if video else url.partition("?")[0].partition("#")[0]


def _line(value: Any) -> str:
    return " ".join(tidy(value).split()) if isinstance(value, str) else ""
