"""What is decided or decoded again is what doing it all from the start would give."""

from __future__ import annotations

import numpy as np
import pytest
from random_problems import random_problem

from benchmarks.shops import Size, shop
from scheduling.arrays import JOB, Arrays, arrays_of
from scheduling.course import course_of
from scheduling.decode import draft_of
from scheduling.problem import Problem
from scheduling.realise import in_order
from scheduling.resume import EVERY, again, decoded_of, give_up, keep
from scheduling.rules import RULES, dispatched
from scheduling.search.sequences import shift
from scheduling.serial import by_urgency, by_urgency_again
from scheduling.step import START, Schedule
from scheduling.worth import worth


def floors(seed: int) -> Problem:
    """Return a problem of any kind: a shop, ovens and lags, or parts that block."""
    if seed % 3 == 0:
        return shop(Size(jobs=12, machines=6, vehicles=2), seed)
    return random_problem(seed, jobs=8, vehicles=seed % 4, tight=seed % 3 == 1)


def written(planned: int, plan: Schedule) -> tuple[list[int], list[list[int]]]:
    """Return the order and the times of a schedule."""
    return plan.order[:planned].tolist(), plan.works.tolist()


@pytest.mark.parametrize("seed", range(45))
def test_other_bonuses_decide_as_from_the_start(seed: int) -> None:
    """Raised, lowered, or both: the same order, modes, times and course."""
    a = arrays_of(floors(seed))
    count, chance = len(a.operations) - 1, np.random.default_rng(seed)
    rule, free = RULES["rolling"].vector(), np.full(count, -1, dtype=np.int64)
    before = chance.normal(size=count).round(1)  # some tie
    known, course, unknown = course_of(count), course_of(count), course_of(0)
    mine, other = draft_of(a).schedule, draft_of(a).schedule
    by_urgency_again(a, rule, before, free, mine, before, unknown, known)
    for _ in range(12):
        bonus = before.copy()
        changed = chance.choice(count, min(count, int(chance.integers(1, 4))))
        bonus[changed] += chance.normal(size=len(changed)).round(1)
        planned = by_urgency_again(a, rule, bonus, free, mine, before, known, course)
        alone = by_urgency(a, rule, bonus, free, other)
        assert written(planned, mine) == written(alone, other)
        known, course, before = course, known, bonus


def places(
    a: Arrays, order: np.ndarray, chance: np.random.Generator
) -> tuple[int, int]:
    """Return a place and one behind it with nothing of the same job between them."""
    jobs = a.operations[order, JOB]
    while True:
        p, q = sorted(chance.integers(0, len(order), 2).tolist())
        if q - p <= 6 and jobs[p] not in jobs[p + 1 : q + 1]:
            return p, q


@pytest.mark.parametrize("seed", range(0, 45, 3))
def test_changed_orders_decode_as_from_the_start(seed: int) -> None:
    """Moved, on other machines, held back; kept or given up."""
    size = Size(jobs=30, machines=8, vehicles=1 + seed % 4)
    a = arrays_of(shop(size, seed))
    chance, start = np.random.default_rng(seed), dispatched(a, RULES["rolling"])
    order, only, hold = start.schedule.order.copy(), start.modes(), start.hold.copy()
    place, count = np.argsort(order), len(order)
    mine, other, sooner = draft_of(a).schedule, draft_of(a).schedule, 0
    known = decoded_of(a, count, hold, mine)
    again(a, known, order, count, only, hold, 0, count, mine)
    keep(known, order, mine)
    for turn in range(60):
        p, q = places(a, order, chance)
        o, mode, until = order[p], only[order[p]], hold[order[p]]
        shift(order, place, p, q)
        if turn % 3 == 1:
            only[o] = -1
        if turn % 5 == 1:
            hold[o] = int(mine.works[o, START]) + 7
        planned = again(a, known, order, count, only, hold, p, q, mine)
        sooner += int(known.span[1]) < count
        alone = in_order(a, order, count, only, hold, other)
        assert mine.works.tolist() == other.works.tolist()
        assert worth(a, planned, mine) == worth(a, alone, other)
        if turn % 2:
            keep(known, order, mine)
        else:
            shift(order, place, q, p)
            only[o], hold[o] = mode, until
            give_up(known, order, mine)
    assert sooner > 0  # some trials end before the order does
    assert count > 2 * EVERY
