"""The pool finds what looking at every candidate at every step finds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from random_problems import random_problem
from small_problems import car, operation, problem

from benchmarks.shops import Size, shop
from scheduling.arrays import AWAITED, MODES, NEXT, TYPICAL, Arrays, arrays_of
from scheduling.candidate import C_MODE, C_START, propose
from scheduling.choice import urgency_of
from scheduling.decode import draft_of
from scheduling.problem import Fleet, Input, Machine, Problem
from scheduling.rules import RULES, Rule, dispatch, dispatched
from scheduling.step import END_AT, HELD, commit, start_state
from scheduling.urgency import LOOK_AHEAD

CHOSEN = ("FIFO", "ATC", "reference", "rolling", "MOD", "COVERT")


def order_of_all(a: Arrays, rule: Rule) -> list[int]:
    """Return the order of a dispatch that looks at every candidate at every step."""
    count, vector = len(a.operations) - 1, rule.vector()
    plan = draft_of(a).schedule
    state = start_state(a, np.zeros(count, dtype=np.int64))
    order = a.prefix[:, 0].tolist()
    for o, mode in a.prefix.tolist():
        commit(a, state, o, mode, plan)
    waiting = a.operations[:count, AWAITED].tolist()
    for o in range(count):
        if state.done[o, END_AT] >= 0:
            for n in a.following[a.operations[o, NEXT] : a.operations[o + 1, NEXT]]:
                waiting[n] -= 1
    able = a.operations[1:, MODES] > a.operations[:-1, MODES]
    found = np.full((count, 8), -1, dtype=np.int64)
    while True:
        undone = [o for o in range(count) if state.done[o, END_AT] < 0]
        ready = [o for o in undone if waiting[o] == 0 and able[o]]
        for o in ready:
            propose(a, state, o, -1, plan.trips, found[o])
        front = min((int(found[o, C_START]) for o in ready), default=HELD)
        if front >= HELD:
            return order
        limit = front + vector[LOOK_AHEAD] * a.prices[TYPICAL]
        soon = [o for o in ready if found[o, C_START] <= limit]
        best = min(
            soon,
            key=lambda o: (
                -urgency_of(a, o, found[o], front, vector),
                int(found[o, C_START]),
                o,
            ),
        )
        commit(a, state, best, found[best, C_MODE], plan)
        order.append(best)
        for n in a.following[a.operations[best, NEXT] : a.operations[best + 1, NEXT]]:
            waiting[n] -= 1


def same(given: Problem, name: str) -> None:
    """Hold the order of the compiled dispatch against the plain one."""
    a = arrays_of(given)
    draft = dispatched(a, RULES[name])
    assert draft.schedule.order[: draft.planned].tolist() == order_of_all(
        a, RULES[name]
    )


@pytest.mark.parametrize("seed", range(60))
def test_on_random_problems(seed: int) -> None:
    """With vehicles that tie, set-ups, ovens, lags, and what is frozen."""
    given = random_problem(seed, jobs=6, vehicles=seed % 4)
    same(given, CHOSEN[seed % len(CHOSEN)])


@pytest.mark.parametrize("seed", range(30))
def test_where_parts_block(seed: int) -> None:
    """Slots that come free again are noticed, and so are deadlocks."""
    given = random_problem(seed, jobs=6, vehicles=seed % 3, tight=True)
    # Where parts must not wait the dispatch begins again: that is another test's.
    operations = tuple(
        o._replace(inputs=tuple(part._replace(limit=None) for part in o.inputs))
        for o in given.operations
    )
    same(replace(given, operations=operations), CHOSEN[seed % len(CHOSEN)])


@pytest.mark.parametrize("seed", range(6))
def test_on_a_shop(seed: int) -> None:
    """Thirty jobs, eight machines, three vehicles."""
    same(shop(Size(jobs=30, machines=8, vehicles=3), seed), CHOSEN[seed])


def test_a_vehicle_that_comes_near() -> None:
    """V would need 100 to B's part; having brought A's, it is there after 4.

    Ways need not be metric: one-way lanes, a lift. So B can begin sooner than was
    found before A was planned, and sooner than C.
    """
    empty = ((0, 0, 100, 9), (0, 0, 1, 9), (9, 9, 0, 9), (9, 9, 50, 0))
    loaded = ((0, 3, 9, 9), (9, 0, 9, 9), (9, 2, 0, 9), (9, 9, 9, 0))
    given = problem(
        [
            operation("A", (0, 1)),
            operation("B", (1, 2), job=1, inputs=(Input(place=2),)),
            operation("C", (2, 3), job=2, inputs=(Input(place=3, ready=20),)),
        ],
        [Machine(id=f"M{m}", place=(1, 1, 3)[m]) for m in range(3)],
        vehicles=(car("V", 0), car("W", 3)),
        fleets=(Fleet(empty=empty, loaded=loaded),),
    )
    same(given, "SPT")
    plan = dispatch(given, RULES["SPT"])
    assert plan.priority == ("A", "B", "C")
    assert [trip.vehicle for trip in plan.trips] == ["V", "V"]
