"""Traces for OpenTelemetry, where the environment asks for them: OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_TRACES_EXPORTER.

FastAPI writes the spans: one for each request with the times of its parts, no body, no question. Here is only where
they go. Figures are GET /metrics's and lines are the log's, with the span's trace_id, so neither is sent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from fastapi.telemetry import TelemetryConfig

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
EXPORTER = "OTEL_TRACES_EXPORTER"
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_QUERY = "url.query"
_NEEDED = ("opentelemetry.sdk.trace", "opentelemetry.exporter.otlp.proto.http.trace_exporter")

_log = logging.getLogger("verbatim.service")


@dataclass(frozen=True, slots=True)
class Telemetry:
    """`config` is FastAPI's setting `telemetry`; call `close` when the service ends, to send what is left."""

    config: TelemetryConfig
    close: Callable[[], None] = lambda: None


def telemetry(environ: Mapping[str, str], exporter: SpanExporter | None = None) -> Telemetry:
    """What the environment asks for; what it asks for and cannot have is logged, and the service runs without.

    Those settings may be meant for every program of a machine, so that they are no reason not to start. The exporter
    reads the others that OpenTelemetry has for it from the environment.
    """
    if not exporter:
        asked = _asked(environ)
        if not asked:
            return Telemetry(_config(None))
        problem = _problem(asked, environ)
        if problem:
            _log.warning("no traces are sent: %s", problem)
            return Telemetry(_config(None))
        exporter = _exporter(asked)
    provider = _provider(exporter)
    return Telemetry(_config(provider), provider.shutdown)


def _asked(environ: Mapping[str, str]) -> str:
    """The name of the exporter asked for, or ""."""
    if environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return ""
    named = environ.get(EXPORTER, "").strip().lower()
    has_endpoint = any(environ.get(endpoint, "").strip() for endpoint in ENDPOINTS)
    return "" if named == "none" else named or ("otlp" if has_endpoint else "")


def _problem(asked: str, environ: Mapping[str, str]) -> str:
    if asked not in ("otlp", "console"):
        return f"{EXPORTER} is {asked!r}; this service knows otlp, console and none."
    if not all(map(_is_installed, _NEEDED)):
        return "OpenTelemetry's SDK is not installed. Run: pip install 'verbatim[otel]'"
    protocol = next((environ[name] for name in _PROTOCOLS if environ.get(name)), "http/protobuf")
    if asked == "otlp" and protocol != "http/protobuf":
        return f"the protocol {protocol!r} is asked for; this service sends http/protobuf only."
    return ""


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # a package that it is in
        return False


def _exporter(asked: str) -> SpanExporter:
    if asked == "console":
        from opentelemetry.sdk.trace.export import ConsoleSpanExporter

        return ConsoleSpanExporter(formatter=lambda span: span.to_json(indent=None) + "\n")
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter()


def _provider(exporter: SpanExporter) -> TracerProvider:
    from opentelemetry.context import Context
    from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    class WithoutQuery(SpanProcessor):
        """Hides what a client wrote behind the "?", where a token may stand by mistake."""

        def on_start(self, span: Span, parent_context: Context | None = None) -> None:
            if span.attributes and _QUERY in span.attributes:
                span.set_attribute(_QUERY, "(hidden)")

    named = OTELResourceDetector().detect()  # OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: "verbatim"}).merge(named), shutdown_on_exit=False)
    provider.add_span_processor(WithoutQuery())
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


def _config(provider: TracerProvider | None) -> TelemetryConfig:
    config: TelemetryConfig = {
        "tracing": provider is not None,
        "metrics": False,
        "logs": False,
        "auto_configure": False,
    }
    if provider:
        config["tracer_provider"] = provider
    return config
