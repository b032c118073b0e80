"""The example answers of the service's description: of an archive that has one interview, which is made up."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from index.model import Kind, Role
from rag.answer import Answer, AnswerSentence, Citation, Hit, SearchResult
from ui.records import InterviewList, InterviewRecord, InterviewTurns, PassageRecord, TurnRecord
from ui.service_completions import Named, completion
from ui.service_openai_records import DEFAULT_MODEL, QUOTES_MODEL, Model, ModelList

DOC = "night-bakery"
URL = "https://example.org/night-bakery"
HOST, GUEST = "Tomas Brell", "Ines Valdorf"
QUESTION = "How much bread is baked in a night, and what becomes of the rest?"
SAID = (
    "How much do you bake in one night?",
    "Four hundred loaves on a weekday.",
    "And the bread that nobody buys?",
    "It goes to the shelter at the harbour before seven. We have not thrown a loaf away in nine years.",
)
SOURCE = f"""---
title: The night bakery
date: 2024-05-03
url: {URL}
---

**{HOST}:** {SAID[0]}

**{GUEST}:** {SAID[1]}

**{HOST}:** {SAID[2]}

**{GUEST}:** {SAID[3]}
"""
SINCE = 1795356000


def _turn(number: int, text: str) -> TurnRecord:
    start = SOURCE.index(text)
    return TurnRecord(
        number=number,
        speaker=(HOST, GUEST)[number % 2],
        role=(Role.HOST, Role.GUEST)[number % 2],
        kind=Kind.INTERVIEW,
        section="",
        start=start,
        end=start + len(text),
        spans=((start, start + len(text)),),
        text=text,
        seconds=None,
    )


TURNS = tuple(_turn(number, text) for number, text in enumerate(SAID))
FIRST, LAST = TURNS[0], TURNS[-1]
PASSAGE_ID = f"{DOC}:{FIRST.start}-{LAST.end}"
INTERVIEW = InterviewRecord(
    doc=DOC,
    title="The night bakery",
    date="2024-05-03",
    speakers=(HOST, GUEST),
    language="en",
    turns=len(TURNS),
    passages=1,
    path=f"{DOC}.md",
    same_as=(),
    warnings=(),
)
LIST = InterviewList((INTERVIEW,), total=1)
READ = InterviewTurns(INTERVIEW, outlet="", url=URL, turns=TURNS, next=None)
PLACE: dict[str, Any] = {  # what hits, citations and passages tell alike
    "passage_id": PASSAGE_ID,
    "doc": DOC,
    "title": INTERVIEW.title,
    "date": INTERVIEW.date,
    "speakers": INTERVIEW.speakers,
    "section": "",
    "start": FIRST.start,
    "end": LAST.end,
    "turns": (FIRST.number, LAST.number),
    "text": SOURCE[FIRST.start : LAST.end],
    "seconds": None,
    "also_in": (),
}
PASSAGE = PassageRecord(**PLACE, url=URL, asked="", context=TURNS)
HIT: dict[str, Any] = {"rank": 1, "score": 0.7312, **PLACE}
FOUND = SearchResult(QUESTION, (Hit(**HIT),), timings={"embed": 0.0121, "search": 0.0014, "score": 0.0003})
QUOTED = (TURNS[1], TURNS[3])
CITATIONS = tuple(
    Citation(
        **HIT,
        n=n,
        speaker=turn.speaker,
        quote=turn.text,
        quote_start=turn.start,
        quote_end=turn.end,
        url=URL,
        role=turn.role,
        kind=turn.kind,
        turn=turn.number,
    )
    for n, turn in enumerate(QUOTED, 1)
)
ANSWER = Answer(
    question=QUESTION,
    asked_as=QUESTION,
    answer=" ".join(f"{one.quote} [{one.n}]" for one in CITATIONS),
    answered=True,
    language="en",
    mode="extractive",
    model="",
    sentences=tuple(AnswerSentence(one.quote, (one.n,), "supported", 1.0) for one in CITATIONS),
    citations=CITATIONS,
    timings={"embed": 0.0121, "search": 0.0014, "score": 0.0003, "total": 0.0172},
)
MODELS = [Model(id=name, created=SINCE) for name in (DEFAULT_MODEL, QUOTES_MODEL, "openai:gpt-5-mini")]
COMPLETION = completion(ANSWER, Named("chatcmpl-6f1c", SINCE, DEFAULT_MODEL, base=""))
EXAMPLES: dict[str, dict[str, Any]] = {  # by operation
    "ask": asdict(ANSWER),
    "search": asdict(FOUND),
    "list_interviews": asdict(LIST),
    "read_interview": asdict(READ),
    "read_passage": asdict(PASSAGE),
    "complete": COMPLETION.model_dump(),
    "list_models": ModelList(data=MODELS).model_dump(),
    "read_model": MODELS[0].model_dump(),
}
