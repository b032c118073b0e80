"""BM25 over folded text: the only file that knows how Chinese is cut into terms.

Chinese and Japanese are cut into overlapping pairs of characters, which needs no dictionary and finds names
and new words (a single one is a term where it stands alone); Latin words and numbers stay whole. Both scripts
are folded to Simplified.
BM25 as in Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), in
Lucene's form.
"""

from __future__ import annotations

import math
import re
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import Any

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
MOST_POSTINGS = 1_000_000  # read for one question when candidates are looked for; the rarest terms go first
MOST_TIMES = 255  # a term is counted in a text


class LexicalIndex:
    """In which texts each term stands and how often, term by term; a question adds up the BM25 weights of its terms."""

    def __init__(
        self,
        terms: NDArray[np.uint64],
        ends: NDArray[np.int64],
        texts: NDArray[np.int32],
        times: NDArray[np.uint8],
        lengths: NDArray[np.float32],
    ) -> None:
        self._terms = terms  # [terms] `_key` of each term, ascending
        self._ends = ends  # [terms] where the postings of each term end
        self._texts = texts  # [postings] text numbers, ascending within a term
        self._times = times  # [postings] how often the term stands in that text
        self._lengths = lengths  # [texts] in terms
        self._mean = max(float(lengths.mean()), 1.0) if len(lengths) else 1.0

    @classmethod
    def build(
        cls, texts: Iterable[str], old: LexicalIndex | None = None, kept: NDArray[np.int64] | None = None
    ) -> LexicalIndex:
        """Index the texts `kept` of an `old` index, ascending, followed by new ones."""
        keys, numbers, times, lengths = _postings(texts, 0 if kept is None else len(kept))
        if old is not None and kept is not None:
            before = old._only(kept)
            keys = np.concatenate((before[0], keys))
            numbers = np.concatenate((before[1], numbers))
            times = np.concatenate((before[2], times))
            lengths = np.concatenate((before[3], lengths))
        order = np.argsort(keys, kind="stable")
        known, counts = np.unique(keys, return_counts=True)
        return cls(known, np.cumsum(counts, dtype=np.int64), numbers[order], times[order], lengths)

    def _only(self, kept: NDArray[np.int64]) -> tuple[NDArray[Any], ...]:
        """Keys, numbers and times of the postings in the texts `kept`, which are numbered anew, and their lengths."""
        renumbered = np.full(len(self._lengths), -1, dtype=np.int32)
        renumbered[kept] = np.arange(len(kept), dtype=np.int32)
        numbers = renumbered[self._texts]
        stay = numbers >= 0
        keys = np.repeat(self._terms, np.diff(self._ends, prepend=0))
        return keys[stay], numbers[stay], self._times[stay], self._lengths[kept]

    def __len__(self) -> int:
        return len(self._lengths)

    def scores(self, question: str) -> NDArray[np.float32]:
        """[texts] BM25 scores; zeros where no term of the question is known."""
        return self._added_up(self._wanted(question))

    def nearest(self, question: str, k: int, allowed: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
        """The `k` texts with the highest scores, those without any left out, only those `allowed` [texts].

        Of a question made of frequent words only the rarest count here, up to MOST_POSTINGS.
        """
        asked = self._wanted(question)
        rarest: list[str] = []
        postings = 0
        for term in sorted(asked, key=self._with_term):
            postings += self._with_term(term)
            if rarest and postings > MOST_POSTINGS:
                break
            rarest.append(term)
        scores = self._added_up({term: asked[term] for term in rarest})
        if allowed is not None:
            scores[~allowed] = 0
        found = np.flatnonzero(scores)
        if len(found) > k:
            found = found[np.argpartition(-scores[found], k)[:k]]
        ordered: NDArray[np.int64] = found[np.argsort(-scores[found], kind="stable")]
        return ordered

    def scores_of(self, question: str, texts: NDArray[np.int64]) -> NDArray[np.float32]:
        """[len(texts)] BM25 scores of these texts, whose numbers ascend."""
        scores = np.zeros(len(texts), dtype=np.float32)
        for term, times in self._wanted(question).items():
            postings = self._place(term)
            numbers = self._texts[postings]
            at = np.searchsorted(numbers, texts)
            at[at == len(numbers)] = 0
            has = numbers[at] == texts if len(numbers) else np.zeros(len(texts), dtype=bool)
            scores[has] += times * self._weights(term, texts[has], self._times[postings][at[has]])
        return scores

    def has(self, term: str) -> bool:
        """Whether any text has this term, written as `terms` writes it."""
        return self._with_term(term) > 0

    def coverage(self, question: str) -> float:
        """How much of the question's information this archive has words for, 0 to 1; low for another language."""
        wanted = {term: self._rarity(term) for term in terms(question)}
        known = sum(rarity for term, rarity in wanted.items() if self.has(term))
        return known / sum(wanted.values()) if wanted else 0.0

    def overlaps(self, question: str, texts: Sequence[str]) -> list[float]:
        """How much of the question's information each text repeats, 0 to 1: its terms weighted by their rarity."""
        wanted = {term: self._rarity(term) for term in terms(question)}
        whole = sum(wanted.values()) or 1.0
        return [sum(wanted[term] for term in set(terms(text)) & wanted.keys()) / whole for text in texts]

    def _wanted(self, question: str) -> dict[str, int]:
        """The terms of a question that any text has, with how often it has them."""
        return {term: times for term, times in Counter(terms(question)).items() if self.has(term)}

    def _added_up(self, wanted: Mapping[str, int]) -> NDArray[np.float32]:
        scores = np.zeros(len(self), dtype=np.float32)
        for term, times in wanted.items():
            postings = self._place(term)
            texts = self._texts[postings]
            scores[texts] += times * self._weights(term, texts, self._times[postings])
        return scores

    def _weights(self, term: str, texts: NDArray[Any], times: NDArray[np.uint8]) -> NDArray[np.float32]:
        """ln(1 + (N - n + 0.5) / (n + 0.5)) * f / (f + K1 * (1 - B + B * length / mean)) of one term in these texts."""
        damping = np.float32(K1) * (np.float32(1 - B) + np.float32(B / self._mean) * self._lengths[texts])
        weights: NDArray[np.float32] = np.float32(self._rarity(term)) * times / (times + damping)
        return weights

    def _place(self, term: str) -> slice:
        """Where the postings of a term lie."""
        key = _key(term)
        at = int(np.searchsorted(self._terms, key))
        if at == len(self._terms) or self._terms[at] != key:
            return slice(0, 0)
        return slice(int(self._ends[at - 1]) if at else 0, int(self._ends[at]))

    def _with_term(self, term: str) -> int:
        place = self._place(term)
        return int(place.stop - place.start)

    def _rarity(self, term: str) -> float:
        with_term = self._with_term(term)
        return math.log1p((len(self) - with_term + 0.5) / (with_term + 0.5))

    def save(self, folder: Path) -> None:
        """Write the index into a folder, one .npy for each array."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, f"_{name}"), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Memory-map an index. Raises OSError or ValueError when files are missing or damaged."""
        return cls(*(load_array(folder / f"{name}.npy") for name in ARRAYS))


ARRAYS = ("terms", "ends", "texts", "times", "lengths")


# Python 3.11 raises SystemError when two threads parse at once, which the header of a .npy file needs.
_parsing = Lock()


def load_array(path: Path) -> NDArray[Any]:
    """Memory-map a .npy file; an empty one cannot be mapped and is read. Raises OSError or ValueError."""
    with _parsing:
        array = np.load(path, allow_pickle=False, mmap_mode="r" if path.stat().st_size > 128 else None)
    plain: NDArray[Any] = array.view(np.ndarray)
    return plain  # looking up in a memmap object itself takes longer


def _postings(
    texts: Iterable[str], first: int
) -> tuple[NDArray[np.uint64], NDArray[np.int32], NDArray[np.uint8], NDArray[np.float32]]:
    """Key, text number (counted from `first`) and times of every (term, text), text by text; and the texts' lengths."""
    known: dict[str, int] = {}
    keys, numbers, times = array("Q"), array("i"), array("B")
    lengths = array("f")
    for number, text in enumerate(texts, start=first):
        count = Counter(terms(text))
        for term in count:
            if term not in known:
                known[term] = int(_key(term))
        keys.extend(known[term] for term in count)
        numbers.extend([number] * len(count))
        times.extend(min(many, MOST_TIMES) for many in count.values())
        lengths.append(count.total())
    return (
        np.array(keys, dtype=np.uint64),
        np.array(numbers, dtype=np.int32),
        np.array(times, dtype=np.uint8),
        np.array(lengths, dtype=np.float32),
    )


def _key(term: str) -> np.uint64:
    """A term as a number: of a million terms two share theirs with a chance of 1 in 30 million."""
    return np.uint64(int.from_bytes(blake2b(term.encode("utf-8", "replace"), digest_size=8).digest(), "little"))
