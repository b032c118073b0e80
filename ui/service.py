"""The service, put together: `create_app`. Read this first, then service_ask.py for what a question goes through.

    request ─► Edge ─► KnownHosts ─► (CORS) ─► Access ─► InTime ─► route ─► Workers' threads ─► rag/chain.py
               id, log,  is it us     other     token,    body and            lease of the
               metrics   that's       sites'    scope,    readers in          current index
                         asked        pages     rate      time and size

Routes: service_ask.py (ask, search), service_read.py (interviews, passages), service_upload.py (uploads, deletions,
jobs), service_openai.py (as if it were a chat model), service_health.py. What a running service has: service_setup.py.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

from index.embedding import Embedder
from rag.answer import Answer
from ui.archive import beside
from ui.service_access import Access
from ui.service_answers import Asking, answers
from ui.service_archive import ServedArchive, answer_cache
from ui.service_ask import ask_routes
from ui.service_edge import Edge, KnownHosts
from ui.service_health import health_routes
from ui.service_jobs import JobQueue
from ui.service_limits import InTime
from ui.service_metrics import Metrics
from ui.service_openai import openai_router
from ui.service_openapi import describe
from ui.service_problems import install_problem_handlers
from ui.service_read import read_routes
from ui.service_ready import ModelProbe
from ui.service_setup import Service, Setup, service_of
from ui.service_telemetry import telemetry
from ui.service_upload import upload_routes
from ui.service_work import Workers

FINDERS = 12  # threads: as many questions are embedded together as wait in them
WRITERS = 32  # threads, which mostly wait for a chat model
WAITING = 64  # requests beyond these, of either kind
STOPPING = (
    10.0  # seconds for the change of the index that runs when the service is stopped; it goes on at the next start
)


def create_app(setup: Setup) -> FastAPI:
    """The service as an ASGI application; it opens the index when it is started."""
    service = _service(setup)
    traces = telemetry(os.environ)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # One core for a search: many run at once, and a second one for each would only get in the others' way.
        with threadpool_limits(1, "blas"):
            await run_in_threadpool(_start, service)
            yield
            await run_in_threadpool(_stop, service)
            await run_in_threadpool(traces.close)

    app = FastAPI(
        version=_version(),
        lifespan=lifespan,
        docs_url=None,  # these pages would load scripts from elsewhere: /openapi.json is what there is
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        telemetry=traces.config,
    )
    app.state.service = service
    for routes in (ask_routes, read_routes, upload_routes, openai_router(_answer_stream), health_routes):
        app.include_router(routes)
    install_problem_handlers(app)
    describe(app)
    # The last one that is added is the first to see a request.
    app.add_middleware(InTime, limits=setup.limits)
    app.add_middleware(Access, rules=setup.access)
    if setup.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=setup.origins,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["*"],  # OpenAI's client sends a dozen of its own
            expose_headers=["Location", "Retry-After", "X-Request-ID"],
        )
    app.add_middleware(KnownHosts, hosts=setup.hosts, origins=setup.origins)
    app.add_middleware(Edge, metrics=service.metrics)
    return app


def _service(setup: Setup) -> Service:
    metrics = Metrics()
    writings = setup.writings
    cache = None if writings and writings[0].no_cache else answer_cache(setup.archive)
    archive = ServedArchive(setup.archive, cache, metrics)
    return Service(
        setup=setup,
        archive=archive,
        finders=Workers("finder", FINDERS, WAITING),
        writers=Workers("writer", WRITERS, WAITING),
        metrics=metrics,
        probe=ModelProbe(writings[0] if writings else None),
        jobs=None if setup.is_read_only else _jobs(setup, archive),
    )


def _jobs(setup: Setup, archive: ServedArchive) -> JobQueue:
    folder = setup.archive.folder

    def embedding() -> Embedder | str | None:
        return archive.embedder or setup.archive.embedding

    return JobQueue(setup.archive.place, beside(folder, "jobs"), beside(folder, "uploads"), embedding, archive.refresh)


def _start(service: Service) -> None:
    service.archive.start()
    service.probe.start()
    if service.jobs:
        service.jobs.start()


def _stop(service: Service) -> None:
    if service.jobs:
        service.jobs.stop(STOPPING)
    service.probe.close()
    service.finders.close()
    service.writers.close()
    service.archive.close()


def _answer_stream(asking: Asking, request: Request) -> AsyncGenerator[Answer]:
    return answers(service_of(request), asking)


def _version() -> str:
    try:
        return version("verbatim")
    except PackageNotFoundError:  # run from a source tree that was never installed
        return "0"
