"""Who speaks in an archive, under which names, and what is uncertain about it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import product
from typing import Literal

from index.model import Role
from index.names import is_latin, key
from index.opened import OpenedIndex
from index.romanised import may_be_family, sound
from index.script import fold_characters, is_han
from rag.translation import pinyin

DoubtKind = Literal[
    "shared",  # several people go by this name
    "one name",  # a single name, in several interviews: perhaps of several people
    "same sound",  # a person in the other script is called so, as far as letters can tell
    "hardly together",  # often heard, in the other script, of a like family name, hardly ever with this one
]
SPELLED_ALIKE = 0.8  # how alike the letters of a name and of its reading are, 0 to 1
SYLLABLE = re.compile("(?:[^aeiouy]|y(?=[aeiou]))*(?:[aeiou]|y(?![aeiou]))+(?:ng|n(?![aeiouy]))?")
OFTEN = 5  # interviews


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something uncertain about a person: the name it is about, and who else may be meant."""

    kind: DoubtKind
    name: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who speaks: all names, roles with the most frequent first, and interviews in their order.

    `name` is "" for the labels that name nobody in particular; they are its `names`.
    """

    name: str
    names: tuple[str, ...]
    roles: tuple[Role, ...]
    interviews: tuple[str, ...]
    doubts: tuple[Doubt, ...] = ()


def everyone(index: OpenedIndex) -> list[Person]:
    """All people, the most heard first, and last the labels that name nobody."""
    names: dict[str, dict[str, None]] = {}
    for person, alias in index.aliases():
        names.setdefault(person, {})[alias] = None
    roles: dict[str, Counter[Role]] = {}
    heard: dict[str, dict[str, None]] = {}
    for speaker in index.all_speakers():
        roles.setdefault(speaker.person, Counter())[speaker.role] += 1
        heard.setdefault(speaker.person, {})[speaker.doc] = None
        if not speaker.person:
            names.setdefault("", {})[speaker.label or speaker.name] = None
    doubts = _doubts({person: tuple(names.get(person, ())) for person in heard if person}, heard)
    people = [
        Person(
            person,
            tuple(names.get(person, ())),
            tuple(role for role, _ in roles[person].most_common()),
            tuple(docs),
            tuple(doubts.get(person, ())),
        )
        for person, docs in heard.items()
    ]
    return sorted(people, key=lambda one: (not one.name, -len(one.interviews), one.name))


def _doubts(names: Mapping[str, Sequence[str]], heard: Mapping[str, Mapping[str, None]]) -> dict[str, list[Doubt]]:
    found: dict[str, list[Doubt]] = {person: [] for person in names}
    owners: dict[str, list[tuple[str, str]]] = {}
    for person, alias in ((person, alias) for person, aliases in names.items() for alias in aliases):
        if (person, alias) not in owners.setdefault(key(alias), []):
            owners[key(alias)].append((person, alias))
    for shared in owners.values():
        people = dict.fromkeys(person for person, _ in shared)
        for person in people if len(people) > 1 else ():
            alias = next(alias for one, alias in shared if one == person)
            found[person].append(Doubt("shared", alias, tuple(other for other in people if other != person)))
    for person in names:
        if is_latin(person) and len(person.split()) == 1 and len(heard[person]) > 1:
            found[person].append(Doubt("one name", person))
    for kind, han, latin in _perhaps_one(names, heard):
        found[han].append(Doubt(kind, han, (latin,)))
        found[latin].append(Doubt(kind, latin, (han,)))
    return found


def _perhaps_one(
    names: Mapping[str, Sequence[str]], heard: Mapping[str, Mapping[str, None]]
) -> Iterator[tuple[DoubtKind, str, str]]:
    """Pairs of people, one known only in Chinese characters and one only in letters, who may be one."""
    chinese = [person for person, aliases in names.items() if len(person) < 5 and all(map(_is_han, aliases))]
    latin = [person for person, aliases in names.items() if len(person.split()) > 1 and not any(map(_is_han, aliases))]
    by_sound: dict[tuple[str, ...], list[str]] = {}
    for person in latin:
        *given, family = person.casefold().split()
        by_sound.setdefault(_sounds([family, *given]), []).append(person)
        by_sound.setdefault(_sounds([*given, family]), []).append(person)
    for person in chinese:
        reading = [pinyin(character) for character in fold_characters(person)]
        alike = dict.fromkeys(by_sound.get(tuple(map(sound, reading)), ()))
        yield from (("same sound", person, other) for other in alike if _are_spelled_alike(reading, other))
    often = [[one for one in people if len(heard[one]) >= OFTEN] for people in (chinese, latin)]
    for one, other in product(*often):
        if may_be_family(one, other.split()[-1]) and _hardly_meet(heard[one], heard[other]):
            yield "hardly together", one, other


def _hardly_meet(one: Mapping[str, None], other: Mapping[str, None]) -> bool:
    """Whether two are heard in the same interview in one of ten cases at most."""
    return 10 * len(one.keys() & other.keys()) <= min(len(one), len(other))


def _sounds(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(sound(syllable) for word in words for syllable in SYLLABLE.findall(word))


def _are_spelled_alike(reading: Sequence[str], latin: str) -> bool:
    """Whether a reading and a name have the same letters, about, whichever of its ends the family name is at."""
    *given, family = re.sub("[^a-z ]", "", latin.casefold()).split()
    orders = (family + "".join(given), "".join(given) + family)
    return any(
        SequenceMatcher(None, _one_spelling("".join(reading)), _one_spelling(one)).ratio() >= SPELLED_ALIKE
        for one in orders
    )


def _one_spelling(name: str) -> str:
    """What romanisations write differently, written alike: Hsu and Xu, Jen and Ren, Sheau and Xiao."""
    for spelling, one in (("hs|x", "sh"), ("zh|q|j", "ch"), ("ts|tz|c(?!h)", "z"), ("y", "i"), ("w", "u")):
        name = re.sub(spelling, one, name)
    return name


def _is_han(name: str) -> bool:
    return is_han(name[0])
