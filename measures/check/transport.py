"""Rules on transport: vehicles are in one place, carry one lot, and take their time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from kernel.events import Event
from measures.check.record import Finding, Record
from worlds.spec import VehicleGroup


@dataclass(slots=True)
class _Vehicle:
    """A vehicle as its facts tell it."""

    group: VehicleGroup
    node: str
    lot: str | None = None
    drive: Event | None = None
    arrived: int = 0


def drives(record: Record) -> Iterator[Finding]:
    """A drive begins where the vehicle is and takes at least the shortest time."""
    for id, (group, node) in record.vehicles.items():
        drive: Event | None = None
        for event in record.of_vehicle[id]:
            if event.kind == "drive_started":
                path = event.facts["path"]
                if drive is not None:
                    yield event.time, id, "drives off while driving"
                if not path or path[0] != node:
                    yield event.time, id, f"drives off from {path[:1]}, is at {node}"
                yield from _ways(record, event)
                drive = event
            elif event.kind == "drive_finished":
                yield from _driven(record, group, event, drive)
                node, drive = event.facts["at"], None


def _ways(record: Record, event: Event) -> Iterator[Finding]:
    floor = record.world.floor
    if floor.travel is not None:
        return
    ways = {lane.between for lane in floor.lanes}
    ways |= {lane.between[::-1] for lane in floor.lanes if lane.two_way}
    path = event.facts["path"]
    for a, b in pairwise(path):
        if (a, b) not in ways:
            yield event.time, event.subject, f"drives from {a} to {b}: no lane"


def _driven(
    record: Record, group: VehicleGroup, event: Event, drive: Event | None
) -> Iterator[Finding]:
    if drive is None:
        yield event.time, event.subject, "arrives without having driven off"
        return
    path = drive.facts["path"]
    if not path:
        return
    if event.facts["at"] != path[-1]:
        at = event.facts["at"]
        yield event.time, event.subject, f"arrives at {at}, drove to {path[-1]}"
    try:
        need = record.layout.travel(group.id, path[0], path[-1])
    except KeyError:
        what = f"drove from {path[0]} to {path[-1]}, where no lane leads"
        yield event.time, event.subject, what
        return
    took = event.time - drive.time
    if took < need:
        yield event.time, event.subject, f"drove for {took} ms, needs {need} ms"


def vehicle_lots(record: Record) -> Iterator[Finding]:
    """A vehicle carries one lot, taken and put down where it stands."""
    for id, (group, home) in record.vehicles.items():
        vehicle = _Vehicle(group, home)
        for event in record.of_vehicle[id]:
            kind, facts = event.kind, event.facts
            if kind == "drive_started":
                vehicle.drive = event
                if facts["lot"] != vehicle.lot:
                    what = f"drives with {facts['lot']}, has {vehicle.lot}"
                    yield event.time, id, what
            elif kind == "drive_finished":
                vehicle.node, vehicle.drive = facts["at"], None
                vehicle.arrived = event.time
            elif kind == "lot_loaded":
                yield from _loads(record, id, vehicle, event)
            elif kind == "lot_delivered":
                yield from _delivers(record, id, vehicle, event)


def _loads(
    record: Record, id: str, vehicle: _Vehicle, event: Event
) -> Iterator[Finding]:
    if vehicle.lot is not None:
        yield event.time, id, f"loads {event.subject}, carries {vehicle.lot}"
    yield from _stands(record, id, vehicle, event)
    vehicle.lot = event.subject


def _delivers(
    record: Record, id: str, vehicle: _Vehicle, event: Event
) -> Iterator[Finding]:
    if vehicle.lot != event.subject:
        yield event.time, id, f"puts {event.subject} down, carries {vehicle.lot}"
    yield from _stands(record, id, vehicle, event)
    if event.time < vehicle.arrived + vehicle.group.unload:
        yield event.time, id, f"unloads {event.subject} in too short a time"
    vehicle.lot = None


def _stands(
    record: Record, id: str, vehicle: _Vehicle, event: Event
) -> Iterator[Finding]:
    place = event.facts["at"]
    if vehicle.drive is not None:
        yield event.time, id, f"{event.kind} while driving"
    elif record.layout.node_of(place) != vehicle.node:
        yield event.time, id, f"{event.kind} at {place}, is at {vehicle.node}"


def loading_time(record: Record) -> Iterator[Finding]:
    """A vehicle drives off with a lot only when it has had the time to load it."""
    for id, (group, _) in record.vehicles.items():
        loaded: Event | None = None
        for event in record.of_vehicle[id]:
            if event.kind == "lot_loaded":
                loaded = event
            elif event.kind == "drive_started" and loaded is not None:
                if event.time < loaded.time + group.load:
                    took = event.time - loaded.time
                    yield event.time, id, f"loaded {loaded.subject} in {took} ms"
                loaded = None
            elif event.kind == "lot_delivered" and loaded is not None:
                at = record.layout.node_of(event.facts["at"])
                origin = record.layout.node_of(loaded.facts["at"])
                if at != origin or event.time < loaded.time + group.load + group.unload:
                    yield event.time, id, f"brought {event.subject} without driving"
                loaded = None


def vehicle_stops(record: Record) -> Iterator[Finding]:
    """A vehicle that is stopped does not begin or end anything until it is resumed."""
    ends = ("drive_finished", "lot_delivered")
    for id in record.vehicles:
        stopped: int | None = None
        for event in record.of_vehicle[id]:
            if event.kind == "vehicle_stopped":
                stopped = event.time if stopped is None else stopped
            elif event.kind == "vehicle_resumed":
                if stopped is None:
                    yield event.time, id, "is resumed without a stop"
                stopped = None
            elif event.kind in ends and stopped is not None and event.time > stopped:
                yield event.time, id, f"{event.kind} while stopped"


def hops(record: Record) -> Iterator[Finding]:
    """Where there are vehicles, they bring the lots; without, lots hop at once.

    From the output of a machine to its own input no vehicle is needed.
    """
    loaded: dict[str, Event] = {}
    for event in record.of_lots:
        if event.kind == "lot_loaded":
            loaded[event.subject] = event
        if event.kind != "lot_delivered" or event.subject not in loaded:
            continue
        taken = loaded.pop(event.subject)
        by, at = event.facts["vehicle"], event.facts["at"]
        if taken.facts["vehicle"] != by:
            what = f"loaded by {taken.facts['vehicle']}, brought by {by}"
            yield event.time, event.subject, what
        elif by is None and record.vehicles and taken.facts["at"] != at:
            yield event.time, event.subject, f"brought to {at} without a vehicle"
        elif by is None and taken.time != event.time:
            yield event.time, event.subject, "hops, but not at once"


def transport_orders(record: Record) -> Iterator[Finding]:
    """A vehicle moves a lot only by the transport order it was awarded."""
    if not record.vehicles:
        return
    wishes: dict[str, Event] = {}
    awarded: dict[str, str] = {}
    open_of: dict[str, list[str]] = {}  # lot -> open transport orders
    for event in record.events:
        kind, id = event.kind, event.subject
        if kind == "transport_requested":
            if id in wishes:
                yield event.time, id, "requested a second time"
            wishes[id] = event
            open_of.setdefault(event.facts["lot"], []).append(id)
        elif kind in ("transport_awarded", "transport_cancelled"):
            if id not in wishes:
                yield event.time, id, f"{kind}, but never requested"
                continue
            if kind == "transport_awarded":
                awarded[id] = event.facts["vehicle"]
            elif id in open_of.get(wishes[id].facts["lot"], ()):
                open_of[wishes[id].facts["lot"]].remove(id)
        elif kind == "lot_delivered":
            vehicle, at = event.facts["vehicle"], event.facts["at"]
            of_lot = open_of.get(id, [])
            fitting = [t for t in of_lot if wishes[t].facts["to"] == at]
            if not fitting:
                yield event.time, id, f"brought to {at} without a transport order"
                continue
            of_lot.remove(fitting[0])
            if awarded.get(fitting[0]) != vehicle:
                what = f"{fitting[0]} went to {awarded.get(fitting[0])}"
                yield event.time, id, f"brought by {vehicle}, but {what}"
