"""What is left of a problem while its plan is carried out, and what befalls it.

For re-planning outside a factory: a plan has been followed for a while, a machine
breaks down, and :func:`scheduling.portfolio.solve` is asked again. A factory in motion
takes stock by itself (:mod:`agents.situation`).
"""

from __future__ import annotations

from dataclasses import replace

from kernel.errors import BadInput
from scheduling.plan import Assignment, Plan, Trip
from scheduling.problem import Input, Machine, Operation, Problem, Vehicle


def residual(problem: Problem, plan: Plan, now: int) -> Problem:
    """Return what is left when a plan has been followed until ``now``.

    Work and set-ups that have begun go on, and so do vehicles that have left: they
    bring what they have taken up, and drive on to what they were sent for. The plan is
    the one in force. Jobs of which nothing is left are left out.

    Parameters
    ----------
    plan
        Complete: every operation of the problem that is not pinned.
    now
        Not before that of the problem.

    Raises
    ------
    BadInput
        If a machine is ``blocking`` (a problem cannot say who stands in its slot), the
        time is past, or the plan lacks an operation.
    """
    if now < problem.now:
        raise BadInput("residual", "now", f"{now}, expected {problem.now} or later")
    for m, machine in enumerate(problem.machines):
        if machine.blocking:
            wrong = "is true, expected machines with room beside them"
            raise BadInput("residual", f"machines.{m}.blocking", wrong)
    return _Residual(problem, plan, now).problem()


def broken_down(problem: Problem, machine: str, repair: int) -> Problem:
    """Return the problem with a machine down for so long from now on.

    Work on it is interrupted and then goes on.

    Raises
    ------
    BadInput
        If there is no such machine, or it takes less than no time.
    """
    ids = [one.id for one in problem.machines]
    if machine not in ids:
        expected = f"expected one of {', '.join(ids)}"
        raise BadInput("broken_down", "machine", f"{machine!r}, {expected}")
    if repair < 0:
        raise BadInput("broken_down", "repair", f"{repair}, expected 0 or more")
    down = ids.index(machine)
    one = problem.machines[down]
    later = tuple(max(time, problem.now) + repair for time in one.free)
    machines = [*problem.machines]
    machines[down] = replace(one, free=later)
    operations = tuple(
        operation._replace(pinned=operation.pinned + repair)
        if operation.pinned is not None and operation.modes[0].machine == down
        else operation
        for operation in problem.operations
    )
    return replace(problem, machines=tuple(machines), operations=operations)


class _Residual:
    def __init__(self, problem: Problem, plan: Plan, now: int) -> None:
        self.before, self.plan, self.now = problem, plan, now
        self.machine = {machine.id: m for m, machine in enumerate(problem.machines)}
        self.works = {work.operation: work for work in plan.assignments}
        self.carried = {(t.operation, t.input): t for t in plan.trips if t.pickup < now}
        self.ends = [self._end(operation) for operation in problem.operations]
        self.position: dict[int, int] = {}  # of what is left, by where it was

    def problem(self) -> Problem:
        before = self.before
        left = [o for o, end in enumerate(self.ends) if end > self.now]
        self.position = {o: position for position, o in enumerate(left)}
        jobs = sorted({before.operations[o].job for o in left})
        rank = {job: position for position, job in enumerate(jobs)}
        operations = (self._operation(before.operations[o]) for o in left)
        return replace(
            before,
            now=self.now,
            jobs=tuple(before.jobs[job] for job in jobs),
            operations=tuple(o._replace(job=rank[o.job]) for o in operations),
            machines=tuple(map(self._machine, before.machines)),
            vehicles=tuple(map(self._vehicle, before.vehicles)),
            in_force=self.plan,
        )

    def _end(self, operation: Operation) -> int:
        if operation.pinned is not None:
            return operation.pinned
        if operation.id not in self.works:
            problem = f"lacks operation {operation.id!r}, expected a complete plan"
            raise BadInput("residual", "plan", problem)
        return self.works[operation.id].end

    def _operation(self, operation: Operation) -> Operation:
        if operation.pinned is not None:
            return operation
        work = self.works[operation.id]
        machine = self.machine[work.machine]
        if work.start < self.now:
            only = tuple(mode for mode in operation.modes if mode.machine == machine)
            return operation._replace(modes=only, pinned=work.end, inputs=())
        brought = any(
            (operation.id, i) in self.carried for i in range(len(operation.inputs))
        )
        return operation._replace(
            inputs=tuple(
                self._input(part, self.carried.get((operation.id, i)))
                for i, part in enumerate(operation.inputs)
            ),
            keep=machine if brought else operation.keep,
        )

    def _input(self, part: Input, trip: Trip | None) -> Input:
        """Return where a part is: what it waits for counts from when it was made."""
        made, place, source = part.ready, part.place, part.operation
        if source is not None:
            if source in self.position and trip is None:
                return part._replace(operation=self.position[source])
            made = self.ends[source]
            place = self._place_of(self.before.operations[source])
        if trip is None:
            return part._replace(operation=None, place=place, ready=made)
        waited = trip.arrive - made
        return part._replace(
            operation=None,
            place=trip.destination,
            ready=trip.arrive,
            lag=max(0, part.lag - waited),
            limit=None if part.limit is None else max(0, part.limit - waited),
        )

    def _place_of(self, operation: Operation) -> int:
        if operation.pinned is not None:
            return self.before.machines[operation.modes[0].machine].place
        machine = self.machine[self.works[operation.id].machine]
        return self.before.machines[machine].place

    def _machine(self, machine: Machine) -> Machine:
        mine = [work for work in self.plan.assignments if work.machine == machine.id]
        begun = [work for work in mine if work.start < self.now]
        family = {o.id: o.family for o in self.before.operations}
        free = self._slots(machine, begun)
        known = [w for w in sorted(begun, key=_turn) if family[w.operation] >= 0]
        last = family[known[-1].operation] if known else machine.family
        for work in sorted(mine, key=_turn):
            if (
                work.setup_start < self.now <= work.start
                and work.setup_start < work.start
            ):
                assert machine.setup is not None
                times = self.before.setups[machine.setup]
                ready = work.setup_start + times[last][family[work.operation]]
                free = tuple(max(time, ready) for time in free)
                last = family[work.operation]
        starts = (work.start for work in begun)
        return replace(
            machine,
            free=free,
            last_start=max(starts, default=machine.last_start),
            family=last,
        )

    def _slots(self, machine: Machine, begun: list[Assignment]) -> tuple[int, ...]:
        """Return when each slot is free: those of an oven when it opens."""
        free = [max(self.now, time) for time in machine.free]
        ends = sorted(work.end for work in begun if work.end > self.now)
        if machine.batch and ends:
            return tuple(max(ends[-1], time) for time in free)
        for end in ends if machine.capacity else ():
            slot = free.index(min(free))
            free[slot] = end
        return tuple(free)

    def _vehicle(self, vehicle: Vehicle) -> Vehicle:
        mine = [trip for trip in self.plan.trips if trip.vehicle == vehicle.id]
        left = [trip for trip in mine if trip.leave < self.now]
        if not left:
            return replace(vehicle, free=max(self.now, vehicle.free))
        last = max(left, key=lambda trip: trip.leave)
        if last.pickup < self.now:
            place, free = last.destination, last.arrive
        else:
            before = max(
                (
                    trip
                    for trip in mine
                    if trip.arrive <= last.leave and trip is not last
                ),
                key=lambda trip: trip.arrive,
                default=None,
            )
            start = vehicle.place if before is None else before.destination
            empty = self.before.fleets[vehicle.fleet].empty
            place, free = last.origin, last.leave + empty[start][last.origin]
        return replace(vehicle, place=place, free=max(self.now, free))


def _turn(work: Assignment) -> tuple[int, int]:
    return work.start, work.setup_start
