"""The searches: exact values, precedence kept, the same on one core and on two."""

from __future__ import annotations

import numpy as np
import pytest
from random_problems import random_problem

from scheduling.arrays import Arrays, arrays_of
from scheduling.check import check_plan
from scheduling.compiling import pure
from scheduling.decode import Draft, draft_of, may_wait, plan_of, realised
from scheduling.frozen import frozen_of
from scheduling.plan import Result
from scheduling.portfolio import Params, solve
from scheduling.problem import Objective, Problem
from scheduling.rules import RULES, dispatched, rule_of
from scheduling.search.chance import accepts, seeded
from scheduling.search.machines import choices, descend
from scheduling.search.priorities import anneal_priorities
from scheduling.search.race import drawn, race
from scheduling.search.sequences import anneal_sequence, shift
from scheduling.serial import by_urgency

HEAT = (50.0, 1.0)


def shop(seed: int) -> Problem:
    """Return a congested shop."""
    return random_problem(seed, jobs=10, steps=4, objective=Objective(flow=0.1))


def annealed(a: Arrays, start: Draft, iterations: int, search=anneal_sequence):
    """Return value, order, modes and delays of a sequence annealed from a plan."""
    order, only, hold = start.schedule.order.copy(), start.modes(), start.hold.copy()
    scratch, waits = draft_of(a).schedule, may_wait(a)
    value = search(
        a, order, start.planned, only, hold, waits, iterations, HEAT, 7, scratch
    )
    return value, order[: start.planned], only, hold


@pytest.mark.parametrize("seed", range(12))
def test_sequences_are_worth_what_annealing_says(seed: int) -> None:
    """What is returned decodes to its value, is possible, and no worse."""
    given = shop(seed)
    a = arrays_of(given)
    start = dispatched(a, RULES["rolling"])
    value, order, only, hold = annealed(a, start, 300)
    assert value <= start.value
    found = realised(a, order, only, hold)
    assert found.value == value
    assert check_plan(given, plan_of(given, a, found)) == []
    assert sorted(order) == sorted(start.schedule.order[: start.planned])


@pytest.mark.parametrize("seed", range(12))
def test_priorities_are_worth_what_annealing_says(seed: int) -> None:
    """The rule and the bonuses returned dispatch to the value returned."""
    a = arrays_of(shop(seed))
    vector, bonus = RULES["rolling"].vector(), np.zeros(len(a.operations) - 1)
    free = np.full(len(bonus), -1, dtype=np.int64)
    draft = draft_of(a)
    value = anneal_priorities(a, vector, bonus, free, 60, HEAT, 3, draft.schedule)
    assert value <= dispatched(a, RULES["rolling"]).value
    by_urgency(a, vector, bonus, free, draft.schedule)
    assert plan_value(a, draft) == value


def plan_value(a: Arrays, draft: Draft) -> float:
    """Return the value of what a schedule says, decoded anew."""
    count = int((draft.schedule.works[:, 0] >= 0).sum())
    return realised(a, draft.schedule.order[:count].copy(), draft.modes()).value


def descended(a: Arrays, trials: int, search=descend):
    """Return the plan of the rule, trials made from there, and what it leads to."""
    start = dispatched(a, RULES["rolling"])
    only, scratch = start.modes(), draft_of(a).schedule
    start = dispatched(a, RULES["rolling"], only)
    made = search(a, RULES["rolling"].vector(), only, choices(a, 7), trials, scratch)
    return start, made, dispatched(a, RULES["rolling"], only)


@pytest.mark.parametrize("seed", range(12))
def test_a_descent_only_improves(seed: int) -> None:
    """More trials, no worse; no trial, no change."""
    a = arrays_of(shop(seed))
    before = float("inf")
    for trials in (0, 5, 50, 200):
        start, made, found = descended(a, trials)
        assert made <= trials
        assert found.value <= min(start.value, before)
        before = found.value
    start, made, found = descended(a, 0)
    assert (made, found.value) == (0, start.value)
    assert (found.modes() == start.modes()).all()


def test_a_descent_ends_where_no_other_machine_is_better() -> None:
    """However many trials it has, and over a dozen shops it mostly gains something."""
    gains = 0
    for seed in range(12):
        a = arrays_of(shop(seed))
        start, made, found = descended(a, 10_000)
        assert made < 10_000
        gains += found.value < start.value
        for o, mode in choices(a, 1):
            other = found.modes()
            other[o] = mode
            assert dispatched(a, RULES["rolling"], other).value >= found.value
    assert gains >= 8


def test_only_what_has_a_choice_is_given_another_machine() -> None:
    """What is in work or frozen stays where it is."""
    frozen = 0
    for seed in range(0, 40, 5):
        given = random_problem(seed, jobs=6)
        a = arrays_of(given)
        free = {o for o, _ in choices(a, 1).tolist()}
        bound = {o for o, _ in frozen_of(given)}
        frozen += sum(len(given.operations[o].modes) > 1 for o in bound)
        for o, operation in enumerate(given.operations):
            some = operation.pinned is None and len(operation.modes) > 1
            assert (o in free) == (some and o not in bound)
        assert free
    assert frozen


def test_sequences_gain_something() -> None:
    """Over a dozen shops the best rule is improved upon, mostly."""
    gains = 0
    for seed in range(12):
        a = arrays_of(shop(seed))
        start = dispatched(a, RULES["rolling"])
        gains += annealed(a, start, 1000)[0] < start.value
    assert gains >= 8


def test_pure_python_anneals_alike() -> None:
    """Compiled or not: the same moves, the same values."""
    a = arrays_of(shop(2))
    start = dispatched(a, RULES["rolling"])
    fast = annealed(a, start, 40)
    slow = annealed(a, start, 40, pure(anneal_sequence))
    assert fast[0] == slow[0]
    assert list(fast[1]) == list(slow[1])
    fast, slow = descended(a, 20), descended(a, 20, pure(descend))
    assert fast[1] == slow[1]
    assert list(fast[2].modes()) == list(slow[2].modes())


def test_shift_closes_up() -> None:
    """An operation moves, those between close up, and back it is as before."""
    order = np.array([4, 3, 2, 1, 0])
    place = np.array([4, 3, 2, 1, 0])
    shift(order, place, 1, 3)
    assert order.tolist() == [4, 2, 1, 3, 0]
    assert [order[place[o]] for o in range(5)] == [0, 1, 2, 3, 4]
    shift(order, place, 3, 1)
    assert order.tolist() == [4, 3, 2, 1, 0]


def test_a_race_says_what_each_setting_is_worth() -> None:
    """As if each had been dispatched by itself; the draws are the seed's."""
    a = arrays_of(shop(1))
    settings = drawn(8, 5)
    assert (settings == drawn(8, 5)).all()
    assert not (settings == drawn(8, 6)).all()
    scratch = draft_of(a).schedule
    free = np.full((8, len(a.operations) - 1), -1, dtype=np.int64)
    alone = [dispatched(a, rule_of(row)) for row in settings]
    values = race(a, settings, free, np.empty((0, 5)), scratch)
    assert values.tolist() == [draft.value for draft in alone]
    rolling = RULES["rolling"]
    values = race(a, settings, free, rolling.vector().reshape(1, 5), scratch)
    followed = [dispatched(a, rolling, draft.modes()).value for draft in alone]
    assert values.tolist() == followed


@pytest.mark.parametrize("seed", range(4))
def test_two_threads_find_the_same_plan(seed: int) -> None:
    """The searches exchange at the end of rounds: a second core changes the time."""

    def solved(workers: int) -> Result:
        params = Params(budget=120, windows=0, exact_operations=0, workers=workers)
        return solve(shop(seed), params)

    assert solved(1) == solved(2)


def test_what_annealing_accepts() -> None:
    """Always what is as good, and what is worse as often as its warmth says."""
    chance = seeded(7)
    assert all(accepts(5.0, trial, 1e-9, chance) for trial in (5.0, 4.0, -1.0))
    assert not accepts(5.0, 6.0, 1e-9, chance)
    taken = sum(accepts(5.0, 7.0, 2.0, chance) for _ in range(4000))
    assert taken / 4000 == pytest.approx(np.exp(-1.0), abs=0.03)
