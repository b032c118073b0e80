"""The answer without an LLM: the sentences that answer, quoted as they stand, each with who said it.

A sentence is worth its own nearness to the question, the rank of its passage, the words it shares with the
question, and a number where one is asked for; neighbours lend it a little, so that a thought is quoted whole.
The reply to an earlier interviewer's question that is close to this one is found through its passage, whose
score holds that question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.model import Kind, Role, Sentence
from index.script import CLOSING
from rag.names_in import mentions
from rag.retrieve import Ranking, Retriever
from rag.signals import Scored, standard
from rag.view import Rows

OWN, PASSAGE, REPLY, SHARED, NUMBER = 1.0, 0.6, 0.4, 4.0, 1.5
NEIGHBOUR = 0.05  # what a sentence lends the one before and after it, within one turn
NEAREST_REPLY = 2.0  # the reply to an interviewer's question that this one repeats
GO_ON = 0.6  # for following on from a sentence already chosen: fewer, longer quotations
HOST = 1.5  # taken from a host's words, which are context more often than an answer
EDITORS = 2.0
OTHERS = 2.5  # taken from the words of others where the question names who is to answer
ASKS = 1.5  # taken from a question within an answer
SHORT = 3  # letters or digits; less than that answers nothing but the question it replied to
FALL_OFF = 5.0  # a sentence worth so much less than the best is not worth quoting

ASKS_NUMBER = re.compile(
    r"多少|几(?!乎)|幾(?!乎)|多(?:大|长|長|久|高|快|远|遠)|哪一?年|百分之|占比|比例"
    r"|how (?:many|much|long|old|often|fast|big|large|far)|what (?:percentage|number|share|year|price)|cuánt"
    r"|いくつ|何(?:人|年|パーセント|割|円|回|歳)|どのくらい",
    re.IGNORECASE,
)
NUMERAL = re.compile(
    r"\d|[一二两兩三四五六七八九十百千万萬亿億半]+(?:个|個|年|月|天|日|人|倍|次|%|成|块|元|美元|小时|小時|分钟|分鐘|周|週|岁|歲|位|家|条|條|种|種|张|張)"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|hundred"
    r"|thousand|million|half|dozen)\b",
    re.IGNORECASE,
)
RULE = re.compile(r"^[ \t>]*([-*_])(?:[ \t]*\1){2,}[ \t]*$", re.MULTILINE)  # what a page draws between two parts


@dataclass(frozen=True, slots=True)
class Quotation:
    """Sentences of one turn that follow each other, and the passage that holds them."""

    doc: str
    start: int
    end: int
    turn: int
    passage: int


def extract(retriever: Retriever, ranking: Ranking, top_k: int, max_chars: int) -> list[Quotation]:
    """The quotations out of the first `top_k` passages that answer a question, best first.

    Their sentences are together no longer than `max_chars`, but the best one is quoted however long it is. An empty
    list means that nothing fits.
    """
    passage_of = _candidates(retriever, ranking, top_k)
    worth = _worth(retriever, ranking, passage_of)
    chosen: list[int] = []
    length = 0
    floor = max(worth.values(), default=0.0) - FALL_OFF
    while worth:
        row = max(worth, key=lambda at: worth[at])
        if worth[row] < floor:
            break
        size = _length(retriever, row)
        del worth[row]
        if chosen and length + size > max_chars:
            continue
        chosen.append(row)
        length += size
        for neighbour in (row - 1, row + 1):
            if neighbour in worth and same_turn(retriever, row, neighbour):
                worth[neighbour] += GO_ON
        if length > 0.9 * max_chars:
            break
    return _quotations(retriever, chosen, passage_of)


def _candidates(retriever: Retriever, ranking: Ranking, top_k: int) -> dict[int, int]:
    """Sentence row → the best candidate passage it stands in."""
    found: dict[int, int] = {}
    for passage in ranking.order[:top_k]:
        rows = retriever.view.rows_of(passage)
        quotable = np.isfinite(ranking.by_sentence.at(rows)) & ~retriever.view.host_questions(rows)
        for row in rows[quotable]:
            found.setdefault(int(row), passage)
    return found


def _worth(retriever: Retriever, ranking: Ranking, passage_of: dict[int, int]) -> dict[int, float]:
    view = retriever.view
    rows = np.array(list(passage_of), dtype=np.int64)
    replied_to = dict(zip(passage_of, ranking.replied_to.at(rows).tolist(), strict=True))
    nearness, replies = (
        dict(zip(passage_of, scored.at(rows).tolist(), strict=True))
        for scored in (standardised(ranking.by_sentence), standardised(ranking.replied_to))
    )
    asks_number = bool(ASKS_NUMBER.search(ranking.question))
    asked_before = _asked_before(ranking, rows)
    texts = [view.text_of(doc)[s.start : s.end] for doc, s in map(view.index.sentences.__getitem__, passage_of)]
    shared = retriever.index.lexical.overlaps(ranking.question, texts)
    named = {person for _, _, person in mentions(view, ranking.question)}
    own: dict[int, float] = {}
    for (row, passage), text, words in zip(passage_of.items(), texts, shared, strict=True):
        doc, sentence = view.index.sentences[row]
        turn = view.turn(doc, sentence.turn)
        if sum(map(str.isalnum, text)) < SHORT and replied_to[row] != asked_before:
            continue
        own[row] = (
            OWN * nearness[row]
            + PASSAGE * ranking.scores[passage]
            + REPLY * replies[row]
            + NEAREST_REPLY * (replied_to[row] == asked_before)
            + SHARED * words
            + NUMBER * (asks_number and bool(NUMERAL.search(text)))
            - ASKS * text.rstrip(CLOSING).endswith(("?", "？"))
            - HOST * (turn.role in (Role.HOST, Role.AUDIENCE))
            - EDITORS * (turn.kind is not Kind.INTERVIEW)
            - OTHERS * bool(named and view.speaker(doc, turn).person not in named)
        )
    lowest = min(own.values(), default=0.0)
    return {row: value + NEIGHBOUR * _lent(retriever, own, row, lowest) for row, value in own.items()}


def standardised(scored: Scored) -> Scored:
    """The same numbers as standard scores."""
    return Scored(scored.rows, standard(scored.values))


def _asked_before(ranking: Ranking, rows: Rows) -> float:
    """Nearness of the interviewers' question that this one repeats; 2.0, which none has, when it repeats none.

    It is repeated when one of theirs comes nearer to it than anything that was said in reply.
    """
    said, asked = (float(np.max(of.at(rows), initial=-np.inf)) for of in (ranking.by_sentence, ranking.replied_to))
    return asked if asked > said else 2.0


def _lent(retriever: Retriever, own: dict[int, float], row: int, lowest: float) -> float:
    neighbours = (row - 1, row + 1)
    return sum(own[at] if at in own and same_turn(retriever, row, at) else lowest for at in neighbours)


def _sentence(retriever: Retriever, row: int) -> tuple[str, Sentence]:
    return retriever.index.sentences[row]


def same_turn(retriever: Retriever, one: int, other: int) -> bool:
    """Whether two neighbouring sentences are one speaker's unbroken words."""
    (doc, first), (other_doc, second) = _sentence(retriever, one), _sentence(retriever, other)
    if doc != other_doc or first.turn != second.turn:
        return False
    between = retriever.view.text_of(doc)[min(first.end, second.end) : max(first.start, second.start)]
    return not between.strip(" \t\r\n\u3000>*_•·-") and not RULE.search(between)


def _length(retriever: Retriever, row: int) -> int:
    _, sentence = _sentence(retriever, row)
    return sentence.end - sentence.start


def _quotations(retriever: Retriever, chosen: Sequence[int], passage_of: dict[int, int]) -> list[Quotation]:
    """Join chosen sentences that follow each other in one passage; order by the place of the best of each."""
    place = {row: at for at, row in enumerate(chosen)}
    runs: list[list[int]] = []
    for row in sorted(chosen):
        before = runs[-1][-1] if runs else -1
        if row == before + 1 and passage_of[row] == passage_of.get(before) and same_turn(retriever, before, row):
            runs[-1].append(row)
        else:
            runs.append([row])
    runs.sort(key=lambda run: min(place[row] for row in run))
    return [_quotation(retriever, run, passage_of[run[0]]) for run in runs]


def _quotation(retriever: Retriever, run: list[int], passage: int) -> Quotation:
    doc, first = _sentence(retriever, run[0])
    _, last = _sentence(retriever, run[-1])
    return Quotation(doc, first.start, last.end, first.turn, passage)
