"""Names, calendars, set-up matrices, machines, vehicles, people, materials."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from kernel.calendar import DAY
from worlds.consistency.flaw import Flaw, negative, repeated, unknown
from worlds.files import shown
from worlds.layout import vehicles_of
from worlds.spec import Clock, Machine, SetupMatrix, WorkCalendar, World
from worlds.workcalendar import clock

MOST_VEHICLES = 10_000
MOST_FAMILIES = 1_000
MOST_LOSS = 0.9  # of the messages; with all of them lost nothing is ever agreed
_YEARS = range(1970, 2200)
#: What orders are called that chance or a rush brings.
_DRAWN = re.compile("[OR][0-9]+")


def flaws(world: World) -> Iterator[Flaw]:
    """Yield what is wrong with the means of production."""
    yield from _time(world)
    yield from _names(world)
    for calendar in world.calendars:
        yield from _calendar(calendar)
    for matrix in world.setups:
        yield from _matrix(matrix)
    skills = {skill for crew in world.crews for skill in crew.skills}
    calendars = {calendar.id for calendar in world.calendars}
    setups = {matrix.id: matrix for matrix in world.setups}
    for machine in world.machines:
        yield from _machine(machine, setups, calendars, skills)
    for crew in world.crews:
        if crew.calendar is not None:
            place = f"crews.{crew.id}.calendar"
            yield from unknown(place, crew.calendar, calendars, "a calendar")
    yield from _stock(world)
    if world.network.loss is not None and world.network.loss > MOST_LOSS:
        yield "network.loss", f"{world.network.loss:g}, expected at most {MOST_LOSS}"
    if len(world.costs.tariff) not in (0, 24):
        problem = f"{len(world.costs.tariff)} prices, expected 24, from midnight"
        yield "costs.tariff", problem


def _time(world: World) -> Iterator[Flaw]:
    start = world.start
    if start.tzinfo is None:
        problem = f"{start.isoformat()}, expected a time zone, as in {start}Z"
        yield "start", problem
    if start.year not in _YEARS:
        yield "start", f"year {start.year}, expected one from 1970 to 2199"
    if world.days > 36_500:
        yield "days", f"{world.days:g}, expected at most 36500"
    if world.warm_up + world.cool_down >= world.days * DAY:
        spare = timedelta(milliseconds=world.warm_up + world.cool_down)
        problem = f"with cool_down {spare}, expected less than the {world.days:g} days"
        yield "warm_up", problem


def _names(world: World) -> Iterator[Flaw]:
    """Yield ids that occur twice; whatever acts or holds lots shares one name space."""
    total = sum(group.count for group in world.vehicles)
    if total > MOST_VEHICLES or (world.vehicles and not total):
        problem = f"{total} in all, expected 1 to {MOST_VEHICLES} (or no such table)"
        yield "vehicles", problem
        return
    for name in ("calendars", "setups", "vehicles", "products"):
        yield from repeated(name, (item.id for item in getattr(world, name)))
    holders: dict[str, str] = {}
    tables = {
        "machines": [machine.id for machine in world.machines],
        "docks": [dock.id for dock in world.docks],
        "floor.nodes": [n.id for n in world.floor.nodes if n.kind == "store"],
        "vehicles": [id for id, _, _ in vehicles_of(world)],
        "crews": [crew.id for crew in world.crews],
        "suppliers": [supplier.id for supplier in world.suppliers],
        "materials": [material.id for material in world.materials],
        "demand.orders": [order.id for order in world.demand.orders],
    }
    for table, ids in tables.items():
        for id in ids:
            # Orders by chance have O, which the book may have if there are none.
            own = table == "demand.orders" and not world.demand.orders_per_day
            if _DRAWN.fullmatch(id) and not (own and id[0] == "O"):
                problem = "O or R and a number is kept for orders, expected another id"
                yield f"{table}.{id}", problem
            if id in holders:
                problem = f"the id is taken (in {holders[id]}), expected one of its own"
                yield f"{table}.{id}", problem
            holders[id] = table


def _clock(place: str, text: Clock) -> Iterator[Flaw]:
    try:
        clock(text)
    except ValueError as error:
        yield place, f"{shown(text)}, {error}"


def _calendar(calendar: WorkCalendar) -> Iterator[Flaw]:
    place = f"calendars.{calendar.id}"
    if not any(shift.days for shift in calendar.shifts):
        yield f"{place}.shifts", "no working time, expected a shift on some day"
    for k, shift in enumerate(calendar.shifts):
        yield from _clock(f"{place}.shifts.{k}.start", shift.start)
        yield from _clock(f"{place}.shifts.{k}.end", shift.end)
        if shift.start in (shift.end, "24:00"):
            problem = f'"{shift.start}", expected a start before 24:00 that is not the'
            yield f"{place}.shifts.{k}.start", f"{problem} end"
    for day in calendar.closed:
        if day.year not in _YEARS:
            yield f"{place}.closed", f"{day}, expected a year from 1970 to 2199"


def _matrix(matrix: SetupMatrix) -> Iterator[Flaw]:
    place, size = f"setups.{matrix.id}", len(matrix.families)
    if not 1 <= size <= MOST_FAMILIES:
        yield f"{place}.families", f"{size}, expected 1 to {MOST_FAMILIES}"
    yield from repeated(f"{place}.families", matrix.families)
    if len(matrix.times) != size:
        problem = f"{len(matrix.times)} rows, expected one for each of {size} families"
        yield f"{place}.times", problem
    for family, row in zip(matrix.families, matrix.times, strict=False):
        if len(row) != size:
            problem = f"{len(row)} times from {family}, expected {size}: no holes"
            yield f"{place}.times", problem
    for k, row in enumerate(matrix.times):
        if k < len(row) and row[k]:
            problem = f"{row[k] / 1000:g} s, expected 0: it is set up for that already"
            yield f"{place}.times.{k}.{k}", problem


def _machine(
    machine: Machine,
    setups: dict[str, SetupMatrix],
    calendars: set[str],
    skills: set[str],
) -> Iterator[Flaw]:
    place = f"machines.{machine.id}"
    yield from repeated(f"{place}.capabilities", machine.capabilities)
    if machine.calendar is not None:
        at = f"{place}.calendar"
        yield from unknown(at, machine.calendar, calendars, "a calendar")
    if machine.setup is not None:
        yield from unknown(f"{place}.setup", machine.setup, setups, "a set-up matrix")
        matrix = setups[machine.setup]
        if machine.family is not None:
            what = f"a family of the set-up matrix {matrix.id}"
            at = f"{place}.family"
            yield from unknown(at, machine.family, matrix.families, what)
    if machine.variation is not None:
        yield from negative(f"{place}.variation", machine.variation, zero=True)
        if not 0.5 <= machine.variation.mean <= 2:
            problem = f"mean {machine.variation.mean:g}, expected 0.5 to 2, near 1"
            yield f"{place}.variation", problem
    yield from repeated(f"{place}.failures", (mode.id for mode in machine.failures))
    for mode in machine.failures:
        at = f"{place}.failures.{mode.id}"
        yield from negative(f"{at}.life", mode.life, zero=False)
        yield from negative(f"{at}.repair", mode.repair, zero=True)
        if mode.skill is not None:
            yield from unknown(f"{at}.skill", mode.skill, skills, "a skill of a crew")
    if machine.operator is not None:
        at, skill = f"{place}.operator.skill", machine.operator.skill
        yield from unknown(at, skill, skills, "a skill of a crew")


def _stock(world: World) -> Iterator[Flaw]:
    suppliers = {supplier.id for supplier in world.suppliers}
    for supplier in world.suppliers:
        yield from negative(f"suppliers.{supplier.id}.lead", supplier.lead, zero=True)
    for material in world.materials:
        place = f"materials.{material.id}"
        if material.supplier is not None:
            at = f"{place}.supplier"
            yield from unknown(at, material.supplier, suppliers, "a supplier")
        if material.up_to is not None and material.up_to < material.reorder_point:
            problem = f"{material.up_to}, expected at least the reorder_point"
            yield f"{place}.up_to", f"{problem}, {material.reorder_point}"
