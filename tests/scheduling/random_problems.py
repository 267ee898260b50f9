"""Random problems that use every feature of the model, ties included."""

from __future__ import annotations

import random
from dataclasses import replace

from scheduling.plan import Assignment, Plan
from scheduling.problem import (
    Fleet,
    Input,
    Job,
    Machine,
    Mode,
    Objective,
    Operation,
    Problem,
)
from scheduling.problem import Vehicle as Agv


def _matrix(chance: random.Random, places: int, most: int, plus: int = 0) -> tuple:
    """Travel times; multiples of 5, so that vehicles tie."""
    return tuple(
        tuple(
            0 if p == q and not plus else 5 * chance.randint(0, most) + plus
            for q in range(places)
        )
        for p in range(places)
    )


def _machine(
    chance: random.Random, m: int, now: int, setups: bool, tight: bool
) -> Machine:
    capacity = chance.choice((1, 1, 1, 2, 3, 0))
    blocking = tight and chance.random() < 0.6
    closed = ((now + 40, now + 70), (now + 90, now + 100))
    machine = Machine(
        id=f"M{m}",
        place=m,
        capacity=capacity,
        headway=chance.choice((0, 0, 7)),
        free=tuple(now + chance.choice((-5, 0, 10)) for _ in range(capacity)),
        last_start=now - 3,
        setup=0 if setups and chance.random() < 0.6 else None,
        family=chance.randint(-1, 2),
        closed=closed if chance.random() < 0.3 else (),
        batch=capacity > 1 and chance.random() < 0.5,
        blocking=blocking,
        power=float(chance.choice((0, 36, 72))),
    )
    return replace(machine, blocking=blocking and not machine.batch)


def random_problem(
    seed: int,
    *,
    jobs: int = 4,
    steps: int = 4,
    machines: int = 4,
    vehicles: int = 2,
    setups: bool = True,
    flexible: bool = True,
    tight: bool = False,
    objective: Objective | None = None,
) -> Problem:
    """Return a problem of up to ``jobs * steps`` operations, the same for a seed.

    ``tight``: machines without room beside them, and parts that must not wait long.
    """
    chance = random.Random(seed)
    now = chance.choice((0, 1000))
    places = machines + 2
    operations: list[Operation] = []
    kits: list[Job] = []
    pinned_on: dict[int, int] = {}
    for j in range(jobs):
        ready = now + chance.choice((0, 0, 20))
        open_ends: list[int] = []
        for k in range(chance.randint(1, steps)):
            if open_ends and chance.random() < 0.8:
                wanted = 2 if len(open_ends) > 1 and chance.random() < 0.6 else 1
                parts = [
                    Input(
                        operation=open_ends.pop(0),
                        lag=chance.choice((0, 0, 0, 25)),
                        limit=60 if tight and chance.random() < 0.4 else None,
                    )
                    for _ in range(wanted)
                ]
            else:
                parts = [Input(place=chance.randrange(places), ready=ready)]
            count = chance.choice((1, 2, 3)) if flexible else 1
            able = sorted(chance.sample(range(machines), min(count, machines)))
            pin = None
            if k == 0 and chance.random() < 0.2:
                pin = now + chance.choice((0, 15))
                able, parts = able[:1], []
                pinned_on[able[0]] = max(pinned_on.get(able[0], 0), pin)
            modes = tuple(
                Mode(machine=m, duration=chance.choice((0, 5, 10, 10, 15, 30)))
                for m in able
            )
            open_ends.append(len(operations))
            operations.append(
                Operation(
                    id=f"J{j}:{k}",
                    job=j,
                    modes=modes,
                    inputs=tuple(parts),
                    family=chance.randint(-1, 2),
                    release=ready if chance.random() < 0.3 else 0,
                    pinned=pin,
                    keep=chance.choice((None, able[0])),
                )
            )
        due = ready + chance.randint(20, 150)
        weight = float(chance.choice((1, 2, 4)))
        kits.append(Job(id=f"J{j}", release=ready, due=due, weight=weight))
    sites = []
    for m in range(machines):
        site = _machine(chance, m, now, setups, tight)
        if m in pinned_on and site.capacity == 1:
            site = Machine(
                id=site.id,
                place=site.place,
                free=(pinned_on[m],),
                setup=site.setup,
                family=site.family,
                closed=site.closed,
                blocking=site.blocking,
                power=site.power,
            )
        sites.append(site)
    empty = _matrix(chance, places, 3)
    fleets = (
        Fleet(empty=empty, loaded=_matrix(chance, places, 3, 5)),
        Fleet(empty=empty, loaded=_matrix(chance, places, 2, 5)),
    )
    several = chance.random() < 0.3
    fleet = [int(several and v % 2) for v in range(vehicles)]
    matrix = tuple(
        tuple(0 if f == g else chance.choice((0, 5, 10)) for g in range(3))
        for f in range(3)
    )
    old = Plan(
        assignments=tuple(
            Assignment(
                operation=o.id,
                machine=f"M{chance.randrange(machines)}",
                start=now,
                end=now,
                setup_start=now,
            )
            for o in operations
            if chance.random() < 0.5
        ),
        priority=tuple(o.id for o in chance.sample(operations, len(operations))),
    )
    return Problem(
        now=now,
        jobs=tuple(kits),
        operations=tuple(operations),
        machines=tuple(sites),
        setups=(matrix,),
        vehicles=tuple(
            Agv(
                id=f"V{v}",
                place=machines,
                free=now + 5 * chance.choice((-1, 0, 0, 1)),
                fleet=fleet[v],
            )
            for v in range(vehicles)
        ),
        fleets=fleets,
        objective=objective
        or Objective(
            flow=0.25,
            moved=10.0,
            changed=20.0,
            spread=10 * (seed % 2),
            setup=0.5 * (seed % 3),
            energy=1000.0 * (seed % 4),
        ),
        tariff=((0, 1.0), (now + 50, 0.5), (now + 120, 2.0)),
        in_force=old,
        frozen=10 * (seed % 5 == 0),
    )
