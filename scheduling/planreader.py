"""A plan file as a plan: read strictly, nothing guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kernel.errors import BadInput
from scheduling.drives import Drive
from scheduling.plan import Assignment, Plan, Trip
from scheduling.plannames import PlanNames
from worlds.files import shown

FORMAT = 1
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


class PlanReader:
    """Reads the plan files of one instance; ``where`` names the file in errors."""

    def __init__(self, names: PlanNames, where: str) -> None:
        self.names, self.where = names, where

    def plan(self, found: Any) -> tuple[Plan, list[Drive]]:
        """Return the plan that the values of a plan file state, and all its trips."""
        top = _fields(found, _KEYS, self.where, "")
        for key, expected in (
            ("format", FORMAT),
            ("unit", self.names.world.unit),
            ("completion", self.names.world.completion),
            ("objective", "makespan"),
            ("instance", self.names.digest),
        ):
            if top[key] != expected or isinstance(top[key], bool):
                problem = f"{shown(top[key])}, expected {shown(expected)}"
                raise BadInput(self.where, key, problem)
        works: list[Assignment] = []
        for k, item in enumerate(_list(top["operations"], self.where, "operations")):
            works.append(self._work(item, f"operations.{k}"))
        drives = [
            self._driven(item, f"trips.{k}")
            for k, item in enumerate(_list(top["trips"], self.where, "trips"))
        ]
        trips, arrivals = self._carried(drives, works)
        makespan = self._time(top["makespan"], "makespan")
        works.extend(self._deliveries(works, arrivals))
        works.sort(key=lambda work: (work.start, work.end))
        plan = Plan(
            assignments=tuple(works),
            trips=tuple(trips),
            value=float(makespan),
            makespan=makespan,
            priority=tuple(work.operation for work in works),
        )
        return plan, drives

    def _time(self, value: Any, place: str) -> int:
        """Return a time of the file in ms."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise BadInput(self.where, place, f"{shown(value)}, expected a time")
        if not 0 <= value <= 1e12:
            raise BadInput(self.where, place, f"{shown(value)}, expected 0 to 1e12")
        time = round(value * self.names.world.unit_ms)
        if abs(time - value * self.names.world.unit_ms) > 1e-6:
            raise BadInput(
                self.where, place, f"{shown(value)}, expected whole milliseconds"
            )
        return time

    def _work(self, item: Any, place: str) -> Assignment:
        known = _fields(item, _OPERATION, self.where, place, ("setup_start",))
        jobs = len(self.names.problem.jobs)
        job = _index(known["job"], jobs, self.where, f"{place}.job")
        steps = sum(
            o.job == job and not self.names.is_delivery(o.id)
            for o in self.names.problem.operations
        )
        step = _index(known["operation"], steps, self.where, f"{place}.operation")
        labels = {str(label): id for id, label in self.names.label.items()}
        machine = labels.get(str(known["machine"]))
        if machine is None or isinstance(known["machine"], (bool, float, list, dict)):
            problem = f"{shown(known['machine'])} is no machine of the instance"
            raise BadInput(self.where, f"{place}.machine", problem)
        start = self._time(known["start"], f"{place}.start")
        return Assignment(
            operation=self.names.problem.operations[self.names.operation[job, step]].id,
            machine=machine,
            start=start,
            end=self._time(known["end"], f"{place}.end"),
            setup_start=self._time(known["setup_start"], f"{place}.setup_start")
            if "setup_start" in known
            else start,
        )

    def _carried(
        self, drives: Sequence[Drive], works: list[Assignment]
    ) -> tuple[list[Trip], dict[int, int]]:
        """Return the loaded trips, told apart by the order of each job's places."""
        leave: dict[int, int] = {}
        waiting: dict[int, list[tuple[int, int, int]]] = {}
        sites = {m.id: m.place for m in self.names.problem.machines}
        on = {work.operation: sites[work.machine] for work in works}
        for o, operation in enumerate(self.names.problem.operations):
            part = operation.inputs[0]
            before = part.place
            if part.operation is not None:
                before = on.get(self.names.problem.operations[part.operation].id, -1)
            here = on.get(operation.id, -1)
            if self.names.is_delivery(operation.id):
                here = self.names.problem.machines[operation.modes[0].machine].place
            if before != here:
                waiting.setdefault(operation.job, []).append((o, before, here))
        trips: list[Trip] = []
        arrivals: dict[int, int] = {}
        for drive in sorted(drives, key=lambda drive: (drive.start, drive.end)):
            if drive.job is None:
                leave.setdefault(drive.vehicle, drive.start)
                continue
            left = waiting.get(drive.job, [])
            if not left:
                problem = f"job {drive.job} needs no further trip"
                raise BadInput(self.where, drive.where, problem)
            o, before, here = left.pop(0)
            arrivals[o] = drive.end
            trips.append(
                Trip(
                    vehicle=self.names.problem.vehicles[drive.vehicle].id,
                    operation=self.names.problem.operations[o].id,
                    input=0,
                    origin=self.names.place_at(drive.origin, before),
                    destination=self.names.place_at(drive.destination, here),
                    leave=leave.pop(drive.vehicle, drive.start),
                    pickup=drive.start,
                    arrive=drive.end,
                )
            )
        return trips, arrivals

    def _driven(self, item: Any, place: str) -> Drive:
        known = _fields(item, _TRIP, self.where, place)
        cars, jobs = len(self.names.problem.vehicles), len(self.names.problem.jobs)
        vehicle = _index(known["vehicle"], cars, self.where, f"{place}.vehicle")
        job = None
        if known["job"] is not None:
            job = _index(known["job"], jobs, self.where, f"{place}.job")
        return Drive(
            where=place,
            vehicle=vehicle,
            job=job,
            origin=self._row(known["from"], f"{place}.from"),
            destination=self._row(known["to"], f"{place}.to"),
            start=self._time(known["start"], f"{place}.start"),
            end=self._time(known["end"], f"{place}.end"),
        )

    def _row(self, value: Any, place: str) -> int:
        """Return a row of the travel matrix at which there is something."""
        row = _index(value, max(self.names.row) + 1, self.where, place)
        if row not in self.names.place:
            raise BadInput(self.where, place, f"{row} is no place")
        return row

    def _deliveries(
        self, works: list[Assignment], arrivals: Mapping[int, int]
    ) -> list[Assignment]:
        """Return the operations a file does not state: being at the dock."""
        ends = {work.operation: work.end for work in works}
        found = []
        for o, operation in enumerate(self.names.problem.operations):
            if self.names.is_delivery(operation.id):
                source = operation.inputs[0].operation
                made = 0
                if source is not None:
                    made = ends.get(self.names.problem.operations[source].id, 0)
                time = arrivals.get(o, made)
                dock = self.names.problem.machines[operation.modes[0].machine]
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


def _fields(
    item: Any,
    keys: tuple[str, ...],
    where: str,
    place: str,
    more: tuple[str, ...] = (),
) -> Mapping[str, Any]:
    """Return an object that has these keys, perhaps some more, and no others."""
    if not isinstance(item, dict):
        raise BadInput(where, place, f"{shown(item)}, expected an object")
    prefix = f"{place}." if place else ""
    for key in keys:
        if key not in item:
            raise BadInput(where, f"{prefix}{key}", "is missing")
    for key in item:
        if key not in keys + more:
            expected = ", ".join(keys + more)
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
