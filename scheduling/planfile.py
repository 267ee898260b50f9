"""Plan files: a plan of an instance as JSON, for others to read and to check.

Jobs, operations and vehicles count from 0, machines go by the file's own label, places
by the row of the travel matrix; times are in the instance's unit. An operation for
which its machine is set up says from when on (``setup_start``).
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

from kernel.errors import BadInput
from scheduling.check import Violation, check_plan
from scheduling.drives import Drive, empty_drives
from scheduling.plan import Assignment, Plan
from scheduling.plannames import PlanNames
from scheduling.planreader import FORMAT, PlanReader
from worlds.files import loaded_json, read_text
from worlds.spec import World

LARGEST_PLAN = 64_000_000  # bytes


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
        self.names = PlanNames(world, digest)
        self.problem = self.names.problem

    def refuse_unsayable(self, where: str) -> None:
        """Make sure that a plan file can say what a plan of the instance is.

        Raises
        ------
        BadInput
            If parts are assembled, or carried without a travel matrix.
        """
        world = self.names.world
        problem = ""
        if any(len(o.inputs) > 1 for o in self.problem.operations if o.inputs):
            problem = "assembles parts"
        elif world.vehicles and world.floor.travel is None:
            problem = "has vehicles and no table floor.travel"
        if problem:
            expected = "expected an instance whose plans a plan file can state"
            raise BadInput(where, "", f"{world.name} {problem}, {expected}")

    def content(self, plan: Plan) -> dict[str, Any]:
        """Return a plan as the values of a plan file."""
        return {
            "format": FORMAT,
            "instance": self.names.digest,
            "unit": self.names.world.unit,
            "completion": self.names.world.completion,
            "objective": "makespan",
            "makespan": self._units(plan.makespan),
            "operations": [
                self._work(work)
                for work in sorted(plan.assignments, key=self._rank)
                if not self.names.is_delivery(work.operation)
            ],
            "trips": list(self._trips(plan)),
        }

    def _work(self, work: Assignment) -> dict[str, Any]:
        said = {
            "job": self.names.of[work.operation].job,
            "operation": self.names.step[work.operation],
            "machine": self.names.label[work.machine],
            "start": self._units(work.start),
            "end": self._units(work.end),
        }
        if work.setup_start < work.start:
            said["setup_start"] = self._units(work.setup_start)
        return said

    def _rank(self, work: Assignment) -> tuple[int, int, int, int]:
        known = self.names.of[work.operation]
        return work.start, work.end, known.job, self.names.step[work.operation]

    def _units(self, time: int) -> int | float:
        whole, rest = divmod(time, self.names.world.unit_ms)
        return whole if rest == 0 else time / self.names.world.unit_ms

    def _trips(self, plan: Plan) -> list[dict[str, Any]]:
        """Return all drives, the empty ones included, by vehicle and time."""
        drives = []
        for vehicle in self.names.problem.vehicles:
            place = vehicle.place
            empty = self.names.problem.fleets[vehicle.fleet].empty
            for trip in plan.trips:
                if trip.vehicle != vehicle.id:
                    continue
                if self.names.row[place] != self.names.row[trip.origin]:
                    there = trip.leave + empty[place][trip.origin]
                    ends = (place, trip.origin, trip.leave, there)
                    drives.append(self._drive(vehicle.id, None, *ends))
                job = self.names.of[trip.operation].job
                ends = (trip.origin, trip.destination, trip.pickup, trip.arrive)
                drives.append(self._drive(vehicle.id, job, *ends))
                place = trip.destination
        return drives

    def _drive(
        self, vehicle: str, job: int | None, a: int, b: int, start: int, end: int
    ) -> dict[str, Any]:
        return {
            "vehicle": self.names.vehicle[vehicle],
            "job": job,
            "from": self.names.row[a],
            "to": self.names.row[b],
            "start": self._units(start),
            "end": self._units(end),
        }

    def read(self, path: str | Path) -> Plan:
        """Return the plan in a file; whether it is possible is not asked here.

        Raises
        ------
        BadInput
            If the file is no plan file, is one of another instance, or names a job,
            operation, machine, vehicle or place that the instance has not.
        """
        return self._read(path)[0]

    def check(self, path: str | Path) -> list[Violation]:
        """Return everything that is wrong with the plan in a file.

        Raises
        ------
        BadInput
            As :meth:`read` does.
        """
        plan, drives = self._read(path)
        return [*check_plan(self.problem, plan), *empty_drives(self.names, drives)]

    def _read(self, path: str | Path) -> tuple[Plan, list[Drive]]:
        where = str(path)
        found = loaded_json(read_text(Path(path), LARGEST_PLAN), where)
        return PlanReader(self.names, where).plan(found)


def check_plan_file(
    path: str | Path, world: World, instance: str | Path
) -> list[Violation]:
    """Return everything that is wrong with a plan file for an instance.

    Raises
    ------
    BadInput
        If it cannot be read as a plan of this instance at all.
    """
    return PlanFile(world, digest_of(instance)).check(path)
