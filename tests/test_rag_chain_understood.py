"""Questions that name their filters, answered: from there, and from everywhere when nothing there answers them."""

from __future__ import annotations

import pytest
from hand_made import answered, asked, make_retriever

from rag.answer import Note
from rag.chain import ask, stream
from rag.clue import Clue
from rag.conversation import Exchange
from rag.filters import Filters
from rag.retrieve import Ranking, Retriever
from rag.understood import search

QUESTION = "林岚在2016年怎么看雾？"
CLUES = (Clue("speaker", "林岚", 0, 2), Clue("date", "2016", 2, 8))


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    """林岚 and 周桥 on fog, each in 2016 and in 2024; what was said in 2024 comes nearer to any question."""
    talks = {
        f"{label}-{year}": [[asked("雾是什么？"), answered(f"雾在{year}是{label}的云，谁也看不清楚。", label=name)]]
        for label, name in (("lan", "林岚"), ("qiao", "周桥"))
        for year in ("2016", "2024")
    }
    dates = {doc: doc[-4:] for doc in talks}
    return make_retriever(tmp_path_factory.mktemp("fog"), talks, lambda text: 0.9 if "2024" in text else 0.5, dates)


def docs(retriever: Retriever, question: str, **options: object) -> set[str]:
    return {citation.doc for citation in ask(retriever, question, **options).citations}  # type: ignore[arg-type]


def test_the_answer_comes_from_where_the_question_says(retriever: Retriever) -> None:
    answer = ask(retriever, QUESTION)
    assert answer.understood == CLUES
    assert {citation.doc for citation in answer.citations} == {"lan-2016"}
    assert answer.notes == ()
    assert docs(retriever, QUESTION, understand=False) != {"lan-2016"}


def test_as_it_is_nothing_is_understood(retriever: Retriever) -> None:
    assert ask(retriever, QUESTION, understand=False).understood == ()


def test_what_the_user_filters_by_goes_first(retriever: Retriever) -> None:
    answer = ask(retriever, QUESTION, filters=Filters(since="2024"))
    assert [clue.kind for clue in answer.understood] == ["speaker"]
    assert {citation.doc for citation in answer.citations} == {"lan-2024"}


def test_where_nothing_there_answers_everything_is_asked(retriever: Retriever, monkeypatch: pytest.MonkeyPatch) -> None:
    def answers(_: Retriever, ranking: Ranking) -> bool:
        return len(ranking.order) > 1

    monkeypatch.setattr("rag.chain.is_answerable", answers)
    answer = ask(retriever, QUESTION)
    assert answer.answered
    assert (answer.understood, answer.notes) == ((), (Note("not as understood"),))
    assert {citation.doc for citation in answer.citations} != {"lan-2016"}


def test_where_nothing_there_can_be_quoted_everything_is_asked(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rag.extract import extract

    def quotes(retriever: Retriever, ranking: Ranking, top_k: int, max_chars: int) -> list[object]:
        return list(extract(retriever, ranking, top_k, max_chars)) if len(ranking.order) > 1 else []

    monkeypatch.setattr("rag.chain.extract", quotes)
    answers = list(stream(retriever, QUESTION))
    assert [answer.answered for answer in answers] == [True]  # the refusal in between is not shown
    assert answers[-1].notes == (Note("not as understood"),)


def test_what_nobody_says_is_not_said_there_either(retriever: Retriever, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.chain.is_answerable", lambda *_: False)
    answer = ask(retriever, QUESTION)
    assert not answer.answered
    assert (answer.understood, answer.notes) == ((), ())


def test_a_follow_up_is_understood_by_its_own_words(retriever: Retriever) -> None:
    history = [Exchange("周桥在2024年怎么看雾？", "雾是云。")]
    assert ask(retriever, "那林岚在2016年怎么看？", history=history).understood == (
        Clue("speaker", "林岚", 1, 3),
        Clue("date", "2016", 3, 9),
    )
    assert ask(retriever, "为什么？", history=history).understood == ()


def test_a_search_understands_the_same(retriever: Retriever) -> None:
    found = search(retriever, QUESTION)
    assert (found.understood, {hit.doc for hit in found.hits}) == (CLUES, {"lan-2016"})
    as_it_is = search(retriever, QUESTION, understand=False)
    assert as_it_is.understood == ()
    assert {hit.doc for hit in as_it_is.hits} != {"lan-2016"}
    assert len(search(retriever, QUESTION, top_k=1, understand=False).hits) == 1
