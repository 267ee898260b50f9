"""Windows: CP-SAT reorders a dozen operations that matter now (large neighbourhoods).

A window is a run of operations in the order of deciding, around one that costs. What
comes before is exact: the step has been there. What comes after is a tail on each job
and a pressure on each machine. Waiting for vehicles is taken as it was. So the model
is rough, and its proposal counts only if the decoded whole is better.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

import numpy as np

from scheduling.arrays import INPUTS, MACHINE, Arrays, Table
from scheduling.cpsat.search import Answer, Limits, ask
from scheduling.cpsat.variables import Surroundings
from scheduling.decode import Draft, modes_of, realised, sequence_of
from scheduling.plan import Assignment, Plan
from scheduling.problem import Input, Job, Problem
from scheduling.realise import state_after
from scheduling.step import (
    END,
    END_AT,
    END_PLACE,
    MODE,
    PICKUP,
    SET_UP_AT,
    SETUP_START,
    START,
    VEHICLE,
    State,
)

#: How much dearer a ms is that delays the next operation on a machine.
PRESSURE = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Polish:
    """How many windows, how large, and CP-SAT's deterministic limit for each."""

    windows: int = 8
    size: int = 14
    deterministic: float = 0.001
    seed: int = 0


def polished(
    problem: Problem, a: Arrays, draft: Draft, polish: Polish
) -> tuple[Draft, float, int]:
    """Return the plan after the windows, CP-SAT's work, and how many were gains."""
    chance = random.Random(polish.seed)
    work, gains = 0.0, 0
    for _ in range(polish.windows):
        centre = _centre(problem, draft, chance)
        if centre is None:
            break
        least = len(a.prefix)
        first = max(least, min(centre - polish.size // 2, draft.planned - polish.size))
        window = Window(
            problem, a, draft, first, min(draft.planned, first + polish.size)
        )
        answer = window.solve(polish, chance.randrange(2**31))
        work += answer.work
        if answer.plan is not None:
            for candidate in window.candidates(answer.plan):
                if candidate.value < draft.value * (1 - 1e-12) - 1e-9:
                    draft = candidate
                    gains += 1
                    break
    return draft, work, gains


def _centre(problem: Problem, draft: Draft, chance: random.Random) -> int | None:
    """Return a position in the order: an operation of a job that costs much."""
    order = draft.schedule.order[: draft.planned].tolist()
    ends = draft.schedule.works[:, END].tolist()
    completion: dict[int, int] = {}
    for o in order:
        job = problem.operations[o].job
        completion[job] = max(completion.get(job, 0), ends[o])
    if not order:
        return None
    if not problem.objective.tardiness:
        return chance.randrange(len(order))
    late = {
        job: problem.jobs[job].weight
        * max(0, end + problem.objective.spread - problem.jobs[job].due)
        for job, end in completion.items()
    }
    costly = [p for p, o in enumerate(order) if late[problem.operations[o].job] > 0]
    if not costly or chance.random() < 0.2:
        return chance.randrange(len(order))
    prices = [late[problem.operations[order[p]].job] for p in costly]
    return chance.choices(costly, prices)[0]


class Window:
    """Positions ``first`` up to ``last`` of a plan's order, as a problem of its own."""

    def __init__(
        self, problem: Problem, a: Arrays, draft: Draft, first: int, last: int
    ) -> None:
        self.problem, self.arrays, self.draft = problem, a, draft
        self.first, self.last = first, last
        self._lengths = not problem.objective.tardiness  # of all, or of all work
        self.order = draft.schedule.order[: draft.planned].tolist()
        self.inside = self.order[first:last]
        self.place = {o: k for k, o in enumerate(self.inside)}
        self.works = draft.schedule.works
        self.modes: Table = draft.modes()
        self.state: State = state_after(
            a, draft.schedule.order, first, self.modes, draft.hold
        )
        self.lags: dict[tuple[int, int, int], int] = {}
        self.small = self._problem()

    def solve(self, polish: Polish, seed: int) -> Answer:
        """Return what CP-SAT makes of the window, from the present plan on."""
        around = Surroundings(lags=self.lags, pressure=self._pressure())
        limits = Limits(deterministic=polish.deterministic, seed=seed, brief=True)
        return ask(self.small, limits, self._present(), around)

    def _present(self) -> Plan:
        """Return what the plan does in the window."""
        names = self.problem.machines
        machines = self.arrays.modes[self.modes, MACHINE].tolist()
        return Plan(
            assignments=tuple(
                Assignment(
                    operation=self.problem.operations[o].id,
                    machine=names[machines[o]].id,
                    start=int(self.works[o, START]),
                    end=int(self.works[o, END]),
                    setup_start=int(self.works[o, SETUP_START]),
                )
                for o in self.inside
            )
        )

    def candidates(self, plan: Plan) -> list[Draft]:
        """Return whole plans with the window as proposed, the rest kept or let free."""
        inside = {
            o.id: p for o, p in zip(self.small.operations, self.inside, strict=True)
        }
        proposed = [inside[a.operation] for a in plan.assignments]
        order = self.order[: self.first] + proposed + self.order[self.last :]
        chosen = modes_of(self.problem, plan.machine_of())
        kept, free = self.modes.copy(), np.full_like(self.modes, -1)
        before = self.order[: self.first]
        free[before] = kept[before]
        for o in self.inside:
            kept[o] = free[o] = chosen[o]
        ranks = [0] * len(self.problem.operations)
        for rank, o in enumerate(order):
            ranks[o] = rank
        sequence = sequence_of(self.arrays, ranks)
        return [
            realised(self.arrays, sequence, only, self.draft.hold)
            for only in (kept, free)
        ]

    def _problem(self) -> Problem:
        """Return the window's operations with the factory as it will be before them."""
        mine = list(dict.fromkeys(self.problem.operations[o].job for o in self.inside))
        jobs = [self._target(job) for job in mine]
        operations = []
        for k, o in enumerate(self.inside):
            operation = self.problem.operations[o]
            inputs = tuple(self._input(o, k, i) for i in range(len(operation.inputs)))
            job = mine.index(operation.job)
            operations.append(operation._replace(inputs=inputs, job=job))
        frees = self.state.slots.tolist()
        machines = []
        at = 0
        for m, machine in enumerate(self.problem.machines):
            slots = frees[at : at + machine.capacity]
            at += machine.capacity
            latest, family, ready = self.state.machines[m, : SET_UP_AT + 1].tolist()
            machines.append(
                replace(
                    machine,
                    free=tuple(max(free, ready) for free in slots),
                    last_start=latest,
                    family=family,
                )
            )
        aim = self.problem.objective
        return replace(
            self.problem,
            operations=tuple(operations),
            jobs=tuple(jobs),
            machines=tuple(machines),
            vehicles=(),
            objective=replace(aim, makespan=0.0, tardiness=1.0, ceilings=()),
            frozen=0,
        )

    def _input(self, o: int, k: int, i: int) -> Input:
        """Return an input within the window; note how long it takes to come."""
        part = self.problem.operations[o].inputs[i]
        place, ready = part.place, part.ready
        if part.operation is not None:
            place = int(self._place_of(part.operation))
            if part.operation not in self.place:
                ready = int(self.state.done[part.operation, END_AT])
        if self.problem.vehicles:
            row = self.draft.schedule.trips[int(self.arrays.operations[o, INPUTS]) + i]
            made = max(ready, self.problem.now)
            if part.operation in self.place:
                made = int(self.works[part.operation, END])
            wait = max(0, int(row[PICKUP]) - made) if row[VEHICLE] >= 0 else 0
            loaded = self.problem.fleets[self.problem.vehicles[0].fleet].loaded
            for mode in self.problem.operations[o].modes:
                target = self.problem.machines[mode.machine].place
                if target != place:
                    lag = wait + loaded[place][target]
                    self.lags[k, i, mode.machine] = lag
        inside = None if part.operation is None else self.place.get(part.operation)
        return part._replace(operation=inside, place=place, ready=ready)

    def _place_of(self, o: int) -> int:
        """Return where the plan does an operation."""
        if o not in self.place and self.state.done[o, END_PLACE] >= 0:
            return int(self.state.done[o, END_PLACE])
        machine = int(self.arrays.modes[self.modes[o], 0])
        return self.problem.machines[machine].place

    def _target(self, job: int) -> Job:
        """Return what a job is worth in the window.

        Due is the job's own, less the time the plan takes from the window to its end;
        if only the makespan counts, every job should end sooner than it does.
        """
        known = self.problem.jobs[job]
        inside = max(int(self.works[o, END]) for o in self._of(job, self.inside))
        if self._lengths:
            return replace(known, due=inside - 1, weight=1.0)
        last = max(int(self.works[o, END]) for o in self._of(job, self.order))
        return replace(known, due=known.due - (last - inside))

    def _of(self, job: int, operations: list[int]) -> list[int]:
        return [o for o in operations if self.problem.operations[o].job == job]

    def _pressure(self) -> dict[int, tuple[int, float]]:
        """Return for each machine when its next operation begins, if that is urgent."""
        pressure: dict[int, tuple[int, float]] = {}
        ends: dict[int, int] = {}
        for o in self.order:
            job = self.problem.operations[o].job
            ends[job] = max(ends.get(job, 0), int(self.works[o, END]))
        for o in self.order[self.last :]:
            machine = int(self.arrays.modes[self.works[o, MODE], 0])
            job = self.problem.jobs[self.problem.operations[o].job]
            end = ends[self.problem.operations[o].job]
            late = end + self.problem.objective.spread > job.due
            if machine not in pressure and (late or self._lengths):
                price = PRESSURE * max(job.weight, 1.0)
                pressure[machine] = (int(self.works[o, START]), price)
        return pressure
