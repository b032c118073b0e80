"""The service's log: every line one JSON object, whatever is logged, and nothing in it that must not be."""

from __future__ import annotations

import json
import logging
import threading
import warnings
from collections.abc import Callable, Iterator
from contextvars import copy_context
from io import StringIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.contextvars import bound_contextvars

from ui.service_logs import OURS, configure_logs, log_question

Configure = Callable[..., "Lines"]
NAMES = (None, *OURS, "uvicorn.access", "verbatim.questions", "py.warnings")


class Lines(StringIO):
    """What was logged."""

    def read_all(self) -> list[dict[str, Any]]:
        text = self.getvalue()
        assert text == "" or text.endswith("\n")
        return [json.loads(line) for line in text.split("\n")[:-1]]

    def last(self) -> dict[str, Any]:
        return self.read_all()[-1]


@pytest.fixture
def configured() -> Iterator[Configure]:
    """Configures the logs for one test."""
    loggers = [logging.getLogger(name) for name in NAMES]
    before = [(logger.handlers[:], logger.level, logger.propagate) for logger in loggers]
    hook = threading.excepthook

    def configure(with_questions: bool = False, level: str = "info") -> Lines:
        lines = Lines()
        configure_logs(with_questions, level, lines)
        return lines

    yield configure
    logging.captureWarnings(False)
    threading.excepthook = hook
    for logger, (handlers, level, propagate) in zip(loggers, before, strict=True):
        logger.handlers[:] = handlers
        logger.setLevel(level)
        logger.propagate = propagate


def test_a_line_has_time_level_event_logger_and_request_in_this_order(configured: Configure) -> None:
    lines = configured()
    with bound_contextvars(request_id="abc"):
        logging.getLogger("verbatim.requests").info("request", extra={"status": 200, "seconds": 0.123456789})
    line = lines.last()
    assert list(line) == ["time", "level", "event", "logger", "request_id", "status", "seconds"]
    assert line["time"].endswith("Z") and "T" in line["time"]
    assert {**line, "time": ""} == {
        "time": "",
        "level": "info",
        "event": "request",
        "logger": "verbatim.requests",
        "request_id": "abc",
        "status": 200,
        "seconds": 0.1235,
    }


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    event=st.text(),
    value=st.one_of(
        st.text(st.characters(exclude_categories=[])),
        st.floats(),
        st.binary(),
        st.dictionaries(st.one_of(st.text(), st.integers()), st.lists(st.floats())),
    ),
)
def test_whatever_is_logged_is_one_line_of_json(configured: Configure, event: str, value: object) -> None:
    lines = configured()
    logging.getLogger("verbatim.service").info("%s", event, extra={"value": value})
    assert len(lines.getvalue().splitlines()) == 1
    line = json.loads(lines.getvalue(), parse_constant=lambda constant: pytest.fail(constant))
    assert set(line) == {"time", "level", "event", "logger", "value"}
    lines.getvalue().encode()


def test_what_would_change_a_terminal_is_escaped(configured: Configure) -> None:
    lines = configured()
    logging.getLogger("ui.x").info("\x1b[31mred\u202eder\u2028\x9b\ud800 茶")
    told = lines.getvalue()
    assert "\\u001b[31mred\\u202eder\\u2028\\u009b\\ud800 茶" in told


def test_an_exception_is_one_field_of_its_line(configured: Configure) -> None:
    lines = configured()
    try:
        raise ValueError("first line\nsecond line")
    except ValueError:
        logging.getLogger("rag.chain").exception("it failed")
    line = lines.last()
    assert len(lines.read_all()) == 1
    assert line["level"] == "error"
    assert line["exception"].startswith("Traceback")
    assert line["exception"].rstrip().endswith("ValueError: first line\nsecond line")


def test_a_long_trace_keeps_its_end(configured: Configure) -> None:
    lines = configured()
    logging.getLogger("ui.x").error("x", exc_info=ValueError("a " * 50_000 + "the end"))
    assert len(lines.getvalue()) < 21_000
    assert "the end" in lines.last()["exception"]


def test_keys_and_tokens_are_hidden(configured: Configure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "swordfish-swordfish")
    lines = configured()
    log = logging.getLogger("verbatim.service")
    log.error("vb_0123456789abcdefghij", extra={"sent": {"authorization: Bearer abcdefghijkl": "sk-0123456789"}})
    log.error("x", exc_info=ValueError("https://me:word@here/?key=12345 swordfish-swordfish"))
    told = lines.getvalue()
    for secret in ("0123456789", "abcdefghij", "swordfish", "word@", "12345"):
        assert secret not in told


@pytest.mark.parametrize("name", ["uvicorn.error", "uvicorn", "verbatim.service", "index.build"])
def test_ours_and_uvicorns_are_logged_once_from_the_level_on(configured: Configure, name: str) -> None:
    configured()  # configuring twice adds nothing
    lines = configured(level="warning")
    logging.getLogger(name).info("little")
    logging.getLogger(name).warning("much", extra={"color_message": "\x1b[1mmuch"})
    assert [(line["event"], line["logger"]) for line in lines.read_all()] == [("much", name)]
    assert "color_message" not in lines.last()


def test_uvicorns_access_log_is_off(configured: Configure) -> None:
    lines = configured(level="debug")
    logging.getLogger("uvicorn.access").error("GET /v1/ask?token=1")
    assert lines.read_all() == []
    assert not logging.getLogger("uvicorn.access").hasHandlers()


def test_what_other_libraries_say_below_a_warning_is_not_logged(configured: Configure) -> None:
    """The openai package logs whole prompts at debug."""
    lines = configured(with_questions=True, level="debug")
    logging.getLogger("openai._base_client").debug("Request options: …")
    logging.getLogger("httpx").info("HTTP Request: POST …")
    logging.getLogger("httpx").warning("slow")
    assert [line["event"] for line in lines.read_all()] == ["slow"]


def test_warnings_and_dead_threads_are_lines_too(configured: Configure) -> None:
    lines = configured()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("old", stacklevel=1)
        logging.captureWarnings(False)

    def dies() -> None:
        raise ValueError("gone")

    thread = threading.Thread(target=dies, name="worker-1")
    thread.start()
    thread.join()
    warning, death = lines.read_all()
    assert "UserWarning: old" in warning["event"]
    assert (death["event"], death["dead"]) == ("a thread died", "worker-1")
    assert "ValueError: gone" in death["exception"]


def test_a_question_is_logged_only_where_asked_for(configured: Configure) -> None:
    lines = configured(with_questions=True, level="error")
    log_question("谁采茶？")
    assert (lines.last()["event"], lines.last()["question"]) == ("question", "谁采茶？")
    lines = configured()
    copy_context().run(log_question, "谁采茶？")
    assert lines.read_all() == []


def test_an_error_that_quotes_the_question_is_logged_without_it(configured: Configure) -> None:
    lines = configured()

    def failing() -> None:
        log_question("Who picks\nthe tea?")
        logging.getLogger("rag.x").error(
            "cannot read %r", "Who picks\nthe tea?", exc_info=ValueError("Who picks\nthe tea? is odd")
        )

    copy_context().run(failing)
    assert "tea" not in lines.getvalue().replace("test_", "")
    assert lines.last()["event"] == "cannot read '(question)'"
