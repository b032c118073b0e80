"""How close what was said is to a question: one number a passage for each signal, as rag/retrieve.py adds them up.

A sentence can lie near a question because it answers it, or only because it is about the same things. reply_map.npy,
a 384 × 384 matrix trained on questions of interviewers and the answers they got (eval/train_map.py), brings the first
kind nearer: cosines are taken once as the embedding has them and once between mapped vectors.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from index.embedding import BUNDLED, SAME_MODEL_ON_HUB
from index.opened import Vectors
from rag.signals import Allowed, Scored, best
from rag.view import Floats, Rows, View

NOT_COMPARED = -1.0  # below any cosine that occurs
SAMPLE = 500  # rows of a language: enough for a mean


@cache
def reply_map(embedding: str) -> Floats | None:
    """The matrix for vectors of this embedding, [384, 384]; None for every model but the one it was trained on."""
    if embedding not in (BUNDLED, SAME_MODEL_ON_HUB):
        return None
    stored = np.load(Path(__file__).with_name("reply_map.npy"), allow_pickle=False)
    matrix: Floats = stored.astype(np.float32)
    return matrix


@dataclass(frozen=True, slots=True)
class ReplySpace:
    """The mapped space of one index: the matrix, and where the passages and the sentences of each language lie in it,
    [languages, dimensions] each, the means of SAMPLE rows.
    """

    matrix: Floats
    passage_means: Floats
    sentence_means: Floats


def reply_space(view: View) -> ReplySpace | None:
    """The mapped space; None for an index whose embedding the matrix was not trained on."""
    index = view.index
    matrix = reply_map(index.embedding)
    if matrix is None or not len(index.passages):
        return None
    passages, sentences = index.passage_owners, index.sentence_owners
    return ReplySpace(
        matrix,
        _means(index.passage_vectors, np.repeat(view.languages, passages.ends - passages.begins), matrix),
        _means(index.sentence_vectors, np.repeat(view.languages, sentences.ends - sentences.begins), matrix),
    )


def _means(vectors: Vectors, languages: Rows, matrix: Floats) -> Floats:
    random = np.random.default_rng(0)
    samples = [np.flatnonzero(languages == number) for number in range(int(languages.max()) + 1)]
    samples = [np.sort(random.permutation(rows)[:SAMPLE]) for rows in samples]
    return np.stack([unit(vectors.vectors(rows) @ matrix.T).mean(axis=0) for rows in samples])


def mapped(
    view: View, space: ReplySpace, vectors: Floats, passages: Rows, allowed: Allowed | None = None
) -> dict[str, Floats]:
    """Closeness of these passages in the mapped space, by signal, [passages] each: of the whole passage, of its best
    sentence, and of its best two sentences in a row. `vectors` has one for each wording of the question.
    """
    vector: Floats = unit(vectors @ space.matrix.T).mean(axis=0)
    whole = unit(view.index.passage_vectors.vectors(passages) @ space.matrix.T) @ vector
    whole -= (space.passage_means @ vector)[view.passage_languages(passages)]
    places, rows = view.own(passages)
    if allowed is not None:
        counts = allowed.sentences[rows] | view.asking(rows)
        places, rows = places[counts], rows[counts]
    theirs = np.unique(rows)
    near = unit(view.index.sentence_vectors.vectors(theirs) @ space.matrix.T) @ vector
    near -= (space.sentence_means @ vector)[view.sentence_languages(theirs)]
    by_sentence = Scored(theirs, near)
    lowest = float(near.min(initial=1.0))
    pairs, first, second = view.neighbours(passages)
    two = (by_sentence.at(first, NOT_COMPARED) + by_sentence.at(second, NOT_COMPARED)) / np.float32(2)
    return {
        "mapped passage": whole,
        "mapped sentence": best(len(passages), places, by_sentence.at(rows), lowest),
        "mapped two": best(len(passages), pairs, two, lowest),
    }


def unit(vectors: Floats) -> Floats:
    """The vectors at length 1."""
    scaled: Floats = vectors / (np.linalg.norm(vectors, axis=-1, keepdims=True) + 1e-9)
    return scaled
