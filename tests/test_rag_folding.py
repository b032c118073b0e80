"""Folding: what says the same is shown once, and the interview's own words are what stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from hand_made import answered, asked, make_retriever, summed_up
from hypothesis import given
from hypothesis import strategies as st

from index.model import Kind, Passage
from rag.folding import LOOK_BACK, distinct

LONG = "灯塔的看守人每天夜里要爬一百二十级台阶，给灯添油，再把每一块玻璃擦得干干净净。"
RETOLD = "看守人每天夜里要爬一百二十级台阶，给灯添油，再把每一块玻璃擦得干干净净！"
TRADITIONAL = "燈塔的看守人每天夜裡要爬一百二十級台階，給燈添油，再把每一塊玻璃擦得乾乾淨淨。"
OTHER = "海雾起来的时候，他就敲那口铜钟，每隔两分钟敲一次，一直敲到雾散。"


def fold(*texts: str, editors: tuple[int, ...] = ()) -> list[int]:
    """The rows that stay of passages with these texts, ranked in this order; `editors` wrote some of them."""
    passages = [
        Passage(str(row), "doc", 0, 1, 0, 0, "", Kind.SUMMARY if row in editors else Kind.INTERVIEW, None)
        for row in range(len(texts))
    ]
    return distinct(range(len(texts)), passages, lambda passage: texts[int(passage.id)])


def test_different_passages_stay_in_order() -> None:
    assert fold(LONG, OTHER) == [0, 1]
    assert fold(OTHER, LONG) == [0, 1]


def test_a_repetition_goes() -> None:
    assert fold(LONG, OTHER, RETOLD) == [0, 1]
    assert fold(RETOLD, LONG) == [0]


def test_script_width_and_punctuation_do_not_hide_a_repetition() -> None:
    assert fold(LONG, TRADITIONAL) == [0]
    assert fold("The lamp burned 120 litres of oil.", "ＴＨＥ ＬＡＭＰ burned　120 litres — of oil") == [0]


def test_the_interview_takes_the_place_of_the_summary_that_repeats_it() -> None:
    assert fold(LONG, OTHER, RETOLD, editors=(0,)) == [2, 1]
    assert fold(OTHER, LONG, RETOLD, editors=(2,)) == [0, 1]
    assert fold(LONG, RETOLD, editors=(0, 1)) == [0]


def test_a_summary_of_two_passages_leaves_both() -> None:
    assert fold(LONG + OTHER, LONG, OTHER, editors=(0,)) == [1, 2]


def test_a_short_passage_is_no_repetition_of_a_long_one_that_shares_a_word() -> None:
    assert fold(LONG, "玻璃") == [0, 1]
    assert fold("", "玻璃", "") == [0, 1]


def test_beyond_what_a_list_shows_nothing_is_compared() -> None:
    different = [f"{number}号灯塔的第{number * 7}级台阶" * 3 for number in range(LOOK_BACK)]
    assert fold(*different, different[0]) == list(range(LOOK_BACK + 1))
    assert fold(*different[:-1], different[0]) == list(range(LOOK_BACK - 1))


@given(st.lists(st.sampled_from([LONG, RETOLD, TRADITIONAL, OTHER, "", "好。"]), max_size=8))
def test_what_stays_is_different_and_each_text_is_still_there(texts: list[str]) -> None:
    stayed = [texts[row] for row in fold(*texts)]
    assert len(set(stayed)) == len(stayed)
    same = {LONG: "long", RETOLD: "long", TRADITIONAL: "long"}
    assert {same.get(text, text) for text in stayed} == {same.get(text, text) for text in texts}


@pytest.mark.parametrize("summary_is_nearer", [True, False])
def test_a_search_gives_one_hit_the_interviews(tmp_path: Path, summary_is_nearer: bool) -> None:
    talk = [[summed_up(RETOLD)], [asked("夜里做什么？"), answered(LONG)], [asked("起雾呢？"), answered(OTHER)]]
    retriever = make_retriever(
        tmp_path, {"doc": talk}, lambda text: 0.9 if summary_is_nearer and text == RETOLD else 0.1 * ("灯" in text)
    )
    hits = retriever.search("看守人").hits
    assert len(hits) == 2
    assert LONG in hits[0].text
    assert OTHER in hits[1].text
