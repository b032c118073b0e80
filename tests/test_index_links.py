"""Links to a moment of a recording."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.links import at_time


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://www.youtube.com/watch?v=a1", "https://www.youtube.com/watch?v=a1&t=62"),
        ("https://www.youtube.com/watch?v=a1&t=5s&list=x", "https://www.youtube.com/watch?v=a1&list=x&t=62"),
        ("https://youtu.be/a1?t=5", "https://youtu.be/a1?t=62"),
        ("https://youtube.com/live/a1#t=3", "https://youtube.com/live/a1?t=62"),
        ("https://www.youtube.com/embed/abcdefghijk?start=4", "https://www.youtube.com/watch?v=abcdefghijk&t=62"),
        ("https://vimeo.com/12", "https://vimeo.com/12#t=62s"),
        ("https://www.bilibili.com/video/BV1?p=2&t=3", "https://www.bilibili.com/video/BV1?p=2&t=62"),
        ("https://example.org/a.mp3", "https://example.org/a.mp3#t=62"),
        ("https://example.org/a.mp3?k=1#t=5,10", "https://example.org/a.mp3?k=1#t=62"),
        ("https://example.org/talk#part-2", "https://example.org/talk#part-2"),
        ("", ""),
        ("ftp://example.org/a.mp3", "ftp://example.org/a.mp3"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("talk.mp3", "talk.mp3"),
        ("http://[::1", "http://[::1"),
    ],
)
def test_known_places(url: str, link: str) -> None:
    assert at_time(url, 62.9) == link
    assert at_time(link, 62.0) == link


@given(url=st.text() | st.from_regex(r"https?://[a-z.]{1,20}(/[a-z?&=#%]{0,20})?", fullmatch=True), seconds=st.floats())
def test_any_address_stays_at_its_origin(url: str, seconds: float) -> None:
    link = at_time(url, seconds)
    if link != url:
        before, after = urlsplit(url), urlsplit(link)
        assert (after.scheme, after.netloc) == (before.scheme, before.netloc)
        assert after.scheme in ("http", "https")
