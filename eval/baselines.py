"""What a user would otherwise have built, behind the same questions: the plain tutorial pipeline, and BM25 alone.

Both cut the files as they are, page furniture and all, into pieces of 500 characters, and answer with the first
MAX_CHARS of the best one. Neither ever declines, knows who speaks, or looks at what was asked before. The tutorial's
pieces are searched with the archive's own embedding; BM25 is ours, since the usual one takes a Chinese clause for one
word.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace

import numpy as np
from numpy.typing import NDArray

from eval.run import LOOKED_THROUGH, Reply, System
from index.embedding_choice import Progress
from index.lexical import LexicalIndex
from index.model import Kind, Role
from index.script import language
from index.store import DocumentRow
from index.vectors import build_vectors
from rag.answer import Answer, AnswerSentence, Citation, Hit
from rag.chain import MAX_CHARS
from rag.conversation import Exchange
from rag.retrieve import Retriever

PIECE, OVERLAP = 500, 50  # characters


def baseline(name: str, retriever: Retriever, progress: Progress) -> System:
    """The baseline of that name (eval/extras.py has them), built over the interviews of an index."""
    pieces = _pieces(retriever)
    texts = [piece.text for piece in pieces]
    if name == "bm25":
        return _system(pieces, LexicalIndex.build(texts).scores)
    progress.stage("embedding", len(texts))
    made = retriever.embedder.encode_passages(texts, progress.advance)
    vectors = build_vectors(made.shape[1], len(made), [made])
    return _system(pieces, lambda question: vectors.scores(retriever.embedder.encode_query(question)))


def _system(pieces: Sequence[Hit], scores_of: Callable[[str], NDArray[np.float32]]) -> System:
    def reply(question: str, history: Sequence[Exchange]) -> Reply:
        begin = time.perf_counter()
        scores = scores_of(question)
        best = np.argsort(-scores, kind="stable")[:LOOKED_THROUGH]
        hits = tuple(replace(pieces[row], rank=rank, score=float(scores[row])) for rank, row in enumerate(best, 1))
        return Reply(_answer(question, hits, time.perf_counter() - begin), hits)

    return reply


def _pieces(retriever: Retriever) -> list[Hit]:
    from langchain_text_splitters import RecursiveCharacterTextSplitter  # of the extra `eval`

    splitter = RecursiveCharacterTextSplitter(chunk_size=PIECE, chunk_overlap=OVERLAP, add_start_index=True)
    return [
        _piece(document, piece.metadata["start_index"], piece.page_content)
        for document in retriever.index.documents()
        for piece in splitter.create_documents([retriever.view.text_of(document.doc)])
    ]


def _piece(document: DocumentRow, start: int, text: str) -> Hit:
    end = start + len(text)
    name = f"{document.doc}:{start}-{end}"
    return Hit(0, 0.0, name, document.doc, document.title, document.date, (), "", start, end, (0, 0), text, None, ())


def _answer(question: str, hits: Sequence[Hit], seconds: float) -> Answer:
    citations = tuple(_first_words(hit) for hit in hits[:1])
    return Answer(
        question=question,
        asked_as=question,
        answer=" ".join(f"{citation.quote} [{citation.n}]" for citation in citations),
        answered=bool(citations),
        language=language(question),
        mode="extractive",
        model="",
        sentences=tuple(AnswerSentence(citation.quote, (citation.n,), "supported", 1.0) for citation in citations),
        citations=citations,
        timings={"total": seconds},
    )


def _first_words(hit: Hit) -> Citation:
    quote = hit.text[:MAX_CHARS]
    end = hit.start + len(quote)
    return Citation(
        **asdict(hit),
        n=1,
        speaker="",
        quote=quote,
        quote_start=hit.start,
        quote_end=end,
        url="",
        role=Role.EDITOR,
        kind=Kind.INTERVIEW,
        turn=0,
    )
