"""How sure a figure is: bootstrap intervals, and a paired test of two systems on the same questions.

Everything is seeded: the same numbers give the same interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

SEED = 20240229
RESAMPLES = 2_000
PERMUTATIONS = 10_000
BATCH = 1_000  # permutations held in memory at once
TAILS = (0.025, 0.975)  # of a 95% interval


def mean_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """(mean, low, high) with the 95% percentile bootstrap interval (Efron & Tibshirani 1993, chapter 13).

    Raises ValueError where there are no values.
    """
    known = _array(values)
    low, high = np.quantile(known[_resamples(len(known))].mean(axis=1), TAILS)
    return float(known.mean()), float(low), float(high)


def quantile_interval(values: Sequence[float], quantile: float) -> tuple[float, float, float]:
    """(quantile, low, high), interpolated between neighbours, with the same interval as `mean_interval`."""
    known = _array(values)
    low, high = np.quantile(np.quantile(known[_resamples(len(known))], quantile, axis=1), TAILS)
    return float(np.quantile(known, quantile)), float(low), float(high)


def paired_p(differences: Sequence[float]) -> float:
    """Two-sided p of the paired randomisation test, from one system's score minus the other's on each question.

    If the two were alike, each difference could as well have the other sign: p is the share of ways to give signs
    whose mean is at least as far from zero. All ways are tried where there are at most PERMUTATIONS of them, else so
    many by chance, the ways as they are among them (Smucker, Allan & Carterette, CIKM 2007). 1.0 without differences.
    """
    known = np.asarray(differences, dtype=np.float64)
    known = known[known != 0.0]  # whatever their sign, they change no mean
    if not len(known):
        return 1.0
    reached = abs(known.sum()) * (1 - 1e-9)  # sums of the same numbers in another order differ in the last bits
    if 2 ** len(known) <= PERMUTATIONS:
        signs = np.array(list(product((1.0, -1.0), repeat=len(known))))
        return float(np.mean(np.abs(signs @ known) >= reached))
    random = np.random.default_rng(SEED)
    as_far = sum(
        int(np.sum(np.abs(random.choice((1.0, -1.0), size=(BATCH, len(known))) @ known) >= reached))
        for _ in range(PERMUTATIONS // BATCH)
    )
    return (as_far + 1) / (PERMUTATIONS + 1)


def holm(ps: Sequence[float]) -> list[float]:
    """p values corrected for their number, in their order: the chance of even one false alarm stays below each.

    The k-th smallest of n is multiplied by n - k + 1, is no less than any before it, and at most 1 (Holm,
    Scandinavian Journal of Statistics 1979).
    """
    corrected = [0.0] * len(ps)
    least = 0.0
    for place, which in enumerate(sorted(range(len(ps)), key=lambda which: ps[which])):
        least = max(least, min(1.0, (len(ps) - place) * ps[which]))
        corrected[which] = least
    return corrected


def _array(values: Sequence[float]) -> NDArray[np.float64]:
    if not len(values):
        raise ValueError("a figure needs at least one value")
    return np.asarray(values, dtype=np.float64)


@lru_cache(maxsize=4)  # the metrics of one group have few different numbers of questions
def _resamples(size: int) -> NDArray[np.int32]:
    """[RESAMPLES, size] which values each resample draws."""
    return np.random.default_rng(SEED).integers(0, size, size=(RESAMPLES, size), dtype=np.int32)
