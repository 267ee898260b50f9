"""Is a plan possible? An independent answer that shares no code with the step.

Works on the plan as a set of dated facts: sorts them by machine and by vehicle and
holds them against the problem.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

from scheduling.criteria import criteria_of
from scheduling.frozen import frozen_of
from scheduling.plan import Assignment, Plan, Trip
from scheduling.problem import Machine, Operation, Problem


@dataclass(frozen=True, slots=True)
class Violation:
    """Which rule a plan breaks, where, and how."""

    rule: str
    subject: str
    problem: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.subject}: {self.problem}"


def check_plan(problem: Problem, plan: Plan) -> list[Violation]:
    """Return everything that is wrong with a plan; empty if it is possible."""
    return list(_Checker(problem, plan).violations())


class _Checker:
    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem, self.plan = problem, plan
        self.index = {op.id: k for k, op in enumerate(problem.operations)}
        self.machine = {machine.id: k for k, machine in enumerate(problem.machines)}
        self.work = {a.operation: a for a in plan.assignments}
        self.trip = {(t.operation, t.input): t for t in plan.trips}
        self._by_machine: dict[str, list[Assignment]] = {
            machine.id: [] for machine in problem.machines
        }
        order = sorted(plan.assignments, key=lambda a: (a.start, a.setup_start, a.end))
        for work in order:
            if work.machine in self._by_machine:
                self._by_machine[work.machine].append(work)

    def violations(self) -> Iterator[Violation]:
        """Yield what is wrong; times are looked at only if all names are right."""
        names = list(self._names())
        yield from names
        if names:
            return
        for rule in (
            self._durations,
            self._parts,
            self._vehicles,
            self._slots,
            self._headways,
            self._setups,
            self._closed,
            self._lags,
            self._batches,
            self._leaving,
            self._frozen,
            self._costs,
        ):
            yield from rule()

    def _names(self) -> Iterator[Violation]:
        """Every open operation is planned once, where it can be done."""
        for operation in self.problem.operations:
            planned = operation.id in self.work
            if operation.pinned is None and not planned:
                yield Violation("complete", operation.id, "is not planned")
            if operation.pinned is not None and planned:
                yield Violation("pinned", operation.id, "is in work and planned again")
        if len(self.work) < len(self.plan.assignments):
            yield Violation("complete", "plan", "has an operation twice")
        if len(self.trip) < len(self.plan.trips):
            yield Violation("transport", "plan", "has a trip twice")
        for work in self.plan.assignments:
            if work.operation not in self.index:
                yield Violation("complete", work.operation, "is unknown")
            elif self._duration(work) is None:
                yield Violation(
                    "mode", work.operation, f"cannot be done on {work.machine}"
                )
        vehicles = {vehicle.id for vehicle in self.problem.vehicles}
        for trip in self.plan.trips:
            known = trip.operation in self.work and trip.operation in self.index
            if not known or not (
                0 <= trip.input < len(self._operation(trip.operation).inputs)
            ):
                yield Violation("transport", trip.operation, "has no such input")
            if trip.vehicle not in vehicles:
                yield Violation("transport", trip.vehicle, "is no vehicle")

    def _operation(self, id: str) -> Operation:
        return self.problem.operations[self.index[id]]

    def _duration(self, work: Assignment) -> int | None:
        m = self.machine.get(work.machine)
        for mode in self._operation(work.operation).modes:
            if mode.machine == m:
                return mode.duration
        return None

    def _durations(self) -> Iterator[Violation]:
        """Durations, releases, and nothing before now."""
        for work in self.plan.assignments:
            if work.end - work.start != self._duration(work):
                yield Violation("duration", work.operation, f"lasts {work}")
            earliest = max(self.problem.now, self._operation(work.operation).release)
            if work.start < earliest:
                yield Violation(
                    "release", work.operation, f"starts {work.start} < {earliest}"
                )

    def _made(self, operation: int) -> tuple[int, int]:
        """Return where and when the output of an operation is there."""
        source = self.problem.operations[operation]
        if source.pinned is not None:
            machine = self.problem.machines[source.modes[0].machine]
            return machine.place, source.pinned
        work = self.work[source.id]
        return self.problem.machines[self.machine[work.machine]].place, work.end

    def _parts(self) -> Iterator[Violation]:
        """Each input is there: made, fetched from where it is, put down in time."""
        for work in self.plan.assignments:
            here = self.problem.machines[self.machine[work.machine]].place
            for k, part in enumerate(self._operation(work.operation).inputs):
                place, ready = part.place, part.ready
                if part.operation is not None:
                    place, ready = self._made(part.operation)
                trip = self.trip.get((work.operation, k))
                if not self.problem.vehicles or place == here:
                    if trip is not None:
                        yield Violation("transport", work.operation, "needs no trip")
                elif trip is None:
                    yield Violation("transport", work.operation, "is never brought")
                    continue
                else:
                    if (trip.origin, trip.destination) != (place, here):
                        yield Violation("transport", work.operation, f"wrong: {trip}")
                    if trip.pickup < ready:
                        yield Violation(
                            "precedence",
                            work.operation,
                            f"fetched {trip.pickup} before it is made, {ready}",
                        )
                    ready = trip.arrive
                if work.start < ready:
                    yield Violation(
                        "precedence", work.operation, f"starts before {ready}"
                    )

    def _vehicles(self) -> Iterator[Violation]:
        """Look for vehicles that carry two parts at once or skip the ways between."""
        for vehicle in self.problem.vehicles:
            fleet = self.problem.fleets[vehicle.fleet]
            mine = [trip for trip in self.plan.trips if trip.vehicle == vehicle.id]
            place, free = vehicle.place, max(vehicle.free, self.problem.now)
            for trip in sorted(mine, key=_by_times):
                there = trip.leave + fleet.empty[place][trip.origin]
                if trip.leave < free:
                    yield Violation("vehicle", vehicle.id, f"leaves too soon: {trip}")
                if trip.pickup < there:
                    yield Violation("vehicle", vehicle.id, f"not there yet: {trip}")
                way = fleet.loaded[trip.origin][trip.destination]
                if trip.arrive - trip.pickup != way:
                    yield Violation("vehicle", vehicle.id, f"does not take {way}")
                place, free = trip.destination, trip.arrive

    def _on(self, machine: Machine) -> list[Assignment]:
        """Return what a limited machine does, in order."""
        return [] if machine.capacity == 0 else self._by_machine[machine.id]

    def _lags(self) -> Iterator[Violation]:
        """Work begins neither too soon nor too late after its inputs are made."""
        for work in self.plan.assignments:
            for part in self._operation(work.operation).inputs:
                ready = part.ready
                if part.operation is not None:
                    _, ready = self._made(part.operation)
                waits = work.start - ready
                if waits < part.lag:
                    yield Violation("lag", work.operation, f"{waits} < {part.lag}")
                if part.limit is not None and waits > part.limit:
                    yield Violation("limit", work.operation, f"{waits} > {part.limit}")

    def _batches(self) -> Iterator[Violation]:
        """What an oven holds at the same time is alike, and begins together."""
        for machine in self.problem.machines:
            if not machine.batch:
                continue
            for one, other in combinations(self._on(machine), 2):
                if one.end <= other.start or other.end <= one.start:
                    continue
                alike = [
                    (self._operation(a.operation).family, a.start, a.end)
                    for a in (one, other)
                ]
                if alike[0] != alike[1]:
                    subject = f"{one.operation} and {other.operation}"
                    yield Violation("batch", machine.id, subject)
            begins = [a.start for a in self._on(machine)]
            if begins and min(begins) < max((self.problem.now, *machine.free)):
                yield Violation("batch", machine.id, "begins before it is empty")

    def _left(self, work: Assignment) -> int:
        """Return when a finished part has left its machine."""
        position, left = self.index[work.operation], work.end
        machine = self.problem.machines[self.machine[work.machine]]
        if not machine.blocking or machine.batch:
            return left
        for id, after in self.work.items():
            for k, part in enumerate(self._operation(id).inputs):
                if part.operation == position:
                    trip = self.trip.get((id, k))
                    left = max(left, after.start if trip is None else trip.pickup)
        return left

    def _leaving(self) -> Iterator[Violation]:
        """Without room beside it a machine is taken until the parts have left."""
        for machine in self.problem.machines:
            works = self._on(machine)
            if not machine.blocking or machine.batch or not works:
                continue
            stays = [(a.start, self._left(a)) for a in works if a.start < a.end]
            stays += [(self.problem.now, free) for free in machine.free]
            for time in sorted({start for start, _ in stays}):
                held = sum(start <= time < left for start, left in stays)
                if held > machine.capacity:
                    yield Violation("blocking", machine.id, f"{held} at {time}")

    def _frozen(self) -> Iterator[Violation]:
        """Work that is frozen keeps its machine and, on one of one slot, its turn."""
        force = self.problem.in_force
        frozen = [self.problem.operations[o].id for o, _ in frozen_of(self.problem)]
        if force is None or not frozen:
            return
        before = force.machine_of()
        for id in frozen:
            if self.work[id].machine != before[id]:
                yield Violation("frozen", id, f"moved from {before[id]}")
        for machine in self.problem.machines:
            if machine.capacity != 1:
                continue
            turn = [id for id in frozen if before[id] == machine.id]
            times = [self.work[id].start for id in turn if id in self.work]
            if times != sorted(times):
                yield Violation("frozen", machine.id, f"not in the order {turn}")
            others = [a for a in self._on(machine) if a.operation not in turn]
            if times and any(a.start < max(times) for a in others):
                yield Violation("frozen", machine.id, "something is put before")

    def _slots(self) -> Iterator[Violation]:
        """Never more at once than the machine holds, slots not yet free included."""
        for machine in self.problem.machines:
            works = self._on(machine)
            pinned = _taken(machine, self.problem.now)
            held = len(pinned)
            changes = [(free, -1) for free in pinned]
            for work in works:
                if work.start < work.end:
                    changes += [(work.start, 1), (work.end, -1)]
                elif self._held(machine, work.start) >= machine.capacity:
                    yield Violation("capacity", machine.id, f"full at {work.start}")
            for time, change in sorted(changes):
                held += change
                if held > machine.capacity:
                    yield Violation("capacity", machine.id, f"{held} at {time}")

    def _held(self, machine: Machine, time: int) -> int:
        """Return how many slots are taken both before and after an instant."""
        others = sum(a.start < time < a.end for a in self._on(machine))
        return others + sum(free > time for free in machine.free)

    def _headways(self) -> Iterator[Violation]:
        for machine in self.problem.machines:
            starts = [machine.last_start, *(a.start for a in self._on(machine))]
            if machine.batch:
                starts = sorted(set(starts))
            for before, after in pairwise(starts):
                if machine.headway and after - before < machine.headway:
                    yield Violation("headway", machine.id, f"{before} and {after}")

    def _setups(self) -> Iterator[Violation]:
        """Before another family the machine is emptied and set up."""
        for machine in self.problem.machines:
            if machine.setup is None:
                yield from self._without_setup(machine)
                continue
            matrix = self.problem.setups[machine.setup]
            family = machine.family
            busy = max((self.problem.now, *machine.free))  # with the present family
            for new, works in self._runs(machine, family):
                length = matrix[family][new] if family >= 0 and new >= 0 else 0
                subject = works[0].operation
                owners = [work for work in works if work.setup_start != work.start]
                if len(owners) > (length > 0):
                    yield Violation("setup", owners[-1].operation, "needs no set-up")
                first = min(work.setup_start for work in works)
                begun = min(work.start for work in works)
                if begun - first < length or (length and first == begun):
                    yield Violation("setup", subject, f"lasts {length}")
                if (length or new != family) and min(family, new) >= 0 and first < busy:
                    yield Violation("setup", subject, f"at {first}: busy")
                for other in self._on(machine) if length else ():
                    if other.start < first + length and other.end > first:
                        yield Violation("setup", other.operation, "during a set-up")
                if new >= 0:
                    family, busy = new, max(busy, *(work.end for work in works))

    def _runs(
        self, machine: Machine, family: int
    ) -> Iterator[tuple[int, list[Assignment]]]:
        """Yield what is done in turn without a change of family, by start.

        On a machine with several slots the set-up may be booked on any of a run: who
        was planned first caused it, who starts first profits.
        """
        run: list[Assignment] = []
        for work in self._on(machine):
            new = self._operation(work.operation).family
            if run and (new != family or machine.capacity == 1):
                yield family, run
                run = []
            run.append(work)
            family = new
        if run:
            yield family, run

    def _without_setup(self, machine: Machine) -> Iterator[Violation]:
        for work in self._on(machine):
            if work.setup_start != work.start:
                yield Violation("setup", work.operation, "needs no set-up")

    def _closed(self) -> Iterator[Violation]:
        for work in self.plan.assignments:
            machine = self.problem.machines[self.machine[work.machine]]
            for begin, end in machine.closed:
                for time in (work.setup_start, work.start):
                    if begin <= time < end:
                        yield Violation("closed", work.operation, f"begun at {time}")

    def _costs(self) -> Iterator[Violation]:
        """Value and makespan are what the objective says they are."""
        found = criteria_of(self.problem, self.plan)
        aim = self.problem.objective
        if found["makespan"] != self.plan.makespan:
            problem = f"{self.plan.makespan}, not {found['makespan']:g}"
            yield Violation("makespan", "plan", problem)
        value = sum(getattr(aim, name) * amount for name, amount in found.items())
        if abs(value - self.plan.value) > 1e-9 * max(1.0, abs(value)):
            yield Violation("value", "plan", f"{self.plan.value!r}, not {value!r}")
        for name, ceiling in aim.ceilings:
            if found[name] > ceiling + 1e-9 * max(1.0, abs(ceiling)):
                yield Violation("ceiling", name, f"{found[name]:g} > {ceiling:g}")


def _taken(machine: Machine, now: int) -> list[int]:
    """Return when the slots that are taken now come free."""
    free = [time for time in sorted(machine.free) if time > now]
    return free[-machine.capacity :]


def _by_times(trip: Trip) -> tuple[int, int, int]:
    return trip.pickup, trip.arrive, trip.leave
