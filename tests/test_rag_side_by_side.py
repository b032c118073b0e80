"""One question asked of each interview or person: who comes in, in which order, and that nobody speaks for another."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hand_made import Talk, answered, asked, make_retriever
from sample_archive import assert_quoted, sample_retriever
from scripted_chat import scripted

from index.errors import InputError
from index.model import Role
from rag.answer import Answer, Note
from rag.conversation import NOT_SAID
from rag.filters import Filters
from rag.retrieve import Retriever
from rag.side_by_side import Side, by_interview, by_person, interviews_for, persons_for
from rag.write import Writer

DATES = {"mountain": "2024-05-03", "harbour": "2019-01-02", "panel": "2021"}
TALKS: dict[str, Talk] = {
    "mountain": [[asked("春天做多少茶？"), answered("春天我们做了四百斤茶。")]],
    "silent": [[asked("春天的茶做多少斤？", label="阿木")]],
    "panel": [
        [
            asked("春天做茶的人多吗？", label="陈默"),
            answered("春天我一个人做了八十斤茶。"),
            answered("春天我用杉木做了一条船。", label="周桥"),
        ]
    ],
    "harbour": [[asked("What do you make in spring?", label="Ann Hale"), answered("Boats.", label="Tom Reed")]],
}
QUESTION = "春天做多少斤茶？"
BEST_FIRST = ("四百斤", "八十斤", "杉木", "Boats", "做多少斤")


def nearness(text: str) -> float:
    """Near by the words a text has, the first of them nearest."""
    return next((0.9 - 0.1 * at for at, words in enumerate(BEST_FIRST) if words in text), 0.2)


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    return make_retriever(tmp_path_factory.mktemp("sides") / "index", TALKS, nearness, DATES)


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    return sample_retriever(tmp_path_factory.getbasetemp())


def answers(sides: Iterable[Side]) -> list[tuple[str, bool | None]]:
    return [(side.name, side.answer.answered if side.answer else None) for side in sides]


def quotes(side: Side) -> list[tuple[str, str]]:
    assert side.answer
    return [(citation.speaker, citation.quote) for citation in side.answer.citations]


def written(answer: Answer | None) -> str:
    assert answer
    return answer.answer


# interviews


def test_each_interview_answers_by_date(retriever: Retriever) -> None:
    sides = list(by_interview(retriever, QUESTION))
    assert answers(sides) == [("harbour", True), ("panel", True), ("mountain", True), ("silent", False)]
    assert [(side.doc, side.date) for side in sides] == [
        ("harbour", "2019-01-02"),
        ("panel", "2021"),
        ("mountain", "2024-05-03"),
        ("silent", ""),
    ]
    for side in sides:
        assert side.answer and {citation.doc for citation in side.answer.citations} <= {side.doc}
        assert side.answer.question == QUESTION
    assert quotes(sides[2]) == [("林岚", "春天我们做了四百斤茶。")]


def test_where_an_interview_does_not_say_it_says_so(retriever: Retriever) -> None:
    [side] = by_interview(retriever, QUESTION, docs=["silent"])
    assert written(side.answer) == NOT_SAID["zh-Hans"]


def test_the_interviews_that_speak_most_to_it_come_in(retriever: Retriever) -> None:
    assert interviews_for(retriever, QUESTION)[0] == "mountain"
    best = interviews_for(retriever, QUESTION, at_most=2)
    assert [side.doc for side in by_interview(retriever, QUESTION, at_most=2)] == sorted(best, key=lambda d: DATES[d])
    assert interviews_for(retriever, QUESTION, Filters(until="2020")) == ["harbour"]
    assert list(by_interview(retriever, QUESTION, Filters(since="2030"))) == []


def test_chosen_interviews_are_all_asked_once(retriever: Retriever) -> None:
    sides = by_interview(retriever, QUESTION, docs=["mountain", "panel", "mountain"], at_most=1)
    assert [side.doc for side in sides] == ["panel", "mountain"]


def test_an_interview_that_the_filters_leave_out_has_no_answer(retriever: Retriever) -> None:
    chosen = ["mountain", "harbour"]
    expected = [("harbour", None), ("mountain", True)]
    for filters in (Filters(since="2020"), Filters(speakers=("林岚",)), Filters(interviews=("mountain", "panel"))):
        assert answers(by_interview(retriever, QUESTION, filters, chosen)) == expected


def test_a_side_is_there_before_the_next_is_asked(retriever: Retriever) -> None:
    model = scripted("林岚说，春天做了四百斤茶[2]。")
    sides = by_interview(retriever, QUESTION, docs=["mountain", "panel"], writer=Writer(model))
    assert model.asked == []
    assert next(sides).doc == "panel"
    assert len(model.asked) == 1
    side = next(sides)
    assert side.answer and (side.answer.mode, side.answer.answered) == ("llm", True)


@pytest.mark.parametrize("ask", [by_interview, by_person])
def test_mistakes_are_told_before_anything_is_asked(retriever: Retriever, ask: object) -> None:
    assert callable(ask)
    with pytest.raises(InputError, match="no speaker called"):
        ask(retriever, QUESTION, Filters(speakers=("Nobody Atall",)))
    with pytest.raises(InputError, match="empty"):
        ask(retriever, " ", Filters(), ["林岚" if ask is by_person else "tea"])
    with pytest.raises(InputError, match="xyzzy"):
        ask(retriever, QUESTION, Filters(), ["xyzzy"])


# persons


def test_each_guest_answers_with_their_own_words(retriever: Retriever) -> None:
    assert persons_for(retriever, QUESTION)[0] == "林岚"
    assert set(persons_for(retriever, QUESTION)) == {"林岚", "周桥", "Tom Reed"}
    sides = by_person(retriever, QUESTION)
    assert [(side.name, side.doc, side.date) for side in sides] == [
        ("Tom Reed", "", "2019-01-02"),
        ("周桥", "", "2021"),
        ("林岚", "", "2024-05-03"),
    ]
    assert quotes(sides[1]) == [("周桥", "春天我用杉木做了一条船。")]
    assert set(quotes(sides[2])) == {("林岚", "春天我们做了四百斤茶。"), ("林岚", "春天我一个人做了八十斤茶。")}


def test_a_person_is_asked_within_the_filters(retriever: Retriever) -> None:
    [side] = by_person(retriever, QUESTION, Filters(until="2022"), ["林嵐"])
    assert (side.name, side.date) == ("林嵐", "2021")
    assert quotes(side) == [("林岚", "春天我一个人做了八十斤茶。")]
    assert persons_for(retriever, QUESTION, Filters(speakers=("周桥",))) == ["周桥"]
    assert persons_for(retriever, QUESTION, at_most=1) == ["林岚"]
    left_out = by_person(retriever, QUESTION, Filters(speakers=("周桥",)), ["林岚", "周桥"])
    assert answers(left_out) == [("周桥", True), ("林岚", None)]
    assert answers(by_person(retriever, QUESTION, Filters(until="2020"), ["周桥"])) == [("周桥", None)]


def test_a_host_comes_in_only_when_chosen(retriever: Retriever) -> None:
    assert "阿木" not in persons_for(retriever, QUESTION)
    assert answers(by_person(retriever, QUESTION, names=["阿木", "周桥"])) == [("周桥", True), ("阿木", False)]


def test_sentences_of_a_model_that_rest_on_others_are_left_out(retriever: Retriever) -> None:
    reply = "林岚说，春天做了八十斤茶[1][2]。周桥说，春天用杉木做了一条船[3]。两人春天都做了茶和船[2][3]。春天真好。"
    filters = Filters(interviews=("panel",))
    [tea] = by_person(retriever, QUESTION, filters, ["林岚"], writer=Writer(scripted(reply)))
    assert written(tea.answer) == "林岚说，春天做了八十斤茶。 [1]"
    assert tea.answer and tea.answer.notes == (Note("dropped", "3"),)
    assert [(one.n, one.role, one.quote) for one in tea.answer.citations] == [
        (1, Role.GUEST, "春天我一个人做了八十斤茶。")
    ]
    [boat] = by_person(retriever, QUESTION, filters, ["周桥"], writer=Writer(scripted(reply)))
    assert written(boat.answer) == "周桥说，春天用杉木做了一条船。 [1]"
    [host] = by_person(retriever, QUESTION, filters, ["陈默"], writer=Writer(scripted(reply)))
    assert answers([host]) == [("陈默", False)]
    assert written(host.answer) == NOT_SAID["zh-Hans"]
    assert host.answer and host.answer.citations == ()


@pytest.mark.parametrize(
    "question", ["最难的时候是怎么过来的？", "最難的時候是怎麼過來的？", "What was the hardest time?"]
)
def test_sides_of_the_samples_quote_only_their_own(samples: Retriever, question: str) -> None:
    sides = [*by_interview(samples, question), *by_person(samples, question)]
    assert sum(bool(side.answer and side.answer.answered) for side in sides) >= 4
    for side in sides:
        assert side.answer
        for citation in side.answer.citations:
            assert_quoted(samples, citation)
            assert side.name == citation.speaker if not side.doc else side.doc == citation.doc
        assert [citation.n for citation in side.answer.citations] == list(range(1, len(side.answer.citations) + 1))
