"""The options of `verbatim serve`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

LlmsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--llm",
        metavar="PROVIDER:MODEL",
        envvar="VERBATIM_LLM",
        help="A chat model that may write answers. Repeatable; the first is the default.",
    ),
]
ServicePortOption = Annotated[int, typer.Option("--port", metavar="N", min=0, max=65_535, help="The port; 0 for any.")]
PublicHostsOption = Annotated[
    list[str] | None,
    typer.Option("--public-host", metavar="NAME", help="A name by which a proxy passes requests on. Repeatable."),
]
OriginOption = Annotated[
    list[str] | None,
    typer.Option("--origin", metavar="URL", help="A site whose pages may ask the service (CORS). Repeatable."),
]
TokensFileOption = Annotated[
    Path | None,
    typer.Option(
        "--tokens",
        metavar="FILE",
        envvar="VERBATIM_TOKENS",
        help="The file of `verbatim token add`; else verbatim-tokens.toml beside the index.",
    ),
]
WithoutTokensOption = Annotated[
    bool,
    typer.Option("--without-tokens", help="Let everyone who reaches --host read the archive and change it."),
]
RateOption = Annotated[
    int,
    typer.Option("--rate", metavar="N", min=0, max=60_000, help="Requests a minute with one token; 0 for any number."),
]
ReadOnlyOption = Annotated[bool, typer.Option("--read-only", help="Take no uploads and remove nothing.")]
UploadOption = Annotated[
    int, typer.Option("--upload-mb", metavar="MB", min=1, max=10_000, help="How large one upload may be, all in all.")
]
LogQuestionsOption = Annotated[bool, typer.Option("--log-questions", help="Write the questions into the log.")]
GraceOption = Annotated[
    float,
    typer.Option("--grace", metavar="SECONDS", min=1, max=3600, help="How long a stop waits for running answers."),
]
