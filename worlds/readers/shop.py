"""A job shop as benchmark files state it, and the same as a world."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from kernel.calendar import DAY, SECOND
from worlds.spec import (
    Demand,
    Dock,
    Floor,
    Machine,
    Node,
    OrderLine,
    Product,
    Step,
    StepMode,
    TravelTimes,
    VehicleGroup,
    World,
)

LOAD_UNLOAD = "LU"  # where parts and vehicles begin
SHOP = "SHOP"  # where all machines are if nothing has to be carried
DELIVERED = "OUT"  # the dock there, for `completion = "delivered"`
UNLIMITED = 1_000_000
UNIT = SECOND  # an instance's unit of time, ms
START = datetime(2026, 1, 5, 6, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """Jobs, machines and, where there are vehicles, travel times.

    ``jobs`` holds per job and operation the machines that can do it (their positions)
    and how long they take, in the instance's unit. ``travel`` has row and column 0 for
    load/unload and then the machines, in ms: there are halves of units.
    """

    name: str
    machines: tuple[str, ...]
    jobs: tuple[tuple[tuple[tuple[int, int], ...], ...], ...]
    travel: tuple[tuple[int, ...], ...] | None = None
    vehicles: int = 0


def name_of(stem: str) -> str:
    """Return a file's stem as an id."""
    return re.sub(r"[^A-Za-z0-9_.+\-]", "_", stem).lstrip("_.+-")[:64] or "instance"


def _floor(shop: Shop) -> Floor:
    """Return one place for all, or places in a circle with the travel times."""
    centre = Node(id=LOAD_UNLOAD, at=(0.0, 0.0), kind="store")
    if shop.travel is None:
        shop_floor = Node(id=SHOP, at=(10.0, 0.0), kind="station")
        return Floor(nodes=(centre, shop_floor), store_after=None)
    turn = 2 * math.pi / len(shop.machines)
    around = tuple(
        Node(
            id=machine,
            at=(round(20 * math.sin(i * turn), 2), round(20 * math.cos(i * turn), 2)),
            kind="station",
        )
        for i, machine in enumerate(shop.machines)
    )
    travel = TravelTimes(
        nodes=(LOAD_UNLOAD, *shop.machines),
        times=shop.travel,
    )
    return Floor(nodes=(centre, *around), travel=travel, store_after=None)


def _product(shop: Shop, job: int) -> Product:
    steps = tuple(
        Step(
            id=f"op{k}",
            modes=tuple(
                StepMode(machine=shop.machines[machine], time=time * UNIT)
                for machine, time in modes
            ),
        )
        for k, modes in enumerate(shop.jobs[job])
    )
    return Product(id=f"J{job}", steps=steps)


def _days(shop: Shop) -> float:
    """Return a time in which all is done one after the other, in days."""
    farthest = max(map(max, shop.travel)) if shop.travel else 0
    longest = sum(
        max(time for _, time in modes) * UNIT + 2 * farthest
        for job in shop.jobs
        for modes in job
    )
    return max(1.0, float(math.ceil((longest + 2 * farthest) / DAY)))


def world_of(shop: Shop) -> World:
    """Return an instance as a world.

    All jobs are there at 0 and due at 0, buffers are unlimited, nothing is inspected
    or shipped. Without travel times everything is in one place. Vehicles begin at
    load/unload and their first trip counts.
    """
    jobs = range(len(shop.jobs))
    floor = _floor(shop)
    return World(
        format=1,
        name=shop.name,
        title=f"{len(shop.jobs)} jobs, {len(shop.machines)} machines"
        + (f", {shop.vehicles} vehicles" if shop.travel else ""),
        start=START,
        days=_days(shop),
        unit="units",
        unit_ms=UNIT,
        completion="processed",
        floor=floor,
        machines=tuple(
            Machine(
                id=machine,
                work_center=machine,
                node=machine if shop.travel else SHOP,
                input_buffer=UNLIMITED,
                output_buffer=UNLIMITED,
            )
            for machine in shop.machines
        ),
        vehicles=(VehicleGroup(id="agv", count=shop.vehicles, home=(LOAD_UNLOAD,)),)
        if shop.travel
        else (),
        products=tuple(_product(shop, job) for job in jobs),
        demand=Demand(
            orders=tuple(OrderLine(id=f"J{job}", product=f"J{job}") for job in jobs)
        ),
        docks=(Dock(id=DELIVERED, node=LOAD_UNLOAD),) if shop.travel else (),
    )
