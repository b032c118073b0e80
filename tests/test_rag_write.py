"""What writing an answer costs, what is done when the prompt is too long, and a follow-up understood by the model."""

from __future__ import annotations

import time

import pytest
from hand_made import Talk, answered, asked, make_retriever
from langchain_core.messages import BaseMessage
from scripted_chat import ScriptedChat, scripted

from index.errors import ChatModelUnavailable, ContextTooLong
from rag.conversation import Exchange
from rag.pack import LEAST_TOKENS
from rag.retrieve import Retriever
from rag.write import LONGEST_QUESTION, Call, Writer, compose, stand_alone

# 265 tokens a passage with its question: three fit into 1,000.
TALKS: dict[str, Talk] = {
    f"talk{number}": [
        [asked(f"第{number}年做多少茶？"), answered(f"第{number}年做了四百一十二斤茶。", filler * 210 + "。")]
    ]
    for number, filler in enumerate("山海风林", start=2)
}
REPLY = "林岚说，第2年做了四百一十二斤茶[2]。"


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    return make_retriever(tmp_path_factory.mktemp("write") / "index", TALKS, lambda text: 0.5)


def write(retriever: Retriever, call: Call) -> list[str]:
    """The texts of what is shown in the end."""
    *_, composition = compose(retriever, retriever.rank("第2年做多少茶？"), "zh-Hans", 8, call)
    return [sentence.text for sentence in composition.sentences]


class TooLong(Exception):
    """What a server says to a prompt that is too long, in its own words."""


def fitting(limit: int) -> ScriptedChat:
    """A model whose context holds this many characters of passages."""

    def reply(messages: list[BaseMessage]) -> str:
        if len(messages[-1].text) > limit:
            raise TooLong("This model's maximum context length is 4096 tokens")
        return REPLY

    return scripted(reply)


# too long a prompt


def test_passages_are_as_many_as_the_tokens_allow(retriever: Retriever) -> None:
    model = scripted(REPLY)
    for tokens, expected in ((3000, 4), (1000, 3), (600, 2)):
        write(retriever, Call(Writer(model, tokens=tokens)))
        assert model.prompt().count("Interview: ") == expected


def test_too_long_a_prompt_is_packed_anew_with_half_of_it(retriever: Retriever) -> None:
    call = Call(Writer(model := fitting(900), tokens=3000))
    assert write(retriever, call) == ["林岚说，第2年做了四百一十二斤茶。"]
    packed = [model.prompt(at).count("Interview: ") for at in range(len(model.asked))]
    assert packed == [4, 2]
    [note] = call.notes
    assert note.kind == "fewer passages"
    assert 450 < int(note.detail) < 550


def test_it_is_halved_again_and_told_once(retriever: Retriever) -> None:
    call = Call(Writer(model := fitting(560)))
    assert write(retriever, call) == ["林岚说，第2年做了四百一十二斤茶。"]
    assert len(model.asked) == 3
    assert [note.kind for note in call.notes] == ["fewer passages"]
    assert 200 < int(call.notes[0].detail) < 260


def test_a_context_that_holds_no_passage_is_given_up(retriever: Retriever) -> None:
    call = Call(Writer(model := fitting(0)))
    with pytest.raises(ContextTooLong, match="context"):
        write(retriever, call)
    assert len(model.asked) < 5


def test_where_no_passage_fits_the_model_is_not_asked(retriever: Retriever) -> None:
    model = scripted(REPLY)
    with pytest.raises(ChatModelUnavailable, match="--llm-tokens"):
        write(retriever, Call(Writer(model, tokens=LEAST_TOKENS)))
    assert model.asked == []


# cost


def test_tokens_add_up_and_seconds_are_kept_by_stage(retriever: Retriever) -> None:
    call = Call(Writer(scripted("第2年呢？", REPLY, tokens=(100, 7))))
    stand_alone("第2年呢？", [Exchange("第3年？")], call)
    write(retriever, call)
    assert call.usage == {"prompt_tokens": 200, "completion_tokens": 14}
    assert set(call.timings) == {
        "understand", "understand: first words", "pack", "write", "write: first words", "check",
    }  # fmt: skip
    assert all(seconds >= 0 for seconds in call.timings.values())


def test_waiting_for_the_model_counts_as_writing(retriever: Retriever) -> None:
    call = Call(Writer(scripted([0.05, REPLY])))
    write(retriever, call)
    assert 0.05 <= call.timings["write: first words"] <= call.timings["write"] < 5


def test_the_time_left_gets_less_and_never_below_nothing() -> None:
    assert 99 < Call(Writer(scripted(""), seconds=100)).left <= 100
    assert Call(Writer(scripted(""), seconds=1), begin=time.perf_counter() - 2).left == 0.0


# a follow-up


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("周桥怎么看能源？", "周桥怎么看能源？"),
        ("  周桥怎么看\n能源？\n", "周桥怎么看 能源？"),
        ("<think>他问的是谁？</think>周桥怎么看能源？", "周桥怎么看能源？"),
        ("周橋怎麼看能源？", "周橋怎麼看能源？"),  # the other script is the same language
        ("What does Zhou think of energy?", ""),
        ("？", ""),
        ("周" * (LONGEST_QUESTION + 1), ""),
    ],
)
def test_a_follow_up_is_what_the_model_makes_of_it_where_that_is_a_question(said: str, expected: str) -> None:
    model = scripted(said)
    assert stand_alone("那周桥呢？", [Exchange("林岚怎么看能源？", "好。")], Call(Writer(model))) == expected
    assert "林岚怎么看能源？" in model.prompt()


def test_a_model_that_does_not_answer_understands_nothing() -> None:
    with pytest.raises(ChatModelUnavailable):
        stand_alone("那周桥呢？", [Exchange("林岚？")], Call(Writer(scripted(OSError("gone")))))


def test_a_rewriting_that_is_cut_off_is_no_answer_that_is(retriever: Retriever) -> None:
    call = Call(Writer(scripted("周桥怎么看", REPLY, finish="length")))
    stand_alone("那周桥呢？", [Exchange("林岚怎么看？")], call)
    assert call.notes == []
    write(retriever, call)
    assert [note.kind for note in call.notes] == ["broke off"]
