"""Small worlds for tests: a line of places 10 m apart, and only what a test names."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest

from agents.factory import Factory
from agents.scenario import scenario_of
from kernel.events import Event
from measures.check import check_trace
from worlds.read import world_of
from worlds.spec import World

Table = dict[str, Any]

POLICIES = ("rule", "negotiated", "planned", "hybrid")
every_policy = pytest.mark.parametrize("policy", POLICIES)


def machine(id: str, *able: str, **more: Any) -> Table:
    """Return a machine at a node of its own, able to do what is named as it is."""
    return {
        "id": id,
        "work_center": "shop",
        "node": f"at-{id}",
        "capabilities": list(able or (id,)),
    } | more


def step(id: str, able: str, time: str = "10 min", **more: Any) -> Table:
    """Return a step that takes so long a piece."""
    return {"id": id, "capability": able, "time": time} | more


def product(*steps: Table, id: str = "P", **more: Any) -> Table:
    """Return a product without options, made in lots of at most ten."""
    return {"id": id, "steps": list(steps), "lot_size": 10, "price": 10.0} | more


def order(id: str, of: str = "P", due: str = "24 h", **more: Any) -> Table:
    """Return an order of the book."""
    return {"id": id, "product": of, "due": due} | more


def small_world(
    machines: Sequence[Table],
    products: Sequence[Table],
    orders: Sequence[Table] = (),
    *,
    store_after: str | None = "15 min",
    vehicles: int | Sequence[Table] = 0,
    docks: Sequence[Table] = (),
    **tables: Any,
) -> World:
    """Return a world: a store, the machines and the dock on a line, 10 m apart.

    Vehicles drive 1 m/s, begin at the store and take no time to load and unload.
    """
    stations = [{"id": m["node"], "kind": "station"} for m in machines]
    nodes = [{"id": "store", "kind": "store"}, *stations, {"id": "out", "kind": "dock"}]
    for k, node in enumerate(nodes):
        node["at"] = [10.0 * k, 0.0]
    ways = pairwise(nodes)
    lanes = [{"between": [a["id"], b["id"]]} for a, b in ways]
    floor: Table = {"nodes": nodes, "lanes": lanes}
    floor["store_after"] = store_after
    content: Table = {
        "format": 1,
        "name": "small",
        "start": "2026-01-05T06:00:00Z",  # a Monday
        "days": 1.0,
        "floor": floor,
        "machines": list(machines),
        "products": list(products),
        "demand": {"orders": list(orders)},
        "docks": list(docks),
    }
    if isinstance(vehicles, int) and vehicles:
        vehicles = [{"id": "agv", "count": vehicles, "home": ["store"]}]
    content["vehicles"] = vehicles or []
    return world_of(content | tables, "small")


def untrue(world: World, events: Sequence[Event]) -> list[str]:
    """Return what the independent checker says against a record."""
    return [str(violation) for violation in check_trace(world, events)]


def run(world: World, policy: str = "rule", **more: Any) -> list[Event]:
    """Return the events of a run to its end, which the checker has passed."""
    events = Factory(scenario_of(world, policy=policy, **more)).run().events
    assert untrue(world, events) == []
    return events


def of_kind(
    events: Sequence[Event], kind: str, subject: str | None = None
) -> list[Event]:
    """Return the events of a kind, and of a subject if one is named."""
    return [e for e in events if e.kind == kind and subject in (None, e.subject)]


def times(
    events: Sequence[Event], kind: str, subject: str | None = None
) -> list[float]:
    """Return when events of a kind happened, in minutes."""
    return [e.time / 60_000 for e in of_kind(events, kind, subject)]


def starts(events: Sequence[Event], subject: str | None = None) -> dict[str, float]:
    """Return when each operation was started, in minutes."""
    found = of_kind(events, "operation_started", subject)
    return {e.facts["operation"]: e.time / 60_000 for e in found}


def ends(events: Sequence[Event]) -> dict[str, float]:
    """Return when each operation was finished, in minutes."""
    found = of_kind(events, "operation_finished")
    return {e.facts["operation"]: e.time / 60_000 for e in found}


def shipped(events: Sequence[Event]) -> dict[str, float]:
    """Return when each order was shipped, in minutes."""
    return {e.subject: e.time / 60_000 for e in of_kind(events, "order_shipped")}
