"""The options of `verbatim eval`, and which of them go together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from index.errors import InputError

GoldOption = Annotated[
    str,
    typer.Option(
        "--gold",
        metavar="samples|interviews|FILE",
        help="The questions: a set that comes with Verbatim, or a .jsonl or .csv file of your own.",
    ),
]
CorpusOption = Annotated[
    Path | None,
    typer.Option("--corpus", metavar="DIR", help="The transcripts to ask; they are indexed into .verbatim-eval/."),
]
AskedIndexOption = Annotated[
    Path,
    typer.Option(
        "--index",
        metavar="DIR",
        envvar="VERBATIM_INDEX",
        show_default=False,
        help="An index to ask as it is. A set of your own asks the default index.",
    ),
]
SplitOption = Annotated[
    Literal["dev", "test", "all"],
    typer.Option("--split", help="dev is for tuning; test is set aside, to see what tuning was worth."),
]
BaselineOption = Annotated[
    list[str] | None,
    typer.Option(
        "--baseline",
        metavar="langchain|bm25",
        help="Ask this system the same questions: the usual tutorial's, or BM25 alone. Repeatable.",
    ),
]
JudgeOption = Annotated[
    str,
    typer.Option(
        "--judge", metavar="PROVIDER:MODEL", help="Let a chat model mark Verbatim's answers, as in openai:gpt-5-mini."
    ),
]
AskedLlmOption = Annotated[
    str,
    typer.Option(
        "--llm",
        metavar="PROVIDER:MODEL",
        help="Let this chat model write the answers. VERBATIM_LLM does not count here.",
    ),
]
LimitOption = Annotated[
    int, typer.Option("--limit", metavar="N", min=0, help="Ask only so many of the questions, spread over the set.")
]
ReportOption = Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the report here, as JSON.")]
PageOption = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write the report here, as one page with plots.")
]
MinOption = Annotated[
    list[str] | None,
    typer.Option("--min", metavar="METRIC=VALUE", help="Exit code 1 where the figure is lower. Repeatable."),
]
MaxOption = Annotated[
    list[str] | None,
    typer.Option("--max", metavar="METRIC=VALUE", help="Exit code 1 where the figure is higher. Repeatable."),
]
CompareOption = Annotated[
    tuple[Path, Path] | None,
    typer.Option("--compare", metavar="A.json B.json", help="Show what changed from one report to the other."),
]
InitOption = Annotated[
    Path | None,
    typer.Option("--init", metavar="FILE", help="Write questions of your own interviews to start a gold set from."),
]
FreshOption = Annotated[
    bool, typer.Option("--fresh", help="Begin anew instead of going on where an interrupted run stopped.")
]
ALONE = {"compare": set[str](), "init": {"corpus", "folder", "embedding"}}
"""Parameters that stand for a task of their own, and which others may be given with each."""
FLAGS = {"folder": "index", "top_k": "top-k", "as_json": "json", "as_html": "html", "least": "min", "most": "max"}
"""Parameters whose option is called otherwise."""


def given_options(ctx: typer.Context) -> set[str]:
    """The parameters that stand on the command line, whatever the environment and the defaults say of the others."""
    sources = {name: ctx.get_parameter_source(name) for name in ctx.params}
    return {name for name, source in sources.items() if source and source.name == "COMMANDLINE"}


def check_together(given: set[str]) -> None:
    """Raise InputError for options that do not go together."""
    for option, allowed in ALONE.items():
        if option in given and (others := given - allowed - {option}):
            names = ", ".join(sorted(f"--{FLAGS.get(name, name)}" for name in others))
            raise InputError(f"--{option} is a task of its own: leave out {names}")
    if {"corpus", "folder"} <= given:
        raise InputError("--corpus names transcripts, --index what was made of them: choose one")
