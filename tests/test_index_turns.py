"""From a page to turns: who said what, in which section, and what was left out."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.model import Kind, Role, Transcript
from index.passages import cut
from index.people import evidence
from index.readers.source import SourceText
from index.transcript import parse_transcript

BODY = "**问：** 灯亮吗？\n\n**周牧：** 亮着呢。\n\n"


def read(text: str) -> Transcript:
    return parse_transcript("talk", "talk.md", SourceText(text, "utf-8"))


def spoken(transcript: Transcript) -> list[tuple[str, str, list[str]]]:
    """(role, label, paragraphs) of each interview turn."""
    return [
        (turn.role.value, turn.label, [transcript.text[span.start : span.end] for span in turn.spans])
        for turn in transcript.turns
        if turn.kind is Kind.INTERVIEW
    ]


def said(text: str) -> list[str]:
    return [words for _, _, paragraphs in spoken(read(text)) for words in paragraphs]


def reasons(text: str) -> dict[str, str]:
    """What was left out → why, labels aside."""
    transcript = read(text)
    return {text[e.start : e.end]: e.reason for e in transcript.excluded if e.reason != "label"}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_turn_may_have_several_paragraphs(newline: str) -> None:
    page = ("**问：** 几点？\n\n**周牧：** 三点。\n\n后来四点。\n\n" * 2).replace("\n", newline)
    assert (
        spoken(read(page))
        == [
            ("host", "问", ["几点？"]),
            ("guest", "周牧", ["三点。", "后来四点。"]),
        ]
        * 2
    )


def test_labels_on_their_own_line() -> None:
    page = "Anna:\n\nIs it lit?\n\nBen:\n\nIt is.\n\nEvery night.\n\n" * 3
    assert spoken(read(page))[:2] == [("host", "Anna", ["Is it lit?"]), ("guest", "Ben", ["It is.", "Every night."])]


def test_who_asks_is_the_host() -> None:
    page = "林岚：灯亮吗？\n\n周牧：亮着呢，亮了三十年。\n\n" * 3
    assert {(role, label) for role, label, _ in spoken(read(page))} == {("host", "林岚"), ("guest", "周牧")}


def test_a_voice_that_is_heard_once_does_not_hide_the_host() -> None:
    page = "**Ann:** How did you come to keep the light?\n\n**Ben:** " + "I rowed there. " * 20 + "\n\n"
    page = page * 4 + "**Joe:** Hi.\n\n" + page
    assert ("host", "Ann") in {(role, label) for role, label, _ in spoken(read(page))}


def test_a_host_whose_every_paragraph_is_labelled_still_asks() -> None:
    page = (
        "### Ann:\nI saw it.\n\n### Ann:\nIt was dark.\n\n### Ann:\nWas it lit?\n\n### Ben:\nIt was, all night.\n\n" * 3
    )
    assert {(role, label) for role, label, _ in spoken(read(page))} == {("host", "Ann"), ("guest", "Ben")}


def test_questions_from_the_audience() -> None:
    page = BODY * 3 + "**提问者：** 风大吗？\n\n**周牧：** 大。\n\n"
    assert spoken(read(page))[-2:] == [("audience", "提问者", ["风大吗？"]), ("guest", "周牧", ["大。"])]


def test_an_answer_without_a_label_is_the_guests() -> None:
    page = "問:灯亮嗎?\n亮著呢。\n後來滅了。\n" * 3
    assert spoken(read(page)) == [("host", "問", ["灯亮嗎?"]), ("guest", "", ["亮著呢。", "後來滅了。"])] * 3


def test_an_answer_without_a_label_may_be_any_short_thing() -> None:
    page = "問:最深到多少?\n6,742公尺。\n問:顏色?\n藍\n問:幾點?\n三點。\n"
    assert [words for role, _, words in spoken(read(page)) if role == "guest"] == [["6,742公尺。"], ["藍"], ["三點。"]]


def test_the_words_under_a_label_are_never_an_advert_a_caption_or_a_section() -> None:
    filler = "### 林岚：\n灯亮吗？\n\n### 周牧：\n亮着呢。\n\n" * 3
    for words in (
        "大家都很关注这个。不知道为什么，我们没有想到。",
        "可以投稿吗",
        "那是版权所有的年代。",
        "19.",
        "这个说来话长但是没有句号",
    ):
        assert words in said(filler + f"### 周牧：\n{words}\n\n" + filler)


def test_speech_about_subscribing_stays_and_an_advert_set_apart_goes() -> None:
    page = BODY * 2 + "**周牧：** 听我说。\n\n那年我关注了我们县的报纸。\n\n**👇关注公众号，设为星标**\n\n" + BODY * 2
    assert "那年我关注了我们县的报纸。" in said(page)
    assert reasons(page)["**👇关注公众号，设为星标**"] == "follow us"


def test_images_notes_and_captions_inside_a_turn() -> None:
    turn = "**周牧：** 一楼是油房。\n\n![](https://a.example/1.png)\n\n▲油房\n\n*油房存灯油。\n\n二楼住人。\n\n"
    transcript = read(BODY * 3 + turn + BODY)
    assert ("guest", "周牧", ["一楼是油房。", "二楼住人。"]) in spoken(transcript)
    kinds = {transcript.text[turn.start : turn.end]: turn.kind for turn in transcript.turns}
    assert kinds["▲油房"] is Kind.CAPTION
    assert kinds["*油房存灯油。"] is Kind.NOTE
    assert all(turn.role is Role.EDITOR for turn in transcript.turns if turn.kind is not Kind.INTERVIEW)


@pytest.mark.parametrize("heading", ["## 风", "01 风", "**风暴之夜**"])
def test_sections(heading: str) -> None:
    page = BODY * 2 + f"{heading}\n\n" + BODY + "02 雨\n\n" + BODY
    sections = [turn.section for turn in read(page).turns]
    assert sections == [""] * 4 + [heading.strip("#* ")] * 2 + ["02 雨"] * 2


def test_a_numbered_section_with_its_words_on_the_next_lines() -> None:
    page = "問:一?\n答一。\n02.\n風暴之夜\n又一夜\n問:二?\n答二。\n03.\n雨\n問:三?\n答三。\n"
    assert [turn.section for turn in read(page).turns][::2] == ["", "02. 風暴之夜 又一夜", "03. 雨"]


def test_the_first_numbered_section_is_kept_over_a_few_words_of_the_editors() -> None:
    page = "01.\n海上\n六月九日傍晚，船出港了。\n" + "問:一?\n答一。\n" * 2 + "02.\n雨\n問:二?\n答二。\n"
    assert next(turn.section for turn in read(page).turns if turn.kind is Kind.INTERVIEW) == "01. 海上"


def test_head_and_foot_of_a_page() -> None:
    head = "某网首页 > 正文\n\n# 灯塔人周牧\n\n发布时间: 2024-01-02\n\n周牧守灯塔三十年，他说那里只有风。\n\n"
    head += "划重点\n\n* 灯要亮。\n\n访谈全文\n\n"
    foot = ">End\n\n编辑：某某\n\n扫码关注我们\n\n相关推荐\n\n老站长：我把灯带回了家\n\n他：不想走\n"
    page = head + BODY * 3 + foot
    transcript = read(page)
    assert [words for _, _, words in spoken(transcript)] == [["灯亮吗？"], ["亮着呢。"]] * 3
    kinds = {turn.kind: page[turn.start : turn.end] for turn in transcript.turns if turn.kind is not Kind.INTERVIEW}
    assert kinds == {Kind.INTRODUCTION: "周牧守灯塔三十年，他说那里只有风。", Kind.SUMMARY: "灯要亮。"}
    left_out = reasons(page)
    assert left_out["某网首页 > 正文"] == "navigation"
    assert left_out["发布时间: 2024-01-02"] == "metadata"
    assert left_out["老站长：我把灯带回了家"] == "after the interview"
    assert transcript.metadata.title == "灯塔人周牧"


def test_an_editors_credit_behind_the_last_words() -> None:
    page = BODY * 2 + "**周牧：** 走了。（采写/某人）\n\n责任编辑：某某\n"
    assert said(page)[-1] == "走了。"
    assert reasons(page)["（采写/某人）"] == "credits"


def test_a_last_word_in_brackets_is_kept() -> None:
    page = "### Ann:\nIs it lit?\n\n### Ben:\nIt is.\n\n" * 3 + "### Ann:\nBye. [laughs]\n"
    assert said(page)[-1] == "Bye. [laughs]"


def test_a_page_without_labels_is_one_speakers_text() -> None:
    transcript = read("我在灯塔上住了三年。\n\n那里只有风。\n")
    assert spoken(transcript) == [("guest", "", ["我在灯塔上住了三年。", "那里只有风。"])]
    assert "no speaker labels" in transcript.warnings[0]


def test_a_page_of_short_lines_without_punctuation_is_still_read() -> None:
    assert "灯塔上只有风" in said("灯塔\n\n灯塔上只有风\n\n没有别人\n")


@pytest.mark.parametrize("text", ["", "\n", "* * *\n\n![](https://a.example/1.png)\n\n分享至\n\n登录\n"])
def test_nothing_said(text: str) -> None:
    transcript = read(text)
    assert spoken(transcript) == []
    assert any("nothing" in warning for warning in transcript.warnings)
    assert cut(transcript).passages == ()


def test_control_characters_and_lone_surrogates_stay_where_they_are() -> None:
    page = BODY * 2 + "**周牧：** 灯\x00\x07\ud800塔。\n\n"
    assert said(page)[-1] == "灯\x00\x07\ud800塔。"
    evidence(read(page))


FRAGMENTS = [
    "**问：** ", "问：", "問:", "答：", "周牧：", "**周牧：**\n", "****周牧:** **", "### Ann:\n", "Ann:\n\n",
    "**Ann**\n：", "提问者：", "# 灯塔\n\n", "## 风\n\n", "01.\n", "02 雨\n\n", "灯亮吗？", "亮着呢。\n\n",
    "It is.\n\n", "\n\n", "\r\n", "\n", "![](https://a.example/1.png)\n\n", "▲图\n\n", "*注释。\n\n",
    "（注：某）\n\n", "* * *\n\n", ">End\n\n", "编辑：某某\n\n", "**👇关注公众号**\n\n", "划重点\n\n",
    "* 要点。\n\n", "> 引文。\n\n", "访谈全文\n\n", "相关推荐\n\n", "https://a.example/1\n\n", "（编译/某）",
    "[00:12] ", "00:15\n", "**0:20** · Ann:\n", "发言人1 0:00:30\n", "Ann (00:40): ", "Speaker 1: ", ">> ", ">> BEN: ",
    "【主持人】", "Q. ", "A. ", "**Ann** – ", "ANN LEE: ", "[inaudible 00:50] ", "---\n", "title: a\n", "\r",
    "Ann Lee, of Mills: ", "<b>Ann:</b> ", "Published: 2023-09-19\n",
    "\u3000", " ", "“我说。", "”", "2016年9月", "\ud800", "\x07", "灯" * 30,
]  # fmt: skip
PAGES = st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("".join) | st.text(max_size=150)


@settings(max_examples=300)
@given(PAGES)
def test_any_page_can_be_read_and_nothing_is_counted_twice(text: str) -> None:
    transcript = read(text)
    assert [turn.number for turn in transcript.turns] == list(range(len(transcript.turns)))
    taken = sorted((span.start, span.end) for turn in transcript.turns for span in turn.spans)
    left_out = sorted((excluded.start, excluded.end) for excluded in transcript.excluded)
    for start, end in (*taken, *left_out):
        assert 0 <= start <= end <= len(text)
    for spans in (taken, left_out):
        assert all(before[1] <= after[0] for before, after in pairwise(spans))
    for start, end in taken:
        assert start < end
        assert not any(start < stop and begin < end for begin, stop in left_out)
    evidence(transcript)
    marks = [mark.start for mark in transcript.times]
    assert marks == sorted(set(marks))
    assert set(marks) <= {start for start, _ in taken}


@given(PAGES)
def test_turns_and_what_was_left_out_make_up_the_page(text: str) -> None:
    """Nothing vanishes: outside of both there is only white space and the marks of Markdown."""
    transcript = read(text)
    kept = [False] * len(text)
    spans = [(span.start, span.end) for turn in transcript.turns for span in turn.spans]
    for start, end in (*spans, *((excluded.start, excluded.end) for excluded in transcript.excluded)):
        kept[start:end] = [True] * (end - start)
    left = {character for character, inside in zip(text, kept, strict=True) if not inside}
    assert all(character.isspace() or character in ">#*+-•·●▪◦.\u200b" or character.isdecimal() for character in left)


def test_the_key_words_above_a_transcript_are_not_its_title() -> None:
    head = "2024年5月20日 下午 3:04\n\n关键词:\n养蜂、蜂王、迁徙、农药\n\n文字记录:\n"
    talk = "李青禾 00:00\n最怕什么？\n赵一川 00:27\n最怕农药。\n李青禾 00:40\n还有呢？\n"
    assert read(head + talk).metadata.title == "talk"


@pytest.mark.parametrize(
    "first", ["— Where is the key?", "1. What is your trade?", "1、您做什么行当呢？", "Jo\tWhere is it?"]
)
def test_the_first_words_of_a_page_without_a_title_are_said(first: str) -> None:
    transcript = read(f"{first}\n\nUnder the mat that burned in 1999.\n\nNobody has looked there since.\n")
    assert transcript.turns[0].start == 0
    assert transcript.metadata.title == "talk"
