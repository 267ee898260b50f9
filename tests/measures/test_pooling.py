"""Differences over several cells, judged by worked answers and by SciPy."""

from __future__ import annotations

from collections.abc import Callable
from statistics import mean

import numpy as np
import pytest
from scipy import stats

from measures.statistics import (
    Interval,
    mean_interval,
    of_base,
    paired_difference,
    paired_p,
    pooled_percent,
    ratio_percent,
    summed_p,
    summed_percent,
)

#: Of the cells.
SIZE = np.array([[1.0], [4.0], [10.0]])
Cells = list[tuple[list[float], list[float]]]


def test_pooled_percent_is_clustered_by_seed() -> None:
    """Where references do not vary it is a mean over seeds, which Student's t judges.

    Each seed brings its luck to both cells; were cells counted as witnesses of their
    own, the interval would be narrower.
    """
    luck = np.random.default_rng(1).normal(0, 10, 40)
    cells = [(list(90 + luck), [100.0] * 40), (list(8 + luck / 10), [10.0] * 40)]
    found = pooled_percent(cells)
    judge = mean_interval(list(luck - 15))
    assert found is not None
    assert found.mean == pytest.approx(judge.mean)
    assert found[1:] == pytest.approx(judge[1:], rel=0.03)


def test_cells_count_alike() -> None:
    """Whatever they have: the mean of their percentages, of which one may be 0 / 0."""
    cells = [([9.0, 11.0], [10.0, 10.0]), ([50.0, 70.0], [100.0, 20.0])]
    assert pooled_percent(cells) == (0.0, None, None)
    assert pooled_percent([*cells, ([1.0, 2.0], [0.0, 0.0])]) is None


def test_of_a_single_cell_all_are_one() -> None:
    """Pooled, summed, or by itself: the ratio of two means."""
    rng = np.random.default_rng(2)
    ours, theirs = rng.exponential(size=(2, 9))
    found = ratio_percent(ours, theirs)
    assert found == pooled_percent([(ours, theirs)]) == summed_percent([(ours, theirs)])
    percent = of_base(paired_difference(list(ours), list(theirs)), theirs.mean())
    assert summed_p([(ours, theirs)]) == paired_p(ours, theirs)
    assert percent is not None
    assert found is not None
    assert found.mean == pytest.approx(percent.mean)


def test_no_limit_is_below_nothing() -> None:
    """Where the reference's mean is taken as known, it may be."""
    theirs = [0.1, 0.2, 0.1, 0.3, 0.1, 9.0, 0.2, 0.1]
    ours = [0.2 * one for one in theirs]
    known = of_base(paired_difference(ours, theirs), mean(theirs))
    found = ratio_percent(ours, theirs)
    assert known is not None
    assert known.low is not None
    assert known.low < -100
    assert found is not None
    assert found == pytest.approx((-80.0, -80.0, -80.0))


def test_the_sum_is_a_ratio_of_sums() -> None:
    """A cell that has little of a KPI counts as little as it has."""
    cells = [([3.0, 1.0], [1.0, 1.0]), ([80.0, 90.0], [100.0, 98.0])]
    found = summed_percent(cells)
    assert found is not None
    assert found.mean == pytest.approx(100 * (174 / 200 - 1))
    pooled = pooled_percent(cells)
    assert pooled is not None
    assert pooled.mean > 0 > found.mean


def test_the_sum_is_tested_by_seed() -> None:
    """SciPy's paired t-test of the sums of the seeds that all cells have."""
    ours, theirs = np.random.default_rng(4).exponential(size=(2, 3, 9))
    cells = [(list(a), list(b)) for a, b in zip(ours, theirs, strict=True)]
    judge = stats.ttest_rel(ours.sum(0), theirs.sum(0)).pvalue
    assert summed_p(cells) == pytest.approx(judge)
    cells[1] = (cells[1][0][:7], cells[1][1][:7])
    judge = stats.ttest_rel(ours[:, :7].sum(0), theirs[:, :7].sum(0)).pvalue
    assert summed_p(cells) == pytest.approx(judge)
    assert summed_p([([1.0], [2.0])]) is None


def test_limits_of_the_sum_are_nearly_exact_where_all_is_normal() -> None:
    """At a limit r the t-test that ours and r times theirs are equal says 5 %.

    That is Fieller's interval (1954), exact for normal sums; SciPy does the test.
    """
    rng = np.random.default_rng(5)
    luck = rng.normal(0, 0.2, 60)
    theirs = SIZE * (1 + luck + rng.normal(0, 0.2, (3, 60)))
    ours = 0.8 * SIZE * (1 + luck + rng.normal(0, 0.2, (3, 60)))
    found = summed_percent(_cells(ours, theirs))
    assert found is not None
    assert found == summed_percent(_cells(ours, theirs))
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.mean < found.high
    for limit in (found.low, found.high):
        left = ours.sum(axis=0) - (1 + limit / 100) * theirs.sum(axis=0)
        assert 0.03 < stats.ttest_1samp(left, 0).pvalue < 0.08


def test_the_reference_s_own_error_is_in_the_sum() -> None:
    """The same difference is less sure where the reference varies."""
    rng = np.random.default_rng(6)
    ours = rng.normal(80, 10, 12)

    def width(theirs: np.ndarray) -> float:
        found = summed_percent([(list(ours), list(theirs))])
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        return found.high - found.low

    assert width(rng.normal(100, 30, 12)) > 1.5 * width(np.full(12, 100.0))


def test_the_sum_of_a_negative_reference_keeps_its_sign() -> None:
    """Less is negative even where the reference is."""
    cells = [([-12.0, -13.0, -11.0] * 2, [-10.0, -10.5, -9.5] * 2)]
    found = summed_percent(cells)
    assert found is not None
    assert found.mean == pytest.approx(-20)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.mean < found.high < 0


def test_the_sum_without_limits() -> None:
    """None of nothing; no limits of few seeds, or where most seeds have nothing."""
    assert summed_percent([([1.0, 2.0], [1.0, -1.0])]) is None
    assert summed_percent([([3.0], [2.0])]) == (50.0, None, None)
    assert summed_percent([([3.0] * 5, [2.0] * 5)]) == (50.0, None, None)
    assert summed_percent([([3.0] * 6, [2.0] * 6)]) == (50.0, 50.0, 50.0)
    vague = summed_percent([([1.0] * 6, [4.0, *[0.0] * 5])])
    assert vague == (pytest.approx(50.0), None, None)
    nothing = summed_percent([([0.0] * 6, [4.0, *[0.0] * 5])])
    assert nothing == (pytest.approx(-100.0), None, None)


def test_seeds_that_not_all_cells_have_are_left_out() -> None:
    """Those at the end; of none there is no answer."""
    cells = [([9.0, 12.0], [10.0, 10.0]), ([8.0, 11.0], [10.0, 10.0])]
    longer = [([9.0, 12.0, 1e9], [10.0, 10.0, 10.0]), cells[1]]
    for pool in (pooled_percent, summed_percent):
        assert pool(longer) == pool(cells)
        with pytest.raises(ValueError, match="seeds in common"):
            pool([])
    with pytest.raises(ValueError, match=r"confidence 2"):
        summed_percent(cells, 2)


@pytest.mark.slow
@pytest.mark.parametrize("n", [8, 15, 40])
@pytest.mark.parametrize("estimate", [pooled_percent, summed_percent])
@pytest.mark.parametrize(("skewed", "least"), [(False, 930), (True, 905)])
def test_intervals_over_cells_cover_what_they_promise(
    n: int,
    skewed: bool,
    least: int,
    estimate: Callable[[Cells], Interval | None],
) -> None:
    """The reference varies, too; where few seeds have most of it, 90 % are asked."""
    rng = np.random.default_rng(n)
    covered = 0

    def cells(luck: np.ndarray) -> np.ndarray:
        if skewed:
            return SIZE * np.exp(luck + 0.3 * rng.normal(size=(3, n)))
        return SIZE * (1 + 0.25 * luck + 0.2 * rng.normal(size=(3, n)))

    for _ in range(1000):
        luck = rng.normal(size=n)
        theirs, ours = cells(luck), 0.8 * cells(luck)
        covered += _holds(estimate(_cells(ours, theirs)))
    assert least <= covered <= 970, covered


def _holds(found: Interval | None) -> bool:
    """Return whether the truth, a fifth less, is in an interval."""
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    return found.low <= -20 <= found.high


def _cells(ours: np.ndarray, theirs: np.ndarray) -> Cells:
    """Return cells from arrays, a row each."""
    return [(list(a), list(b)) for a, b in zip(ours, theirs, strict=True)]
