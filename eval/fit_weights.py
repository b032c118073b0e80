"""Fit the weights of rag/retrieve.py (SECOND) and rag/answerable.py (WEIGHTS) on the development halves of eval/gold.

    python -m eval.fit_weights --interviews INDEX --samples INDEX

Prints them; they are copied by hand, rounded, once somebody has looked. Ranking: the softmax over the candidates shall
put its weight on the passages that hold the evidence. Answering: logistic regression of answerable against not, where
"not" are the set's own unanswerable questions, its answerable ones with every passage that touches the evidence taken
away, and the questions of the other set. Both with an L2 penalty, by L-BFGS.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from eval.gold import FOLDER, Gold, load_gold, only
from rag.answerable import WEIGHTS, is_missing, signs
from rag.conversation import in_context
from rag.retrieve import SECOND, Retriever, open_retriever
from rag.signals import Allowed

PENALTY = 0.02
KINDS = ("answerable", "unanswerable", "evidence away", "other set")
WRONGLY_DECLINED = 0.04  # the share of answerable questions that the limit gives up
OWN_UNANSWERABLE = 3.0  # what one of the set's own unanswerable questions counts; there are few


@dataclass(frozen=True, slots=True)
class Asked:
    """One question put to one archive."""

    retriever: Retriever
    gold: Gold

    @property
    def context(self) -> str:
        return in_context(self.gold.question, self.gold.history)

    def allowed(self, without_evidence: bool = False) -> Allowed:
        """All rows, or those that do not touch the evidence."""
        index = self.retriever.index
        passages = [(p.doc, p.start, p.end) for p in index.passages]
        sentences = [(doc, s.start, s.end) for doc, s in index.sentences]
        if not without_evidence:
            return Allowed(np.ones(len(passages), dtype=bool), np.ones(len(sentences), dtype=bool))
        gone = [place for place in passages if self.touches(*place)]
        free = [not any(d == doc and s < end and start < e for d, s, e in gone) for doc, start, end in sentences]
        return Allowed(np.array([place not in gone for place in passages]), np.array(free))

    def touches(self, doc: str, start: int, end: int) -> bool:
        """Whether a stretch has any of the evidence."""
        return any(doc == span.doc and start < span.end and span.start < end for span in self.gold.evidence)


def main() -> None:
    """Ask, fit, print."""
    parser = argparse.ArgumentParser(prog="python -m eval.fit_weights")
    parser.add_argument("--interviews", type=Path, required=True)
    parser.add_argument("--samples", type=Path, required=True)
    arguments = parser.parse_args()
    sets = [
        (open_retriever(arguments.interviews), only(load_gold(FOLDER / "interviews.jsonl"), "dev")),
        (open_retriever(arguments.samples), only(load_gold(FOLDER / "samples.jsonl"), "dev")),
    ]
    own = [Asked(retriever, gold) for retriever, questions in sets for gold in questions]
    other = [Asked(sets[1 - at][0], gold) for at, (_, questions) in enumerate(sets) for gold in questions]
    fit_ranking([asked for asked in own if asked.gold.answerable])
    fit_answering(own, other)


def fit_ranking(questions: Sequence[Asked]) -> None:
    """Print the weights of the second sum."""
    rows: list[tuple[Tensor, Tensor]] = []
    for asked in questions:
        _, chosen = asked.retriever.candidates(asked.allowed(), asked.gold.question, asked.context, {})
        each = [chosen.added_up({name: float(name == one) for name in SECOND}) for one in SECOND]
        passages = [asked.retriever.index.passages[row] for row in chosen.rows]
        holds = [
            any(p.doc == span.doc and p.start <= span.start and span.end <= p.end for span in asked.gold.evidence)
            for p in passages
        ]
        if any(holds):
            rows.append((torch.from_numpy(np.stack(each, axis=1)), torch.tensor(holds)))

    def loss(weights: Tensor) -> Tensor:
        missed = [torch.logsumexp(x @ weights, 0) - torch.logsumexp((x @ weights)[holds], 0) for x, holds in rows]
        return torch.stack(missed).mean() + PENALTY * (weights**2).sum()

    weights = _minimum(loss, len(SECOND))
    print(f"SECOND, on {len(rows)} questions:", dict(zip(SECOND, weights.round(2).tolist(), strict=True)))


@dataclass(frozen=True, slots=True)
class Judged:
    """What rag/answerable.py sees of one question: of which kind it is here, and the signs [WEIGHTS]."""

    kind: str
    is_chinese: bool
    is_missing: bool
    signs: NDArray[np.float32]


def fit_answering(own: Sequence[Asked], other: Sequence[Asked]) -> None:
    """Print the weights and the limits of declining, and what share of each kind of question they decline."""
    judged = [
        *(_judged("answerable" if asked.gold.answerable else "unanswerable", asked) for asked in own),
        *(_judged("evidence away", asked, without_evidence=True) for asked in own if asked.gold.answerable),
        *(_judged("other set", asked) for asked in other),
    ]
    rest = [one for one in judged if not one.is_missing]
    x = torch.from_numpy(np.stack([one.signs for one in rest]))
    weight = torch.tensor([OWN_UNANSWERABLE if one.kind == "unanswerable" else 1.0 for one in rest])
    answerable = torch.tensor([float(one.kind == "answerable") for one in rest])

    def loss(weights: Tensor) -> Tensor:
        said = x @ weights[:-1] + weights[-1]
        return torch.nn.functional.binary_cross_entropy_with_logits(said, answerable, weight=weight)

    weights = _minimum(loss, x.shape[1] + 1)
    weights /= weights[0]
    print("WEIGHTS:", dict(zip(WEIGHTS, weights[:-1].round(2).tolist(), strict=True)))
    for language, is_chinese in (("Chinese", True), ("other", False)):
        _print_limit(language, [one for one in judged if one.is_chinese is is_chinese], weights[:-1])


def _print_limit(language: str, judged: Sequence[Judged], weights: NDArray[np.float32]) -> None:
    scores = {kind: [one.signs @ weights for one in judged if one.kind == kind] for kind in KINDS}
    limit = float(np.quantile(scores["answerable"], WRONGLY_DECLINED))
    print(f"LIMIT, {language}: {limit:.2f}")
    for kind, values in scores.items():
        missing = sum(one.is_missing for one in judged if one.kind == kind)
        low = sum(value < limit for value in values)
        print(f"  {kind}: {len(values)}, {missing} lack an amount or a name, {low} are below the limit")


def _judged(kind: str, asked: Asked, without_evidence: bool = False) -> Judged:
    ranking = asked.retriever.rank_among(asked.allowed(without_evidence), asked.gold.question, asked.context)
    found = signs(ranking)
    return Judged(
        kind,
        asked.gold.language.startswith("zh"),
        is_missing(asked.retriever, ranking),
        np.array([found[name] for name in WEIGHTS], dtype=np.float32),
    )


def _minimum(loss: Callable[[Tensor], Tensor], size: int) -> NDArray[np.float32]:
    weights = torch.zeros(size, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=200)

    def step() -> Tensor:
        optimizer.zero_grad()
        value = loss(weights)
        value.backward()  # type: ignore[no-untyped-call]  # torch leaves it so
        return value

    optimizer.step(step)  # type: ignore[no-untyped-call]
    found: NDArray[np.float32] = weights.detach().numpy()
    return found


if __name__ == "__main__":
    main()
