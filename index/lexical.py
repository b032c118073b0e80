"""BM25 over folded text: the only file that knows how Chinese is cut into terms.

Chinese and Japanese are cut into overlapping pairs of characters, which needs no dictionary and finds names
and new words (a single one is a term where it stands alone); Latin words and numbers stay whole. Both scripts
are folded to Simplified.
BM25 as in Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), in
Lucene's form.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.script import fold

STOPWORDS = frozenset(
    """a an and are as at be been but by can could did do does for from had has have he her his how i if in into is it
    its me my no not of on or our say said she so than that the their them then there these they this to was we were
    what when where which who whom whose why will with would you your about s t re ve ll d m
    el la los las un una de del que y en es por para con se su lo como qué cómo cuál cuándo dónde quién""".split()
)


CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
RUN = re.compile(rf"(?P<cjk>[{CJK}]+)|(?:(?![{CJK}])[^\W_])+")  # a stretch of Han and kana, or of letters and digits


def terms(text: str) -> list[str]:
    """The terms of a text, folded: Han and kana pairs, single Han characters where they stand alone, words, numbers."""
    found: list[str] = []
    for match in RUN.finditer(fold(text)):
        run = match.group()
        if match["cjk"] is None:
            if run not in STOPWORDS:
                found.append(_stem(run))
        elif len(run) == 1:
            found.append(run)
        else:
            found.extend(map("".join, pairwise(run)))
    return found


def _stem(word: str) -> str:
    """Plural and possessive -s only: what keeps "rockets" and "rocket" one term without a language model."""
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) and word.isalpha():
        return word[:-1]
    return word


K1 = 1.2  # how soon a repeated term stops counting
B = 0.75  # how much a long text is held against its terms


class LexicalIndex:
    """BM25 weight of every (term, text) pair, stored term by term; a question adds up its terms' weights."""

    def __init__(
        self,
        vocabulary: dict[str, int],
        ends: NDArray[np.int64],
        texts: NDArray[np.int32],
        weights: NDArray[np.float32],
        size: int,
    ) -> None:
        self._vocabulary = vocabulary
        self._ends = ends  # [terms] where the postings of each term end
        self._texts = texts  # [postings] text numbers, ascending within a term
        self._weights = weights  # [postings] BM25 weight of the term in that text
        self._size = size

    @classmethod
    def build(cls, texts: Sequence[str]) -> LexicalIndex:
        """Index texts. A term weighs ln(1 + (N - n + 0.5) / (n + 0.5)) * f / (f + K1 * (1 - B + B * length / mean))."""
        counts = [Counter(terms(text)) for text in texts]
        vocabulary: dict[str, int] = {}
        for count in counts:
            for term in count:
                vocabulary.setdefault(term, len(vocabulary))
        rows = np.array([vocabulary[term] for count in counts for term in count], dtype=np.int64)
        columns = np.repeat(np.arange(len(counts), dtype=np.int32), [len(count) for count in counts])
        frequencies = np.array([number for count in counts for number in count.values()], dtype=np.float32)
        lengths = np.array([count.total() for count in counts], dtype=np.float32)
        with_term = np.bincount(rows, minlength=len(vocabulary))
        rarity = np.log1p((len(counts) - with_term + 0.5) / (with_term + 0.5)).astype(np.float32)
        damping = K1 * (1 - B + B * lengths / max(float(lengths.mean()), 1.0)) if len(counts) else lengths
        order = np.argsort(rows, kind="stable")
        weights = rarity[rows] * frequencies / (frequencies + damping[columns])
        return cls(vocabulary, np.cumsum(with_term), columns[order], weights[order].astype(np.float32), len(counts))

    def scores(self, question: str) -> NDArray[np.float32]:
        """[texts] BM25 scores; zeros where no term of the question is known."""
        scores = np.zeros(self._size, dtype=np.float32)
        for term, times in Counter(terms(question)).items():
            number = self._vocabulary.get(term)
            if number is not None:
                postings = slice(self._ends[number - 1] if number else 0, self._ends[number])
                scores[self._texts[postings]] += times * self._weights[postings]
        return scores

    def has(self, term: str) -> bool:
        """Whether any text has this term, written as `terms` writes it."""
        return term in self._vocabulary

    def coverage(self, question: str) -> float:
        """How much of the question's information this archive has words for, 0 to 1; low for another language."""
        wanted = {term: self._rarity(term) for term in terms(question)}
        known = sum(rarity for term, rarity in wanted.items() if term in self._vocabulary)
        return known / sum(wanted.values()) if wanted else 0.0

    def overlaps(self, question: str, texts: Sequence[str]) -> list[float]:
        """How much of the question's information each text repeats, 0 to 1: its terms weighted by their rarity."""
        wanted = {term: self._rarity(term) for term in terms(question)}
        whole = sum(wanted.values()) or 1.0
        return [sum(wanted[term] for term in set(terms(text)) & wanted.keys()) / whole for text in texts]

    def _rarity(self, term: str) -> float:
        number = self._vocabulary.get(term)
        with_term = 0 if number is None else int(self._ends[number] - (self._ends[number - 1] if number else 0))
        return math.log1p((self._size - with_term + 0.5) / (with_term + 0.5))

    def save(self, folder: Path) -> None:
        """Write the index into a folder: three .npy arrays and the vocabulary as JSON."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, array in (("ends", self._ends), ("texts", self._texts), ("weights", self._weights)):
            np.save(folder / f"{name}.npy", array, allow_pickle=False)
        vocabulary = json.dumps({"texts": self._size, "terms": list(self._vocabulary)}, ensure_ascii=False)
        (folder / "vocabulary.json").write_text(vocabulary, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Memory-map an index. Raises OSError, ValueError or KeyError when files are missing or damaged."""
        stored = json.loads((folder / "vocabulary.json").read_text(encoding="utf-8"))
        ends, texts, weights = (
            np.load(folder / f"{name}.npy", allow_pickle=False, mmap_mode="r" if stored["terms"] else None)
            for name in ("ends", "texts", "weights")
        )
        return cls({term: number for number, term in enumerate(stored["terms"])}, ends, texts, weights, stored["texts"])
