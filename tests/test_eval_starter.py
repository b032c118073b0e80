"""A starter file is a gold set at once: questions that were asked, spread over the archive, with their replies."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hand_made import Said, Talk, answered, asked, going_on, make_retriever

from eval.check import check_gold
from eval.gold import load_gold
from eval.starter import write_starter
from index.errors import InputError
from index.model import Role
from index.opened import OpenedIndex

REPLY = "那年春天霜冻来得特别早，山坡上一半的茶树都没有熬过去。"


def make_index(folder: Path, **talks: Talk) -> OpenedIndex:
    return make_retriever(folder, talks, lambda text: 0.0).index


def exchange(question: str, *reply: str) -> list[Said]:
    return [asked(question), answered(*(reply or (REPLY,)))]


def many(subject: str, count: int) -> list[list[Said]]:
    return [exchange(f"第{n}年种{subject}的时候遇到过什么困难？") for n in range(1, count + 1)]


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
def test_a_starter_is_a_gold_set(tmp_path: Path, suffix: str) -> None:
    index = make_index(tmp_path / "index", tea=many("茶", 5), rice=many("稻", 5))
    path = tmp_path / f"mine{suffix}"
    assert write_starter(index, path, 6) == 6
    questions = load_gold(path)
    assert check_gold(questions, index, path) == {}
    assert [gold.id for gold in questions] == [f"mine-00{n}" for n in range(1, 7)]
    first = questions[0]
    assert (first.language, first.answerable, first.gold_answer, first.key_facts) == ("zh-Hans", True, "", ())
    [evidence] = first.evidence
    assert index.text(evidence.doc)[evidence.start : evidence.end] == REPLY
    assert evidence.speaker == "林岚"


def test_questions_are_spread_over_interviews_and_their_length(tmp_path: Path) -> None:
    index = make_index(tmp_path / "index", tea=many("茶", 9), rice=many("稻", 1), clocks=many("钟", 9))
    path = tmp_path / "mine.jsonl"
    assert write_starter(index, path, 7) == 7
    questions = load_gold(path)
    assert Counter(gold.evidence[0].doc for gold in questions) == {"tea": 3, "rice": 1, "clocks": 3}
    # One out of each third of nine.
    years = [int(gold.question[1]) for gold in questions if gold.evidence[0].doc == "tea"]
    assert [(year - 1) // 3 for year in years] == [0, 1, 2]


def test_few_questions_are_all_there_is(tmp_path: Path) -> None:
    index = make_index(tmp_path / "index", tea=many("茶", 2))
    assert write_starter(index, tmp_path / "mine.jsonl") == 2


def test_a_question_that_stands_alone_is_preferred(tmp_path: Path) -> None:
    talk = [
        exchange("那他呢？"),
        exchange("你们合作社一年能采多少斤春茶？"),
        exchange("它后来为什么没有能够长大呢？"),
        exchange("为什么最后决定离开城里回到山上？", "没有。"),
    ]
    index = make_index(tmp_path / "index", tea=talk)
    write_starter(index, tmp_path / "mine.jsonl", 1)
    [gold] = load_gold(tmp_path / "mine.jsonl")
    assert gold.question == "你们合作社一年能采多少斤春茶？"


def test_the_evidence_is_the_first_sentences_of_the_reply(tmp_path: Path) -> None:
    short = "我是二〇〇九年开始种茶的。"
    talk = [[asked("你是哪一年开始种茶的？"), answered(short, REPLY, REPLY)]]
    index = make_index(tmp_path / "index", tea=talk)
    write_starter(index, tmp_path / "mine.jsonl")
    [evidence] = load_gold(tmp_path / "mine.jsonl")[0].evidence
    assert index.text("tea")[evidence.start : evidence.end] == short + REPLY


def test_what_the_host_only_says_is_no_question(tmp_path: Path) -> None:
    talk = [
        [asked("欢迎来到节目。"), answered(REPLY)],
        [asked("欢迎您来到我们的节目。", "你们合作社一年能采多少斤春茶？", "请讲。"), answered(REPLY), going_on(REPLY)],
        [asked("最后想对听众说些什么呢，各位？")],  # nobody replies
    ]
    index = make_index(tmp_path / "index", tea=talk)
    assert write_starter(index, tmp_path / "mine.jsonl") == 1
    assert load_gold(tmp_path / "mine.jsonl")[0].question == "你们合作社一年能采多少斤春茶？"


def test_an_unlabelled_reply_is_its_speaker_s(tmp_path: Path) -> None:
    talk = [[asked("你们合作社一年能采多少斤春茶？"), Said("", Role.GUEST, (REPLY,))]]
    index = make_index(tmp_path / "index", tea=talk)
    write_starter(index, tmp_path / "mine.jsonl")
    questions = load_gold(tmp_path / "mine.jsonl")
    assert questions[0].evidence[0].speaker == index.speakers("tea")[""].name
    assert check_gold(questions, index, tmp_path / "mine.jsonl") == {}


def test_a_file_name_that_is_no_id_makes_one(tmp_path: Path) -> None:
    path = tmp_path / "my\x1b\nown.jsonl"
    write_starter(make_index(tmp_path / "index", tea=many("茶", 1)), path)
    assert load_gold(path)[0].id == "my--own-001"


def test_a_question_in_no_language_we_can_tell_is_in_the_interview_s(tmp_path: Path) -> None:
    index = make_index(tmp_path / "index", tea=[exchange("2009, 2016, 2024?")])
    write_starter(index, tmp_path / "mine.jsonl")
    assert load_gold(tmp_path / "mine.jsonl")[0].language == "zh-Hans"


def test_an_archive_without_questions_is_refused(tmp_path: Path) -> None:
    index = make_index(tmp_path / "index", tea=[[answered(REPLY)]])
    with pytest.raises(InputError, match="no interview of this index has a question"):
        write_starter(index, tmp_path / "mine.jsonl")
    assert not (tmp_path / "mine.jsonl").exists()


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match=r"mine\.jsonl: is there already"):
        write_starter(make_index(tmp_path / "index", tea=many("茶", 2)), path)
    assert path.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["mine.txt", "nowhere/mine.csv"])
def test_a_file_that_cannot_be_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=name.replace(".", r"\.")):
        write_starter(make_index(tmp_path / "index", tea=many("茶", 2)), tmp_path / name)
