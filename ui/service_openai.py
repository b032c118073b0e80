"""The archive as if it were a chat model: what clients of OpenAI's API need of it, and no second way to answer.

The last message of a user is the question, the exchanges before it are its history, with the footnotes of earlier
answers taken off; what a system message says is no question and is let be. The text of an answer: service_footnotes.py.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal
from urllib.parse import quote
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from fastapi.sse import format_sse_event

from index.errors import VerbatimError
from rag.answer import Answer, Citation
from rag.conversation import EXCHANGES, Exchange
from rag.filters import EVERYTHING
from ui.jsonl import json_line
from ui.service_answers import QUOTES, Asking
from ui.service_footnotes import marker_annotations, sentences_text, whole_text, without_footnotes
from ui.service_openai_records import (
    DEFAULT_MODEL,
    OWNER,
    QUOTES_MODEL,
    About,
    Choice,
    Chunk,
    ChunkChoice,
    Completion,
    CompletionBody,
    Delta,
    Extension,
    Message,
    Model,
    ModelList,
    Reply,
    Usage,
)
from ui.service_openapi import EVENTS, problem_responses
from ui.service_problems import Problem, problem_body, request_id_of, told
from ui.service_setup import service_of
from ui.service_streams import PING, begun, last_of, states, streamed
from ui.service_work import unless_gone

AnswerStream = Callable[[Asking, Request], AsyncGenerator[Answer]]
"""What answers: ui/service_answers.py, bound to the service."""

DONE = format_sse_event(data_str="[DONE]")
COMPLETION_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": EVENTS},
    **problem_responses(404, 422, 504),
}


@dataclass(frozen=True, slots=True)
class Named:
    """What all the events of one completion say of it, and where this service is."""

    id: str
    created: int
    model: str
    base: str

    def page_of(self, citation: Citation) -> str:
        """Where this service shows the passage of a citation."""
        return f"{self.base}/v1/passages/{quote(citation.passage_id, safe='')}"


def openai_router(answer_stream: AnswerStream, ping: float = PING) -> APIRouter:
    """The routes of OpenAI's API, answered by `answer_stream`; a stream says every `ping` seconds that it lives."""
    routes = APIRouter(prefix="/v1", tags=["as a chat model"])
    since = int(time.time())

    @routes.get("/models", response_model=ModelList, responses=problem_responses(), summary="List the models")
    async def list_models(request: Request) -> ModelList:
        """The ways to be answered: the service's default, quotations only, and each chat model that it offers."""
        return ModelList(data=[Model(id=name, created=since, owned_by=OWNER) for name in _offered(request)])

    @routes.get(
        "/models/{model:path}", response_model=Model, responses=problem_responses(404, 422), summary="One model"
    )
    async def read_model(model: str, request: Request) -> Model:
        """One of the ways to be answered."""
        return Model(id=_known(model, request), created=since, owned_by=OWNER)

    @routes.post(
        "/chat/completions", response_model=Completion, responses=COMPLETION_RESPONSES, summary="Answer as a chat model"
    )
    async def complete(body: CompletionBody, request: Request) -> Response:
        """An answer in the shape of a chat completion: Markdown with `[n]` and numbered footnotes, and `annotations`
        that say what each `[n]` stands for.

        Messages of the system are let be, and so is what steers a chat model (`temperature`, `max_tokens`, `tools`,
        `response_format`, …): every sentence is checked, whatever is asked for. Filters go into `verbatim`. Streamed,
        a sentence is sent once it is checked; the footnotes and annotations follow the last; an error midway comes as
        an event with `error`.
        """
        asking = _asking(body, _known(body.model, request))
        named = Named(f"chatcmpl-{uuid4().hex}", int(time.time()), body.model, str(request.base_url).rstrip("/"))
        if not body.stream:
            answer = await unless_gone(request, last_of(answer_stream(asking, request)))
            return Response(json_line(_completion(answer, named).model_dump()), media_type="application/json")
        with_usage = bool(body.stream_options and body.stream_options.include_usage)
        coming = answer_stream(asking, request)
        first = await begun(request, coming, ping)
        events = _events(states(first, coming), named, with_usage, request_id_of(request))
        return streamed(events, ping)

    return routes


def _offered(request: Request) -> list[str]:
    return [DEFAULT_MODEL, QUOTES_MODEL, *service_of(request).models]


def _known(model: str, request: Request) -> str:
    if model not in (offered := _offered(request)):
        raise Problem(404, "model_not_found", f"There is no model of that name here, only {', '.join(offered)}.")
    return model


def _asking(body: CompletionBody, model: str) -> Asking:
    """The question of a conversation, as the flow takes it. Raises Problem for what cannot be asked."""
    if body.n and body.n > 1:
        raise _refused("/n", "There is one answer to a question: n can only be 1.")
    asked = [place for place, message in enumerate(body.messages) if message.role == "user"]
    if not asked:
        raise _refused("/messages", "There is no message of a user, and so no question.")
    extension = body.verbatim or Extension()
    return Asking(
        question=_text(body.messages[asked[-1]], asked[-1]),
        history=_history(body.messages[: asked[-1]]),
        filters=extension.filters.chosen() if extension.filters else EVERYTHING,
        top_k=extension.top_k,
        model={DEFAULT_MODEL: "", QUOTES_MODEL: QUOTES}.get(model, model),
        strict=extension.strict,
        understand=not extension.as_is,
    )


def _history(messages: Sequence[Message]) -> tuple[Exchange, ...]:
    """What users asked and what they were answered. Calls of tools and instructions are neither."""
    exchanges: list[Exchange] = []
    for place, message in enumerate(messages):
        if message.role == "user":
            exchanges.append(Exchange(_text(message, place)))
        elif message.role == "assistant" and exchanges:
            said = " ".join(filter(None, (exchanges[-1].answer, without_footnotes(_text(message, place)))))
            exchanges[-1] = Exchange(exchanges[-1].question, said)
    return tuple(exchanges[-EXCHANGES:])


def _text(message: Message, place: int) -> str:
    if message.content is None or isinstance(message.content, str):
        return message.content or ""
    for at, part in enumerate(message.content):
        if message.role == "user" and part.type != "text":
            raise _refused(f"/messages/{place}/content/{at}", "Only text can be asked: no pictures, sounds or files.")
    return "\n".join(part.text for part in message.content if part.type == "text")


def _refused(pointer: str, detail: str) -> Problem:
    return Problem(400, "bad-request", detail, errors=[{"pointer": f"body#{pointer}", "detail": detail}])


async def _events(
    coming: AsyncGenerator[Answer], named: Named, with_usage: bool, request_id: str
) -> AsyncGenerator[bytes]:
    """A completion as server-sent events, to its end or to what went wrong."""
    chunk = partial(_chunk, named)
    yield chunk(Delta(role="assistant", content=""))
    sent = 0
    try:
        async with aclosing(coming):
            async for last in coming:
                text = sentences_text(last).text
                if text[sent:]:
                    yield chunk(Delta(content=text[sent:]))
                sent = len(text)
    except (Problem, VerbatimError) as error:
        yield format_sse_event(data_str=json_line(problem_body(told(error), request_id)))
        return
    whole = whole_text(last)
    if whole.text[sent:]:
        yield chunk(Delta(content=whole.text[sent:]))
    yield chunk(Delta(annotations=marker_annotations(last, whole.markers, named.page_of)))
    yield chunk(Delta(), finish_reason="stop", verbatim=_about(last))
    if with_usage:
        yield chunk(None, usage=_usage(last))
    yield DONE


def _chunk(
    named: Named,
    delta: Delta | None,
    finish_reason: Literal["stop"] | None = None,
    **more: Any,
) -> bytes:
    """One event; without a delta, one that only has something more."""
    choices = [] if delta is None else [ChunkChoice(index=0, delta=delta, logprobs=None, finish_reason=finish_reason)]
    record = Chunk(
        id=named.id, object="chat.completion.chunk", created=named.created, model=named.model, choices=choices, **more
    )
    return format_sse_event(data_str=json_line(record.model_dump(exclude_unset=True)))


def _completion(answer: Answer, named: Named) -> Completion:
    whole = whole_text(answer)
    reply = Reply(
        role="assistant",
        content=whole.text,
        refusal=None,
        annotations=marker_annotations(answer, whole.markers, named.page_of),
    )
    return Completion(
        id=named.id,
        object="chat.completion",
        created=named.created,
        model=named.model,
        choices=[Choice(index=0, message=reply, logprobs=None, finish_reason="stop")],
        usage=_usage(answer),
        verbatim=_about(answer),
    )


def _usage(answer: Answer) -> Usage:
    prompt, completion = (answer.usage.get(name, 0) for name in ("prompt_tokens", "completion_tokens"))
    return Usage(prompt_tokens=prompt, completion_tokens=completion, total_tokens=prompt + completion)


def _about(answer: Answer) -> About:
    return About(
        answered=answer.answered,
        mode=answer.mode,
        model=answer.model,
        language=answer.language,
        asked_as=answer.asked_as,
        understood=answer.understood,
        notes=answer.notes,
    )
