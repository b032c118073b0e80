"""A question → ranked passages: meaning, the best sentence, the question asked before, and words, combined.

Each signal is put on one scale (standard scores) and added up, twice. First over everything the filters allow:

    passage   cosine of the question and the passage with its question as context
    sentence  cosine of the question and the passage's best sentence
    asked     cosine of the question and the interviewer's question this passage answers: "how many people
              are you now?" finds "nearly forty", which shares no word with it
    words     BM25, as far as the archive has words for the question at all (none for another language)

Then, among the CANDIDATES best of these, with three more: passage, sentence, and two sentences in a row, once they are
mapped to where an answer lies nearer to its question than what is merely about the same (rag/closeness.py).

The weights of the second sum were fitted on the development halves of eval/gold (softmax over the candidates, L2), the
others chosen there; none of them decides much alone.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from index import names
from index.errors import EmbeddingMismatch
from index.opened import OpenedIndex
from index.places import Place, open_place, shown
from rag.answer import Hit, SearchResult
from rag.closeness import ReplySpace, mapped, reply_space
from rag.filters import EVERYTHING, Filters, allowed_rows
from rag.folding import distinct
from rag.names_in import without_names
from rag.question import LONGEST_QUESTION, usable
from rag.signals import Allowed, Nearness, Scored, best, nearness, pool
from rag.view import Floats, View

if TYPE_CHECKING:
    from index.embedding import Embedder
    from rag.cache import AnswerCache
    from rag.rerank import Reranker

CANDIDATES = 100
SAME = 0.9  # cosine of two passages that say the same, in two versions of one interview
RERANKED = 30  # of which a cross-encoder, where one is asked for, orders the first
FIRST = {"passage": 1.0, "sentence": 1.2, "asked": 0.35, "words": 0.8, "named": 0.7, "editors": -0.5}
SECOND = {
    "passage": 0.46,
    "sentence": 0.37,
    "asked": 0.17,
    "words": 0.57,
    "named": 1.0,  # someone named in the question answers; held below what was fitted, as our questions name often
    "editors": -0.9,  # what the editors wrote: the interview itself goes first
    "mapped passage": 0.18,
    "mapped sentence": 0.64,
    "mapped two": 0.42,
}
# Questions that want more than one interview.
ACROSS = re.compile(
    r"两次|兩次|两场|兩場|两篇|兩篇|各自|各次|各是|各拿|各怎|各有|各举|各舉|分别|分別|前后|前後|比较|比較|相比|不止一次|不同|一致"
    r"|\b(?:both|each|compare[ds]?|differ(?:s|ent|ence|ences)?|versus|vs)\b|それぞれ|両方|\bambos\b|\bdifieren?\b",
    re.IGNORECASE,
)
PROMOTED = 3  # where a passage is put that a question about several people or interviews would miss, from 0
ENOUGH = 5  # among so many of the first, everybody asked about should be heard


@dataclass(frozen=True, slots=True)
class Ranking:
    """Everything a question found: the passages best first, and numbers for them and their sentences.

    `order` holds passage rows with near-duplicates folded, at most CANDIDATES; `scores` has those of every candidate.
    `by_sentence` (cosines, centred by language) has none for what the filters leave out; `replied_to` is the nearness
    of the question that a sentence's turn replies to. `closeness` says how near the best of the archive comes to the
    question, on the scale of cosines; the caller decides what is too far.
    """

    question: str
    scores: dict[int, float]
    by_sentence: Scored
    replied_to: Scored
    order: tuple[int, ...]
    closeness: float
    timings: dict[str, float]


class Retriever:
    """An opened index and the embedder that made it, ready for questions. Safe to share between threads."""

    def __init__(
        self, index: OpenedIndex, embedder: Embedder, reranker: Reranker | None = None, cache: AnswerCache | None = None
    ) -> None:
        self.index = index
        self.embedder = embedder
        self.reranker = reranker
        self.cache = cache
        self.view = View(index)

    @cached_property
    def _reply_space(self) -> ReplySpace | None:
        return reply_space(self.view)

    def search(self, question: str, top_k: int = 5, filters: Filters = EVERYTHING) -> SearchResult:
        """The best passages for a question. Raises InputError for an empty or overlong question or unknown names."""
        ranking = self.rank(question, filters)
        hits = tuple(self.hit(ranking, row) for row in ranking.order[:top_k])
        return SearchResult(question, hits, ranking.timings)

    def rank(self, question: str, filters: Filters = EVERYTHING, context: str = "") -> Ranking:
        """Score the passages the filters allow, and order the best.

        For a follow-up, `context` is the question with what it leaves unsaid (rag/conversation.py): both count alike.
        """
        begin = time.perf_counter()
        allowed = allowed_rows(self.view, filters)
        seconds = time.perf_counter() - begin
        ranking = self.rank_among(allowed, question, context)
        return replace(ranking, timings={"filter": seconds, **ranking.timings})

    def rank_among(self, allowed: Allowed | None, question: str, context: str = "") -> Ranking:
        """The same among any rows; None for all."""
        timings: dict[str, float] = {}
        near, chosen = self.candidates(allowed, question, context, timings)
        with _timed(timings, "score"):
            scores = chosen.added_up(SECOND if self._reply_space else FIRST)
            order = chosen.rows[np.argsort(-scores, kind="stable")].tolist()
            by_row = dict(zip(chosen.rows.tolist(), scores.tolist(), strict=True))
        with _timed(timings, "fold"):
            order = distinct(order, self.index.passages, self.view.text)
            order = self._once(order)
        if self.reranker and order:
            with _timed(timings, "rerank"):
                order, by_row = self._reranked(self.reranker, context or question, order, by_row)
        order = self._heard(question, order)
        replied_to = self._replied_to(near, chosen)
        return Ranking(usable(question), by_row, near.by_sentence, replied_to, tuple(order), near.closeness, timings)

    def candidates(
        self, allowed: Allowed | None, question: str, context: str, timings: dict[str, float]
    ) -> tuple[Nearness, Nearness]:
        """Every signal of a question for the passages that were looked at, and for those the first sum puts first, at
        most CANDIDATES, best first.
        """
        asked = list(dict.fromkeys((usable(question), usable((context or question)[-LONGEST_QUESTION:]))))
        with _timed(timings, "embed"):
            vectors = self._vectors([without_names(self.view, text) for text in asked])
        with _timed(timings, "search"):
            vector = vectors.mean(axis=0)
            looked_at = pool(self.view, vector, asked, allowed)
        with _timed(timings, "compare"):
            near = nearness(self.view, vector, asked, self._named(asked), allowed, looked_at)
            first = np.argsort(-near.added_up(FIRST), kind="stable")[:CANDIDATES]
            chosen = near.only(first)
            if len(first) and self._reply_space:
                chosen = near.only(first, **mapped(self.view, self._reply_space, vectors, chosen.rows, allowed))
        return near, chosen

    def _replied_to(self, near: Nearness, chosen: Nearness) -> Scored:
        """By sentence of the chosen passages, and of those that stand for the others: the nearness of the question that
        its turn replies to.
        """
        passages = np.union1d(chosen.rows, near.rows[near.typical])
        sentences = np.unique(self.view.own(passages)[1])
        places, questions = self.view.replies(sentences)
        lowest = float(near.by_sentence.values.min(initial=1.0))
        values = near.asked.at(questions, lowest)
        return Scored(sentences, best(len(sentences), places, values, lowest))

    def _once(self, order: list[int]) -> list[int]:
        """The order without passages that say what an earlier one says in another version of the same interview."""
        vectors = self.index.passage_vectors
        kept: list[int] = []
        versions: dict[str, list[int]] = {}  # by interview, the passages kept of it and of what is the same
        for row in order:
            doc = self.index.passages[row].doc
            theirs = versions.get(doc, [])
            if theirs and vectors.scores(vectors.vectors(np.array([row]))[0], np.array(theirs)).max() >= SAME:
                continue
            kept.append(row)
            for other in self.view.document(doc).same_as:
                versions.setdefault(other, []).append(row)
        return kept

    def _vectors(self, texts: Sequence[str]) -> Floats:
        """[texts, dimensions] the vectors of questions, from the cache where they were asked before."""
        if self.cache is None:
            return self.embedder.encode_queries(texts)
        name, vectors = self.embedder.name, list[Floats]()
        for text in texts:
            kept = self.cache.query_vector(name, text)
            if kept is None or len(kept) != self.index.manifest.dimensions:
                kept = self.embedder.encode_query(text)
                self.cache.keep_query_vector(name, text, kept)
            vectors.append(kept)
        return np.stack(vectors)

    def _reranked(
        self, reranker: Reranker, question: str, order: list[int], scores: dict[int, float]
    ) -> tuple[list[int], dict[int, float]]:
        """The order with its first RERANKED as the reranker has them, and the scores dealt out anew in that order:
        theirs are on a scale of their own, which nothing else knows.
        """
        first = np.array(order[:RERANKED])
        said = [self.view.text_with_question(self.index.passages[row]) for row in first]
        anew = first[np.argsort(-reranker.scores(question, said), kind="stable")]
        dealt = sorted((scores[row] for row in first.tolist()), reverse=True)
        return [*anew.tolist(), *order[RERANKED:]], scores | dict(zip(anew.tolist(), dealt, strict=True))

    def _heard(self, question: str, order: list[int]) -> list[int]:
        """The order; where a question compares, whoever it names is heard among the ENOUGH first, or, if it names only
        one, a second interview.
        """
        if not order or not ACROSS.search(question):
            return order
        passages, rows = self.index.passages, np.array(order)
        answered = [self.view.answered_by(rows, [person]) for person in sorted(self._named([question]))]
        heard = [[row for row, answers in zip(order, theirs, strict=True) if answers] for theirs in answered]
        heard = [theirs for theirs in heard if theirs]
        if len(heard) < 2:
            heard = [order[:1], [row for row in order if passages[row].doc != passages[order[0]].doc]]
        kept = {theirs[0] for theirs in heard if theirs}
        first = order[:ENOUGH]
        for theirs in heard:
            free = [row for row in first if row not in kept and row != order[0]]
            if theirs and free and theirs[0] not in first:
                first.remove(free[-1])
                first.insert(min(PROMOTED, len(first)), theirs[0])
        return [*first, *(row for row in order if row not in first)]

    def hit(self, ranking: Ranking, row: int) -> Hit:
        """A passage as a record, with its place in a ranking; rank 0 for one that is not among its first."""
        passage = self.index.passages[row]
        document = self.view.document(passage.doc)
        return Hit(
            rank=ranking.order.index(row) + 1 if row in ranking.order else 0,
            score=ranking.scores.get(row, -np.inf),
            passage_id=passage.id,
            doc=passage.doc,
            title=document.title,
            date=document.date,
            speakers=self.view.speakers_of(passage),
            section=passage.section,
            start=passage.start,
            end=passage.end,
            turns=(passage.first_turn, passage.last_turn),
            text=self.view.text(passage),
            seconds=self.view.seconds_at(passage.doc, passage.start),
            also_in=document.same_as,
        )

    def _named(self, asked: Sequence[str]) -> set[str]:
        """The persons named in the first of the wordings that names any."""
        for text in asked:
            wanted = names.key(text)
            if named := {person for _, person in self.view.named_in(wanted)}:
                return named
        return set()


def open_retriever(
    place: Place,
    embedding: str | None = None,
    reranker: str = "",
    cache: AnswerCache | None = None,
    load: Callable[[str], Embedder] | None = None,
) -> Retriever:
    """Open an index with the embedder that made it, and with a cross-encoder if one is named.

    A `cache` keeps the vectors of questions, but not those of the bundled model, which is faster than a disk. `load`
    gives the embedder of a name; else it is index.embedding.load_embedder.
    Raises the index's errors, EmbeddingUnavailable, and EmbeddingMismatch when another `embedding` is asked for.
    """
    from index.embedding import BUNDLED, load_embedder

    index = open_place(place)
    if embedding and (embedding := load_embedder(embedding).name) != index.embedding:
        made, option = index.embedding, "--store" if isinstance(place, str) else "--index"
        index.close()
        raise EmbeddingMismatch(
            f"The index {shown(place)} was made with the embedding {made}, not {embedding}. "
            "Leave out --embedding (and VERBATIM_EMBEDDING) to use it, or make it anew: "
            f"verbatim index PATH… {option} {shown(place)} --embedding {embedding}"
        )
    embedder = (load or load_embedder)(index.embedding)
    cache = None if embedder.name == BUNDLED else cache
    if not reranker:
        return Retriever(index, embedder, cache=cache)
    from rag.rerank import Reranker

    return Retriever(index, embedder, Reranker(reranker), cache)


@contextmanager
def _timed(timings: dict[str, float], stage: str) -> Iterator[None]:
    begin = time.perf_counter()
    yield
    timings[stage] = time.perf_counter() - begin
