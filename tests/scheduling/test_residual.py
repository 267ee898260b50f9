"""What is left of a followed plan: its own rest is a plan of it, to the same end."""

from __future__ import annotations

from dataclasses import replace

import pytest
from random_problems import random_problem
from small_problems import car, line, operation, problem

from kernel.errors import BadInput
from scheduling.check import check_plan
from scheduling.criteria import criteria_of
from scheduling.plan import Plan
from scheduling.portfolio import Params, solve
from scheduling.problem import Input, Machine, Objective, Problem
from scheduling.residual import broken_down, residual

QUICK = Params(race=20, budget=0, windows=0, exact_operations=0, exact_plain=0)


def rest_of(plan: Plan, left: Problem) -> Plan:
    """Return what a plan still has to do, worth what it is now."""
    free = {vehicle.id: vehicle.free for vehicle in left.vehicles}
    open_ = {o.id for o in left.operations if o.pinned is None}
    rest = replace(
        plan,
        assignments=tuple(
            work
            if work.setup_start >= left.now
            else work._replace(setup_start=work.start)
            for work in plan.assignments
            if work.operation in open_
        ),
        trips=tuple(
            trip._replace(leave=max(trip.leave, free[trip.vehicle]))
            for trip in plan.trips
            if trip.pickup >= left.now
        ),
    )
    found = criteria_of(left, rest)
    prices = left.objective.prices()
    value = sum(p * found[name] for p, name in zip(prices, found, strict=True))
    return replace(rest, value=value, makespan=int(found["makespan"]))


@pytest.mark.parametrize("seed", range(60))
def test_the_rest_of_a_plan_is_a_plan_of_the_rest(seed: int) -> None:
    """At any moment: slots, batches, set-ups, lags, vehicles under way."""
    given = random_problem(seed, objective=Objective(tardiness=1.0, flow=0.1))
    plan = solve(given, QUICK).plan
    assert plan is not None
    last = plan.makespan
    for share in (0.0, 0.2, 0.45, 0.7, 0.95):
        now = given.now + round(share * (last - given.now))
        left = residual(given, plan, now)
        assert [str(wrong) for wrong in check_plan(left, rest_of(plan, left))] == []


def shop() -> Problem:
    """Return two machines and a vehicle: a goes from M to N, b follows it on M."""
    return problem(
        [
            operation("a", (0, 10), inputs=(Input(place=1),), family=0),
            operation("a2", (1, 5), inputs=(Input(operation=0),)),
            operation("b", (0, 10), job=1, inputs=(Input(place=1),), family=1),
        ],
        [Machine(id="M", place=1, setup=0, family=0), Machine(id="N", place=2)],
        setups=(((0, 6), (6, 0)),),
        vehicles=(car("V", 0),),
        fleets=(line(4, 3),),
        objective=Objective(makespan=1.0, tardiness=0.0),
    )


def test_what_goes_on() -> None:
    """A set-up begun is finished, a vehicle sent drives on, a part taken arrives."""
    given = shop()
    plan = solve(given).plan
    assert plan is not None
    assert plan.makespan == 26
    left = residual(given, plan, 12)
    assert [o.id for o in left.operations] == ["a2", "b"]
    assert left.operations[0].inputs == (Input(place=2, ready=14),)
    assert left.operations[0].keep == 1
    assert (left.machines[0].free, left.machines[0].family) == ((16,), 1)
    assert (left.vehicles[0].place, left.vehicles[0].free) == (2, 14)
    left = residual(given, plan, 8)
    assert [o.pinned for o in left.operations] == [10, None, None]
    assert left.operations[1].inputs == (Input(operation=0),)
    assert left.jobs == given.jobs
    left = residual(given, plan, 15)
    assert left.jobs == given.jobs
    assert residual(given, plan, 20).jobs == given.jobs[1:]


def test_a_breakdown() -> None:
    """What is on the machine is interrupted, what comes after waits."""
    given = shop()
    plan = solve(given).plan
    assert plan is not None
    down = broken_down(residual(given, plan, 8), "M", 30)
    assert down.operations[0].pinned == 40
    assert down.machines[0].free == (40,)
    result = solve(down)
    assert result.plan is not None
    assert result.plan.makespan == 56
    assert check_plan(down, result.plan) == []


def test_what_is_refused() -> None:
    """The past, half a plan, machines without room, unknown ones."""
    given = shop()
    plan = solve(given).plan
    assert plan is not None
    with pytest.raises(BadInput, match="now: -1, expected 0 or later"):
        residual(given, plan, -1)
    with pytest.raises(BadInput, match="lacks operation 'a2'"):
        residual(given, replace(plan, assignments=plan.assignments[:1]), 5)
    tight = replace(given, machines=(replace(given.machines[0], blocking=True),))
    with pytest.raises(BadInput, match=r"machines\.0\.blocking"):
        residual(tight, plan, 5)
    with pytest.raises(BadInput, match="'X', expected one of M, N"):
        broken_down(given, "X", 5)
    with pytest.raises(BadInput, match="-5, expected 0 or more"):
        broken_down(given, "M", -5)
