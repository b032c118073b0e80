"""Two short talks and what a scripted model says of them, for the tests of the whole flow with a model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hand_made import Talk, answered, asked
from scripted_chat import ScriptedChat

from rag.answer import Answer
from rag.chain import ask
from rag.retrieve import Retriever
from rag.write import Writer

DATES = {"tea": "2024-05-03", "boats": "2019-01-02"}
TALKS: dict[str, Talk] = {
    "tea": [
        [asked("一年做多少茶？"), answered("春天我们做了四百一十二斤茶。", "秋天只有八十斤，因为只采一次。")],
        [asked("霜冻那年怎么过来的？"), answered("邻居们把自家的茶苗分给了我。")],
    ],
    "boats": [[asked("船是谁造的？", label="记者"), answered("船是外公用杉木造的。", label="周桥")]],
}
QUESTION = "春天做多少茶？"
# The sources of that question: 1 asks and 2 answers of the tea, 3 and 4 of the boats, 5 and 6 of the frost.
SPRING, AUTUMN = "林岚说，春天做了四百一十二斤茶[2]。", "林岚说，秋天只有八十斤，因为只采一次[2]。"
BOAT = "周桥说，船是外公用杉木造的[4]。"
INVENTED, UNCITED = "林岚喜欢骑马去海边看日出[2]。", "林岚说，春天做了四百一十二斤茶。"
GONE = OSError("connection reset by peer")
SENSORS = "How many sensors does the Carrow Firth Crossing have?"  # of the samples


def asked_of(retriever: Retriever, model: ScriptedChat, question: str = QUESTION, **settings: Any) -> Answer:
    return ask(retriever, question, writer=Writer(model, **settings))


def kinds(answer: Answer) -> list[str]:
    return [note.kind for note in answer.notes]


def untimed(answer: Answer) -> Answer:
    return replace(answer, timings={})


def number_of(prompt: str, words: str) -> str:
    """The number of the passage that has these words."""
    return prompt.partition(words)[0].rpartition("\n[")[2].partition("]")[0]
