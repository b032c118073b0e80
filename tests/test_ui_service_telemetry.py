"""Traces: only where asked for, without queries, and a log line that says when they cannot be had."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from importlib.util import find_spec

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from ui import service_telemetry
from ui.service_telemetry import telemetry

OTLP = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}
needs_sdk = pytest.mark.skipif(not find_spec("opentelemetry.sdk"), reason="the extra otel is not installed")


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": " "},
        {"OTEL_TRACES_EXPORTER": "none", **OTLP},
        {"OTEL_SDK_DISABLED": "true", **OTLP},
    ],
)
def test_nothing_is_traced_unless_asked_for(environ: Mapping[str, str], caplog: pytest.LogCaptureFixture) -> None:
    config = telemetry(environ).config
    assert not config["tracing"]
    assert "tracer_provider" not in config
    assert caplog.records == []


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "'zipkin'"),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", **OTLP}, "'grpc'"),
    ],
)
@needs_sdk
def test_what_is_not_known_is_said(environ: Mapping[str, str], told: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "verbatim.service")
    assert not telemetry(environ).config["tracing"]
    assert "no traces are sent" in caplog.text and told in caplog.text


@pytest.mark.parametrize("environ", [OTLP, {"OTEL_TRACES_EXPORTER": "console"}])
def test_that_the_extra_is_missing_is_said(
    environ: Mapping[str, str], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_telemetry, "_NEEDED", ("opentelemetry.of_nobody", "nobodys.package"))
    caplog.set_level(logging.WARNING, "verbatim.service")
    assert not telemetry(environ).config["tracing"]
    assert "pip install 'verbatim[otel]'" in caplog.text


@needs_sdk
@pytest.mark.parametrize("environ", [OTLP, {"OTEL_TRACES_EXPORTER": "otlp"}, {"OTEL_TRACES_EXPORTER": "console"}])
def test_what_is_asked_for_is_had(environ: Mapping[str, str], caplog: pytest.LogCaptureFixture) -> None:
    found = telemetry(environ)
    assert found.config["tracing"]
    assert found.config["tracer_provider"]
    assert not found.config["metrics"] and not found.config["logs"] and not found.config["auto_configure"]
    found.close()
    assert caplog.records == []


@needs_sdk
def test_a_span_has_the_route_and_not_the_query(monkeypatch: pytest.MonkeyPatch) -> None:
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=test")
    spans = InMemorySpanExporter()
    found = telemetry({}, spans)
    app = FastAPI(telemetry=found.config)

    @app.get("/v1/interviews/{doc}")
    async def interview(doc: str) -> str:
        return doc

    with TestClient(app) as client:
        assert client.get("/v1/interviews/tea?access_token=vb_secret").status_code == 200
    found.config["tracer_provider"].force_flush()  # type: ignore[union-attr]
    finished = spans.get_finished_spans()
    [request] = [span for span in finished if span.name == "GET /v1/interviews/{doc}"]
    assert request.attributes and request.attributes["url.query"] == "(hidden)"
    assert "vb_secret" not in "".join(span.to_json() for span in finished)
    assert request.resource.attributes["service.name"] == "verbatim"
    assert request.resource.attributes["deployment.environment"] == "test"
    found.close()


@needs_sdk
def test_a_log_line_within_a_span_has_its_trace() -> None:
    from io import StringIO

    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import format_trace_id

    from ui.service_logs import json_formatter

    out = StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(json_formatter())
    record = logging.LogRecord("x", logging.INFO, "", 0, "hello", (), None)
    with TracerProvider(shutdown_on_exit=False).get_tracer("test").start_as_current_span("one") as span:
        handler.emit(record)
    assert f'"trace_id": "{format_trace_id(span.get_span_context().trace_id)}"' in out.getvalue()
