"""Tests of differences, judged by SciPy and by the definition of Holm's procedure."""

from __future__ import annotations

from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from measures.statistics import holm, paired_difference, paired_p

P_VALUES = st.lists(st.floats(0, 1), max_size=12)


@pytest.mark.parametrize("n", [2, 5, 40])
def test_paired_p_as_scipy(n: int) -> None:
    """The two-sided p-value of the paired t-test."""
    rng = np.random.default_rng(n)
    ours, theirs = rng.normal(1, 2, n), rng.normal(0, 2, n)
    judge = stats.ttest_rel(ours, theirs).pvalue
    assert paired_p(list(ours), list(theirs)) == pytest.approx(judge)


def test_p_agrees_with_the_interval() -> None:
    """Below 5 % just where the 95 % interval leaves out 0."""
    for shift in np.linspace(0, 3, 40):
        ours = [shift + x for x in (-1.0, 0.4, 0.9, -0.2, 1.3)]
        interval, p = paired_difference(ours, [0.0] * 5), paired_p(ours, [0.0] * 5)
        assert interval.low is not None
        assert p is not None
        assert (p < 0.05) == (interval.low > 0)


def test_p_without_spread() -> None:
    """Two equal differences are no proof, no difference is none, one says nothing."""
    assert paired_p([2.0, 3.0], [1.0, 2.0]) == 0.5
    assert paired_p([2.0, 3.0], [2.0, 3.0]) == 1
    assert paired_p([2.0], [1.0]) is None


@pytest.mark.parametrize("n", [2, 5, 6, 9])
def test_p_of_equal_differences_by_flipping_signs(n: int) -> None:
    """As SciPy finds it from all 2^n signs; by thirds, which do not cancel exactly."""
    ours, theirs = ([(k + more) / 3 for k in range(40, 40 + n)] for more in (1, 0))
    signs = stats.permutation_test(
        (np.full(n, 1.0),), np.mean, permutation_type="samples"
    )
    assert paired_p(ours, theirs) == pytest.approx(signs.pvalue)
    assert paired_p(theirs, ours) == 2 ** (1 - n)


def test_p_is_that_of_no_difference_where_it_is_rounding() -> None:
    """0.1 + 0.2 is 0.3."""
    assert paired_p([0.1 + 0.2, 0.3], [0.3, 0.3]) == 1


def test_holm_worked_answer() -> None:
    """0.01, 0.04, 0.03, 0.005: times 4, 3, 2, 1 from the least on, never falling."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []
    assert holm([0.9, 0.8]) == [1.0, 1.0]


@given(P_VALUES)
def test_holm_keeps_the_order_and_only_raises(p: list[float]) -> None:
    """No value falls, none exceeds Bonferroni's or 1, and a lesser one stays lesser."""
    adjusted = holm(p)
    for one, raised in zip(p, adjusted, strict=True):
        assert one <= raised <= min(1.0, len(p) * one)
        for other, its in zip(p, adjusted, strict=True):
            assert one > other or raised <= its


@given(P_VALUES, st.floats(0.001, 0.5))
def test_holm_rejects_as_the_stepdown_procedure(p: list[float], level: float) -> None:
    """Adjusted values are within the level just where Holm's procedure rejects."""
    rejected = set()
    for rank, i in enumerate(sorted(range(len(p)), key=p.__getitem__)):
        if (len(p) - rank) * p[i] > level:
            break
        rejected.add(i)
    assert {i for i, value in enumerate(holm(p)) if value <= level} == rejected


@given(st.permutations([0.001, 0.2, 0.03, 0.03, 0.5]))
def test_holm_does_not_mind_the_order(p: list[float]) -> None:
    """Each value is adjusted the same wherever it stands."""
    known = dict(zip([0.001, 0.2, 0.03, 0.5], [0.005, 0.4, 0.12, 0.5], strict=True))
    assert holm(p) == pytest.approx([known[value] for value in p])


@pytest.mark.parametrize("wrong", [-0.1, 1.1, nan])
def test_what_is_no_p_value_is_refused(wrong: float) -> None:
    """A p-value lies within 0 to 1."""
    with pytest.raises(ValueError, match="p-value"):
        holm([0.5, wrong])
