"""Who asks and who answers: by the labels' own words, else by behaviour."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from index.labels import is_generic, label_key, role_word
from index.model import Role

QUESTION = re.compile(r"[?？]")
LAST = 60  # characters at the end of a turn in which its question stands
CAPTIONED = ">>"  # begins a speaker in captions without saying which


@dataclass(frozen=True, slots=True)
class Manner:
    """How one speaker talks: the share of turns that end in a question, mean length of a turn, share of all words."""

    turns: int
    asks: float
    length: float
    share: float


def roles_of(said: Iterable[tuple[str, str]], hosts: Sequence[str] = (), guests: Sequence[str] = ()) -> dict[str, Role]:
    """Label → role, from (label, words) in order; `hosts` and `guests` are names the file itself gives a role."""
    everything = list(said)
    same = _same_speakers(dict.fromkeys(label for label, _ in everything))
    turns: dict[str, list[str]] = {}
    before = None
    for written, words in everything:
        label = same[written]
        if label == before:  # pages that label every paragraph: one turn all the same
            turns[label][-1] += words
        else:
            turns.setdefault(label, []).append(words)
        before = label
    known = {label: role for label in turns if (role := _known(label, hosts, guests)) is not None}
    if "answer" in map(label_key, turns):  # else a "Question:" is one from the audience
        known |= {label: Role.HOST for label in turns if label_key(label) == "question"}
    if len(turns) == 1 and is_generic(next(iter(turns))):
        return dict.fromkeys(same, Role.GUEST)
    manners = _manners({label: words for label, words in turns.items() if label not in known and label != CAPTIONED})
    asking = _asking(manners, Role.HOST in known.values())
    roles = {label: known.get(label, Role.HOST if label in asking else Role.GUEST) for label in turns}
    return {written: roles[label] for written, label in same.items()}


def _same_speakers(labels: Collection[str]) -> dict[str, str]:
    """Label → the shorter label of the same speaker: who is "Ann Lee:" at first is "Lee:" from then on."""
    keys = {label_key(label): label for label in labels if not is_generic(label)}
    same: dict[str, str] = {}
    for label in labels:
        parts = [] if is_generic(label) else label_key(label).split()
        same[label] = next((keys[part] for part in (*parts[-1:], *parts[:1]) if part in keys), label)
    return same


def role_of_words(words: str) -> Role:
    """The role of somebody who is only known to begin here: a question at the end is a host's."""
    return Role.HOST if QUESTION.search(words.rstrip()[-LAST:]) else Role.GUEST


def _known(label: str, hosts: Sequence[str], guests: Sequence[str]) -> Role | None:
    role, rest = role_word(label)
    if role is not None:
        return role
    key = label_key(rest)
    for names, given in ((hosts, Role.HOST), (guests, Role.GUEST)):
        if key and any(key == label_key(name) or key in label_key(name).split() for name in names):
            return given
    return None


def _manners(turns: Mapping[str, Sequence[str]]) -> dict[str, Manner]:
    everything = sum(len(words) for each in turns.values() for words in each) or 1
    manners: dict[str, Manner] = {}
    for label, each in turns.items():
        asks = sum(bool(QUESTION.search(words.rstrip()[-LAST:])) for words in each)
        total = sum(map(len, each))
        manners[label] = Manner(len(each), asks / len(each), total / len(each), total / everything)
    return manners


def _asking(manners: Mapping[str, Manner], has_host: bool) -> set[str]:
    """Who asks rather than answers, set against whoever talks most. Two who talk alike are both guests."""
    if not manners:
        return set()
    talker = max(manners, key=lambda label: manners[label].share)
    if len(manners) == 1:
        return {talker} if manners[talker].asks > 0.25 and not has_host else set()
    most = max(one.turns for one in manners.values())
    others = {label: one for label, one in manners.items() if 4 * one.turns >= most}
    asking = {label for label, one in others.items() if one.turns >= 3 and _interviews(one, manners[talker])}
    if asking or has_host:
        return asking
    best = max(others, key=lambda label: others[label].asks)
    answering = max((one for label, one in others.items() if label != best), key=lambda one: one.share, default=None)
    if answering is None or not _asks_more(others[best], answering):
        return set()
    return {best}


def _interviews(one: Manner, talker: Manner) -> bool:
    """Plainly an interviewer: asks often where the one who talks most does not, in turns much shorter."""
    return one.asks >= 0.4 and talker.asks < 0.25 and one.length <= 0.6 * talker.length and one.share < 0.35


def _asks_more(one: Manner, answering: Manner) -> bool:
    """Asks more than the other, and either in much shorter turns, or in shorter ones and more often, or alone."""
    if one.asks <= 0.25 or one.asks <= answering.asks:
        return False
    alone = one.asks >= 0.35 and one.asks >= 4 * answering.asks and one.length < 2 * answering.length
    shorter = one.length <= 0.75 * answering.length and one.share < 0.5 and one.asks >= 1.5 * answering.asks
    return alone or shorter or one.length <= 0.4 * answering.length
