"""The figures of an evaluation as a reader meets them: their names, order, units, and which way is better."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from eval.records import Figure

Unit = Literal["share", "characters", "tokens", "seconds"]


@dataclass(frozen=True, slots=True)
class Measure:
    """One metric: `name` as in Outcome.scores and Run.figures, and what it says in a line."""

    name: str
    section: str
    label: str
    meaning: str
    unit: Unit = "share"
    lower_is_better: bool = False


MEASURES = (
    Measure("recall@1", "Retrieval", "recall@1", "all of the evidence is in the first passage"),
    Measure("recall@3", "Retrieval", "recall@3", "all of the evidence is in the first three passages"),
    Measure("recall@5", "Retrieval", "recall@5", "all of the evidence is in the first five passages"),
    Measure("recall@10", "Retrieval", "recall@10", "all of the evidence is in the first ten passages"),
    Measure("mrr", "Retrieval", "MRR", "1 / rank of the first passage with evidence"),
    Measure("ndcg@10", "Retrieval", "nDCG@10", "every piece of evidence, discounted by its rank"),
    Measure("chars@5", "Retrieval", "characters in five", "length of the first five passages", "characters", True),
    Measure("key_facts", "Answers", "key facts", "facts of the gold answer that the answer has"),
    Measure("answer_chars", "Answers", "answer length", "characters of the answer", "characters", True),
    Measure("similarity", "Answers", "similarity", "cosine of the answer and the gold answer"),
    Measure("same_language", "Answers", "same language", "the answer is in the language of the question"),
    Measure("judge_correct", "Judge", "correct", "the judge: what is said agrees with the gold answer"),
    Measure("judge_complete", "Judge", "complete", "the judge: nothing of the gold answer is missing"),
    Measure("judge_grounded", "Judge", "grounded", "the judge: the quotations carry what is said"),
    Measure("supported", "Citations", "supported", "sentences of a chat model that pass Verbatim's own check"),
    Measure("citation_recall", "Citations", "citation recall", "sentences that what they cite supports"),
    Measure("citation_precision", "Citations", "citation precision", "citations that are evidence and are needed"),
    Measure("attribution", "Citations", "attribution", "citations whose speaker is the one who said it"),
    Measure("verbatim", "Citations", "verbatim", "quotations that are the source, character by character"),
    Measure("abstention_recall", "Declining", "declined rightly", "unanswerable questions that were declined"),
    Measure("abstention_precision", "Declining", "decline precision", "declined questions that nobody answers"),
    Measure(
        "wrongly_declined", "Declining", "declined wrongly", "answerable questions that were declined", "share", True
    ),
    Measure("fell_back", "Cost", "without the model", "answers that the chat model did not give", "share", True),
    Measure("seconds_p50", "Cost", "seconds, p50", "half of the answers took no longer", "seconds", True),
    Measure("seconds_p95", "Cost", "seconds, p95", "95 of 100 answers took no longer", "seconds", True),
    Measure("seconds", "Cost", "seconds, mean", "how long an answer took", "seconds", True),
    Measure("tokens", "Cost", "tokens", "of prompt and completion, a question", "tokens", True),
)
_BY_NAME = {measure.name: measure for measure in MEASURES}
_ORDER = {measure.name: place for place, measure in enumerate(MEASURES)}


def measure_of(name: str) -> Measure:
    """What is known of a metric; one that a later version reports is a share where more is better."""
    return _BY_NAME.get(name) or Measure(name, "Other", name, "")


def in_order(names: Iterable[str]) -> list[Measure]:
    """The measures of these names, each once, in the order in which a reader wants them."""
    return [measure_of(name) for name in sorted(set(names), key=lambda name: (_ORDER.get(name, len(_ORDER)), name))]


def shown(measure: Measure, value: float, signed: bool = False) -> str:
    """A value with the digits its unit deserves: "0.78", "1,912", "0.021"; `signed` puts + before a gain."""
    digits = {"share": 2, "seconds": 3, "characters": 0, "tokens": 0}[measure.unit]
    text = f"{value:{'+' if signed else ''},.{digits}f}"
    return text.replace("-", "−") if float(text.replace(",", "")) else text.lstrip("+-")


def interval(measure: Measure, figure: Figure) -> str:
    """The 95% interval of a figure: "[0.71, 0.84]"."""
    return f"[{shown(measure, figure.low)}, {shown(measure, figure.high)}]"


def best_of(measure: Measure, figures: Sequence[Figure | None]) -> tuple[int, ...]:
    """Which of several systems' figures are ahead as they are shown; () where all are alike or one stands alone."""
    texts = [figure and shown(measure, figure.value) for figure in figures]
    known = [figure.value for figure in figures if figure]
    if len(set(filter(None, texts))) < 2:
        return ()
    ahead = shown(measure, (min if measure.lower_is_better else max)(known))
    return tuple(place for place, text in enumerate(texts) if text == ahead)
