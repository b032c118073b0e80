"""Which interviews a question names: "in the Bloomberg interview", 在哈佛的演讲里, "in his latest interview".

What stands beside the word for an interview is looked for in outlets, then in titles, and in a small archive also in
what the editors wrote above the talk.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from index.model import Kind
from index.names import key
from rag.names_in import Mention, folded_as_long
from rag.sayings import DATE, INTERVIEW, PERSON, YEAR
from rag.translation import is_english_word, is_word, proper_names, stems, translations

if TYPE_CHECKING:
    from index.store import DocumentRow
    from rag.view import View

FEW = 3  # a title names its interview when at most one of so many has the same words
LONGEST_SINGLE = 3  # Chinese characters; a longer name has several words in English: 纽约时报
READ_ABOVE = 300  # interviews: in larger archives, only outlets and titles are looked at
_OF = rf"(?:的|那一?[次场期篇集]|这一?[次场期篇集]|公开|深度|独家|电视|视频|{DATE}|{YEAR}|\s)*"
_IN = r"(?=[里中上时内说谈讲提,，]|的时候|\s|$)"
_HAN_BEFORE = re.compile(rf"(?P<of>[^\s,，。？?！!：:、\ue001-\ue004]{{1,16}}?){_OF}(?:{INTERVIEW}){_IN}")
_HAN_SAID = re.compile(
    r"(?:[对跟向](?P<to>[^\s,，。？?！!\ue000-\ue003]{2,12}?)(?:说|透露|表示|讲)"
    r"|在(?P<at>[^\s,，。？?！!\ue000-\ue003]{2,12}?)(?:说|谈到|谈过|谈了|讲|提到|演讲))"
)
_NOUN = r"(?:interviews?|conversations?|podcasts?|talks?|lectures?|episodes?)"
_LATIN_BEFORE = re.compile(
    rf"\b(?:in|during|from|on)\s+(?:the|his|her|their|that|this|{PERSON}+['’]s?)\s+"
    rf"(?:[{DATE}{YEAR}]+\s+)?(?P<of>(?:[^\s,?.]+\s+){{1,4}}?){_NOUN}\b"
)
_LATIN_BEHIND = re.compile(
    rf"\b(?:in|during|from)\s+(?:the|his|her|their|that|this|an?)\s+(?:[a-z]+\s+)?{_NOUN}\s+(?:with|by|for|on|at|in)\s+"
    r"(?:the\s+)?(?P<of>[^\s,?.]+(?:\s+[^\s,?.a-z]\S*)*)"
)
_LATIN_SAID = re.compile(
    r"\b(?:(?:told|tell)|(?:say|said|talk|talked|speak|spoke)\s+(?:at|on|to))\s+(?:the\s+)?"
    rf"(?P<of>[^\s,?.{PERSON}\ue001]+(?:\s+[A-Z][^\s,?.]*)*)"
)
_WITH_PERSON = re.compile(
    rf"(?P<of>{PERSON}+){_OF}(?:{INTERVIEW}){_IN}"
    rf"|\b(?:in|during|from)\s+(?:the|his|her|their|that|this|an?)\s+(?:[a-z]+\s+)?{_NOUN}\s+(?:with|by)\s+(?P<by>{PERSON}+)"
)
_LATEST = re.compile(
    rf"(?:最近|最新)(?:的|那|这|一|[次场期篇集])*(?:{INTERVIEW})|上一?[次场期篇集](?:{INTERVIEW}){_IN}"
    rf"|\b(?:latest|most recent|last|newest)\s+(?:[a-z]+\s+)?{_NOUN}\b|última entrevista"
)
_EARLIEST = re.compile(
    rf"(?:最早|最初)(?:的|那|这|一|[次场期篇集])*(?:{INTERVIEW})|第一[次场期篇集](?:{INTERVIEW}){_IN}"
    rf"|\b(?:earliest|first|oldest)\s+(?:[a-z]+\s+)?{_NOUN}\b|primera entrevista"
)

# By an opened index, for as long as it is: everyone's interviews.
_heard: WeakKeyDictionary[View, dict[str, set[str]]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Named:
    """Interviews that a question names by the words between two places of it, and what they are called."""

    start: int
    end: int
    called: str
    docs: tuple[str, ...]


def interviews_in(
    view: View, question: str, masked: str, named: Sequence[Mention], docs: Collection[str]
) -> Named | None:
    """The interviews of `docs` that the question names, None where it names none, or all of them.

    `masked` is the question as sayings.masked has it, `named` is whom it names.
    """
    rows = [row for row in view.documents() if row.doc in docs]
    found = _by_age(view, masked, named, rows) or _by_person(view, question, masked, named, rows)
    for start, end in _places(masked):
        if found:
            break
        found = Named(start, end, question[start:end], _called(view, question[start:end], rows))
        found = found if found.docs else None
    return found if found and len(found.docs) < len(rows) else None


def heard_in(view: View, persons: Iterable[str]) -> set[str]:
    """The interviews in which one of these persons speaks."""
    if view not in _heard:
        docs: dict[str, set[str]] = {}
        for speaker in view.index.all_speakers():
            docs.setdefault(speaker.person, set()).add(speaker.doc)
        _heard[view] = docs
    return {doc for person in persons if person for doc in _heard[view].get(person, ())}


def _by_age(view: View, masked: str, named: Sequence[Mention], rows: Sequence[DocumentRow]) -> Named | None:
    """The latest or the first interview, of whoever is named."""
    match = _LATEST.search(masked) or _EARLIEST.search(masked)
    heard = heard_in(view, [person for _, _, person in named]) if match else set()
    among = [row for row in rows if row.date and (not heard or row.doc in heard)]
    if not match or not among:
        return None
    date = (max if match.re is _LATEST else min)(row.date for row in among)
    found = [row for row in among if row.date == date]
    return Named(*match.span(), found[0].title or found[0].doc, tuple(row.doc for row in found))


def _by_person(
    view: View, question: str, masked: str, named: Sequence[Mention], rows: Sequence[DocumentRow]
) -> Named | None:
    """The interviews with a person, or by one."""
    for match in _WITH_PERSON.finditer(masked):
        start, end = next(match.span(name) for name, text in match.groupdict().items() if text is not None)
        heard = heard_in(view, [one[2] for one in named if start <= one[0] < end])
        if found := tuple(row.doc for row in rows if row.doc in heard):
            return Named(start, end, question[start:end], found)
    return None


def _places(masked: str) -> Iterator[tuple[int, int]]:
    """Where the words for an interview may stand, the longest first at each place."""
    for pattern in (_LATIN_BEFORE, _LATIN_BEHIND, _LATIN_SAID, _HAN_BEFORE, _HAN_SAID):
        for match in pattern.finditer(masked):
            name = next(name for name, text in match.groupdict().items() if text is not None)
            start, end = match.start(name), match.start(name) + len(match[name].rstrip())
            if pattern in (_HAN_BEFORE, _HAN_SAID):
                yield from ((at, end) for at in range(start, end - 1) if _may_begin(masked, start, at, end))
            elif PERSON not in masked[start:end]:
                words = [start, *(start + one.end() for one in re.finditer(r"\s+", masked[start:end]))]
                yield from ((at, end) for at in words)


def _may_begin(masked: str, start: int, at: int, end: int) -> bool:
    """Whether a name of an interview may begin here: with what was matched, or behind a word for "in"."""
    before_it = "在于与和对跟向接受从据由被" + PERSON
    return PERSON not in masked[at:end] and masked[at] not in before_it and (at == start or masked[at - 1] in before_it)


def _called(view: View, words: str, rows: Collection[DocumentRow]) -> tuple[str, ...]:
    """The interviews that these words name, by outlet or title."""
    wanted = key(words.strip("《》〈〉「」“”\"'’ "))
    if len(wanted) < 2 or (wanted.isascii() and not words.strip()[:1].isupper() and not words.strip()[:1].isdigit()):
        return ()
    if by_outlet := tuple(row.doc for row in rows if row.outlet and _is_outlet(wanted, row.outlet)):
        return by_outlet
    if is_word(folded_as_long(wanted)) or (len(wanted.split()) == 1 and is_english_word(wanted)):
        return ()
    limit = max(1, len(rows) // FEW)
    readers: list[Callable[[DocumentRow], str]] = [lambda row: f"{row.title} {row.doc}"]
    if len(rows) <= READ_ABOVE:
        readers.append(lambda row: _introduction(view, row.doc))
    for read in readers:
        found = tuple(row.doc for row in rows if _has(wanted, read(row)))
        if found:
            return found if len(found) <= limit else ()
    return ()


def _is_outlet(wanted: str, outlet: str) -> bool:
    """Whether an outlet is called so: by its beginning or by more than half of its name, in either language."""
    known = key(outlet)
    if wanted.isascii() == known.isascii():
        return _has(wanted, outlet) and (known.startswith(wanted) or 2 * len(wanted) > len(known) or wanted.isascii())
    return _has(wanted, outlet)


def _has(wanted: str, text: str) -> bool:
    """Whether a text has these words, as they are or translated; Latin ones as whole words."""
    known = key(text)
    if not wanted.isascii():
        if wanted in known:
            return True
        proper = translations(wanted) & proper_names()
        there = sum(bool(re.search(rf"(?<![a-z]){re.escape(stem)}", known)) for stem in proper)
        return there >= (2 if len(wanted) > LONGEST_SINGLE else 1)
    if re.search(rf"(?<![a-z0-9]){re.escape(wanted)}(?![a-z0-9])", known):
        return True
    names = wanted.split()
    return all(name in proper_names() for name in names) and set(stems(wanted)) <= translations(text)


def _introduction(view: View, doc: str) -> str:
    """What the editors wrote above an interview."""
    above = (turn for turn in view.turns_of(doc) if turn.kind is Kind.INTRODUCTION)
    text = view.text_of(doc)
    return " ".join(text[span.start : span.end] for turn in above for span in turn.spans)
