"""The same interview twice: in two outlets, two formats, two scripts, or two translations.

The same words are found by a sketch of them (`fingerprint`). Translations share no words; they are found by their
passages' vectors: each passage of the one is nearest to one of the other, and in the same order throughout. Two
interviews are only called the same on strong evidence, since one that is wrongly grouped hides what was said in it.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

from index.model import Kind, Transcript
from index.script import fold

SKETCH = 256  # hashes of 8 bytes
WIDE_FROM = 0x3040  # kana, Han and hangul lie from here on
WIDE, NARROW = 8, 20  # letters in a shingle that begins with one of those, or with another: about four words
FEWEST_SHINGLES = 200
LARGEST_HASH = np.uint64(2**64 - 1)
FEWEST_SHARED = 12  # hashes in both sketches before a pair is looked at
CONTAINED = 0.5  # of the shorter one's shingles; different interviews of one person share under 0.06
LONGER = 0.2  # what the shorter one is of the longer one, at least: less is a quotation

FEWEST_PASSAGES = 8
ALIGNED = 0.2  # cosine for each passage of the shorter one (see `_aligned`), and in all
ALIGNED_BY_CHANCE = 2.4  # more: 0.50 a passage at 8 passages, 0.37 at 14, 0.25 at 50
PUBLISHED_WITHIN = 31  # days: a translation comes out after the original
NEAREST = 8  # interviews that each is aligned with at most, however many have its persons and dates
RARE = 4  # interviews of a language that weigh as much as the mean of all languages
CACHED = 256  # interviews' vectors kept in memory

Vectors = NDArray[np.float32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is known of an interview before its vectors are read.

    `persons` are those who speak in it, resolved over the archive; `date` is ISO 8601 of any precision, or "";
    `fingerprint` is what `fingerprint` made of it; `passages` counts the rows its vectors have.
    """

    doc: str
    language: str
    date: str
    persons: frozenset[str]
    fingerprint: bytes
    passages: int


def fingerprint(transcript: Transcript) -> bytes:
    """The smallest hashes of the shingles of what was said: at most 2 KB, b"" where too little was said.

    Only letters and digits count, folded, so that script, punctuation, labels and line breaks make no difference.
    A bottom-k sketch (Cohen and Kaplan 2007): little-endian uint64, ascending.
    """
    text = transcript.text
    said = (turn for turn in transcript.turns if turn.kind is Kind.INTERVIEW)
    spoken = fold("".join(text[span.start : span.end] for turn in said for span in turn.spans))
    letters = "".join(filter(str.isalnum, spoken))
    hashes = np.unique(_shingle_hashes(letters))
    return hashes[:SKETCH].astype("<u8").tobytes() if len(hashes) >= FEWEST_SHINGLES else b""


def same_interviews(candidates: Sequence[Candidate], vectors: Callable[[str], Vectors]) -> dict[str, tuple[str, ...]]:
    """By doc, the other docs that are the same interview, sorted; only docs that have any.

    If A is the same as B and B as C, A is the same as C. `vectors` gives the unit vectors of an interview's passages
    in text order, [passages, dimensions]; it is called for interviews that might be translations of one another.
    """
    groups = _Groups(len(candidates))
    for a, b in _same_words([np.frombuffer(candidate.fingerprint, dtype="<u8") for candidate in candidates]):
        groups.join(a, b)
    # Thousands of small products: on a busy machine the threads of a BLAS wait for each other ten times as long.
    with threadpool_limits(limits=1, user_api="blas"):
        for a, b in _translations(candidates, vectors, groups):
            groups.join(a, b)
    members: dict[int, list[str]] = defaultdict(list)
    for number, candidate in enumerate(candidates):
        members[groups.of(number)].append(candidate.doc)
    return {
        doc: tuple(sorted(other for other in docs if other != doc))
        for docs in members.values()
        if len(docs) > 1
        for doc in docs
    }


def _shingle_hashes(letters: str) -> NDArray[np.uint64]:
    """One well mixed 64-bit hash for each shingle; its first letter decides how long it is."""
    codes = np.frombuffer(letters.encode("utf-32-le", "replace"), dtype="<u4").astype(np.uint64)
    wide = codes >= WIDE_FROM
    parts = []
    for width, starts_here in ((WIDE, wide), (NARROW, ~wide)):
        starts = np.flatnonzero(starts_here[: max(0, len(codes) - width + 1)])
        hashes = np.zeros(len(starts), dtype=np.uint64)
        for step in range(width):
            hashes = hashes * np.uint64(0x9E3779B97F4A7C15) + codes[starts + step]
        parts.append(hashes)
    return _mixed(np.concatenate(parts))


def _mixed(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """splitmix64's finaliser (Steele, Lea and Flood 2014): the order of the hashes says nothing about the letters."""
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return hashes ^ (hashes >> np.uint64(31))


def _same_words(sketches: Sequence[NDArray[np.uint64]]) -> Iterator[tuple[int, int]]:
    """Pairs that share most of what was said. Of many with one hash only neighbours are paired: groups close them."""
    owners = np.repeat(np.arange(len(sketches)), [len(sketch) for sketch in sketches])
    hashes = np.concatenate([*sketches, np.empty(0, dtype=np.uint64)])
    order = np.lexsort((owners, hashes))
    hashes, owners = hashes[order], owners[order]
    shared = np.flatnonzero(hashes[1:] == hashes[:-1])
    pairs, counts = np.unique(np.stack((owners[shared], owners[shared + 1]), axis=1), axis=0, return_counts=True)
    for a, b in pairs[counts >= FEWEST_SHARED].tolist():
        if _mostly_one_text(sketches[a], sketches[b]):
            yield a, b


def _mostly_one_text(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> bool:
    """Whether the shorter text stands in the longer one, judged by the hashes small enough to be in both sketches."""
    limit = min((sketch[-1] for sketch in (a, b) if len(sketch) == SKETCH), default=LARGEST_HASH)
    kept_a, kept_b = (sketch[sketch <= limit] for sketch in (a, b))
    shorter, longer = sorted((len(kept_a), len(kept_b)))
    return len(np.intersect1d(kept_a, kept_b)) >= CONTAINED * shorter and shorter >= LONGER * longer


def _translations(
    candidates: Sequence[Candidate], vectors: Callable[[str], Vectors], groups: _Groups
) -> Iterator[tuple[int, int]]:
    """Pairs whose passages say the same in the same order. Each interview is aligned with its NEAREST at most."""
    numbers = [number for number, others in enumerate(_plausible(candidates)) if len(others)]
    if not numbers:
        return
    centres = _centres(candidates, vectors, numbers)
    read = lru_cache(CACHED)(lambda number: _centred(vectors(candidates[number].doc)))
    same_words = np.array([groups.of(number) for number in range(len(candidates))])
    looked_at: set[tuple[int, int]] = set()
    for a, plausible in enumerate(_plausible(candidates)):  # again: to keep it all would grow with the square
        others = plausible[same_words[plausible] != same_words[a]]
        if not len(others):
            continue
        closeness = (centres @ centres[a])[others]
        for b in others[np.argsort(-closeness, kind="stable")[:NEAREST]].tolist():
            pair = (min(a, b), max(a, b))
            if pair not in looked_at and groups.of(a) != groups.of(b):
                looked_at.add(pair)
                if _aligned(read(a), read(b)):
                    yield pair


def _plausible(candidates: Sequence[Candidate]) -> Iterator[NDArray[np.int64]]:
    """For each interview, those that its length, dates and persons allow to be a translation of it."""
    passages = np.array([candidate.passages for candidate in candidates])
    days = np.array([_days(candidate.date) for candidate in candidates]).reshape(-1, 2)
    speaking = _Speaking([candidate.persons for candidate in candidates])
    for number in range(len(candidates)):
        fits = (passages >= FEWEST_PASSAGES) & (passages[number] >= FEWEST_PASSAGES)
        fits &= np.minimum(passages, passages[number]) >= LONGER * np.maximum(passages, passages[number])
        fits &= (days[:, 0] <= days[number, 1] + PUBLISHED_WITHIN) & (days[number, 0] <= days[:, 1] + PUBLISHED_WITHIN)
        fits[number] = False
        yield np.flatnonzero(fits & speaking.may_be_those_of(number)) if fits.any() else np.flatnonzero(fits)


def _days(iso: str) -> tuple[int, int]:
    """The first and the last day a date may mean, as ordinals: a year is all its days, "" is any day."""
    year, month, day = (int(part) if part else 0 for part in (*iso[:10].split("-"), "", "", "")[:3])
    if not year:
        return date.min.toordinal(), date.max.toordinal()
    first = date(year, month or 1, day or 1)
    last = first if day else date(year, month, monthrange(year, month)[1]) if month else date(year, 12, 31)
    return first.toordinal(), last.toordinal()


class _Speaking:
    """Who speaks in each interview, for telling whether two may have the same people."""

    def __init__(self, persons: Sequence[frozenset[str]]) -> None:
        self._persons = persons
        self._counts = np.zeros((len(persons), 2), dtype=np.int64)
        where: dict[str, list[int]] = defaultdict(list)
        for number, named in enumerate(persons):
            for person in named:
                where[person].append(number)
                self._counts[number, _script(person)] += 1
        self._where = {person: np.array(numbers) for person, numbers in where.items()}

    def may_be_those_of(self, number: int) -> Flags:
        """[interviews]: False where both name somebody, in one script, whom the other does not have.

        Names in two scripts say nothing: nobody may have told the archive that 奥特曼 is Altman.
        """
        shared = np.zeros_like(self._counts)
        for person in self._persons[number]:
            shared[self._where[person], _script(person)] += 1
        others = (self._counts > shared) & (self._counts[number] > shared)
        possible: Flags = ~np.any(others, axis=1)
        return possible


def _script(name: str) -> int:
    return int(any(ord(letter) >= WIDE_FROM for letter in name))


def _centres(candidates: Sequence[Candidate], vectors: Callable[[str], Vectors], numbers: Sequence[int]) -> Vectors:
    """What each of these interviews is about, [candidates, dimensions], zeros for the others.

    The mean of its passages, without what e5 gives every text of its language, as a unit vector. A language of few
    interviews leans on the mean of all, or a lone one would be left with nothing.
    """
    means = np.stack([vectors(candidates[number].doc).mean(axis=0) for number in numbers])
    subtags = np.array([candidates[number].language.split("-")[0] for number in numbers])
    overall = RARE * means.mean(axis=0)
    centres = np.zeros((len(candidates), means.shape[1]), dtype=np.float32)
    for subtag in np.unique(subtags):
        of_it = np.flatnonzero(subtags == subtag)
        usual = (means[of_it].sum(axis=0) + overall) / (len(of_it) + RARE)
        centres[np.array(numbers)[of_it]] = _unit(means[of_it] - usual)
    return centres


def _centred(vectors: Vectors) -> Vectors:
    """Passages less what they have in common: the cosines of e5 are all between 0.7 and 0.9 otherwise."""
    return _unit(vectors - vectors.mean(axis=0))


def _unit(vectors: Vectors) -> Vectors:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: Vectors = vectors / np.maximum(length, np.float32(1e-9))
    return unit


def _aligned(a: Vectors, b: Vectors) -> bool:
    """Whether two interviews say the same in the same order, by their centred passages.

    The heaviest chain of passages that are each other's nearest and ascend in both, weighed by cosine, against the
    number of passages of the shorter one. Short interviews line up by chance more often, so more is asked of them.
    Measured on 45,900 pairs of different interviews of one person and of meetings on one task: at most 0.31 a passage
    at 9 passages, 0.18 from 12 on, 0.11 from 40 on; the same 12 questions to another person: 0.36. Translations: 0.41
    to 0.56.
    """
    cosines = a @ b.T
    nearest, back = cosines.argmax(axis=1), cosines.argmax(axis=0)
    rows = np.flatnonzero(back[nearest] == np.arange(len(a)))
    columns = nearest[rows]
    chains = np.maximum(cosines[rows, columns], 0)
    shorter = min(len(a), len(b))
    needed = ALIGNED * shorter + ALIGNED_BY_CHANCE
    if chains.sum() < needed:  # in any order: most pairs end here
        return False
    for at in range(1, len(rows)):
        before = chains[:at][columns[:at] < columns[at]]
        chains[at] += before.max(initial=0)
    return bool(chains.max() >= needed)


class _Groups:
    """Disjoint sets of interviews."""

    def __init__(self, size: int) -> None:
        self._parents = list(range(size))

    def of(self, number: int) -> int:
        while self._parents[number] != number:
            self._parents[number] = self._parents[self._parents[number]]
            number = self._parents[number]
        return number

    def join(self, a: int, b: int) -> None:
        self._parents[self.of(a)] = self.of(b)
