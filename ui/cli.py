"""The `verbatim` command: its commands, options and help; the work is in cli_*.py.

Whatever is heavy is imported inside the commands: a question should not wait for what only a build needs.
Exit codes: 0 fine, 1 nothing found or a figure missed, 2 bad usage or input, 130 interrupted, 141 the reader of a
pipe went away.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer

from index.errors import InputError
from ui.cli_errors import ErrorsAsMessages
from ui.cli_evaluate import evaluate
from ui.cli_groups import models, people
from ui.cli_service import serve
from ui.cli_token import token
from ui.options import (
    DEFAULT_INDEX,
    DEFAULT_SECONDS,
    DEFAULT_TOKENS,
    AsIsOption,
    AskTopKOption,
    DocArgument,
    DocsArgument,
    EmbeddingOption,
    HostOption,
    IndexOption,
    InterviewOption,
    JsonOption,
    LanguageOption,
    LlmOption,
    NoBrowserOption,
    NoCacheOption,
    NoLlmOption,
    PortOption,
    PublicHostOption,
    QuestionArgument,
    RerankerOption,
    SecondsOption,
    SinceOption,
    SpeakerOption,
    StoreOption,
    StrictOption,
    TokensOption,
    TopKOption,
    UntilOption,
    VerboseOption,
    check_filters,
    check_name,
    place_of,
)
from ui.versions import print_versions

app = typer.Typer(cls=ErrorsAsMessages, no_args_is_help=True, pretty_exceptions_enable=False)
app.add_typer(models, name="models")
app.add_typer(people, name="people")
app.add_typer(token, name="token")
app.command("eval")(evaluate)
app.command("serve")(serve)


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=print_versions, is_eager=True, help="Print the versions of what matters."),
    ] = False,
) -> None:
    """Answers questions about interview transcripts, in the words of the people who gave them.

    Examples:

    verbatim index interviews/
    verbatim ask "What does she say about fusion?"
    verbatim show 2024-05-03-lin --turn 12
    """


@app.command()
def index(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Transcripts, or folders of them.")],
    folder: IndexOption = DEFAULT_INDEX,
    store: StoreOption = "",
    embedding: EmbeddingOption = None,
) -> None:
    """Read transcripts into the index. Files that have not changed cost nothing; files that are gone leave it.

    Exit code 2 when a path named here could not be indexed; files refused inside a folder are named and left out.

    Examples:

    verbatim index interviews/
    verbatim index talk.md more/ --index archive
    verbatim index interviews/ --embedding BAAI/bge-m3
    """
    from ui.cli_index import run_index

    raise typer.Exit(run_index(paths, place_of(folder, store), embedding))


@app.command()
def ask(
    question: QuestionArgument,
    folder: IndexOption = DEFAULT_INDEX,
    store: StoreOption = "",
    embedding: EmbeddingOption = None,
    reranker: RerankerOption = "",
    top_k: AskTopKOption = None,
    max_chars: Annotated[
        int, typer.Option("--max-chars", metavar="N", min=20, max=20_000, help="How long the quotes may be together.")
    ] = 250,
    llm: LlmOption = "",
    no_llm: NoLlmOption = False,
    seconds: SecondsOption = DEFAULT_SECONDS,
    tokens: TokensOption = DEFAULT_TOKENS,
    strict: StrictOption = False,
    no_cache: NoCacheOption = False,
    speaker: SpeakerOption = None,
    interview: InterviewOption = None,
    since: SinceOption = "",
    until: UntilOption = "",
    language: LanguageOption = None,
    as_is: AsIsOption = False,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Answer a question from the interviews, each sentence with who said it and where.

    With --llm a chat model writes the answer, and every sentence is checked against the words it cites; without, or
    when the model does not answer, it is made of quotes. A question that names who said it, when or in which interview
    is answered from there, which --as-is switches off. Exit code 1 when the interviews do not say.

    Examples:

    verbatim ask "奥特曼怎么看核聚变?"
    verbatim ask "What about energy?" --speaker altman --since 2024
    verbatim ask "What did Altman say in 2024 about energy?"
    verbatim ask "What changed his mind?" --llm openai:gpt-5-mini
    verbatim ask - --json < questions.txt > answers.jsonl
    """
    from ui.archive import Archive
    from ui.cli_ask import run_ask
    from ui.writing import Writing

    filters = check_filters(speaker, interview, since, until, language)
    writing = Writing("" if no_llm else llm.strip(), seconds, tokens, strict, no_cache)
    archive = Archive(place_of(folder, store), folder, embedding, reranker)
    raise typer.Exit(run_ask(question, archive, filters, not as_is, writing, top_k, max_chars, as_json, verbose))


@app.command()
def search(
    question: QuestionArgument,
    folder: IndexOption = DEFAULT_INDEX,
    store: StoreOption = "",
    embedding: EmbeddingOption = None,
    reranker: RerankerOption = "",
    top_k: TopKOption = 5,
    speaker: SpeakerOption = None,
    interview: InterviewOption = None,
    since: SinceOption = "",
    until: UntilOption = "",
    language: LanguageOption = None,
    as_is: AsIsOption = False,
    as_json: JsonOption = False,
) -> None:
    """Find the passages that fit a question best, whole, without an answer.

    A question that names who said it, when or in which interview is looked for there, which --as-is switches off.

    Examples:

    verbatim search "first job" --top-k 10
    verbatim search "能源" --interview 2024-05-03-lin
    """
    from ui.archive import Archive
    from ui.cli_ask import run_search

    filters = check_filters(speaker, interview, since, until, language)
    archive = Archive(place_of(folder, store), folder, embedding, reranker)
    raise typer.Exit(run_search(question, archive, filters, not as_is, top_k, as_json))


@app.command("list")
def list_interviews(
    folder: IndexOption = DEFAULT_INDEX,
    store: StoreOption = "",
    speaker: SpeakerOption = None,
    interview: InterviewOption = None,
    since: SinceOption = "",
    until: UntilOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the interviews of the index. Exit code 1 when none passes the filters.

    Examples:

    verbatim list
    verbatim list --speaker altman --since 2024 --language zh
    verbatim list --json
    """
    from ui.cli_show import run_list

    raise typer.Exit(
        run_list(place_of(folder, store), check_filters(speaker, interview, since, until, language), as_json)
    )


@app.command()
def show(
    doc: DocArgument,
    folder: IndexOption = DEFAULT_INDEX,
    store: StoreOption = "",
    turn: Annotated[int | None, typer.Option("--turn", metavar="N", help="Only this turn and its neighbours.")] = None,
    source: Annotated[
        bool, typer.Option("--source", help="The text of the file, exactly; offsets count in it.")
    ] = False,
    excluded: Annotated[bool, typer.Option("--excluded", help="What was left out of the index, and why.")] = False,
) -> None:
    """Show one interview: what is known of it and its turns.

    Examples:

    verbatim show 2024-05-03-lin
    verbatim show 2024-05-03-lin --turn 12
    verbatim show 2024-05-03-lin --source > lin.txt
    """
    if (turn is not None) + source + excluded > 1:
        raise InputError("--turn, --source and --excluded show different things: choose one")
    from ui.cli_show import run_show

    raise typer.Exit(run_show(check_name("DOC", doc), place_of(folder, store), turn, source, excluded))


@app.command()
def remove(docs: DocsArgument, folder: IndexOption = DEFAULT_INDEX, store: StoreOption = "") -> None:
    """Take interviews out of the index. Files that were uploaded are deleted, others stay.

    Example:

    verbatim remove 2024-05-03-lin
    """
    from ui.cli_index import run_remove

    raise typer.Exit(run_remove([check_name("DOC", doc) for doc in docs], place_of(folder, store), folder))


@app.command()
def chat(
    folder: IndexOption = DEFAULT_INDEX,
    store: StoreOption = "",
    embedding: EmbeddingOption = None,
    reranker: RerankerOption = "",
    llm: LlmOption = "",
    no_llm: NoLlmOption = False,
    seconds: SecondsOption = DEFAULT_SECONDS,
    tokens: TokensOption = DEFAULT_TOKENS,
    strict: StrictOption = False,
    no_cache: NoCacheOption = False,
    host: HostOption = "127.0.0.1",
    port: PortOption = None,
    public_host: PublicHostOption = "",
    no_browser: NoBrowserOption = False,
    speaker: SpeakerOption = None,
    interview: InterviewOption = None,
    since: SinceOption = "",
    until: UntilOption = "",
    language: LanguageOption = None,
) -> None:
    """Open the chat page: ask, read the sources beside the answers, compare interviews, add files.

    Only this machine reaches it, unless --host says otherwise; VERBATIM_PASSWORD sets a password. --speaker and the
    like are what the page begins with; whoever is at it can change them.

    Examples:

    verbatim chat
    verbatim chat --index archive --port 8600 --no-browser
    verbatim chat --llm openai:gpt-5-mini
    """
    from ui.chat_startup import Startup
    from ui.cli_chat import check_known, run_chat

    filters = check_filters(speaker, interview, since, until, language)
    check_known(place_of(folder, store), filters)
    model = "" if no_llm else llm.strip()
    told = Startup(str(folder), embedding or "", reranker, model, seconds, tokens, strict, no_cache)
    told = replace(told, store=store.strip(), **asdict(filters))
    run_chat(told, host, port, public_host, not no_browser)


def main() -> None:
    """The `verbatim` command."""
    app(prog_name="verbatim")


if __name__ == "__main__":
    main()
