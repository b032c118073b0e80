"""What a running service counts, for Prometheus: every label has few values, and none of them comes from a client."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

from rag.answer import Answer

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
STAGES = frozenset(  # the keys of Answer.timings: rag/retrieve.py, rag/write.py, rag/chain.py
    {"filter", "embed", "search", "compare", "score", "fold", "rerank", "understand", "pack", "write", "check", "total"}
)
OTHER = "other"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.8, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
_BATCHES = (1, 2, 4, 8, 16, 32)


class Metrics:
    """The counters of one service, in a registry of their own; safe to use from any thread."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._requests = Counter(
            "verbatim_http_requests", "Requests answered.", ("method", "route", "status"), registry=registry
        )
        self._seconds = Histogram(
            "verbatim_http_request_seconds",
            "Seconds until an answer was sent whole.",
            ("route",),
            buckets=_SECONDS,
            registry=registry,
        )
        self.in_flight = Gauge("verbatim_http_in_flight", "Requests being answered now.", registry=registry)
        self._rejected = Counter(
            "verbatim_http_rejected", "Requests turned away or broken off.", ("reason",), registry=registry
        )
        self._answers = Counter("verbatim_answers", "Questions answered.", ("mode", "answered"), registry=registry)
        self._failures = Counter(
            "verbatim_chat_model_failures",
            "Answers that a chat model did not give, or not whole.",
            ("kind",),
            registry=registry,
        )
        self._stages = Histogram(
            "verbatim_stage_seconds", "Seconds by stage of an answer.", ("stage",), buckets=_SECONDS, registry=registry
        )
        self._batches = Histogram(
            "verbatim_embedding_batch_size", "Questions embedded at once.", buckets=_BATCHES, registry=registry
        )
        self._interviews = Gauge("verbatim_index_interviews", "Interviews in the index.", registry=registry)
        self._passages = Gauge("verbatim_index_passages", "Passages in the index.", registry=registry)
        self._loads = Counter("verbatim_index_loads", "Times an index was opened.", ("result",), registry=registry)
        self._jobs = Gauge("verbatim_jobs", "Changes of the index by state.", ("state",), registry=registry)
        ProcessCollector(registry=registry)

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request that was answered; `route` is a route's template, or "" where there is none."""
        route = route or OTHER
        self._requests.labels(method if method in METHODS else OTHER, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def count_rejected(self, reason: str) -> None:
        """A request turned away or broken off; `reason` is one of a few words of ours."""
        self._rejected.labels(reason).inc()

    def count_answer(self, answer: Answer) -> None:
        """A whole answer, and the seconds that its stages took."""
        self._answers.labels(answer.mode, "true" if answer.answered else "false").inc()
        self.count_stages(answer.timings)

    def count_failure(self, kind: str) -> None:
        """A chat model that did not answer, or not to the end; `kind` is that of the answer's note."""
        self._failures.labels(kind).inc()

    def count_stages(self, timings: Mapping[str, float]) -> None:
        """Seconds by stage."""
        for stage, seconds in timings.items():
            self._stages.labels(stage if stage in STAGES else OTHER).observe(seconds)

    def count_batch(self, questions: int) -> None:
        """So many questions were embedded at once."""
        self._batches.observe(questions)

    def index_loaded(self, interviews: int, passages: int) -> None:
        """An index was opened and is served from now on."""
        self._loads.labels("ok").inc()
        self._interviews.set(interviews)
        self._passages.set(passages)

    def index_failed(self) -> None:
        """An index could not be opened; the one before it, if any, is still served."""
        self._loads.labels("failed").inc()

    def set_jobs(self, by_state: Mapping[str, int]) -> None:
        """How many changes of the index there are in each state; states not named have none."""
        self._jobs.clear()
        for state, jobs in by_state.items():
            self._jobs.labels(state).set(jobs)

    def exposition(self) -> tuple[bytes, str]:
        """The body and the content type of GET /metrics."""
        return generate_latest(self._registry), CONTENT_TYPE_LATEST
