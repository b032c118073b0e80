"""The five real interviews that Verbatim is built for, where they stand beside the project.

Nothing of their text is repeated here: offsets, counts, dates and names only.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from index.model import Kind, Role, Speaker, Transcript
from index.passages import Cut, cut
from index.people import People, evidence, resolve
from index.readers import read_file
from index.transcript import parse_transcript

FOLDER = Path(__file__).parent.parent.parent / "shared" / "transcripts"
DOCS = {
    number: path.stem
    for number, path in enumerate(sorted(FOLDER.glob("00?_*.txt")))
}  # fmt: skip

pytestmark = pytest.mark.skipif(
    len(DOCS) != 5, reason="the five real interviews are not in ../shared/transcripts beside the project"
)
HOST, GUEST, AUDIENCE = Role.HOST, Role.GUEST, Role.AUDIENCE
# A line with one of these is no part of any of the interviews: links, contacts, adverts, headlines' sources.
JUNK = re.compile(r"http|微信|扫码|公众号|公眾號|投稿|转载|轉載|责任编辑|往期|申请入驻|关注度|商务合作|【智東西】")

SOURCE = (2, 518)  # a sentence of the editors' introduction, which names where the talk was published


@cache
def transcript(number: int) -> Transcript:
    path = FOLDER / f"{DOCS[number]}.txt"
    return parse_transcript(path.stem, str(path), read_file(path))


@cache
def passages(number: int) -> Cut:
    return cut(transcript(number))


@cache
def people() -> People:
    return resolve({doc: evidence(transcript(number)) for number, doc in DOCS.items()}, ())


def speaker(number: int, label: str) -> Speaker:
    (found,) = [s for s in people().speakers if (s.doc, s.label) == (DOCS[number], label)]
    return found


@pytest.mark.parametrize(
    ("number", "turns"),
    [
        (0, {HOST: 23, GUEST: 23}),
        (1, {HOST: 157, GUEST: 158}),
        (2, {HOST: 39, GUEST: 49, AUDIENCE: 12}),
        (3, {HOST: 43, GUEST: 43}),
        (4, {HOST: 40, GUEST: 40}),
    ],
)
def test_turns(number: int, turns: dict[Role, int]) -> None:
    assert Counter(turn.role for turn in transcript(number).turns if turn.kind is Kind.INTERVIEW) == turns


@pytest.mark.parametrize(
    ("number", "first", "last"),
    [
        (0, 1392, (6699, 6821)),
        (1, 1206, (32592, 32682)),
        (2, 1687, (19619, 19667)),
        (3, 808, (13849, 13952)),
        (4, 1960, (13519, 13526)),
    ],
)
def test_the_talk_begins_and_ends_where_it_does(number: int, first: int, last: tuple[int, int]) -> None:
    spoken = [turn for turn in transcript(number).turns if turn.kind is Kind.INTERVIEW]
    assert spoken[0].start == first
    assert (spoken[-1].start, spoken[-1].end) == last
    assert max(passage.end for passage in passages(number).passages) == last[1]


@pytest.mark.parametrize("number", range(5))
def test_no_furniture_in_any_passage(number: int) -> None:
    text = transcript(number).text
    for line in re.finditer(r"[^\n]+", text):
        if not JUNK.search(line.group()) or len(line.group()) > 90 or (number, line.start()) == SOURCE:
            continue
        for passage in passages(number).passages:
            assert passage.end <= line.start() or line.end() <= passage.start, (line.start(), passage.id)


@pytest.mark.parametrize("number", range(5))
def test_passages_hold_no_image_and_no_label(number: int) -> None:
    text = transcript(number).text
    for excluded in transcript(number).excluded:
        if excluded.reason in ("label", "rule"):
            continue
        assert not any(p.start < excluded.end and excluded.start < p.end for p in passages(number).passages)
    labels = [e for e in transcript(number).excluded if e.reason == "label"]
    assert not any(text[s.start : s.end].startswith(("问：", "問:", "**")) for s in passages(number).sentences)
    assert len(labels) >= 43


@pytest.mark.parametrize("number", range(5))
def test_passages_are_of_the_promised_size_and_nothing_spoken_is_lost(number: int) -> None:
    text = transcript(number).text
    found = passages(number)
    assert max(passage.end - passage.start for passage in found.passages) <= 480  # labels and Latin names within
    inside = [False] * len(text)
    for passage in found.passages:
        inside[passage.start : passage.end] = [True] * (passage.end - passage.start)
    for turn in transcript(number).turns:
        for span in turn.spans:
            lost = {text[at] for at in range(span.start, span.end) if not inside[at]}
            assert lost <= set("*_ \n"), (turn.number, lost)


@pytest.mark.parametrize(
    ("number", "date", "outlet", "language", "warnings"),
    [
        (0, "2016-09", "网易", "zh-Hans", ()),
        (1, "2024-03-19", "腾讯科技", "zh-Hans", ()),
        (2, "2024-10-17", "瓜哥AI新知", "zh-Hans", ()),
        (3, "2025-01-15", "智東西", "zh-Hant", ()),
        (4, "2024-09-15", "AI深度研究员", "zh-Hans", ()),
    ],
)
def test_metadata(number: int, date: str, outlet: str, language: str, warnings: tuple[str, ...]) -> None:
    found = transcript(number)
    assert (found.metadata.date, found.metadata.outlet) == (date, outlet)
    assert (found.language, found.encoding, found.warnings) == (language, "utf-8", warnings)
    assert bool(found.metadata.title) == (number != 3)  # that page has none
    assert found.metadata.url.startswith("http://mp.weixin.qq.com/s?__biz=") == (number in (2, 4))


def test_one_person_under_all_names() -> None:
    labels = [(0, "Sam"), (1, "奥特曼"), (2, "Sam Altman"), (3, ""), (4, "嘉宾Sam Altman"), (4, "Sam Altman")]
    assert {speaker(*label).person for label in labels} == {"Sam Altman"}
    assert speaker(0, "Sam").role is Role.HOST
    aliases = {alias for person, alias in people().aliases if person == "Sam Altman"}
    assert {"奥特曼", "山姆·奥特曼", "阿爾特曼", "Sam Altman", "Sam", "Altman"} <= aliases


def test_the_others() -> None:
    assert speaker(0, "埃隆").person == "Elon Musk"
    assert speaker(1, "问").person == "Lex Friedman"  # the page spells him so
    assert speaker(2, "主持人Patrick").person == "Patrick"
    assert speaker(2, "提问者").person == ""
    assert speaker(3, "問").person == ""
    assert "马斯克" in {alias for person, alias in people().aliases if person == "Elon Musk"}


def test_sections() -> None:
    spoken = {number: [turn for turn in transcript(number).turns if turn.kind is Kind.INTERVIEW] for number in DOCS}
    sections = {number: list(dict.fromkeys(turn.section[:2] for turn in turns)) for number, turns in spoken.items()}
    assert sections[0] == [""]
    assert sections[1] == [f"{number:02d}" for number in range(1, 14)]
    assert sections[2] == [""]
    assert sections[3] == [f"{number:02d}" for number in range(1, 16)]
    assert len(sections[4]) == 7


@pytest.mark.parametrize(
    ("number", "kinds"),
    [
        (0, {Kind.SUMMARY}),
        (1, {Kind.SUMMARY}),
        (2, {Kind.SUMMARY}),
        (3, {Kind.NOTE, Kind.CAPTION}),
        (4, {Kind.SUMMARY, Kind.NOTE}),
    ],
)
def test_what_the_editors_wrote_is_marked(number: int, kinds: set[Kind]) -> None:
    found = {turn.kind for turn in transcript(number).turns}
    assert kinds | {Kind.INTERVIEW, Kind.INTRODUCTION} <= found
