"""The floor as it is drawn: what stands still, and what has changed since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil, sqrt
from typing import Any

from kernel.events import Event, MachineState
from measures.replay import State
from worlds.layout import vehicles_of
from worlds.spec import World

#: In the order in which the page knows them.
STATES = [state.value for state in MachineState]
_GAP = 1.25  # between boxes, in sizes of a box
_FLAT = 2.0  # a box is so many times as wide as high
_LARGEST, _SMALLEST = 8.0, 0.05  # height of a box, m


def drawing(world: World) -> dict[str, Any]:
    """Return what does not change: places, lanes, machines, how large to draw them.

    Lengths are metres, ``y`` points down as on a screen. Machines that share a node
    are spread around it.
    """
    nodes = world.floor.nodes
    at = {node.id: (node.at[0], -node.at[1]) for node in nodes}
    height = _box_height(at[place] for place in _stations(world))
    spots = _spread(world, at, height)
    places = [at[n.id] for n in nodes if n.kind in ("dock", "store")]
    while _touch([*spots.values(), *places], height) and height > _SMALLEST:
        height *= 0.8  # machines that share a node stand in the way of others
        spots = _spread(world, at, height)
    index = {node.id: i for i, node in enumerate(nodes)}
    xs = [x for x, _ in (*at.values(), *spots.values())]
    ys = [y for _, y in (*at.values(), *spots.values())]
    margin = 0.8 * _FLAT * height
    docks = {dock.node: dock.id for dock in world.docks}
    return {
        "box": [_FLAT * height, height],
        "view": [
            min(xs) - margin,
            min(ys) - 0.6 * margin,
            max(xs) - min(xs) + 2 * margin,
            max(ys) - min(ys) + 1.2 * margin,
        ],
        "nodes": [
            [node.id, *at[node.id], node.kind, docks.get(node.id, node.id)]
            for node in nodes
        ],
        "lanes": [[index[a] for a in lane.between] for lane in world.floor.lanes],
        "machines": [
            [m.id, *spots[m.id], m.work_center or "", m.input_buffer, m.output_buffer]
            for m in world.machines
        ],
        "vehicles": [id for id, _, _ in vehicles_of(world)],
        "states": STATES,
    }


def _stations(world: World) -> list[str]:
    """Return the nodes at which something is drawn as large as a machine."""
    drawn = {machine.node for machine in world.machines}
    drawn |= {n.id for n in world.floor.nodes if n.kind in ("dock", "store")}
    return sorted(drawn)


def _box_height(places: Iterable[tuple[float, float]]) -> float:
    """Return the greatest height at which no two boxes touch, m."""
    spots = sorted(set(places))
    apart = (
        max(abs(a[0] - b[0]) / _FLAT, abs(a[1] - b[1])) / _GAP
        for i, a in enumerate(spots)
        for b in spots[i + 1 :]
    )
    return max(0.2, min(apart, default=_LARGEST / 2))


def _touch(centres: list[tuple[float, float]], height: float) -> bool:
    """Return whether two boxes of a height would touch."""
    return any(
        abs(a[0] - b[0]) < _FLAT * height and abs(a[1] - b[1]) < height
        for i, a in enumerate(centres)
        for b in centres[i + 1 :]
    )


def _spread(
    world: World, at: dict[str, tuple[float, float]], height: float
) -> dict[str, tuple[float, float]]:
    """Return where each machine is drawn."""
    sharing: dict[str, list[str]] = {}
    for machine in world.machines:
        sharing.setdefault(machine.node, []).append(machine.id)
    spots: dict[str, tuple[float, float]] = {}
    for node, machines in sharing.items():
        x, y = at[node]
        columns = ceil(sqrt(len(machines)))
        rows = ceil(len(machines) / columns)
        for i, id in enumerate(machines):
            row, column = divmod(i, columns)
            spots[id] = (
                x + (column - (columns - 1) / 2) * _GAP * _FLAT * height,
                y + (row - (rows - 1) / 2) * _GAP * height,
            )
    return spots


class Frames:
    """What the page must be told to draw the floor as it is.

    A frame says only what has changed since the one before it; vehicles come with every
    drive they have begun, so that the page can let them glide.
    """

    def __init__(self, world: World) -> None:
        self._machines = [machine.id for machine in world.machines]
        self._vehicles = [id for id, _, _ in vehicles_of(world)]
        self._index = {node.id: i for i, node in enumerate(world.floor.nodes)}
        self._waits = [node.id for node in world.floor.nodes if node.kind == "store"]
        self._waits += [dock.id for dock in world.docks]
        self._materials = [(m.id, m.reorder_point, m.stock) for m in world.materials]
        self._sent: dict[str, list[Any]] = {}
        self._seq = 0

    def frame(
        self, state: State, passed: Sequence[Event] | None, rate: float
    ) -> dict[str, Any]:
        """Return a frame.

        Parameters
        ----------
        state
            What can be seen.
        passed
            The facts since the last frame; None: everything is told anew.
        rate
            Simulated ms that pass in a ms.
        """
        whole = passed is None
        if whole:
            self._sent.clear()
        self._seq += 1
        drives = self._drives(passed or ())
        machines: dict[int, list[Any]] = {}
        for i, id in enumerate(self._machines):
            seen = self._machine(state, id)
            if self._is_new(id, seen):
                machines[i] = seen
        vehicles: dict[int, list[Any]] = {}
        for i, id in enumerate(self._vehicles):
            seen = self._vehicle(state, id)
            if self._is_new(id, seen) or id in drives:
                vehicles[i] = [*seen, drives.get(id, [])]
        found: dict[str, Any] = {"machines": machines, "vehicles": vehicles}
        waits = self._waiting(state)
        if self._is_new("", waits):
            found["waits"] = dict(zip(self._waits, waits, strict=True))
        stock = [
            [id, round(state.level(id)), point, opening]
            for id, point, opening in self._materials
        ]
        if self._is_new("/", stock):
            found["stock"] = stock
        return {
            "seq": self._seq,
            "whole": whole,
            "now": state.now,
            "rate": round(rate, 3),
            **{name: value for name, value in found.items() if value or whole},
        }

    def _is_new(self, id: str, seen: list[Any]) -> bool:
        new = self._sent.get(id) != seen
        if new:
            self._sent[id] = seen
        return new

    def _machine(self, state: State, id: str) -> list[Any]:
        view = state.machines[id]
        lots = state.lots
        work = [lots[w.lot].order for w in view.work.values() if w.lot in lots]
        return [
            STATES.index(view.state),
            view.reason or "",
            view.failure or "",
            view.family or "",
            len(view.input),
            len(view.output),
            list(dict.fromkeys(work))[:3],
            len(work),
        ]

    def _vehicle(self, state: State, id: str) -> list[Any]:
        view = state.vehicles[id]
        lot = state.lots.get(view.lot or "")
        return [
            self._index[view.node] if view.node is not None else -1,
            lot.order if lot is not None else "",
            view.stopped_since if view.stopped else -1,
            self._drive(view.left, view.arrive, view.path) if view.path else [],
        ]

    def _drive(self, left: int, arrive: int, path: Sequence[str]) -> list[Any]:
        return [left, arrive, [self._index[node] for node in path]]

    def _drives(self, passed: Iterable[Event]) -> dict[str, list[Any]]:
        """Return the drives begun, by vehicle."""
        found: dict[str, list[Any]] = {}
        for event in passed:
            if event.kind == "drive_started" and len(event.facts["path"]) > 1:
                drive = self._drive(
                    event.time, event.facts["arrive"], event.facts["path"]
                )
                found.setdefault(event.subject, []).append(drive)
        return found

    def _waiting(self, state: State) -> list[int]:
        """Return how many lots wait at each store and dock."""
        count = dict.fromkeys(self._waits, 0)
        for lot in state.lots.values():
            if lot.place in count and lot.stage != "vehicle":
                count[lot.place] += 1
        return list(count.values())
