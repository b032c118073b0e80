"""The archive itself: its interviews, their turns, and single passages with what stands around them."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import PurePath
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

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
from ui.service_schema import Date, Names, Tags
from ui.service_setup import service_of

read_routes = APIRouter(prefix="/v1", tags=["archive"])
Around = Annotated[int, Query(ge=0, le=20, description="How many turns before and after it.")]


@read_routes.get("/interviews", response_model=InterviewList, responses=LIST_RESPONSES, summary="List interviews")
async def list_interviews(
    request: Request,
    speaker: Annotated[Names, Query()] = [],  # noqa: B006 - FastAPI copies defaults
    interview: Annotated[Names, Query()] = [],  # noqa: B006
    since: Annotated[Date, Query()] = "",
    until: Annotated[Date, Query()] = "",
    language: Annotated[Tags, Query()] = [],  # noqa: B006
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """The interviews that pass the filters, by name: what `verbatim list --json` says, without the folders of files."""
    check_dates(since, until, ("since", "until"))
    wanted = Filters(tuple(speaker), tuple(interview), since, until, tuple(language))
    service = service_of(request)

    def read() -> InterviewList:
        with service.archive.lease() as retriever:
            rows = matching_documents(retriever.index, wanted) if wanted else retriever.view.documents()
        return InterviewList(tuple(_public(list_record(row)) for row in rows[offset : offset + limit]), len(rows))

    return _as_json(await service.finders.run(read))


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
    start: Annotated[int, Query(ge=0, le=10_000_000, description="The number of the first turn.")] = 0,
    count: Annotated[int, Query(ge=1, le=1000, description="How many turns.")] = 100,
) -> Response:
    """An interview, turn by turn: so many from a number on. `next` is where to go on."""
    service = service_of(request)

    def read() -> InterviewTurns:
        with service.archive.lease() as retriever:
            view = retriever.view
            document = view.document(_known(view, doc))
            turns = [turn for turn in view.turns_of(doc) if turn.number >= start]
            shown = tuple(turn_record(view, doc, turn) for turn in turns[:count])
        following = turns[count].number if len(turns) > count else None
        return InterviewTurns(_public(list_record(document)), document.outlet, document.url, shown, following)

    return _as_json(await service.finders.run(read))


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
    context: Around = 1,
) -> Response:
    """A passage with the turns it stands in, and those around it."""
    service = service_of(request)

    def read() -> PassageRecord:
        with service.archive.lease() as retriever:
            row = retriever.view.passage_row(passage_id)
            if row is None:
                raise Problem(404, "not-found", "There is no passage of this id; the archive may have changed.")
            return passage_record(retriever.view, row, context)

    return _as_json(await service.finders.run(read))


def _known(view: View, doc: str) -> str:
    if not view.has(doc):
        raise Problem(404, "not-found", "There is no interview of this name.")
    return doc


def _public(record: InterviewRecord) -> InterviewRecord:
    """The record without the folder its file lies in."""
    return replace(record, path=PurePath(record.path).name)


def _as_json(record: InterviewList | InterviewTurns | PassageRecord) -> Response:
    return Response(json_line(asdict(record)), media_type="application/json")
