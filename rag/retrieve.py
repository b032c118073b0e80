"""A question → ranked passages: meaning, the best sentence, the question asked before, and words, combined.

Each signal is put on one scale (standard scores over the passages the filters allow) and added up:

    passage   cosine of the question and the passage with its question as context
    sentence  cosine of the question and the passage's best sentence
    asked     cosine of the question and the interviewer's question this passage answers: "how many people
              are you now?" finds "nearly forty", which shares no word with it
    words     BM25, as far as the archive has words for the question at all (none for another language)

The weights were chosen on the development half of eval/gold; none of them decides much alone.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index import names
from index.errors import EmbeddingMismatch, InputError
from index.store import Index, open_index
from rag.answer import Hit, SearchResult
from rag.filters import EVERYTHING, Allowed, Filters, allowed_rows
from rag.folding import distinct
from rag.view import Rows, View

if TYPE_CHECKING:
    from index.embedding import Embedder

PASSAGE, SENTENCE, ASKED, WORDS = 1.0, 1.2, 0.35, 0.8
NAMED = 0.7  # a passage in which a person named in the question answers
EDITORS = 0.5  # taken from what the editors wrote: the interview itself goes first
LONGEST_QUESTION = 10_000  # characters
ACROSS = re.compile(
    r"两次|兩次|两场|兩場|两篇|兩篇|各自|各怎么|各怎麼|分别|分別|前后|前後|比较|比較|相比|不止一次|一致"
    r"|\b(?:both|compare[ds]?|differ(?:s|ent|ence|ences)?|versus|vs)\b|それぞれ|両方|\bambos\b|\bdifieren?\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Everything a question found: scores for every passage and sentence, and the passages best first.

    `order` holds passage rows with near-duplicates folded. `closeness` says how near the best of the
    archive comes to the question, on the scale of cosines; the caller decides what is too far.
    """

    question: str
    scores: NDArray[np.float32]
    sentence_scores: NDArray[np.float32]  # -inf where the filters leave a sentence out
    replied_to: NDArray[np.float32]  # [sentences] nearness of the question that a sentence's turn replies to
    order: tuple[int, ...]
    closeness: float
    timings: dict[str, float]


class Retriever:
    """An opened index and the embedder that made it, ready for questions. Safe to share between threads."""

    def __init__(self, index: Index, embedder: Embedder) -> None:
        self.index = index
        self.embedder = embedder
        self.view = View(index)

    def search(self, question: str, top_k: int = 5, filters: Filters = EVERYTHING) -> SearchResult:
        """The best passages for a question. Raises InputError for an empty or overlong question or unknown names."""
        ranking = self.rank(question, filters)
        hits = tuple(self.hit(ranking, row) for row in ranking.order[:top_k])
        return SearchResult(question, hits, ranking.timings)

    def rank(self, question: str, filters: Filters = EVERYTHING) -> Ranking:
        """Score and order every passage the filters allow."""
        question = usable(question)
        timings: dict[str, float] = {}
        with _timed(timings, "filter"):
            allowed = allowed_rows(self.index, filters) or Allowed(
                np.ones(len(self.index.passages), dtype=bool), np.ones(len(self.index.sentences), dtype=bool)
            )
        with _timed(timings, "embed"):
            vector = self.embedder.encode_query(self.view.without_names(question))
        with _timed(timings, "score"):
            by_passage = self.index.passage_vectors.scores(vector, None)
            by_sentence = self.index.sentence_vectors.scores(vector, None)
            coverage = self.index.lexical.coverage(question)
            words = self.index.lexical.scores(question)
            lowest = float(by_sentence[allowed.sentences].min(initial=1.0))
            best = _best(len(by_passage), self.view.own, np.where(allowed.sentences, by_sentence, lowest), lowest)
            asked = _best(len(by_passage), self.view.questions, by_sentence, lowest)
            replied_to = _best(len(by_sentence), self.view.replies, by_sentence, lowest)
            scores = np.zeros(len(by_passage), dtype=np.float32)
            signals = ((PASSAGE, by_passage), (SENTENCE, best), (ASKED, asked), (WORDS * coverage, words))
            for weight, signal in signals:
                scores += weight * standard(signal, allowed.passages)
            scores += NAMED * self._answered_by(question) - EDITORS * self.view.by_editors
        with _timed(timings, "fold"):
            order = self._order(question, scores, allowed)
        usable_sentences = allowed.sentences & ~self.view.host_questions
        nearest = [by_passage[allowed.passages], by_sentence[usable_sentences], asked[allowed.passages]]
        closeness = sum(w * float(part.max(initial=0.0)) for w, part in zip((0.4, 0.4, 0.2), nearest, strict=True))
        kept = np.where(allowed.sentences, by_sentence, -np.inf).astype(np.float32)
        return Ranking(question, scores, kept, replied_to, tuple(order), closeness, timings)

    def _order(self, question: str, scores: NDArray[np.float32], allowed: Allowed) -> list[int]:
        rows = [int(row) for row in np.argsort(-scores, kind="stable") if allowed.passages[row]][:200]
        rows = distinct(rows, self.index.passages, self.view.text)
        if ACROSS.search(question) and rows:
            first = rows[0]
            other = next((row for row in rows if self.index.passages[row].doc != self.index.passages[first].doc), None)
            if other is not None:
                rows = [first, other, *(row for row in rows if row not in (first, other))]
        return rows

    def hit(self, ranking: Ranking, row: int) -> Hit:
        """A passage of a ranking as a record."""
        passage = self.index.passages[row]
        document = self.view.document(passage.doc)
        return Hit(
            rank=ranking.order.index(row) + 1,
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

    def _answered_by(self, question: str) -> NDArray[np.float32]:
        """[passages] 1 where someone whom the question names is the guest who answers."""
        wanted = names.key(question)
        named = {person for pattern, person in self.view.name_patterns if pattern(wanted)}
        return np.array([bool(named & guests) for guests in self.view.guests], dtype=np.float32)


def open_retriever(folder: Path, embedding: str | None = None) -> Retriever:
    """Open an index with the embedder that made it.

    Raises the index's errors, EmbeddingUnavailable, and EmbeddingMismatch when another `embedding` is asked for.
    """
    from index.embedding import load_embedder

    index = open_index(folder)
    if embedding and (embedding := load_embedder(embedding).name) != index.embedding:
        made = index.embedding
        index.close()
        raise EmbeddingMismatch(
            f"The index {folder} was made with the embedding {made}, not {embedding}. "
            "Leave out --embedding (and VERBATIM_EMBEDDING) to use it, or make it anew: "
            f"verbatim index PATH… --index {folder} --embedding {embedding}"
        )
    return Retriever(index, load_embedder(index.embedding))


def usable(question: str) -> str:
    """The question without control characters and lone surrogates. Raises InputError when no word of it is left."""
    cleaned = "".join(" " if character < " " or "\x7f" <= character < "\xa0" else character for character in question)
    cleaned = " ".join(cleaned.encode("utf-8", "ignore").decode("utf-8").split())
    if not cleaned:
        raise InputError('The question is empty: ask something in quotes, such as verbatim ask "…?"')
    if not any(map(str.isalnum, cleaned)):
        raise InputError("The question has no word in it, only signs: ask in words")
    if len(cleaned) > LONGEST_QUESTION:
        raise InputError(
            f"The question has {len(cleaned):,} characters; {LONGEST_QUESTION:,} are the most one may have"
        )
    return cleaned


def _best(size: int, pairs: tuple[Rows, Rows], scores: NDArray[np.float32], lowest: float) -> NDArray[np.float32]:
    """[size] the best score among the sentences paired with each row; `lowest` where there is none."""
    rows, sentences = pairs
    best = np.full(size, lowest, dtype=np.float32)
    np.maximum.at(best, rows, scores[sentences])
    return best


def standard(values: NDArray[np.float32], allowed: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Standard scores over the allowed rows: 0 is their mean, 1 one standard deviation above it."""
    among = values[allowed]
    if not len(among):
        return np.zeros_like(values)
    scaled: NDArray[np.float32] = (values - among.mean()) / (among.std() + np.float32(1e-6))
    return scaled


@contextmanager
def _timed(timings: dict[str, float], stage: str) -> Iterator[None]:
    begin = time.perf_counter()
    yield
    timings[stage] = time.perf_counter() - begin
