"""Follow-ups: what a question leaves unsaid is taken from the exchange before it, and its own words count as much."""

from __future__ import annotations

from pathlib import Path

import pytest
from hand_made import Talk, answered, asked, make_retriever
from hypothesis import given
from hypothesis import strategies as st
from sample_archive import chance_retriever

from index.errors import InputError
from rag.chain import ask
from rag.conversation import REMEMBERED, Exchange, in_context
from rag.question import LONGEST_QUESTION
from rag.retrieve import Retriever

# One sentence a passage; only words tell them apart, as nothing is nearer to a question than anything else.
TALKS: dict[str, Talk] = {
    "tea": [[asked("早上？"), answered("采茶要三天。")]],
    "boat": [[asked("下午？"), answered("造船要三年。", label="周桥")]],
}


@pytest.fixture
def talks(tmp_path: Path) -> Retriever:
    return make_retriever(tmp_path, TALKS, lambda text: 0.5)


@pytest.fixture(scope="session")
def chance(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    return chance_retriever(tmp_path_factory.getbasetemp())


def first(retriever: Retriever, question: str, *history: Exchange) -> str:
    """The interview that the answer quotes first, of the best passage alone."""
    return ask(retriever, question, top_k=1, history=history).citations[0].doc


# what is searched for


def test_a_first_question_is_its_own_context() -> None:
    assert in_context("要多久？", []) == "要多久？"
    assert in_context("", ()) == ""


def test_the_exchange_before_stands_in_front() -> None:
    history = [Exchange("谁采茶？", "林岚。"), Exchange("在哪里？", "山上。")]
    assert in_context("要多久？", history) == "在哪里？ 山上。 要多久？"
    assert in_context("要多久？", history[:1]) == "谁采茶？ 林岚。 要多久？"


def test_an_exchange_without_an_answer() -> None:
    assert in_context("要多久？", [Exchange("采茶？")]) == "采茶？ 要多久？"
    assert in_context("要多久？", [Exchange("采茶？", "")]) == "采茶？ 要多久？"


def test_the_beginning_of_a_long_answer_is_remembered() -> None:
    assert REMEMBERED == 600
    assert in_context("冷？", [Exchange("雾？", "山" * 600 + "海" * 9)]) == f"雾？ {'山' * 600} 冷？"


# what is found


@pytest.mark.parametrize("doc", ["tea", "boat"])
def test_the_context_decides_what_the_question_leaves_open(talks: Retriever, doc: str) -> None:
    before = {"tea": "采茶", "boat": "造船"}[doc]
    assert first(talks, "要多久？", Exchange(f"{before}难吗？", "不难。")) == doc
    assert first(talks, "要多久？", Exchange("难吗？", f"{before}很难。")) == doc
    answer = ask(talks, "要多久？", history=[Exchange(f"{before}难吗？", "不难。")])
    assert (answer.question, answer.asked_as) == ("要多久？", f"{before}难吗？ 不难。 要多久？")


def test_only_the_last_exchange_counts(talks: Retriever) -> None:
    tea, boat = Exchange("采茶难吗？"), Exchange("造船难吗？")
    assert first(talks, "要多久？", boat, tea) == "tea"
    assert first(talks, "要多久？", tea, boat) == "boat"


def test_the_questions_own_words_decide(talks: Retriever) -> None:
    """Both interviews stand in the context, one of them in the question too."""
    assert first(talks, "造船呢？", Exchange("采茶难吗？")) == "boat"
    assert first(talks, "采茶呢？", Exchange("造船难吗？")) == "tea"


def test_the_person_named_outweighs_the_one_named_before(tmp_path: Path) -> None:
    """ "And him?" after a question about her: the bonus is his alone, whatever the history names."""
    talks = {
        "one": [[asked("早上？"), answered("雾很大。", label="林岚")]],
        "two": [[asked("早上？"), answered("雾很大！", label="周桥")]],
    }
    retriever = make_retriever(tmp_path, talks, lambda text: 0.5)
    about_lin, about_zhou = Exchange("林岚说雾怎么样？", "很大。"), Exchange("周桥说雾怎么样？", "很大。")
    assert first(retriever, "那周桥呢？", about_lin) == "two"
    assert first(retriever, "那林岚呢？", about_zhou) == "one"


def test_without_a_name_the_person_named_before_goes_first(talks: Retriever) -> None:
    assert first(talks, "要多久？", Exchange("周桥说什么？")) == "boat"
    assert first(talks, "要多久？", Exchange("林岚说什么？")) == "tea"


def test_a_question_that_only_repeats_the_one_before_is_asked_once(talks: Retriever) -> None:
    ranking = talks.rank("采茶", context="采茶")
    assert ranking.scores.tolist() == talks.rank("采茶").scores.tolist()


# odd histories


def test_a_very_long_history_leaves_the_question_its_say(talks: Retriever) -> None:
    long = Exchange("雾" * 5 * LONGEST_QUESTION, "山" * LONGEST_QUESTION)
    assert first(talks, "造船要多久？", long) == "boat"
    assert first(talks, "造船要多久？", *[Exchange("采茶？", "三天。")] * 1000) == "boat"


@pytest.mark.parametrize(
    "odd", ["？" * 2 * LONGEST_QUESTION, "\x00\x1b[31m\x07", "\ud800\udfff", "\u202e", "😀", "a\nb"]
)
def test_a_history_that_is_no_text_is_no_error(talks: Retriever, odd: str) -> None:
    for exchange in (Exchange(odd), Exchange(odd, odd), Exchange("采茶", odd)):
        assert first(talks, "造船要多久？", exchange) == "boat"


def test_a_question_without_a_word_is_an_error_whatever_was_said_before(talks: Retriever) -> None:
    for question in ("", "？", "\x00"):
        with pytest.raises(InputError, match="question"):
            ask(talks, question, history=[Exchange("采茶难吗？", "不难。")])


@given(st.text(st.characters(exclude_categories=()), max_size=30), st.text(max_size=30))
def test_any_history_will_do(chance: Retriever, before: str, answer: str) -> None:
    found = ask(chance, "雾从哪里来？", history=[Exchange(before, answer)])
    assert found.answered
    assert found.asked_as.endswith("雾从哪里来？")
