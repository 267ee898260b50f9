"""What CP-SAT minimises: the problem's criteria, priced and with their ceilings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from math import floor, gcd, isfinite
from typing import Any

from ortools.sat.python import cp_model

from scheduling.cpsat.setups import set_up_times
from scheduling.cpsat.tariff import bills
from scheduling.cpsat.variables import Surroundings, Term, Variables
from scheduling.problem import CRITERIA, Job
from scheduling.worth import CLOSE

_SCALES = (1, 2, 5, 10, 20, 100, 1000, 10_000)
#: What a sum may come to where none of these makes all coefficients whole.
_LARGEST = 10**15


class Cost:
    """The objective of a problem; coefficients are rounded down, so bounds hold."""

    def __init__(
        self, model: cp_model.CpModel, variables: Variables, around: Surroundings
    ) -> None:
        self.model, self.variables, self.around = model, variables, around
        self.problem, self.grid = variables.problem, variables.grid
        self.constant = 0.0
        aim, ceilings = self.problem.objective, dict(self.problem.objective.ceilings)
        terms: list[Term] = []
        for name, price in zip(CRITERIA, aim.prices(), strict=True):
            limit = ceilings.get(name, float("inf"))
            if not price and not isfinite(limit):
                continue
            mine = list(getattr(self, f"_{name}")())
            fixed = sum(value for value, known in mine if known is None)
            open_ = [(value, known) for value, known in mine if known is not None]
            self.constant += price * fixed
            terms += [(price * value, known) for value, known in open_]
            if isfinite(limit):
                self._ceiling(open_, limit - fixed)
        terms += self._pressure()
        self.scale = self._minimise(terms)

    def value_of(self, objective: float) -> float:
        """Return the value that an objective of the model stands for."""
        return objective / self.scale + self.constant

    def _ceiling(self, terms: list[Term], limit: float) -> None:
        """Keep a criterion below its ceiling; what is rounded is rounded its way."""
        total, scale = _whole(terms)
        limit += CLOSE * max(1.0, abs(limit))
        self.model.add(total <= floor(limit * scale + 1e-6))

    def _minimise(self, terms: list[Term]) -> float:
        """Set the objective; return how many of its units are one of the value."""
        total, scale = _whole(terms)
        self.model.minimize(total)
        return scale

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

    def _completion(self, job: int | None) -> Any:
        """Return when all work of a job (of all: None) is done; None: it is done."""
        ends, pinned = self._ends(job)
        if not ends:
            return None
        last = self.model.new_int_var(pinned, self.grid.horizon, f"completion {job}")
        for end in ends:
            self.model.add(last >= end)
        return last

    def _done(self, job: int | None) -> int | None:
        """Return when what is in work of a job (of all: None) ends, if anything is."""
        ends = [
            operation.pinned
            for operation in self.problem.operations
            if job in (None, operation.job) and operation.pinned is not None
        ]
        return max(ends, default=None)

    def _makespan(self) -> Iterator[Term]:
        """Yield the latest end of an operation."""
        last = self._completion(None)
        if last is None:
            yield float(self._done(None) or 0), None
            return
        yield float(self.problem.now), None
        yield float(self.grid.unit), last

    def _tardiness(self) -> Iterator[Term]:
        """Yield the weighted tardiness of each job, twice half of it with a spread."""
        now, unit = self.problem.now, self.grid.unit
        for j, job in enumerate(self.problem.jobs):
            last = self._completion(j)
            end = self._done(j)
            for due, weight in self._dues(job):
                if last is not None:
                    yield weight * max(0, now - due), None
                    late = self.model.new_int_var(0, self.grid.horizon, f"late {j}")
                    self.model.add(late >= last - self.grid.of(due))
                    yield weight * unit, late
                elif end is not None:
                    yield weight * max(0, end - due), None

    def _dues(self, job: Job) -> tuple[tuple[int, float], ...]:
        """Return when a job becomes late, and at which price: twice with a spread."""
        spread = self.problem.objective.spread
        if not job.weight:
            return ()
        if not spread:
            return ((job.due, job.weight),)
        half = job.weight / 2
        return (job.due - spread, half), (job.due + spread, half)

    def _flow(self) -> Iterator[Term]:
        """Yield the time from the release of each job to its end."""
        for j, job in enumerate(self.problem.jobs):
            last, end = self._completion(j), self._done(j)
            if last is not None:
                yield float(self.problem.now - job.release), None
                yield float(self.grid.unit), last
            elif end is not None:
                yield float(end - job.release), None

    def _setup(self) -> Iterator[Term]:
        """Yield the set-ups of each machine."""
        yield from set_up_times(self.model, self.variables)

    def _energy(self) -> Iterator[Term]:
        """Yield what the energy of each operation costs."""
        yield from bills(self.model, self.variables)

    def _moved(self) -> Iterator[Term]:
        """Yield machines other than where the part is."""
        for o, work in self.variables.works.items():
            keep = self.problem.operations[o].keep
            for choice in work.choices:
                if keep is not None and keep != choice.machine:
                    yield 1.0, choice.chosen

    def _changed(self) -> Iterator[Term]:
        """Yield machines other than in the plan in force."""
        force = self.problem.in_force
        before = force.machine_of() if force else {}
        names = {machine.id for machine in self.problem.machines}
        for o, work in self.variables.works.items():
            old = before.get(self.problem.operations[o].id)
            for choice in work.choices:
                if old in names and old != self.problem.machines[choice.machine].id:
                    yield 1.0, choice.chosen

    def _pressure(self) -> Iterator[Term]:
        """Yield work that delays what waits for the same machine after a window."""
        for m, (limit, price) in self.around.pressure.items():
            over = self.model.new_int_var(0, self.grid.horizon, f"over {m}")
            yield price * self.grid.unit, over
            for work in self.variables.works.values():
                for choice in work.choices:
                    if choice.machine == m:
                        self.model.add(
                            over >= work.end - self.grid.of(limit)
                        ).only_enforce_if(choice.chosen)


def _whole(terms: Sequence[Term]) -> tuple[Any, float]:
    """Return a sum in whole numbers, and how many of its units are one of the terms'.

    Coefficients that no scale makes whole are rounded down.
    """
    values = [value for value, _ in terms]

    def whole(scale: int) -> bool:
        return all(abs(v * scale - round(v * scale)) < 1e-9 for v in values)

    scale = next((s for s in _SCALES if whole(s)), 0)
    if scale:
        counts = [round(v * scale) for v in values]
    else:
        scale = _SCALES[-1]
        largest = sum(abs(value) * _most(term) for value, term in terms)
        while largest * scale * 10 <= _LARGEST:
            scale *= 10
        counts = [floor(v * scale) for v in values]
    common = reduce(gcd, counts, 0) or 1
    total = sum(
        (count // common) * term
        for count, (_, term) in zip(counts, terms, strict=True)
        if count
    )
    return total, scale / common


def _most(term: Any) -> int:
    """Return the largest value of a variable or a literal."""
    if isinstance(term, cp_model.IntVar):
        return max(1, int(term.proto.domain[-1]))
    return 1
