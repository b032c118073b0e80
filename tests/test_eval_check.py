"""Gold questions are held against an index: what it lacks is left out, what is wrong is named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hand_made import answered, asked, make_retriever, summed_up

from eval.check import check_gold
from eval.gold import Evidence, Gold, write_gold
from index.errors import InputError
from index.store import Index

TALK = [
    [summed_up("她种了三十年茶。")],
    [asked("你是哪一年开始种茶的？"), answered("二〇〇九年。", "那年春天特别冷。", between="\n\n> ")],
    [answered("后来我们修了路。", label="岑远")],
]


@pytest.fixture
def index(tmp_path: Path) -> Index:
    found = make_retriever(tmp_path, {"tea": TALK}, lambda text: 0.0).index
    assert isinstance(found, Index)
    return found


def gold(*evidence: Evidence, id: str = "q1", answerable: bool = True) -> Gold:
    return Gold(id, "哪一年？", "zh-Hans", "fact", "", (), evidence, answerable)


def check(index: Index, *questions: Gold) -> dict[str, str]:
    """check_gold of a file with these questions."""
    file = index.folder / "mine.jsonl"
    write_gold(questions, file)
    return check_gold(questions, index, file)


def where(index: Index, words: str, speaker: str = "", end: str = "") -> Evidence:
    text = index.text("tea")
    start = text.index(words)
    return Evidence("tea", start, text.index(end) + len(end) if end else start + len(words), speaker)


def test_what_was_said_can_be_asked(index: Index) -> None:
    questions = [
        gold(where(index, "二〇〇九年")),
        gold(where(index, "特别冷", "林岚"), where(index, "修了路", "岑远"), id="q2"),
        gold(where(index, "二〇〇九年", end="特别冷。"), id="q3"),  # two paragraphs, and only marks between them
        gold(id="q4", answerable=False),
    ]
    assert check(index, *questions) == {}


def test_a_question_of_an_interview_that_is_not_there_is_left_out(index: Index) -> None:
    here, there = where(index, "修了路"), Evidence("clocks", 5, 9)
    questions = [gold(here), gold(there, id="q2"), gold(here, there, Evidence("桥", 1, 2), id="q3")]
    assert check(index, *questions) == {
        "q2": "the index has no interview clocks",
        "q3": "the index has no interview clocks, 桥",
    }


@pytest.mark.parametrize(
    ("words", "end"),
    [
        ("三十年茶", ""),  # the editors' words
        ("岑远", ""),  # a label
        ("特别冷", "修了路"),  # two speakers
        ("种茶的？", "二〇〇九年"),
    ],
)
def test_evidence_that_nobody_said_is_named(index: Index, words: str, end: str) -> None:
    span = where(index, words, end=end)
    with pytest.raises(
        InputError, match=rf"mine\.jsonl:1: q1: .*tea\.txt: {span.start} to {span.end} is not inside what one speaker"
    ):
        check(index, gold(span))


def test_evidence_beyond_the_text_is_named(index: Index) -> None:
    end = len(index.text("tea"))
    with pytest.raises(InputError, match=rf"q1: .*tea\.txt: 3 to {end + 1} is beyond its text, which has {end} char"):
        check(index, gold(Evidence("tea", 3, end + 1)))


def test_a_speaker_nobody_knows_is_named(index: Index) -> None:
    span = where(index, "修了路", "Nobody")
    with pytest.raises(InputError, match=r"q1: .* is said by 'Nobody', but nobody is called that"):
        check(index, gold(span))


def test_all_mistakes_are_told_at_once_up_to_a_point(index: Index) -> None:
    wrong = replace(where(index, "岑远"), speaker="林岚")
    with pytest.raises(InputError) as caught:
        check(index, *(gold(wrong, id=f"q{n}") for n in range(23)))
    lines = str(caught.value).splitlines()
    assert len(lines) == 22
    assert "mine.jsonl:1: q0: " in lines[1] and "mine.jsonl:20: q19: " in lines[20] and lines[21] == "and 3 more"
