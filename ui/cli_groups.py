"""The commands that stand in groups: `verbatim models …` and `verbatim people …`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ui.cli_people import ShownByDefault
from ui.options import (
    DEFAULT_INDEX,
    IndexOption,
    InterviewOption,
    JsonOption,
    LlmArgument,
    StoreOption,
    check_name,
    place_of,
)

models = typer.Typer(no_args_is_help=True, help="The chat model that can write answers.")
people = typer.Typer(
    cls=ShownByDefault,
    help="""Who speaks in the interviews, under which names, and what is uncertain about it.

    Examples:

    verbatim people

    verbatim people "Audrey Tang"

    verbatim people join "Audrey Tang" 唐鳳

    verbatim people split "John Smith" Smith
    """,
)
FileOption = Annotated[
    Path | None,
    typer.Option("--file", metavar="FILE", help="The people.toml to write, if not the one beside the transcripts."),
]


@models.command("check")
def check_model(llm: LlmArgument = "") -> None:
    """Ask a chat model for one short reply, and say what works.

    Exit code 2 when it does not answer, with the reason.

    Examples:

    verbatim models check
    verbatim models check openai:gpt-5-mini
    """
    from ui.cli_models import run_check

    raise typer.Exit(run_check(llm))


@people.command("show")
def show_people(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Only this person, with all interviews.")] = "",
    folder: IndexOption = DEFAULT_INDEX,
    store: StoreOption = "",
    as_json: JsonOption = False,
) -> None:
    """List everyone who speaks, or show one person; the word "show" may be left out.

    Examples:

    verbatim people
    verbatim people 唐鳳 --json
    """
    from ui.cli_people import run_people

    raise typer.Exit(run_people(place_of(folder, store), name, as_json))


@people.command("join")
def join_people(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the person is called.")],
    aliases: Annotated[list[str], typer.Argument(metavar="ALIAS...", help="Other names of the same person.")],
    interview: InterviewOption = None,
    folder: IndexOption = DEFAULT_INDEX,
    store: StoreOption = "",
    file: FileOption = None,
) -> None:
    """Write into people.toml that these names are one person; with --interview, in these interviews alone.

    Examples:

    verbatim people join "Audrey Tang" 唐鳳
    verbatim people join "John Brown" John --interview 2024-05-03-brown
    """
    from ui.cli_people import run_join

    named = [check_name("ALIAS", alias) for alias in aliases]
    raise typer.Exit(run_join(place_of(folder, store), check_name("NAME", name), named, interview or [], file))


@people.command("split")
def split_people(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A person.")],
    alias: Annotated[str, typer.Argument(metavar="ALIAS", help="A name that is somebody else's.")],
    folder: IndexOption = DEFAULT_INDEX,
    store: StoreOption = "",
    file: FileOption = None,
) -> None:
    """Write into people.toml that a name is not this person's, whatever the texts say.

    Example:

    verbatim people split "John Smith" 史密斯
    """
    from ui.cli_people import run_split

    raise typer.Exit(run_split(place_of(folder, store), check_name("NAME", name), check_name("ALIAS", alias), file))
