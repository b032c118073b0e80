"""What the service counts, read back as Prometheus reads it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hand_made import AnyEmbedder
from read_metrics import value

from index.build import build_index
from index.store import open_index
from rag.answer import Answer
from rag.chain import ask
from rag.retrieve import Retriever
from ui.service_metrics import STAGES, Metrics

ANSWER = Answer("?", "?", "", False, "en", "extractive", "", (), (), {"embed": 0.01, "total": 0.02})


def test_requests_are_counted_by_method_route_and_status() -> None:
    metrics = Metrics()
    metrics.count_request("POST", "/v1/ask", 200, 0.2)
    metrics.count_request("POST", "/v1/ask", 200, 0.7)
    metrics.count_request("BREW", "", 404, 0.001)
    assert value(metrics, "verbatim_http_requests_total", method="POST", route="/v1/ask", status="200") == 2
    assert value(metrics, "verbatim_http_requests_total", method="other", route="other", status="404") == 1
    assert value(metrics, "verbatim_http_request_seconds_count", route="/v1/ask") == 2
    assert value(metrics, "verbatim_http_request_seconds_sum", route="/v1/ask") == pytest.approx(0.9)
    assert value(metrics, "verbatim_http_request_seconds_bucket", route="/v1/ask", le="0.25") == 1


def test_answers_are_counted_with_the_seconds_of_their_stages() -> None:
    metrics = Metrics()
    metrics.count_answer(ANSWER)
    metrics.count_answer(replace(ANSWER, answered=True, mode="llm", timings={"write": 3.0, "of a client": 1.0}))
    assert value(metrics, "verbatim_answers_total", mode="extractive", answered="false") == 1
    assert value(metrics, "verbatim_answers_total", mode="llm", answered="true") == 1
    assert value(metrics, "verbatim_stage_seconds_count", stage="embed") == 1
    assert value(metrics, "verbatim_stage_seconds_count", stage="write") == 1
    assert value(metrics, "verbatim_stage_seconds_count", stage="other") == 1
    assert value(metrics, "verbatim_stage_seconds_count", stage="of a client") is None


def test_batches_the_index_and_jobs() -> None:
    metrics = Metrics()
    metrics.count_batch(1)
    metrics.count_batch(7)
    metrics.index_loaded(5, 488)
    metrics.index_failed()
    metrics.set_jobs({"running": 1, "done": 3})
    metrics.set_jobs({"done": 4})
    metrics.count_rejected("slow-headers")
    assert value(metrics, "verbatim_embedding_batch_size_bucket", le="1.0") == 1
    assert value(metrics, "verbatim_embedding_batch_size_sum") == 8
    assert value(metrics, "verbatim_index_interviews") == 5
    assert value(metrics, "verbatim_index_passages") == 488
    assert value(metrics, "verbatim_index_loads_total", result="ok") == 1
    assert value(metrics, "verbatim_index_loads_total", result="failed") == 1
    assert value(metrics, "verbatim_jobs", state="done") == 4
    assert value(metrics, "verbatim_jobs", state="running") is None
    assert value(metrics, "verbatim_http_rejected_total", reason="slow-headers") == 1


def test_two_services_count_for_themselves() -> None:
    first, second = Metrics(), Metrics()
    first.count_batch(1)
    assert value(second, "verbatim_embedding_batch_size_count") == 0


def test_the_content_type_is_prometheus_own() -> None:
    body, content_type = Metrics().exposition()
    assert content_type.startswith("text/plain; version=")
    assert body.endswith(b"\n")


def test_every_stage_of_an_answer_is_known(talks: Path, folder: Path) -> None:
    embedder = AnyEmbedder()
    build_index([talks], folder, embedder)
    timings = ask(Retriever(open_index(folder), embedder), "第2年，水稻遇到的最大困难是什么？").timings
    assert {"embed", "search", "total"} <= set(timings) <= STAGES
