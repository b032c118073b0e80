"""GET /healthz, /readyz and /metrics: what keeps the service running asks these."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Literal

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from ui.service_openapi import Responses, open_responses, problem_responses
from ui.service_ready import Reach
from ui.service_setup import service_of

health_routes = APIRouter(tags=["running it"])


@dataclass(frozen=True, slots=True)
class Alive:
    """That the process answers."""

    status: Literal["alive"] = "alive"


@dataclass(frozen=True, slots=True)
class Ready:
    """Whether questions are answered as the service was told to: from an index, and by its chat model if it has one."""

    status: Literal["ready", "not ready"]
    index: Literal["ok", "none"]
    model: Reach


NOT_READY: Responses = {503: {"model": Ready, "description": "There is no index, or its chat model cannot be reached."}}


@health_routes.head("/healthz", include_in_schema=False)
@health_routes.get("/healthz", response_model=Alive, responses=open_responses(), summary="Is it alive?")
async def alive() -> Alive:
    """Says so as long as the process answers at all."""
    return Alive()


@health_routes.head("/readyz", include_in_schema=False)
@health_routes.get(
    "/readyz", response_model=Ready, responses={**open_responses(), **NOT_READY}, summary="Can it answer?"
)
async def ready(request: Request) -> Response:
    """200 once there is an index and the chat model, where there is one, can be reached; else 503.

    Without its chat model the service still answers, with quotations.
    """
    service = service_of(request)
    has_index, reach = service.archive.problem is None, service.probe.reach
    is_ready = has_index and reach != "unreachable"
    told = Ready("ready" if is_ready else "not ready", "ok" if has_index else "none", reach)
    return JSONResponse(asdict(told), 200 if is_ready else 503)


@health_routes.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **problem_responses()},
    summary="Figures for Prometheus",
)
async def metrics(request: Request) -> Response:
    """Requests, seconds, batches and jobs since the start, in Prometheus's text format."""
    service = service_of(request)
    if service.jobs:
        service.metrics.set_jobs(Counter(record.state for record in await run_in_threadpool(service.jobs.records)))
    body, media_type = service.metrics.exposition()
    return Response(body, headers={"Content-Type": media_type})
