"""Plan files: a plan of an instance as JSON, for others to read and to check.

Jobs, operations and vehicles count from 0, machines go by the file's own label, places
by the row of the travel matrix; times are in the instance's unit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from kernel.errors import BadInput
from scheduling.check import Violation, check_plan
from scheduling.plan import Assignment, Plan, Trip
from scheduling.problem import Objective, Problem
from scheduling.static import problem_of
from worlds.files import loaded_json, read_text, shown
from worlds.layout import Layout
from worlds.spec import World

FORMAT = 1
LARGEST_PLAN = 64_000_000  # bytes
_KEYS = (
    "format",
    "instance",
    "unit",
    "completion",
    "objective",
    "makespan",
    "operations",
    "trips",
)
_OPERATION = ("job", "operation", "machine", "start", "end")
_TRIP = ("vehicle", "job", "from", "to", "start", "end")


def digest_of(path: str | Path) -> str:
    """Return the SHA-256 of an instance file, in hexadecimal."""
    try:
        return sha256(Path(path).read_bytes()).hexdigest()
    except OSError as error:
        raise BadInput(str(path), "", f"cannot be read: {error.strerror}") from error


class PlanFile:
    """Plans of one instance, between JSON and the scheduler's terms.

    Parameters
    ----------
    world
        The instance as a world.
    digest
        The SHA-256 of its file.
    """

    def __init__(self, world: World, digest: str) -> None:
        self.world, self.digest = world, digest
        self.problem: Problem = problem_of(world, Objective(makespan=True))
        layout = Layout(world)
        travel = world.floor.travel
        rows = {node: row for row, node in enumerate(travel.nodes)} if travel else {}
        homes = [home for group in world.vehicles for home in group.home]
        known = tuple(dict.fromkeys((*layout.places, *homes)))
        self.row = [rows.get(layout.node_of(place), 0) for place in known]
        self.place = {row: k for k, row in reversed(list(enumerate(self.row)))}
        self.vehicle = {v.id: k for k, v in enumerate(self.problem.vehicles)}
        self.label = {
            machine.id: _label(machine.id) for machine in self.problem.machines
        }
        self.step: dict[str, int] = {}
        seen: dict[int, int] = {}
        for operation in self.problem.operations:
            self.step[operation.id] = seen.get(operation.job, 0)
            seen[operation.job] = self.step[operation.id] + 1
        self.operation = {
            (o.job, self.step[o.id]): k for k, o in enumerate(self.problem.operations)
        }
        self.of = {o.id: o for o in self.problem.operations}

    # writing

    def content(self, plan: Plan) -> dict[str, Any]:
        """Return a plan as the values of a plan file."""
        return {
            "format": FORMAT,
            "instance": self.digest,
            "unit": self.world.unit,
            "completion": self.world.completion,
            "objective": "makespan",
            "makespan": self._units(plan.makespan),
            "operations": [
                {
                    "job": self.of[work.operation].job,
                    "operation": self.step[work.operation],
                    "machine": self.label[work.machine],
                    "start": self._units(work.start),
                    "end": self._units(work.end),
                }
                for work in sorted(plan.assignments, key=self._rank)
                if not self._is_delivery(work.operation)
            ],
            "trips": list(self._trips(plan)),
        }

    def _rank(self, work: Assignment) -> tuple[int, int, int, int]:
        known = self.of[work.operation]
        return work.start, work.end, known.job, self.step[work.operation]

    def _is_delivery(self, operation: str) -> bool:
        machine = self.problem.machines[self.of[operation].modes[0].machine]
        return machine.capacity == 0

    def _units(self, time: int) -> int | float:
        whole, rest = divmod(time, self.world.unit_ms)
        return whole if rest == 0 else time / self.world.unit_ms

    def _trips(self, plan: Plan) -> list[dict[str, Any]]:
        """Return all drives, the empty ones included, by vehicle and time."""
        drives = []
        for vehicle in self.problem.vehicles:
            place = vehicle.place
            empty = self.problem.fleets[vehicle.fleet].empty
            for trip in plan.trips:
                if trip.vehicle != vehicle.id:
                    continue
                if self.row[place] != self.row[trip.origin]:
                    there = trip.leave + empty[place][trip.origin]
                    ends = (place, trip.origin, trip.leave, there)
                    drives.append(self._drive(vehicle.id, None, *ends))
                job = self.of[trip.operation].job
                ends = (trip.origin, trip.destination, trip.pickup, trip.arrive)
                drives.append(self._drive(vehicle.id, job, *ends))
                place = trip.destination
        return drives

    def _drive(
        self, vehicle: str, job: int | None, a: int, b: int, start: int, end: int
    ) -> dict[str, Any]:
        return {
            "vehicle": self.vehicle[vehicle],
            "job": job,
            "from": self.row[a],
            "to": self.row[b],
            "start": self._units(start),
            "end": self._units(end),
        }

    # reading

    def read(self, path: str | Path) -> Plan:
        """Return the plan in a file; whether it is possible is not asked here.

        Raises
        ------
        BadInput
            If the file is no plan file, is one of another instance, or names a job,
            operation, machine, vehicle or place that the instance has not.
        """
        where = str(path)
        found = loaded_json(read_text(Path(path), LARGEST_PLAN), where)
        return self.plan(found, where)

    def plan(self, found: Any, where: str) -> Plan:
        """Return the plan that the values of a plan file state."""
        top = _fields(found, _KEYS, where, "")
        for key, expected in (
            ("format", FORMAT),
            ("unit", self.world.unit),
            ("completion", self.world.completion),
            ("objective", "makespan"),
            ("instance", self.digest),
        ):
            if top[key] != expected or isinstance(top[key], bool):
                problem = f"{shown(top[key])}, expected {shown(expected)}"
                raise BadInput(where, key, problem)
        works: list[Assignment] = []
        for k, item in enumerate(_list(top["operations"], where, "operations")):
            works.append(self._work(item, where, f"operations.{k}"))
        trips, arrivals = self._carried(top["trips"], works, where)
        makespan = self._time(top["makespan"], where, "makespan")
        works.extend(self._deliveries(works, arrivals))
        works.sort(key=lambda work: (work.start, work.end))
        return Plan(
            assignments=tuple(works),
            trips=tuple(trips),
            value=float(makespan),
            makespan=makespan,
            priority=tuple(work.operation for work in works),
        )

    def _time(self, value: Any, where: str, place: str) -> int:
        """Return a time of the file in ms."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise BadInput(where, place, f"{shown(value)}, expected a time")
        if not 0 <= value <= 1e12:
            raise BadInput(where, place, f"{shown(value)}, expected 0 to 1e12")
        time = round(value * self.world.unit_ms)
        if abs(time - value * self.world.unit_ms) > 1e-6:
            raise BadInput(where, place, f"{shown(value)}, expected whole milliseconds")
        return time

    def _work(self, item: Any, where: str, place: str) -> Assignment:
        known = _fields(item, _OPERATION, where, place)
        jobs = len(self.problem.jobs)
        job = _index(known["job"], jobs, where, f"{place}.job")
        steps = sum(
            o.job == job and not self._is_delivery(o.id)
            for o in self.problem.operations
        )
        step = _index(known["operation"], steps, where, f"{place}.operation")
        labels = {str(label): id for id, label in self.label.items()}
        machine = labels.get(str(known["machine"]))
        if machine is None or isinstance(known["machine"], (bool, float, list, dict)):
            problem = f"{shown(known['machine'])} is no machine of the instance"
            raise BadInput(where, f"{place}.machine", problem)
        start = self._time(known["start"], where, f"{place}.start")
        return Assignment(
            operation=self.problem.operations[self.operation[job, step]].id,
            machine=machine,
            start=start,
            end=self._time(known["end"], where, f"{place}.end"),
            setup_start=start,
        )

    def _carried(
        self, items: Any, works: list[Assignment], where: str
    ) -> tuple[list[Trip], dict[int, int]]:
        """Return the loaded trips, told apart by the order of each job's places."""
        drives = [
            self._driven(item, where, f"trips.{k}")
            for k, item in enumerate(_list(items, where, "trips"))
        ]
        drives.sort(key=lambda drive: (drive["start"], drive["end"]))
        leave: dict[int, int] = {}
        waiting: dict[int, list[tuple[int, int, int]]] = {}
        sites = {m.id: m.place for m in self.problem.machines}
        on = {work.operation: sites[work.machine] for work in works}
        for o, operation in enumerate(self.problem.operations):
            part = operation.inputs[0]
            before = part.place
            if part.operation is not None:
                before = on.get(self.problem.operations[part.operation].id, -1)
            here = on.get(operation.id, -1)
            if self._is_delivery(operation.id):
                here = self.problem.machines[operation.modes[0].machine].place
            if before != here:
                waiting.setdefault(operation.job, []).append((o, before, here))
        trips: list[Trip] = []
        arrivals: dict[int, int] = {}
        for drive in drives:
            if drive["job"] is None:
                leave[drive["vehicle"]] = drive["start"]
                continue
            left = waiting.get(drive["job"], [])
            if not left:
                problem = f"job {drive['job']} needs no further trip"
                raise BadInput(where, drive["place"], problem)
            o, before, here = left.pop(0)
            arrivals[o] = drive["end"]
            trips.append(
                Trip(
                    vehicle=self.problem.vehicles[drive["vehicle"]].id,
                    operation=self.problem.operations[o].id,
                    input=0,
                    origin=self._place(drive["from"], before),
                    destination=self._place(drive["to"], here),
                    leave=leave.pop(drive["vehicle"], drive["start"]),
                    pickup=drive["start"],
                    arrive=drive["end"],
                )
            )
        return trips, arrivals

    def _place(self, row: int, expected: int) -> int:
        """Return the place of a row; of several there, the expected one."""
        at = 0 <= expected < len(self.row) and self.row[expected] == row
        return expected if at else self.place[row]

    def _driven(self, item: Any, where: str, place: str) -> dict[str, Any]:
        known = _fields(item, _TRIP, where, place)
        cars, jobs = len(self.problem.vehicles), len(self.problem.jobs)
        drive: dict[str, Any] = {"place": place, "job": None}
        drive["vehicle"] = _index(known["vehicle"], cars, where, f"{place}.vehicle")
        if known["job"] is not None:
            drive["job"] = _index(known["job"], jobs, where, f"{place}.job")
        for key in ("from", "to"):
            row = _index(known[key], max(self.row) + 1, where, f"{place}.{key}")
            if row not in self.place:
                raise BadInput(where, f"{place}.{key}", f"{row} is no place")
            drive[key] = row
        for key in ("start", "end"):
            drive[key] = self._time(known[key], where, f"{place}.{key}")
        return drive

    def _deliveries(
        self, works: list[Assignment], arrivals: Mapping[int, int]
    ) -> list[Assignment]:
        """Return the operations a file does not state: being at the dock."""
        ends = {work.operation: work.end for work in works}
        found = []
        for o, operation in enumerate(self.problem.operations):
            if self._is_delivery(operation.id):
                source = operation.inputs[0].operation
                made = 0
                if source is not None:
                    made = ends.get(self.problem.operations[source].id, 0)
                time = arrivals.get(o, made)
                dock = self.problem.machines[operation.modes[0].machine]
                found.append(
                    Assignment(
                        operation=operation.id,
                        machine=dock.id,
                        start=time,
                        end=time,
                        setup_start=time,
                    )
                )
        return found


def check_plan_file(
    path: str | Path, world: World, instance: str | Path
) -> list[Violation]:
    """Return everything that is wrong with a plan file for an instance.

    Raises
    ------
    BadInput
        If it cannot be read as a plan of this instance at all.
    """
    file = PlanFile(world, digest_of(instance))
    return check_plan(file.problem, file.read(path))


def _label(id: str) -> int | str:
    """Return the number of a machine that an instance numbers."""
    match = re.fullmatch(r"M([0-9]+)", id)
    return int(match[1]) if match else id


def _fields(
    item: Any, keys: tuple[str, ...], where: str, place: str
) -> Mapping[str, Any]:
    """Return an object that has these keys and no others."""
    if not isinstance(item, dict):
        raise BadInput(where, place, f"{shown(item)}, expected an object")
    prefix = f"{place}." if place else ""
    for key in keys:
        if key not in item:
            raise BadInput(where, f"{prefix}{key}", "is missing")
    for key in item:
        if key not in keys:
            expected = ", ".join(keys)
            raise BadInput(
                where, f"{prefix}{key}", f"is not known, expected {expected}"
            )
    return item


def _list(value: Any, where: str, place: str) -> list[Any]:
    if not isinstance(value, list):
        raise BadInput(where, place, f"{shown(value)}, expected a list")
    return value


def _index(value: Any, count: int, where: str, place: str) -> int:
    """Return a number that is one of ``count`` things."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < count:
        problem = f"{shown(value)}, expected a whole number from 0 to {count - 1}"
        raise BadInput(where, place, problem)
    return value
