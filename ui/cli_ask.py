"""What `verbatim ask` and `verbatim search` do after their options are read."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from index.errors import InputError
from index.generations import CACHE
from ui.archive import Archive
from ui.jsonl import write_json
from ui.messages import one_line, tell
from ui.options import index_flags
from ui.questions import check_encoding, question_lines
from ui.render import show_answer, show_hit, show_understood
from ui.render_llm import cost_text, note_text, show_end, show_sentence
from ui.terminal import open_console, write
from ui.writing import Writing, load_writer

if TYPE_CHECKING:
    from rich.console import Console

    from rag.answer import Answer
    from rag.cache import AnswerCache
    from rag.filters import Filters
    from rag.retrieve import Retriever


Respond = Callable[[str], bool]
"""Answers one question on standard output and returns whether anything was found."""

STANDARD_INPUT = "-"


def run_ask(
    question: str,
    archive: Archive,
    filters: Filters,
    understand: bool,
    writing: Writing,
    top_k: int | None,
    max_chars: int,
    as_json: bool,
    verbose: bool,
) -> int:
    """Answer the question, or each line of standard input; returns the exit code."""
    from rag.cache import AnswerCache
    from rag.chain import stream
    from rag.question import usable

    cache = None if writing.no_cache else AnswerCache(archive.folder / CACHE)
    retriever = _open(archive, filters, cache)
    writer, unavailable = load_writer(writing, cache)

    def respond(text: str) -> bool:
        usable(text)  # before the question is printed
        console = None if as_json else _console_for(question, text)
        answer, shown = None, 0
        for answer in stream(
            retriever, text, top_k=top_k, filters=filters, max_chars=max_chars, writer=writer, understand=understand
        ):
            if console and not shown:
                show_understood(console, answer.understood)
            if console and answer.mode == "llm":
                for sentence in answer.sentences[shown:]:
                    show_sentence(console, sentence)
                shown = len(answer.sentences)
                sys.stdout.flush()
        assert answer is not None  # a stream has at least one
        answer = replace(answer, notes=(*unavailable, *answer.notes))
        _tell_notes(answer, verbose)
        if not console:
            write_json(asdict(answer))
        elif answer.mode == "llm" and answer.answered:
            show_end(console, answer, index_flags(archive.place))
        else:
            show_answer(console, answer, index_flags(archive.place))
        return answer.answered

    code = respond_to(question, respond, as_json)
    if cache and cache.problem:
        tell(cache.problem)
    return code


def _tell_notes(answer: Answer, verbose: bool) -> None:
    for note in answer.notes:
        if said := note_text(note):
            tell(said)
    if verbose:
        tell(cost_text(answer))


def run_search(question: str, archive: Archive, filters: Filters, understand: bool, top_k: int, as_json: bool) -> int:
    """Find passages for the question, or for each line of standard input; returns the exit code."""
    from rag.understood import search

    retriever = _open(archive, filters)

    def respond(text: str) -> bool:
        result = search(retriever, text, top_k, filters, understand)
        if as_json:
            write_json(asdict(result))
        else:
            console = _console_for(question, text)
            show_understood(console, result.understood)
            for hit in result.hits:
                show_hit(console, hit, index_flags(archive.place))
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


def _open(archive: Archive, filters: Filters, cache: AnswerCache | None = None) -> Retriever:
    """The retriever; filters that name nobody are told here, once, and not for every question."""
    from rag.filters import matching_documents
    from rag.retrieve import open_retriever

    retriever = open_retriever(archive.place, archive.embedding, archive.reranker, cache)
    matching_documents(retriever.index, filters)
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
