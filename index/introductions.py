"""Whom an introduction is about, and who asks: for pages whose labels name only one side, or nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from index import names
from index.model import Role, Transcript
from index.script import fold_characters


def host_of(transcript: Transcript, head: str) -> str:
    """The host's name where only the introduction or the host's own first words give it."""
    opening = [turn for turn in transcript.turns if turn.role is Role.HOST][:2]
    for turn in opening:
        for match in names.INTRODUCES.finditer(transcript.text[turn.start : turn.end]):
            name = " ".join(match["name"].split())
            if name.isascii() or (len(name) < 4 and fold_characters(name[0]) in names.SURNAMES):
                return name  # not the 很好奇 of 我是很好奇
    if introduced := names.HOSTS.search(head):
        found = introduced["a"] or introduced["b"]
        name = found if found.isascii() else names.local_name(found)
        return " ".join(name.split())
    return ""


def guest_of(head: str, pairs: Sequence[tuple[str, str]], found: Counter[str]) -> str:
    """Whom the introduction speaks of most: the one who answers where answers carry no label."""
    mentions = {name: head.count(name) for pair in pairs for name in pair}
    for name in found:
        mentions.setdefault(name, head.count(name))
    best = max(mentions, key=lambda name: (mentions[name], len(name)), default="")
    if not best or not mentions[best]:
        return ""
    return next((local for local, latin in pairs if latin == best), best)
