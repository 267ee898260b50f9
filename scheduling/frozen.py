"""The frozen interval: what of the plan in force is so near that it stays as it is.

Lin, Krajewski, Leong & Benton (1994) and many after them freeze the next periods of a
plan so that people and material can rely on it.
"""

from __future__ import annotations

from scheduling.problem import Machine, Problem


def frozen_of(problem: Problem) -> list[tuple[int, int]]:
    """Return the frozen operations in their order, with a position among the modes.

    Frozen is what the plan in force begins less than ``problem.frozen`` after now, on
    a machine that can still do it and is there by then, if all it needs is frozen too,
    in work, or done. Where parts block their machine their turn may be impossible:
    there nothing is frozen.
    """
    force = problem.in_force
    if force is None or problem.frozen <= 0:
        return []
    until = problem.now + problem.frozen
    near = {a.operation: a.machine for a in force.assignments if a.start < until}
    place = {operation.id: o for o, operation in enumerate(problem.operations)}
    first = [0]
    for operation in problem.operations:
        first.append(first[-1] + len(operation.modes))
    found: dict[int, int] = {}
    for id in force.priority:
        o = place.get(id)
        if o is None or id not in near or problem.operations[o].pinned is not None:
            continue
        needs = [part.operation for part in problem.operations[o].inputs]
        if any(
            n is not None and n not in found and problem.operations[n].pinned is None
            for n in needs
        ):
            continue
        for k, mode in enumerate(problem.operations[o].modes):
            machine = problem.machines[mode.machine]
            if machine.id == near[id] and _there(machine, until):
                found[o] = first[o] + k
    return list(found.items())


def _there(machine: Machine, until: int) -> bool:
    """Return whether a machine has a slot in time, and room beside it."""
    taken = sum(free >= until for free in machine.free)
    return machine.capacity == 0 or (taken < machine.capacity and not machine.blocking)
