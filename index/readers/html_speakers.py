"""Which elements of a page name who speaks, and which say when: by their tag, their class, or because they recur."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from index.readers.html_tree import text_of, walk
from index.readers.speech import tidy
from index.readers.tables import clock

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

SPEAKER_CLASS = re.compile(r"speaker|(?:^|[-_])ts-name$|(?:^|[-_])talker", re.IGNORECASE)
TIME_CLASS = re.compile(r"time|stamp|(?:^|[-_])ts(?:$|[-_])|clock|cue", re.IGNORECASE)
TIME_TAGS = frozenset("time a button".split())
LEAVES = frozenset("span small sup em i b strong div p code td".split())
IN_PROSE = frozenset("p li em i span a td q figcaption blockquote".split())
ATTRIBUTES = ("data-speaker", "data-speaker-name")
NAME_TIME = re.compile(r"[\[（(]?\b(?:\d{1,3}:)?\d{1,2}:\d{2}(?:\.\d+)?\b[\])）]?")
LONGEST_NAME = 60
GENERIC = frozenset("speaker unknown 说话人 發言人 发言人 講者 讲者".split()) | {"", "unknown speaker"}
SENTENCE = re.compile(r"[.!?。！？，,;；](?:\s|$)|[，。！？；]")


def find_speakers(main: LexborNode) -> dict[int, str]:
    """Elements that only name the speaker of what follows (`mem_id` → name); the largest of the kinds the page has."""
    groups: dict[str, list[tuple[int, str]]] = defaultdict(list)
    tokens: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for entering, node in walk(main):
        if not entering or not node.is_element_node:
            continue
        attributes = node.attributes
        name = next((value for key in ATTRIBUTES if (value := attributes.get(key))), None)
        if name:
            groups["attribute"].append((node.mem_id, " ".join(tidy(name).split())))
        for token in (attributes.get("class") or "").split()[:20]:
            if SPEAKER_CLASS.search(token):
                tokens[token].append((node.mem_id, text_of(node)))
        if kind := _kind(node):
            groups[kind].append((node.mem_id, text_of(node)))
    groups |= {f"class {token}": found for token, found in tokens.items() if _mostly_short(found)}
    fitting = [found for kind, found in groups.items() if _recurs(kind, found)]
    best = max(fitting, key=len, default=[])
    names = {element: clean_name(text) for element, text in best if len(text) <= LONGEST_NAME}
    if {name.casefold() for name in names.values()} <= GENERIC:  # everybody is "Speaker": nobody is told from anybody
        names = dict.fromkeys(names, "")
    return names


def find_time(node: LexborNode) -> float | None:
    """The seconds an element says, where saying a time is all it does; else None."""
    tag = node.tag or ""
    if tag not in TIME_TAGS and tag not in LEAVES:
        return None
    text = text_of(node)
    seconds = clock(text)
    if seconds is None or tag in TIME_TAGS or tag in ("p", "div") or text[0] in "[(（【":
        return seconds
    return seconds if TIME_CLASS.search(node.attributes.get("class") or "") else None


def name_time(text: str) -> float | None:
    """The time inside a label: "Lin Lan (00:01:02):"."""
    match = NAME_TIME.search(text)
    return clock(match.group()) if match else None


def clean_name(text: str) -> str:
    """A speaker's label without time, brackets left empty, and colon."""
    return " ".join(NAME_TIME.sub(" ", text).split()).strip(" :：-–—|·[]").strip()


def _kind(node: LexborNode) -> str:
    """The kind of speaker element a node may be by its tag: a <cite>, a <dt>, a heading, or a bold line."""
    tag = node.tag or ""
    parent = node.parent
    if tag == "cite":
        return "" if parent is None or (parent.tag in IN_PROSE and text_of(parent) != text_of(node)) else "cite"
    if tag in ("dt", "h2", "h3", "h4", "h5", "h6"):
        return tag
    if tag in ("b", "strong") and parent is not None and parent.tag in ("p", "div"):
        text = text_of(node)
        return "bold" if text and text == text_of(parent) else ""
    return ""


def _recurs(kind: str, found: Sequence[tuple[int, str]]) -> bool:
    """Whether these elements are the labels of a talk: a few short names that come again and again."""
    texts = [clean_name(text) for _, text in found if text]
    if any(len(text) > LONGEST_NAME or not any(map(str.isalpha, text)) for text in texts):
        return False
    certain = kind in ("attribute", "cite", "dt") or kind.startswith("class")
    names = Counter(texts)
    if certain:
        return len(texts) >= 2 and (len(names) < len(texts) or len(texts) <= 3)
    return len(texts) >= 4 and 2 * len(names) <= len(texts) and not any(map(SENTENCE.search, names))


def _mostly_short(found: Sequence[tuple[int, str]]) -> bool:
    short = [text for _, text in found if len(text) <= LONGEST_NAME]
    return len(short) > 0.8 * len(found)
