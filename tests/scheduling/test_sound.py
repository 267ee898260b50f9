"""A problem made by hand: what refers to nothing is refused, by its place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from small_problems import car, line, operation, problem

from kernel.errors import BadInput
from scheduling.plan import Status
from scheduling.portfolio import Params, solve
from scheduling.problem import Input, Job, Machine, Mode, Objective, Problem

SHOP = problem(
    [
        operation("a", (0, 5), family=0),
        operation("b", (1, 5), inputs=(Input(operation=0),), family=1),
    ],
    [Machine(id="M", place=1, setup=0), Machine(id="N", place=2)],
    setups=(((0, 3), (3, 0)),),
    vehicles=(car("V", 0),),
    fleets=(line(2, 3),),
)


def first(**changes: Any) -> Problem:
    """Return the shop with its first operation changed."""
    one, *rest = SHOP.operations
    return replace(SHOP, operations=(one._replace(**changes), *rest))


def machine(**changes: Any) -> Problem:
    """Return the shop with its first machine changed."""
    one, *rest = SHOP.machines
    return replace(SHOP, machines=(replace(one, **changes), *rest))


WRONG = {
    "operations.0.modes.0.machine: 7": first(modes=(Mode(7, 5),)),
    "operations.0.modes.0.duration: -1": first(modes=(Mode(0, -1),)),
    "operations.0.modes.0.duration: 1.5": first(modes=(Mode(0, 1.5),)),
    "operations.0.job: 4": first(job=4),
    "operations.0.family: 2": first(family=2),
    "operations.0.inputs.0.place: 3": first(inputs=(Input(place=3),)),
    "operations.0.inputs.0.operation: 2": first(inputs=(Input(operation=2),)),
    "operations.0.inputs.0.lag: -1": first(inputs=(Input(place=0, lag=-1),)),
    "operations.0.inputs.0.limit: -1": first(inputs=(Input(place=0, limit=-1),)),
    "operations.0.release: None": first(release=None),
    "operations.0.modes: 2, expected one": first(
        modes=(Mode(0, 1), Mode(1, 1)), pinned=9
    ),
    "operations.1.id: 'b'": first(id="b"),
    "machines.0.place: 3": machine(place=3),
    "machines.0.setup: 1": machine(setup=1),
    "machines.0.family: 5": machine(family=5),
    "machines.0.free: (0, 0)": machine(free=(0, 0)),
    "machines.0.closed.1.0: 4": machine(closed=((2, 4), (4, 6))),
    "machines.0.power: inf": machine(power=float("inf")),
    "vehicles.0.fleet: 0": replace(SHOP, fleets=()),
    "vehicles.0.place: 9": replace(SHOP, vehicles=(car("V", 9),)),
    "vehicles.1.id: 'V'": replace(SHOP, vehicles=(car("V", 0), car("V", 0))),
    "setups.0.1: 1, expected 2 values": replace(SHOP, setups=(((0, 3), (3,)),)),
    "fleets.1.empty: 2, expected 3 rows": replace(
        SHOP, fleets=(line(2, 3), line(2, 2))
    ),
    "jobs.0.weight: -1": replace(
        SHOP, jobs=(Job(id="J", release=0, due=0, weight=-1.0),)
    ),
    "tariff.1.0: 5": replace(SHOP, tariff=((5, 1.0), (5, 2.0))),
    "frozen: -1": replace(SHOP, frozen=-1),
    "objective.ceilings.0: 'bogus'": replace(
        SHOP, objective=Objective(ceilings=(("bogus", 3.0),))
    ),
    "objective.flow: nan": replace(SHOP, objective=Objective(flow=float("nan"))),
}


@pytest.mark.parametrize("said", WRONG)
def test_a_flaw_is_named(said: str) -> None:
    """Its place, its value, and what was expected; nothing is compiled for it."""
    with pytest.raises(BadInput) as caught:
        solve(WRONG[said])
    assert str(caught.value).startswith(f"problem: {said}")
    assert "expected" in str(caught.value)


def test_the_shop_itself_is_sound() -> None:
    """What the flaws above were put into is solved."""
    assert solve(SHOP).status is Status.OPTIMAL


@pytest.mark.parametrize(
    ("params", "said"),
    [
        (Params(budget=-1), "params: budget: -1, expected 0 or more"),
        (Params(seed=2**40), "params: seed: 1099511627776, expected below 2^31"),
        (Params(workers=0), "params: workers: 0, expected 1 or more"),
        (Params(seconds=float("nan")), "params: seconds: nan, expected 0 or more"),
        (Params(sequenced_by="XX"), "params: sequenced_by: 'XX', expected one of"),
    ],
)
def test_params_are_refused(params: Params, said: str) -> None:
    """Amounts of work are not negative, and a rule is a known one."""
    with pytest.raises(BadInput) as caught:
        solve(SHOP, params)
    assert str(caught.value).startswith(said)


def test_a_value_that_cannot_be_told_is_refused() -> None:
    """No plan, and no word why, would be worse."""
    long = problem(
        [operation("a", (0, 10**12))],
        [Machine(id="M", place=0)],
        jobs=(Job(id="J", release=0, due=0, weight=2000.0),),
        objective=Objective(),
    )
    with pytest.raises(BadInput, match=r"a plan costs 2e\+15, expected below 1e\+15"):
        solve(long)


def test_a_clock_and_a_rule_that_is_followed() -> None:
    """The search of machines ends by itself, the time does not."""
    shop = replace(SHOP, vehicles=(), fleets=())
    params = Params(seconds=0.5, sequenced_by="rolling", exact_operations=0)
    result = solve(shop, replace(params, exact_plain=0))
    assert result.plan is not None
    assert result.plan.makespan == 10
