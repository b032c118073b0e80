"""English and Spanish number words as digits: "a hundred and twenty" → 120, "cuarenta y cinco" → 45.

No library: text2num, the one that is alive, reads "nineteen eighty-seven" as "19 87", "half a million" as
"half a 1000000" and "3 million" as "3 1000000", rewrites ordinals, and has no types.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

UNITS = "one two three four five six seven eight nine".split()
TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
ORDINALS = "first second third fourth fifth sixth seventh eighth ninth".split()
UP_TO_29 = """uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete
    dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete
    veintiocho veintinueve""".split()
DECENAS = "treinta cuarenta cincuenta sesenta setenta ochenta noventa".split()
CENTENAS = """ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos
    novecientos""".split()
ADDED = {word: number for words in (UNITS + TEENS, UP_TO_29) for number, word in enumerate(words, start=1)}
ADDED |= {word: number * 10 for words, first in ((TENS, 2), (DECENAS, 3)) for number, word in enumerate(words, first)}
ADDED |= {word: number * 100 for number, word in enumerate(CENTENAS, start=1)} | {"cien": 100}
SCALES = {"dozen": 12, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
MILES = {"mil": 10**3, "millones": 10**6, "millón": 10**6}
NOT_ALONE = frozenset(("one", "uno", "once"))  # pronouns, and in English "once" is another word


def _any(words: Iterable[str]) -> str:
    """One of these words, whole."""
    return rf"(?:{'|'.join(sorted(words, key=len, reverse=True))})(?![A-Za-zÀ-ÿ])"


def _english() -> str:
    gap, unit = r"(?:\s+|\s?-\s?)", _any(UNITS)
    tens = rf"{_any(TENS)}(?!{gap}{_any(ORDINALS)})"
    below_100 = rf"(?:{tens}(?:{gap}{unit})?|{_any(TEENS)}|{unit})"
    year = rf"(?:{_any([*TEENS, 'twenty'])}\s(?:{_any(TENS)}(?:{gap}{unit})?|{_any(TEENS)}))"
    below_1000 = rf"(?:(?:(?:{below_100}|a){gap})?hundred(?![a-z])(?:{gap}(?:and\s+)?{below_100})?|{below_100})"
    scaled = rf"(?:(?:{below_1000}|an?|{DIGITS}){gap})?{_any(SCALES)}"
    large = rf"{scaled}(?:{gap}(?:and\s+)?{below_1000}{gap}{_any(SCALES)})*(?:{gap}(?:and\s+)?{below_1000})?"
    part = rf"(?:\s+point(?P<decimals>(?:\s+{_any([*UNITS, 'zero', 'oh'])})+)|(?P<half>\s+and\s+a\s+half\b))"
    fraction = rf"(?P<whole>{below_1000}|{DIGITS}){part}(?:{gap}(?P<scale>{_any(SCALES)}))?"
    halved = rf"half\s+an?\s+(?P<halved>{_any(SCALES)})"
    return rf"{halved}|{fraction}|(?P<year>{year})|{large}|{below_1000}"


def _spanish() -> str:
    below_100 = rf"(?:{_any(DECENAS)}(?:\s+y\s+{_any(UP_TO_29[:9])})?|{_any(UP_TO_29)})"
    below_1000 = rf"(?:{_any(CENTENAS)}(?:\s+{below_100})?|{_any(['cien'])}|{below_100})"
    scaled = rf"(?:(?:{below_1000}|un|{DIGITS})\s+)?{_any(MILES)}(?:\s+{_any(MILES)})?"
    return rf"{scaled}(?:\s+{below_1000}\s+{_any(MILES)})*(?:\s+{below_1000})?|{below_1000}"


DIGITS = r"\d+(?:\.\d+)?"
NUMBER = re.compile(
    rf"(?<![A-Za-zÀ-ÿ\d.])(?P<vague>(?:few|several|many|couple|couple\s+of)\s+)?(?:{_english()}|{_spanish()})",
    re.IGNORECASE,
)
TOKEN = re.compile(rf"{DIGITS}|[a-zà-ÿ]+")
MEASURED = re.compile(
    r"[\s-]+(?:hours?|minutes?|weeks?|months?|years?|miles?|kilomet|met(?:er|re)|per ?cent|dollars?)\b", re.IGNORECASE
)


def words_to_digits(text: str) -> str:
    """The text with every English or Spanish number in words written in digits; all else stays as it is.

    "one" stays where no measure follows, and so does what is only roughly a number ("a few hundred").
    """
    return NUMBER.sub(_digits, text)


def plain(number: Decimal) -> str:
    """A number without exponent and without zeros that say nothing: "4112", "3.5"."""
    return f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"


def _digits(match: re.Match[str]) -> str:
    found = match.group().lower()
    alone = found in NOT_ALONE and not (found == "one" and MEASURED.match(match.string, match.end()))
    if match["vague"] or alone:
        return match.group()
    if match["halved"]:
        return plain(SCALES[match["halved"].lower()] * Decimal("0.5"))
    if match["year"]:
        century, rest = re.split(r"\s", found, maxsplit=1)
        return plain(_value(century) * 100 + _value(rest))
    if match["whole"]:
        spoken = TOKEN.findall((match["decimals"] or "").lower())
        decimals = "".join(str(ADDED.get(word, 0)) for word in spoken) or "5"  # "and a half" is a 5
        scale = SCALES[match["scale"].lower()] if match["scale"] else 1
        return plain((_value(match["whole"].lower()) + Decimal(f"0.{decimals}")) * scale)
    return plain(_value(found))


def _value(words: str) -> Decimal:
    """What number words come to, when they are known to be one number."""
    total = group = Decimal(0)
    for word in TOKEN.findall(words):
        if word in ADDED:
            group += ADDED[word]
        elif word == "hundred":
            group = (group or Decimal(1)) * 100
        elif scale := SCALES.get(word) or MILES.get(word):
            if word in MILES and total and not group:  # mil millones
                total *= scale
            else:
                total, group = total + (group or 1) * scale, Decimal(0)
        elif word in ("a", "an", "un"):
            group = Decimal(1)
        elif word[0].isdigit():
            group = Decimal(word)
    return total + group
