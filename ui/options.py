"""The settings of the command line, in one place: flags, the environment variables behind them, and their checks."""

from __future__ import annotations

import os
import re
import shlex
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.errors import InputError, VerbatimError
from ui.questions import check_encoding

if TYPE_CHECKING:
    from index.places import Place
    from rag.filters import Filters

DEFAULT_INDEX = Path(".verbatim")
DEFAULT_SECONDS = 180.0  # of --llm-seconds
DEFAULT_TOKENS = 3000  # of --llm-tokens


def complete_doc(ctx: typer.Context, incomplete: str) -> list[str]:
    """The interviews of the index whose name starts with `incomplete`; none where there is no index to ask."""
    from index.places import open_place

    place = place_of(ctx.params.get("folder") or DEFAULT_INDEX, ctx.params.get("store") or "")
    try:
        with closing(open_place(place)) as index:
            return [row.doc for row in index.documents() if row.doc.startswith(incomplete)]
    except (VerbatimError, OSError):
        return []


IndexOption = Annotated[
    Path,
    typer.Option("--index", metavar="DIR", envvar="VERBATIM_INDEX", help="The folder of the index."),
]
StoreOption = Annotated[
    str,
    typer.Option(
        "--store",
        metavar="milvus://HOST:PORT/NAME",
        envvar="VERBATIM_STORE",
        help="An index in Milvus, in place of --index.",
    ),
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
RerankerOption = Annotated[
    str,
    typer.Option(
        "--reranker",
        metavar="NAME",
        envvar="VERBATIM_RERANKER",
        help="Order the best passages anew with this sentence-transformers CrossEncoder (name or folder). Slow.",
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
AskTopKOption = Annotated[
    int | None,
    typer.Option("--top-k", metavar="N", min=1, max=50, help="How many passages to answer from; else 5, with --llm 8."),
]
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
LanguageOption = Annotated[
    list[str] | None,
    typer.Option(
        "--language",
        metavar="TAG",
        help="Only interviews in this language: en, ja, zh (both scripts), zh-Hant, … Repeatable.",
    ),
]
AsIsOption = Annotated[
    bool,
    typer.Option("--as-is", help="Do not take a person, a year or an interview that the question names for a filter."),
]
LlmOption = Annotated[
    str,
    typer.Option(
        "--llm",
        metavar="PROVIDER:MODEL",
        envvar="VERBATIM_LLM",
        help="Let this chat model write the answer: openai:MODEL, anthropic:MODEL, ollama:MODEL, …",
    ),
]
LlmArgument = Annotated[
    str, typer.Argument(metavar="PROVIDER:MODEL", envvar="VERBATIM_LLM", help="The chat model, as in openai:MODEL.")
]
NoLlmOption = Annotated[bool, typer.Option("--no-llm", help="Answer with quotes alone, whatever VERBATIM_LLM says.")]
SecondsOption = Annotated[
    float,
    typer.Option(
        "--llm-seconds",
        metavar="SECONDS",
        envvar="VERBATIM_LLM_SECONDS",
        min=1,
        max=86_400,
        help="How long the chat model may take for an answer, all in all.",
    ),
]
TokensOption = Annotated[
    int,
    typer.Option(
        "--llm-tokens",
        metavar="N",
        envvar="VERBATIM_LLM_TOKENS",
        min=200,
        max=1_000_000,
        help="How many tokens of the interviews the chat model is shown, about.",
    ),
]
StrictOption = Annotated[bool, typer.Option("--strict", help="Leave out sentences that no quote supports.")]
HostOption = Annotated[
    str, typer.Option("--host", metavar="ADDRESS", help="The address to listen on; 0.0.0.0 lets other machines in.")
]
PortOption = Annotated[
    int | None,
    typer.Option("--port", metavar="N", min=1, max=65_535, help="The port; else the first free one from 8501 on."),
]
PublicHostOption = Annotated[
    str,
    typer.Option("--public-host", metavar="NAME", help="The name under which a proxy shows the page to others."),
]
NoBrowserOption = Annotated[bool, typer.Option("--no-browser", help="Open no browser; the address is printed.")]
NoCacheOption = Annotated[
    bool, typer.Option("--no-cache", help="Ask the chat model anew, though its answer to the same prompt is kept.")
]
VerboseOption = Annotated[bool, typer.Option("--verbose", help="Tokens and seconds of each step, on standard error.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line instead of text.")]


def check_filters(
    speakers: list[str] | None, interviews: list[str] | None, since: str, until: str, languages: list[str] | None = None
) -> Filters:
    """The filters of a search. Raises InputError for names, dates and languages that cannot be used."""
    check_dates(since, until)
    from rag.filters import Filters

    return Filters(
        speakers=tuple(check_name("--speaker", name) for name in speakers or ()),
        interviews=tuple(check_name("--interview", name) for name in interviews or ()),
        since=since,
        until=until,
        languages=tuple(check_language(tag) for tag in languages or ()),
    )


def check_language(tag: str) -> str:
    """The tag itself. Raises InputError for what is none."""
    if not re.fullmatch("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", tag):
        raise InputError(f"--language {tag!a} is no language tag: write en, ja, zh, zh-Hant, …")
    return tag


def check_dates(since: str, until: str, called: tuple[str, str] = ("--since", "--until")) -> None:
    """Raise InputError unless both are "", a year, a month or a day, and in order; `called` is what they are to it."""
    for name, date_given in zip(called, (since, until), strict=True):
        _check_date(name, date_given)
    if since and until and since > until + "\x7f":  # ISO dates sort as text; a shorter one stands for all it begins
        raise InputError(f"{called[0]} {since} is later than {called[1]} {until}: no interview can be from in between")


def check_name(what: str, name: str) -> str:
    """The name itself. Raises InputError when it is empty or has bytes that are not UTF-8."""
    if not name.strip():
        raise InputError(f"{what} is empty: give a name")
    return check_encoding(what, name)


def place_of(folder: Path, store: str) -> Place:
    """Where the index is: the store, where one is named."""
    return store.strip() or folder


def index_flags(place: Place) -> str:
    """What a suggested command needs so that it finds the same index: "" where that is the default."""
    if isinstance(place, str):
        from index.places import shown

        return "" if os.environ.get("VERBATIM_STORE") == place else f" --store {shlex.quote(shown(place))}"
    default = Path(os.environ.get("VERBATIM_INDEX") or DEFAULT_INDEX)
    return "" if place == default else f" --index {shlex.quote(str(place))}"


def _check_date(option: str, value: str) -> None:
    """Raise InputError for anything but "", a year, a month or a day that the calendar has."""
    if not value:
        return
    try:
        if not re.fullmatch("[0-9]{4}(-[0-9]{2}){0,2}", value):
            raise ValueError
        date.fromisoformat(value + "-01-01"[len(value) - 4 :])
    except ValueError:
        raise InputError(f"{option} {value!a} is not a date: write YYYY, YYYY-MM or YYYY-MM-DD") from None
