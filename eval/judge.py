"""An LLM as judge of answers, by the rubric of rubric.py: three marks and a reason for each answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.records import Outcome, Verdict
from eval.rubric import AGAIN, RUBRIC, SCALE
from index.errors import ChatModelUnavailable, JudgeFailed
from rag.llm import name_of, reply

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

GIVE_UP_AFTER = 3  # answers in a row that could not be judged
MARKS = ("correct", "complete", "grounded")
_DECODER = json.JSONDecoder()


class Marks(BaseModel):
    """What the rubric asks for."""

    model_config = ConfigDict(extra="ignore", strict=True)

    reason: str = Field(min_length=1)
    correct: int = Field(ge=0, le=SCALE)
    complete: int = Field(ge=0, le=SCALE)
    grounded: int = Field(ge=0, le=SCALE)


@dataclass(frozen=True, slots=True)
class Judging:
    """What came of judging: the verdicts by question id, why others have none, and whether it was given up."""

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    gave_up: bool = False


def judge_all(
    model: BaseChatModel, outcomes: Iterable[Outcome], on_verdict: Callable[[Outcome, Verdict], None]
) -> Judging:
    """Judge each outcome; `on_verdict` gets every verdict at once, so that it is kept whatever comes after.

    A question that fails is named in `failed`; after GIVE_UP_AFTER in a row the others are not tried. Raises nothing
    of the judge's.
    """
    verdicts: dict[str, Verdict] = {}
    failed: dict[str, str] = {}
    in_a_row = 0
    for outcome in outcomes:
        try:
            verdict = judge(model, outcome)
        except JudgeFailed as error:
            failed[outcome.id] = str(error)
            in_a_row += 1
            if in_a_row == GIVE_UP_AFTER:
                return Judging(verdicts, failed, gave_up=True)
            continue
        in_a_row = 0
        verdicts[outcome.id] = verdict
        on_verdict(outcome, verdict)
    return Judging(verdicts, failed)


def judge(model: BaseChatModel, outcome: Outcome) -> Verdict:
    """The verdict on one answer, scores from 0 to 1. Asks once more when the reply is not what the rubric asks for.

    An answer that was declined needs no model: it is right and complete exactly where no interview answers.
    Raises JudgeFailed.
    """
    if not outcome.answered:
        score = float(not outcome.answerable)
        why = "declined, and the interviews do not say" if score else "declined, though the interviews say it"
        return Verdict(name_of(model), {"correct": score, "complete": score}, why)
    messages = messages_for(outcome)
    problem = ""
    for _ in range(2):
        said = _ask(model, messages, outcome.id)
        try:
            marks = _marks(said)
        except ValueError as error:
            problem = _first_problem(error)
            messages = [*messages, AIMessage(said or "(nothing)"), HumanMessage(AGAIN.format(problem=problem))]
            continue
        return Verdict(name_of(model), {name: getattr(marks, name) / SCALE for name in MARKS}, marks.reason)
    raise JudgeFailed(f"{outcome.id}: {name_of(model)} gave no verdict in two tries ({problem})")


def with_verdict(outcome: Outcome, verdict: Verdict) -> Outcome:
    """The outcome with a verdict, whose scores stand among its own as judge_correct, judge_complete, judge_grounded."""
    scores = {name: score for name, score in outcome.scores.items() if not name.startswith("judge_")}
    judged = {f"judge_{name}": score for name, score in verdict.scores.items()}
    return replace(outcome, scores=scores | judged, verdict=verdict)


def messages_for(outcome: Outcome) -> list[BaseMessage]:
    """The rubric, and apart from it what is to be judged: one JSON object, which no text in it can close."""
    data = {
        "conversation": outcome.history,
        "question": outcome.question,
        "gold_answer": outcome.gold_answer if outcome.answerable else None,
        "answer": outcome.answer,
        "quotations": [{"n": one.n, "speaker": one.speaker, "quote": one.quote} for one in outcome.citations],
    }
    return [SystemMessage(RUBRIC), HumanMessage(json.dumps(data, ensure_ascii=False, indent=1))]


def _ask(model: BaseChatModel, messages: list[BaseMessage], name: str) -> str:
    try:
        return reply(model, messages)
    except ChatModelUnavailable as error:
        raise JudgeFailed(f"{name}: {error}") from error


def _marks(said: str) -> Marks:
    """The last JSON object of a reply that gives marks, whatever stands around it. Raises ValueError."""
    problem = ValueError("no JSON object")
    for found in reversed(list(_objects(said))):
        try:
            return Marks.model_validate(found)
        except ValidationError as error:
            problem = error
    raise problem


def _objects(text: str) -> Iterator[object]:
    """The JSON objects in a text, in order, none of those inside others."""
    start = text.find("{")
    while start >= 0:
        try:
            found, end = _DECODER.raw_decode(text, start)
            yield found
        except (ValueError, RecursionError):  # a brace of the prose; objects too deep to be marks
            end = start + 1
        start = text.find("{", end)


def _first_problem(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        return f"{where}: {first['msg']}" if where else first["msg"]
    return str(error)
