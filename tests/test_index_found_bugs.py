"""Pages and archives that once lost words, named people wrongly or stopped a build."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import people
from index.errors import InputError
from index.metadata import read_metadata
from index.model import Kind, Role, Span, Transcript
from index.readers.plain import decode
from index.readers.source import SourceText
from index.sentences import sentence_spans
from index.speakers import find_labels
from index.transcript import parse_transcript
from index.working_copy import working_copy


def parsed(text: str, doc: str = "talk") -> Transcript:
    return parse_transcript(doc, f"{doc}.txt", SourceText(text, "utf-8"))


def said(transcript: Transcript) -> str:
    spans = [span for turn in transcript.turns if turn.kind is Kind.INTERVIEW for span in turn.spans]
    return "\n".join(transcript.text[span.start : span.end] for span in spans)


def host_of(text: str) -> str:
    return people.evidence(parsed(text)).host


TALK = (
    "问：你们是怎么开始的？\n\n答：从一条旧船开始。\n\n问：后来呢？\n\n答：后来买了第二条。\n\n问：最难的是什么？\n\n"
)


@pytest.mark.parametrize(
    "last",
    [
        "答：开头最难。\n\n那时候没有人联系我们，我们就自己去敲门。\n\n敲了一百多家。",
        "答：最难的是知识产权，我们打了三年官司。\n\n最后的官司我们赢了，版权归我们自己。",
        "答：分两年说。\n\n## 第一年\n\n我们一直在修船。\n\n## 第二年\n\n我们才下海。",
    ],
)
def test_the_last_answer_keeps_all_its_paragraphs(last: str) -> None:
    spoken = said(parsed(TALK + last))
    for paragraph in last.removeprefix("答：").split("\n\n"):
        assert paragraph.startswith("#") or paragraph in spoken


def test_an_unpunctuated_page_keeps_its_last_answer() -> None:
    talk = "问：做什么\n\n答：修船的\n\n问：在哪里\n\n答：后来我们搬到了海边\n\n那边的房子便宜"
    assert "那边的房子便宜" in said(parsed(talk))


def test_the_foot_of_a_page_is_not_the_last_answer() -> None:
    foot = "未经授权不得转载。\n\n如有侵权请第一时间联系我们。\n\n商务合作请加微信 abc"
    assert said(parsed(TALK + "答：开头最难。\n\n" + foot)).endswith("开头最难。")


def test_a_label_that_one_interview_explains_and_another_does_not() -> None:
    one = parsed("Anna Lin runs a mill by the river.\n\n" + "Host: Why?\n\nLin: Because.\n\n" * 3, "a")
    other = parsed("Host: Why?\n\nLin: Because.\n\n" * 3, "b")
    resolved = people.resolve({"a": people.evidence(one), "b": people.evidence(other)}, [])
    names = {(speaker.doc, speaker.label): speaker.name for speaker in resolved.speakers}
    assert names["a", "Lin"] == "Anna Lin"
    assert names["b", "Lin"] == "Lin"


def test_a_nickname_is_not_turned_into_a_name_it_only_begins_like() -> None:
    talk = parsed("老马在船厂干了一辈子，退休以后修钟。\n\n" + "问：修了几年？\n\n老马：十年了。\n\n" * 3)
    [guest] = [s for s in people.resolve({"t": people.evidence(talk)}, []).speakers if s.role is Role.GUEST]
    assert guest.name == "老马"


def test_hosts_are_named_by_names() -> None:
    answers = "嘉宾：因为喜欢。\n\n主持人：后来呢？\n\n嘉宾：一直做到今天。"
    assert host_of("主持人：我是很好奇，您为什么修钟？\n\n" + answers) == ""
    assert host_of("主持人：大家好，我是周以安，您为什么修钟？\n\n" + answers) == "周以安"
    english = "Guest: I like them.\n\nHost: And then?\n\nGuest: I stayed."
    assert host_of("Host: Hello, I'm Tom Ford. Why ships?\n\n" + english) == "Tom Ford"
    assert host_of("Host: Welcome, this is Morning Edition. Why ships?\n\n" + english) == ""


def test_lists_inside_answers_are_no_speakers() -> None:
    page = "问：好在哪？\n\n答：两头说。\n\n优点：便宜。\n\n缺点：慢。\n\n" * 3
    assert {label.name for label in find_labels(working_copy(page))} == {"问", "答"}
    assert find_labels(working_copy("Todo: buy rope\n\nTodo: sell boat\n\nTodo: sleep\n")) == []


def test_labels_in_kana_and_hangul() -> None:
    page = "インタビュアー：なぜですか。\n\nさくら：好きだからです。\n\n" * 3
    assert {label.name for label in find_labels(working_copy(page))} == {"インタビュアー", "さくら"}
    page = "기자: 왜요?\n\n김민수: 좋아서요.\n\n" * 3
    assert {label.name for label in find_labels(working_copy(page))} == {"기자", "김민수"}


def test_a_stray_zero_byte_does_not_change_the_encoding() -> None:
    text = "问：你好吗？\n答：很好，谢谢。\n" * 30
    source = decode(text.encode() + b"\0")
    assert source is None or source.text.startswith("问：你好吗？")


def test_prose_and_sponsors_are_no_metadata() -> None:
    text = "时间回到2012年，我刚到海边。\n\n先看看 https://sponsor.example.org 的船。\n"
    metadata = read_metadata(text, "2024-10-17-talk.md", "", "", len(text))
    assert metadata.date == "2024-10-17"
    assert metadata.url == ""


@pytest.mark.parametrize("content", ['[[people]]\nname = "A"\n', '[[person]]\nname = "A"\nalias = ["B"]\n'])
def test_a_people_file_with_a_slip_says_so(tmp_path: Path, content: str) -> None:
    (tmp_path / "people.toml").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"people\.toml"):
        people.read_overrides([tmp_path])


def test_a_paragraph_that_is_only_a_credit_leaves_no_empty_words() -> None:
    turns = parsed("**周牧：**\n**问：** 灯塔在哪里？\n\n（编译/某）").turns
    assert all(span.start < span.end for turn in turns for span in turn.spans)


def test_an_address_is_not_cut_at_its_question_mark() -> None:
    text = "原文见 https://example.org/watch?v=abc 。下一句在这里，是另外一句话。"
    spans = sentence_spans(text, Span(0, len(text)))
    assert [text[span.start : span.end] for span in spans] == [text[:37], text[37:]]


def test_one_exchange_is_an_interview() -> None:
    talk = parsed("记者：您为什么留在岛上？\n\n王芳：因为下雨，船开不了。")
    assert [(turn.label, turn.role) for turn in talk.turns] == [("记者", Role.HOST), ("王芳", Role.GUEST)]


def test_a_title_with_a_colon_is_no_speaker_where_every_line_has_one() -> None:
    text = "山中一日：对话周牧\n\n发布时间: 2024-05-03\n\n" + "主持人：几点了？\n\n周牧：三点了。\n\n" * 3
    transcript = parse_transcript("talk", "/talk.txt", SourceText(text, "utf-8"))
    assert (transcript.metadata.title, transcript.metadata.date) == ("山中一日：对话周牧", "2024-05-03")
    assert {turn.label for turn in transcript.turns} == {"主持人", "周牧"}
