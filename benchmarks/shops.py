"""Random shops with vehicles, alternative machines and set-ups, and what befalls them.

For the benchmarks of re-planning. All times are minutes (the unit does not matter).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from scheduling.plan import Plan
from scheduling.problem import (
    Fleet,
    Input,
    Job,
    Machine,
    Mode,
    Objective,
    Operation,
    Problem,
    Vehicle,
)
from scheduling.residual import broken_down

FAMILIES = 5
#: Price of flow time beside tardiness of weight 1.
FLOW = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a shop is; jobs of 3 to 6 operations."""

    jobs: int
    machines: int
    vehicles: int


#: By number of jobs.
SIZES = {
    50: Size(jobs=50, machines=10, vehicles=4),
    100: Size(jobs=100, machines=16, vehicles=6),
    200: Size(jobs=200, machines=24, vehicles=10),
    2200: Size(jobs=2200, machines=60, vehicles=30),
    22000: Size(jobs=22000, machines=60, vehicles=30),
}


def shop(size: Size, seed: int) -> Problem:
    """Return a shop in which nothing is begun.

    Machines stand on a grid, two to a work centre; every second centre has
    sequence-dependent set-ups. Due dates leave twice the work content and a share of
    the queue: by a good plan a fifth to two fifths of the jobs are late.
    """
    chance = Random(seed)
    places = size.machines + 1  # the last is the store
    spots = [(chance.randint(0, 9), chance.randint(0, 9)) for _ in range(places)]
    drive = tuple(
        tuple((abs(a - c) + abs(b - d) + 1) // 2 for c, d in spots) for a, b in spots
    )
    loaded = tuple(tuple(time + 1 for time in row) for row in drive)
    centres = [
        tuple(range(m, min(m + 2, size.machines))) for m in range(0, size.machines, 2)
    ]
    busy = size.jobs / size.machines * 4.5 * 25  # about the work of a machine
    jobs: list[Job] = []
    operations: list[Operation] = []
    for j in range(size.jobs):
        content = _job(chance, j, centres, size.machines, operations)
        due = round(content * 2 + chance.uniform(0.1, 1.0) * busy)
        weight = float(chance.choice((1, 1, 2, 4)))
        jobs.append(Job(id=f"J{j}", release=0, due=due, weight=weight))
    setup = tuple(
        tuple(0 if a == b else chance.randint(5, 20) for b in range(FAMILIES))
        for a in range(FAMILIES)
    )
    return Problem(
        now=0,
        jobs=tuple(jobs),
        operations=tuple(operations),
        machines=tuple(
            Machine(id=f"M{m}", place=m, setup=0 if m % 4 < 2 else None)
            for m in range(size.machines)
        ),
        setups=(setup,),
        vehicles=tuple(
            Vehicle(id=f"V{v}", place=size.machines, free=0)
            for v in range(size.vehicles)
        ),
        fleets=(Fleet(empty=drive, loaded=loaded),),
        objective=Objective(flow=FLOW),
    )


def _job(
    chance: Random,
    job: int,
    centres: list[tuple[int, ...]],
    store: int,
    operations: list[Operation],
) -> int:
    """Add the operations of a job; return its work content."""
    family, content = chance.randrange(FAMILIES), 0
    part = Input(place=store)
    length = min(len(centres), chance.randint(3, 6))
    for k, centre in enumerate(chance.sample(centres, length)):
        base = chance.randint(10, 40)
        modes = tuple(
            Mode(machine=m, duration=round(base * chance.uniform(1, 1.3)))
            for m in centre
        )
        content += base
        operations.append(
            Operation(
                id=f"J{job}.{k}", job=job, modes=modes, inputs=(part,), family=family
            )
        )
        part = Input(operation=len(operations) - 1)
    return content


def broken(problem: Problem, plan: Plan, repair: int) -> Problem:
    """Return the problem with its busiest machine down for so long."""
    ahead = [a for a in plan.assignments if a.start >= problem.now]
    loads = [sum(a.machine == m.id for a in ahead) for m in problem.machines]
    worst = loads.index(max(loads))
    return broken_down(problem, problem.machines[worst].id, repair)


def rushed(problem: Problem, like: Problem, seed: int) -> Problem:
    """Return the problem with an urgent job more: one of ``like``'s routings."""
    job = Random(seed).randrange(len(like.jobs))
    steps = [operation for operation in like.operations if operation.job == job]
    content = sum(min(m.duration for m in step.modes) for step in steps)
    operations = list(problem.operations)
    part = Input(place=len(problem.machines))
    for k, step in enumerate(steps):
        operations.append(
            step._replace(id=f"RUSH.{k}", job=len(problem.jobs), inputs=(part,))
        )
        part = Input(operation=len(operations) - 1)
    due = problem.now + round(1.5 * content)
    rush = Job(id="RUSH", release=problem.now, due=due, weight=8.0)
    return replace(problem, operations=tuple(operations), jobs=(*problem.jobs, rush))
