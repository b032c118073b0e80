"""What `verbatim ask` and `verbatim search` do after their options are read."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import InputError
from ui.jsonl import write_json
from ui.messages import one_line, tell
from ui.options import index_flags
from ui.questions import check_encoding, question_lines
from ui.render import show_answer, show_hit
from ui.terminal import open_console, write

if TYPE_CHECKING:
    from rich.console import Console

    from index.model import Turn
    from index.store import Index
    from rag.answer import Answer
    from rag.filters import Filters
    from rag.retrieve import Retriever

Respond = Callable[[str], bool]
"""Answers one question on standard output and returns whether anything was found."""

STANDARD_INPUT = "-"


def run_ask(
    question: str,
    folder: Path,
    embedding: str | None,
    reranker: str,
    filters: Filters,
    top_k: int,
    max_chars: int,
    as_json: bool,
) -> int:
    """Answer the question, or each line of standard input; returns the exit code."""
    from rag.chain import ask

    retriever = _open(folder, embedding, reranker, filters)

    def respond(text: str) -> bool:
        answer = ask(retriever, text, top_k=top_k, filters=filters, max_chars=max_chars)
        if as_json:
            write_json(asdict(answer))
        else:
            console = _console_for(question, text)
            show_answer(console, answer, quoted_turns(answer, retriever.index), index_flags(folder))
        return answer.answered

    return respond_to(question, respond, as_json)


def run_search(
    question: str,
    folder: Path,
    embedding: str | None,
    reranker: str,
    filters: Filters,
    top_k: int,
    as_json: bool,
) -> int:
    """Find passages for the question, or for each line of standard input; returns the exit code."""
    retriever = _open(folder, embedding, reranker, filters)

    def respond(text: str) -> bool:
        result = retriever.search(text, top_k, filters)
        if as_json:
            write_json(asdict(result))
        else:
            console = _console_for(question, text)
            for hit in result.hits:
                show_hit(console, hit, index_flags(folder))
            if not result.hits:
                tell("nothing found")
        return bool(result.hits)

    return respond_to(question, respond, as_json)


def respond_to(question: str, respond: Respond, as_json: bool) -> int:
    """Respond to one question, or with `-` to each line of standard input as it comes.

    Returns the worst exit code. A line that cannot be used is reported, in JSON in its place on standard output,
    and the next ones go on; a single question that cannot be used raises InputError.
    """
    if question != STANDARD_INPUT:
        return 0 if respond(check_encoding("The question", question)) else 1
    if sys.stdin.isatty():
        tell("one question a line; Ctrl-D ends")
    worst, number = 0, 0
    for number, line in enumerate(question_lines(sys.stdin.buffer), 1):
        try:
            worst = max(worst, 0 if respond(check_encoding("The question", line)) else 1)
        except InputError as error:
            worst = 2
            _report_line(number, line, error, as_json)
        sys.stdout.flush()
    if number == 0:
        raise InputError("No question on standard input: write one question a line")
    return worst


def quoted_turns(answer: Answer, index: Index) -> dict[int, Turn]:
    """By citation number, the turn its quote stands in."""
    turns = {doc: index.turns(doc) for doc in {citation.doc for citation in answer.citations}}
    return {
        citation.n: turn
        for citation in answer.citations
        for turn in turns[citation.doc]
        if any(span.start <= citation.quote_start < span.end for span in turn.spans)
    }


def _open(folder: Path, embedding: str | None, reranker: str, filters: Filters) -> Retriever:
    """The retriever; filters that name nobody are told here, once, and not for every question."""
    from rag.filters import allowed_rows
    from rag.retrieve import open_retriever

    retriever = open_retriever(folder, embedding, reranker)
    allowed_rows(retriever.index, filters)
    return retriever


def _report_line(number: int, line: str, error: InputError, as_json: bool) -> None:
    if as_json:
        write_json({"question": line[:200], "error": str(error), "line": number})
    else:
        tell(f"line {number}: {error}")


def _console_for(argument: str, question: str) -> Console:
    """The console to answer on; where questions come one after another, with this one printed above its answer."""
    console = open_console()
    if argument == STANDARD_INPUT:
        write(console, f"? {one_line(question)}")
    return console
