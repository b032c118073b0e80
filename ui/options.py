"""The settings of the command line, in one place: flags, the environment variables behind them, and their checks."""

from __future__ import annotations

import os
import re
import shlex
from calendar import monthrange
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.errors import InputError, VerbatimError
from ui.questions import has_surrogates

if TYPE_CHECKING:
    from rag.retrieve import Filters

DEFAULT_INDEX = Path(".verbatim")


def complete_doc(ctx: typer.Context, incomplete: str) -> list[str]:
    """The interviews of the index whose name starts with `incomplete`; none where there is no index to ask."""
    from index.store import open_index

    try:
        with open_index(ctx.params.get("folder") or DEFAULT_INDEX) as index:
            return [row.doc for row in index.documents() if row.doc.startswith(incomplete)]
    except (VerbatimError, OSError):
        return []


IndexOption = Annotated[
    Path,
    typer.Option("--index", metavar="DIR", envvar="VERBATIM_INDEX", help="The folder of the index."),
]
EmbeddingOption = Annotated[
    str | None,
    typer.Option(
        "--embedding",
        metavar="NAME",
        envvar="VERBATIM_EMBEDDING",
        help="The embedding model: bundled, a sentence-transformers name or folder, or openai:MODEL.",
    ),
]
QuestionArgument = Annotated[
    str, typer.Argument(metavar="QUESTION|-", help="The question; - reads one question a line from standard input.")
]
DocArgument = Annotated[
    str,
    typer.Argument(
        metavar="DOC", help="The name of an interview, as `verbatim list` prints it.", autocompletion=complete_doc
    ),
]
DocsArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="DOC...", help="Names of interviews, as `verbatim list` prints them.", autocompletion=complete_doc
    ),
]
TopKOption = Annotated[int, typer.Option("--top-k", metavar="N", min=1, max=50, help="How many passages to find.")]
SpeakerOption = Annotated[
    list[str] | None,
    typer.Option("--speaker", metavar="NAME", help="Only what this person said, under any of their names. Repeatable."),
]
InterviewOption = Annotated[
    list[str] | None,
    typer.Option("--interview", metavar="DOC", help="Only this interview. Repeatable.", autocompletion=complete_doc),
]
SinceOption = Annotated[
    str,
    typer.Option("--since", metavar="DATE", help="Only interviews of this date or later: YYYY, YYYY-MM or YYYY-MM-DD."),
]
UntilOption = Annotated[
    str,
    typer.Option(
        "--until", metavar="DATE", help="Only interviews of this date or earlier: YYYY, YYYY-MM or YYYY-MM-DD."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line instead of text.")]


def check_filters(speakers: list[str] | None, interviews: list[str] | None, since: str, until: str) -> Filters:
    """The filters of a search. Raises InputError for names and dates that cannot be used."""
    first, last = _days("--since", since), _days("--until", until)
    if first and last and first[0] > last[1]:
        raise InputError(f"--since {since} is later than --until {until}: no interview can be in between")
    from rag.retrieve import Filters

    return Filters(
        speakers=tuple(check_name("--speaker", name) for name in speakers or ()),
        interviews=tuple(check_name("--interview", name) for name in interviews or ()),
        since=since,
        until=until,
    )


def check_name(what: str, name: str) -> str:
    """The name itself. Raises InputError when it is empty or has bytes that are not UTF-8."""
    if not name.strip():
        raise InputError(f"{what}: the name is empty")
    if has_surrogates(name):
        raise InputError(f"{what} {name!a}: the name is not valid text (bytes that are not UTF-8)")
    return name


def index_flags(folder: Path) -> str:
    """What a suggested command needs so that it finds the same index: "" where that is the default."""
    default = Path(os.environ.get("VERBATIM_INDEX") or DEFAULT_INDEX)
    return "" if folder == default else f" --index {shlex.quote(str(folder))}"


def _days(option: str, value: str) -> tuple[date, date] | None:
    """The first and the last day that a date, a month or a year covers; None when not given."""
    if not value:
        return None
    found = re.fullmatch(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?", value)
    try:
        if found is None:
            raise ValueError
        year, month, day = (int(part) if part else None for part in found.groups())
        assert year is not None
        first = date(year, month or 1, day or 1)
        last_month = month or 12
        return first, date(year, last_month, day or monthrange(year, last_month)[1])
    except ValueError:
        raise InputError(f"{option} {value!a}: not a date; write YYYY, YYYY-MM or YYYY-MM-DD") from None
