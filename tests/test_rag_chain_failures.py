"""The whole flow where the chat model fails, breaks off or is not asked again: quotations, notes and the cache."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hand_made import make_retriever
from langchain_core.messages import BaseMessage
from sample_archive import sample_retriever
from scripted_chat import scripted
from tea_and_boats import (
    AUTUMN,
    BOAT,
    DATES,
    GONE,
    INVENTED,
    QUESTION,
    SENSORS,
    SPRING,
    TALKS,
    UNCITED,
    asked_of,
    kinds,
    number_of,
    untimed,
)

from rag.answer import Finding, Note
from rag.cache import AnswerCache
from rag.chain import ask
from rag.retrieve import Retriever


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    folder = tmp_path_factory.mktemp("chain") / "index"
    return make_retriever(folder, TALKS, lambda text: 0.5, DATES)


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    return sample_retriever(tmp_path_factory.getbasetemp())


# failure


def test_quotes_are_given_where_the_model_does_not_answer(retriever: Retriever) -> None:
    answer = asked_of(retriever, scripted(GONE))
    without = ask(retriever, QUESTION)
    [note] = answer.notes
    assert note.kind == "no model"
    assert note.detail.startswith("test:model: ")
    assert untimed(replace(answer, notes=())) == untimed(without)
    assert (answer.mode, answer.model, answer.answered) == ("extractive", "", True)
    assert "write" in answer.timings


@pytest.mark.parametrize("reply", ["", " \n ", "<think>茶？</think>"])
def test_a_model_that_says_nothing_does_not_answer(retriever: Retriever, reply: str) -> None:
    answer = asked_of(retriever, scripted(reply))
    assert (answer.mode, kinds(answer)) == ("extractive", ["no model"])


def test_a_stream_that_breaks_off_keeps_what_came_and_marks_it(retriever: Retriever) -> None:
    answer = asked_of(retriever, scripted([SPRING + AUTUMN[:9], GONE]))
    assert (answer.mode, answer.answered, kinds(answer)) == ("llm", True, ["broke off"])
    first, last = answer.sentences
    assert (first.support, first.findings) == ("supported", ())
    assert last.text == AUTUMN[:9]
    assert last.findings[0] == Finding("cut off")


def test_a_sentence_whose_end_came_is_not_cut_off(retriever: Retriever) -> None:
    answer = asked_of(retriever, scripted([SPRING + BOAT, GONE]))
    assert kinds(answer) == ["broke off"]
    assert [one.findings for one in answer.sentences] == [(), ()]


def test_what_breaks_off_before_anything_is_supported_is_no_answer(retriever: Retriever) -> None:
    answer = asked_of(retriever, scripted([UNCITED + AUTUMN[:5], GONE]))
    assert (answer.mode, kinds(answer)) == ("extractive", ["no model"])


def test_the_time_for_the_whole_answer_is_limited(retriever: Retriever) -> None:
    late = asked_of(retriever, scripted([0.8, SPRING]), seconds=0.2)
    assert (late.mode, kinds(late)) == ("extractive", ["no model"])
    assert "within 0.2 seconds" in late.notes[0].detail
    assert late.timings["total"] < 0.7
    half = asked_of(retriever, scripted([SPRING, BOAT[:6], 0.8, BOAT[6:]]), seconds=0.3)
    assert (half.mode, kinds(half)) == ("llm", ["broke off"])
    assert half.timings["total"] < 0.7


def test_a_model_that_goes_on_and_on_is_left(retriever: Retriever, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.write.LONGEST_REPLY", 100)
    answer = asked_of(retriever, scripted((SPRING + BOAT) * 20))
    assert sum(len(one.text) for one in answer.sentences) <= 100
    assert (answer.mode, answer.notes) == ("llm", (Note("broke off", "it was stopped after 100 characters"),))


def test_a_reply_that_the_model_s_limit_cut_is_marked(retriever: Retriever) -> None:
    answer = asked_of(retriever, scripted(SPRING + AUTUMN[:9], finish="length"))
    assert kinds(answer) == ["broke off"]
    assert answer.sentences[-1].findings[0] == Finding("cut off")


def test_a_prompt_that_is_too_long_is_made_shorter_and_that_is_told(samples: Retriever) -> None:
    def reply(messages: list[BaseMessage]) -> str:
        if len(messages[-1].text) > 5000:
            raise ValueError("context_length_exceeded")
        n = number_of(messages[-1].text, "four hundred and twelve of them")
        return f"Mags Adeyemi-Strand said that there are 412 sensors on this bridge [{n}]."

    model = scripted(reply)
    answer = asked_of(samples, model, SENSORS)
    assert (answer.mode, answer.answered, kinds(answer)) == ("llm", True, ["fewer passages"])
    assert len(model.asked) > 1
    assert int(answer.notes[0].detail) < 3000


def test_a_prompt_of_few_passages_is_not_made_shorter(retriever: Retriever) -> None:
    model = scripted(ValueError("context_length_exceeded"))
    answer = asked_of(retriever, model)
    assert (answer.mode, kinds(answer), len(model.asked)) == ("extractive", ["no model"], 1)
    assert "context" in answer.notes[0].detail


def test_a_fallback_that_finds_no_quote_declines(retriever: Retriever, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.chain.extract", lambda *_: [])
    answer = asked_of(retriever, scripted(GONE))
    assert (answer.answered, answer.mode, kinds(answer)) == (False, "extractive", ["no model"])
    assert answer.related


# the cache


def test_the_same_question_again_costs_no_call(retriever: Retriever, tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path / "cache.sqlite")
    model = scripted(SPRING + INVENTED, tokens=(10, 2))
    first = asked_of(retriever, model, cache=cache)
    again = asked_of(retriever, model, cache=cache)
    assert len(model.asked) == 1
    assert (kinds(first), again.notes) == ([], (Note("cached", "write"),))
    assert (again.answer, again.sentences, again.citations) == (first.answer, first.sentences, first.citations)
    assert (first.usage, again.usage) == ({"prompt_tokens": 10, "completion_tokens": 2}, {})
    strict = asked_of(retriever, model, cache=cache, strict=True)  # the same reply, checked anew
    assert (len(model.asked), kinds(strict), len(strict.sentences)) == (1, ["cached", "dropped"], 1)
    asked_of(retriever, model, "秋天做多少茶？", cache=cache)
    assert len(model.asked) == 2


def test_what_broke_off_is_asked_again(retriever: Retriever, tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path / "cache.sqlite")
    model = scripted([SPRING, GONE], SPRING)
    assert kinds(asked_of(retriever, model, cache=cache)) == ["broke off"]
    assert kinds(asked_of(retriever, model, cache=cache)) == []


def test_an_answer_is_plain_data(retriever: Retriever) -> None:
    record = asdict(asked_of(retriever, scripted(SPRING.replace("[2]", "[4, 99]"))))
    assert [finding["kind"] for finding in record["sentences"][0]["findings"]] == ["no such citation", "repaired"]
    assert record["citations"][0]["role"] == "guest"
