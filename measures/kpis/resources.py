"""KPIs of vehicles and people: how busy they are, what they cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kernel.calendar import HOUR
from kernel.events import Event
from measures.kpis.energy import Energy
from measures.kpis.window import Level, Window
from worlds.spec import VehicleGroup, World
from worlds.workcalendar import closed


@dataclass(slots=True)
class _Vehicle:
    group: VehicleGroup
    driving: bool = False
    holding: bool = False

    @property
    def busy(self) -> bool:
        """Whether it drives, or holds a lot (loading and unloading included)."""
        return self.driving or self.holding


class VehicleMeasures:
    """Vehicles are busy while they drive or hold a lot."""

    def __init__(self, window: Window, world: World, energy: Energy) -> None:
        self._energy = energy
        self._vehicles = {
            f"{group.id}-{i + 1}": _Vehicle(group)
            for group in world.vehicles
            for i in range(group.count)
        }
        self._busy = {group.id: Level(window) for group in world.vehicles}
        self._groups = world.vehicles

    def drive_started(self, event: Event) -> None:
        """Note a vehicle that begins to drive."""
        self._set(event.subject, event.time, driving=True)

    def drive_finished(self, event: Event) -> None:
        """Note a vehicle that has arrived."""
        self._set(event.subject, event.time, driving=False)

    def lot_loaded(self, event: Event) -> None:
        """Note a vehicle that begins to load."""
        if event.facts["vehicle"] is not None:
            self._set(event.facts["vehicle"], event.time, holding=True)

    def lot_delivered(self, event: Event) -> None:
        """Note a vehicle that has unloaded."""
        if event.facts["vehicle"] is not None:
            self._set(event.facts["vehicle"], event.time, holding=False)

    def _set(self, id: str, time: int, **now: bool) -> None:
        vehicle = self._vehicles[id]
        before = vehicle.busy
        for name, value in now.items():
            setattr(vehicle, name, value)
        if vehicle.busy != before:
            change = 1 if vehicle.busy else -1
            self._busy[vehicle.group.id].by(time, change)
            kw = vehicle.group.power_kw if vehicle.busy else 0.0
            self._energy.drain(id, time, kw)

    def busy(self, now: int) -> float:
        """Return the ms all vehicles together have been busy."""
        return sum(level.area(now) for level in self._busy.values())

    def cost(self, now: int) -> float:
        """Return the cost of the hours in which vehicles were busy."""
        return sum(
            group.cost_per_hour * self._busy[group.id].area(now) / HOUR
            for group in self._groups
        )

    def values(self, now: int, span: int) -> dict[str, Any]:
        """Return the KPIs of the vehicles, if there are any."""
        if not self._vehicles or not span:
            return {}
        return {"vehicle_use": self.busy(now) / (span * len(self._vehicles))}


class TripMeasures:
    """Trips with a lot, and those of them that move it again.

    A lot that was brought to a machine and is taken on before it was worked on there
    has been carried in vain: the plan has changed its mind.
    """

    def __init__(self, window: Window, world: World) -> None:
        self._window = window
        self._machines = {machine.id for machine in world.machines}
        self._waiting: dict[str, str] = {}  # lot -> machine it was brought to
        self._trips = self._again = 0

    def lot_delivered(self, event: Event) -> None:
        """Count a trip that has ended, and whether it moved a lot again."""
        lot, place = event.subject, event.facts["at"]
        if event.facts["vehicle"] is not None and self._window.holds(event.time):
            self._trips += 1
            self._again += self._waiting.get(lot, place) != place
        if place in self._machines:
            self._waiting[lot] = place
        else:
            self._waiting.pop(lot, None)

    def operation_started(self, event: Event) -> None:
        """Note that a lot is worked on where it was brought to."""
        self._waiting.pop(event.facts["lot"], None)

    def lots_joined(self, event: Event) -> None:
        """Note that lots have become another one, where they were brought to."""
        for lot in event.facts["inputs"]:
            self._waiting.pop(lot, None)

    def values(self) -> dict[str, Any]:
        """Return the share of trips that moved a lot again, if there were trips."""
        return {"retransports": self._again / self._trips} if self._trips else {}


class CrewMeasures:
    """Operators are paid for their shifts and used while taken."""

    def __init__(self, window: Window, world: World) -> None:
        self._window = window
        self._world = world
        self._calendars = {calendar.id: calendar for calendar in world.calendars}
        self._taken = Level(window)

    def operator_taken(self, event: Event) -> None:
        """Note an operator who begins."""
        self._taken.by(event.time, 1)

    def operator_freed(self, event: Event) -> None:
        """Note an operator who is done."""
        self._taken.by(event.time, -1)

    def taken(self, now: int) -> float:
        """Return the ms of people's work on machines."""
        return self._taken.area(now)

    def _present(self, now: int) -> dict[str, float]:
        """Return the ms each crew has been on shift, summed over its operators."""
        first, last = self._window.first, min(now, self._window.last)
        present = {}
        for crew in self._world.crews:
            shift = float(max(0, last - first))
            if crew.calendar is not None and shift:
                calendar = self._calendars[crew.calendar]
                away = closed(calendar, self._world.start, first, last)
                shift -= sum(b - a for a, b in away)
            present[crew.id] = shift * crew.operators
        return present

    def cost(self, now: int) -> float:
        """Return the wages of the shifts, worked or not."""
        present = self._present(now)
        return sum(
            crew.cost_per_hour * present[crew.id] / HOUR for crew in self._world.crews
        )

    def values(self, now: int) -> dict[str, Any]:
        """Return the KPIs of the crews, if they were on shift at all."""
        present = sum(self._present(now).values())
        return {"crew_use": self.taken(now) / present} if present else {}
