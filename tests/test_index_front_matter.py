"""The YAML at the top of a Markdown file: known, never quoted, never fatal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.front_matter import FrontMatter, read_front_matter
from index.model import Metadata, Role
from index.readers.source import SourceText
from index.transcript import parse_transcript

TALK = "\nAnn: It was dark.\n\nBen: It was.\n\nAnn: Yes.\n\nBen: It was.\n\nAnn: So.\n\nBen: Yes.\n"


def front(yaml: str) -> FrontMatter:
    found = read_front_matter(f"---\n{yaml}\n---\n{TALK}")
    assert found is not None
    return found


def test_what_a_front_matter_says() -> None:
    found = front(
        "title: On air\ndate: 2023-09-19T10:00:00Z\npodcast: Harbour\nurl: https://a.example/1\n"
        "language: fr\nhosts: [Ann Lee]\nguests:\n  - name: Ben Ford\n    url: https://b.example\n  - Eve"
    )
    assert found.metadata == Metadata("On air", "2023-09-19", "Harbour", "https://a.example/1")
    assert (found.language, found.hosts, found.guests) == ("fr", ("Ann Lee",), ("Ben Ford", "Eve"))


@pytest.mark.parametrize(
    ("yaml", "metadata"),
    [
        (
            "标题: 灯\n日期: 2023年9月\n来源: 某报\n链接: https://a.example/1",
            Metadata("灯", "2023-09", "某报", "https://a.example/1"),
        ),
        (
            "title: On air: the lamp\nsource: https://a.example/1",
            Metadata("On air: the lamp", "", "", "https://a.example/1"),
        ),
        ("date: 2023-02-30\ntitle: no", Metadata("no", "", "", "")),
        ("date: 2023", Metadata("", "2023", "", "")),
        ("title: [a, b]\nshow: {name: Harbour}", Metadata("a", "", "Harbour", "")),
        ("title:\n  deep: {er: 1}", Metadata()),
    ],
)
def test_fields(yaml: str, metadata: Metadata) -> None:
    assert front(yaml).metadata == metadata


@pytest.mark.parametrize(
    "text",
    [
        "",
        "---\n",
        "---\n---\n",
        "---\nA sentence between rules.\n---\n",
        "---\n- a\n- b\n---\n",
        "A first line.\n---\ntitle: a\n---\n",
        "---\ntitle: a\n",
        "---\nHe said: no\nand went. So it was\n---\n",
    ],
)
def test_what_is_no_front_matter(text: str) -> None:
    assert read_front_matter(text) is None


def test_it_is_left_out_and_goes_before_what_the_page_says() -> None:
    front_matter = "---\r\ntitle: On air\r\ndate: 2023-09-19\r\nhost: Ann Lee\r\n---\r\n"
    text = f"{front_matter}# A lamp\r\n\r\nDate: 2020-01-01\r\n{TALK}"
    transcript = parse_transcript("talk", "2021-02-03.md", SourceText(text, "utf-8"))
    assert (transcript.metadata.title, transcript.metadata.date) == ("On air", "2023-09-19")
    first = transcript.excluded[0]
    assert (first.start, first.reason) == (0, "front matter")
    assert text[first.end :].startswith("\r\n# A lamp")
    assert all(turn.start >= first.end for turn in transcript.turns)
    assert {turn.label: turn.role for turn in transcript.turns} == {"Ann": Role.HOST, "Ben": Role.GUEST}


def test_names_that_refer_to_names_do_not_multiply() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{n}: &{n} [{', '.join(['*' + o] * 9)}]\n" for o, n in zip("abcdefghijk", "bcdefghijkl", strict=True)
    )
    assert front(f"{bomb}title: *l\nguests: *l").metadata.title == ""


@pytest.mark.parametrize(
    "yaml", ["[" * 9000, "{" * 9000, "- " * 9000, "a: " * 6000, "? " * 9000, "&a *a", "!!python/x y"]
)
def test_hostile_yaml(yaml: str) -> None:
    found = read_front_matter(f"---\n{yaml}\n---\n")
    assert found is None or found.metadata.title == ""


@given(st.text(alphabet="abc:-[]{}&*!'\"\n #>|?%@`2023", max_size=80))
def test_any_front_matter(yaml: str) -> None:
    text = f"---\n{yaml}\n---\n{TALK}"
    transcript = parse_transcript("talk", "talk.md", SourceText(text, "utf-8"))
    spoken = [text[span.start : span.end] for turn in transcript.turns for span in turn.spans]
    assert spoken[-6:] == ["It was dark.", "It was.", "Yes.", "It was.", "So.", "Yes."]
