"""`verbatim eval --init FILE`: gold questions to start from, taken from what the interviewers themselves asked.

The evidence is the beginning of the reply. Gold answers and key facts are left for a person to fill in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from eval.gold import Evidence, Gold, write_gold
from index.errors import InputError
from index.model import Kind, Role, Span, Turn
from index.opened import OpenedIndex
from index.script import language
from index.sentences import sentence_spans, width

QUESTIONS = 20
SHORT, LONG = 10.0, 60.0  # a question's width, in Chinese characters, between which it says enough by itself
REPLY = 30.0  # width at which the evidence ends with its sentence
BRIEF = 10.0  # a narrower reply ("没有。") is poor evidence
UNKNOWN = "und"  # what language() says when it cannot tell
ASKED = ("?", "？")
# What leans on something said before: a question that begins so, or has one of these, is seldom understood alone.
LEANS = re.compile(
    r"^(?:那|这|這|所以|然后|然後|但|可是|为什么呢|為什麼呢|比如|对|對|嗯|是吗|真的|还有|還有|です|それ|その"
    r"|(?:and|but|so|then|why|really|how so|what else|such as|he|she|it|they|that|this|those|is that|was that)\b)"
    r"|(?<!其)[他她它牠]|刚才|剛才|刚刚|剛剛|(?:那|这|這)(?:个|個|件|些|样|樣|种|種|里|裡|时|時|次|句)|\b(?:that|this|those|these|it|there)\b",
    re.IGNORECASE,
)
EDGES = " \t\r\n\u3000*_>#"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question an interviewer asked, and the beginning of the reply; `worth` is how good a gold question it makes,
    `language` the interview's where the question alone tells none."""

    question: str
    reply: Evidence
    worth: float
    language: str


def write_starter(index: OpenedIndex, path: Path, count: int = QUESTIONS) -> int:
    """Write up to `count` questions to a new .jsonl or .csv file; returns how many there are.

    They are spread over the interviews, and over the length of each; none is in a language we
    cannot tell. Raises InputError when no interviewer asks anything, when the file exists, or when it cannot be
    written.
    """
    by_interview = [_asked(index, document.doc) for document in index.documents()]
    chosen = [asked for part in _shared_out(by_interview, count) for asked in part]
    if not chosen:
        raise InputError("no interview of this index has a question with a reply to make gold questions from")
    name = "".join(character if character.isprintable() else "-" for character in path.stem)  # as an id has to be
    write_gold([_gold(f"{name}-{n:03}", asked) for n, asked in enumerate(chosen, start=1)], path)
    return len(chosen)


def _gold(id: str, asked: Asked) -> Gold:
    return Gold(
        id=id,
        question=asked.question,
        language=asked.language,
        category="interviewer",
        gold_answer="",
        key_facts=(),
        evidence=(asked.reply,),
        answerable=True,
    )


def _shared_out(by_interview: Sequence[Sequence[Asked]], count: int) -> list[list[Asked]]:
    """The best of each interview's stretches: an equal part each, what one has too few of going to the others."""
    room = [0] * len(by_interview)
    while sum(room) < count and (open_ := [n for n, asked in enumerate(by_interview) if room[n] < len(asked)]):
        for n in open_[: count - sum(room)]:
            room[n] += 1
    return [_spread(asked, part) for asked, part in zip(by_interview, room, strict=True)]


def _spread(asked: Sequence[Asked], count: int) -> list[Asked]:
    """The best question of each of `count` stretches of equally many questions, in order."""
    edges = [len(asked) * n // count for n in range(count + 1)] if count else []
    return [max(asked[start:end], key=lambda one: one.worth) for start, end in pairwise(edges)]


def _asked(index: OpenedIndex, doc: str) -> list[Asked]:
    """The questions of one interview that somebody answers, in order, each wording once."""
    text, turns = index.text(doc), [turn for turn in index.turns(doc) if turn.kind is Kind.INTERVIEW]
    speakers = index.speakers(doc)
    found: dict[str, Asked] = {}
    for turn, reply in pairwise(turns):
        if turn.role in (Role.HOST, Role.AUDIENCE) and reply.role is Role.GUEST:
            said = _beginning(text, reply)
            best = max(_questions(text, turn), key=_worth, default="")
            tag = next((one for one in (language(best), language(text)) if one != UNKNOWN), "")
            if said and best and tag:
                speaker = reply.label or speakers[reply.label].name
                evidence = Evidence(doc, said.start, said.end, speaker)
                worth = _worth(best) + min(width(text[said.start : said.end]) / BRIEF, 1.0)
                found.setdefault(best, Asked(best, evidence, worth, tag))
    return list(found.values())


def _questions(text: str, turn: Turn) -> Iterator[str]:
    for span in turn.spans:
        for sentence in sentence_spans(text, span):
            question = " ".join(text[sentence.start : sentence.end].strip(EDGES).split())
            if question.rstrip("”’」』\"'）)").endswith(ASKED):
                yield question


def _worth(question: str) -> float:
    """2.0 for a question of a good length that leans on nothing said before, and less for any other."""
    size = width(question)
    fits = min(size / SHORT, 1.0, LONG / max(size, 1.0))
    return fits + (0.0 if LEANS.search(question) else 1.0)


def _beginning(text: str, reply: Turn) -> Span | None:
    """The first sentences of a reply, up to REPLY or the end of the paragraph."""
    for span in reply.spans:
        sentences = sentence_spans(text, span)
        if not sentences:
            continue
        whole = sentences[0]
        for sentence in sentences[1:]:
            if width(text[whole.start : whole.end]) >= REPLY:
                break
            whole = replace(whole, end=sentence.end)
        return whole
    return None
