"""The archive as if it were a chat model: what clients of OpenAI's API need of it, and no second way to answer.

The last message of a user is the question, the exchanges before it are its history, with the footnotes of earlier
answers taken off; what a system message says is no question and is let be. The text of an answer: service_footnotes.py.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from functools import partial
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from fastapi.sse import format_sse_event

from index.errors import VerbatimError
from rag.answer import Answer
from rag.conversation import EXCHANGES, Exchange
from rag.filters import EVERYTHING
from ui.jsonl import json_line
from ui.service_answers import QUOTES, Asking
from ui.service_completions import Named, about, chunk, completion, finish_reason, usage
from ui.service_footnotes import marker_annotations, sentences_text, whole_text, without_footnotes
from ui.service_openai_records import (
    DEFAULT_MODEL,
    OWNER,
    QUOTES_MODEL,
    Completion,
    CompletionBody,
    Delta,
    Extension,
    Message,
    Model,
    ModelList,
    Part,
)
from ui.service_openapi import Responses, component, event, events, problem_responses
from ui.service_problems import Problem, problem_body, request_id_of, told
from ui.service_setup import service_of
from ui.service_streams import PING, begun, last_of, states, streamed
from ui.service_work import unless_gone

AnswerStream = Callable[[Asking, Request], AsyncGenerator[Answer]]
"""What answers: ui/service_answers.py, bound to the service."""

END = "[DONE]"
DONE = format_sse_event(data_str=END)
COMPLETION_RESPONSES: Responses = {
    200: {
        "description": "The answer; or, as events, chunks of it, then `[DONE]`, or what went wrong midway.",
        "content": events(
            event({"anyOf": [component("Chunk"), component("Problem")]}),
            {"type": "object", "required": ["data"], "properties": {"data": {"const": END}}},
        ),
    },
    **problem_responses(404, 415, 422, 504),
}


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
        "/chat/completions",
        response_model=Completion,
        responses=COMPLETION_RESPONSES,
        summary="Answer as a chat model",
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
        named = Named(f"chatcmpl-{uuid4().hex}", int(time.time()), body.model, _base(request))
        if not body.stream:
            answer = await unless_gone(request, last_of(answer_stream(asking, request)))
            return Response(json_line(completion(answer, named).model_dump()), media_type="application/json")
        with_usage = bool(body.stream_options and body.stream_options.include_usage)
        coming = answer_stream(asking, request)
        first = await begun(request, coming, ping)
        return streamed(_events(states(first, coming), named, with_usage, request_id_of(request)), ping)

    return routes


def _base(request: Request) -> str:
    """Where clients find this service: behind a proxy, only whoever runs it knows."""
    return (service_of(request).setup.public_url or str(request.base_url)).rstrip("/")


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
    last = body.messages[asked[-1]]
    for at, part in enumerate(_parts(last)):
        if part.type != "text":
            pointer = f"/messages/{asked[-1]}/content/{at}"
            raise _refused(pointer, "Only text can be asked: no pictures, sounds or files.")
    extension = body.verbatim or Extension()
    return Asking(
        question=_text(last),
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
    for message in messages:
        if message.role == "user":
            exchanges.append(Exchange(_text(message)))
        elif message.role == "assistant" and exchanges:
            said = " ".join(filter(None, (exchanges[-1].answer, without_footnotes(_text(message)))))
            exchanges[-1] = Exchange(exchanges[-1].question, said)
    return tuple(exchanges[-EXCHANGES:])


def _parts(message: Message) -> list[Part]:
    if isinstance(message.content, list):
        return message.content
    return [Part(type="text", text=message.content or "")]


def _text(message: Message) -> str:
    return "\n".join(part.text for part in _parts(message) if part.type == "text")


def _refused(pointer: str, detail: str) -> Problem:
    return Problem(400, "bad-request", detail, errors=[{"pointer": f"body#{pointer}", "detail": detail}])


async def _events(
    coming: AsyncGenerator[Answer], named: Named, with_usage: bool, request_id: str
) -> AsyncGenerator[bytes]:
    """A completion as server-sent events, to its end or to what went wrong."""
    said = partial(chunk, named)
    yield said(Delta(role="assistant", content=""))
    sent = 0
    try:
        async with aclosing(coming):
            async for last in coming:
                text = sentences_text(last).text
                if text[sent:]:
                    yield said(Delta(content=text[sent:]))
                sent = len(text)
    except (Problem, VerbatimError) as error:
        yield format_sse_event(data_str=json_line(problem_body(told(error), request_id)))
        return
    whole = whole_text(last)
    if whole.text[sent:]:
        yield said(Delta(content=whole.text[sent:]))
    yield said(Delta(annotations=marker_annotations(last, whole.markers, named.page_of)))
    yield said(Delta(), finish_reason=finish_reason(last), verbatim=about(last))
    if with_usage:
        yield said(None, usage=usage(last))
    yield DONE
