"""The service's log: one JSON object a line on standard error, for our own loggers, uvicorn's, and everybody else's.

    {"time": "2026-01-31T12:00:00.000000Z", "level": "info", "event": "request", "logger": "verbatim.requests",
     "request_id": "…", "method": "POST", "route": "/v1/ask", "status": 200, "seconds": 0.0312, "bytes": 1810}

No key, token, query string or body stands in it, and no question unless asked for.
"""

from __future__ import annotations

import logging
import math
import re
import sys
import threading
from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any, TextIO

import structlog
from opentelemetry.trace import format_trace_id, get_current_span
from structlog.contextvars import merge_contextvars
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name

from rag.redact import HIDDEN, redact
from ui.jsonl import json_line

LEVELS = ("debug", "info", "warning", "error")
OURS = ("verbatim", "ui", "eval", "rag", "index", "uvicorn", "uvicorn.error")
LONGEST = 20_000  # characters of one value; a trace is cut at its head, since its end says what happened
_TOKEN = re.compile(r"\bvb_[\w-]{6,}")  # the tokens of ui/tokens.py
_FIRST = ("time", "level", "event", "logger", "request_id")
# Made by us, or of few safe characters: looking for secrets in each would take most of the time of a line.
_OWN = frozenset({"time", "level", "logger", "request_id", "trace_id", "method", "route", "outcome"})

_questions = logging.getLogger("verbatim.questions")
_question: ContextVar[str] = ContextVar("question", default="")

Event = MutableMapping[str, Any]


def configure_logs(with_questions: bool, level: str, out: TextIO | None = None) -> None:
    """Have everything that is logged written as JSON lines to `out` (default: standard error).

    `level` is one of LEVELS and holds for our own loggers and uvicorn's; of other libraries only warnings are logged,
    since what they say below that quotes prompts and addresses. Give uvicorn `log_config=None, access_log=False`.
    """
    handler = logging.StreamHandler(out or sys.stderr)
    handler.setFormatter(json_formatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in OURS:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate, logger.disabled = True, False
        logger.setLevel(level.upper())
    access = logging.getLogger("uvicorn.access")  # its lines have the query string
    access.handlers.clear()
    access.propagate = False
    _questions.setLevel(logging.INFO if with_questions else logging.CRITICAL + 1)
    logging.captureWarnings(True)
    threading.excepthook = _log_dead_thread


def log_question(question: str) -> None:
    """Log a question, where configure_logs was told to; otherwise keep it out of what this request logs later.

    An error's own message may quote it; in a thread, that is found only if the request's context was handed over.
    """
    if _questions.isEnabledFor(logging.INFO):
        _questions.info("question", extra={"question": question})
    else:
        _question.set(question)


def json_formatter() -> ProcessorFormatter:
    """Writes a record as one line of JSON, with the request that it belongs to."""
    return ProcessorFormatter(
        foreign_pre_chain=[
            merge_contextvars,
            add_log_level,
            add_logger_name,
            ExtraAdder(),
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        ],
        processors=[
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _add_trace,
            _made_safe,
            _as_line,
        ],
    )


def _add_trace(logger: Any, method: str, event: Event) -> Event:
    span = get_current_span().get_span_context()
    if span.is_valid:
        event["trace_id"] = format_trace_id(span.trace_id)
    return event


def _made_safe(logger: Any, method: str, event: Event) -> Event:
    """Only what JSON knows, and no secret or question in any text."""
    event.pop("color_message", None)  # uvicorn's, the event once more
    return {key: value if key in _OWN else _safe(value) for key, value in event.items()}


def _as_line(logger: Any, method: str, event: Event) -> str:
    first = {key: event.pop(key) for key in _FIRST if key in event}
    return json_line({**first, **event})


def _safe(value: Any) -> Any:
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if isinstance(value, dict):
        return {str(_safe(key)): _safe(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_safe(item) for item in value]
    text = value if isinstance(value, str) else str(value)
    if question := _question.get():
        for form in (question, repr(question)[1:-1]):
            text = text.replace(form, "(question)")
    return _TOKEN.sub(HIDDEN, redact(text[-LONGEST:]))


def _log_dead_thread(dead: threading.ExceptHookArgs) -> None:
    if dead.exc_value is not None and not isinstance(dead.exc_value, SystemExit):
        name = dead.thread.name if dead.thread else ""
        logging.getLogger("verbatim.service").error("a thread died", exc_info=dead.exc_value, extra={"dead": name})
