"""What CP-SAT minimises: the problem's objective in integers."""

from __future__ import annotations

from functools import reduce
from math import floor, gcd
from typing import Any

from ortools.sat.python import cp_model

from scheduling.cpsat.variables import Surroundings, Variables
from scheduling.problem import Job

_SCALES = (1, 2, 5, 10, 20, 100, 1000, 10_000)


class Cost:
    """The objective of a problem; coefficients are rounded down, so bounds hold."""

    def __init__(
        self, model: cp_model.CpModel, variables: Variables, around: Surroundings
    ) -> None:
        self.model, self.variables, self.around = model, variables, around
        self.problem, self.grid = variables.problem, variables.grid
        self.terms: list[tuple[float, Any]] = []
        self.constant = 0.0
        if self.problem.objective.makespan:
            self._makespan()
        else:
            self._jobs()
            self._changes()
        self._pressure()
        self.scale = self._scale()

    def value_of(self, objective: float) -> float:
        """Return the value that an objective of the model stands for."""
        return objective / self.scale + self.constant

    def _scale(self) -> float:
        """Set the objective; return how many of its units are one of the value."""
        prices = [price for price, _ in self.terms]

        def whole(scale: int) -> bool:
            return all(abs(p * scale - round(p * scale)) < 1e-9 for p in prices)

        scale = next((s for s in _SCALES if whole(s)), _SCALES[-1])
        exact = whole(scale)
        counts = [round(p * scale) if exact else floor(p * scale) for p in prices]
        common = reduce(gcd, counts, 0) or 1
        self.model.minimize(
            sum(
                (count // common) * term
                for count, (_, term) in zip(counts, self.terms, strict=True)
                if count
            )
        )
        return scale / common

    def _ends(self, job: int | None) -> tuple[list[Any], int]:
        """Return the ends of a job's open work (of all: None), and of its pinned."""
        open_ends, pinned = [], 0
        for o, operation in enumerate(self.problem.operations):
            if job is None or operation.job == job:
                if operation.pinned is None:
                    open_ends.append(self.variables.works[o].end)
                else:
                    pinned = max(pinned, self.grid.of(operation.pinned))
        return open_ends, pinned

    def _last(self, ends: list[Any], pinned: int, name: str) -> Any:
        last = self.model.new_int_var(pinned, self.grid.horizon, name)
        for end in ends:
            self.model.add(last >= end)
        return last

    def _makespan(self) -> None:
        """Price the latest end of an operation."""
        ends, pinned = self._ends(None)
        self.constant += self.problem.now
        self.terms.append((self.grid.unit, self._last(ends, pinned, "makespan")))

    def _jobs(self) -> None:
        """Price the tardiness and the flow time of each job."""
        flow, unit, now = self.problem.objective.flow, self.grid.unit, self.grid.now
        for j, job in enumerate(self.problem.jobs):
            ends, pinned = self._ends(j)
            if not ends:
                self._finished(j)
                continue
            last = self._last(ends, pinned, f"completion {j}")
            if flow:
                self.terms.append((flow * unit, last))
                self.constant += flow * (now - job.release)
            for due, weight in self._dues(job):
                self.constant += weight * max(0, now - due)
                late = self.model.new_int_var(0, self.grid.horizon, f"late {j}")
                self.model.add(late >= last - self.grid.of(due))
                self.terms.append((weight * unit, late))

    def _dues(self, job: Job) -> tuple[tuple[int, float], ...]:
        """Return when a job becomes late, and at which price: twice with a spread."""
        spread = self.problem.objective.spread
        if not job.weight:
            return ()
        if not spread:
            return ((job.due, job.weight),)
        half = job.weight / 2
        return (job.due - spread, half), (job.due + spread, half)

    def _finished(self, j: int) -> None:
        """Add what a job costs of which nothing is open."""
        job, flow = self.problem.jobs[j], self.problem.objective.flow
        ends = [o.pinned for o in self.problem.operations if o.job == j]
        if ends:
            end = max(end for end in ends if end is not None)
            for due, weight in self._dues(job):
                self.constant += weight * max(0, end - due)
            self.constant += flow * (end - job.release)

    def _changes(self) -> None:
        """Price other machines than where the part is, or than in the plan in force."""
        aim, force = self.problem.objective, self.problem.in_force
        before = force.machine_of() if force else {}
        names = {machine.id for machine in self.problem.machines}
        for o, work in self.variables.works.items():
            operation = self.problem.operations[o]
            old = before.get(operation.id)
            for choice in work.choices:
                price = 0.0
                if operation.keep is not None and operation.keep != choice.machine:
                    price += aim.moved
                if old in names and old != self.problem.machines[choice.machine].id:
                    price += aim.changed
                if price:
                    self.terms.append((price, choice.chosen))

    def _pressure(self) -> None:
        """Price work that delays what waits for the same machine after a window."""
        for m, (limit, price) in self.around.pressure.items():
            over = self.model.new_int_var(0, self.grid.horizon, f"over {m}")
            self.terms.append((price * self.grid.unit, over))
            for work in self.variables.works.values():
                for choice in work.choices:
                    if choice.machine == m:
                        self.model.add(
                            over >= work.end - self.grid.of(limit)
                        ).only_enforce_if(choice.chosen)
