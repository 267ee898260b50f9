"""Intervals, judged by SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from measures.statistics import (
    Interval,
    bootstrap_difference,
    mean_interval,
    of_base,
    paired_difference,
    welch_difference,
)


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


def test_percent_is_of_the_size_of_the_base() -> None:
    """Less is negative even where the base is; of nothing there is none."""
    difference = Interval(-2.0, -3.0, -1.0)
    assert of_base(difference, 20.0) == (-10.0, -15.0, -5.0)
    assert of_base(difference, -20.0) == (-10.0, -15.0, -5.0)
    assert of_base(difference, 0.0) is None


def test_one_value_has_no_interval() -> None:
    """A single replication says nothing about its error."""
    assert mean_interval([3.0]) == (3.0, None, None)
    assert of_base(mean_interval([1.0]), 2.0) == (50.0, None, None)


def test_equal_values_have_a_narrow_interval() -> None:
    """Without spread the interval is a point."""
    assert mean_interval([2.0, 2.0, 2.0]) == (2.0, 2.0, 2.0)


def test_welch_as_scipy() -> None:
    """The interval of a difference that is not paired, with unequal spreads."""
    rng = np.random.default_rng(2)
    ours, theirs = rng.normal(3, 5, 7), rng.normal(1, 1, 20)
    judge = stats.ttest_ind(ours, theirs, equal_var=False).confidence_interval(0.95)
    found = welch_difference(list(ours), list(theirs))
    assert found == pytest.approx((ours.mean() - theirs.mean(), judge.low, judge.high))
    assert welch_difference([2.0, 2.0], [1.0, 1.0]) == (1.0, 1.0, 1.0)
    assert welch_difference([2.0], [1.0, 3.0]) == (0.0, None, None)


def test_bootstrap_is_nearly_t_where_all_is_normal() -> None:
    """For many normal values the two intervals agree; equal values, equal limits."""
    rng = np.random.default_rng(3)
    ours, theirs = list(rng.normal(0, 1, 60)), list(rng.normal(0, 1, 60))
    plain = paired_difference(ours, theirs)
    found = bootstrap_difference(ours, theirs)
    assert found == bootstrap_difference(ours, theirs)
    assert found.mean == plain.mean
    assert found.half is not None
    assert plain.half is not None
    assert found == pytest.approx(plain, abs=0.1 * plain.half)


def test_bootstrap_follows_skew() -> None:
    """Of skewed values the interval reaches further to the long side."""
    values = list(np.random.default_rng(4).lognormal(0, 1.5, 30))
    found = bootstrap_difference(values, [0.0] * 30)
    assert found.low is not None
    assert found.high is not None
    assert found.high - found.mean > 1.2 * (found.mean - found.low)


def test_few_values_are_not_resampled() -> None:
    """Five values have no bootstrap interval, six have; equal ones a point."""
    values = [1.0, 2.0, 4.0, 8.0, 16.0]
    assert bootstrap_difference(values, [0.0] * 5) == (6.2, None, None)
    assert bootstrap_difference([*values, 32.0], [0.0] * 6).low is not None
    assert bootstrap_difference([2.0] * 6, [1.0] * 6) == (1.0, 1.0, 1.0)


@pytest.mark.slow
@pytest.mark.parametrize("n", [8, 15, 40])
def test_intervals_cover_what_they_promise(n: int) -> None:
    """Of 1,000 synthetic experiments 93 to 97 % have the truth in their interval."""
    rng = np.random.default_rng(n)
    covered = dict.fromkeys(("t", "paired", "bootstrap", "welch"), 0)
    for _ in range(1000):
        luck = rng.normal(100, 20, n)
        ours, theirs = luck + rng.normal(-3, 4, n), luck + rng.normal(0, 2, n)
        alone = rng.normal(97, 20, n)
        found = {
            "t": (mean_interval(list(ours)), 97),
            "paired": (paired_difference(list(ours), list(theirs)), -3),
            "bootstrap": (bootstrap_difference(list(ours), list(theirs)), -3),
            "welch": (welch_difference(list(alone), list(theirs)), -3),
        }
        for name, (interval, truth) in found.items():
            assert interval.low is not None
            assert interval.high is not None
            covered[name] += interval.low <= truth <= interval.high
    assert all(930 <= count <= 970 for count in covered.values()), covered


def test_bad_arguments_are_refused() -> None:
    """No values, unpaired values, an impossible confidence."""
    with pytest.raises(ValueError, match="at least one"):
        mean_interval([])
    with pytest.raises(ValueError, match="argument 2"):
        paired_difference([1.0], [1.0, 2.0])
    with pytest.raises(ValueError, match=r"confidence 1\.5"):
        mean_interval([1.0, 2.0], 1.5)
    with pytest.raises(ValueError, match=r"confidence 0\.0"):
        welch_difference([1.0, 2.0], [1.0], 0.0)
