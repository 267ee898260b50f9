"""A plan and its problem, indexed for the checks."""

from __future__ import annotations

from dataclasses import dataclass

from scheduling.plan import Assignment, Plan
from scheduling.problem import Machine, Operation, Problem


@dataclass(frozen=True, slots=True)
class Violation:
    """Which rule a plan breaks, where, and how."""

    rule: str
    subject: str
    problem: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.subject}: {self.problem}"


class Facts:
    """What a plan says, found by operation, input and machine."""

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem, self.plan = problem, plan
        self.index = {op.id: k for k, op in enumerate(problem.operations)}
        self.machine = {machine.id: k for k, machine in enumerate(problem.machines)}
        self.work = {a.operation: a for a in plan.assignments}
        self.trip = {(t.operation, t.input): t for t in plan.trips}
        self.by_machine: dict[str, list[Assignment]] = {
            machine.id: [] for machine in problem.machines
        }
        order = sorted(plan.assignments, key=lambda a: (a.start, a.setup_start, a.end))
        for work in order:
            if work.machine in self.by_machine:
                self.by_machine[work.machine].append(work)

    def operation(self, id: str) -> Operation:
        """Return an operation of the problem."""
        return self.problem.operations[self.index[id]]

    def duration(self, work: Assignment) -> int | None:
        """Return how long it should last; None: it cannot be done there."""
        m = self.machine.get(work.machine)
        for mode in self.operation(work.operation).modes:
            if mode.machine == m:
                return mode.duration
        return None

    def made(self, operation: int) -> tuple[int, int]:
        """Return where and when the output of an operation is there."""
        source = self.problem.operations[operation]
        if source.pinned is not None:
            machine = self.problem.machines[source.modes[0].machine]
            return machine.place, source.pinned
        work = self.work[source.id]
        return self.problem.machines[self.machine[work.machine]].place, work.end

    def on(self, machine: Machine) -> list[Assignment]:
        """Return what a limited machine does, in order."""
        return [] if machine.capacity == 0 else self.by_machine[machine.id]
