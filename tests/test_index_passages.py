"""Turns become passages: whole exchanges where they are short, the question kept where an answer is long."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from test_index_turns import PAGES, read

from index.model import Kind, Passage, Transcript
from index.passages import LONGEST, clean, cut, passage_search_text

SENTENCE = "我在这座灯塔上住了整整三十年，每天看风看海。"  # 22 characters


def passages(transcript: Transcript) -> list[str]:
    return [transcript.text[passage.start : passage.end] for passage in cut(transcript).passages]


def searched(transcript: Transcript, passage: Passage) -> str:
    return passage_search_text(transcript.text, passage.start, passage.end, passage.context)


def exchange(question: str, answer: str) -> str:
    return f"**问：** {question}\n\n**周牧：** {answer}\n\n"


def test_short_exchanges_share_a_passage_and_keep_their_turns() -> None:
    transcript = read(exchange("几点？", "三点。") * 3)
    (passage,) = cut(transcript).passages
    assert (passage.first_turn, passage.last_turn, passage.context) == (0, 5, None)
    assert passage.id == f"talk:{passage.start}-{passage.end}"
    assert [sentence.turn for sentence in cut(transcript).sentences] == [0, 1, 2, 3, 4, 5]


def test_a_long_answer_is_cut_and_each_part_knows_its_question() -> None:
    transcript = read(exchange("你住了多久？", SENTENCE * 40) + exchange("几点？", "三点。"))
    first, *parts = cut(transcript).passages
    assert transcript.text[first.start :].startswith("你住了多久？")
    assert first.context is None
    long = [passage for passage in parts if passage.first_turn == 1]
    assert len(long) >= 1
    for passage in long:
        assert passage.context is not None
        assert transcript.text[passage.context.start : passage.context.end] == "你住了多久？"
        assert searched(transcript, passage).startswith("你住了多久？\n")


def test_parts_of_an_answer_begin_and_end_with_sentences_and_overlap_by_one() -> None:
    transcript = read(exchange("多久？", SENTENCE * 40) + exchange("几点？", "三点。"))
    found = [passage for passage in cut(transcript).passages if passage.first_turn <= 1 <= passage.last_turn]
    ends = {sentence.end for sentence in cut(transcript).sentences}
    starts = {sentence.start for sentence in cut(transcript).sentences}
    assert all(passage.start in starts and passage.end in ends for passage in found)
    for before, after in pairwise(found):
        assert before.end - after.start == len(SENTENCE)


def test_a_long_question_is_context_and_a_passage_of_its_own() -> None:
    question = "灯塔" * 90 + "，是吗？"
    transcript = read(exchange(question, SENTENCE * 18) + exchange("几点？", "三点。"))
    first, second, *_ = cut(transcript).passages
    assert (first.first_turn, first.last_turn) == (0, 0)
    assert second.first_turn == 1
    assert second.context is not None


def test_the_interviewers_reaction_goes_with_the_answer() -> None:
    page = (
        exchange("你住了多久？", SENTENCE * 14)
        + "**问：** 快三十年了。\n\n那你几点起床？\n\n**周牧：** 三点。\n\n"
        + exchange("冷吗？", SENTENCE * 14)
    )
    first = passages(read(page))[0]
    assert first.endswith("快三十年了。")


def test_sections_images_and_editors_part_passages() -> None:
    page = (
        exchange("一？", "答一。") * 2
        + "## 风\n\n"
        + exchange("二？", "答二。")
        + "**周牧：** 一楼。\n\n![](https://a.example/1.png)\n\n二楼。\n\n"
        + exchange("三？", "答三。")
    )
    found = passages(read(page))
    assert len(found) == 3
    assert not any("![" in text or "##" in text for text in found)
    assert [passage.section for passage in cut(read(page)).passages] == ["", "风", "风"]


def test_introduction_and_summary_are_marked() -> None:
    page = (
        "周牧守灯塔三十年，他说那里只有风，别的什么都没有。\n\n划重点\n\n* 灯塔要有人守。\n\n访谈全文\n\n"
        + exchange("一？", "答一。") * 3
    )
    assert [passage.kind for passage in cut(read(page)).passages] == [Kind.INTRODUCTION, Kind.SUMMARY, Kind.INTERVIEW]


def test_searched_text_has_no_marks() -> None:
    transcript = read("**问：** **灯**亮_吗_？\n\n**周牧：** `亮`着呢。\n\n" * 2)
    (passage,) = cut(transcript).passages
    assert "*" not in searched(transcript, passage)
    sentence = cut(transcript).sentences[1]
    assert clean(transcript.text[sentence.start : sentence.end]) == "亮着呢。"


def test_ids_stay_the_same_when_read_again() -> None:
    page = exchange("你住了多久？", SENTENCE * 40) * 3
    assert cut(read(page)) == cut(read(page))


@given(PAGES.map(lambda page: page * 2))
def test_passages_of_any_page(text: str) -> None:
    transcript = read(text)
    found = cut(transcript)
    foreign = [e for e in transcript.excluded if e.reason not in ("label", "rule", "time") and e.start < e.end]
    for passage in found.passages:
        assert 0 <= passage.start < passage.end <= len(text)
        assert passage.first_turn <= passage.last_turn
        assert not any(passage.start < e.end and e.start < passage.end for e in foreign)
        first, last = transcript.turns[passage.first_turn], transcript.turns[passage.last_turn]
        assert first.start <= passage.start < first.end
        assert last.start < passage.end <= last.end
        turns = [
            turn
            for turn in transcript.turns[passage.first_turn : passage.last_turn + 1]
            if any(span.start < passage.end and passage.start < span.end for span in turn.spans)
        ]
        assert {(turn.kind, turn.section) for turn in turns} == {(passage.kind, passage.section)}
        if passage.context:
            assert passage.context.end <= passage.start
    # Every sentence is in some passage, and the sentences of a turn lie in its paragraphs.
    for sentence in found.sentences:
        assert any(passage.start <= sentence.start and sentence.end <= passage.end for passage in found.passages)
        turn = transcript.turns[sentence.turn]
        assert any(span.start <= sentence.start and sentence.end <= span.end for span in turn.spans)
    assert len({passage.id for passage in found.passages}) == len(found.passages)


@given(PAGES)
def test_chinese_passages_stay_within_the_limit(text: str) -> None:
    transcript = read(text.replace("灯亮吗？", "那座灯塔现在还亮着吗？") * 2)
    for passage in cut(transcript).passages:
        words = transcript.text[passage.start : passage.end]
        narrow = sum(character.isascii() for character in words)
        assert len(words) - narrow <= LONGEST
