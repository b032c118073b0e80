"""The ways in which pages set a speaker's label: where each of them occurs in a text.

Every function gives candidates; which of them are speakers is told by index/speakers.py. Possessive quantifiers (*+)
throughout: a line of ten thousand spaces is looked at once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from index.labels import QUESTION_WORDS, ROLE_WORDS, Label, has_role_word, is_generic, label_key, plausible
from index.script import is_han
from index.stamps import Stamp
from index.working_copy import CHEVRONS, WorkingCopy

MARK = r"(?:[*_]{1,8}|</?(?:b|strong|i|em|u)>)"
MARKS = rf"{MARK}{{0,3}}"
BEGINNING = (
    r"^[ \t\u3000>]*+[◆◇■□●○★☆▶►]{0,2}[ \t]*+(?P<heading>\#{1,6}[ \t]++)?"
    rf"(?:[-+•*][ \t]++(?=\*\*|__))?(?P<marks>{MARKS})[ \t]*+"
)
NAME = (
    r"(?P<name>[^\s*_:：#>\-\d\[\](){}|/\\“”\"「」『』《》【】（），,。！？!?；;…<=+~`·•–—]"
    r"(?:[^*_:：\n“”\"「」『』《》【】（），,。！？!?；;…|\[\]]|(?<=\w)_(?=\w)){0,39}?)"
)
IN_BRACKETS = r"[（(\[][^）)\]\n]{1,60}[）)\]]"
ABOUT = rf"(?P<about>[ \t]*+(?:{IN_BRACKETS}|[,，][ \t]*+[^:：\n。！？!?“”\"]{{2,60}}?))?"
LABEL = re.compile(
    rf"{BEGINNING}{NAME}{ABOUT}[ \t]*+{MARKS}(?P<break>\n)?[ \t]*+[:：][ \t]*+(?:{MARKS}[ \t]*+){{0,4}}", re.MULTILINE
)
# 【主持人】, [Host], （问）; not a link
BRACKETED = re.compile(
    rf"{BEGINNING}(?P<open>[【［〔\[（(])[ \t]*+{NAME}{ABOUT}[ \t]*+[:：]?[】］〕\]）)](?!\()"
    rf"{MARKS}[ \t]*+[:：]?[ \t]*+{MARKS}",
    re.MULTILINE,
)
# "Q. Did you …", "A1) I did", "Q   Did you …"
LETTERED = re.compile(
    rf"{BEGINNING}(?P<name>[QA]|问|答|問)[ \t]?\d{{0,3}}{MARKS}(?:[.．、)）\]]{MARKS}[ \t]*+|[ \t]{{2,}}|\t)(?=\S)",
    re.MULTILINE,
)
# "**Anna** – words", "ANNA LEE — words", "**Anna** words"
DASHED = re.compile(rf"{BEGINNING}{NAME}{ABOUT}[ \t]*+(?P<shut>{MARKS})[ \t]*+[-–—―]{{1,2}}(?=\s)[ \t]*+", re.MULTILINE)
RUN_IN = re.compile(rf"{BEGINNING}(?<=[*_>]){NAME}{MARK}{{1,3}}[ \t]++(?=[^\s*_])", re.MULTILINE)
AFTER_STAMP = re.compile(r"[ \t]*+(?:[:：][ \t*_]*+|[ \t*_]*+$)?")
PARTICLES = frozenset("de da do van von der den di la le bin al".split())
LONGEST_HAN_NAME = 6
FEWEST_DASHED = 3
# 林\u3000words, as Japanese pages set it
SPACED = re.compile(rf"^(?P<heading>)(?P<marks>){NAME}\u3000+(?=\S)", re.MULTILINE)
# ――words？
DASHED_QUESTION = re.compile(r"^[ \t\u3000>]*+(?P<name>――|——|──)[ \t\u3000]*+(?=\S)(?=(?P<words>[^\n]*))", re.MULTILINE)
# The name alone on a line, its words below
ALONE = re.compile(rf"{BEGINNING}{NAME}(?:[ \t]*+{IN_BRACKETS})?[ \t]*+{MARKS}[ \t]*+$", re.MULTILINE)


def with_colon(copy: WorkingCopy) -> list[Label]:
    """ "Anna: …" in all its settings, "【主持人】…", "Q. …" and ">> …" where captions begin a speaker so."""
    text = copy.text
    stamped = {text.rfind("\n", 0, stamp.start) + 1 for stamp in copy.stamps}
    found: dict[int, Label] = {}
    for match in LABEL.finditer(text):
        style = "stamped" if match.start() in stamped else _style(match)
        about = (match["about"] or "").strip()
        if (match["break"] is None or match["marks"]) and plausible(match["name"].strip(), style):
            found[match.start()] = _label(match, style, about if about[:1] in (",", "，") else "")
    bracketed = [
        _label(match, "bracketed")
        for match in BRACKETED.finditer(text)
        if plausible(match["name"].strip(), "plain") and (match["open"] not in "（(" or _is_role(match["name"]))
    ]
    names = Counter(label_key(label.name) for label in bracketed)
    if any(name in ROLE_WORDS for name in names) or sum(count > 1 for count in names.values()) > 1:
        for label in bracketed:  # else "[Japanese]" or "[Redacted]"
            found.setdefault(label.start, label)
    lettered = [_label(match, _style(match)) for match in LETTERED.finditer(text)]
    if sum(label_key(label.name) in QUESTION_WORDS for label in lettered) > 1:  # else "A." is the first of a list
        for label in lettered:
            found.setdefault(label.start, label)
    for match in _dashed_questions(text):
        found.setdefault(match.start(), Label(match.start(), match.end(), match["name"], "plain"))
    if copy.chevrons:
        for match in CHEVRONS.finditer(text):
            if not _on_line(found, text, match):
                found[match.start()] = Label(match.start(), match.end(), ">>", "plain")
    return apart(found.values())


def _dashed_questions(text: str) -> list[re.Match[str]]:
    """The questions of a page that sets them behind a long dash; few lines begin so in any other."""
    dashed = list(DASHED_QUESTION.finditer(text))
    asking = sum(match["words"].rstrip(" \t*_」”").endswith(("?", "？", "か。")) for match in dashed)
    return dashed if len(dashed) >= FEWEST_DASHED and asking > len(dashed) / 2 else []


def at_stamps(copy: WorkingCopy) -> Iterator[Label]:
    """A name and a time on a line of their own ("发言人1 0:00:03"), or before the words ("Anna [00:03] …")."""
    text = copy.text
    for stamp in copy.stamps:
        start = text.rfind("\n", 0, stamp.start) + 1
        end = text.find("\n", stamp.end)
        end = len(text) if end < 0 else end
        if stamp.name:
            after = AFTER_STAMP.match(text, stamp.end, end)
            if after and plausible(stamp.name, "stamped"):
                yield Label(start, after.end(), stamp.name, "stamped")
        elif stamp.leads:
            yield from _beside(text, stamp, start, end)


def _beside(text: str, stamp: Stamp, start: int, end: int) -> Iterator[Label]:
    """The name that stands alone beside a stamp which begins a line, or alone on the line above a stamp alone."""
    match = ALONE.match(text, start, end)
    if not text[start:end].strip(" \t*_#>"):
        above = text.rfind("\n", 0, max(start - 1, 0)) + 1
        match = ALONE.match(text, above, start - 1) if start > 0 else None
    if match and (is_generic(match["name"]) or is_name(match["name"].strip())):
        yield Label(match.start(), max(match.end(), end), match["name"].strip(), "stamped")


def without_colon(copy: WorkingCopy) -> Iterator[tuple[str, list[Label]]]:
    """Layout → its candidates, the surest layout first: for pages on which no label ends in a colon."""
    text = copy.text
    dashed = (m for m in DASHED.finditer(text) if (m["marks"] and m["shut"]) or m["name"].strip().isupper())
    yield "dash", _candidates(dashed)
    alone = list(ALONE.finditer(text))
    yield "heading", _candidates(match for match in alone if match["heading"])
    yield "bold", _candidates(match for match in alone if match["marks"] and not match["heading"])
    yield "run-in", _candidates(match for match in RUN_IN.finditer(text) if is_name(match["name"].strip()))
    yield "spaced", _candidates(match for match in SPACED.finditer(text) if is_name(match["name"].strip()))
    bare = (match for match in alone if not match["marks"] and not match["heading"])
    yield "alone", _candidates(match for match in bare if is_name(match["name"].strip()))


def is_name(words: str) -> bool:
    """Whether words look like a name and nothing else, where no mark says that they are a label."""
    if is_han(words[0]):
        return len(words) <= LONGEST_HAN_NAME
    parts = words.split()
    return words[-1] != "." and len(parts) <= 4 and all(part[0].isupper() or part in PARTICLES for part in parts)


def _is_role(name: str) -> bool:
    """Whether words in round brackets say a role; "(a)" is the first of a list."""
    return has_role_word(name) and name.casefold() not in ("a", "q")


def _candidates(matches: Iterable[re.Match[str]]) -> list[Label]:
    return [_label(match, _style(match)) for match in matches if plausible(match["name"].strip(), _style(match))]


def _label(match: re.Match[str], style: str, title: str = "") -> Label:
    name = match["name"].strip()
    key = label_key(name)
    if key in ("q", "a", "问", "答"):
        name = name.rstrip("0123456789 ")
    return Label(match.start(), match.end(), name, style, title)


def _style(match: re.Match[str]) -> str:
    if match["heading"]:
        return "heading"
    if match["marks"]:
        return "bold"
    name = match["name"].strip()
    capitals = sum(character.isupper() for character in name)
    return "caps" if capitals > 2 and name.isupper() and not is_generic(name) else "plain"


def _on_line(found: dict[int, Label], text: str, match: re.Match[str]) -> bool:
    return any(start in found for start in (match.start(), text.rfind("\n", 0, match.start()) + 1))


def apart(labels: Iterable[Label]) -> list[Label]:
    """The labels in order; of two in one place the longer, of two that overlap the first."""
    kept: list[Label] = []
    for label in sorted(labels, key=lambda label: (label.start, -label.end)):
        if not kept or label.start >= kept[-1].end:
            kept.append(label)
    return kept
