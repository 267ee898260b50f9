"""CP-SAT as an oracle: its proofs hold, and search never beats them."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest
from random_problems import random_problem
from small_problems import operation, problem

from scheduling.arrays import arrays_of
from scheduling.check import check_plan
from scheduling.cpsat.search import Limits, ask
from scheduling.cpsat.windows import Polish, polished
from scheduling.decode import plan_of, realised, retimed, sequence_of
from scheduling.plan import Status
from scheduling.problem import Input, Machine, Objective, Problem
from scheduling.rules import RULES, dispatch, dispatched

LIMITS = Limits(deterministic=2.0)


def best_by_force(given: Problem) -> float:
    """Return the least value over all orders and modes."""
    a = arrays_of(given)
    open_ = [o for o, known in enumerate(given.operations) if known.pinned is None]
    first = np.cumsum([0] + [len(o.modes) for o in given.operations])
    found = float("inf")
    orders = set()
    for ranks in permutations(range(len(open_))):
        full = [0] * len(given.operations)
        for o, rank in zip(open_, ranks, strict=True):
            full[o] = rank
        orders.add(tuple(sequence_of(a, full).tolist()))
    for order in sorted(orders):
        for modes in product(*(range(len(given.operations[o].modes)) for o in open_)):
            only = np.full(len(given.operations), -1, dtype=np.int64)
            for o, mode in zip(open_, modes, strict=True):
                only[o] = first[o] + mode
            draft = realised(a, np.array(order, dtype=np.int64), only)
            found = min(found, draft.value)
    return found


@pytest.mark.parametrize("seed", range(25))
def test_no_plan_beats_the_bound(seed: int):
    """A bound holds for every plan, whatever the features of the problem."""
    for vehicles in (0, 2, 3):
        given = random_problem(seed, jobs=3, steps=3, vehicles=vehicles)
        best = min(dispatch(given, rule).value for rule in RULES.values())
        answer = ask(given, LIMITS)
        assert answer.bound is not None
        assert best >= answer.bound - 1e-6
        a = arrays_of(given)
        assert answer.plan is not None
        again = plan_of(given, a, retimed(given, a, answer.plan))
        assert check_plan(given, again) == []
        assert again.value >= answer.bound - 1e-6


@pytest.mark.parametrize("seed", range(15))
def test_proven_optima_agree_with_brute_force(seed: int):
    """Without vehicles the best of all orders and modes is what CP-SAT proves."""
    given = random_problem(seed, jobs=2, steps=2, machines=3, vehicles=0, setups=False)
    answer = ask(given, LIMITS)
    assert answer.status == Status.OPTIMAL
    assert answer.bound == pytest.approx(best_by_force(given))


@pytest.mark.parametrize("seed", range(15))
def test_vehicles_are_modelled_exactly(seed: int):
    """The times of a proven plan with vehicles are attained by the step."""
    given = random_problem(seed, jobs=3, steps=3, vehicles=2, setups=False)
    answer = ask(given, LIMITS)
    a = arrays_of(given)
    assert answer.status == Status.OPTIMAL
    assert answer.plan is not None
    assert retimed(given, a, answer.plan).value == pytest.approx(answer.bound)


def test_setups_are_modelled_exactly():
    """Families are grouped, and the proof says so."""
    works = [operation(f"O{k}", (0, 3), family=k % 2) for k in range(6)]
    machine = Machine(id="M", place=0, setup=0, family=1)
    given = problem(works, [machine], setups=(((0, 5), (4, 0)),))
    answer = ask(given, LIMITS)
    assert (answer.status, answer.bound) == (Status.OPTIMAL, 6 * 3 + 4)


def test_closed_time_and_headway_are_modelled():
    """Starts keep out of closed time and a headway apart."""
    machine = Machine(
        id="M", place=0, capacity=3, free=(0, 0, 0), headway=4, closed=((3, 9),)
    )
    given = problem([operation(f"O{k}", (0, 6)) for k in range(3)], [machine])
    answer = ask(given, LIMITS)
    assert answer.bound == 13 + 6


def test_times_of_any_size_are_divided_exactly():
    """Milliseconds with a common divisor give the optimum to the millisecond."""
    parts = (Input(place=0, ready=1_700_000_060_000),)
    given = problem(
        [operation("A", (0, 60_000), inputs=parts), operation("B", (0, 180_000))],
        [Machine(id="M", place=0)],
        now=1_700_000_000_000,
    )
    answer = ask(given, LIMITS)
    assert answer.bound == 1_700_000_240_000


@pytest.mark.parametrize("seed", range(4))
def test_windows_only_improve(seed: int):
    """A polished plan is never worse, possible, and the same a second time."""
    given = random_problem(seed, jobs=10, steps=4, objective=Objective(flow=0.1))
    a = arrays_of(given)
    start = dispatched(a, RULES["FIFO"])
    polish = Polish(windows=6, size=10, seed=seed)
    draft, work, gains = polished(given, a, start, polish)
    assert draft.value <= start.value
    assert check_plan(given, plan_of(given, a, draft)) == []
    again, same_work, same_gains = polished(given, a, start, polish)
    assert (again.value, same_work, same_gains) == (draft.value, work, gains)


def test_windows_find_what_a_bad_start_left():
    """From a poor plan some window is a gain."""
    given = random_problem(3, jobs=10, steps=4, objective=Objective(flow=0.1))
    a = arrays_of(given)
    _, _, gains = polished(given, a, dispatched(a, RULES["FIFO"]), Polish(windows=10))
    assert gains > 0
