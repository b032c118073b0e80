"""Small reports written by hand: three systems, a handful of questions that go well and wrong in every way."""

from __future__ import annotations

from dataclasses import replace

from eval.records import Cited, EvidenceRank, Figure, Outcome, Report, Retrieved, Run, Verdict

TEXT = "春天最多，大概三百斤。秋天就少了。"
HELD = Retrieved(1, "tea", 10, 27, ("林岚",), TEXT, (0,))
CUT = Retrieved(2, "tea", 22, 39, ("林岚",), "天就少了。冬天什么也不做，只修房子。"[:17], ())
OTHER = Retrieved(3, "boats", 0, 12, (), "The <b>boat</b>"[:12], ())


def outcome(name: str, question: str = "一年做多少茶？", **changes: object) -> Outcome:
    """A question that went well, but for `changes`."""
    good = Outcome(
        id=name,
        question=question,
        history=(),
        language="zh-Hans",
        category="numbers",
        split="dev",
        interviews=("tea",),
        answerable=True,
        gold_answer="春天三百斤。",
        answered=True,
        answer="春天最多，大概三百斤。[1]",
        sentences=(("春天最多，大概三百斤。", (1,)),),
        citations=(Cited(1, "tea", "林岚", TEXT[:11], 10, 21),),
        retrieved=(HELD, CUT, OTHER),
        evidence=(EvidenceRank("tea", 10, 21, 1),),
        scores={"recall@1": 1.0, "recall@5": 1.0, "mrr": 1.0, "key_facts": 1.0, "wrongly_declined": 0.0},
        seconds=0.02,
    )
    return replace(good, **changes)  # type: ignore[arg-type]


GOOD = outcome("good")
LOST = outcome(
    "lost",
    "Why did she leave the <script>alert(1)</script> boat & the sea?",
    language="en",
    category="reasons",
    interviews=("tea", "boats"),
    history=("Who built the boat?",),
    retrieved=(replace(CUT, rank=1), replace(OTHER, rank=2)),
    evidence=(EvidenceRank("tea", 10, 23, 7), EvidenceRank("boats", 40, 50, None)),
    scores={"recall@1": 0.0, "recall@5": 0.0, "mrr": 1 / 7, "key_facts": 0.5, "wrongly_declined": 0.0},
    seconds=0.05,
    verdict=Verdict("openai:some-model", {"correct": 0.5, "complete": 0.0, "grounded": 1.0}, "Only <half> of it."),
)
DECLINED = outcome(
    "declined",
    "冬は何をしますか。",
    language="ja",
    answered=False,
    answer="インタビューでは触れられていません。",
    sentences=(),
    citations=(),
    scores={
        "recall@1": 0.0,
        "recall@5": 1.0,
        "mrr": 0.5,
        "key_facts": 0.0,
        "wrongly_declined": 1.0,
        "abstention_precision": 0.0,
    },
    evidence=(EvidenceRank("tea", 10, 21, 2),),
    seconds=0.03,
)
ANSWERED = outcome(
    "answered",
    "谁是船长？",
    category="unanswerable",
    interviews=(),
    answerable=False,
    gold_answer="",
    evidence=(),
    retrieved=(replace(HELD, holds=()),),
    scores={"abstention_recall": 0.0},
    seconds=0.04,
)
OUTCOMES = (GOOD, LOST, DECLINED, ANSWERED)


def figure(value: float, spread: float = 0.1, n: int = 4) -> Figure:
    """A figure with an interval of `spread` to both sides, kept within 0 and 1 where the value is."""
    high = value + spread
    return Figure(value, max(value - spread, 0.0), min(high, 1.0) if value <= 1 else high, n)


FIGURES = {
    "recall@1": figure(0.5),
    "recall@3": figure(0.625),
    "recall@5": figure(0.75),
    "recall@10": figure(0.875),
    "mrr": figure(0.66),
    "chars@5": figure(1912.4, 40),
    "key_facts": figure(0.5),
    "wrongly_declined": figure(0.25, n=3),
    "abstention_recall": figure(0.0, 0.0, 1),
    "seconds_p50": figure(0.021, 0.004),
}
GROUPS = {
    "category": {
        "numbers": {"recall@5": figure(0.9, n=2), "mrr": figure(0.8, n=2), "key_facts": figure(0.5, n=2)},
        "reasons": {"recall@5": figure(0.4, n=1), "mrr": figure(0.3, n=1)},
    },
    "language": {"en": {"recall@5": figure(0.4, n=1)}, "zh-Hans": {"recall@5": figure(0.9, n=3)}},
    "interview": {"tea": {"recall@5": figure(0.8, n=3)}, "茶园一日：[bold]与林岚谈茶": {"recall@5": figure(0.7, n=1)}},
}
WORSE = {name: replace(one, value=one.value * 0.8, low=one.low * 0.8) for name, one in FIGURES.items()}
RUN = Run("verbatim", OUTCOMES, FIGURES, GROUPS)
BASELINE = Run(
    "langchain",
    tuple(replace(one, seconds=one.seconds / 2, evidence=tuple(replace(e, rank=3) for e in one.evidence))
          for one in OUTCOMES),
    {**WORSE, "wrongly_declined": figure(0.0, 0.0, n=3)},
    GROUPS,
)  # fmt: skip
REPORT = Report(
    version="0.1.0",
    made="2025-01-31T12:00:00+00:00",
    gold="tea.jsonl",
    gold_sha256="a" * 64,
    split="dev",
    embedding="bundled",
    interviews=2,
    passages=31,
    left_out={"harbour-1": "the index has no interview harbour"},
    runs=(RUN, BASELINE),
)
