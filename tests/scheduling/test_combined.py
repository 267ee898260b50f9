"""What is seldom met together: frozen work, given plans, parts that block, takers."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from random_problems import random_problem

from scheduling.check import check_plan
from scheduling.portfolio import Params, solve
from scheduling.problem import Input, Problem


def with_takers(given: Problem, seed: int) -> Problem:
    """Return the problem with parts that more than one operation takes."""
    chance = random.Random(seed)
    operations = list(given.operations)
    for o, operation in enumerate(operations):
        known = {part.operation for part in operation.inputs}
        others = [n for n in range(o) if n not in known]
        if operation.pinned is None and others and chance.random() < 0.4:
            part = Input(operation=chance.choice(others), lag=chance.choice((0, 25)))
            operations[o] = operation._replace(inputs=(*operation.inputs, part))
    return replace(given, operations=tuple(operations))


def combined(seed: int) -> Problem:
    """Return a problem of up to nine operations; ovens have room, others may not."""
    given = random_problem(
        seed, jobs=3, steps=3, machines=3, vehicles=seed % 3, tight=seed % 4 > 0
    )
    machines = tuple(
        replace(machine, blocking=machine.blocking and not machine.batch)
        for machine in given.machines
    )
    given = with_takers(given, seed)
    return replace(given, machines=machines, in_force=None)


@pytest.mark.parametrize("seed", range(60))
def test_every_plan_is_possible(seed: int) -> None:
    """At first, then with what is near frozen, then from the plan there is."""
    given, exact = combined(seed), 100 * (seed % 2)
    params = Params(
        budget=40, race=8, windows=2, exact_work=0.2, exact_operations=exact
    )
    plan = solve(given, params).plan
    if plan is None:  # parts wait for each other
        return
    assert check_plan(given, plan) == []
    near = replace(given, in_force=plan, frozen=(10, 30, 60)[seed % 3])
    params = replace(params, seed=1, race=1)
    for start in (None, plan):
        found = solve(near, params, start).plan
        if found is not None:
            assert check_plan(near, found) == []
            if start is not None and check_plan(near, start) == []:
                assert found.value <= start.value
