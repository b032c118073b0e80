"""Errors of commands become a line and an exit code; commands that only raise stand in for the real ones."""

from __future__ import annotations

import errno

import pytest
import typer
from typer.testing import CliRunner, Result

from index.errors import IndexLocked
from ui.cli_errors import ErrorsAsMessages


def run_raising(error: BaseException, command: str = "ask") -> Result:
    app = typer.Typer(cls=ErrorsAsMessages, pretty_exceptions_enable=False)

    def raising() -> None:
        print("before")
        raise error

    app.command(command)(raising)
    app.command("other")(raising)
    return CliRunner().invoke(app, [command])


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (IndexLocked("process 7 is writing .verbatim: wait"), 2, "verbatim: process 7 is writing .verbatim: wait\n"),
        (OSError(errno.ENOSPC, "No space left on device", "a/b"), 2, "verbatim: No space left on device: a/b\n"),
        (KeyboardInterrupt(), 130, "verbatim: interrupted\n"),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 141, ""),
        (typer.Exit(1), 1, ""),
    ],
)
def test_an_error_is_a_line_and_an_exit_code(error: BaseException, code: int, message: str) -> None:
    result = run_raising(error)
    assert (result.exit_code, result.stdout, result.stderr) == (code, "before\n", message)


def test_an_interrupted_build_says_that_the_old_index_stands() -> None:
    assert run_raising(KeyboardInterrupt(), "index").stderr == "verbatim: interrupted; the old index is unchanged\n"


def test_a_mistake_of_ours_asks_for_a_report() -> None:
    result = run_raising(ZeroDivisionError("division by zero"))
    assert result.exit_code == 2
    assert "ZeroDivisionError: division by zero" in result.stderr
    assert "VERBATIM_DEBUG=1" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_traceback_is_there_for_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERBATIM_DEBUG", "1")
    assert isinstance(run_raising(ZeroDivisionError("x")).exception, ZeroDivisionError)


def test_usage_errors_stay_with_typer() -> None:
    result = run_raising(typer.BadParameter("too much"))
    assert result.exit_code == 2
    assert "too much" in result.stderr
