"""How much each key decides: against exact decompositions, and where it is not said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import pytest

pytest.importorskip("optuna")
pytest.importorskip("sklearn")

from studies.factors import Span
from studies.tune.candidate import Candidate
from studies.tune.importance import FEWEST, Importance, importance

#: `tune cell --policy rule --days 1`: total cost, mean of seeds 1 and 2, by rule and
#: vehicles.
CELL = {
    "reference": (2854.1258, 2865.2108, 2862.8948, 2861.8397, 2861.2839, 2861.0387),
    "ATC": (2860.2412, 2870.7072, 2871.9875, 2867.0629, 2866.3312, 2865.9826),
    "FIFO": (2875.979, 2884.1932, 2881.5692, 2880.4794, 2879.6489, 2879.278),
}
#: `tune EX11 --policy rule`: makespan, the same for all seeds.
EX11 = {
    "FIFO": (205, 113, 94, 100),
    "SPT": (203, 142, 114, 114),
    "LPT": (228, 135, 142, 110),
    "ATC": (203, 142, 114, 114),
}


def grid(figures: Mapping[str, Sequence[float]]) -> dict[tuple[str, int], float]:
    """Return figures by rule and vehicles."""
    return {
        (rule, n): float(of[n - 1])
        for rule, of in figures.items()
        for n in range(1, len(of) + 1)
    }


def exact(found: Mapping[tuple[Any, ...], float]) -> list[float]:
    """Return the share of the variance of each key, from all there are."""
    mean, variance = np.mean(list(found.values())), np.var(list(found.values()))
    shares = []
    for k in range(len(next(iter(found)))):
        levels: dict[Any, list[float]] = {}
        for point, value in found.items():
            levels.setdefault(point[k], []).append(value)
        means = [np.mean(levels[point[k]]) for point in found]
        shares.append(float(np.mean((np.array(means) - mean) ** 2) / variance))
    return shares


def decided(
    found: Mapping[tuple[Any, ...], float],
    space: dict[str, Any],
    noise: Sequence[float] = (0.0,),
) -> Importance:
    """Return the importance of keys for configurations with a replication a noise."""
    candidates = [
        Candidate(n, {}, tried={k: (value + d,) for k, d in enumerate(noise)})
        for n, value in enumerate(found.values())
    ]
    params = {n: dict(zip(space, point, strict=True)) for n, point in enumerate(found)}
    return importance(candidates, params, space, ["kpi"])


@pytest.mark.parametrize("figures", [CELL, EX11])
def test_of_a_whole_grid_the_shares_are_exact(
    figures: Mapping[str, Sequence[float]],
) -> None:
    """Every configuration has been tried: the trees have nothing to guess."""
    found = grid(figures)
    most = max(n for _, n in found)
    space = {"rule": tuple(figures), "vehicles": Span(low=1, high=most, whole=True)}
    told = decided(found, space, noise=(-1, 1))
    assert list(told.shares["kpi"].values()) == pytest.approx(exact(found), abs=1e-6)
    assert (told.configurations, told.seeds, told.whole) == (len(found), 2, True)


def test_the_cell_is_decided_by_its_rule() -> None:
    """As it was said to be by its vehicles, when the best tenth alone counted."""
    vehicles = Span(low=1, high=6, whole=True)
    told = decided(grid(CELL), {"rule": tuple(CELL), "vehicles": vehicles})
    shares = told.shares["kpi"]
    assert shares["rule"] == pytest.approx(0.857, abs=0.001)
    assert shares["vehicles"] == pytest.approx(0.133, abs=0.001)


def test_a_key_that_decides_nothing_has_next_to_nothing() -> None:
    """A third key, in ranges that are tried here and there only."""
    lot = np.random.default_rng(1)
    whole = grid(EX11)
    found = {(*point, float(m)): whole[point] for point in whole for m in lot.random(3)}
    space = {
        "rule": tuple(EX11),
        "vehicles": Span(low=1, high=4, whole=True),
        "mtbf": Span(low=0, high=1),
    }
    told = decided(found, space)
    rule, vehicles, mtbf = told.shares["kpi"].values()
    assert mtbf < 0.01
    assert [rule, vehicles] == pytest.approx(exact(whole), abs=0.02)
    assert not told.whole


def test_what_was_tried_most_does_not_count_more() -> None:
    """A search looks where it is good; a range is judged over all of it."""
    near = [(0.3 + 0.001 * k, y) for k in range(30) for y in (0.2, 0.8)]
    wide = list(product(np.linspace(0.02, 0.98, 9).tolist(), (0.1, 0.5, 0.9)))
    found = {(x, y): 10 * (x - 0.3) ** 2 + 0.2 * y for x, y in [*near, *wide]}
    told = decided(found, {"x": Span(low=0, high=1), "y": Span(low=0, high=1)})
    assert told.shares["kpi"]["x"] > 0.9


def test_large_spaces_are_looked_at_here_and_there() -> None:
    """Eight keys with ten values each, of which one decides; the same every time."""
    lot = np.random.default_rng(2)
    points = [tuple(map(int, lot.integers(0, 10, 8))) for _ in range(60)]
    found = {point: float(point[3] ** 2 + 0.1 * point[5]) for point in points}
    space = {f"k{k}": Span(low=0, high=9, whole=True) for k in range(8)}
    told = decided(found, space)
    assert told.shares["kpi"]["k3"] > 0.9
    assert decided(found, space) == told


def test_of_a_few_configurations_nothing_is_said() -> None:
    """Unless they are all there are; nor where all are equal."""
    range_of = {"x": Span(low=0, high=1)}
    few = {(k / 10,): float(k) for k in range(FEWEST - 1)}
    told = decided(few, range_of)
    assert (told.shares, told.enough) == ({"kpi": {}}, False)
    assert told.configurations == FEWEST - 1
    assert decided({**few, (1.0,): 1.0}, range_of).shares["kpi"] == {"x": 1.0}
    pair = decided({("a",): 1.0, ("b",): 2.0}, {"k": ("a", "b")})
    assert pair.shares["kpi"] == {"k": 1.0}
    equal = decided({("a",): 1.0, ("b",): 1.0}, {"k": ("a", "b")})
    assert (equal.shares["kpi"], equal.enough) == ({}, True)
    assert importance([], {}, range_of, ["kpi"]).shares == {"kpi": {}}
