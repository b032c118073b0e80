"""The front matter of a Markdown file: the YAML between two lines of dashes at its top."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from index.dates import stated_date
from index.model import Metadata, Span
from index.working_copy import one_newline

MOST = 20_000  # characters; a longer "front matter" is a text that begins with a rule
FENCED = re.compile(r"\ufeff?---[ \t]*\n(?P<yaml>[\s\S]*?)(?<=\n)(?P<end>---|\.\.\.)[ \t]*(?=\n|\Z)")
PAIR = re.compile(r"(?P<key>[^\s:：\-#][^:：]{0,30}):[ \t](?P<value>.*)")
MOST_NAMES = 40
TITLES = "title headline name 标题 標題 タイトル".split()
DATES = "date published date_published publish_date pubdate published_at aired recorded created 日期 发布时间".split()
OUTLETS = "outlet publisher publication podcast show site source program programme media 来源 來源 媒体 媒體".split()
LINKS = "url link source_url original original_url permalink canonical canonical_url video source 链接 連結".split()
LANGUAGES = "language lang locale 语言 語言".split()
HOSTS = "host hosts interviewer interviewers moderator moderators 主持人 采访者 採訪者 记者 記者".split()
GUESTS = "guest guests interviewee interviewees speaker speakers participants 嘉宾 來賓 嘉賓 受访者 受訪者".split()


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What a front matter says; `language` is a tag as written, `hosts` and `guests` are names as written."""

    span: Span
    metadata: Metadata
    language: str
    hosts: tuple[str, ...]
    guests: tuple[str, ...]


def read_front_matter(text: str) -> FrontMatter | None:
    """The front matter of a text; None where there is none, or where what stands between the dashes is no mapping."""
    fenced = FENCED.match(one_newline(text[:MOST]))
    if fenced is None:
        return None
    known = _mapping(fenced["yaml"])
    if not known:
        return None
    fields = {str(key).strip().casefold(): value for key, value in known.items() if isinstance(key, str)}
    link = next((value for value in _all(fields, LINKS) if value.startswith(("http://", "https://"))), "")
    outlet = next((value for value in _all(fields, OUTLETS) if "://" not in value), "")
    hosts = tuple(dict.fromkeys(_all(fields, HOSTS)))[:MOST_NAMES]
    return FrontMatter(
        span=Span(0, fenced.end("end")),
        metadata=Metadata(
            title=" ".join(next(_all(fields, TITLES), "").split()),
            date=next(filter(None, map(stated_date, _all(fields, DATES))), ""),
            outlet=outlet,
            url=link,
        ),
        language=next(_all(fields, LANGUAGES), ""),
        hosts=hosts,
        guests=tuple(name for name in dict.fromkeys(_all(fields, GUESTS)) if name not in hosts)[:MOST_NAMES],
    )


def _mapping(written: str) -> Mapping[object, object] | None:
    """The YAML as a mapping. One with a slip in it ("title: On: air") is still one where each line is "key: value"."""
    try:
        # Every scalar stays a string: no date that does not exist can raise, and "no" stays "no".
        known = yaml.load(written, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError, ValueError):
        lines = [line for line in written.splitlines() if line.strip()]
        pairs = [PAIR.fullmatch(line) for line in lines]
        return {pair["key"]: pair["value"].strip("\"' ") for pair in pairs if pair} if all(pairs) else None
    return known if isinstance(known, dict) else None


def _all(fields: Mapping[str, object], keys: list[str]) -> Iterator[str]:
    """The words under any of these keys: a string, a list of strings, or of mappings with a name or title."""
    for key in keys:
        value = fields.get(key)
        for item in value[:MOST_NAMES] if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                item = item.get("name") or item.get("title") or item.get("url")
            if isinstance(item, str) and item.strip():
                yield item.strip()
