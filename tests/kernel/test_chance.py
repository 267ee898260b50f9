"""Laws and named draws."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.chance import (
    Exponential,
    Fixed,
    Law,
    Lognormal,
    Triangular,
    Uniform,
    Weibull,
    draw,
)

SCALE = st.floats(0.01, 1e6)
LAWS = st.one_of(
    st.builds(
        lambda low, width: Uniform(low=low, high=low + width),
        st.floats(0, 1e6),
        SCALE,
    ),
    st.builds(
        lambda low, left, right: Triangular(
            low=low, mode=low + left, high=low + left + right
        ),
        st.floats(0, 1e6),
        st.one_of(st.just(0.0), SCALE),
        SCALE,
    ),
    st.builds(Exponential, mean=SCALE),
    st.builds(Weibull, mean=SCALE, shape=st.floats(0.2, 20)),
    st.builds(Lognormal, median=SCALE, sigma=st.floats(0.01, 3)),
)


@given(LAWS, st.floats(0.001, 0.999))
def test_probability_undoes_quantile(law, u):
    """P(X <= x_u) = u, as far as the spread is above the grain of floats."""
    x = law.quantile(u)
    spread = law.quantile(0.999) - law.quantile(0.001)
    if spread < 1e-6 * abs(x):
        return
    assert law.probability(x) == pytest.approx(u, abs=1e-6)


@given(LAWS, st.floats(0.001, 0.999), st.floats(0.001, 0.999))
def test_quantiles_rise(law, u, v):
    """A likelier bound is a higher one, and never negative here."""
    low, high = sorted((u, v))
    assert 0 <= law.quantile(low) <= law.quantile(high)


def test_a_span_of_nothing_is_a_value() -> None:
    """Low and high may be the same."""
    law = Uniform(low=3.0, high=3.0)
    assert [law.probability(x) for x in (2.9, 3.0, 3.1)] == [0.0, 1.0, 1.0]


@given(LAWS)
def test_probability_goes_from_nothing_to_all(law):
    """Nothing below the least value, all below a very large one."""
    assert law.probability(-1.0) == 0.0
    assert 0.9999 < law.probability(1e12) <= 1.0


@pytest.mark.parametrize(
    "law",
    [
        Fixed(value=3.5),
        Uniform(low=2.0, high=5.0),
        Uniform(low=2.0, high=2.0),
        Triangular(low=1.0, mode=2.0, high=7.0),
        Triangular(low=1.0, mode=1.0, high=7.0),
        Triangular(low=1.0, mode=7.0, high=7.0),
        Exponential(mean=4.0),
        Weibull(mean=4.0, shape=0.8),
        Weibull(mean=4.0, shape=2.5),
        Lognormal(median=4.0, sigma=0.3),
        Lognormal(median=4.0, sigma=1.0),
    ],
    ids=repr,
)
def test_the_mean_is_the_integral_of_the_quantile(law: Law):
    """E[X] is the quantile's area over (0, 1), here by the midpoint rule."""
    n = 100_000
    area = math.fsum(law.quantile((k + 0.5) / n) for k in range(n)) / n
    assert law.mean == pytest.approx(area, rel=2e-4)


def test_the_median_of_a_lognormal_is_its_median():
    """And its sigma is the log's standard deviation: 84 % lie below e^sigma."""
    law = Lognormal(median=12.0, sigma=0.4)
    assert law.quantile(0.5) == pytest.approx(12.0)
    assert law.probability(12.0 * math.exp(0.4)) == pytest.approx(0.8413, abs=1e-4)


def test_a_fixed_law_is_a_step():
    """Its value is reached with certainty, and not before."""
    law = Fixed(value=2.0)
    assert (law.probability(1.999), law.probability(2.0)) == (0.0, 1.0)
    assert law.quantile(0.1) == law.quantile(0.9) == 2.0


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: Uniform(low=2.0, high=1.0), "high 1.0 is below low 2.0"),
        (lambda: Triangular(low=1.0, mode=0.0, high=2.0), "not low <= mode <= high"),
        (lambda: Triangular(low=1.0, mode=1.0, high=1.0), "with low < high"),
        (lambda: Weibull(mean=1.0, shape=0.1), "shape 0.1 is not within 0.2 to 20"),
        (lambda: Weibull(mean=1.0, shape=math.nan), "shape nan is not within"),
        (lambda: Lognormal(median=1.0, sigma=0.0), "sigma 0.0 is not within 0 to 3"),
    ],
)
def test_impossible_laws_are_refused(build, sentence):
    """With a sentence that names the value."""
    with pytest.raises(ValueError, match=sentence):
        build()


def test_draws_are_uniform():
    """Chi-square over 64 bins, over both names and counts."""
    n, bins = 64_000, 64
    for draws in (
        [draw(1, f"time/O{k}") for k in range(n)],
        [draw(1, "life/M1", k) for k in range(n)],
        [draw(k, "life/M1") for k in range(n)],
    ):
        assert 0 < min(draws) < max(draws) < 1
        counts = [0] * bins
        for u in draws:
            counts[int(u * bins)] += 1
        chi_square = sum((count - n / bins) ** 2 / (n / bins) for count in counts)
        assert chi_square < 103  # 99.9 % of 63 degrees of freedom


def test_draws_are_independent():
    """Neighbours by count, name and seed are uncorrelated."""
    n = 20_000
    first = [draw(1, "a", k) for k in range(n)]
    for other in (
        [draw(1, "a", k + 1) for k in range(n)],
        [draw(1, "b", k) for k in range(n)],
        [draw(2, "a", k) for k in range(n)],
    ):
        covariance = (
            sum((u - 0.5) * (v - 0.5) for u, v in zip(first, other, strict=True)) / n
        )
        assert abs(covariance * 12) < 4 / math.sqrt(n)


def test_names_and_counts_do_not_run_into_each_other():
    """Name "a1", 1 is another draw than name "a", 11."""
    names = [("a1", 1), ("a", 11), ("a#1", 1), ("a", 1), ("a1", 0), ("a", 10)]
    assert len({draw(1, name, k) for name, k in names}) == len(names)


def test_a_draw_is_the_same_for_ever():
    """Traces of today are compared with those of tomorrow: golden values."""
    assert draw(1, "time/O17.2:turn") == 0.5592445104090361
    assert draw(2**64, "life/M1", 3) == 0.3544227978554816


def test_a_draw_is_the_same_in_another_process():
    """Whatever the hash seed."""
    code = "from kernel.chance import draw; print(repr(draw(7, 'life/M1', 2)))"
    for seed in ("0", "1", "random"):
        output = subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert float(output) == draw(7, "life/M1", 2)
