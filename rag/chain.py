"""From a question to an answer: the file to read first.

    question ─► rank passages ─► answerable? ─► quote the sentences that answer ─► cite each ─► Answer
                                   └─ no ─► "the interviews do not say"

`ask` is the whole flow. `as_runnable` gives it to LangChain code as a Runnable.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from index.script import language
from rag.answer import Answer, AnswerSentence, Citation
from rag.answerable import is_answerable
from rag.conversation import NOT_SAID, Exchange, in_context
from rag.extract import Quotation, extract
from rag.filters import EVERYTHING, Filters
from rag.retrieve import Ranking, Retriever

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

MAX_CHARS = 250


def ask(
    retriever: Retriever,
    question: str,
    *,
    top_k: int = 5,
    filters: Filters = EVERYTHING,
    max_chars: int = MAX_CHARS,
    history: Sequence[Exchange] = (),
) -> Answer:
    """Answer a question from the interviews with verbatim quotations; a follow-up is understood by its `history`.

    Raises InputError for a question that cannot be asked and for names the archive does not have.
    """
    begin = time.perf_counter()
    asked_as = in_context(question, history)
    ranking = retriever.rank(question, filters, asked_as)
    quotations = extract(retriever, ranking, top_k, max_chars) if is_answerable(retriever, ranking) else []
    citations = cite(retriever, ranking, quotations)
    asked_in = language(question)
    return Answer(
        question=question,
        asked_as=asked_as,
        answer=" ".join(f"{citation.quote} [{citation.n}]" for citation in citations) or not_said(asked_in),
        answered=bool(citations),
        language=asked_in,
        mode="extractive",
        model="",
        sentences=tuple(AnswerSentence(citation.quote, (citation.n,), "supported", 1.0) for citation in citations),
        citations=citations,
        timings={**ranking.timings, "total": time.perf_counter() - begin},
    )


def cite(retriever: Retriever, ranking: Ranking, quotations: Sequence[Quotation]) -> tuple[Citation, ...]:
    """A numbered citation for each quotation, those of one speaker in one interview together."""
    speakers = [_speaker(retriever, quotation) for quotation in quotations]
    attributed = list(zip(quotations, speakers, strict=True))
    groups = list(dict.fromkeys((quotation.doc, speaker) for quotation, speaker in attributed))
    attributed.sort(key=lambda pair: (groups.index((pair[0].doc, pair[1])), pair[0].start))
    return tuple(
        Citation(
            **asdict(retriever.hit(ranking, quotation.passage)),
            n=n,
            speaker=speaker,
            quote=retriever.view.text_of(quotation.doc)[quotation.start : quotation.end],
            quote_start=quotation.start,
            quote_end=quotation.end,
            url=retriever.view.document(quotation.doc).url,
        )
        for n, (quotation, speaker) in enumerate(attributed, start=1)
    )


def not_said(asked_in: str) -> str:
    """That the interviews do not say, in the question's language (English where it is not one of NOT_SAID)."""
    return NOT_SAID.get(asked_in, NOT_SAID["en"])


def _speaker(retriever: Retriever, quotation: Quotation) -> str:
    return retriever.view.speaker(quotation.doc, retriever.view.turn(quotation.doc, quotation.turn)).name


def as_runnable(retriever: Retriever) -> Runnable[str, Answer]:
    """The same flow for LangChain code: `as_runnable(retriever).invoke("…?")`, `batch`, `ainvoke`."""
    from langchain_core.runnables import RunnableLambda

    return RunnableLambda(lambda question: ask(retriever, question), name="verbatim")
