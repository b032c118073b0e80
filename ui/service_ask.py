"""POST /v1/ask and /v1/search: what `verbatim ask --json` and `search --json` say, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi.sse import format_sse_event
from starlette.responses import StreamingResponse

from index.errors import VerbatimError
from rag.answer import Answer, SearchResult
from ui.jsonl import json_line
from ui.service_answers import answers, found
from ui.service_openapi import ASK_RESPONSES, SEARCH_RESPONSES
from ui.service_problems import Problem, problem_body, problem_of, request_id_of
from ui.service_schema import AskBody, SearchBody
from ui.service_setup import Service, service_of
from ui.service_work import unless_gone, with_pings

EVENTS = "text/event-stream"
PING_LINE = b": waiting\n\n"
ask_routes = APIRouter(prefix="/v1", tags=["questions"])


@ask_routes.post("/ask", response_model=Answer, responses=ASK_RESPONSES, summary="Answer a question")
async def ask(body: AskBody, request: Request, accept: Annotated[str, Header(max_length=1000)] = "*/*") -> Response:
    """The answer to a question, each sentence with the words it rests on.

    With `"stream": true`, or `Accept: text/event-stream`, server-sent events: `sentence` for each sentence once it is
    checked, with the citations that it is the first to use; `answer` with the whole answer at the end; `problem` where
    it fails midway. A question that names a person, a time or an interview is answered from there unless `as_is`.
    """
    service = service_of(request)
    if body.stream or EVENTS in accept:
        coming = answers(service, body.asking())
        first = await unless_gone(request, anext(coming))  # what cannot be answered is told by the status
        events = with_pings(_events(first, coming, request_id_of(request)), PING_LINE)
        return StreamingResponse(events, media_type=EVENTS, headers={"X-Accel-Buffering": "no"})
    answer = await unless_gone(request, _last(service, body))
    return _as_json(asdict(answer))


@ask_routes.post("/search", response_model=SearchResult, responses=SEARCH_RESPONSES, summary="Find passages")
async def search(body: SearchBody, request: Request) -> Response:
    """The passages that fit a question best, whole, without an answer."""
    coming = found(service_of(request), body.question, body.top_k, body.filters.chosen(), not body.as_is)
    return _as_json(asdict(await unless_gone(request, coming)))


def _as_json(record: dict[str, object]) -> Response:
    return Response(json_line(record), media_type="application/json")


async def _last(service: Service, body: AskBody) -> Answer:
    last: Answer | None = None
    async with aclosing(answers(service, body.asking())) as coming:
        async for answer in coming:
            last = answer
    assert last is not None  # an answer has at least one state
    return last


async def _events(first: Answer, coming: AsyncGenerator[Answer], request_id: str) -> AsyncGenerator[bytes]:
    answer, shown, cited = first, 0, 0
    async with aclosing(coming):
        try:
            while True:
                for sentence in answer.sentences[shown:]:
                    last = max((cited, *sentence.citations))
                    new = [asdict(citation) for citation in answer.citations if cited < citation.n <= last]
                    yield _event("sentence", {"sentence": asdict(sentence), "citations": new})
                    cited = last
                shown = len(answer.sentences)
                if (following := await anext(coming, None)) is None:
                    break
                answer = following
            yield _event("answer", asdict(answer))
        except Problem as problem:
            yield _event("problem", problem_body(problem, request_id))
        except VerbatimError as error:
            yield _event("problem", problem_body(problem_of(error), request_id))


def _event(name: str, record: dict[str, object]) -> bytes:
    return format_sse_event(event=name, data_str=json_line(record))
