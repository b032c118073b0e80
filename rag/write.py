"""An answer written by a chat model from the passages found, each sentence checked as it comes.

    ranking ─► pack ─► prompt ─► stream ─► sentence ─► check ─► Composition
                 └─ prompt too long: half as many tokens, and so on

`compose` yields the composition whenever there is more of it to show.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING

from index.errors import ChatModelUnavailable, ContextTooLong
from index.script import ends_sentence, language
from rag.answer import Note
from rag.citations import Drafted, drafted
from rag.compose import Composition
from rag.conversation import Exchange
from rag.hidden import without_hidden
from rag.llm import stream_reply
from rag.messages import answer_messages, stand_alone_messages
from rag.pack import LEAST_TOKENS, pack
from rag.prompts import NOT_ANSWERED
from rag.retrieve import Ranking, Retriever

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage
    from langchain_core.runnables import RunnableConfig

    from rag.cache import AnswerCache

SECONDS = 180.0
TOKENS = 3000
TOP_K = 8  # passages for a model, which can leave out what does not belong
LONGEST_REPLY = 12_000  # characters; a model that goes on and on is left
LONGEST_QUESTION = 500  # characters of a follow-up understood alone
SECONDS_TO_REWRITE = 30.0


@dataclass(frozen=True, slots=True)
class Writer:
    """A chat model that writes answers: `seconds` for a whole answer, about `tokens` of passages in its prompt.

    `strict` leaves unsupported sentences out. Setting `stop` breaks the answer off.
    """

    model: BaseChatModel
    seconds: float = SECONDS
    tokens: int = TOKENS
    strict: bool = False
    cache: AnswerCache | None = None
    stop: Event | None = None


@dataclass(slots=True)
class Call:
    """What is left of one answer's time, and what it has cost so far."""

    writer: Writer
    config: RunnableConfig | None = None
    begin: float = field(default_factory=time.perf_counter)
    timings: dict[str, float] = field(default_factory=dict)
    usage: dict[str, int] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    @property
    def left(self) -> float:
        """Seconds until the whole answer must be there."""
        return max(0.0, self.writer.seconds - (time.perf_counter() - self.begin))

    @property
    def is_broken_off(self) -> bool:
        return any(note.kind == "broke off" for note in self.notes)

    def spend(self, stage: str, since: float) -> None:
        """Add the seconds since `since` to a stage."""
        self.timings[stage] = self.timings.get(stage, 0.0) + time.perf_counter() - since

    def stream(self, messages: Sequence[BaseMessage], seconds: float, stage: str) -> Iterator[str]:
        """The text of a reply in pieces; counts its tokens and the seconds until its first words."""
        sent = time.perf_counter()
        writer = self.writer
        pieces = stream_reply(
            writer.model, messages, seconds=seconds, cache=writer.cache, config=self.config, stop=writer.stop
        )
        for chunk in pieces:
            if chunk.usage_metadata:
                self._count("prompt_tokens", chunk.usage_metadata["input_tokens"])
                self._count("completion_tokens", chunk.usage_metadata["output_tokens"])
            if chunk.response_metadata.get("cached"):
                self.notes.append(Note("cached", stage))
            if chunk.response_metadata.get("finish_reason") == "length" and stage == "write":
                self.notes.append(Note("broke off", "it reached the longest reply that the model gives"))
            if chunk.text:
                self.timings.setdefault(f"{stage}: first words", time.perf_counter() - sent)
                yield without_hidden(chunk.text)

    def _count(self, name: str, tokens: int) -> None:
        self.usage[name] = self.usage.get(name, 0) + tokens


def compose(retriever: Retriever, ranking: Ranking, asked_in: str, top_k: int, call: Call) -> Iterator[Composition]:
    """The answer to the question of a ranking, as often as a sentence of it can be shown; at least once, at the end.

    It is asked for in the language `asked_in`, which a follow-up need not share with the question it became.

    Raises ChatModelUnavailable as rag/llm.py does; the composition that was yielded before stays good.
    """
    tokens = call.writer.tokens
    while True:
        begin = time.perf_counter()
        packed = pack(retriever, ranking, top_k, tokens)
        if not packed.sources:
            raise ChatModelUnavailable(f"No passage fits into {tokens} tokens; --llm-tokens allows more.")
        composition = Composition(retriever, ranking, packed.sources, call.writer.strict)
        call.spend("pack", begin)
        try:
            yield from _write(ranking.question, asked_in, composition, call)
            return
        except ContextTooLong:
            tokens = min(tokens, packed.tokens) // 2
            if composition.sentences or tokens < LEAST_TOKENS:
                raise
            call.notes[:] = [note for note in call.notes if note.kind != "fewer passages"]
            call.notes.append(Note("fewer passages", str(tokens)))


def stand_alone(question: str, history: Sequence[Exchange], call: Call) -> str:
    """The last question of a conversation as the model says it alone; "" where that is of no use.

    Raises ChatModelUnavailable.
    """
    begin = time.perf_counter()
    seconds = min(call.left, SECONDS_TO_REWRITE)
    said = " ".join("".join(call.stream(stand_alone_messages(question, history), seconds, "understand")).split())
    call.spend("understand", begin)
    is_useful = 0 < len(said) <= LONGEST_QUESTION and language(said)[:2] == language(question)[:2]
    return said if is_useful and any(map(str.isalnum, said)) else ""


def _write(question: str, asked_in: str, composition: Composition, call: Call) -> Iterator[Composition]:
    begin, checking = time.perf_counter(), 0.0
    messages = answer_messages(composition.retriever.view, question, composition.sources, asked_in)
    failures: list[ChatModelUnavailable] = []
    pieces = _no_longer_than(LONGEST_REPLY, call.stream(messages, call.left, "write"), call)
    try:
        for sentence in drafted(_until_failure(pieces, failures)):
            started = time.perf_counter()
            is_whole = ends_sentence(sentence.text) or not (failures or call.is_broken_off)
            is_more = not _is_refusal(sentence) and composition.add(sentence, cut_off=not is_whole)
            checking += time.perf_counter() - started
            if is_more:
                yield composition
    finally:
        call.timings["check"] = call.timings.get("check", 0.0) + checking
        call.spend("write", begin + checking)
    yield composition
    if failures:
        raise failures[0]


def _until_failure(pieces: Iterator[str], failures: list[ChatModelUnavailable]) -> Iterator[str]:
    """The pieces; an error ends them, so that the sentence it cuts off is not lost."""
    try:
        yield from pieces
    except ChatModelUnavailable as error:
        failures.append(error)


def _no_longer_than(limit: int, pieces: Iterator[str], call: Call) -> Iterator[str]:
    length = 0
    for piece in pieces:
        yield piece[: limit - length]
        length += len(piece)
        if length >= limit:
            call.notes.append(Note("broke off", f"it was stopped after {limit:,} characters"))
            return


def _is_refusal(sentence: Drafted) -> bool:
    return NOT_ANSWERED in sentence.text.upper().replace(" ", "_")
