"""The whole flow with a chat model that follows a script: what it writes, and what comes of it when it fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

import pytest
from hand_made import make_retriever
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import BaseMessage
from langchain_core.runnables import RunnableConfig, RunnableLambda
from sample_archive import assert_quoted, sample_retriever
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

from index.errors import InputError
from rag.answer import Answer, Finding, Note
from rag.chain import RELATED, as_runnable, ask, stream
from rag.conversation import NOT_SAID, Exchange
from rag.filters import Filters
from rag.prompts import NOT_ANSWERED
from rag.retrieve import Retriever
from rag.write import Writer


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    folder = tmp_path_factory.mktemp("chain") / "index"
    return make_retriever(folder, TALKS, lambda text: 0.5, DATES)


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    return sample_retriever(tmp_path_factory.getbasetemp())


# answers


def test_an_answer_is_what_the_model_writes_with_what_it_cites(retriever: Retriever) -> None:
    answer = asked_of(retriever, scripted(AUTUMN + SPRING + BOAT, tokens=(900, 40)))
    assert (answer.answered, answer.mode, answer.model, answer.language) == (True, "llm", "test:model", "zh-Hans")
    assert answer.answer == (
        "林岚说，秋天只有八十斤，因为只采一次。 [1] 林岚说，春天做了四百一十二斤茶。 [2] "
        "周桥说，船是外公用杉木造的。 [3]"
    )
    assert [(one.citations, one.support) for one in answer.sentences] == [((n,), "supported") for n in (1, 2, 3)]
    assert [one.quote for one in answer.citations] == [
        "秋天只有八十斤，因为只采一次。",
        "春天我们做了四百一十二斤茶。",
        "船是外公用杉木造的。",
    ]
    for citation in answer.citations:
        assert_quoted(retriever, citation)
    assert answer.usage == {"prompt_tokens": 900, "completion_tokens": 40}
    assert (answer.notes, answer.related) == ((), ())
    assert {"embed", "pack", "write: first words", "write", "check", "total"} <= set(answer.timings)
    assert answer.timings["total"] >= answer.timings["write"]


@pytest.mark.parametrize(
    ("question", "true", "invented"),
    [
        (
            SENSORS,
            "Mags Adeyemi-Strand said that there are 412 sensors on this bridge",
            "She rides a horse on the moon",
        ),
        ("那座桥上有多少个传感器？", "Mags Adeyemi-Strand说，桥上有四百一十二个传感器", "她喜欢骑马去月亮上看日出"),
        ("那座橋上有多少個感測器？", "Mags Adeyemi-Strand說，橋上有412個感測器", "她喜歡騎馬去月亮上看日出"),
    ],
)
def test_an_answer_is_checked_in_any_language(samples: Retriever, question: str, true: str, invented: str) -> None:
    def reply(messages: list[BaseMessage]) -> str:
        n = number_of(messages[-1].text, "four hundred and twelve of them")
        return f"{true} [{n}]. {invented} [{n}]. {true.replace('412', '512').replace('四百', '五百')} [{n}]."

    answer = asked_of(samples, scripted(reply), question)
    supports = [one.support for one in answer.sentences]
    assert supports[0] != "unsupported"
    assert supports[1:] == ["unsupported", "unsupported"]
    assert "four hundred and twelve" in answer.citations[0].quote
    assert_quoted(samples, answer.citations[0])


def test_a_wrong_citation_is_put_right_and_that_is_recorded(retriever: Retriever) -> None:
    answer = asked_of(retriever, scripted(SPRING.replace("2", "4")))
    assert answer.sentences[0].findings == (Finding("repaired", "4"),)
    assert (answer.sentences[0].support, answer.citations[0].speaker) == ("supported", "林岚")


def test_what_nothing_supports_is_shown_as_that(retriever: Retriever) -> None:
    answer = asked_of(retriever, scripted(SPRING + INVENTED + UNCITED + "林岚说，春天做了五百斤茶[2]。"))
    assert [one.support for one in answer.sentences] == ["supported", "unsupported", "unsupported", "unsupported"]
    assert answer.sentences[2].findings == (Finding("uncited"),)
    assert "500" in {finding.detail for finding in answer.sentences[3].findings}
    assert "海边" in answer.answer


def test_strict_leaves_it_out_and_says_how_much(retriever: Retriever) -> None:
    answer = asked_of(retriever, scripted(INVENTED + SPRING + UNCITED), strict=True)
    assert answer.answer == "林岚说，春天做了四百一十二斤茶。 [1]"
    assert answer.notes == (Note("dropped", "2"),)


def test_an_answer_of_weak_sentences_alone_is_one(retriever: Retriever) -> None:
    answer = asked_of(retriever, scripted("林岚说，春天没有做四百一十二斤茶[2]。"))
    assert (answer.answered, [one.support for one in answer.sentences]) == (True, ["weak"])
    assert answer.sentences[0].findings == (Finding("negation"),)


def test_the_prompt_has_the_oldest_interview_first_where_time_matters(retriever: Retriever) -> None:
    model = scripted(NOT_ANSWERED)
    asked_of(retriever, model, "春天做多少茶？")
    asked_of(retriever, model, "春天做多少茶？后来有变化吗？")
    best, oldest = model.prompt(0), model.prompt(1)
    assert best.index("Interview: tea, 2024-05-03") < best.index("Interview: boats, 2019-01-02")
    assert oldest.index("Interview: boats, 2019-01-02") < oldest.index("Interview: tea, 2024-05-03")


# declining


@pytest.mark.parametrize(
    "reply", [NOT_ANSWERED, f"{NOT_ANSWERED}.", f"**{NOT_ANSWERED}**", "not in the interviews", f"{NOT_ANSWERED}[1]"]
)
def test_the_model_may_say_that_the_interviews_do_not(retriever: Retriever, reply: str) -> None:
    answer = asked_of(retriever, scripted(reply))
    assert (answer.answered, answer.mode, answer.answer) == (False, "llm", NOT_SAID["zh-Hans"])
    assert (answer.sentences, answer.citations, answer.notes) == ((), (), ())
    assert 1 <= len(answer.related) <= RELATED
    assert answer.related[0].doc == "tea"


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(
    ("reply", "sentences"), [(UNCITED, 1), (INVENTED + UNCITED, 2), (SPRING.replace("四", "五"), 1)]
)
def test_an_answer_with_nothing_supported_is_none(
    retriever: Retriever, reply: str, sentences: int, strict: bool
) -> None:
    answer = asked_of(retriever, scripted(reply), strict=strict)
    assert (answer.answered, answer.mode, answer.answer) == (False, "llm", NOT_SAID["zh-Hans"])
    assert answer.notes == (Note("nothing supported", str(sentences)),)
    assert answer.related


def test_what_is_not_found_is_not_asked_of_the_model(retriever: Retriever, samples: Retriever) -> None:
    model = scripted(SPRING)
    nothing = ask(retriever, QUESTION, filters=Filters(until="1900"), writer=Writer(model))
    assert (nothing.answered, nothing.mode, nothing.related) == (False, "llm", ())
    weak = asked_of(samples, model, "誰贏得了1998年世界盃決賽？")
    assert (weak.answered, weak.answer, len(weak.related)) == (False, NOT_SAID["zh-Hant"], RELATED)
    assert model.asked == []


# while it is written


def test_a_stream_has_the_answer_so_far(retriever: Retriever) -> None:
    answers = list(stream(retriever, QUESTION, writer=Writer(scripted(INVENTED + SPRING + BOAT))))
    lengths = [len(answer.sentences) for answer in answers]
    assert lengths == sorted(lengths)
    assert set(lengths) == {2, 3}
    assert all(answers[-1].sentences[: len(one.sentences)] == one.sentences for one in answers)
    assert all(answers[-1].citations[: len(one.citations)] == one.citations for one in answers)
    assert untimed(answers[-1]) == untimed(asked_of(retriever, scripted(INVENTED + SPRING + BOAT)))


def test_the_first_sentence_is_there_before_the_model_is_done(retriever: Retriever) -> None:
    coming = stream(retriever, QUESTION, writer=Writer(scripted([SPRING, BOAT[:8], 0.3, BOAT[8:]]), seconds=20))
    first = next(coming)
    assert len(first.sentences) == 1
    assert first.timings["total"] < 0.3
    assert len(list(coming)[-1].sentences) == 2


def test_whoever_stops_listening_stops_the_model(retriever: Retriever) -> None:
    coming = stream(retriever, QUESTION, writer=Writer(scripted([SPRING, BOAT, 0.5, BOAT])))
    assert next(coming).sentences
    coming.close()  # type: ignore[attr-defined]


# LangChain


class Heard(BaseCallbackHandler):
    """What callbacks are told of: chains and models by name, with tags, and who started whom."""

    def __init__(self) -> None:
        self.chains: dict[UUID, str] = {}
        self.models: list[tuple[str, list[str]]] = []
        self.ended = 0

    def on_chain_start(self, serialized: Any, inputs: Any, *, run_id: UUID, **kwargs: Any) -> None:
        self.chains[run_id] = kwargs["name"]

    def on_chat_model_start(self, serialized: Any, messages: Any, *, run_id: UUID, **kwargs: Any) -> None:
        self.models.append((self.chains.get(kwargs["parent_run_id"], ""), kwargs["tags"]))

    def on_llm_end(self, *args: Any, **kwargs: Any) -> None:
        self.ended += 1


def test_callbacks_and_tags_reach_the_model(retriever: Retriever) -> None:
    heard = Heard()
    config: RunnableConfig = {"callbacks": [heard], "tags": ["mine"]}
    assert as_runnable(retriever, Writer(scripted(SPRING))).invoke(QUESTION, config).answered
    assert heard.models == [("verbatim", ["mine"])]
    assert ask(retriever, QUESTION, writer=Writer(scripted(SPRING)), config=config).answered
    assert heard.models[1:] == [("", ["mine"])]
    assert heard.ended == 2


def test_it_is_a_step_of_a_chain_with_history(retriever: Retriever) -> None:
    model = scripted(SPRING)
    scoped: RunnableLambda[str, Any] = RunnableLambda(
        lambda text: {"question": text, "filters": Filters(interviews=("tea",))}
    )
    answer = (scoped | as_runnable(retriever, Writer(model))).invoke(QUESTION)
    assert answer.answered
    assert "boats" not in model.prompt()
    follow_up = {"question": "秋天呢？", "history": [Exchange(QUESTION, "很多。")]}
    scripted_twice = scripted("秋天做多少茶？", AUTUMN)
    answer = as_runnable(retriever, Writer(scripted_twice)).invoke(follow_up)
    assert (answer.asked_as, len(scripted_twice.asked)) == ("秋天做多少茶？", 2)


def test_a_runnable_streams_batches_and_waits_for_nobody(retriever: Retriever) -> None:
    runnable = as_runnable(retriever, Writer(scripted(SPRING + BOAT)))
    whole = untimed(runnable.invoke(QUESTION))
    given: list[str | Mapping[str, Any]] = [QUESTION, {"question": QUESTION}]
    assert [untimed(answer) for answer in runnable.batch(given)] == [whole, whole]
    answers = list(runnable.stream(QUESTION))
    assert len(answers) > 1
    assert untimed(answers[-1]) == whole

    async def both() -> tuple[Answer, list[Answer]]:
        coming: AsyncIterator[Answer] = runnable.astream(QUESTION)
        return await runnable.ainvoke(QUESTION), [answer async for answer in coming]

    waited, streamed = asyncio.run(both())
    assert untimed(waited) == whole
    assert [untimed(answer) for answer in streamed] == [untimed(answer) for answer in answers]
    assert asyncio.run(_batched(runnable.abatch(given))) == [whole, whole]


async def _batched(coming: Any) -> list[Answer]:
    return [untimed(answer) for answer in await coming]


def test_a_question_that_cannot_be_asked_is_an_error_with_a_model_too(retriever: Retriever) -> None:
    model = scripted(SPRING)
    with pytest.raises(InputError):
        as_runnable(retriever, Writer(model)).invoke("？")
    assert model.asked == []


# follow-ups


def test_the_model_makes_a_follow_up_stand_alone(retriever: Retriever) -> None:
    model = scripted("春天做多少茶？", SPRING)
    answer = ask(retriever, "那春天呢？", history=[Exchange("秋天做多少茶？", "八十斤。 [1]")], writer=Writer(model))
    assert (answer.question, answer.asked_as, answer.answered) == ("那春天呢？", "春天做多少茶？", True)
    assert "\nQuestion: 春天做多少茶？\n" in model.prompt()


def test_rules_make_it_stand_alone_where_the_model_does_not(retriever: Retriever) -> None:
    history = [Exchange("林岚怎么看茶？", "好。")]
    failing = ask(retriever, "那周桥呢？", history=history, writer=Writer(scripted(GONE, BOAT)))
    assert failing.asked_as == "周桥怎么看茶？"
    assert (failing.answered, failing.mode, kinds(failing)) == (True, "llm", [])
    useless = ask(retriever, "那周桥呢？", history=history, writer=Writer(scripted("？？？", BOAT)))
    assert (useless.asked_as, useless.notes) == ("周桥怎么看茶？", ())


def test_a_rewriting_that_loses_whom_it_is_about_is_not_taken(retriever: Retriever) -> None:
    model = scripted("林岚怎么看茶？", BOAT)
    answer = ask(retriever, "那周桥呢？", history=[Exchange("林岚怎么看茶？", "好。")], writer=Writer(model))
    assert answer.asked_as == "周桥怎么看茶？"


def test_the_answer_is_in_the_language_of_the_follow_up(retriever: Retriever) -> None:
    model = scripted("春天做多少茶？", SPRING)
    history = [Exchange("秋天做多少茶？", "八十斤。 [1]")]
    ask(retriever, "那春天的茶葉產量呢，還有說嗎？", history=history, writer=Writer(model))
    assert "Answer in Traditional Chinese" in model.prompt()


def test_a_model_that_is_gone_is_told_once(retriever: Retriever) -> None:
    answer = ask(retriever, "那周桥呢？", history=[Exchange("林岚怎么看茶？")], writer=Writer(scripted(GONE)))
    assert (answer.mode, kinds(answer)) == ("extractive", ["no model"])
