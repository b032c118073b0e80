"""What of a page is furniture, and what people say about the same things and must keep."""

from __future__ import annotations

import pytest

from index import boilerplate
from index.blocks import Block, split_blocks


def block(text: str) -> Block:
    (only,) = split_blocks(text)
    return only


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("![灯](https://a.example/b.png)", "image"),
        ("* * *", "rule"),
        ("****", "rule"),
        ("[上一期](https://a.example/1)", "link"),
        ("https://a.example/1", "link"),
        ("某网首页 > 频道 > 正文", "navigation"),
        ("Home > Episodes", "navigation"),
        ("Transcribed by https://otter.ai", "credits"),
        ("We use cookies to see who reads this.", "cookie notice"),
        ("分享至", "share and counters"),
        ("1.2万阅读", "share and counters"),
        ("12 min read", "share and counters"),
        ("**👇关注公众号后设🌟标**", "follow us"),
        ("掃碼關注我們", "follow us"),
        ("Subscribe to our newsletter", "follow us"),
        ("【广告】", "advert"),
        ("广告：新款台灯八折", "advert"),
        ("Advertisement", "advert"),
        ("相关阅读", "related reading"),
        ("Related stories", "related reading"),
        ("© 2024 灯下报", "copyright"),
        ("未經授權不得轉載", "copyright"),
        ("商务合作请加微信 lamp-2024", "contact"),
        ("编辑｜阿某", "credits"),
    ],
)
def test_furniture(text: str, reason: str) -> None:
    assert boilerplate.junk_reason(block(text)) == reason


@pytest.mark.parametrize(
    "text",
    [
        "我在灯塔上住了三年。",
        "The lighthouse closed in 1998.",
        "那时候没有人关注灯塔，大家都说：灯塔的未来在博物馆里，不在海边，于是我们只好自己想办法，修房顶、找木头、补船，前前后后花了十一年，才有了今天这个样子，你说值不值得？我觉得值得。"
        "我们后来订阅了三份报纸。",
    ],
)
def test_long_or_ordinary_speech_is_none(text: str) -> None:
    assert boilerplate.junk_reason(block(text)) == ""


@pytest.mark.parametrize(
    "text", ["发布时间: 2024-10-17 09:50", "原文連結：https://a.example/1", "Published: today", "來源 | 某報"]
)
def test_metadata_lines(text: str) -> None:
    assert boilerplate.is_metadata(block(text))


@pytest.mark.parametrize(
    "text", ["划重点", "**劃重點：**", "★ 金句摘录：", "专访主要内容", "Key takeaways", "核心观点"]
)
def test_summary_headings(text: str) -> None:
    assert boilerplate.is_summary_heading(block(text))


@pytest.mark.parametrize("text", ["访谈全文", "以下为专访内容", "Transcript", "逐字稿", "# 文字稿整理"])
def test_transcript_headings(text: str) -> None:
    assert boilerplate.is_transcript_heading(block(text))


@pytest.mark.parametrize(
    "text", [">End", "— 完 —", "往期回顾", "## 往期精选", "相關推薦", "Related stories", "责任编辑：某某", "来源：某报"]
)
def test_end_marks(text: str) -> None:
    assert boilerplate.is_end(block(text))


@pytest.mark.parametrize("text", ["最后的结束。", "来源很多，我说一个。", "The end of it was quiet.", "编辑部在三楼。"])
def test_no_end_marks(text: str) -> None:
    assert not boilerplate.is_end(block(text))


def test_notes_and_captions() -> None:
    assert boilerplate.is_note(block("*灯塔是给船看的灯。"))
    assert boilerplate.is_note(block("（注：据回忆整理）"))
    assert not boilerplate.is_note(block("*一句斜体的话*"))
    assert not boilerplate.is_note(block("* 一条"))
    assert boilerplate.is_caption(block("▲灯塔，摄于1998年"))
    assert boilerplate.is_caption(block("图源：某人"))
    assert not boilerplate.is_caption(block("图书馆在山下。"))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("走了。（编译/某人）", "走了。"),
        ("走了。（采写/某人）", "走了。"),
        ("走了。（採寫：某人）", "走了。"),
        ("走了。（笑）", "走了。（笑）"),
    ],
)
def test_a_credit_behind_the_last_words(text: str, left: str) -> None:
    match = boilerplate.CREDIT_TAIL.search(text)
    assert text[: match.start() if match else None] == left
