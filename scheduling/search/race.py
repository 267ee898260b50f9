"""A race of dispatching rules: those with a name, then settings drawn at random."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from math import exp

import numpy as np

from scheduling.arrays import Arrays, Reals, Table
from scheduling.compiling import compiled
from scheduling.decode import draft_of
from scheduling.rules import RULES, Rule
from scheduling.serial import by_urgency
from scheduling.step import MODE, Schedule
from scheduling.urgency import ATC
from scheduling.worth import worth


def atc(k: float, s: float, look: float) -> Rule:
    """Return ATC by patience, weight of set-ups and reservation."""
    return Rule(
        name=f"ATC k={k:g} s={s:g} l={look:g}",
        formula=ATC,
        k=k,
        setup_weight=s,
        wait_weight=1.0,
        look_ahead=look,
    )


_FIRST = ("rolling", "SPT", "COVERT", "LPT", "MOD", "CR")
#: The rules tried before any search. Those that most often add something come first:
#: by greedy choice on 50 re-plannings of a day of `electronics`, the first eight leave
#: a hundredth of a percent to the best of all.
RACE: tuple[Rule, ...] = (
    *(RULES[name] for name in _FIRST),
    atc(5, 1, 0.2),
    atc(20, 4, 0.2),
    *(rule for name, rule in RULES.items() if name not in _FIRST),
    *(
        atc(k, s, look)
        for k in (0.7, 2, 5)
        for s, look in ((0.5, 0.2), (1, 0.5), (2, 1), (4, 0.5))
    ),
)


@compiled
def race(
    a: Arrays, rules: Reals, only: Table, sequenced_by: Reals, plan: Schedule
) -> Reals:
    """Return what the plans of ``rules`` (R, 5) are worth, (R,).

    ``only`` (R, N) prescribes modes, -1 leaves them free. If there is a rule (1, 5)
    that plans are ``sequenced_by``, what it makes of their machines counts.
    """
    values, bonus = np.empty(len(rules)), np.zeros(only.shape[1])
    for r in range(len(rules)):
        planned = by_urgency(a, rules[r], bonus, only[r], plan)
        if len(sequenced_by):
            modes = plan.works[:, MODE].copy()
            planned = by_urgency(a, sequenced_by[0], bonus, modes, plan)
        values[r], _ = worth(a, planned, plan)
    return values


def raced(
    a: Arrays, rules: Reals, only: Table, sequenced_by: Rule | None, workers: int
) -> Reals:
    """Return :func:`race`'s values, found in so many threads."""
    count = max(1, min(workers, len(rules)))
    judge: Reals = np.empty((0, 5))
    if sequenced_by is not None:
        judge = sequenced_by.vector().reshape(1, 5)
    if count == 1:
        return race(a, rules, only, judge, draft_of(a).schedule)
    shares = zip(np.array_split(rules, count), np.array_split(only, count), strict=True)
    with ThreadPoolExecutor(count) as pool:
        tasks = [
            pool.submit(race, a, mine, modes, judge, draft_of(a).schedule)
            for mine, modes in shares
        ]
        return np.concatenate([task.result() for task in tasks])


def drawn(count: int, seed: int) -> Reals:
    """Return settings of ATC, (count, 5): patience .2 to 20, set-ups .1 to 5 times."""
    chance = random.Random(seed)
    rows = [
        (
            ATC,
            0.2 * 100 ** chance.random(),
            0.1 * 50 ** chance.random(),
            1.5 * chance.random(),
            max(0.0, 1.3 * chance.random() - 0.3),
        )
        for _ in range(count)
    ]
    return np.array(rows, dtype=np.float64).reshape(count, 5)


def near(vector: Reals, count: int, seed: int) -> Reals:
    """Return settings of ATC like this one, (count, 5): each a third more or less."""
    chance = random.Random(seed)
    rows = np.repeat(vector.reshape(1, 5), count, axis=0)
    rows[:, 0] = ATC
    for row in rows:
        for column in range(1, 5):
            row[column] = max(0.01, row[column]) * exp(chance.gauss(0.0, 0.35))
    return rows
