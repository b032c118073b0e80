"""What the page makes of an answer's parts: addresses, times, what else it stands in."""

from __future__ import annotations

from typing import Literal

import pytest

from index.model import Kind, Role
from rag.answer import Answer, AnswerSentence, Citation
from ui.chat_text import speaking
from ui.chat_view import answer_data, plain_answer, web_address


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


def quoted(n: int, seconds: float | None) -> Citation:
    return Citation(
        rank=n, score=1.0, passage_id=f"p{n}", doc="radio", title="Ferries", date="2024", speakers=("Ida",), section="",
        start=0, end=4, turns=(1, 1), text="Yes.", seconds=seconds, also_in=("page",), n=n, speaker="Ida",
        quote="Yes.", quote_start=0, quote_end=4, url="", role=Role.GUEST, kind=Kind.INTERVIEW, turn=7,
    )  # fmt: skip


def answered(mode: Literal["extractive", "llm"]) -> Answer:
    cited = (quoted(1, 3723.0), quoted(2, None))
    sentences = tuple(AnswerSentence("Yes.", (one.n,), "supported", 1.0) for one in cited)
    return Answer("?", "?", "Yes. [1] Yes. [2]", True, "en", mode, "openai:m", sentences, cited, {})


def test_a_quotation_has_the_time_when_it_was_said() -> None:
    with speaking("en"):
        [block] = answer_data(answered("extractive"))["blocks"]
    sources = [source for sentence in block["sentences"] for source in sentence["sources"]]
    assert [source["time"] for source in sources] == ["1:02:03", ""]
    assert [source["label"] for source in sources] == ["Source 1: Ida · Ferries · 1:02:03", "Source 2: Ida · Ferries"]
    assert (block["doc"], block["also_in"]) == ("radio", ("page",))


def test_in_what_a_model_writes_times_stand_with_the_sources_alone() -> None:
    with speaking("en"):
        [block] = answer_data(answered("llm"))["blocks"]
    sources = [source for sentence in block["sentences"] for source in sentence["sources"]]
    assert [source["time"] for source in sources] == ["", ""]
    assert sources[0]["label"] == "Source 1: Ida · Ferries · 1:02:03"
    assert block["also_in"] == ()


def test_a_copied_answer_has_the_times_too() -> None:
    with speaking("en"):
        lines = plain_answer(answered("extractive")).splitlines()
    assert lines[-2:] == ["[1] Ida · Ferries · 2024 · turn 7 · 1:02:03", "[2] Ida · Ferries · 2024 · turn 7"]
