"""A plant grown: n lines where there was one, on one floor."""

from __future__ import annotations

from dataclasses import replace

from worlds.consistency import check
from worlds.spec import Crew, Demand, Machine, Material, OrderLine, Product, Step, World

#: So many copies of `electronics` have as many variants as a world file may have. More
#: are not checked: they have nothing that fewer have not.
CHECKED = 43


def copies(world: World, n: int) -> World:
    """Return a world with ``n`` copies of every line, and n times the orders.

    Each copy has machines, capabilities, materials and a product family of its own
    (``prn1.2``, ``print.2``, ...); its machines stand beside their originals, at the
    same nodes. Vehicles, operators, suppliers, store, dock, network and customers are
    shared, n times as many vehicles and operators. So an order has the same choice of
    machines, the same ways and the same competition at every size: what grows is what
    one factory, one calendar and one planner look after. (If any product could use
    any machine, all would crowd at a few: orders ask the eight nearest machines, and
    every lot begins at the one store.)
    """
    if n == 1:
        return world
    turns = range(n)
    demand = world.demand
    grown = replace(
        world,
        name=f"{world.name}-x{n}",
        machines=tuple(_machine(m, k) for k in turns for m in world.machines),
        vehicles=tuple(replace(v, count=v.count * n) for v in world.vehicles),
        crews=tuple(_crew(crew, n) for crew in world.crews),
        materials=tuple(_material(m, k) for k in turns for m in world.materials),
        products=tuple(_product(p, k) for k in turns for p in world.products),
        demand=_demand(demand, n),
    )
    if n <= CHECKED:
        check(grown, grown.name)
    return grown


def _named(id: str, k: int) -> str:
    return id if k == 0 else f"{id}.{k + 1}"


def _machine(machine: Machine, k: int) -> Machine:
    return replace(
        machine,
        id=_named(machine.id, k),
        work_center=_named(machine.work_center, k),
        capabilities=tuple(_named(name, k) for name in machine.capabilities),
    )


def _crew(crew: Crew, n: int) -> Crew:
    return replace(crew, operators=crew.operators * n)


def _material(material: Material, k: int) -> Material:
    return replace(material, id=_named(material.id, k))


def _product(product: Product, k: int) -> Product:
    lines = product.materials
    return replace(
        product,
        id=_named(product.id, k),
        steps=tuple(_step(step, k) for step in product.steps),
        materials=tuple(replace(m, material=_named(m.material, k)) for m in lines),
    )


def _step(step: Step, k: int) -> Step:
    inspection = step.inspection
    if inspection is not None and inspection.rework is not None:
        rework = inspection.rework
        rework = replace(rework, capability=_named(rework.capability, k))
        inspection = replace(inspection, rework=rework)
    return replace(
        step,
        capability=step.capability and _named(step.capability, k),
        modes=tuple(replace(m, machine=_named(m.machine, k)) for m in step.modes),
        inspection=inspection,
    )


def _demand(demand: Demand, n: int) -> Demand:
    def again(order: OrderLine, k: int) -> OrderLine:
        return replace(order, id=_named(order.id, k), product=_named(order.product, k))

    return replace(
        demand,
        orders_per_day=demand.orders_per_day * n,
        orders=tuple(again(order, k) for k in range(n) for order in demand.orders),
    )
