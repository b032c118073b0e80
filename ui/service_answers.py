"""One question to the archive, asked by a request: the same flow as everywhere (rag/chain.py), off the event loop."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Coroutine, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from threading import Event
from typing import TYPE_CHECKING, Any

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
QUOTING = (QUOTES, "verbatim-quotes")  # the latter as GET /v1/models has it
DEFAULT = ("", "verbatim")
FAILURES = {"no model": "the chat model did not answer", "broke off": "the chat model's answer broke off"}

_log = logging.getLogger("verbatim.service")


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


def answers(service: Service, asking: Asking) -> AsyncGenerator[Answer]:
    """The answer so far, each time with more checked sentences; the last is the whole.

    Raises Problem for a model that is not offered; its items raise Problem when too many wait or it takes too long,
    InputError for a question that cannot be asked, and what opening the index raised. Closing it stops the work.
    """
    log_question(asking.question)  # here, in the request's own context, in which its errors are logged
    return _states(service, asking, chosen_writing(service.setup.writings, asking))


def found(
    service: Service, question: str, top_k: int, filters: Filters, understand: bool
) -> Coroutine[Any, Any, SearchResult]:
    """The best passages for a question; raises as `answers` does."""
    log_question(question)
    return _found(service, question, top_k, filters, understand)


async def _found(service: Service, question: str, top_k: int, filters: Filters, understand: bool) -> SearchResult:
    def work() -> SearchResult:
        with service.archive.lease() as retriever:
            return search(retriever, question, top_k, filters, understand)

    result = await service.finders.run(work)
    service.metrics.count_stages(result.timings)
    return result


async def _states(service: Service, asking: Asking, writing: Writing | None) -> AsyncGenerator[Answer]:
    def work(stop: Event) -> Iterator[Answer]:
        yield from _answers(service, asking, writing, stop)

    workers, seconds = (service.writers, writing.seconds + TO_FIND) if writing else (service.finders, TO_FIND)
    answer: Answer | None = None
    async with aclosing(workers.pieces(work, seconds)) as pieces:
        async for answer in pieces:
            yield replace(answer, notes=tuple(map(_told, answer.notes)))
    for note in answer.notes if answer else ():
        if note.kind in FAILURES:
            service.metrics.count_failure(note.kind)
            _log.warning("chat model failed", extra={"kind": note.kind, "problem": note.detail})
    if answer:
        service.metrics.count_answer(answer)


def _told(note: Note) -> Note:
    """A note as clients get it: why a chat model failed may quote its prompt, or say where it is; the log has that."""
    return Note(note.kind, FAILURES[note.kind]) if note.kind in FAILURES else note


def chosen_writing(writings: Sequence[Writing], asking: Asking) -> Writing | None:
    """How a chat model is to write this answer; None for quotations. Raises Problem for one that is not offered."""
    if asking.model in QUOTING:
        return None
    offered = {writing.llm: writing for writing in writings}
    is_default = asking.model in DEFAULT
    chosen = next(iter(writings), None) if is_default else offered.get(asking.model)
    if not is_default and not chosen:
        known = ", ".join(["verbatim", "verbatim-quotes", *offered])
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
