"""`verbatim eval`: its options and help; the work is in cli_eval.py."""

from __future__ import annotations

import typer

from ui.options import (
    DEFAULT_INDEX,
    DEFAULT_SECONDS,
    DEFAULT_TOKENS,
    EmbeddingOption,
    RerankerOption,
    SecondsOption,
    TokensOption,
    TopKOption,
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
