"""How near passages and sentences are to a question: the signals that rag/retrieve.py adds up.

A small archive is looked at whole. In a large one only a pool is: the passages that one of the signals puts first, and
a random sample of the others, which gives each signal its scale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.view import Floats, Rows, View

WHOLE = 4_000  # so many passages are looked at one by one
NEAREST = {"passages": 300, "sentences": 600, "words": 300}  # of these the pool is made
SAMPLE = 600  # passages that stand for all the others
PRIOR = 20


@dataclass(frozen=True, slots=True)
class Allowed:
    """Rows a search may use: [passages] and [sentences] booleans."""

    passages: NDArray[np.bool_]
    sentences: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Scored:
    """A number for some rows; the others have none. `rows` ascend."""

    rows: Rows
    values: Floats

    def at(self, rows: Rows, otherwise: float = -np.inf) -> Floats:
        """[rows] the values of these rows."""
        found = np.full(len(rows), otherwise, dtype=np.float32)
        if len(self.rows):
            places = np.minimum(np.searchsorted(self.rows, rows), len(self.rows) - 1)
            has = self.rows[places] == rows
            found[has] = self.values[places[has]]
        return found

    def only(self, stays: NDArray[np.bool_]) -> Scored:
        """Without the rows that `stays` [rows] leaves out."""
        return Scored(self.rows[stays], self.values[stays])


@dataclass(frozen=True, slots=True)
class Pool:
    """The passages that are looked at, ascending; `typical` [rows] marks those that stand for the whole archive."""

    rows: Rows
    typical: NDArray[np.bool_]


def pool(view: View, vector: Floats, asked: Sequence[str], allowed: Allowed | None) -> Pool:
    """The passages to look at for a question: `vector` is its own, `asked` its wordings."""
    index = view.index
    among = np.arange(len(index.passages)) if allowed is None else np.flatnonzero(allowed.passages)
    if len(among) <= WHOLE:
        return Pool(among, np.ones(len(among), dtype=bool))
    passages, sentences = (None, None) if allowed is None else (allowed.passages, allowed.sentences)
    near = index.passage_vectors.nearest(vector, NEAREST["passages"], passages)
    holding = view.holding(index.sentence_vectors.nearest(vector, NEAREST["sentences"], sentences))
    if passages is not None:
        holding = holding[passages[holding]]
    words = [index.lexical.nearest(text, NEAREST["words"], passages) for text in asked]
    random = np.random.default_rng(0)  # the same sample each time, so that the same question finds the same
    sample = np.unique(among[random.integers(0, len(among), SAMPLE)])
    rows = np.unique(np.concatenate([near, holding, *words, sample]))
    return Pool(rows, np.isin(rows, sample))


@dataclass(frozen=True, slots=True)
class Nearness:
    """The signals of one question for the passages `rows`. `cosines` and `facts` are by name, [rows] each; `words` is
    BM25 [rows] with what it counts, once for each wording of the question.

    `closeness` says how near the best of the archive comes to the question, on the scale of cosines.
    """

    rows: Rows
    typical: NDArray[np.bool_]
    cosines: dict[str, Floats]
    words: list[tuple[float, Floats]]
    facts: dict[str, Floats]
    by_sentence: Scored  # without what the filters leave out
    asked: Scored  # the questions that the passages hold or answer
    closeness: float

    def added_up(self, weights: Mapping[str, float]) -> Floats:
        """[rows] the weighted sum, each signal on the scale of the typical rows."""
        total = np.zeros(len(self.rows), dtype=np.float32)
        for name, values in self.cosines.items():
            total += weights[name] * standard(values, self.typical)
        for coverage, values in self.words:
            total += weights["words"] * coverage * standard(values, self.typical)
        for name, values in self.facts.items():
            total += weights[name] * values
        return total

    def only(self, places: Rows, **more: Floats) -> Nearness:
        """The same for the rows at these places, which are their own scale, with `more` cosines [places]."""
        return Nearness(
            rows=self.rows[places],
            typical=np.ones(len(places), dtype=bool),
            cosines={name: values[places] for name, values in self.cosines.items()} | more,
            words=[(coverage, values[places]) for coverage, values in self.words],
            facts={name: values[places] for name, values in self.facts.items()},
            by_sentence=self.by_sentence,
            asked=self.asked,
            closeness=self.closeness,
        )


def nearness(
    view: View, vector: Floats, asked: Sequence[str], named: set[str], allowed: Allowed | None, looked_at: Pool
) -> Nearness:
    """Every signal of a question for the pool; `named` are the persons it names."""
    index, rows = view.index, looked_at.rows
    passages = index.passage_vectors.scores(vector, rows)
    own, before = view.own(rows), view.asked(rows)
    sentences = np.unique(np.concatenate([own[1], before[1]]))
    cosines = index.sentence_vectors.scores(vector, sentences)
    centred = cosines - language_means(view, vector, "sentences")[view.sentence_languages(sentences)]
    usable = np.ones(len(sentences), dtype=bool) if allowed is None else allowed.sentences[sentences]
    lowest = float(centred[usable].min(initial=1.0))
    by_sentence = Scored(sentences, centred)
    asking = view.asking(sentences)
    nearest = (
        passages.max(initial=0.0),
        cosines[usable & ~view.host_questions(sentences)].max(initial=0.0),
        cosines[usable & asking].max(initial=0.0),
    )
    allowed_only = by_sentence.only(usable)
    return Nearness(
        rows=rows,
        typical=looked_at.typical,
        cosines={
            "passage": passages - language_means(view, vector, "passages")[view.passage_languages(rows)],
            # Of others than those asked for only the interviewers count: they may have said what the question says.
            "sentence": best(len(rows), own[0], by_sentence.only(usable | asking).at(own[1], lowest), lowest),
            "asked": best(len(rows), before[0], by_sentence.at(before[1]), lowest),
        },
        words=[(index.lexical.coverage(text) / len(asked), index.lexical.scores_of(text, rows)) for text in asked],
        facts={"named": view.answered_by(rows, named), "editors": view.by_editors(rows)},
        by_sentence=allowed_only,
        asked=by_sentence.only(asking),
        # With one speaker, and in a monologue, no question is left to be close to: the other two are the whole.
        closeness=sum(w * float(part) for w, part in zip((0.4, 0.4, 0.2), nearest, strict=True))
        / (1.0 if (usable & asking).any() else 0.8),
    )


def language_means(view: View, vector: Floats, what: str) -> Floats:
    """[languages] the mean cosine of the question to all "passages", or all "sentences", of each language.

    A question is nearer to everything in its own language. The mean of one with few rows leans towards that of all, as
    if there were PRIOR average ones more.
    """
    counts = view.counts_by_language(what)
    means = view.index.table(f"{what}_means") @ vector
    overall = float(counts @ means) / max(counts.sum(), 1)
    leaning: Floats = ((counts * means + PRIOR * overall) / (counts + PRIOR)).astype(np.float32)
    return leaning


def best(size: int, places: Rows, values: Floats, lowest: float) -> Floats:
    """[size] the best of the values at each place; `lowest` where there is none."""
    found = np.full(size, lowest, dtype=np.float32)
    np.maximum.at(found, places, values)
    return found


def standard(values: Floats, typical: NDArray[np.bool_] | None = None) -> Floats:
    """Standard scores: 0 is the mean of the typical values, 1 one standard deviation above it."""
    if not len(values):
        return values
    common = values if typical is None else values[typical]
    scaled: Floats = (values - common.mean()) / (common.std() + np.float32(1e-6))
    return scaled
