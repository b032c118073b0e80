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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index import names
from index.errors import EmbeddingMismatch
from index.store import Index, open_index
from rag.answer import Hit, SearchResult
from rag.closeness import (
    Floats,
    ReplySpace,
    best,
    best_two,
    centred,
    mapped_passages,
    mapped_question,
    mapped_sentences,
    reply_space,
    standard,
)
from rag.filters import EVERYTHING, Allowed, Filters, allowed_rows
from rag.folding import distinct
from rag.question import LONGEST_QUESTION, usable
from rag.view import Rows, View

if TYPE_CHECKING:
    from index.embedding import Embedder
    from rag.cache import AnswerCache
    from rag.rerank import Reranker

CANDIDATES = 100
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
    """Everything a question found: scores for every passage and sentence, and the passages best first.

    `order` holds passage rows with near-duplicates folded, at most CANDIDATES; the others have a score of -inf.
    `sentence_scores` are centred by language, `closeness` is not: it says how near the best of the archive comes to the
    question, on the scale of cosines; the caller decides what is too far.
    """

    question: str
    scores: NDArray[np.float32]
    sentence_scores: NDArray[np.float32]  # -inf where the filters leave a sentence out
    replied_to: NDArray[np.float32]  # [sentences] nearness of the question that a sentence's turn replies to
    order: tuple[int, ...]
    closeness: float
    timings: dict[str, float]


@dataclass(frozen=True, slots=True)
class Nearness:
    """The signals of one question. `cosines` and `facts` are by name, [passages] each; `words` is BM25 [passages] with
    what it counts, once for each wording of the question; `by_sentence` and `replied_to` are [sentences].
    """

    cosines: dict[str, Floats]
    words: list[tuple[float, Floats]]
    facts: dict[str, Floats]
    by_sentence: Floats
    replied_to: Floats
    closeness: float

    def added_up(self, weights: dict[str, float], rows: Rows) -> Floats:
        """[passages] the weighted sum, on the scale of the passages `rows`; -inf for the others."""
        total = np.full(len(self.facts["named"]), -np.inf, dtype=np.float32)
        total[rows] = 0.0
        for name, values in self.cosines.items():
            total[rows] += weights[name] * standard(values[rows])
        for coverage, values in self.words:
            total[rows] += weights["words"] * coverage * standard(values[rows])
        for name, values in self.facts.items():
            total[rows] += weights[name] * values[rows]
        return total


class Retriever:
    """An opened index and the embedder that made it, ready for questions. Safe to share between threads."""

    def __init__(
        self, index: Index, embedder: Embedder, reranker: Reranker | None = None, cache: AnswerCache | None = None
    ) -> None:
        self.index = index
        self.embedder = embedder
        self.reranker = reranker
        self.cache = cache
        self.view = View(index)

    @cached_property
    def _reply_space(self) -> ReplySpace | None:
        return reply_space(self.index, self.view)

    def search(self, question: str, top_k: int = 5, filters: Filters = EVERYTHING) -> SearchResult:
        """The best passages for a question. Raises InputError for an empty or overlong question or unknown names."""
        ranking = self.rank(question, filters)
        hits = tuple(self.hit(ranking, row) for row in ranking.order[:top_k])
        return SearchResult(question, hits, ranking.timings)

    def rank(self, question: str, filters: Filters = EVERYTHING, context: str = "") -> Ranking:
        """Score every passage the filters allow, and order the best.

        For a follow-up, `context` is the question with what it leaves unsaid (rag/conversation.py): both count alike.
        """
        begin = time.perf_counter()
        allowed = allowed_rows(self.index, filters) or Allowed(
            np.ones(len(self.index.passages), dtype=bool), np.ones(len(self.index.sentences), dtype=bool)
        )
        seconds = time.perf_counter() - begin
        ranking = self.rank_among(allowed, question, context)
        return replace(ranking, timings={"filter": seconds, **ranking.timings})

    def rank_among(self, allowed: Allowed, question: str, context: str = "") -> Ranking:
        """The same among any rows."""
        timings: dict[str, float] = {}
        near, rows = self.candidates(allowed, question, context, timings)
        with _timed(timings, "score"):
            scores = near.added_up(SECOND if self._reply_space else FIRST, rows)
            rows = rows[np.argsort(-scores[rows], kind="stable")]
        with _timed(timings, "fold"):
            order = distinct(rows.tolist(), self.index.passages, self.view.text)
        if self.reranker and order:
            with _timed(timings, "rerank"):
                order, scores = self._reranked(self.reranker, context or question, order, scores)
        order = self._heard(question, order)
        by_sentence = np.where(allowed.sentences, near.by_sentence, -np.inf).astype(np.float32)
        return Ranking(usable(question), scores, by_sentence, near.replied_to, tuple(order), near.closeness, timings)

    def candidates(
        self, allowed: Allowed, question: str, context: str, timings: dict[str, float]
    ) -> tuple[Nearness, Rows]:
        """Every signal of a question, and the passages that the first sum puts first, at most CANDIDATES."""
        asked = list(dict.fromkeys((usable(question), usable((context or question)[-LONGEST_QUESTION:]))))
        with _timed(timings, "embed"):
            vectors = np.stack([self._vector(self.view.without_names(text)) for text in asked])
        with _timed(timings, "search"):
            near = self._nearness(vectors.mean(axis=0), asked, allowed)
            scores = near.added_up(FIRST, np.flatnonzero(allowed.passages))
            rows = np.argsort(-scores, kind="stable")[: min(CANDIDATES, int(allowed.passages.sum()))]
            if len(rows) and self._reply_space:
                near = self._mapped(self._reply_space, near, vectors, rows, allowed)
        return near, rows

    def _vector(self, text: str) -> Floats:
        """The vector of a question, from the cache where it was asked before."""
        if self.cache is None:
            return self.embedder.encode_query(text)
        kept = self.cache.query_vector(self.embedder.name, text)
        if kept is None or len(kept) != self.index.manifest.dimensions:
            kept = self.embedder.encode_query(text)
            self.cache.keep_query_vector(self.embedder.name, text, kept)
        return kept

    def _nearness(self, vector: Floats, asked: Sequence[str], allowed: Allowed) -> Nearness:
        cosines = self.index.passage_vectors.scores(vector, None), self.index.sentence_vectors.scores(vector, None)
        by_passage = centred(cosines[0], self.view.passage_languages)
        by_sentence = centred(cosines[1], self.view.sentence_languages)
        lowest = float(by_sentence[allowed.sentences].min(initial=1.0))
        size = len(by_passage)
        before = best(size, self.view.questions, by_sentence, lowest)
        usable_sentences = allowed.sentences & ~self.view.host_questions
        asking = allowed.sentences & self.view.asking
        nearest = (cosines[0][allowed.passages], cosines[1][usable_sentences], cosines[1][asking])
        lexical = self.index.lexical
        return Nearness(
            cosines={
                "passage": by_passage,
                "sentence": best(size, self.view.own, np.where(allowed.sentences, by_sentence, lowest), lowest),
                "asked": before,
            },
            words=[(lexical.coverage(text) / len(asked), lexical.scores(text)) for text in asked],
            facts={"named": self._answered_by(asked), "editors": self.view.by_editors},
            by_sentence=by_sentence,
            replied_to=best(len(by_sentence), self.view.replies, by_sentence, lowest),
            # With one speaker, and in a monologue, no question is left to be close to: the other two are the whole.
            closeness=sum(w * float(part.max(initial=0.0)) for w, part in zip((0.4, 0.4, 0.2), nearest, strict=True))
            / (1.0 if asking.any() else 0.8),
        )

    def _mapped(self, space: ReplySpace, near: Nearness, vectors: Floats, rows: Rows, allowed: Allowed) -> Nearness:
        """The same signals, and those of the mapped space for the candidates `rows`."""
        passages, sentences = self.view.own
        theirs = np.unique(sentences[np.isin(passages, rows) & allowed.sentences[sentences]])
        vector = mapped_question(space, vectors)
        by_sentence = mapped_sentences(self.index, self.view, space, vector, theirs)
        size = len(self.index.passages)
        lowest = float(by_sentence[theirs].min(initial=1.0))
        cosines = {
            "mapped passage": mapped_passages(self.index, self.view, space, vector, rows),
            "mapped sentence": best(size, self.view.own, by_sentence, lowest),
            "mapped two": best_two(size, self.view.neighbours, by_sentence, lowest),
        }
        return replace(near, cosines={**near.cosines, **cosines})

    def _reranked(
        self, reranker: Reranker, question: str, order: list[int], scores: Floats
    ) -> tuple[list[int], Floats]:
        """The order with its first RERANKED as the reranker has them, and the scores dealt out anew in that order:
        theirs are on a scale of their own, which nothing else knows.
        """
        first = np.array(order[:RERANKED])
        said = [self.view.text_with_question(self.index.passages[row]) for row in first]
        anew = first[np.argsort(-reranker.scores(question, said), kind="stable")]
        dealt = scores.copy()
        dealt[anew] = np.sort(scores[first])[::-1]
        return [*anew.tolist(), *order[RERANKED:]], dealt

    def _heard(self, question: str, order: list[int]) -> list[int]:
        """The order; where a question compares, whoever it names is heard among the ENOUGH first, or, if it names only
        one, a second interview.
        """
        if not order or not ACROSS.search(question):
            return order
        guests, passages = self.view.guests, self.index.passages
        heard = [[row for row in order if person in guests[row]] for person in sorted(self._named([question]))]
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
            score=float(ranking.scores[row]),
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
        )

    def _answered_by(self, asked: Sequence[str]) -> Floats:
        """[passages] 1 where someone answers whom the question names, or, if it names nobody, what was said before."""
        named = self._named(asked)
        return np.array([not named.isdisjoint(guests) for guests in self.view.guests], dtype=np.float32)

    def _named(self, asked: Sequence[str]) -> set[str]:
        """The persons named in the first of the wordings that names any."""
        for text in asked:
            wanted = names.key(text)
            if named := {person for pattern, person in self.view.name_patterns if pattern.search(wanted)}:
                return named
        return set()


def open_retriever(
    folder: Path, embedding: str | None = None, reranker: str = "", cache: AnswerCache | None = None
) -> Retriever:
    """Open an index with the embedder that made it, and with a cross-encoder if one is named.

    A `cache` keeps the vectors of questions, but not those of the bundled model, which is faster than a disk.
    Raises the index's errors, EmbeddingUnavailable, and EmbeddingMismatch when another `embedding` is asked for.
    """
    from index.embedding import BUNDLED, load_embedder

    index = open_index(folder)
    if embedding and (embedding := load_embedder(embedding).name) != index.embedding:
        made = index.embedding
        index.close()
        raise EmbeddingMismatch(
            f"The index {folder} was made with the embedding {made}, not {embedding}. "
            "Leave out --embedding (and VERBATIM_EMBEDDING) to use it, or make it anew: "
            f"verbatim index PATH… --index {folder} --embedding {embedding}"
        )
    embedder = load_embedder(index.embedding)
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
