"""Intervals and the paired test, on cases that can be worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.stats import holm, mean_interval, paired_p, quantile_interval

SCORES = st.lists(st.floats(min_value=0, max_value=1), min_size=1, max_size=40)


def test_an_interval_without_spread_is_a_point() -> None:
    assert mean_interval([0.5]) == (0.5, 0.5, 0.5)
    assert mean_interval([1.0] * 30) == (1.0, 1.0, 1.0)
    assert quantile_interval([0.2, 0.2, 0.2], 0.95) == pytest.approx((0.2, 0.2, 0.2))


def test_the_interval_of_a_share_is_the_binomial_one() -> None:
    # 100 questions, 70 right: the resampled share has a standard deviation of sqrt(0.7 * 0.3 / 100) = 0.046.
    value, low, high = mean_interval([1.0] * 70 + [0.0] * 30)
    assert value == pytest.approx(0.7)
    assert low == pytest.approx(0.7 - 1.96 * 0.0458, abs=0.015)
    assert high == pytest.approx(0.7 + 1.96 * 0.0458, abs=0.015)


def test_four_times_the_questions_halve_the_interval() -> None:
    _, low, high = mean_interval([1.0, 0.0] * 50)
    _, lower, higher = mean_interval([1.0, 0.0] * 200)
    assert higher - lower == pytest.approx((high - low) / 2, rel=0.15)


def test_quantiles_lie_between_neighbours() -> None:
    value, low, high = quantile_interval([1.0, 2.0, 3.0, 4.0], 0.5)
    assert value == 2.5
    assert 1.0 <= low <= 2.5 <= high <= 4.0
    assert quantile_interval([float(n) for n in range(101)], 0.95)[0] == pytest.approx(95.0)


def test_nothing_has_no_interval() -> None:
    with pytest.raises(ValueError, match="at least one value"):
        mean_interval([])
    with pytest.raises(ValueError, match="at least one value"):
        quantile_interval([], 0.5)


@given(SCORES)
def test_an_interval_is_the_same_each_time_and_within_the_values(values: list[float]) -> None:
    value, low, high = mean_interval(values)
    assert (value, low, high) == mean_interval(values)
    assert min(values) - 1e-9 <= low <= high <= max(values) + 1e-9


def test_p_over_all_ways_to_give_signs() -> None:
    assert paired_p([1.0]) == 1.0  # +1 and -1 are as far from zero
    assert paired_p([1.0, 1.0, 1.0]) == 0.25  # 2 of 8: all plus, all minus
    assert paired_p([1.0, -1.0]) == 1.0
    assert paired_p([3.0, 1.0, 1.0]) == 0.25  # only 5 and -5
    assert paired_p([2.0, 1.0, -1.0]) == 0.75  # 6 of 8 reach 2: all but ±(2 - 1 - 1) = 0
    assert paired_p([0.1, 0.2, 0.3, 0.0, 0.0]) == 0.25  # zeros say nothing


def test_no_differences_are_no_evidence() -> None:
    assert paired_p([]) == paired_p([0.0, 0.0]) == 1.0


def test_p_by_chance_where_there_are_too_many_ways() -> None:
    assert paired_p([1.0] * 40) == 1 / 10_001
    # 25 gains against 15 losses: the sign test has p = 0.154 (binomial, two-sided).
    assert paired_p([1.0] * 25 + [-1.0] * 15) == pytest.approx(0.154, abs=0.015)
    assert paired_p([1.0] * 20 + [-1.0] * 20) == 1.0


def test_holm_by_hand() -> None:
    # 4 × 0.005, 3 × 0.01; then 2 × 0.03 = 0.06, and 1 × 0.04, which is no less than the one before it.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([0.2]) == [0.2]
    assert holm([]) == []


@given(st.lists(st.floats(min_value=-1, max_value=1), max_size=16))
def test_p_does_not_care_which_system_is_first(differences: list[float]) -> None:
    p = paired_p(differences)
    assert 0.0 < p <= 1.0
    assert paired_p([-difference for difference in differences]) == p
