"""The commands `verbatim token …`: who may use the service."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.errors import InputError
from ui.jsonl import write_json
from ui.messages import counted, one_line, tell
from ui.options import DEFAULT_INDEX, IndexOption, JsonOption, check_name
from ui.options_serve import TokensFileOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ui.tokens import Token

token = typer.Typer(no_args_is_help=True, help="The tokens with which programs may use the service.")
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Whose token it is, or what it is for.")]


@token.command("add")
def add(
    name: NameArgument,
    write: Annotated[bool, typer.Option("--write", help="Let it add and remove interviews, not only read.")] = False,
    expires: Annotated[
        str | None,
        typer.Option(
            "--expires", metavar="DATE", help="Its last day, 2027-01-31, or a moment, 2027-01-31T18:00Z; both in UTC."
        ),
    ] = None,
    rate: Annotated[
        int | None,
        typer.Option(
            "--rate",
            metavar="N",
            min=0,
            max=60_000,
            help="Requests it may make a minute, if not as many as the service lets all; 0 for any number.",
        ),
    ] = None,
    folder: IndexOption = DEFAULT_INDEX,
    file: TokensFileOption = None,
) -> None:
    """Make a token and print it. It is shown this once: only its hash is kept.

    A service that runs knows it at once.

    Examples:

    verbatim token add newsroom
    verbatim token add archivist --write --expires 2027-01-31
    """
    from ui.token_changes import add_token
    from ui.tokens import READ, READ_AND_WRITE, read_tokens

    path = _path(folder, file)
    scopes = READ_AND_WRITE if write else READ
    text, made = add_token(path, check_name("NAME", name), scopes, last_moment(expires, datetime.now(UTC)), rate)
    until = f" until {_shown(made.expires)}" if made.expires else ""
    tell(f"{made.name} may {_allowed(made)}{until}. Only a hash is kept, in {path}; this is the token:")
    print(text)
    if len(read_tokens(path)) == 1:
        tell("it is the first: from now on the service lets nobody in without a token")
    _warn(path)


@token.command("list")
def list_tokens(
    folder: IndexOption = DEFAULT_INDEX, file: TokensFileOption = None, as_json: JsonOption = False
) -> None:
    """List whose tokens there are and what they may do. Exit code 1 when there are none.

    Examples:

    verbatim token list
    verbatim token list --json
    """
    from ui.tokens import read_tokens

    path = _path(folder, file)
    tokens = read_tokens(path)
    now = datetime.now(UTC)
    if as_json:
        for one in tokens:
            write_json(_record(one, now))
    elif tokens:
        _show(tokens, now)
    if not tokens:
        tell(f"no tokens in {path}: verbatim token add NAME makes one")
    _warn(path)
    raise typer.Exit(0 if tokens else 1)


@token.command("remove")
def remove(name: NameArgument, folder: IndexOption = DEFAULT_INDEX, file: TokensFileOption = None) -> None:
    """Take a token out of the file. A service that runs refuses it at once.

    Example:

    verbatim token remove newsroom
    """
    from ui.token_changes import remove_token

    path = _path(folder, file)
    left = remove_token(path, check_name("NAME", name))
    tell(f"{name} is removed; {counted(left, 'token')} left in {path}")
    if not left:
        tell("a service that runs lets nobody in now; one that is started on this machine alone asks for no token")


def last_moment(expires: str | None, now: datetime) -> datetime | None:
    """The first moment, in UTC, at which a token works no more. Raises InputError for what is no date, or is over."""
    from ui.tokens import moment

    if expires is None:
        return None
    try:
        if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", expires):
            end = moment(date.fromisoformat(expires))
        elif re.fullmatch("[0-9-]{10}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?", expires):
            end = moment(datetime.fromisoformat(expires))
        else:
            raise ValueError
    except ValueError:
        raise InputError(
            f"--expires {expires!a} is not a date: write a day, 2027-01-31, or a moment in UTC, 2027-01-31T18:00Z"
        ) from None
    if end <= now:
        raise InputError(f"--expires {expires} is over already: the token would never work")
    return end


def _path(folder: Path, file: Path | None) -> Path:
    from ui.tokens import default_tokens_file

    return file or default_tokens_file(folder)


def _warn(path: Path) -> None:
    from ui.tokens import warning_about

    if warning := warning_about(path):
        tell(f"warning: {warning}")


def _allowed(one: Token) -> str:
    return " and ".join(sorted(one.scopes))


def _shown(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"


def _record(one: Token, now: datetime) -> dict[str, object]:
    return {
        "name": one.name,
        "scopes": sorted(one.scopes),
        "created": one.created.isoformat(),
        "expires": one.expires.isoformat() if one.expires else None,
        "expired": one.is_over(now),
        "rate": one.rate,
    }


def _show(tokens: Sequence[Token], now: datetime) -> None:
    from rich.table import Table
    from rich.text import Text

    from ui.terminal import open_console

    table = Table(box=None, pad_edge=False, padding=(0, 2), collapse_padding=True, header_style="bold")
    for column in ("Token", "May", "Made", "Works until", "Requests a minute"):
        table.add_column(column, overflow="fold", style="cyan" if column == "Token" else "")
    for one in tokens:
        until = _shown(one.expires) if one.expires else "it is removed"
        if one.is_over(now):
            until += ", over"
        rate = "as the service says" if one.rate is None else f"{one.rate:,}" if one.rate else "any number"
        cells = (one.name, _allowed(one), _shown(one.created), until, rate)
        table.add_row(*(Text(one_line(cell)) for cell in cells))
    open_console().print(table)
