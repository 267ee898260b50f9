"""A plant in which any of many machines can do the work."""

from __future__ import annotations

from datetime import UTC, datetime
from math import ceil, sqrt

from kernel.calendar import HOUR, MINUTE, SECOND
from kernel.chance import Fixed
from worlds.spec import (
    CustomerClass,
    Demand,
    Dock,
    Floor,
    Lane,
    Machine,
    Network,
    Node,
    Product,
    Step,
    VehicleGroup,
    World,
)

#: Machines of a cell that are alike.
EACH = 8
#: Metres from cell to cell.
PITCH = 20.0
#: What a lot takes at one of them, ms, and how busy the orders keep them.
WORK = 40 * MINUTE
LOAD = 0.8


def alike(machines: int) -> World:
    """Return a plant with so many machines of one capability.

    They stand in cells of eight about a store. An order begins at the entrance of one
    of the cells, all as often; from there any machine of the plant can do the work.
    So the nearest eight who are asked are others for every cell, and work is spread
    evenly however many there are. Vehicles: two a cell.
    """
    cells = machines // EACH
    wide = ceil(sqrt(cells))
    lanes: list[Lane] = []
    stations: list[Node] = []
    for c in range(cells):
        row, column = divmod(c, wide)
        x, y = PITCH * (column + 1), PITCH * row
        stations.append(Node(id=f"cell{c}", at=(x, y), kind="station"))
        before = f"cell{c - 1}" if column else f"aisle{row}"
        lanes.append(Lane(between=(before, f"cell{c}")))
    rows = ceil(cells / wide)
    aisle = [Node(id=f"aisle{row}", at=(0, PITCH * row)) for row in range(rows)]
    lanes += [Lane(between=(f"aisle{r - 1}", f"aisle{r}")) for r in range(1, rows)]
    middle = f"aisle{rows // 2}"
    ends = (
        Node(id="store", at=(-5, 0), kind="store"),
        Node(id="gate", at=(-5, 5), kind="dock"),
    )
    lanes += [Lane(between=(middle, end.id)) for end in ends]
    return World(
        format=1,
        name=f"alike-{machines}",
        start=datetime(2026, 1, 5, tzinfo=UTC),
        days=10.0,
        floor=Floor(nodes=(*aisle, *stations, *ends), lanes=tuple(lanes)),
        machines=tuple(m for c in range(cells) for m in _cell(c)),
        vehicles=(
            VehicleGroup(
                id="agv",
                count=2 * cells,
                load=15 * SECOND,
                unload=15 * SECOND,
                home=tuple(node.id for node in stations),
            ),
        ),
        products=tuple(_product(c) for c in range(cells)),
        demand=Demand(
            orders_per_day=EACH * cells * LOAD * 24 * HOUR / WORK,
            customers=(CustomerClass(id="any", slack=Fixed(value=4 * HOUR)),),
        ),
        docks=(Dock(id="DOCK", node="gate"),),
        network=Network(preset="wifi"),
    )


def _cell(c: int) -> tuple[Machine, ...]:
    """Return the entrance of a cell, and its machines."""
    first = Machine(
        id=f"IN{c}",
        work_center="entrances",
        node=f"cell{c}",
        capabilities=(f"enter{c}",),
        input_buffer=20,
        output_buffer=20,
    )
    rest = (
        Machine(
            id=f"M{c}.{k}",
            work_center="machines",
            node=f"cell{c}",
            capabilities=("work",),
        )
        for k in range(1, EACH + 1)
    )
    return first, *rest


def _product(c: int) -> Product:
    return Product(
        id=f"P{c}",
        steps=(
            Step(id="enter", capability=f"enter{c}", lot_time=30 * SECOND),
            Step(id="work", capability="work", lot_time=WORK),
        ),
    )
