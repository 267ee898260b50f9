"""The floor: nodes, lanes, a given travel matrix, and who stands where."""

from __future__ import annotations

from collections.abc import Iterator

from worlds.consistency.flaw import Flaw, repeated, unknown
from worlds.layout import stranded
from worlds.spec import TravelTimes, World
from worlds.workcalendar import clock

MOST_NODES = 50_000
MOST_LANES = 200_000
MOST_ROWS = 1_000
FARTHEST = 100_000  # m from the origin
SLOWEST = 0.001  # m/s


def flaws(world: World) -> Iterator[Flaw]:
    """Yield what is wrong with the floor and the things that stand on it."""
    floor = world.floor
    if not 1 <= len(floor.nodes) <= MOST_NODES:
        yield "floor.nodes", f"{len(floor.nodes)}, expected 1 to {MOST_NODES}"
    if len(floor.lanes) > MOST_LANES:
        yield "floor.lanes", f"{len(floor.lanes)}, expected at most {MOST_LANES}"
    if floor.traffic == "exclusive":
        problem = '"exclusive", expected ghost: conflict-free traffic is not built yet'
        yield "floor.traffic", problem
    yield from repeated("floor.nodes", (node.id for node in floor.nodes))
    for node in floor.nodes:
        if max(map(abs, node.at)) > FARTHEST:
            problem = f"{max(node.at, key=abs):g}, expected at most {FARTHEST} m"
            yield f"floor.nodes.{node.id}.at", problem
    kinds = {node.id: str(node.kind) for node in floor.nodes}
    if "store" not in kinds.values():
        yield "floor.nodes", "no store, expected a node of kind store"
    yield from _lanes(world, kinds)
    if floor.travel is not None:
        yield from _travel(floor.travel, kinds)
    yield from _standing(world, kinds)
    pair = stranded(world)
    if pair is not None:
        problem = f"no way from {pair[0]} to {pair[1]}, expected every station, dock,"
        yield "floor.lanes", f"{problem} store and home to reach every other"


def _lanes(world: World, kinds: dict[str, str]) -> Iterator[Flaw]:
    for k, lane in enumerate(world.floor.lanes):
        place = f"floor.lanes.{k}.between"
        for end in lane.between:
            yield from unknown(place, end, kinds, "a node")
        if lane.between[0] == lane.between[1]:
            yield place, f"twice {lane.between[0]}, expected two nodes"
        if lane.speed is not None and lane.speed < SLOWEST:
            problem = f"{lane.speed:g} m/s, expected at least {SLOWEST} m/s"
            yield f"floor.lanes.{k}.speed", problem


def _travel(travel: TravelTimes, kinds: dict[str, str]) -> Iterator[Flaw]:
    place, size = "floor.travel", len(travel.nodes)
    if size > MOST_ROWS:
        yield f"{place}.nodes", f"{size}, expected at most {MOST_ROWS}"
    yield from repeated(f"{place}.nodes", travel.nodes)
    for node in travel.nodes:
        yield from unknown(f"{place}.nodes", node, kinds, "a node")
    covered = set(travel.nodes)
    for node in (node for node in kinds if node not in covered):
        yield f"{place}.nodes", f"without {node}, expected every node of the floor"
    if len(travel.times) != size:
        problem = f"{len(travel.times)} rows, expected one for each of {size} nodes"
        yield f"{place}.times", problem
    for k, (node, row) in enumerate(zip(travel.nodes, travel.times, strict=False)):
        if len(row) != size:
            yield f"{place}.times", f"{len(row)} times from {node}, expected {size}"
        if k < len(row) and row[k]:
            yield f"{place}.times", f"{row[k]} ms from {node} to itself, expected 0"


def _standing(world: World, kinds: dict[str, str]) -> Iterator[Flaw]:
    """Yield machines, docks and homes on no node or on one of the wrong kind."""
    for machine in world.machines:
        place = f"machines.{machine.id}.node"
        yield from unknown(place, machine.node, kinds, "a node")
        if kinds[machine.node] not in ("station", "store"):
            problem = f"{machine.node} is of kind {kinds[machine.node]}, expected a"
            yield place, f"{problem} station (or store)"
    for dock in world.docks:
        place = f"docks.{dock.id}"
        yield from unknown(f"{place}.node", dock.node, kinds, "a node")
        if kinds[dock.node] not in ("dock", "store"):
            problem = f"{dock.node} is of kind {kinds[dock.node]}, expected a dock"
            yield f"{place}.node", f"{problem} or store"
        for text in dock.departures:
            try:
                clock(text)
            except ValueError as error:
                yield f"{place}.departures", f'"{text}", {error}'
        if dock.departures and not dock.days:
            yield f"{place}.days", "no days, expected a day to depart on"
    for group in world.vehicles:
        if group.speed < SLOWEST:
            problem = f"{group.speed:g} m/s, expected at least {SLOWEST} m/s"
            yield f"vehicles.{group.id}.speed", problem
        for home in group.home:
            yield from unknown(f"vehicles.{group.id}.home", home, kinds, "a node")
    # Elsewhere a place is known by its id alone, so a node may share a machine's or
    # dock's id only if that is where it stands.
    for table, things in (("machines", world.machines), ("docks", world.docks)):
        for thing in things:
            if thing.id in kinds and thing.node != thing.id:
                problem = "is also a node it does not stand on, expected another id"
                yield f"{table}.{thing.id}", problem
