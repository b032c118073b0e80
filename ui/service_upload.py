"""Changes of the archive over HTTP: files sent, interviews deleted, and the jobs that do it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import asdict, dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.sse import format_sse_event
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

import ui.service_paths  # noqa: F401 - routes here have {…:name}
from ui.jsonl import json_line
from ui.service_form import files_in, read_form
from ui.service_job_folder import Asked
from ui.service_job_records import JobRecord
from ui.service_jobs import JobQueue
from ui.service_problems import Problem, request_id_of
from ui.service_streams import streamed
from ui.service_upload_openapi import ADD, DELETE, EVENTS, JOB, JOBS, UPLOAD_FORM

TO_DELETE = 30.0  # seconds until a client is told to look at the job
BETWEEN = 0.2  # seconds between two events
STATUS = {"no-index": 503, "unavailable": 503, "no-room": 507, "unusable": 422, "internal": 500}
upload_routes = APIRouter(prefix="/v1", tags=["archive"])
Id = Annotated[str, Path(description="As the answer has it that began the job.", examples=["000641f3a5b2c7d8"])]


@dataclass(frozen=True, slots=True)
class JobList:
    """Changes of the archive, the newest first: those that wait, the one that runs, and the last that have ended."""

    jobs: tuple[JobRecord, ...]


@upload_routes.post(
    "/interviews",
    operation_id="add_interviews",
    summary="Add interviews",
    status_code=202,
    response_model=JobRecord,
    responses=ADD,
    openapi_extra=UPLOAD_FORM,
)
async def add_interviews(request: Request) -> Response:
    """Send files in the form's field `files`; a job adds them to the archive.

    Of a file's name only the last part counts, made safe. A file of a name that was sent before replaces that one. One
    that cannot be taken is named in the job with the reason, and the others are added; an error is the answer where
    none can be. Once this is answered with 202 it is done, even if the service is stopped meanwhile.
    """
    jobs = _jobs(request)
    jobs.check_room()  # before the body is read
    form = await read_form(request)
    try:
        record = await run_in_threadpool(jobs.add, files_in(form), _asked(request))
    finally:
        await form.close()
    return _accepted(record)


@upload_routes.delete(
    "/interviews/{doc:name}",
    operation_id="delete_interview",
    summary="Delete an interview",
    status_code=204,
    response_class=Response,
    responses=DELETE,
)
async def delete_interview(
    request: Request, doc: Annotated[str, Path(description="Its name, as lists and citations have it.")]
) -> Response:
    """Take an interview out of the archive, and its file if that was uploaded.

    A file from elsewhere stays, and whoever indexes its folder again has the interview again. Where this takes longer
    than half a minute, the answer is 202 with the job that does it.
    """
    jobs = _jobs(request)
    record = await run_in_threadpool(jobs.remove, doc, _asked(request))
    until = time.monotonic() + TO_DELETE
    while not record.has_ended and time.monotonic() < until:
        await asyncio.sleep(BETWEEN / 4)
        record = await _record(jobs, record.id)
    if record.state == "done":
        return Response(status_code=204)
    if record.state == "failed":
        raise Problem(STATUS[record.problem], record.problem, record.reason)
    return _accepted(record)


@upload_routes.get(
    "/jobs", operation_id="list_jobs", summary="List the changes of the archive", response_model=JobList, responses=JOBS
)
async def list_jobs(request: Request) -> Response:
    """The changes that wait, the one that runs, and the last hundred that have ended; the newest first."""
    return _as_json(JobList(await run_in_threadpool(_jobs(request).records)))


@upload_routes.get(
    "/jobs/{id}", operation_id="read_job", summary="How far a change is", response_model=JobRecord, responses=JOB
)
async def read_job(request: Request, id: Id) -> Response:
    """How far a change of the archive is, and what became of each file."""
    return _as_json(await _record(_jobs(request), id))


@upload_routes.get(
    "/jobs/{id}/events",
    operation_id="watch_job",
    summary="Watch a change",
    response_class=StreamingResponse,
    responses=EVENTS,
)
async def watch_job(request: Request, id: Id) -> Response:
    """Server-sent events: `progress` with the job whenever it has got further, `done` with it when it has ended."""
    jobs = _jobs(request)
    first = await _record(jobs, id)  # what is not there is told by the status
    return streamed(_events(jobs, first))


async def _events(jobs: JobQueue, record: JobRecord) -> AsyncGenerator[bytes]:
    """Ends with the job, or with the service, whose client asks again then."""
    told = None
    while not record.has_ended and not jobs.is_stopping:
        if record != told:
            told = record
            yield _event("progress", record)
        await asyncio.sleep(BETWEEN)
        record = await _record(jobs, record.id)
    if record.has_ended:
        yield _event("done", record)


def _event(name: str, record: JobRecord) -> bytes:
    return format_sse_event(data_str=json_line(asdict(record)), event=name)


def _jobs(request: Request) -> JobQueue:
    jobs: JobQueue | None = request.app.state.service.jobs
    if jobs is None:
        raise Problem(403, "forbidden", "This service does not change its archive.")
    return jobs


def _asked(request: Request) -> Asked:
    return Asked(str(getattr(request.state, "token_name", "")), request_id_of(request))


async def _record(jobs: JobQueue, id: str) -> JobRecord:
    record = jobs.get(id) if jobs.is_ours else await run_in_threadpool(jobs.get, id)
    if record is None:
        raise Problem(404, "not-found", "There is no job of this id; of those that have ended only the last are kept.")
    return record


def _accepted(record: JobRecord) -> Response:
    return Response(
        json_line(asdict(record)), 202, {"Location": f"/v1/jobs/{record.id}"}, media_type="application/json"
    )


def _as_json(told: JobRecord | JobList) -> Response:
    return Response(json_line(asdict(told)), media_type="application/json")
