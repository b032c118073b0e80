"""One question asked of each interview or person: who comes in, in which order, and that nobody speaks for another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from hand_made import Talk, answered, asked, make_retriever
from sample_archive import assert_quoted, sample_retriever
from scripted_chat import scripted

from index.errors import InputError
from index.model import Role
from rag.answer import Answer, Note
from rag.chain import ask
from rag.conversation import NOT_SAID
from rag.filters import EVERYTHING, Filters
from rag.retrieve import Retriever
from rag.side_by_side import AT_MOST, By, Chosen, Side, ask_each, by_date, model_failure, whom_to_ask
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
WORK = ("采茶。", "补渔网。", "种杉树。", "卖布。", "养蜜蜂。", "烧木炭。", "收稻子。", "点路灯。")
BOTH: tuple[By, By] = ("interview", "person")
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


def compared(
    retriever: Retriever,
    by: By,
    filters: Filters = EVERYTHING,
    chosen: Sequence[str] = (),
    writer: Writer | None = None,
    question: str = QUESTION,
) -> list[Side]:
    """All sides, in their order."""
    whom = whom_to_ask(retriever, question, by, filters, chosen)
    return sorted(ask_each(retriever, question, by, whom.names, filters, writer=writer), key=by_date)


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
    whom = whom_to_ask(retriever, QUESTION, "interview")
    assert whom == Chosen(("harbour", "panel", "mountain", "silent"), 0)
    sides = list(ask_each(retriever, QUESTION, "interview", whom.names))
    assert sides == sorted(sides, key=by_date)
    assert answers(sides) == [("harbour", True), ("panel", True), ("mountain", True), ("silent", False)]
    assert [(side.doc, side.dates) for side in sides] == [
        ("harbour", ("2019-01-02",)),
        ("panel", ("2021",)),
        ("mountain", ("2024-05-03",)),
        ("silent", ()),
    ]
    for side in sides:
        assert side.answer and {citation.doc for citation in side.answer.citations} <= {side.doc}
        assert side.answer.question == QUESTION
    assert quotes(sides[2]) == [("林岚", "春天我们做了四百斤茶。")]


def test_where_an_interview_does_not_say_it_says_so(retriever: Retriever) -> None:
    [side] = compared(retriever, "interview", chosen=["silent"])
    assert written(side.answer) == NOT_SAID["zh-Hans"]


def test_the_interviews_that_speak_most_to_it_come_in(tmp_path: Path) -> None:
    years = range(2010, 2010 + AT_MOST + 2)
    talks: dict[str, Talk] = {
        f"in{year}": [[asked("做多少？"), answered(work)]] for year, work in zip(years, WORK, strict=True)
    }
    dates = {f"in{year}": str(year) for year in years}
    first, second, *best = years

    def later_is_nearer(text: str) -> float:
        return next((0.1 + 0.1 * at for at, work in enumerate(WORK) if work in text), 0.0)

    retriever = make_retriever(tmp_path / "index", talks, later_is_nearer, dates)
    assert whom_to_ask(retriever, QUESTION, "interview") == Chosen(tuple(f"in{year}" for year in best), 2)
    early = Filters(until=str(second))
    assert whom_to_ask(retriever, QUESTION, "interview", early) == Chosen((f"in{first}", f"in{second}"), 0)
    assert whom_to_ask(retriever, QUESTION, "interview", Filters(since="2050")) == Chosen((), 0)
    all_of_them = [f"in{year}" for year in reversed(years)]
    assert whom_to_ask(retriever, QUESTION, "interview", chosen=all_of_them).names == tuple(reversed(all_of_them))


def test_chosen_interviews_are_all_asked_once(retriever: Retriever) -> None:
    whom = whom_to_ask(retriever, QUESTION, "interview", chosen=["mountain", "panel", "mountain"])
    assert whom == Chosen(("panel", "mountain"), 2)
    only = whom_to_ask(retriever, QUESTION, "interview", Filters(since="2020"), ["mountain", "harbour"])
    assert only == Chosen(("harbour", "mountain"), 1), "the panel passes, what has no date does not"


def test_an_interview_that_the_filters_leave_out_has_no_answer(retriever: Retriever) -> None:
    chosen = ["mountain", "harbour"]
    expected = [("harbour", None), ("mountain", True)]
    for filters in (Filters(since="2020"), Filters(speakers=("林岚",)), Filters(interviews=("mountain", "panel"))):
        assert answers(compared(retriever, "interview", filters, chosen)) == expected


def test_a_side_is_there_before_the_next_is_asked(retriever: Retriever) -> None:
    model = scripted("林岚说，春天做了四百斤茶[2]。")
    sides = ask_each(retriever, QUESTION, "interview", ["panel", "mountain"], writer=Writer(model))
    assert model.asked == []
    assert next(sides).doc == "panel"
    assert len(model.asked) == 1
    side = next(sides)
    assert side.answer and (side.answer.mode, side.answer.answered) == ("llm", True)
    assert model_failure(side) is None


@pytest.mark.parametrize("by", BOTH)
def test_a_model_that_fails_is_not_asked_again(retriever: Retriever, by: By) -> None:
    model = scripted(ValueError("gone"))
    sides = compared(retriever, by, Filters(until="2022"), writer=Writer(model))
    assert len(sides) > 1
    assert len(model.asked) == 1
    assert all(side.answer and side.answer.mode == "extractive" for side in sides)
    [failure] = [failure for side in sides if (failure := model_failure(side))]
    assert failure.kind == "no model"


@pytest.mark.parametrize("by", BOTH)
def test_mistakes_are_told_before_anything_is_asked(retriever: Retriever, by: By) -> None:
    with pytest.raises(InputError, match="no speaker called"):
        whom_to_ask(retriever, QUESTION, by, Filters(speakers=("Nobody Atall",)))
    with pytest.raises(InputError, match="empty"):
        whom_to_ask(retriever, " ", by, chosen=["林岚" if by == "person" else "mountain"])
    with pytest.raises(InputError, match="xyzzy"):
        whom_to_ask(retriever, QUESTION, by, chosen=["xyzzy"])


# persons


def test_each_guest_answers_with_their_own_words(retriever: Retriever) -> None:
    whom = whom_to_ask(retriever, QUESTION, "person")
    assert (whom.names[0], set(whom.names), whom.others) == ("林岚", {"林岚", "周桥", "Tom Reed"}, 0)
    sides = compared(retriever, "person")
    assert [(side.name, side.doc, side.dates) for side in sides] == [
        ("Tom Reed", "", ("2019-01-02",)),
        ("林岚", "", ("2021", "2024-05-03")),
        ("周桥", "", ("2021",)),
    ]
    assert quotes(sides[2]) == [("周桥", "春天我用杉木做了一条船。")]
    assert set(quotes(sides[1])) == {("林岚", "春天我们做了四百斤茶。"), ("林岚", "春天我一个人做了八十斤茶。")}


def test_a_person_is_asked_within_the_filters(retriever: Retriever) -> None:
    [side] = compared(retriever, "person", Filters(until="2022"), ["林嵐"])
    assert (side.name, side.dates) == ("林嵐", ("2021",))
    assert quotes(side) == [("林岚", "春天我一个人做了八十斤茶。")]
    zhou = Filters(speakers=("周桥",))
    assert whom_to_ask(retriever, QUESTION, "person", zhou) == Chosen(("周桥",), 0)
    assert answers(compared(retriever, "person", zhou, ["林岚", "周桥"])) == [("周桥", True), ("林岚", None)]
    assert answers(compared(retriever, "person", Filters(until="2020"), ["周桥"])) == [("周桥", None)]


def test_how_many_guests_were_not_asked(retriever: Retriever) -> None:
    def others(*names: str, filters: Filters = EVERYTHING) -> int:
        return whom_to_ask(retriever, QUESTION, "person", filters, names).others

    assert others("林嵐") == 2
    assert others("林嵐", "周桥", "林岚") == 1
    assert others("阿木") == 3, "a host is none of them"
    assert others("林岚", filters=Filters(until="2020")) == 1


def test_a_host_comes_in_only_when_chosen(retriever: Retriever) -> None:
    assert "阿木" not in whom_to_ask(retriever, QUESTION, "person").names
    assert answers(compared(retriever, "person", chosen=["阿木", "周桥"])) == [("周桥", True), ("阿木", False)]


def test_sentences_of_a_model_that_rest_on_others_are_left_out(retriever: Retriever) -> None:
    reply = "林岚说，春天做了八十斤茶[1][2]。周桥说，春天用杉木做了一条船[3]。两人春天都做了茶和船[2][3]。春天真好。"
    filters = Filters(interviews=("panel",))
    [tea] = compared(retriever, "person", filters, ["林岚"], Writer(scripted(reply)))
    assert written(tea.answer) == "林岚说，春天做了八十斤茶。 [1]"
    assert tea.answer and tea.answer.notes == (Note("dropped", "3"),)
    assert [(one.n, one.role, one.quote) for one in tea.answer.citations] == [
        (1, Role.GUEST, "春天我一个人做了八十斤茶。")
    ]
    [boat] = compared(retriever, "person", filters, ["周桥"], Writer(scripted(reply)))
    assert written(boat.answer) == "周桥说，春天用杉木做了一条船。 [1]"
    [host] = compared(retriever, "person", filters, ["陈默"], Writer(scripted(reply)))
    assert answers([host]) == [("陈默", False)]
    assert written(host.answer) == NOT_SAID["zh-Hans"]
    assert host.answer and host.answer.citations == ()


def test_what_all_of_them_together_do_not_say_none_of_them_says(samples: Retriever) -> None:
    question = "比特币现在多少钱？"
    assert not ask(samples, question).answered
    for by in BOTH:
        sides = compared(samples, by, question=question)
        assert sides
        assert [side.answer.answered for side in sides if side.answer] == [False] * len(sides)
        assert all(side.answer and side.answer.answer == NOT_SAID["zh-Hans"] for side in sides)


@pytest.mark.parametrize(
    "question", ["最难的时候是怎么过来的？", "他們為什麼要離開原來的工作？", "What was the hardest time?"]
)
def test_sides_of_the_samples_quote_only_their_own(samples: Retriever, question: str) -> None:
    sides = [side for by in BOTH for side in compared(samples, by, question=question)]
    assert sum(bool(side.answer and side.answer.answered) for side in sides) >= 4
    for side in sides:
        assert side.answer
        for citation in side.answer.citations:
            assert_quoted(samples, citation)
            assert side.name == citation.speaker if not side.doc else side.doc == citation.doc
        assert [citation.n for citation in side.answer.citations] == list(range(1, len(side.answer.citations) + 1))
