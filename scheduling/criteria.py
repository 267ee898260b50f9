"""What a plan achieves, by criterion: read off the plan, not off the step."""

from __future__ import annotations

from scheduling.plan import Assignment, Plan
from scheduling.problem import CRITERIA, Machine, Problem

HOUR = 3_600_000


def criteria_of(problem: Problem, plan: Plan) -> dict[str, float]:
    """Return the criteria of a complete plan, by name, without their prices.

    Units as in :class:`scheduling.problem.Objective`: times in ms, energy in the money
    of the tariff, ``moved`` and ``changed`` in operations.
    """
    work = {a.operation: a for a in plan.assignments}
    place = {machine.id: m for m, machine in enumerate(problem.machines)}
    before = problem.in_force.machine_of() if problem.in_force else {}
    found = dict.fromkeys(CRITERIA, 0.0)
    ends: dict[int, int] = {}
    for operation in problem.operations:
        end = operation.pinned
        if end is None:
            mine = work[operation.id]
            end, keep, old = mine.end, operation.keep, before.get(operation.id)
            found["moved"] += keep is not None and place[mine.machine] != keep
            found["changed"] += old in place and old != mine.machine
        ends[operation.job] = max(ends.get(operation.job, end), end)
    found["makespan"] = float(max(ends.values(), default=0))
    spread = problem.objective.spread
    for position, end in ends.items():
        job = problem.jobs[position]
        cases = (end - spread, end + spread)
        mean = sum(max(0, case - job.due) for case in cases) / 2
        found["tardiness"] += job.weight * mean
        found["flow"] += end - job.release
    for machine in problem.machines:
        mine_all = [a for a in plan.assignments if a.machine == machine.id]
        found["setup"] += _set_up(problem, machine, mine_all)
        found["energy"] += _energy(problem, machine, mine_all)
    return found


def same_for_all(problem: Problem) -> frozenset[str]:
    """Return the criteria that cannot tell any two plans of a problem apart."""
    has = {
        "setup": any(m.setup is not None for m in problem.machines),
        "energy": problem.tariff and any(m.power for m in problem.machines),
        "moved": any(o.keep is not None for o in problem.operations),
        "changed": problem.in_force is not None,
    }
    return frozenset(name for name, telling in has.items() if not telling)


def _set_up(problem: Problem, machine: Machine, works: list[Assignment]) -> int:
    """Return how long a machine is set up in all, for a batch once."""
    if machine.setup is None or machine.capacity == 0:
        return 0
    families = {operation.id: operation.family for operation in problem.operations}
    total, family, batch = 0, machine.family, (0, 0, -1)
    for work in sorted(works, key=lambda a: (a.start, a.setup_start, a.end)):
        new = families[work.operation]
        before, batch = batch, (work.start, work.end, new)
        if new >= 0:
            if family >= 0 and not (machine.batch and before == batch):
                total += problem.setups[machine.setup][family][new]
            family = new
    return total


def _energy(problem: Problem, machine: Machine, works: list[Assignment]) -> float:
    """Return what the energy of a machine costs; what it does at once, as a batch."""
    spans = [(a.start, a.end) for a in works]
    if machine.batch and machine.capacity:
        spans = list(set(spans))
    cost = 0.0
    for k, (time, price) in enumerate(problem.tariff):
        until = problem.tariff[k + 1][0] if k + 1 < len(problem.tariff) else None
        for start, end in spans:
            first = start if k == 0 else max(start, time)
            last = end if until is None else min(end, until)
            cost += price * max(0, last - first)
    return cost * machine.power / HOUR
