"""Turns → passages: about 340 characters, cut at sentence ends, the question kept with its answer.

Short exchanges share a passage, a long answer is cut into several, and each of those keeps the question
as context. A passage never runs across anything that is not the interview.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.model import Kind, Passage, Role, Sentence, Span, Transcript, Turn
from index.sentences import sentence_spans, width

TARGET = 340  # characters of Chinese; English runs to three times the letters
LONGEST = 440
LONGEST_QUESTION = 150  # a longer question is context, not part of its answer's passage
LONGEST_REACTION = 40
OVERLAP = 1  # sentences a passage repeats of the one before it, within one answer
WITHIN = ("label", "rule", "time")  # left out between two sentences that go on nevertheless
MARKUP = re.compile(r"!\[[^\]]*\]\([^)]*\)|[*_`#]+|^\s*>+\s?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Cut:
    """The passages of one transcript and its sentences (editors' and hosts' too), both in text order."""

    passages: tuple[Passage, ...]
    sentences: tuple[Sentence, ...]


def cut(transcript: Transcript) -> Cut:
    """Cut a transcript into passages and sentences."""
    text = transcript.text
    sentences = [
        Sentence(span.start, span.end, turn.number)
        for turn in transcript.turns
        for paragraph in turn.spans
        for span in sentence_spans(text, paragraph)
    ]
    sentences.sort(key=lambda sentence: sentence.start)
    passages: list[Passage] = []
    asked = _last_questions(transcript.turns)
    for run in _runs(transcript, sentences):
        passages.extend(_cut_run(transcript, asked, run))
    return Cut(tuple(passages), tuple(sentences))


def passage_search_text(text: str, start: int, end: int, context: Span | None) -> str:
    """What is searched for a passage of a text: its question, then its own words, without Markdown marks."""
    asked = text[context.start : context.end] if context else ""
    return "\n".join(filter(None, (clean(asked), clean(text[start:end]))))


def clean(text: str) -> str:
    """Words only, for searching: Markdown marks and line breaks taken out."""
    return " ".join(MARKUP.sub("", text).split())


def _runs(transcript: Transcript, sentences: Sequence[Sentence]) -> Iterable[list[Sentence]]:
    """Sentences with nothing foreign between them: one kind, one section, no image or advert inside."""
    turns = transcript.turns
    breaks = sorted(excluded.start for excluded in transcript.excluded if excluded.reason not in WITHIN)
    run: list[Sentence] = []
    at = 0
    for sentence in sentences:
        if run:
            before, turn = turns[run[-1].turn], turns[sentence.turn]
            while at < len(breaks) and breaks[at] < run[-1].end:
                at += 1
            foreign = at < len(breaks) and breaks[at] < sentence.start
            if foreign or before.kind is not turn.kind or before.section != turn.section:
                yield run
                run = []
        run.append(sentence)
    if run:
        yield run


def _cut_run(transcript: Transcript, asked: Sequence[Span | None], run: Sequence[Sentence]) -> Iterable[Passage]:
    exchanges = list(_exchanges(transcript.turns, run))
    group: list[Sentence] = []
    for exchange, following in zip(exchanges, [*exchanges[1:], []], strict=True):
        if group and _width(transcript, [*group, *exchange]) > TARGET:
            yield _passage(transcript, asked, [*group, *_reaction(transcript, exchange)])
            group = []
        if _width(transcript, exchange) > LONGEST:
            *parts, last = _cut_exchange(transcript, exchange)
            for part in parts:
                yield _passage(transcript, asked, part)
            reaction = _reaction(transcript, following)
            fits = _width(transcript, [*last, *reaction]) <= LONGEST
            yield _passage(transcript, asked, [*last, *reaction] if fits else last)
        else:
            group.extend(exchange)
    if group:
        yield _passage(transcript, asked, group)


def _reaction(transcript: Transcript, exchange: Sequence[Sentence]) -> Sequence[Sentence]:
    """What the interviewer says to the answer before asking on: a short first paragraph, no question."""
    if not exchange:
        return ()
    first, turn = exchange[0], transcript.turns[exchange[0].turn]
    text = transcript.text[first.start : first.end]
    alone = len(turn.spans) > 1 and first.end == turn.spans[0].end
    return exchange[:1] if _asks(turn) and alone and width(text) <= LONGEST_REACTION and text[-1] not in "?？" else ()


def _exchanges(turns: Sequence[Turn], run: Sequence[Sentence]) -> Iterable[list[Sentence]]:
    """A question and what follows it, up to the next question. Editors' text is one exchange a paragraph run."""
    exchange: list[Sentence] = []
    for sentence in run:
        if exchange and _asks(turns[sentence.turn]) and not _asks(turns[exchange[-1].turn]):
            yield exchange
            exchange = []
        exchange.append(sentence)
    if exchange:
        yield exchange


def _asks(turn: Turn) -> bool:
    return turn.role in (Role.HOST, Role.AUDIENCE)


def _cut_exchange(transcript: Transcript, exchange: list[Sentence]) -> Iterable[list[Sentence]]:
    """A long exchange in parts of even length, none longer than LONGEST."""
    question = [sentence for sentence in exchange if _asks(transcript.turns[sentence.turn])]
    if question and len(question) < len(exchange) and _width(transcript, question) > LONGEST_QUESTION:
        yield from _even(transcript, question)
        exchange = exchange[len(question) :]
    yield from _even(transcript, exchange)


def _even(transcript: Transcript, sentences: Sequence[Sentence]) -> Iterable[list[Sentence]]:
    total = _width(transcript, sentences)
    parts = max(1, round(total / TARGET))
    goal = total / parts
    part: list[Sentence] = []
    made = 1
    for sentence in sentences:
        grown = _width(transcript, [*part, sentence])
        full = made < parts and grown - _width(transcript, [sentence]) / 2 > goal
        if part and (full or grown > LONGEST):
            yield part
            made += 1
            part = part[-OVERLAP:]
            if _width(transcript, [*part, sentence]) > LONGEST:
                part = []
        part.append(sentence)
    if part:
        yield part


def _width(transcript: Transcript, sentences: Sequence[Sentence]) -> float:
    """Length in characters, three letters of an alphabet counting as one."""
    if not sentences:
        return 0.0
    text = transcript.text[sentences[0].start : sentences[-1].end]
    return len(text) if width(text) > 0.6 * len(text) else len(text) / 3


def _passage(transcript: Transcript, asked: Sequence[Span | None], sentences: Sequence[Sentence]) -> Passage:
    start, end = sentences[0].start, sentences[-1].end
    first, last = transcript.turns[sentences[0].turn], transcript.turns[sentences[-1].turn]
    return Passage(
        id=f"{transcript.doc}:{start}-{end}",
        doc=transcript.doc,
        start=start,
        end=end,
        first_turn=first.number,
        last_turn=last.number,
        section=first.section,
        kind=first.kind,
        context=asked[first.number],
    )


def _last_questions(turns: Sequence[Turn]) -> list[Span | None]:
    """Turn by turn, the question it answers; None for a question itself and for what the editors wrote."""
    asked: list[Span | None] = []
    question: Span | None = None
    for turn in turns:
        spoken = turn.kind is Kind.INTERVIEW
        if spoken and _asks(turn):
            question = Span(turn.start, turn.end)
        asked.append(question if spoken and not _asks(turn) else None)
    return asked
