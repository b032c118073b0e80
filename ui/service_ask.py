"""POST /v1/ask and /v1/search: what `verbatim ask --json` and `search --json` say, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi.sse import format_sse_event

from index.errors import VerbatimError
from rag.answer import Answer, SearchResult
from ui.jsonl import json_line
from ui.service_answers import answers, found
from ui.service_openapi import ASK_RESPONSES, SEARCH_RESPONSES
from ui.service_problems import Problem, problem_body, request_id_of, told
from ui.service_schema import AskBody, SearchBody
from ui.service_setup import service_of
from ui.service_streams import EVENT_STREAM, begun, last_of, states, streamed
from ui.service_work import unless_gone

ask_routes = APIRouter(prefix="/v1", tags=["questions"])


@ask_routes.post("/ask", response_model=Answer, responses=ASK_RESPONSES, summary="Answer a question")
async def ask(body: AskBody, request: Request, accept: Annotated[str, Header(max_length=1000)] = "*/*") -> Response:
    """The answer to a question, each sentence with the words it rests on.

    With `"stream": true`, or `Accept: text/event-stream` and nothing of `stream`, server-sent events: `sentence` for
    each sentence once it is checked, with the citations that it is the first to use; `answer` with the whole answer at
    the end; `problem` where it fails midway. A question that names a person, a time or an interview is answered from
    there unless `as_is`.
    """
    service = service_of(request)
    wants_events = accept.partition(",")[0].partition(";")[0].strip() == EVENT_STREAM
    if wants_events if body.stream is None else body.stream:
        coming = answers(service, body.asking())
        first = await begun(request, coming)
        return streamed(_events(states(first, coming), request_id_of(request)))
    return _as_json(asdict(await unless_gone(request, last_of(answers(service, body.asking())))))


@ask_routes.post("/search", response_model=SearchResult, responses=SEARCH_RESPONSES, summary="Find passages")
async def search(body: SearchBody, request: Request) -> Response:
    """The passages that fit a question best, whole, without an answer."""
    coming = found(service_of(request), body.question, body.top_k, body.filters.chosen(), not body.as_is)
    return _as_json(asdict(await unless_gone(request, coming)))


def _as_json(record: dict[str, object]) -> Response:
    return Response(json_line(record), media_type="application/json")


async def _events(coming: AsyncGenerator[Answer], request_id: str) -> AsyncGenerator[bytes]:
    shown = cited = 0
    try:
        async with aclosing(coming):
            async for answer in coming:
                for sentence in answer.sentences[shown:]:
                    last = max((cited, *sentence.citations))
                    new = [asdict(citation) for citation in answer.citations if cited < citation.n <= last]
                    yield _event("sentence", {"sentence": asdict(sentence), "citations": new})
                    cited = last
                shown = len(answer.sentences)
        yield _event("answer", asdict(answer))
    except (Problem, VerbatimError) as error:
        yield _event("problem", problem_body(told(error), request_id))


def _event(name: str, record: dict[str, object]) -> bytes:
    return format_sse_event(event=name, data_str=json_line(record))
