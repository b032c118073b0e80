"""Whether a name in Latin letters and one in Chinese characters sound alike: "Sutskever" and 苏茨凯弗.

Both are written as the classes of their consonants; sounds that one of the two scripts cannot write, or that
romanisations write differently (t and d; ts, ch, j and x), share a class. Two names are alike where turning one into
the other costs little. Good for telling that a name cannot be another; not for finding out what a name is in the other
script.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from index.script import fold_characters, is_han
from rag.translation import pinyin

# Spellings and their class, tried in this order: A stands for a syllable that begins with a vowel, Z for th.
LATIN_CLASSES = [
    (re.compile(spelling), to)
    for spelling, to in (
        (r"^x|x(?=[iu])|q(?=i)|^q(?!u)", "S"),
        (r"^kn", "N"),
        (r"^wr", "L"),
        (r"^[aeiouyw]+|[yw](?=[aeiou])", "A"),
        (r"sch|tch|tsch|ts|tz|ch|sh|sc(?=[eiy])|c(?=[eiy])|zh|hs|[szj]", "S"),
        (r"ph|f|v", "F"),
        (r"gh(?![aeiouy])", ""),
        (r"th", "Z"),
        (r"[td]", "T"),
        (r"x", "KS"),
        (r"ng(?![aeiouy])|n", "N"),
        (r"m", "M"),
        (r"ck|qu|[ckqg]", "K"),
        (r"[bp]", "P"),
        (r"[lr](?=[aeiouy])", "L"),
        (r"h(?=[aeiouy])", "H"),
    )
]
INITIALS = {"zh": "S", "ch": "S", "sh": "S", **dict.fromkeys("zcsjqx", "S")}
INITIALS |= {"b": "P", "p": "P", "d": "T", "t": "T", "g": "K", "k": "K", "l": "L", "r": "L", "m": "M", "n": "N"}
INITIALS |= {"f": "F", "h": "H"}
SYLLABLE = re.compile(r"(?P<initial>zh|ch|sh|[bpmfdtnlgkhjqxzcsr]?)(?P<final>[a-zü:]*)")
# What it costs to leave a sound out; all others cost 1. These are often silent, or written where none is spoken.
LIGHT = {"A": 0.75, "H": 0.5, "L": 0.5, "F": 0.5, "N": 0.5}
# Between two that are often written for each other (th as s or t, soft g, -m as 恩, w as 华).
CLOSE = {pair: 0.5 for one, other in ("ZS", "ZT", "KS", "MN", "FH", "AH") for pair in (one + other, other + one)}
LONGEST_NAME = 5  # characters of one part of a name


def sounds_like_any(name: str, han: str) -> bool:
    """Whether a Latin name, or a part of it, sounds like some stretch of a text in Chinese characters."""
    words = re.findall(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*", name)
    stretches = _stretches(han)
    return any(_has(stretches, classes) for classes in {latin_classes(name), *map(latin_classes, words)})


def alike(one: str, other: str) -> bool:
    """Whether two names, as classes, may be the same one: half a sound of every three may differ."""
    return _cost(one, other) <= max(len(one), len(other)) // 3 / 2


def latin_classes(name: str) -> str:
    """The classes of a Latin name: "Sutskever" is SSKF."""
    plain = unicodedata.normalize("NFD", name.casefold())
    return "".join(_word_classes(word) for word in re.findall("[a-z]+", re.sub("[\u0300-\u036f'’]", "", plain)))


def han_classes(name: str) -> str:
    """The classes of a name in Chinese characters: 苏茨凯弗 is SSKF."""
    return "".join(map(_syllable_classes, filter(is_han, fold_characters(name))))


@lru_cache(maxsize=4096)
def _word_classes(word: str) -> str:
    word = re.sub(r"(.)\1", r"\1", word)
    classes, at = "", 0
    while at < len(word):
        for spelling, to in LATIN_CLASSES:
            if match := spelling.match(word, at):
                classes, at = classes + to, match.end()
                break
        else:
            at += 1
    return classes


@lru_cache(maxsize=8192)
def _syllable_classes(character: str) -> str:
    match = SYLLABLE.match(pinyin(character))
    if not match or not match.group() or match.group() == "er":
        return ""
    return INITIALS.get(match["initial"], "A") + ("N" if match["final"].endswith(("n", "ng")) else "")


@lru_cache(maxsize=64)
def _stretches(han: str) -> frozenset[str]:
    """The classes of all short stretches of a text in Chinese characters."""
    found = set()
    for run in re.findall("[\u3400-\u9fff·•・‧]+", fold_characters(han)):
        syllables = [_syllable_classes(character) for character in run if is_han(character)]
        for start in range(len(syllables)):
            for end in range(start + 1, min(start + LONGEST_NAME, len(syllables)) + 1):
                found.add("".join(syllables[start:end]))
    return frozenset(found)


def _has(stretches: frozenset[str], classes: str) -> bool:
    if len(classes) < 2:
        return False
    return classes in stretches or any(
        alike(classes, other) for other in stretches if abs(len(classes) - len(other)) < 2
    )


@lru_cache(maxsize=65_536)
def _cost(one: str, other: str) -> float:
    """Edit distance of two names, as classes."""
    row = [0.0]
    for sound in other:
        row.append(row[-1] + LIGHT.get(sound, 1.0))
    for sound in one:
        above, row = row, [row[0] + LIGHT.get(sound, 1.0)]
        for at, heard in enumerate(other):
            change = 0.0 if sound == heard else CLOSE.get(sound + heard, 1.0)
            row.append(min(above[at] + change, above[at + 1] + LIGHT.get(sound, 1.0), row[at] + LIGHT.get(heard, 1.0)))
    return row[-1]
