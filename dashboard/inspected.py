"""All that can be seen of one thing: what a click on it shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from measures.replay import State
from worlds.spec import World


def inspected(state: State, world: World, kind: str, id: str) -> dict[str, Any] | None:
    """Return what can be seen of a thing; None if there is no such thing.

    Parameters
    ----------
    kind
        ``machine``, ``vehicle``, ``order``, ``material`` or ``place`` (store or dock).
    """
    look = _LOOKS.get(kind)
    found = look(state, world, id) if look is not None else None
    return None if found is None else {"kind": kind, "id": id, **found}


def _machine(state: State, world: World, id: str) -> dict[str, Any] | None:
    seen = state.machines.get(id)
    if seen is None:
        return None
    return {
        "state": seen.state,
        "reason": seen.reason or seen.failure or "",
        "since": seen.since,
        "family": seen.family or "",
        "work": [[w.lot, w.step, w.started, w.expected] for w in seen.work.values()],
        "input": list(seen.input),
        "output": list(seen.output),
    }


def _vehicle(state: State, world: World, id: str) -> dict[str, Any] | None:
    seen = state.vehicles.get(id)
    if seen is None:
        return None
    return {
        "node": seen.node or "",
        "path": list(seen.path),
        "lot": seen.lot or "",
        "stopped": seen.stopped or "",
    }


def _order(state: State, world: World, id: str) -> dict[str, Any] | None:
    order = state.orders.get(id)
    if order is None:
        return None
    lots = {lot: state.lots[lot] for lot in sorted(order.lots)}
    return {
        "options": dict(order.options),
        "lots": [
            [lot, seen.step, seen.place, seen.stage, seen.pieces]
            for lot, seen in lots.items()
        ],
    }


def _material(state: State, world: World, id: str) -> dict[str, Any] | None:
    spec = next((material for material in world.materials if material.id == id), None)
    if spec is None:
        return None
    batches = state.stock.get(id, {})
    return {
        "level": round(state.level(id)),
        "reorder": spec.reorder_point,
        "supplier": spec.supplier or "",
        "batches": [[name, round(left)] for name, left in batches.items() if left],
    }


def _place(state: State, world: World, id: str) -> dict[str, Any] | None:
    stores = {node.id for node in world.floor.nodes if node.kind == "store"}
    if id not in stores | {dock.id for dock in world.docks}:
        return None
    there = [(lot, seen) for lot, seen in state.lots.items() if seen.place == id]
    return {"lots": [[lot, seen.order, seen.step, seen.pieces] for lot, seen in there]}


_LOOKS: dict[str, Callable[[State, World, str], dict[str, Any] | None]] = {
    "machine": _machine,
    "vehicle": _vehicle,
    "order": _order,
    "material": _material,
    "place": _place,
}
