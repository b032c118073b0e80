"""What a sentence says that the words it cites must have too: numbers and quotations.

Each function gives what is missing, as the sentence writes it. Everything is compared folded to Simplified, narrow and
in small letters; nothing shown is changed.
"""

from __future__ import annotations

import re

from index.numerals import canonical, numbers
from index.script import fold

QUOTED = re.compile(
    r"“([^“”]+)”|「([^「」]+)」|『([^『』]+)』|«([^«»]+)»|„([^„“”]+)[“”]|\"([^\"]+)\"|＂([^＂]+)＂"
    r"|(?<![^\W_])[‘']([^‘’']{3,})[’'](?![^\W_])"
)
TERM = 8
OMITTED = re.compile(r"…+|\.{3,}|\[[^\]]*\]|［[^］]*］")  # what a quotation leaves out or puts in
# Shares and multiples that are words of their own: the cited words have them in the same way, or as one of these.
SHARES = (
    (r"\b(?:half|halves|halved|halving)\b|一半|(?<!多)半(?!导|夜|天|途|路|信|数)|半数|\bmitad\b|\bmedi[oa]\b", "0.5", "50%", "1/2", ".5"),
    (r"\bthirds?\b|三分之|\btercio", "1/3", "2/3"),
    (r"\bquarters?\b|四分之|\bcuarto", "1/4", "3/4", "25%", "75%"),
    (r"\b(?:twice|doubl\w+)\b|[两翻加]倍|一倍|\bdoble\b", "2倍", "2"),
    (r"\b(?:tripl\w+|threefold|thrice)\b|三倍", "3倍", "3"),
)  # fmt: skip
MONTHS = "january february march april may june july august september october november december".split()
MONTH = re.compile(rf"\b({'|'.join(MONTHS)})\b")
MAY = re.compile(r"\b(?:in|since|until|by|of|last|this|early|mid|late|on \d+)[ -]may\b|\bmay,? \d")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKDAY = re.compile(rf"\b({'|'.join(WEEKDAYS)})s?\b|(?:周|星期|礼拜)([一二三四五六日天])")
ORDINALS = "zeroth first second third fourth fifth sixth seventh eighth ninth tenth".split()


def missing_numbers(sentence: str, cited: str) -> list[str]:
    """The numbers and shares of a sentence that the cited words do not have; numbers as digits."""
    said, there = fold(sentence), fold(cited)
    found = []
    for pattern, *writings in SHARES:
        match = re.search(pattern, said)
        if match and not re.search(pattern, there) and not any(one in canonical(there) for one in writings):
            found.append(match.group())
    known = numbers(cited) | _months(there) | {str(n) for n, word in enumerate(ORDINALS) if word in there} | {"1"}
    return [*found, *sorted((numbers(sentence) | _months(said)) - known), *sorted(_weekdays(said) - _weekdays(there))]


def missing_quotations(sentence: str, cited: str, interview: str) -> list[str]:
    """What a sentence has in quotation marks that does not stand so in the cited words, signs and spaces aside.

    A name or a term, no longer than TERM letters, may also stand elsewhere in the interview.
    """
    quotations = ["".join(filter(None, groups)) for groups in QUOTED.findall(sentence)]
    there, anywhere = (_letters(cited), _letters(interview)) if quotations else ("", "")
    return [
        quoted
        for quoted in quotations
        if not _stands(quoted, there) and (len(_letters(quoted)) > TERM or not _stands(quoted, anywhere))
    ]


def _months(folded: str) -> set[str]:
    """The months named in English, by number, as the other languages have them."""
    named = {match.group() for match in MONTH.finditer(folded)} - {"may"}
    return {str(MONTHS.index(month) + 1) for month in named} | ({"5"} if MAY.search(folded) else set())


def _weekdays(folded: str) -> set[str]:
    found = WEEKDAY.finditer(folded)
    return {match[1] or WEEKDAYS["一二三四五六日".index(match[2].replace("天", "日"))] for match in found}


def _stands(quoted: str, there: str) -> bool:
    """Whether the parts of a quotation stand one after the other in a text."""
    at = 0
    for part in filter(None, map(_letters, OMITTED.split(quoted))):
        if (found := there.find(part, at)) < 0:
            return False
        at = found + len(part)
    return True


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, fold(text)))
