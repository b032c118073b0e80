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
from numpy.typing import NDArray

from index.embedding import BUNDLED, SAME_MODEL_ON_HUB
from index.store import Index
from index.vectors import VectorIndex
from rag.view import Rows, View

PRIOR = 20
NOT_COMPARED = -1.0  # below any cosine that occurs
SAMPLE = 500  # rows of a language: enough for a mean

Floats = NDArray[np.float32]


@cache
def reply_map(embedding: str) -> Floats | None:
    """The matrix for vectors of this embedding, [384, 384]; None for every model but the one it was trained on."""
    if embedding not in (BUNDLED, SAME_MODEL_ON_HUB):
        return None
    stored = np.load(Path(__file__).with_name("reply_map.npy"), allow_pickle=False)
    matrix: Floats = stored.astype(np.float32)
    return matrix


def best(size: int, pairs: tuple[Rows, Rows], scores: Floats, lowest: float) -> Floats:
    """[size] the best score among the sentences paired with each row; `lowest` where there is none."""
    rows, sentences = pairs
    found = np.full(size, lowest, dtype=np.float32)
    np.maximum.at(found, rows, scores[sentences])
    return found


def centred(cosines: Floats, languages: Rows) -> Floats:
    """Cosines less the mean of their row's language: a question is nearer to everything in its own language.

    The mean of a language with few rows leans towards that of all, as if there were PRIOR average ones more.
    """
    counts = np.bincount(languages)
    sums = np.bincount(languages, weights=cosines)
    means = (sums + PRIOR * cosines.mean()) / (counts + PRIOR)
    moved: Floats = (cosines - means[languages]).astype(np.float32)
    return moved


@dataclass(frozen=True, slots=True)
class ReplySpace:
    """The mapped space of one index: the matrix, and where the passages and the sentences of each language lie in it,
    [languages, dimensions] each, the means of SAMPLE rows.
    """

    matrix: Floats
    passage_means: Floats
    sentence_means: Floats


def reply_space(index: Index, view: View) -> ReplySpace | None:
    """The mapped space; None for an index whose embedding the matrix was not trained on."""
    matrix = reply_map(index.embedding)
    if matrix is None or not len(index.passages):
        return None
    passages = _means(index.passage_vectors, view.passage_languages, matrix)
    return ReplySpace(matrix, passages, _means(index.sentence_vectors, view.sentence_languages, matrix))


def _means(vectors: VectorIndex, languages: Rows, matrix: Floats) -> Floats:
    random = np.random.default_rng(0)
    samples = [np.flatnonzero(languages == number) for number in range(int(languages.max()) + 1)]
    samples = [np.sort(random.permutation(rows)[:SAMPLE]) for rows in samples]
    return np.stack([unit(vectors.vectors(rows) @ matrix.T).mean(axis=0) for rows in samples])


def mapped_sentences(index: Index, view: View, space: ReplySpace, vector: Floats, rows: Rows) -> Floats:
    """Closeness of the sentences `rows` in the mapped space, [sentences]; NOT_COMPARED for all others.

    `vector` is the question's, as `mapped_question` makes it.
    """
    found = np.full(len(index.sentences), NOT_COMPARED, dtype=np.float32)
    found[rows] = unit(index.sentence_vectors.vectors(rows) @ space.matrix.T) @ vector
    found[rows] -= (space.sentence_means @ vector)[view.sentence_languages[rows]]
    return found


def mapped_passages(index: Index, view: View, space: ReplySpace, vector: Floats, rows: Rows) -> Floats:
    """Closeness of the passages `rows` in the mapped space, [passages]; NOT_COMPARED for all others."""
    found = np.full(len(index.passages), NOT_COMPARED, dtype=np.float32)
    found[rows] = unit(index.passage_vectors.vectors(rows) @ space.matrix.T) @ vector
    found[rows] -= (space.passage_means @ vector)[view.passage_languages[rows]]
    return found


def mapped_question(space: ReplySpace, vectors: Floats) -> Floats:
    """A question's vector in the mapped space, [dimensions]; `vectors` has one for each of its wordings."""
    mean: Floats = unit(vectors @ space.matrix.T).mean(axis=0)
    return mean


def best_two(size: int, neighbours: tuple[Rows, Rows, Rows], scores: Floats, lowest: float) -> Floats:
    """[size] the best mean score of two neighbouring sentences of each passage; `lowest` where there are none."""
    passages, first, second = neighbours
    found = np.full(size, lowest, dtype=np.float32)
    np.maximum.at(found, passages, (scores[first] + scores[second]) / 2)
    return found


def unit(vectors: Floats) -> Floats:
    """The vectors at length 1."""
    scaled: Floats = vectors / (np.linalg.norm(vectors, axis=-1, keepdims=True) + 1e-9)
    return scaled


def standard(values: Floats) -> Floats:
    """Standard scores: 0 is the mean, 1 one standard deviation above it."""
    if not len(values):
        return values
    scaled: Floats = (values - values.mean()) / (values.std() + np.float32(1e-6))
    return scaled
