"""What an order would be promised, before anybody has ordered it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from agents.work import Kit, OpenOperation, Part
from worlds.products import Route, RouteStep

if TYPE_CHECKING:
    from agents.factory import Factory

#: The order that does not exist.
_NOBODY = "?"


def quote(
    factory: Factory, product: str, options: Mapping[str, str], quantity: int
) -> int:
    """Return when an order would leave if it came now, as the agents see it, ms.

    Every machine that can do a first operation says when it would be done; inventories
    say when material is there; the rest takes its least time, by the flow factor
    learnt so far. An order that comes is promised the same way
    (:meth:`agents.order.OrderAgent.quoted`). Nothing is reserved or recorded.
    """
    route = factory.routes.of(product, options)
    weight = factory.customers.rush_weight()
    there = _material_there(factory, route, quantity)
    size = next(p.lot_size for p in factory.world.products if p.id == product)
    latest = there
    for n in range(-(-quantity // size)):
        pieces = min(size, quantity - n * size)
        kit = Kit(
            id=f"{_NOBODY}.{n + 1}",
            order=_NOBODY,
            route=route,
            pieces=pieces,
            root=len(route.steps) - 1,
        )
        for step in route.starts:
            operation = _operation(factory, kit, step, weight, there)
            finish = min(
                factory.machines[mode.machine].outlook.quote(operation)[1]
                for mode in step.modes
            )
            rest = round(operation.tail * factory.flow_factor)
            latest = max(latest, finish + rest)
    return factory.dock.leaves_at(latest)


def _material_there(factory: Factory, route: Route, quantity: int) -> int:
    """Return when all material of an order would be in stock, ms."""
    need: dict[str, int] = {}
    for step in route.steps:
        for material, per_piece in step.materials:
            need[material] = need.get(material, 0) + per_piece * quantity
    dates = [factory.inventories[name].available(n) for name, n in need.items()]
    return max(dates, default=factory.now)


def _operation(
    factory: Factory, kit: Kit, step: RouteStep, weight: float, ready: int
) -> OpenOperation:
    """Return the first operation of a lot that does not exist."""
    part = Part(
        lot=kit.id,
        kit=kit,
        step=step.index,
        pieces=kit.pieces,
        at=factory.store.id,
        ready=ready,
    )
    tail = kit.route.tail(step.index, kit.pieces)
    return OpenOperation(
        id=f"{kit.id}:{step.id}",
        order=kit.order,
        kit=kit,
        lot=kit.id,
        step=step,
        modes=step.modes,
        pieces=kit.pieces,
        weight=weight,
        due=factory.now,
        tail=tail - step.quickest.duration(kit.pieces),
        opened=factory.now,
        family=step.family,
        parts=[part],
    )
