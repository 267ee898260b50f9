"""What is frozen stays, and the value is what the objective says.

What is frozen is a matter of definition, :mod:`scheduling.frozen`; the rest shares no
code with what made the plan.
"""

from __future__ import annotations

from collections.abc import Iterator

from scheduling.check.facts import Facts, Violation
from scheduling.criteria import criteria_of
from scheduling.frozen import frozen_of


def frozen(f: Facts) -> Iterator[Violation]:
    """Work that is frozen keeps its machine and, on one of one slot, its turn."""
    force = f.problem.in_force
    frozen = [f.problem.operations[o].id for o, _ in frozen_of(f.problem)]
    if force is None or not frozen:
        return
    before = force.machine_of()
    for id in frozen:
        if f.work[id].machine != before[id]:
            yield Violation("frozen", id, f"moved from {before[id]}")
    for machine in f.problem.machines:
        if machine.capacity != 1:
            continue
        turn = [id for id in frozen if before[id] == machine.id]
        times = [f.work[id].start for id in turn if id in f.work]
        if times != sorted(times):
            yield Violation("frozen", machine.id, f"not in the order {turn}")
        others = [a for a in f.on(machine) if a.operation not in turn]
        if times and any(a.start < max(times) for a in others):
            yield Violation("frozen", machine.id, "something is put before")


def costs(f: Facts) -> Iterator[Violation]:
    """Value and makespan are what the objective says they are."""
    found = criteria_of(f.problem, f.plan)
    aim = f.problem.objective
    if found["makespan"] != f.plan.makespan:
        problem = f"{f.plan.makespan}, not {found['makespan']:g}"
        yield Violation("makespan", "plan", problem)
    value = sum(getattr(aim, name) * amount for name, amount in found.items())
    if abs(value - f.plan.value) > 1e-9 * max(1.0, abs(value)):
        yield Violation("value", "plan", f"{f.plan.value!r}, not {value!r}")
    for name, ceiling in aim.ceilings:
        if found[name] > ceiling + 1e-9 * max(1.0, abs(ceiling)):
            yield Violation("ceiling", name, f"{found[name]:g} > {ceiling:g}")
