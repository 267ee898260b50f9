"""A plan in force, as machines and vehicles read it.

They follow sequences, not clock times: they wait for what is on its way, set up for
it, and leave the plan only where reality has made it void.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from agents.fleet import TransportOrder
from agents.situation import Situation
from scheduling.plan import Assignment, Plan

if TYPE_CHECKING:
    from agents.factory import Factory
    from agents.machine import MachineAgent
    from agents.vehicle import VehicleAgent
    from agents.work import OpenOperation


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTrip:
    """A lot to be fetched for an operation, at about ``pickup`` from ``place``."""

    key: tuple[str, str]
    place: str
    pickup: int


class Advice:
    """Sequences of machines and vehicles.

    Attributes
    ----------
    machine
        Of each operation planned.
    planned_trips
        Vehicle of each (operation, lot).
    made
        When the plan was made, ms.

    Parameters
    ----------
    whole
        Whether sequences are followed too, not only the choice of machines.
    """

    def __init__(
        self, factory: Factory, plan: Plan, situation: Situation, whole: bool
    ) -> None:
        self.factory = factory
        self.machine: dict[str, str] = {}
        self.start: dict[str, int] = {}
        #: All empty where only the choice of machines is followed.
        self.sequence: dict[str, list[Assignment]] = {}
        self.trips: dict[str, list[PlannedTrip]] = {}
        self.planned_trips: dict[tuple[str, str], str] = {}
        for work in sorted(plan.assignments, key=lambda a: a.start):
            if work.machine not in factory.machines:
                continue  # the dock
            self.machine[work.operation] = work.machine
            self.start[work.operation] = work.start
            if whole:
                self.sequence.setdefault(work.machine, []).append(work)
        #: Set-up families, where they matter.
        self.family = situation.families
        self.made = situation.problem.now
        if whole:
            self._note_trips(plan, situation)

    def _note_trips(self, plan: Plan, situation: Situation) -> None:
        """Note which vehicle fetches what, and when."""
        for trip in sorted(plan.trips, key=lambda t: (t.pickup, t.leave)):
            lots = situation.inputs[trip.operation]
            key = (trip.operation, lots[trip.input])
            self.planned_trips[key] = trip.vehicle
            planned = PlannedTrip(
                key=key, place=situation.places[trip.origin], pickup=trip.pickup
            )
            self.trips.setdefault(trip.vehicle, []).append(planned)

    @classmethod
    def empty(cls, factory: Factory, whole: bool) -> Advice:
        """Return advice that says nothing."""
        nothing = Plan(assignments=())
        return cls(factory, nothing, Situation.nothing(), whole)

    def give(self) -> None:
        """Let everybody concerned know: who is responsible, and look again."""
        factory = self.factory
        for id, machine in self.machine.items():
            operation = factory.operations.get(id)
            if operation is None or operation.running or operation.holder == machine:
                continue
            if any(part.loaded for part in operation.parts):
                continue
            factory.orders[operation.order].allocation.assign(operation, machine)
        factory.fleet.place_uncovered()
        for agent in factory.machines.values():
            agent.decide_soon()
        for vehicle in factory.vehicles.values():
            if vehicle.idle:
                vehicle.decide_soon()

    # -- machines ---------------------------------------------------------------------

    def next_on(self, machine: MachineAgent) -> OpenOperation | Literal["wait"] | None:
        """Return the operation to begin, or to wait for; None: the plan says nothing.

        The first of the sequence that is not begun is waited for while its parts are
        on their way; if they are not, the first whose parts are here comes before it.
        """
        sequence = self.sequence.get(machine.id)
        if not sequence:
            return None
        begun = self.factory.begun
        while sequence and sequence[0].operation in begun:
            sequence.pop(0)
        if not sequence:
            return None
        head = sequence[0]
        operation = self._open(machine, head)
        now = machine.now
        if operation is not None and (
            machine.supply.has(operation) or machine.supply.awaits(operation)
        ):
            return operation
        if now < head.start:
            machine.wake_at(head.start)
            return self._fill(machine, head) or "wait"
        for later in sequence[1:]:
            operation = self._open(machine, later)
            if operation is not None and machine.supply.has(operation):
                return operation
        return None

    def _open(self, machine: MachineAgent, work: Assignment) -> OpenOperation | None:
        operation = self.factory.operations.get(work.operation)
        if operation is None or operation.running or operation.holder != machine.id:
            return None
        return operation

    def _fill(self, machine: MachineAgent, head: Assignment) -> OpenOperation | None:
        """Return the most pressing operation outside the plan that fits in before it.

        There must be time for its set-up, and for that of the next in the plan.
        """
        gap = head.start - machine.now
        best: OpenOperation | None = None
        for operation in machine.agenda.values():
            if operation.id in self.machine or not machine.mine(operation):
                continue
            if best is not None and self.rank(operation) >= self.rank(best):
                continue
            duration = operation.duration(machine.id)
            setup = machine.body.setup_time(operation.family)
            back = machine.body.setup_time(
                self.family.get(head.operation), operation.family
            )
            if duration + setup + back <= gap and machine.supply.has(operation):
                best = operation
        return best

    def rank(self, operation: OpenOperation) -> tuple[int, float]:
        """Return a key that sorts operations as the plan wants them begun."""
        start = self.start.get(operation.id)
        if start is not None:
            return 0, start
        return 1, operation.due - operation.tail

    # -- vehicles ---------------------------------------------------------------------

    def next_trip(self, vehicle: VehicleAgent) -> TransportOrder | str | None:
        """Return the next transport, the place where to await it, "wait", or None.

        The first trip of the sequence is waited for until it was to begin, and gone to
        just in time; if it cannot begin then, the first that can comes before it.
        """
        trips = self.trips.get(vehicle.id)
        if not trips:
            return None
        done = self.factory.fleet.done
        # What was loaded before the plan was made is to be moved once more.
        while trips and done.get(trips[0].key, -1) >= self.made:
            trips.pop(0)
        if not trips:
            return None
        head = trips[0]
        transport = self._requested(head, vehicle)
        if transport is not None:
            return transport
        leave = head.pickup - vehicle.way_to(head.place)
        if vehicle.now < leave:
            vehicle.wake_at(leave)
            return "wait"
        if vehicle.now < head.pickup:
            vehicle.wake_at(head.pickup)
            return head.place
        for later in trips[1:]:
            transport = self._requested(later, vehicle)
            if transport is not None:
                return transport
        return None

    def _requested(
        self, trip: PlannedTrip, vehicle: VehicleAgent
    ) -> TransportOrder | None:
        transport = self.factory.fleet.open.get(trip.key[1])
        if transport is None or transport.begun or transport.key != trip.key:
            return None
        if vehicle.pickups.held_up(transport):
            return None
        return transport
