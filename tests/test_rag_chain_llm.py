"""The whole flow with a chat model that follows a script: what it writes, and what comes of it when it fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hand_made import Talk, answered, asked, make_retriever
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import BaseMessage
from langchain_core.runnables import RunnableConfig, RunnableLambda
from sample_archive import assert_quoted, sample_retriever
from scripted_chat import ScriptedChat, scripted

from index.errors import InputError
from rag.answer import Answer, Finding, Note
from rag.cache import AnswerCache
from rag.chain import RELATED, as_runnable, ask, stream
from rag.conversation import NOT_SAID, Exchange
from rag.filters import Filters
from rag.prompts import NOT_ANSWERED
from rag.retrieve import Retriever
from rag.write import Writer

TALKS: dict[str, Talk] = {
    "tea": [
        [asked("一年做多少茶？"), answered("春天我们做了四百一十二斤茶。", "秋天只有八十斤，因为只采一次。")],
        [asked("霜冻那年怎么过来的？"), answered("邻居们把自家的茶苗分给了我。")],
    ],
    "boats": [[asked("船是谁造的？", label="记者"), answered("船是外公用杉木造的。", label="周桥")]],
}
QUESTION = "春天做多少茶？"
# The sources of that question: 1 asks and 2 answers of the tea, 3 and 4 of the boats, 5 and 6 of the frost.
SPRING, AUTUMN, BOAT = "林岚说，春天做了四百一十二斤茶[2]。", "林岚说，秋天只有八十斤，因为只采一次[2]。", "周桥说，船是外公用杉木造的[4]。"
INVENTED, UNCITED = "林岚喜欢骑马去海边看日出[2]。", "林岚说，春天做了四百一十二斤茶。"
GONE = OSError("connection reset by peer")


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    folder = tmp_path_factory.mktemp("chain") / "index"
    return make_retriever(folder, TALKS, lambda text: 0.5, {"tea": "2024-05-03", "boats": "2019-01-02"})


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    return sample_retriever(tmp_path_factory.getbasetemp())


def asked_of(retriever: Retriever, model: ScriptedChat, question: str = QUESTION, **settings: Any) -> Answer:
    return ask(retriever, question, writer=Writer(model, **settings))


def kinds(answer: Answer) -> list[str]:
    return [note.kind for note in answer.notes]


def untimed(answer: Answer) -> Answer:
    return replace(answer, timings={})


# answers


def test_an_answer_is_what_the_model_writes_with_what_it_cites(retriever: Retriever) -> None:
    answer = asked_of(retriever, scripted(AUTUMN + SPRING + BOAT, tokens=(900, 40)))
    assert (answer.answered, answer.mode, answer.model, answer.language) == (True, "llm", "test:model", "zh-Hans")
    assert answer.answer == (
        "林岚说，秋天只有八十斤，因为只采一次。 [1] 林岚说，春天做了四百一十二斤茶。 [2] 周桥说，船是外公用杉木造的。 [3]"
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


SENSORS = "How many sensors does the Carrow Firth Crossing have?"


def number_of(prompt: str, words: str) -> str:
    """The number of the passage that has these words."""
    return prompt.partition(words)[0].rpartition("\n[")[2].partition("]")[0]


@pytest.mark.parametrize(
    ("question", "true", "invented"),
    [
        (SENSORS, "Mags Adeyemi-Strand said that there are 412 sensors on this bridge", "She rides a horse on the moon"),
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
@pytest.mark.parametrize(("reply", "sentences"), [(UNCITED, 1), (INVENTED + UNCITED, 2), (SPRING.replace("四", "五"), 1)])
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
    chain = RunnableLambda(lambda text: {"question": text, "filters": Filters(interviews=("tea",))})
    answer = (chain | as_runnable(retriever, Writer(model))).invoke(QUESTION)
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
    assert (failing.answered, failing.mode, kinds(failing)) == (True, "llm", ["no model"])
    useless = ask(retriever, "那周桥呢？", history=history, writer=Writer(scripted("？？？", BOAT)))
    assert (useless.asked_as, useless.notes) == ("周桥怎么看茶？", ())


def test_a_model_that_is_gone_is_told_once(retriever: Retriever) -> None:
    answer = ask(retriever, "那周桥呢？", history=[Exchange("林岚怎么看茶？")], writer=Writer(scripted(GONE)))
    assert (answer.mode, kinds(answer)) == ("extractive", ["no model"])


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
