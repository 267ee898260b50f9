"""Intervals, judged by SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from measures.statistics import mean_interval, paired_difference, percent_difference


@pytest.mark.parametrize("n", [2, 3, 10, 200])
@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.999])
def test_mean_interval_as_scipy(n: int, confidence: float) -> None:
    """The t-interval of a mean."""
    values = np.random.default_rng(n).normal(5, 2, n)
    judge = stats.ttest_1samp(values, 0).confidence_interval(confidence)
    found = mean_interval(list(values), confidence)
    assert found == pytest.approx((values.mean(), judge.low, judge.high))


def test_paired_difference_as_scipy() -> None:
    """The t-interval of paired differences, not of independent samples."""
    rng = np.random.default_rng(1)
    luck = rng.normal(100, 20, 12)
    ours, theirs = luck + rng.normal(-1, 1, 12), luck + rng.normal(0, 1, 12)
    judge = stats.ttest_rel(ours, theirs).confidence_interval(0.95)
    found = paired_difference(list(ours), list(theirs))
    assert found == pytest.approx(((ours - theirs).mean(), judge.low, judge.high))


def test_percent_is_of_the_reference_mean() -> None:
    """Ratio of means less one, with the difference's limits."""
    found = percent_difference([9.0, 18.0, 27.0], [10.0, 20.0, 30.0])
    plain = paired_difference([9.0, 18.0, 27.0], [10.0, 20.0, 30.0])
    assert found is not None
    assert found.mean == pytest.approx(-10.0)
    assert found == pytest.approx([100 * value / 20 for value in plain])  # type: ignore[operator]


def test_percent_keeps_the_sign_of_the_difference() -> None:
    """Less is negative even where the reference is; of nothing there is none."""
    found = percent_difference([-3.0, -3.5], [-2.0, -2.0])
    assert found is not None
    assert found.mean == pytest.approx(-62.5)
    assert percent_difference([1.0, 2.0], [0.0, 0.0]) is None


def test_one_value_has_no_interval() -> None:
    """A single replication says nothing about its error."""
    assert mean_interval([3.0]) == (3.0, None, None)
    assert percent_difference([3.0], [2.0]) == (50.0, None, None)


def test_equal_values_have_a_narrow_interval() -> None:
    """Without spread the interval is a point."""
    assert mean_interval([2.0, 2.0, 2.0]) == (2.0, 2.0, 2.0)


def test_bad_arguments_are_refused() -> None:
    """No values, unpaired values, an impossible confidence."""
    with pytest.raises(ValueError, match="at least one"):
        mean_interval([])
    with pytest.raises(ValueError, match="argument 2"):
        paired_difference([1.0], [1.0, 2.0])
    with pytest.raises(ValueError, match=r"confidence 1\.5"):
        mean_interval([1.0, 2.0], 1.5)
