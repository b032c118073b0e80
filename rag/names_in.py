"""Which names a sentence has, and which of them the words it cites do not have in any writing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from index.lexical import STOPWORDS
from index.names import DOTS, SOUNDS, SURNAMES, full_names
from index.script import fold_characters, is_han
from index.sentences import width
from rag.sounds import alike, han_classes, latin_classes, sounds_like_any
from rag.translation import is_chinese, is_english_word, is_word, proper_names, stems, translations, words
from rag.view import View

NEAR = 60  # characters before or behind a name that are looked at
LEFT_TO_ASK = 4.0  # Chinese characters, a Latin letter counting as a third of one
MASK = "_"
# What looks like a name within a sentence: a capital, or letters with digits or further capitals in them.
LATIN_NAME = re.compile(
    r"(?<![A-Za-zÀ-ÿ0-9])(?:[A-ZÀ-Þ][A-Za-zÀ-ÿ0-9]*|[a-z]+[A-Z0-9][A-Za-z0-9]*)(?:[-.&’'][A-Za-zÀ-ÿ0-9]+){0,4}"
)
# Two or more capitalised words in a row, but not where a sentence begins.
FULL_LATIN = re.compile(
    r"(?<![.!?:;]\s)(?<!^)(?<![A-Za-z_])[A-ZÀ-Þ][a-zà-ÿ]+(?:[-'’][A-Za-zÀ-ÿ]+){0,2}"
    r"(?:\s+[A-ZÀ-Þ][A-Za-zÀ-ÿ]+(?:[-'’][A-Za-zÀ-ÿ]+){0,2}){1,4}"
)
BEGINS_WITH = re.compile(rf"^[{''.join(sorted(SURNAMES))}][\u3400-\u9fff]{{2}}")
NEXT_NAME = re.compile(r"\s([A-ZÀ-Þ][A-Za-zÀ-ÿ-]+)")
NAME_BEFORE = re.compile(r"[^.!?:;,\s]\s([A-ZÀ-Þ][a-zà-ÿ-]+)\s$")
SOUNDED = re.compile(rf"[{''.join(sorted(SOUNDS))}]{{3,}}")
BEGINS = re.compile(r"(?:^|[.!?:;。！？：；\n“”「『\"(]\s*)$")
POSSESSIVE = re.compile(r"['’]s?$")
NO_NAMES = STOPWORDS | frozenset(
    """i ai ceo us uk eu english chinese monday tuesday wednesday thursday friday saturday sunday january february march
    april may june july august september october november december""".split()
)

Mention = tuple[int, int, str]
"""Start, end, person."""


def mentions(view: View, text: str) -> list[Mention]:
    """Where a text names the archive's speakers; the longest name at each place.

    A single Latin name beside another that is none of the person's belongs to somebody else: "Wei Tzu-ching".
    """
    folded = folded_as_long(text)
    spans = [
        (match.start(), match.end(), person)
        for match, person in view.named_in(folded)
        if not _is_part_of_name(view, text, match, person)
    ]
    kept: list[Mention] = []
    for start, end, person in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end, person))
    return kept


def without_names(view: View, question: str) -> str:
    """The question without the names of the archive's speakers, as long as enough of it is left to ask.

    Who speaks hardly says the own name: in the vector of a question it finds introductions and greetings.
    BM25 and the bonus for a person named keep the names.
    """
    folded = fold_characters(question)
    if len(folded) != len(question):
        return question
    kept = list(question)
    for span in view.speaker_names.finditer(folded):
        kept[span.start() : span.end()] = " " * (span.end() - span.start())
    rest = " ".join("".join(kept).split())
    return rest if width(rest) >= LEFT_TO_ASK else question


def missing_names(view: View, sentence: str, cited: str, interview: str, speakers: Iterable[str]) -> list[str]:
    """The names of a sentence that the cited words do not have, in no writing that is known.

    `cited` also holds whatever else may name somebody: the question, the title. `speakers` are the persons cited. What
    is not written like a person's name may also stand elsewhere in the interview.
    """
    known = {person for _, _, person in mentions(view, cited)} | set(speakers)
    named = mentions(view, sentence)
    others = _without(sentence, named)
    found = [sentence[start:end] for start, end, person in named if person not in known]
    found += [match.group() for match in _latin_names(others) if not _has_name(match, cited, interview)]
    found += _absent_people(others, cited)
    if is_chinese(cited):
        found += _strange_sounds(folded_as_long(others), _searched(cited))
    return list(dict.fromkeys(found))


@lru_cache(maxsize=1024)
def folded_as_long(text: str) -> str:
    """The text folded, as long as it was: some signs fold to several."""
    folded = fold_characters(text)
    return folded if len(folded) == len(text) else "".join(fold_characters(c)[:1] or " " for c in text)


def is_han_name(name: str) -> bool:
    """Whether Chinese characters look like a person's name: all chosen by sound, or a surname and one or two more."""
    if DOTS.search(name):
        return True
    if len(name) < 2 or is_word(name):
        return False
    return all(character in SOUNDS for character in name) or (len(name) <= 3 and name[0] in SURNAMES)


def _without(sentence: str, named: Iterable[Mention]) -> str:
    """A sentence with the speakers' names struck out."""
    for start, end, _ in named:
        sentence = sentence[:start] + MASK * (end - start) + sentence[end:]
    return sentence


def _latin_names(sentence: str) -> Iterator[re.Match[str]]:
    seen: set[str] = set()
    for match in LATIN_NAME.finditer(sentence):
        if match.group() not in seen and not _begins_sentence(sentence, match):
            seen.add(match.group())
            yield match


def _absent_people(sentence: str, cited: str) -> list[str]:
    """The full names of a sentence no part of which the cited words have, in the same letters or by their sound."""
    cited_in_han, there = is_chinese(cited), _searched(cited)
    found = []
    for name in dict.fromkeys(FULL_LATIN.findall(sentence)):
        parts = [POSSESSIVE.sub("", part) for part in name.split()]
        known = any(part.casefold() in there for part in parts)
        if not known and (not cited_in_han or not (_is_translated(parts) or sounds_like_any(" ".join(parts), cited))):
            found.append(name)
    folded = folded_as_long(sentence)
    sounds = () if cited_in_han else _latin_sounds(cited)
    for name in filter(is_chinese, full_names(sentence)):
        parts = DOTS.split(fold_characters(name))
        if not any(part in there or any(alike(han_classes(part), other) for other in sounds) for part in parts):
            found.append(name)
    match = BEGINS_WITH.match(folded) if cited_in_han else None
    is_strange = match and not any(is_word(match.group()[:size]) for size in (2, 3))
    if match and is_strange and match.group() not in there:
        found.append(sentence[: match.end()])
    return found


def _is_translated(parts: Iterable[str]) -> bool:
    """Whether English words make up a name: what it is called in Chinese need not sound like it."""
    return all(map(is_english_word, parts))


@lru_cache(maxsize=64)
def _latin_sounds(text: str) -> frozenset[str]:
    names = [match.group() for match in LATIN_NAME.finditer(text) if not _begins_sentence(text, match)]
    others = [word for word in LATIN_NAME.findall(text) if not is_english_word(word)]
    return frozenset(map(latin_classes, {*names, *others}))


def _strange_sounds(folded: str, there: str) -> list[str]:
    """The foreign names of a sentence, written by sound, that words in Chinese have in no similar writing."""
    for word in sorted({word for word in words(folded) if len(word) > 1}, key=len, reverse=True):
        folded = folded.replace(word, " ")
    runs = {match.group() for match in SOUNDED.finditer(there)}
    return [
        name
        for name in (match.group() for match in SOUNDED.finditer(folded))
        if name not in there and not any(2 * len(set(name) & set(run)) >= len(name) for run in runs)
    ]


def _is_part_of_name(view: View, text: str, match: re.Match[str], person: str) -> bool:
    if is_han(match.group()[0]) or not text[match.start()].isupper():
        return False
    own = " ".join(view.aliases[person]).casefold()
    beside = (NEXT_NAME.match(text, match.end()), NAME_BEFORE.search(_before(text, match)))
    return any(other and other[1].casefold() not in own for other in beside)


def _has_name(match: re.Match[str], cited: str, interview: str) -> bool:
    """Whether a Latin name stands in the interview, or translated in the cited words; True where one cannot tell."""
    name = match.group()
    folded = name.casefold()
    if folded in NO_NAMES or re.search(rf"(?<![a-z0-9]){re.escape(folded)}", _searched(interview)):
        return True
    if not any(map(is_han, cited)):
        return False
    if is_chinese(match.string):
        return False  # a Chinese sentence about Chinese words writes names as they do
    stem = stems(name)
    of_several = NEXT_NAME.match(match.string, match.end()) or NAME_BEFORE.search(_before(match.string, match))
    return bool(of_several) or not stem or folded not in proper_names() or stem[0] in translations(cited)


def _begins_sentence(sentence: str, match: re.Match[str]) -> bool:
    """Whether a word has its capital only because a sentence begins with it."""
    alone = match.group().istitle() and not LATIN_NAME.match(sentence, match.end() + 1)
    return alone and bool(BEGINS.search(_before(sentence, match)))


def _before(text: str, match: re.Match[str]) -> str:
    """What stands before a match; the beginning of a text stays one."""
    return text[max(0, match.start() - NEAR) : match.start()]


@lru_cache(maxsize=64)
def _searched(text: str) -> str:
    """A text that is only searched: folded, however long that makes it."""
    return fold_characters(text)
