"""A link to a recording, at a moment of it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

YOUTUBE = re.compile(r"(?:[\w-]+\.)*(?:youtube\.com|youtube-nocookie\.com|youtu\.be)", re.IGNORECASE)
BILIBILI = re.compile(r"(?:[\w-]+\.)*(?:bilibili\.com|b23\.tv)", re.IGNORECASE)
VIMEO = re.compile(r"(?:[\w-]+\.)*vimeo\.com", re.IGNORECASE)
EMBEDDED = re.compile(r"/embed/(?P<video>[\w-]{11})/?")
TIME_PARAMETER = re.compile(r"(?:t|start|time_continue)=", re.IGNORECASE)


def at_time(url: str, seconds: float) -> str:
    """The address of a recording, so many seconds from its beginning; what is no web address stays as it is.

    YouTube and Bilibili take `t=` in the query (an embedded video becomes its page: the frame alone does not know
    `t=`), Vimeo `#t=62s`; any other address gets a media fragment, `#t=62` (https://www.w3.org/TR/media-frags/), which
    players of audio and video files follow and other pages do not mind.
    """
    second = int(min(max(seconds, 0.0), 1e9)) if seconds == seconds else 0
    try:
        parts = urlsplit(url)
    except ValueError:  # half an IPv6 address
        return url
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        return url
    host = parts.netloc.rpartition("@")[2].partition(":")[0]
    if YOUTUBE.fullmatch(host) or BILIBILI.fullmatch(host):
        if video := EMBEDDED.fullmatch(parts.path):
            parts = parts._replace(path="/watch", query=f"v={video['video']}")
        kept = [part for part in parts.query.split("&") if part and not TIME_PARAMETER.match(part)]
        fragment = "" if TIME_PARAMETER.match(parts.fragment) else parts.fragment
        return urlunsplit(parts._replace(query="&".join([*kept, f"t={second}"]), fragment=fragment))
    if VIMEO.fullmatch(host):
        return urlunsplit(parts._replace(fragment=f"t={second}s"))
    if parts.fragment and not TIME_PARAMETER.match(parts.fragment):
        return url  # it points to a place of a page already
    return urlunsplit(parts._replace(fragment=f"t={second}"))
