"""The `verbatim` command: its commands, options and help; the work is in cli_*.py.

Whatever is heavy is imported inside the commands: a question should not wait for what only a build needs.
Exit codes: 0 fine, 1 nothing found or a figure missed, 2 bad usage or input, 130 interrupted, 141 the reader of a
pipe went away.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from index.errors import InputError
from ui.cli_errors import ErrorsAsMessages
from ui.options import (
    DEFAULT_INDEX,
    DEFAULT_SECONDS,
    DEFAULT_TOKENS,
    AskTopKOption,
    DocArgument,
    DocsArgument,
    EmbeddingOption,
    HostOption,
    IndexOption,
    InterviewOption,
    JsonOption,
    LlmArgument,
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
    StrictOption,
    TokensOption,
    TopKOption,
    UntilOption,
    VerboseOption,
    check_filters,
    check_name,
)
from ui.options_eval import (
    AskedIndexOption,
    AskedLlmOption,
    BaselineOption,
    CompareOption,
    CorpusOption,
    FreshOption,
    GoldOption,
    InitOption,
    JudgeOption,
    LimitOption,
    MaxOption,
    MinOption,
    PageOption,
    ReportOption,
    SplitOption,
    check_together,
    given_options,
)
from ui.versions import print_versions

app = typer.Typer(cls=ErrorsAsMessages, no_args_is_help=True, pretty_exceptions_enable=False)
models = typer.Typer(no_args_is_help=True, help="The chat model that can write answers.")
app.add_typer(models, name="models")


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
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Transcripts (.txt, .md) or folders of them.")],
    folder: IndexOption = DEFAULT_INDEX,
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

    raise typer.Exit(run_index(paths, folder, embedding))


@app.command()
def ask(
    question: QuestionArgument,
    folder: IndexOption = DEFAULT_INDEX,
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
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Answer a question from the interviews, each sentence with who said it and where.

    With --llm a chat model writes the answer, and every sentence is checked against the words it cites; without, or
    when the model does not answer, it is made of quotes. Exit code 1 when the interviews do not say.

    Examples:

    verbatim ask "奥特曼怎么看核聚变?"
    verbatim ask "What about energy?" --speaker altman --since 2024
    verbatim ask "What changed his mind?" --llm openai:gpt-5-mini
    verbatim ask - --json < questions.txt > answers.jsonl
    """
    from ui.cli_ask import Archive, run_ask
    from ui.writing import Writing

    filters = check_filters(speaker, interview, since, until)
    writing = Writing("" if no_llm else llm.strip(), seconds, tokens, strict, no_cache)
    archive = Archive(folder, embedding, reranker)
    raise typer.Exit(run_ask(question, archive, filters, writing, top_k, max_chars, as_json, verbose))


@app.command()
def search(
    question: QuestionArgument,
    folder: IndexOption = DEFAULT_INDEX,
    embedding: EmbeddingOption = None,
    reranker: RerankerOption = "",
    top_k: TopKOption = 5,
    speaker: SpeakerOption = None,
    interview: InterviewOption = None,
    since: SinceOption = "",
    until: UntilOption = "",
    as_json: JsonOption = False,
) -> None:
    """Find the passages that fit a question best, whole, without an answer.

    Examples:

    verbatim search "first job" --top-k 10
    verbatim search "能源" --interview 2024-05-03-lin
    """
    from ui.cli_ask import Archive, run_search

    filters = check_filters(speaker, interview, since, until)
    raise typer.Exit(run_search(question, Archive(folder, embedding, reranker), filters, top_k, as_json))


@app.command("list")
def list_interviews(folder: IndexOption = DEFAULT_INDEX, as_json: JsonOption = False) -> None:
    """List the interviews of the index.

    Examples:

    verbatim list
    verbatim list --json
    """
    from ui.cli_show import run_list

    raise typer.Exit(run_list(folder, as_json))


@app.command()
def show(
    doc: DocArgument,
    folder: IndexOption = DEFAULT_INDEX,
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

    raise typer.Exit(run_show(check_name("DOC", doc), folder, turn, source, excluded))


@app.command()
def remove(docs: DocsArgument, folder: IndexOption = DEFAULT_INDEX) -> None:
    """Take interviews out of the index. The files themselves stay.

    Example:

    verbatim remove 2024-05-03-lin
    """
    from ui.cli_index import run_remove

    raise typer.Exit(run_remove([check_name("DOC", doc) for doc in docs], folder))


@app.command()
def chat(
    folder: IndexOption = DEFAULT_INDEX,
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
) -> None:
    """Open the chat page: ask, read the sources beside the answers, compare interviews, add files.

    Only this machine reaches it, unless --host says otherwise; VERBATIM_PASSWORD sets a password.

    Examples:

    verbatim chat
    verbatim chat --index archive --port 8600 --no-browser
    verbatim chat --llm openai:gpt-5-mini
    """
    from ui.chat_startup import Startup
    from ui.cli_chat import run_chat

    model = "" if no_llm else llm.strip()
    told = Startup(str(folder), embedding or "", reranker, model, seconds, tokens, strict, no_cache)
    run_chat(told, host, port, public_host, not no_browser)


@app.command("eval")
def evaluate(
    ctx: typer.Context,
    gold: GoldOption = "samples",
    corpus: CorpusOption = None,
    folder: AskedIndexOption = DEFAULT_INDEX,
    embedding: EmbeddingOption = None,
    reranker: RerankerOption = "",
    split: SplitOption = "all",
    top_k: TopKOption = 5,
    baseline: BaselineOption = None,
    llm: AskedLlmOption = "",
    seconds: SecondsOption = DEFAULT_SECONDS,
    tokens: TokensOption = DEFAULT_TOKENS,
    limit: LimitOption = 0,
    judge: JudgeOption = "",
    as_json: ReportOption = None,
    as_html: PageOption = None,
    least: MinOption = None,
    most: MaxOption = None,
    fresh: FreshOption = False,
    compare: CompareOption = None,
    init: InitOption = None,
) -> None:
    """Ask questions whose answers are known, and say how good the answers are.

    Without options, the sample interviews that come with Verbatim are asked. A run that was interrupted goes on where
    it stopped. Exit code 1 when a figure misses its --min or --max.

    Examples:

    verbatim eval
    verbatim eval --gold mine.jsonl --baseline langchain --baseline bm25 --html report.html
    verbatim eval --gold mine.jsonl --split dev --min recall@5=0.75 --json after.json
    verbatim eval --llm openai:gpt-5-mini --limit 20
    verbatim eval --compare before.json after.json
    verbatim eval --init mine.jsonl
    """
    given = given_options(ctx)
    check_together(given)
    from eval.session import Task
    from ui.cli_eval import WORK, Wanted, choose_archive, run_compare, run_eval, run_init

    if compare:
        raise typer.Exit(run_compare(*compare))
    if init:
        raise typer.Exit(run_init(init, corpus, folder, embedding))
    wanted = Wanted(as_json, as_html, tuple(least or ()), tuple(most or ()))
    archive = choose_archive(gold, corpus, folder, "folder" in given)
    baselines = tuple(dict.fromkeys(baseline or ()))
    task = Task(
        gold, archive, WORK, embedding, reranker, split, top_k, baselines, judge, fresh, llm, seconds, tokens, limit
    )
    raise typer.Exit(run_eval(task, wanted))


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


def main() -> None:
    """The `verbatim` command."""
    app(prog_name="verbatim")


if __name__ == "__main__":
    main()
