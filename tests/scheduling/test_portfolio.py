"""The portfolio: known optima, proofs, and no way to be left without a plan."""

from __future__ import annotations

from dataclasses import replace

import pytest
from random_problems import random_problem
from small_problems import operation, problem

from scheduling.arrays import arrays_of
from scheduling.check import check_plan
from scheduling.cpsat.search import Answer
from scheduling.decode import decode, modes_of
from scheduling.engines import Engines
from scheduling.plan import Plan, Status
from scheduling.portfolio import Params, refresh, solve, warm_up
from scheduling.problem import Input, Machine, Objective, Problem
from scheduling.rules import RULES, dispatch, dispatched
from scheduling.search.race import RACE
from scheduling.shape import taken_whole
from scheduling.static import problem_of
from worlds.read import read_world


@pytest.mark.parametrize(
    ("name", "optimum"),
    [("ft06", 55), ("la01", 666), ("mk01", 40), ("EX11", 96), ("kacem1", 11)],
)
def test_known_optimum(name: str, optimum: int):
    """Published optima are reached and proven with the default budget."""
    given = problem_of(read_world(name))
    result = solve(given)
    assert result.status == Status.OPTIMAL
    assert result.reproducible
    assert result.plan is not None
    assert result.plan.makespan == optimum * 1000
    assert result.bound == optimum * 1000
    assert check_plan(given, result.plan) == []


def test_a_plain_shop_is_taken_whole():
    """A makespan of some 300 modes, with nothing to carry or to set up, by CP-SAT."""
    given, params = problem_of(read_world("ta01")), Params(exact_work=0.01, budget=50)
    result = solve(given, params)
    assert [c.engine for c in result.contributions][-1] == "cp-sat"
    assert result.bound is not None
    assert result.bound >= 1005 * 1000  # the work of its busiest machine
    flow = replace(given, objective=Objective(tardiness=0.0, flow=1.0))
    for other in (flow, replace(given, operations=given.operations * 2)):
        assert not taken_whole(other, params)
    assert not taken_whole(given, replace(params, exact_plain=224))


@pytest.mark.parametrize("seed", range(10))
def test_never_worse_than_the_best_rule(seed: int):
    """Every engine may only improve; the plan is possible; the notes descend."""
    given = random_problem(seed, jobs=8, steps=4)
    result = solve(given, Params(budget=60, windows=3, exact_operations=0))
    assert result.plan is not None
    assert check_plan(given, result.plan) == []
    assert result.plan.value <= min(dispatch(given, rule).value for rule in RACE)
    values = [c.value for c in result.contributions if c.value is not None]
    assert values == sorted(values, reverse=True)
    assert values[-1] == result.plan.value


@pytest.mark.parametrize("seed", range(10))
def test_search_never_beats_a_proof(seed: int):
    """What the search finds is at least the proven optimum."""
    given = random_problem(seed, jobs=3, steps=3)
    exact = solve(given)
    searched = solve(given, Params(budget=500, exact_operations=0))
    assert exact.bound is not None
    assert searched.plan is not None
    assert searched.plan.value >= exact.bound - 1e-6


def test_annealing_improves_on_the_rules():
    """On a congested shop some hundred dispatches gain something."""
    given = random_problem(7, jobs=14, steps=4, objective=Objective(flow=0.1))
    result = solve(given, Params(budget=400, windows=0, exact_operations=0))
    rules, annealing = result.contributions[0], result.contributions[-1]
    assert rules.value is not None
    assert annealing.value is not None
    assert annealing.value < rules.value


def test_no_feasible_plan_is_a_value():
    """Without a machine, or with a circle, there is no plan and no exception."""
    nowhere = problem([operation("A")], [Machine(id="M", place=0)])
    circle = problem(
        [
            operation("A", (0, 1), inputs=(Input(operation=1),)),
            operation("B", (0, 1), inputs=(Input(operation=0),)),
        ],
        [Machine(id="M", place=0)],
    )
    for given in (nowhere, circle):
        result = solve(given)
        assert (result.status, result.plan) == (Status.INFEASIBLE, None)
        assert refresh(given).assignments == ()


def test_nothing_to_decide():
    """An empty problem, and one with pinned work only, are solved."""
    empty = solve(problem([], []))
    assert empty.status == Status.OPTIMAL
    pinned = operation("A", (0, 9), pinned=7)
    result = solve(problem([pinned], [Machine(id="M", place=0, free=(7,))]))
    assert result.status == Status.OPTIMAL
    assert result.plan is not None
    assert (result.plan.assignments, result.plan.makespan) == ((), 7)


def test_one_job():
    """A single job runs through."""
    given = problem(
        [operation("A", (0, 5)), operation("B", (0, 5), inputs=(Input(operation=0),))],
        [Machine(id="M", place=0)],
    )
    result = solve(given)
    assert result.status == Status.OPTIMAL
    assert result.plan is not None
    assert result.plan.makespan == 10


def by_rule(given: Problem, plan: Plan) -> float:
    """What the rolling rule makes of the machines of a plan."""
    only = modes_of(given, plan.machine_of())
    return dispatched(arrays_of(given), RULES["rolling"], only).value


@pytest.mark.parametrize("sequenced_by", [None, "rolling"])
@pytest.mark.parametrize("seed", range(10))
def test_refresh_is_the_better_of_new_and_old(seed: int, sequenced_by: str | None):
    """The rule's plan or the old one, by its order or by its machines alone."""
    given = random_problem(seed, jobs=6)
    old = solve(given, Params(budget=50, windows=0, exact_operations=0)).plan
    assert old is not None
    given = replace(given, in_force=old)
    plan = refresh(given, sequenced_by=sequenced_by)
    assert check_plan(given, plan) == []
    fresh = dispatch(given, RULES["rolling"])
    if sequenced_by is None:
        assert plan.value == min(fresh.value, decode(given, old.priority).value)
    else:
        assert plan.value == by_rule(given, plan)
        assert plan.value == min(by_rule(given, fresh), by_rule(given, old))


def test_a_refreshed_plan_is_worth_what_becomes_of_it():
    """Also where the rule, bound to the machines it chose, does otherwise."""
    otherwise = 0
    for seed in range(40):
        given = random_problem(seed, jobs=10, machines=5)
        plan = refresh(given, sequenced_by="rolling")
        assert plan.value == by_rule(given, plan)
        otherwise += plan.value != dispatch(given, RULES["rolling"]).value
    assert otherwise > 2


@pytest.mark.parametrize("seed", range(10))
def test_machines_alone_are_worth_what_the_rule_makes_of_them(seed: int):
    """Where sequences are not followed no plan is kept, or lost, for its own."""
    given = random_problem(seed, jobs=6)
    params = Params(
        race=8, budget=50, windows=4, exact_operations=0, sequenced_by="rolling"
    )
    start = dispatch(given, RULES["FIFO"])
    plan = solve(given, replace(params, seed=seed), start).plan
    assert plan is not None
    assert check_plan(given, plan) == []
    assert plan.value == by_rule(given, plan)
    tried = [start, *(dispatch(given, rule) for rule in RACE[:8])]
    assert plan.value <= min(by_rule(given, one) for one in tried) + 1e-6


def test_what_was_raced_is_judged_as_followed():
    """A plan that is worse by itself, on better machines, is not passed over."""
    given = replace(random_problem(56, jobs=6), in_force=None)
    params = Params(
        race=8, budget=0, windows=0, exact_operations=0, sequenced_by="rolling"
    )
    plan = solve(given, params).plan
    assert plan is not None
    raced = [dispatch(given, rule) for rule in RACE[:8]]
    followed = [by_rule(given, one) for one in raced]
    best = min(raced, key=lambda one: one.value)
    assert plan.value == min(followed) < by_rule(given, best)


def test_a_plan_that_can_be_followed_is_better_than_one_that_cannot():
    """Whatever the other may be worth to those who kept to its sequence."""
    given = random_problem(144, jobs=6, tight=True)
    params = Params(
        race=8, budget=20, windows=0, exact_operations=0, sequenced_by="rolling"
    )
    plan = solve(given, params).plan
    assert plan is not None
    assert by_rule(given, plan) == plan.value < float("inf")


def test_a_larger_search_of_machines_is_no_worse():
    """It goes on where a smaller one would have ended."""
    given = random_problem(3, jobs=60, machines=8)
    few, more = (
        solve(
            given,
            Params(
                budget=budget, windows=0, exact_operations=0, sequenced_by="rolling"
            ),
        )
        for budget in (49, 50)
    )
    assert few.plan is not None
    assert more.plan is not None
    assert more.plan.value <= few.plan.value
    assert few.contributions[-1].work <= 245


def test_who_changes_machines_changes_a_copy():
    """The plan they were taken from stays, also that of a single operation."""
    given = problem([operation("A", (0, 5))], [Machine(id="M", place=0)])
    draft = dispatched(arrays_of(given), RULES["rolling"])
    draft.modes()[:] = -1
    assert draft.modes().tolist() == [0]


@pytest.mark.parametrize("seed", range(5))
def test_without_fresh_plans_the_one_in_force_is_gone_on_with(seed: int):
    """No rule is asked while the old order can be kept; without one all are."""
    given = random_problem(seed, jobs=6)
    poor = solve(given, Params(race=1, budget=0, windows=0, exact_operations=0)).plan
    assert poor is not None
    order = poor.priority[::-1]
    given = replace(given, in_force=replace(poor, priority=order))
    kept = decode(given, order)
    still = Params(fresh=False, budget=0, windows=0, exact_operations=0)
    assert refresh(given, fresh=False).assignments == kept.assignments
    found = solve(given, still)
    bound = decode(given, order, poor.machine_of())
    assert found.plan is not None
    assert found.plan.value == min(kept.value, bound.value)
    assert [one.engine for one in found.contributions] == ["in force"]
    none = replace(given, in_force=None)
    assert refresh(none, fresh=False) == refresh(none)
    assert solve(none, still).contributions[0].engine == "rules"


def test_wall_guard_is_recorded():
    """A run by the clock does not claim to be repeatable, and it ends."""
    given = random_problem(1, jobs=8)
    result = solve(given, Params(budget=10, windows=1, seconds=0.2, exact_operations=0))
    assert not result.reproducible
    assert result.plan is not None


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize(
    ("name", "optimum"), [("ft06", 55), ("EX11", 96), ("kacem1", 11)]
)
def test_a_small_problem_is_proven_before_the_time_is_over(
    name: str, optimum: int, workers: int
):
    """CP-SAT and the search, in turn or side by side, end with the proof."""
    given = problem_of(read_world(name))
    result = solve(given, Params(seconds=300, workers=workers))
    assert result.status == Status.OPTIMAL
    assert result.plan is not None
    assert result.plan.makespan == result.bound == optimum * 1000
    assert check_plan(given, result.plan) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_what_cannot_be_is_not_searched_to_the_end(workers: int):
    """An infeasible small problem is an answer, long before the time is over."""
    lines = (operation("A", (0, 5)), operation("B", (0, 5)))
    aim = Objective(makespan=1, ceilings=(("tardiness", 9.0),))
    given = problem([*lines], [Machine(id="M", place=0)], objective=aim)
    result = solve(given, Params(seconds=600, workers=workers))
    assert (result.status, result.plan) == (Status.INFEASIBLE, None)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("seed", range(4))
def test_a_small_problem_in_little_time(seed: int, workers: int):
    """However little time there is, the plan is possible, and no worse than a rule."""
    given = random_problem(seed, jobs=5, steps=4)
    result = solve(given, Params(seconds=0.1, workers=workers))
    assert result.plan is not None
    assert check_plan(given, result.plan) == []
    assert result.plan.value <= dispatch(given, RACE[0]).value
    proven = solve(given, Params(exact_work=100))
    if proven.status == Status.OPTIMAL:
        assert result.plan.value >= (proven.bound or 0.0) - 1e-6


def test_a_bound_is_not_forgotten():
    """A second question that ends without one, or with less, takes nothing back."""
    work = Engines(
        problem([operation("A", (0, 5))], [Machine(id="M", place=0)]), Params()
    )
    for bound in (None, 3.0, 5.0, None, 4.0):
        work.take(Answer(plan=None, status=Status.UNKNOWN, bound=bound, work=0.0))
    assert work.bound == 5.0


def test_warm_up():
    """Compiling ahead of time needs no problem."""
    warm_up()
