"""What `verbatim serve` was told, and what a running service has."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ui.archive import Archive
from ui.service_access import AccessRules
from ui.service_limits import Limits
from ui.writing import Writing

if TYPE_CHECKING:
    from starlette.requests import Request

    from ui.service_archive import ServedArchive
    from ui.service_jobs import JobQueue
    from ui.service_metrics import Metrics
    from ui.service_ready import ModelProbe
    from ui.service_work import Workers


@dataclass(frozen=True, slots=True)
class Setup:
    """The settings of one service.

    `writings` are the chat models that it offers, the first the default; `hosts` the names by which it may be called
    (none: any), `public_url` the address of its links; `origins` the web pages of other sites that may ask it;
    `is_read_only` that nothing is uploaded or removed.
    """

    archive: Archive
    access: AccessRules
    writings: tuple[Writing, ...] = ()
    limits: Limits = field(default_factory=Limits)
    hosts: tuple[str, ...] = ()
    public_url: str = ""
    origins: tuple[str, ...] = ()
    is_read_only: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """A running service: request.app.state.service. `finders` look for passages and quotations, `writers` wait for
    chat models; `jobs` is None where nothing may be uploaded.
    """

    setup: Setup
    archive: ServedArchive
    finders: Workers
    writers: Workers
    metrics: Metrics
    probe: ModelProbe
    jobs: JobQueue | None

    @property
    def models(self) -> tuple[str, ...]:
        """The chat models that it offers, the default first."""
        return tuple(writing.llm for writing in self.setup.writings)


def service_of(request: Request) -> Service:
    """The service that a request is for."""
    service: Service = request.app.state.service
    return service
