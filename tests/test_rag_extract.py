"""Extractive answers: whose words are quoted, which, how many, and never anything but what stands in the source."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hand_made import Talk, answered, asked, going_on, make_retriever, summed_up
from hypothesis import example, given
from hypothesis import strategies as st
from sample_archive import assert_quoted, chance_retriever

from eval.gold import FOLDER, load_gold
from index.model import Role, Sentence
from rag.answer import Answer, Citation
from rag.chain import ask
from rag.filters import Filters
from rag.retrieve import Retriever

UNKNOWN = "xyzzy"  # shares no word with anything
QUESTIONS = [gold.question for gold in load_gold(FOLDER / "samples.jsonl")]


@pytest.fixture(scope="session")
def chance(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    return chance_retriever(tmp_path_factory.getbasetemp())


def quotes(answer: Answer) -> list[str]:
    return [citation.quote for citation in answer.citations]


def team(*more: str) -> dict[str, Talk]:
    """An interview of three exchanges, and what the guest added to the first reply."""
    return {
        "team": [
            [asked("你们现在有多少人？"), answered("接近四十。", *more)],
            [asked("工资怎么算？"), answered("按月结算，年底再加。")],
            [asked("在哪里办公？"), answered("就在海边的旧仓库里。")],
        ]
    }


@given(
    st.sampled_from(QUESTIONS) | st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12),
    st.integers(5, 12),  # of fewer passages each may hold nothing but an interviewer's question
    st.integers(0, 800),
)
@example(QUESTIONS[0], 50, 5000)
def test_every_quotation_is_verbatim_and_its_speakers(
    chance: Retriever, question: str, top_k: int, max_chars: int
) -> None:
    answer = ask(chance, question, top_k=top_k, max_chars=max_chars)
    assert answer.answered
    places = [(citation.doc, citation.quote_start, citation.quote_end) for citation in answer.citations]
    for citation in answer.citations:
        assert_quoted(chance, citation)
        assert citation.rank <= top_k
        turn = chance.view.turn(citation.doc, _sentence_at(chance, citation).turn)
        assert turn.role not in (Role.HOST, Role.AUDIENCE) or not citation.quote.endswith(("?", "？"))
    assert all(one[0] != other[0] or one[2] <= other[1] for one, other in pairwise(sorted(places)))
    visible = sum(len("".join(quote.split())) for quote in quotes(answer))
    assert visible <= max_chars or _is_one_sentence(chance, answer)


def _sentence_at(retriever: Retriever, citation: Citation) -> Sentence:
    """The sentence that a quotation begins with."""
    [sentence] = [
        sentence
        for doc, sentence in retriever.index.sentences
        if doc == citation.doc and sentence.start == citation.quote_start
    ]
    return sentence


def _is_one_sentence(retriever: Retriever, answer: Answer) -> bool:
    [citation] = answer.citations
    return _sentence_at(retriever, citation).end == citation.quote_end


def test_the_reply_to_a_question_like_this_one_though_it_shares_no_word(tmp_path: Path) -> None:
    retriever = make_retriever(tmp_path, team(), lambda text: 0.95 if text == "你们现在有多少人？" else 0.5)
    answer = ask(retriever, "团队规模", max_chars=5)
    assert quotes(answer) == ["接近四十。"]
    assert answer.citations[0].speaker == "林岚"


def test_a_question_of_the_interviewer_is_never_quoted(tmp_path: Path) -> None:
    asked_twice = [asked("真的吗？", "有人说“是不是？”"), answered("是的，千真万确。")]
    retriever = make_retriever(tmp_path, {"doc": [asked_twice]}, lambda text: 0.99 if "？" in text else 0.1)
    assert quotes(ask(retriever, "真的吗", max_chars=1000)) == ["是的，千真万确。"]


def test_what_an_interviewer_states_can_be_quoted_but_comes_after_the_guest(tmp_path: Path) -> None:
    talk = [[asked("雾从海上来。"), answered("雪从山上来。")]]
    retriever = make_retriever(tmp_path, {"doc": talk}, lambda text: 0.5)
    assert quotes(ask(retriever, UNKNOWN, max_chars=1)) == ["雪从山上来。"]
    assert {citation.speaker for citation in ask(retriever, UNKNOWN).citations} == {"主持人", "林岚"}


def test_editors_words_are_the_editors_and_come_after_the_interview(tmp_path: Path) -> None:
    talks = {"doc": [[summed_up("雪从山上来。")], [asked("雾呢？"), answered("雾从海上来。")]]}
    retriever = make_retriever(tmp_path, talks, lambda text: 0.5)
    assert quotes(ask(retriever, UNKNOWN, max_chars=1)) == ["雾从海上来。"]
    assert {citation.speaker for citation in ask(retriever, UNKNOWN).citations} == {"Editor", "林岚"}


@pytest.mark.parametrize("question", ["how many xyzzy", "xyzzy 有多少", "xyzzy 何人", "¿cuántos xyzzy?", "xyzzy 幾個"])
@pytest.mark.parametrize("number", ["船上是28个人。", "船上是三十个人。", "There were eleven of us."])
def test_a_question_for_a_number_is_answered_with_one(tmp_path: Path, question: str, number: str) -> None:
    talk = [[asked("船？"), answered("船上很挤很挤。", number, "船上很冷很冷。")]]
    retriever = make_retriever(tmp_path, {"doc": talk}, lambda text: 0.5)
    assert quotes(ask(retriever, question, max_chars=1)) == [number]


@pytest.mark.parametrize(("max_chars", "expected"), [(11, ["一二三四五六七八九十。"]), (5, ["一二三四五六七八九十。"])])
def test_the_best_sentence_is_quoted_however_long(tmp_path: Path, max_chars: int, expected: list[str]) -> None:
    talk = [[asked("数？"), answered("一二三四五六七八九十。", "五四三二一。")]]
    retriever = make_retriever(tmp_path, {"doc": talk}, lambda text: 0.9 if text.startswith("一") else 0.5)
    assert quotes(ask(retriever, UNKNOWN, max_chars=max_chars)) == expected


@pytest.mark.parametrize(
    ("between", "expected"),
    [
        ("", ["雾来了。雾走了。"]),
        (" ", ["雾来了。 雾走了。"]),
        ("\r\n\r\n> ", ["雾来了。\r\n\r\n> 雾走了。"]),
        ("\n\n* * *\n\n", ["雾来了。", "雾走了。"]),  # a rule parts what it stands between
        ("\n\n---\n\n", ["雾来了。", "雾走了。"]),
        ("\n\n![](fog.png)\n\n", ["雾来了。", "雾走了。"]),
    ],
)
def test_sentences_that_follow_each_other_are_one_quotation(tmp_path: Path, between: str, expected: list[str]) -> None:
    talk = [[asked("雾？"), answered("雾来了。", "雾走了。", between=between)]]
    retriever = make_retriever(tmp_path, {"doc": talk}, lambda text: 0.5)
    assert quotes(ask(retriever, UNKNOWN)) == expected


def test_a_quotation_ends_with_the_turn(tmp_path: Path) -> None:
    talk = [[asked("雾？"), answered("雾来了。"), answered("雾走了。", label="周桥"), answered("雪来了。")]]
    answer = ask(make_retriever(tmp_path, {"doc": talk}, lambda text: 0.5), UNKNOWN)
    assert [(c.speaker, c.quote) for c in answer.citations] == [
        ("林岚", "雾来了。"),
        ("林岚", "雪来了。"),
        ("周桥", "雾走了。"),
    ]


def test_a_quotation_stays_inside_the_passage_it_is_cited_from(tmp_path: Path) -> None:
    talk = [[asked("雾？"), answered("雾来了，看不见岸。")], [going_on("后来下雪，看不见路。")]]
    answer = ask(make_retriever(tmp_path, {"doc": talk}, lambda text: 0.5), UNKNOWN)
    assert [(c.quote, c.text.partition("：")[2] or c.text) for c in answer.citations] == [
        ("雾来了，看不见岸。", "雾来了，看不见岸。"),
        ("后来下雪，看不见路。", "后来下雪，看不见路。"),
    ]


def test_with_a_speaker_only_that_speaker_is_quoted(tmp_path: Path) -> None:
    talk = [[asked("雾？"), answered("雾来了。"), answered("雾走了。", label="周桥")]]
    retriever = make_retriever(tmp_path, {"doc": talk}, lambda text: 0.9 if "来" in text else 0.1)
    answer = ask(retriever, UNKNOWN, filters=Filters(speakers=("周桥",)), max_chars=1000)
    assert [(c.speaker, c.quote) for c in answer.citations] == [("周桥", "雾走了。")]


def test_only_the_first_passages_are_quoted(tmp_path: Path) -> None:
    near = {"接近": 0.9, "按月": 0.8, "海边": 0.7}
    retriever = make_retriever(
        tmp_path, team(), lambda text: next((number for word, number in near.items() if word in text), 0.5)
    )
    assert quotes(ask(retriever, UNKNOWN, top_k=1, max_chars=1000)) == ["接近四十。"]
    assert len(quotes(ask(retriever, UNKNOWN, top_k=3, max_chars=1000))) == 3


def test_what_follows_is_quoted_with_it(tmp_path: Path) -> None:
    retriever = make_retriever(
        tmp_path, team("加上实习的就四十多了。"), lambda text: 0.95 if text == "你们现在有多少人？" else 0.5
    )
    assert quotes(ask(retriever, "团队规模", max_chars=17)) == ["接近四十。加上实习的就四十多了。"]
