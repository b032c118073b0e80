"""What a user would otherwise have built, behind the same questions: the plain tutorial pipeline, and BM25 alone.

Both cut the files as they are, page furniture and all, into pieces of 500 characters, and answer with the first
MAX_CHARS of the best one. Neither ever declines, and neither knows who speaks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
from langchain_text_splitters import RecursiveCharacterTextSplitter
from numpy.typing import NDArray

from eval.run import LOOKED_THROUGH, Reply, System
from index.lexical import LexicalIndex
from index.script import language
from index.vectors import VectorIndex
from rag.answer import Answer, AnswerSentence, Citation, Hit
from rag.chain import MAX_CHARS
from rag.conversation import Exchange
from rag.retrieve import Retriever

PIECE, OVERLAP = 500, 50  # characters
BASELINES = ("langchain", "bm25")


def baseline(name: str, retriever: Retriever, progress: Callable[[int, int], None]) -> System:
    """The baseline of that name, built over the interviews of an index. `progress` gets (texts done, of how many)."""
    pieces = _pieces(retriever)
    if name == "bm25":
        lexical = LexicalIndex.build([piece.text for piece in pieces])
        return _system(pieces, lexical.scores)
    done = 0

    def count(finished: int) -> None:
        nonlocal done
        done += finished
        progress(done, len(pieces))

    vectors = VectorIndex.build(retriever.embedder.encode_passages([piece.text for piece in pieces], count))
    return _system(pieces, lambda question: vectors.scores(retriever.embedder.encode_query(question)))


def _system(pieces: Sequence[Hit], scores_of: Callable[[str], NDArray[np.float32]]) -> System:
    def reply(question: str, history: Sequence[Exchange]) -> Reply:
        begin = time.perf_counter()
        scores = scores_of(question)
        best = np.argsort(-scores, kind="stable")[:LOOKED_THROUGH]
        hits = tuple(_ranked(pieces[row], rank, float(scores[row])) for rank, row in enumerate(best, start=1))
        return Reply(_answer(question, hits, time.perf_counter() - begin), hits)

    return reply


def _pieces(retriever: Retriever) -> list[Hit]:
    splitter = RecursiveCharacterTextSplitter(chunk_size=PIECE, chunk_overlap=OVERLAP, add_start_index=True)
    return [
        _piece(document.doc, document.title, document.date, piece.metadata["start_index"], piece.page_content)
        for document in retriever.index.documents()
        for piece in splitter.create_documents([retriever.view.text_of(document.doc)])
    ]


def _piece(doc: str, title: str, date: str, start: int, text: str) -> Hit:
    end = start + len(text)
    return Hit(0, 0.0, f"{doc}:{start}-{end}", doc, title, date, (), "", start, end, (0, 0), text)


def _ranked(piece: Hit, rank: int, score: float) -> Hit:
    return Hit(
        rank, score, piece.passage_id, piece.doc, piece.title, piece.date, (), "", piece.start, piece.end, (0, 0),
        piece.text,
    )  # fmt: skip


def _answer(question: str, hits: Sequence[Hit], seconds: float) -> Answer:
    quotes = [hit.text[:MAX_CHARS] for hit in hits[:1]]
    citations = tuple(
        Citation(
            hit.rank, hit.score, hit.passage_id, hit.doc, hit.title, hit.date, (), "", hit.start, hit.end, (0, 0),
            hit.text, n=1, speaker="", quote=quote, quote_start=hit.start, quote_end=hit.start + len(quote), url="",
        )  # fmt: skip
        for hit, quote in zip(hits, quotes, strict=False)
    )
    return Answer(
        question=question,
        asked_as=question,
        answer=" ".join(f"{quote} [1]" for quote in quotes),
        answered=bool(quotes),
        language=language(question),
        mode="extractive",
        model="",
        sentences=tuple(AnswerSentence(quote, (1,), "supported", 1.0) for quote in quotes),
        citations=citations,
        timings={"total": seconds},
    )
