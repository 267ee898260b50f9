"""How busy a demand keeps the machines, worked out before anything is simulated."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from kernel.calendar import DAY
from kernel.errors import BadInput
from worlds.mix import VariantMix, quantity_shares
from worlds.products import Route, RouteMode, quoted
from worlds.routes import Routes
from worlds.spec import Inspection, Machine, Product, World
from worlds.workcalendar import WEEK, closed

Group = frozenset[str]  # ids of machines that a step may choose from


@dataclass(slots=True)
class _Work:
    """What an average day brings to a group: time in a slot, ms, and starts."""

    slots: float = 0.0
    starts: float = 0.0


@dataclass(slots=True)
class _Day:
    """The work of an average day, by group, and the lots of each set-up family."""

    work: dict[Group, _Work] = field(default_factory=dict)
    families: dict[str, dict[str, float]] = field(default_factory=dict)  # by machine

    def add(
        self,
        modes: tuple[RouteMode, ...],
        lots: float,
        pieces: float,
        variation: Mapping[str, float],
        family: str | None,
    ) -> None:
        """Add so many lots of a step; machines share them so as to be equally busy."""
        times = [
            (lots * mode.lot_time + pieces * mode.time) * variation[mode.machine]
            for mode in modes
        ]
        group = frozenset(mode.machine for mode in modes)
        work = self.work.setdefault(group, _Work())
        if min(times) > 0:
            work.slots += len(times) / sum(1 / time for time in times)
        work.starts += lots
        if family is not None:
            for machine in group:
                known = self.families.setdefault(machine, {})
                known[family] = known.get(family, 0.0) + lots / len(group)


def _open_share(world: World, machine: Machine) -> float:
    """Return the share of a week without closed dates in which work may begin."""
    found = next((c for c in world.calendars if c.id == machine.calendar), None)
    if found is None:
        return 1.0
    shut = closed(replace(found, closed=()), world.start, 0, WEEK)
    return 1 - sum(end - start for start, end in shut) / WEEK


def _available(machine: Machine) -> float:
    """Return the share of open time without repairs: 1 / (1 + sum of repair / life)."""
    return 1 / (1 + sum(f.repair.mean / f.life.mean for f in machine.failures))


def inspected(bad: float, inspection: Inspection) -> tuple[float, float, float]:
    """Return what becomes of a piece that is defective with probability ``bad``.

    Returns
    -------
    tuple
        Expected mendings, probability of scrap, probability of passing defective.
    """
    alarm, seen = inspection.false_alarm, 1 - inspection.miss
    good, poor, passed = (1 - bad) * alarm, bad * seen, bad * inspection.miss
    rework, mendings = inspection.rework, 0.0
    for _ in range(rework.limit if rework else 0):
        assert rework is not None
        mendings += good + poor
        left = poor * (1 - rework.success)
        good = (good + poor * rework.success) * alarm
        poor, passed = left * seen, passed + left * inspection.miss
    return mendings, good + poor, passed


def _repeats(route: Route) -> Iterator[tuple[float, float]]:
    """Yield per step the expected mendings and scrap of a piece."""
    sound: list[float] = []  # probability that a piece leaves the step without defect
    for step in route.steps:
        found = math.prod(sound[up] for up in step.predecessors)
        found *= (1 - step.defects_per_million / 1e6) ** step.opportunities
        mendings = scrap = 0.0
        if step.inspection is not None:
            mendings, scrap, passed = inspected(1 - found, step.inspection)
            found = 1 - passed
        sound.append(found)
        yield mendings, scrap


def _routings(
    world: World, routes: Routes, product: Product
) -> Iterator[tuple[Route, float]]:
    """Yield the routes that differ in more than material, and their shares."""
    named: set[str] = set()
    for step in product.steps:
        named |= {*step.when, *quoted(step.family or "")}
        named.update(*(change.when for change in step.changes))
    alike: dict[tuple[str, ...], tuple[dict[str, str], float]] = {}
    for pairs, share in VariantMix(product, world.name):
        options = dict(pairs)
        key = tuple(choice for name, choice in pairs if name in named)
        known = alike.get(key, (options, 0.0))
        alike[key] = (known[0], known[1] + share)
    for options, share in alike.values():
        yield routes.of(product.id, options), share


def _day(world: World) -> _Day:
    """Return the expected work of an average day of the week."""
    day, demand = _Day(), world.demand
    law = quantity_shares(demand)
    variation = {m.id: m.variation.mean if m.variation else 1.0 for m in world.machines}
    popularity = math.fsum(product.share for product in world.products)
    routes = Routes(world)
    for product in world.products:
        orders = demand.orders_per_day * product.share / popularity
        if not orders:
            continue
        lots_of = sum(p * -(-q // product.lot_size) for q, p in enumerate(law, 1))
        pieces_of = sum(p * q for q, p in enumerate(law, 1))
        for route, share in _routings(world, routes, product):
            repeats = list(_repeats(route))
            again = 1 / max(1e-3, 1 - sum(scrap for _, scrap in repeats))
            lots, pieces = (orders * share * again * n for n in (lots_of, pieces_of))
            size = pieces_of / lots_of
            for step, (mendings, _) in zip(route.steps, repeats, strict=True):
                # A lot is mended if any of its pieces is flagged; then seen again.
                mended = lots * min(size * mendings, 1.0)
                day.add(
                    step.modes,
                    lots + mended,
                    pieces * (1 + mendings),
                    variation,
                    step.family,
                )
                if mended:
                    day.add(step.rework, mended, pieces * mendings, variation, None)
    return day


def _joined(groups: list[Group]) -> list[Group]:
    """Return the groups, and the unions of those that have machines in common."""
    unions: list[Group] = []
    for group in groups:
        apart = [other for other in unions if not other & group]
        unions = [*apart, group.union(*(other for other in unions if other & group))]
    return list(dict.fromkeys([*groups, *unions]))


def _setup_time(world: World, machine: Machine, families: Mapping[str, float]) -> float:
    """Return the set-up time of a day, ms, if lots come in no particular order."""
    matrix = next((s for s in world.setups if s.id == machine.setup), None)
    lots = sum(families.values())
    if matrix is None or not lots:
        return 0.0
    share = [families.get(family, 0.0) / lots for family in matrix.families]
    mean = sum(
        share[i] * share[j] * time
        for i, row in enumerate(matrix.times)
        for j, time in enumerate(row)
    )
    return lots * mean * machine.capacity


def nominal_use(world: World, mixing: float = 0.0) -> dict[str, float]:
    """Return how busy the demand process keeps each group of machines.

    A group is a set of machines that some step may choose from, or the union of such
    sets that overlap; its work is all that cannot go elsewhere. Work is the expected
    quantity times the expected time of the variants, with mending, repeated inspection
    and replaced scrap. Capacity is open time less expected repairs. A machine with a
    headway is as busy as its starts or as its slots, whichever is more. Orders of the
    book are not counted.

    Parameters
    ----------
    world
        A consistent world.
    mixing
        Share of the lots that come in no particular order of set-up family: 0 leaves
        set-ups out, 1 gives first come, first served.

    Returns
    -------
    dict
        Share of open time, by the ids of the machines joined with "+"; the busiest
        first. Above 1 the group cannot keep up.
    """
    day = _day(world) if world.demand.orders_per_day else _Day()
    machines = {machine.id: machine for machine in world.machines}
    uses: dict[str, float] = {}
    for group in _joined(list(day.work)):
        members = [machine for id, machine in machines.items() if id in group]
        slots = sum(w.slots for sub, w in day.work.items() if sub <= group)
        starts = sum(w.starts for sub, w in day.work.items() if sub <= group)
        slots += mixing * sum(
            _setup_time(world, machine, day.families.get(machine.id, {}))
            for machine in members
        )
        ready = [DAY * _open_share(world, m) * _available(m) for m in members]
        room = sum(m.capacity * time for m, time in zip(members, ready, strict=True))
        use = slots / room if room else math.inf
        if all(machine.headway for machine in members):
            most = sum(t / m.headway for m, t in zip(members, ready, strict=True))
            use = max(use, starts / most if most else math.inf)
        uses["+".join(machine.id for machine in members)] = use
    return dict(sorted(uses.items(), key=lambda item: -item[1]))


def scaled_to(world: World, load: float) -> World:
    """Return the world with ``orders_per_day`` such that its bottleneck has this load.

    Parameters
    ----------
    world
        A consistent world with a demand process.
    load
        Nominal use of the busiest group, without set-ups (:func:`nominal_use`).

    Raises
    ------
    BadInput
        If the world has no demand process, or the load is not above 0 and at most 10.
    """
    if not 0 < load <= 10:
        raise BadInput("load", "", f"{load}, expected a number above 0, at most 10")
    busiest = max(nominal_use(world).values(), default=0.0)
    if not 0 < busiest < math.inf:
        problem = "the world has no demand process (orders_per_day), nothing to scale"
        raise BadInput("load", "", problem)
    orders = world.demand.orders_per_day * load / busiest
    return replace(world, demand=replace(world.demand, orders_per_day=orders))
