"""What the page makes of an answer's parts: addresses."""

from __future__ import annotations

import pytest

from ui.chat_view import web_address


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "javascript://example.org/%0aalert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:msgbox(1)",
        "file:///etc/passwd",
        "ftp://example.org/",
        "//example.org/",
        "example.org",
        "http:",
        "https:example.org",
        "https://[",
        "",
    ],
)
def test_no_address_of_the_web(url: str) -> None:
    assert web_address(url) == ""


@pytest.mark.parametrize("url", ["https://example.org/a?b=c#d", "HTTP://example.org", "http://127.0.0.1:9/x"])
def test_an_address_of_the_web(url: str) -> None:
    assert web_address(f" {url}\n") == url
