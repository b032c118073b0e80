"""The archive itself: its interviews, their turns, and single passages with what stands around them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import PurePath
from typing import Annotated

import fastapi
from fastapi import APIRouter, Path, Request, Response
from pydantic import ConfigDict, Field

import ui.service_paths  # noqa: F401 - routes here have {…:name}
from rag.filters import Filters, matching_documents
from rag.view import View
from ui.jsonl import json_line
from ui.options import check_dates
from ui.records import (
    InterviewList,
    InterviewRecord,
    InterviewTurns,
    PassageRecord,
    list_record,
    passage_record,
    turn_record,
)
from ui.service_openapi import INTERVIEW_RESPONSES, LIST_RESPONSES, PASSAGE_RESPONSES
from ui.service_problems import Problem
from ui.service_schema import Date, Names, Strict, Tags
from ui.service_setup import service_of
from ui.service_work import unless_gone

read_routes = APIRouter(prefix="/v1", tags=["archive"])


class Query(Strict):
    """What may stand behind the "?": a misspelt name is an error here too."""

    model_config = ConfigDict(strict=False)  # numbers come as text


class ListQuery(Query):
    """Filters, each of which may be repeated, and which part of the list."""

    speaker: Names = Field(default_factory=list)
    interview: Names = Field(default_factory=list)
    since: Date = ""
    until: Date = ""
    language: Tags = Field(default_factory=list)
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    offset: Annotated[int, Field(ge=0, le=10_000_000)] = 0


class TurnsQuery(Query):
    """Which turns of an interview."""

    start: Annotated[int, Field(ge=0, le=10_000_000, description="The number of the first turn.")] = 0
    count: Annotated[int, Field(ge=1, le=1000, description="How many turns.")] = 100


class ContextQuery(Query):
    """What stands around a passage."""

    context: Annotated[int, Field(ge=0, le=20, description="How many turns before and after it.")] = 1


@read_routes.get("/interviews", response_model=InterviewList, responses=LIST_RESPONSES, summary="List interviews")
async def list_interviews(request: Request, query: Annotated[ListQuery, fastapi.Query()]) -> Response:
    """The interviews that pass the filters, by name: what `verbatim list --json` says, without the folders of files."""
    check_dates(query.since, query.until, ("since", "until"))
    names = tuple(query.speaker), tuple(query.interview)
    wanted = Filters(*names, query.since, query.until, tuple(query.language))
    service = service_of(request)

    def read() -> InterviewList:
        with service.archive.lease() as retriever:
            rows = matching_documents(retriever.index, wanted) if wanted else retriever.view.documents()
        return InterviewList(
            tuple(_public(list_record(row)) for row in rows[query.offset : query.offset + query.limit]), len(rows)
        )

    return await _answered(request, read)


@read_routes.get(
    "/interviews/{doc:name}",
    operation_id="read_interview",
    response_model=InterviewTurns,
    responses=INTERVIEW_RESPONSES,
    summary="Read an interview",
)
async def read_interview(
    request: Request,
    doc: Annotated[str, Path(description="Its name, as lists and citations have it.")],
    query: Annotated[TurnsQuery, fastapi.Query()],
) -> Response:
    """An interview, turn by turn: so many from a number on. `next` is where to go on."""
    service = service_of(request)

    def read() -> InterviewTurns:
        with service.archive.lease() as retriever:
            view = retriever.view
            document = view.document(_known(view, doc))
            turns = [turn for turn in view.turns_of(doc) if turn.number >= query.start]
            shown = tuple(turn_record(view, doc, turn) for turn in turns[: query.count])
        following = turns[query.count].number if len(turns) > query.count else None
        return InterviewTurns(_public(list_record(document)), document.outlet, document.url, shown, following)

    return await _answered(request, read)


@read_routes.get(
    "/passages/{passage_id:name}",
    operation_id="read_passage",
    response_model=PassageRecord,
    responses=PASSAGE_RESPONSES,
    summary="Open a passage",
)
async def read_passage(
    request: Request,
    passage_id: Annotated[str, Path(description="As hits and citations have it.")],
    query: Annotated[ContextQuery, fastapi.Query()],
) -> Response:
    """A passage with the turns it stands in, and those around it."""
    service = service_of(request)

    def read() -> PassageRecord:
        with service.archive.lease() as retriever:
            row = retriever.view.passage_row(passage_id)
            if row is None:
                raise Problem(404, "not-found", "There is no passage of this id; the archive may have changed.")
            return passage_record(retriever.view, row, query.context)

    return await _answered(request, read)


def _known(view: View, doc: str) -> str:
    if not view.has(doc):
        raise Problem(404, "not-found", "There is no interview of this name.")
    return doc


def _public(record: InterviewRecord) -> InterviewRecord:
    """The record without the folder its file lies in."""
    return replace(record, path=PurePath(record.path).name)


async def _answered(request: Request, read: Callable[[], InterviewList | InterviewTurns | PassageRecord]) -> Response:
    """What is read, written as JSON in the same thread: long interviews take their time."""
    coming = service_of(request).finders.run(lambda: json_line(asdict(read())).encode())
    return Response(await unless_gone(request, coming), media_type="application/json")
