"""What a plan is judged by: exact values, proofs, ceilings, one after another."""

from __future__ import annotations

from dataclasses import replace

import pytest
from random_problems import random_problem
from small_problems import operation, problem, times_of

from kernel.errors import BadInput
from scheduling.check import check_plan
from scheduling.criteria import criteria_of
from scheduling.decode import decode
from scheduling.lexicographic import solve_in_turn
from scheduling.plan import Status
from scheduling.portfolio import Params, solve
from scheduling.problem import CRITERIA, Input, Job, Machine, Objective, Problem

HOUR = 3_600_000


def families(*family: int, aim: Objective, due: int = 0) -> Problem:
    """Return operations of 10 on one machine that is set up between families."""
    return problem(
        [
            operation(f"O{k}", (0, 10), job=k, family=f, inputs=(Input(place=0),))
            for k, f in enumerate(family)
        ],
        [Machine(id="M", place=0, setup=0, family=0)],
        setups=(((0, 6), (4, 0)),),
        jobs=tuple(
            Job(id=f"J{k}", release=0, due=due, weight=1.0) for k in range(len(family))
        ),
        objective=aim,
    )


def test_set_up_time_is_what_is_set_up():
    """Families 1, 0, 1: 6 + 4 + 6 in this order, 6 when alike follow each other."""
    given = families(1, 0, 1, aim=Objective(tardiness=0.0, setup=2.0))
    plan = decode(given, ["O0", "O1", "O2"])
    assert plan.value == 2.0 * 16
    result = solve(given)
    assert (result.status, result.plan.value) == (Status.OPTIMAL, 2.0 * 6)
    assert check_plan(given, result.plan) == []


def night(*, energy: float, aim: Objective | None = None, power: float = 60) -> Problem:
    """Return an hour of work on a machine; energy is a third from three o'clock on."""
    return problem(
        [operation("A", (0, HOUR))],
        [Machine(id="M", place=0, power=power)],
        tariff=((0, 0.3), (3 * HOUR, 0.1)),
        objective=aim or Objective(tardiness=0.0, flow=1.0 / HOUR, energy=energy),
    )


def test_work_waits_for_cheap_energy_when_that_pays():
    """60 kW for an hour: 18 by day, 6 by night; an hour of waiting costs 1."""
    now = decode(night(energy=1.0), ["A"])
    assert now.value == pytest.approx(18 + 1)
    result = solve(night(energy=1.0))
    assert times_of(result.plan)["A"] == (3 * HOUR, 3 * HOUR, 4 * HOUR)
    assert result.plan.value == pytest.approx(6 + 4)
    assert check_plan(night(energy=1.0), result.plan) == []
    assert solve(night(energy=0.2)).plan.assignments == now.assignments


def test_energy_over_a_change_of_price():
    """Half an hour before three and half after: 9 and 3."""
    given = replace(night(energy=1.0), now=5 * HOUR // 2)
    plan = decode(given, ["A"])
    assert criteria_of(given, plan)["energy"] == pytest.approx(12)
    assert check_plan(given, plan) == []


def test_an_oven_pays_once():
    """Two parts in one batch draw what one does."""
    given = problem(
        [operation("A", (0, HOUR)), operation("B", (0, HOUR), job=1)],
        [Machine(id="M", place=0, power=60, capacity=2, free=(0, 0), batch=True)],
        tariff=((0, 0.3),),
        objective=Objective(tardiness=0.0, energy=1.0),
    )
    result = solve(given)
    assert (result.status, result.plan.value) == (Status.OPTIMAL, pytest.approx(18))
    assert check_plan(given, result.plan) == []


def test_a_ceiling_is_kept_or_there_is_no_plan():
    """At most 10 for energy: by night only; at most 5: never."""
    aim = Objective(tardiness=0.0, makespan=1.0)
    by_night = replace(aim, ceilings=(("energy", 10.0),))
    result = solve(night(energy=0, aim=by_night))
    assert result.status is Status.OPTIMAL
    # 10 = 18 - 12 * 2/3: two thirds of the hour lie in the night.
    assert result.plan.makespan == pytest.approx(3 * HOUR + 2 * HOUR / 3, abs=1000)
    never = replace(aim, ceilings=(("energy", 5.0),))
    assert solve(night(energy=0, aim=never)).status is Status.INFEASIBLE


def test_the_checker_sees_a_broken_ceiling():
    """A plan of another objective is held against this one."""
    given = night(energy=0, aim=Objective(tardiness=0.0, makespan=1.0))
    plan = decode(given, ["A"])
    aim = replace(given.objective, ceilings=(("energy", 10.0),))
    flaws = check_plan(replace(given, objective=aim), plan)
    assert [flaw.rule for flaw in flaws] == ["ceiling"]


def test_one_after_the_other():
    """First as few set-ups as possible, then as little flow time as these allow."""
    given = families(1, 0, 1, 0, aim=Objective())
    results = solve_in_turn(given, ("setup", "flow"))
    plan = results[-1].plan
    found = criteria_of(given, plan)
    assert found["setup"] == 6
    assert found["flow"] == 10 + 20 + 36 + 46
    assert [r.status for r in results] == [Status.OPTIMAL, Status.OPTIMAL]
    other = criteria_of(given, solve_in_turn(given, ("flow", "setup"))[-1].plan)
    assert other["flow"] <= found["flow"]


def test_criteria_are_named():
    """An unknown name, or one twice, is refused with what is expected."""
    for names in (("speed",), ("flow", "flow")):
        with pytest.raises(BadInput, match="makespan, tardiness, flow"):
            solve_in_turn(families(0, aim=Objective()), names)


@pytest.mark.parametrize("seed", range(30))
def test_random_objectives_are_judged_alike(seed: int):
    """Each criterion by itself, and all together: step, checker and bound agree."""
    given = random_problem(seed, jobs=3, steps=3, vehicles=seed % 3)
    prices = dict.fromkeys(CRITERIA, 0.0)
    name = CRITERIA[seed % len(CRITERIA)]
    prices[name] = 1.0
    together = dict.fromkeys(CRITERIA, 1.0)
    for aim in (Objective(**prices), Objective(**together)):
        mine = replace(given, objective=aim)
        result = solve(mine, Params(budget=60, race=20))
        assert result.plan is not None
        assert check_plan(mine, result.plan) == []
        if result.bound is not None:
            assert result.plan.value >= result.bound - 1e-6


@pytest.mark.parametrize("seed", range(8))
def test_no_criterion_gets_worse_in_its_turn(seed: int):
    """What was reached first is kept."""
    given = random_problem(seed, jobs=4, steps=3, vehicles=2)
    order = ("tardiness", "setup", "makespan")
    params = Params(budget=60, race=12, exact_operations=0, windows=0)
    results = solve_in_turn(given, order, params)
    last = criteria_of(given, results[-1].plan)
    for name, result in zip(order, results, strict=True):
        assert last[name] <= criteria_of(given, result.plan)[name]
        assert result.plan is not None


def test_a_ceiling_at_what_was_reached_cuts_nothing_off():
    """Sums are rounded: the plan that costs exactly the ceiling is still allowed."""
    given = problem(
        [operation("A", (0, 15))],
        [Machine(id="M0", place=0, power=72.0)],
        tariff=((0, 1.0), (50, 0.5), (120, 2.0)),
        objective=Objective(
            tardiness=0.0, makespan=1.0, ceilings=(("energy", 15 * 72 / 3.6e6),)
        ),
    )
    result = solve(given)
    assert (result.status, result.plan.value) == (Status.OPTIMAL, 15.0)
    assert result.bound == pytest.approx(15.0)


def test_energy_where_work_starts_between_the_marks():
    """A part made 7 ago must be worked on in 3 from now, whatever the grid."""
    part = Input(place=0, ready=-7, lag=10, limit=10)
    given = problem(
        [operation("A", (0, 5), inputs=(part,))],
        [Machine(id="M0", place=0, power=3_600_000.0)],
        tariff=((0, 1.0), (5, 0.0)),
        objective=Objective(tardiness=0.0, energy=1.0),
    )
    result = solve(given)
    assert (result.status, result.plan.value) == (Status.OPTIMAL, pytest.approx(2.0))
    late = Job(id="J", release=0, due=5, weight=2.0)
    aim = Objective(tardiness=0.0, energy=1.0, ceilings=(("tardiness", 14.0),))
    given = problem(
        [operation("A", (0, 5))],
        [Machine(id="M0", place=0, power=3_600_000.0)],
        tariff=((0, 1.0), (10, 0.0)),
        jobs=(late,),
        objective=aim,
    )
    result = solve(given)
    assert (result.status, result.plan.value) == (Status.OPTIMAL, pytest.approx(3.0))


def test_less_forbidden_is_better():
    """Many small excesses are worked off one by one."""
    given = problem(
        [operation(f"O{k}", (0, 10), (1, 12), job=k, keep=k % 2) for k in range(12)],
        [Machine(id="M0", place=0), Machine(id="M1", place=0)],
        objective=Objective(makespan=1.0, tardiness=0.0, ceilings=(("moved", 0.0),)),
    )
    result = solve(given, Params(exact_operations=0, windows=0, budget=2000))
    assert result.plan is not None
    assert criteria_of(given, result.plan)["moved"] == 0
