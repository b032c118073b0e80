"""The one place where an error of the command line becomes a message and an exit code."""

from __future__ import annotations

import io
import os
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from index.errors import VerbatimError
from ui.messages import tell

BAD_INPUT, INTERRUPTED, READER_GONE = 2, 130, 141  # the last two as a shell reports SIGINT and SIGPIPE


class ErrorsAsMessages(TyperGroup):
    """The group of commands: a person's mistake gives a line on standard error, never a traceback.

    Set VERBATIM_DEBUG to see the traceback of a mistake of ours.
    """

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for; `ctx` is a click Context, a type that Typer keeps to itself."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):  # what the terminal's encoding lacks is escaped
                stream.reconfigure(errors="backslashreplace")
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except (typer.Exit, typer.Abort, typer.TyperException):
            raise
        except (KeyboardInterrupt, Exception) as error:
            if os.environ.get("VERBATIM_DEBUG"):
                raise
            raise typer.Exit(_report(error, ctx.invoked_subcommand)) from error


def _report(error: BaseException, command: str | None) -> int:
    """Say what happened; returns the exit code."""
    match error:
        case BrokenPipeError():
            _drop_output()
            return READER_GONE
        case KeyboardInterrupt():
            writes = command in ("index", "remove")
            tell("interrupted; the old index is unchanged" if writes else "interrupted")
            return INTERRUPTED
        case VerbatimError():
            tell(str(error))
        case OSError():
            _drop_output()
            where = f": {os.fsdecode(error.filename)}" if isinstance(error.filename, str | bytes) else ""
            tell(f"{error.strerror or error}{where}")
        case _:
            tell(
                f"this should not have happened: {type(error).__name__}: {error}\n"
                "Please report it, with what VERBATIM_DEBUG=1 in front of the same command prints."
            )
    return BAD_INPUT


def _drop_output() -> None:
    """Send what is still buffered nowhere, or Python would fail on it again at exit."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return  # standard output is not a real file: nothing is buffered for one
