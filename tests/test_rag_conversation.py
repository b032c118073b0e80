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
from rag.conversation import REMEMBERED, Exchange, in_context, stand_alone
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
    assert REMEMBERED == 60
    assert in_context("冷？", [Exchange("雾？", "山" * 60 + "海" * 9)]) == f"雾？ {'山' * 60} 冷？"


# what a follow-up asks when it stands alone


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    talks = {
        "tea": [[asked("早上？"), answered("采茶要三天。")]],
        "boat": [[asked("下午？"), answered("造船要三年。", label="周桥")]],
        "clock": [[asked("When?", label="Nell Corrigan"), answered("In winter.", label="Edda Moor")]],
        "tower": [[asked("Where?", label="Nell Corrigan"), answered("In the hills.", label="Elon Musk")]],
        "塔": [[asked("哪里？"), answered("在山里。", label="马斯克")]],
    }
    return make_retriever(tmp_path_factory.mktemp("people") / "index", talks, lambda text: 0.5)


def alone(people: Retriever, *questions: str) -> str:
    """The last question as it stands alone, with those before it."""
    return stand_alone(questions[-1], [Exchange(question) for question in questions[:-1]], people.view)


@pytest.mark.parametrize(
    "follow_up",
    [
        "那周桥呢？", "那周桥呢", "周桥呢?", "那么周桥呢？", "还有周桥？", "周桥怎么看？", "那周桥又怎么看呢？",
        "那周桥的看法呢？", "周桥的呢？", "那　周桥　呢？！",
        "那麼周橋呢？", "周橋怎麼看？", "請問周橋呢？", "请问周桥怎么看？", "至于周桥呢？",
        "换成周桥呢？", "周桥对此怎么看？",
    ],
)  # fmt: skip
def test_the_same_of_somebody_else(people: Retriever, follow_up: str) -> None:
    name = "周橋" if "周橋" in follow_up else "周桥"
    assert alone(people, "林岚怎么看天气？", follow_up) == f"{name}怎么看天气？"
    assert alone(people, "林嵐為什麼喜歡雨天？", follow_up) == f"{name}為什麼喜歡雨天？"


@pytest.mark.parametrize(
    "follow_up",
    [
        "And Musk?",
        "and musk",
        "What about Musk?",
        "How about Musk, then?",
        "And Musk's view?",
        "So what does Musk think?",
        "Musk too?",
    ],
)
def test_the_same_of_somebody_else_in_english(people: Retriever, follow_up: str) -> None:
    expected = f"What does {'musk' if 'musk' in follow_up else 'Musk'} think of winter?"
    assert alone(people, "What does Edda Moor think of winter?", follow_up) == expected


def test_the_same_of_somebody_else_across_languages(people: Retriever) -> None:
    assert alone(people, "林岚怎么看天气？", "And Edda Moor?") == "Edda Moor怎么看天气？"
    assert alone(people, "What does Edda Moor think of winter?", "那周桥呢？") == "What does 周桥 think of winter?"
    assert alone(people, "¿Qué opina Edda Moor del invierno?", "¿Y Musk?") == "¿Qué opina Musk del invierno?"
    assert alone(people, "What is Edda Moor's plan?", "And Musk's?") == "What is Musk's plan?"


def test_a_given_name_that_the_archive_does_not_have_goes_with_the_name(people: Retriever) -> None:
    assert alone(people, "伊隆·马斯克为什么喜欢雨？", "那周桥呢？") == "周桥为什么喜欢雨？"


@pytest.mark.parametrize(
    ("before", "follow_up", "expected"),
    [
        ("林岚怎么看天气？", "那霜冻呢？", "林岚怎么看霜冻？"),
        ("林岚怎么看天气的变化？", "外婆呢", "林岚怎么看外婆？"),
        ("林嵐怎麼看天氣？", "那麼霜凍呢？", "林嵐怎麼看霜凍？"),
        ("What does Edda Moor think about winter?", "What about snow?", "What does Edda Moor think about snow?"),
        (
            "What did Edda Moor say about winter?",
            "And how about the harbour?",
            "What did Edda Moor say about the harbour?",
        ),
    ],
)
def test_the_same_of_something_else(people: Retriever, before: str, follow_up: str, expected: str) -> None:
    assert alone(people, before, follow_up) == expected


@pytest.mark.parametrize(
    ("before", "follow_up", "expected"),
    [
        ("林岚怎么看天气？", "她为什么担心？", "林岚为什么担心？"),
        ("林岚怎么看天气？", "那她的外婆呢？", "那林岚的外婆呢？"),
        ("林嵐怎麼看天氣？", "她為什麼擔心？", "林嵐為什麼擔心？"),
        ("周桥造的船在哪里？", "后来他还造了什么？", "后来周桥还造了什么？"),
        ("What does Edda Moor think of winter?", "Why does she like it?", "Why does Edda Moor like it?"),
        ("Did Musk build a tower?", "When did he begin?", "When did Musk begin?"),
    ],
)
def test_a_pronoun_is_the_person_named_before(people: Retriever, before: str, follow_up: str, expected: str) -> None:
    assert alone(people, before, follow_up) == expected


def test_a_chain_of_follow_ups_keeps_what_was_carried_over(people: Retriever) -> None:
    chain = ["林岚怎么看天气？", "那周桥呢？", "那霜冻呢？", "他为什么担心？", "那林岚呢？", "她呢？"]
    expected = ["林岚怎么看天气？", "周桥怎么看天气？", "周桥怎么看霜冻？", "周桥为什么担心？", "林岚为什么担心？"]
    assert [alone(people, *chain[: length + 1]) for length in range(5)] == expected


@pytest.mark.parametrize(
    "question",
    [
        "周桥是哪一年开始造船的？", "周桥小时候的梦想是什么呢？", "周桥也这么看吗？", "为什么呢？",
        "后来呢？", "现在呢？", "你呢？", "其他人呢？", "其它的呢？", "别人呢？", "他们呢？", "其他的船呢？",
        "吉他要多少钱？", "利他主义是什么？", "林岚和周桥呢？", "那林岚呢？",
        "Why?", "And then?", "What about others?", "What about this?", "When did Musk build the tower?",
        "What does hers say?", "And they?", "Did the theory hold?", "¿Por qué?",
    ],
)  # fmt: skip
def test_what_stands_alone_or_cannot_be_told_stays(people: Retriever, question: str) -> None:
    assert alone(people, "林岚怎么看天气？", question) == question


def test_nobody_is_carried_over_where_it_could_be_two_or_nobody(people: Retriever) -> None:
    assert alone(people, "林岚和周桥谁更担心？", "他为什么担心？") == "他为什么担心？"
    assert alone(people, "采茶要多久？", "那周桥呢？") == "那周桥呢？"
    assert alone(people, "谁怕雨？", "他为什么怕？") == "他为什么怕？"
    assert alone(people, "他是谁？") == "他是谁？"
    assert stand_alone("她呢？", (), people.view) == "她呢？"


@given(
    st.lists(
        st.one_of(st.text(max_size=12), st.sampled_from(["那周桥呢？", "林岚怎么看天气？", "她呢？", "霜冻呢？"])),
        min_size=1,
    )
)
def test_any_conversation_gives_a_question(people: Retriever, questions: list[str]) -> None:
    assert isinstance(alone(people, *questions), str)


def test_a_follow_up_about_somebody_else_is_answered_by_them(people: Retriever) -> None:
    answer = ask(people, "那周桥呢？", history=[Exchange("林岚做事要多久？", "三天。 [1]")], top_k=1)
    assert answer.asked_as == "周桥做事要多久？"
    assert [citation.speaker for citation in answer.citations] == ["周桥"]


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
    assert ranking.scores == talks.rank("采茶").scores


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
