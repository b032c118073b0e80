"""Which of a page's label candidates are its speakers: names that recur, or are set like those that do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from index.label_forms import apart, at_stamps, is_name, with_colon, without_colon
from index.labels import ROLE_WORDS, Label, is_generic, label_key
from index.script import ends_sentence
from index.working_copy import WorkingCopy

ROLE_PAIRS = ({"问", "答"}, {"q", "a"})
MOSTLY = 0.6
FEWEST_NAMES = 4


def find_labels(copy: WorkingCopy) -> list[Label]:
    """The speaker labels of a page, in order."""
    stamped = _stamped(copy)
    named = {label_key(label.name) for label in stamped}
    colon = with_colon(copy)
    labels = _recurring(copy, colon, _labels_everything(copy, colon))
    if stamped:  # where most labels have no time, who recurs without one is a speaker as well
        named |= {label_key(label.name) for label in labels} if len(labels) > len(stamped) else set()
        labels = apart([*stamped, *(label for label in colon if label_key(label.name) in named)])
    if labels:
        return labels
    for layout, candidates in without_colon(copy):
        if labels := _taking_turns(candidates, layout):
            return labels
    return []


def _stamped(copy: WorkingCopy) -> list[Label]:
    """Names beside times: few names for many times, or names that only a program gives."""
    labels = list(at_stamps(copy))
    names = Counter(label_key(label.name) for label in labels)
    beside = sum(bool(stamp.name) or stamp.leads for stamp in copy.stamps)
    if len(labels) < 2 or len(labels) < MOSTLY * beside:
        return []
    if all(map(is_generic, names)):
        return labels
    below = [copy.text[one.end : other.start].strip() for one, other in pairwise(labels)]
    if sum(map(bool, below)) < MOSTLY * len(below):  # chapters of an episode, one under the other
        return []
    named = sum(bool(stamp.name) for stamp in copy.stamps)
    all_different = len(names) == len(labels) > min(named, 3)
    return [] if all_different or len(names) > max(2, MOSTLY * len(labels)) else labels


def _labels_everything(copy: WorkingCopy, candidates: Sequence[Label]) -> bool:
    """Whether nearly every line, or every time, of a page has a name: then who speaks once has one as well."""
    names = [label for label in candidates if is_name(label.name)]
    times = sum(bool(stamp.name) or stamp.leads for stamp in copy.stamps)
    lines = sum(bool(line.strip()) for line in copy.text.split("\n"))
    at_times = sum(label.style == "stamped" for label in names)
    return len(names) >= FEWEST_NAMES and (len(names) > MOSTLY * lines or at_times > 0.8 * times > 0)


def _recurring(copy: WorkingCopy, candidates: Sequence[Label], everything: bool) -> list[Label]:
    """The labels among "Name:" candidates. A name must recur, or be set like those that do.

    `everything`: every line, or every time, has a label.
    """
    titles = Counter((label.name, label.title) for label in candidates)
    names = Counter(
        label_key(label.name) for label in candidates if not label.title or titles[label.name, label.title] > 1
    )
    core = _core(names, candidates, len(copy.stamps), everything)
    if not core:
        return []
    inside = [label for label in candidates if label_key(label.name) in core]
    style = Counter(label.style for label in inside).most_common(1)[0][0]
    first, last = inside[0].start, inside[-1].start
    anywhere = style == "heading" or everything
    among = {
        label
        for label in candidates
        if label.style == style and not label.title and (anywhere or first < label.start < last)
    }
    # Who recurs and is heard between the others is one of them, also in the last word after theirs.
    core |= {label_key(label.name) for label in among if names[label_key(label.name)] >= 2}
    if any(pair <= core for pair in ROLE_PAIRS):  # they leave nobody else to speak: 优点：… is part of an answer
        core, everything = core & ROLE_WORDS, False
    # Someone who speaks once: in the middle of the talk, and set apart as the others are; headings anywhere.
    return [
        label
        for label in candidates
        if (label_key(label.name) in core and (label.style == style or label.style not in ("heading", "bracketed")))
        or (style in ("heading", "bold", "bracketed", "caps") and label in among)
        or (everything and label in among and is_name(label.name) and (label.start > first or _says(copy, label)))
        or _begins_as(label, core)
    ]


def _core(names: Counter[str], candidates: Sequence[Label], stamps: int, everything: bool) -> set[str]:
    """The names that are speakers for certain."""
    core = {name for name, count in names.items() if count >= 3 or (name in ROLE_WORDS and count >= 2)}
    stamped = [label for label in candidates if label.style == "stamped"]
    set_apart = everything or bool(stamps) or any(label.style not in ("plain", "caps") for label in candidates)
    if len(core) == 1 and not core & ROLE_WORDS and not set_apart and not any(map(is_generic, core)):
        return set()  # one recurring "Todo:" is no conversation
    if core:
        return core
    if len(stamped) > 2 and len(stamped) >= stamps > 0 and len(names) < len(stamped):  # a name at every time
        return {label_key(label.name) for label in stamped}
    core = {name for name, count in names.items() if count >= 2 or name in ROLE_WORDS}
    if (core & ROLE_WORDS or all(map(is_generic, names))) and len(names) == 2:
        core = set(names)  # one exchange, of which one label is a role
    return core if len(core) >= 2 else set()


def _says(copy: WorkingCopy, label: Label) -> bool:
    """Whether a sentence ends on the line of a label; the title of a page may have a colon in it as well."""
    line_end = copy.text.find("\n", label.end)
    return ends_sentence(copy.text[label.end : line_end if line_end >= 0 else None])


def _begins_as(label: Label, core: set[str]) -> bool:
    """The full name and title with which a page introduces who is "Lee:" from then on."""
    return bool(label.title) and any(part in core for part in (label_key(label.name), *label_key(label.name).split()))


def _taking_turns(candidates: Sequence[Label], layout: str) -> list[Label]:
    """Labels without a colon: two names or more that recur and take turns, and hardly anything else set like them."""
    names = Counter(label_key(label.name) for label in candidates)
    core = {name for name, count in names.items() if count >= (3 if layout in ("alone", "run-in", "spaced") else 2)}
    labels = [label for label in candidates if label_key(label.name) in core]
    changes = sum(label_key(one.name) != label_key(other.name) for one, other in pairwise(labels))
    if len(core) < 2 or len(labels) < MOSTLY * len(candidates) or changes < MOSTLY * (len(labels) - 1):
        return []
    return labels
