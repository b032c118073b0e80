"""Fit the weights of rag/support.py on the development halves of eval/claims.

    python -m eval.fit_support --interviews INDEX --samples INDEX

Prints them; they are copied by hand, rounded, once somebody has looked. Logistic regression, with an L2 penalty, of
true sentences against invented ones and against true ones that cite another source: what only the meaning can tell.
"other", for languages that no dictionary joins, is fitted on the pairs that one does join, without the words.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from eval.check_claims import FOLDER, Case, cases, load_claims
from rag.retrieve import Retriever, open_retriever
from rag.support import SIGNS, Claim, Kind, signs

PENALTY = 0.01
TOLD_BY_MEANING = ("true", "invented", "shifted")


def fit(values: NDArray[np.float64], is_true: NDArray[np.float64]) -> NDArray[np.float64]:
    """Constant and weights, [1 + signs], of a logistic regression with both classes counting alike."""
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-9
    x = torch.tensor((values - mean) / spread)
    y = torch.tensor(is_true)
    each = torch.where(y > 0, 0.5 / y.sum(), 0.5 / (1 - y).sum())
    weights = torch.zeros(x.shape[1] + 1, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        logits = weights[0] + x @ weights[1:]
        value = (each * torch.nn.functional.binary_cross_entropy_with_logits(logits, y, reduction="none")).sum()
        value = value + PENALTY * (weights[1:] ** 2).sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    fitted = weights.detach().numpy()
    scaled = fitted[1:] / spread
    return np.concatenate([[fitted[0] - (scaled * mean).sum()], scaled])


def weights(found: Sequence[tuple[Case, Kind, dict[str, float]]]) -> dict[Kind, dict[str, float]]:
    """The weights of each kind of pair, out of cases with their signs."""
    fitted: dict[Kind, dict[str, float]] = {}
    for kind, names in SIGNS.items():
        rows = [(case, by_name) for case, its_kind, by_name in found if its_kind == kind]
        values = np.array([[by_name[name] for name in names] for _, by_name in rows])
        constant, *rest = fit(values, np.array([float(case.kind == "true") for case, _ in rows]))
        fitted[kind] = {"constant": float(constant), **dict(zip(names, map(float, rest), strict=True))}
    return fitted


def dev_cases(retriever: Retriever, name: str) -> list[tuple[Case, Kind, dict[str, float]]]:
    """The cases of a file's development half with their signs; those between two languages also as "other"."""
    claims = [one for one in load_claims(FOLDER / f"{name}.jsonl") if one.split == "dev"]
    found: list[tuple[Case, Kind, dict[str, float]]] = []
    for case in (case for one in claims for case in cases(retriever, one) if case.kind in TOLD_BY_MEANING):
        claim = Claim(retriever, case.text, case.sources)
        kind, values = signs(claim, case.cited)
        found.append((case, kind, values))
        if kind == "translated":
            found.append((case, *signs(claim, case.cited, "other")))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.fit_support")
    parser.add_argument("--interviews", type=Path, required=True, help="an index of the five interviews")
    parser.add_argument("--samples", type=Path, required=True, help="an index of eval/samples")
    given = parser.parse_args()
    found = dev_cases(open_retriever(given.interviews), "interviews") + dev_cases(
        open_retriever(given.samples), "samples"
    )
    for kind, by_name in weights(found).items():
        print(kind, {name: round(value, 2) for name, value in by_name.items()})


if __name__ == "__main__":
    main()
