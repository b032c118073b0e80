"""One question to the archive, asked by a request: the same flow as everywhere (rag/chain.py), off the event loop."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from threading import Event
from typing import TYPE_CHECKING

from rag.answer import Answer, Note, SearchResult
from rag.chain import MAX_CHARS, stream
from rag.conversation import Exchange
from rag.filters import EVERYTHING, Filters
from rag.question import usable
from rag.understood import search
from ui.service_logs import log_question
from ui.service_problems import Problem
from ui.service_work import TO_FIND
from ui.writing import Writing, kept_model, load_writer

if TYPE_CHECKING:
    from rag.write import Writer
    from ui.service_setup import Service

QUOTES = "quotes"  # what `model` says where no chat model is to write


@dataclass(frozen=True, slots=True)
class Asking:
    """A question as a client puts it. `model` is "" for what the service was told, "quotes", or one that it offers;
    `strict` is None for what it was told.
    """

    question: str
    history: tuple[Exchange, ...] = ()
    filters: Filters = EVERYTHING
    top_k: int | None = None
    max_chars: int = MAX_CHARS
    model: str = ""
    strict: bool | None = None
    understand: bool = True


async def answers(service: Service, asking: Asking) -> AsyncGenerator[Answer]:
    """The answer so far, each time with more checked sentences; the last is the whole.

    Raises Problem for a model that is not offered, when too many wait or it takes too long, InputError for a question
    that cannot be asked, and what opening the index raised. Closing it, or the client's leaving, stops the work.
    """
    writing = chosen_writing(service.setup.writings, asking)
    log_question(asking.question)

    def work(stop: Event) -> Iterator[Answer]:
        yield from _answers(service, asking, writing, stop)

    workers, seconds = (service.writers, writing.seconds + TO_FIND) if writing else (service.finders, TO_FIND)
    answer: Answer | None = None
    async with aclosing(workers.pieces(work, seconds)) as pieces:
        async for answer in pieces:
            yield answer
    if answer:
        service.metrics.count_answer(answer)


async def found(service: Service, question: str, top_k: int, filters: Filters, understand: bool) -> SearchResult:
    """The best passages for a question; raises as `answers` does."""
    log_question(question)

    def work() -> SearchResult:
        with service.archive.lease() as retriever:
            return search(retriever, question, top_k, filters, understand)

    result = await service.finders.run(work)
    service.metrics.count_stages(result.timings)
    return result


def chosen_writing(writings: Sequence[Writing], asking: Asking) -> Writing | None:
    """How a chat model is to write this answer; None for quotations. Raises Problem for one that is not offered."""
    if asking.model == QUOTES:
        return None
    offered = {writing.llm: writing for writing in writings}
    chosen = offered.get(asking.model) if asking.model else next(iter(writings), None)
    if asking.model and not chosen:
        known = ", ".join([QUOTES, *offered])
        raise Problem(422, "unusable", f"This service offers no model of that name. It has: {known}.")
    return chosen if asking.strict is None or not chosen else replace(chosen, strict=asking.strict)


def _answers(service: Service, asking: Asking, writing: Writing | None, stop: Event) -> Iterator[Answer]:
    usable(asking.question)  # before a chat model is loaded for it
    writer: Writer | None = None
    unavailable: tuple[Note, ...] = ()
    if writing:
        writer, unavailable = load_writer(writing, None if writing.no_cache else service.archive.cache, kept_model)
        writer = writer and replace(writer, stop=stop)
    with service.archive.lease() as retriever:
        coming = stream(
            retriever,
            asking.question,
            top_k=asking.top_k,
            filters=asking.filters,
            max_chars=asking.max_chars,
            history=asking.history,
            writer=writer,
            understand=asking.understand,
        )
        for answer in coming:
            yield replace(answer, notes=(*unavailable, *answer.notes))
