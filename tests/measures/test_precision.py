"""How many replications an interval takes."""

from __future__ import annotations

from math import sqrt
from statistics import stdev

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from measures.statistics import replications_needed


def test_known_answer_by_counting_up() -> None:
    """The first n whose half-width is narrow enough, found one by one with SciPy."""
    values = list(np.random.default_rng(5).normal(0, 3, 10))
    n = 10
    while stats.t.ppf(0.975, n - 1) * stdev(values) / sqrt(n) > 0.5:
        n += 1
    assert replications_needed(values, 0.5) == n > 100


def test_law_and_kelton_bank() -> None:
    """The bank's ten delays (Law, chapter 9): s^2 = 0.31, 0.25 minutes, at 90 %: 16."""
    values = [1.53, 1.66, 1.24, 2.34, 2.00, 1.69, 2.69, 2.86, 1.70, 2.60]
    assert stdev(values) ** 2 == pytest.approx(0.31, abs=0.01)
    assert replications_needed(values, 0.25, 0.9) == 16


@given(st.floats(0.05, 5), st.integers(2, 20))
def test_the_answer_is_the_least(half: float, n: int) -> None:
    """One fewer would not do, unless there are as many already."""
    values = [float(i % 3) for i in range(n)]
    found = replications_needed(values, half)
    assert found is not None
    widths = [
        stats.t.ppf(0.975, m - 1) * stdev(values) / sqrt(m)
        for m in (found - 1, found)
        if m > 1
    ]
    assert widths[-1] <= half * (1 + 1e-9)
    assert found == n or widths[0] > half


def test_no_spread_needs_no_more_and_no_width_never_ends() -> None:
    """Equal values are enough; a half-width of 0 is out of reach."""
    assert replications_needed([2.0, 2.0], 0.0) == 2
    assert replications_needed([2.0, 3.0], 0.0) is None
    with pytest.raises(ValueError, match="fewer than two"):
        replications_needed([2.0], 1.0)
    with pytest.raises(ValueError, match="half-width"):
        replications_needed([2.0, 3.0], float("nan"))
