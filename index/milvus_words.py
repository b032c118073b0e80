"""BM25 in Milvus, by row, as index/lexical.py has it on disk; and in how many passages each term stands.

Milvus scores and searches. How rare a term is, which tells how much of a question the archive has words for, it does
not say: that is counted when interviews come and go, and kept in BUCKETS records, of which a question reads a few.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from index.lexical import K1, terms
from index.milvus_client import LONGEST_TEXT, Floats, Milvus
from index.milvus_records import Records
from index.milvus_vectors import Numbering, Rows, Searched

BUCKETS = 1_024
BUCKET_BITS = np.uint64(54)  # of a term's 64, below those that say its bucket
TERMS = "terms"
NO_WORDS = "_"  # no term: what Milvus is given of a passage that has none
COUNTED = np.dtype([("term", "<u8"), ("texts", "<i8")])  # of a bucket, by term
Counts = NDArray[np.void]


def words_of(text: str) -> str:
    """What Milvus is given of a search text: its terms, as many as fit."""
    joined = " ".join(terms(text))
    if len(joined.encode()) <= LONGEST_TEXT:
        return joined
    return joined.encode()[:LONGEST_TEXT].decode("utf-8", "ignore").rpartition(" ")[0]


class MilvusWords:
    """The words of the passages, with the surface of index.lexical.LexicalIndex that a search uses."""

    def __init__(self, milvus: Milvus, collection: str, records: Records, epoch: int, numbering: Numbering) -> None:
        self._search = Searched(milvus, collection, "sparse", numbering)
        self._records = records
        self._epoch = epoch
        self._buckets: dict[int, Counts] = {}

    def __len__(self) -> int:
        return len(self._search.numbering)

    def scores_of(self, question: str, texts: Rows) -> Floats:
        """[len(texts)] BM25 scores of these texts, whose numbers ascend."""
        asked = words_of(question)
        if not asked or not len(texts):
            return np.zeros(len(texts), dtype=np.float32)
        # Milvus multiplies by k1 + 1, which Lucene and index/lexical.py leave out.
        found: Floats = self._search.scores(asked, texts, 0.0) / np.float32(K1 + 1)
        return found

    def nearest(self, question: str, k: int, allowed: NDArray[np.bool_] | None = None) -> Rows:
        """The `k` texts with the highest scores, those without any left out, only those `allowed` [texts]."""
        asked = words_of(question)
        if not asked or k < 1 or not len(self) or (allowed is not None and not allowed.any()):
            return np.empty(0, dtype=np.int64)
        return self._search.nearest(asked, k, allowed)

    def has(self, term: str) -> bool:
        """Whether any text has this term, written as `terms` writes it."""
        return self._counts([term])[term] > 0

    def coverage(self, question: str) -> float:
        """How much of the question's information this archive has words for, 0 to 1; low for another language."""
        counts = self._counts(dict.fromkeys(terms(question)))
        wanted = {term: self._rarity(count) for term, count in counts.items()}
        known = sum(rarity for term, rarity in wanted.items() if counts[term])
        return known / sum(wanted.values()) if wanted else 0.0

    def overlaps(self, question: str, texts: Sequence[str]) -> list[float]:
        """How much of the question's information each text repeats, 0 to 1: its terms weighted by their rarity."""
        wanted = {term: self._rarity(count) for term, count in self._counts(dict.fromkeys(terms(question))).items()}
        whole = sum(wanted.values()) or 1.0
        return [sum(wanted[term] for term in set(terms(text)) & wanted.keys()) / whole for text in texts]

    def _rarity(self, count: int) -> float:
        return math.log1p((len(self) - count + 0.5) / (count + 0.5)) if count <= len(self) else 0.0

    def _counts(self, asked: Iterable[str]) -> dict[str, int]:
        """In how many passages each of these terms stands."""
        keys = {term: term_key(term) for term in asked}
        lacking = sorted({key >> int(BUCKET_BITS) for key in keys.values()} - self._buckets.keys())
        if lacking:
            self._buckets.update(read_buckets(self._records, self._epoch, lacking))
        return {term: _count(self._buckets[key >> int(BUCKET_BITS)], key) for term, key in keys.items()}


def term_key(term: str) -> int:
    """A term as a number: of a million terms two share theirs with a chance of 1 in 30 million."""
    return int.from_bytes(blake2b(term.encode("utf-8", "replace"), digest_size=8).digest(), "little")


def count_terms(words: Iterable[str]) -> Counter[int]:
    """By term, in how many of these texts it stands; each text is what `words_of` made."""
    known: dict[str, int] = {}
    counted: Counter[int] = Counter()
    for text in words:
        for term in set(text.split(" ")) - {""}:
            if term not in known:
                known[term] = term_key(term)
            counted[known[term]] += 1
    return counted


def read_buckets(records: Records, epoch: int, buckets: Sequence[int], now: bool = False) -> dict[int, Counts]:
    """The terms of these buckets, ascending, with their counts."""
    read = records.read(((TERMS, epoch * BUCKETS + bucket) for bucket in buckets), now)
    return {
        bucket: np.frombuffer(read.get((TERMS, epoch * BUCKETS + bucket), b""), dtype=COUNTED) for bucket in buckets
    }


def add_counts(records: Records, epoch: int, changes: Mapping[int, int]) -> None:
    """Add to the counts of terms, or take from them."""
    by_bucket: dict[int, dict[int, int]] = {}
    for key, change in changes.items():
        if change:
            by_bucket.setdefault(key >> int(BUCKET_BITS), {})[key] = change
    before = read_buckets(records, epoch, sorted(by_bucket), now=True)
    anew = {}
    for bucket, wanted in by_bucket.items():
        counts = dict(before[bucket].tolist())
        for key, change in wanted.items():
            counts[key] = counts.get(key, 0) + change
        rows = sorted((key, count) for key, count in counts.items() if count > 0)
        anew[TERMS, epoch * BUCKETS + bucket] = np.array(rows, dtype=COUNTED).tobytes()
    if anew:
        records.write(anew)


def forget_counts(records: Records, epoch: int) -> None:
    """Delete all counts."""
    records.delete((TERMS,), range(epoch * BUCKETS, (epoch + 1) * BUCKETS))


def _count(bucket: Counts, key: int) -> int:
    at = int(np.searchsorted(bucket["term"], np.uint64(key)))
    return int(bucket["texts"][at]) if at < len(bucket) and int(bucket["term"][at]) == key else 0
