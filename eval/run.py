"""Gold questions put to a system, each scored as it comes: the heart of `verbatim eval`.

    gold question ─► system ─► Reply ─► score ─► Outcome

A system is anything that answers a question with an Answer and ranked hits: Verbatim itself, or a baseline.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import mean
from typing import TYPE_CHECKING

import numpy as np

from eval import metrics
from eval.gold import Gold
from eval.records import Cited, EvidenceRank, Outcome, Retrieved
from index.embedding_choice import PassageEncoder, Progress
from rag.answer import Answer, Hit
from rag.chain import ask
from rag.conversation import Exchange
from rag.filters import EVERYTHING
from rag.retrieve import Retriever
from rag.understood import understood

if TYPE_CHECKING:
    from rag.write import Writer

LOOKED_THROUGH = 50  # hits in which the rank of the evidence is looked for
KEPT = 10  # hits an outcome keeps


@dataclass(frozen=True, slots=True)
class Reply:
    """What a system says: its answer, and LOOKED_THROUGH passages, best first."""

    answer: Answer
    hits: tuple[Hit, ...]


System = Callable[[str, Sequence[Exchange]], Reply]


def verbatim(retriever: Retriever, top_k: int = 5, writer: Writer | None = None) -> System:
    """Verbatim as a user runs it, with a chat model where there is a `writer`."""

    def reply(question: str, history: Sequence[Exchange]) -> Reply:
        answer = ask(retriever, question, history=history, top_k=top_k, writer=writer)
        filters = understood(retriever.view, question).filters if answer.understood else EVERYTHING
        ranking = retriever.rank(question, filters, answer.asked_as)
        return Reply(answer, tuple(retriever.hit(ranking, row) for row in ranking.order[:LOOKED_THROUGH]))

    return reply


def run(questions: Sequence[Gold], system: System, retriever: Retriever) -> Iterator[Outcome]:
    """Ask and score one question after the other.

    The first is asked twice: what loads with a system's first question is no part of the seconds.
    """
    for gold in questions[:1]:
        system(gold.question, gold.history)
    for gold in questions:
        yield score(gold, system(gold.question, gold.history), retriever)


def score(gold: Gold, reply: Reply, retriever: Retriever) -> Outcome:
    """Everything that can be said of one reply by itself; with_similarity adds what needs the embedding."""
    ranks = metrics.evidence_ranks(reply.hits, gold.evidence)
    scores = {
        **_retrieval(gold, reply.hits),
        **_abstention(gold, reply.answer),
        **_answer(gold, reply.answer, retriever),
    }
    return Outcome(
        id=gold.id,
        question=gold.question,
        history=tuple(exchange.question for exchange in gold.history),
        language=gold.language,
        category=gold.category,
        split=gold.split,
        interviews=tuple(dict.fromkeys(span.doc for span in gold.evidence)),
        answerable=gold.answerable,
        gold_answer=gold.gold_answer,
        answered=reply.answer.answered,
        answer=reply.answer.answer,
        sentences=tuple((sentence.text, sentence.citations) for sentence in reply.answer.sentences),
        citations=tuple(
            Cited(c.n, c.doc, c.speaker, c.quote, c.quote_start, c.quote_end) for c in reply.answer.citations
        ),
        retrieved=tuple(_retrieved(hit, gold) for hit in reply.hits[:KEPT]),
        evidence=tuple(
            EvidenceRank(span.doc, span.start, span.end, rank) for span, rank in zip(gold.evidence, ranks, strict=True)
        ),
        scores=scores,
        seconds=reply.answer.timings["total"],
    )


def with_similarity(
    outcomes: Mapping[str, Sequence[Outcome]], embedder: PassageEncoder, progress: Progress
) -> dict[str, list[Outcome]]:
    """By system, its outcomes with `similarity`: the cosine of answer and gold answer, where there are both.

    All of it is embedded in one go, which the bundled model does many times faster than one text after another.
    """
    pairs = [(_text(one), one.gold_answer) for group in outcomes.values() for one in group if _is_comparable(one)]
    texts = list(dict.fromkeys(text for pair in pairs for text in pair))
    if not texts:
        return {system: list(group) for system, group in outcomes.items()}
    progress.stage("comparing answers", len(texts))
    vectors = dict(zip(texts, embedder.encode_passages(texts, progress.advance), strict=True))

    def compared(one: Outcome) -> Outcome:
        if not _is_comparable(one):
            return one
        cosine = float(np.dot(vectors[_text(one)], vectors[one.gold_answer]))
        return replace(one, scores={**one.scores, "similarity": cosine})

    return {system: [compared(one) for one in group] for system, group in outcomes.items()}


def _is_comparable(outcome: Outcome) -> bool:
    return outcome.answered and outcome.answerable and bool(outcome.gold_answer.strip())


def _text(outcome: Outcome) -> str:
    return " ".join(text for text, _ in outcome.sentences)


def _retrieval(gold: Gold, hits: Sequence[Hit]) -> dict[str, float]:
    if not gold.answerable:
        return {}
    return {
        **{f"recall@{k}": metrics.recall_at(k, hits, gold.evidence) for k in (1, 3, 5, 10)},
        "mrr": metrics.reciprocal_rank(hits, gold.evidence),
        "ndcg@10": metrics.ndcg_at(10, hits, gold.evidence),
        "chars@5": float(sum(len(hit.text) for hit in hits[:5])),
    }


def _abstention(gold: Gold, answer: Answer) -> dict[str, float]:
    declined = float(not answer.answered)
    found = {"wrongly_declined" if gold.answerable else "abstention_recall": declined}
    return {**found, "abstention_precision": float(not gold.answerable)} if declined else found


def _answer(gold: Gold, answer: Answer, retriever: Retriever) -> dict[str, float]:
    found: dict[str, float] = {}
    text = " ".join(sentence.text for sentence in answer.sentences)
    if gold.key_facts:
        found["key_facts"] = metrics.key_fact_share(text, gold.key_facts) if answer.answered else 0.0
    if answer.usage:
        found["tokens"] = float(sum(answer.usage.values()))
    if answer.mode == "llm" or any(note.kind == "no model" for note in answer.notes):
        found["fell_back"] = float(answer.mode != "llm")
    if not answer.answered:
        return found
    if (attributed := metrics.attribution(answer, gold.evidence, retriever.index)) is not None:
        found["attribution"] = attributed
    if answer.mode == "llm":
        found["supported"] = mean(sentence.support == "supported" for sentence in answer.sentences)
    return {
        **found,
        "answer_chars": float(len(text)),
        "same_language": metrics.same_language(text, gold.language),
        "citation_recall": metrics.citation_recall(answer),
        "citation_precision": metrics.citation_precision(answer, gold.evidence),
        "verbatim": metrics.verbatim_share(answer, retriever.view.text_of),
    }


def _retrieved(hit: Hit, gold: Gold) -> Retrieved:
    holds = tuple(number for number, span in enumerate(gold.evidence) if metrics.covers(hit, span))
    return Retrieved(hit.rank, hit.doc, hit.start, hit.end, hit.speakers, hit.text, holds)
