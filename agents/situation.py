"""What the planner may know: the factory's open work as a scheduling problem.

Only the next steps of each lot enter a plan: what comes later is decided later, and
counts as the time it will at least take. The most urgent lots enter first, until the
plan spans as many operations as it may.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from agents.remembered import Remembered
from agents.steps_ahead import StepsAhead
from agents.survey import Frame
from kernel.calendar import DAY
from scheduling import problem as sp
from scheduling.plan import Plan
from scheduling.static import families_of, fleets_of, setups_of
from worlds.layout import used_nodes
from worlds.products import RouteMode
from worlds.workcalendar import closed

if TYPE_CHECKING:
    from agents.factory import Factory
    from agents.order import OrderAgent

#: What a step behind the planned ones takes beside its work, in typical durations: it
#: waits and moves too.
WAITING = 8.0
#: How far ahead working time is laid out for a plan, ms.
HORIZON = 14 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A problem, and what its operations are called: lots of inputs, families."""

    problem: sp.Problem
    inputs: dict[str, tuple[str, ...]]
    families: dict[str, str]
    places: tuple[str, ...]

    @classmethod
    def nothing(cls) -> Situation:
        """Return the situation without work."""
        problem = sp.Problem(now=0, jobs=(), operations=(), machines=())
        return cls(problem=problem, inputs={}, families={}, places=())


class Surveyor:
    """Builds the situation of a factory.

    What never changes (places, travel times, set-up matrices, working time) is worked
    out once.

    Parameters
    ----------
    factory
        What is surveyed.
    depth
        How many steps of a lot enter a plan; None: all.
    """

    def __init__(self, factory: Factory, depth: int | None) -> None:
        self.factory = factory
        self.depth = depth if depth is not None else 10**9
        world, layout = factory.world, factory.layout
        nodes = [n for n in used_nodes(world) if n not in layout.places]
        self.places = (*layout.places, *nodes)
        self.row = {place: i for i, place in enumerate(self.places)}
        for node in used_nodes(world):
            self.row.setdefault(node, self._row_of_node(node))
        self.index = {machine.id: i for i, machine in enumerate(world.machines)}
        self.dock = len(self.index)
        matrices = {matrix.id: i for i, matrix in enumerate(world.setups)}
        self.setups = setups_of(world)
        self.families = families_of(world)
        self.matrix = {
            m.id: matrices[m.setup] if m.setup else None for m in world.machines
        }
        self.fleets = fleets_of(world, layout, self.places)
        self.fleet_of = {group.id: i for i, group in enumerate(world.vehicles)}
        self._closed = {m.id: self._working_time(m.id) for m in world.machines}
        wait = round(WAITING * factory.typical_duration)
        self.ahead = StepsAhead(self._closed, wait)
        self.orders = Remembered(self)
        self._modes: dict[tuple[int, int], tuple[sp.Mode, ...]] = {}
        self._keep: list[object] = []  # keeps the ids of `_modes` alive
        self._open: list[OrderAgent] = []  # of the first `_seen` orders
        self._seen = 0

    def _row_of_node(self, node: str) -> int:
        layout = self.factory.layout
        return next(i for i, p in enumerate(self.places) if layout.node_of(p) == node)

    def _working_time(self, machine: str) -> list[tuple[int, int]]:
        """Return when a machine, or all who can attend it, are off work."""
        world = self.factory.world
        spec = self.factory.machines[machine].spec
        calendars = [spec.calendar]
        if spec.operator is not None:
            crews = [c for c in world.crews if spec.operator.skill in c.skills]
            if len({c.calendar for c in crews}) == 1:
                calendars.append(crews[0].calendar)
        found: list[tuple[int, int]] = []
        for id in {c for c in calendars if c is not None}:
            calendar = next(c for c in world.calendars if c.id == id)
            end = self.factory.case.cap + HORIZON
            found += closed(calendar, world.start, 0, end)
        merged: list[tuple[int, int]] = []
        for begin, end in sorted(found):
            if merged and begin <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((begin, end))
        return merged

    # -- the whole ------------------------------------------------------------------

    def survey(
        self, window: int, objective: sp.Objective, in_force: Plan | None
    ) -> Situation:
        """Return the present situation.

        Parameters
        ----------
        window
            About how many operations it may hold.
        """
        factory, frame = self.factory, Frame()
        now = factory.calendar.now
        live = [order for order in self._open_orders() if order.production.parts]
        self.orders.begin()
        assert factory.planner is not None
        urgency = factory.planner.urgency
        live.sort(key=lambda order: (-urgency(order), order.request.arrival, order.id))
        for order in live:
            # The less urgent are looked at less far ahead: they fill what is left.
            size = len(frame.operations)
            if size < window:
                self.orders.add(frame, order, self.depth)
            elif size < 2 * window or self._in_process(order):
                self.orders.add(frame, order, 1)
        machines = [self._machine(id, now) for id in self.index]
        if factory.dock.place is not None:
            row = self.row[factory.dock.place]
            machines.append(
                sp.Machine(id=factory.dock.place, place=row, capacity=0, free=())
            )
        problem = sp.Problem(
            now=now,
            jobs=tuple(frame.jobs),
            operations=tuple(frame.operations),
            machines=tuple(machines),
            setups=self.setups,
            vehicles=tuple(self._vehicles()),
            fleets=self.fleets,
            objective=objective,
            in_force=in_force,
            frozen=factory.planner.params.frozen,
        )
        ids = [operation.id for operation in frame.operations]
        return Situation(
            problem=problem,
            inputs=dict(zip(ids, frame.lots, strict=True)),
            families=frame.families,
            places=self.places,
        )

    def _open_orders(self) -> list[OrderAgent]:
        """Return the orders that are neither shipped nor cancelled."""
        orders = self.factory.orders
        self._open += islice(orders.values(), self._seen, None)
        self._seen = len(orders)
        self._open = [o for o in self._open if not (o.cancelled or o.shipped)]
        return self._open

    @staticmethod
    def _in_process(order: OrderAgent) -> bool:
        return any(part.working for part in order.production.parts.values())

    def _machine(self, id: str, now: int) -> sp.Machine:
        agent = self.factory.machines[id]
        body, spec = agent.body, agent.spec
        begin = max(now, agent.up_at) if body.down else now
        family = agent.outlook.family
        free = [begin] * spec.capacity
        busy = sorted(op.ends for op in agent.running.values())
        for slot, ends in enumerate(busy[: spec.capacity]):
            free[slot] = max(begin, ends)
        if body.setting_up:
            free = [agent.outlook.set_up_at()] * spec.capacity
        matrix = self.matrix[id]
        shut = self._closed[id]
        first = max(0, bisect_right(shut, (now, 1 << 62)) - 1)
        last = bisect_right(shut, (now + HORIZON, 1 << 62))
        return sp.Machine(
            id=id,
            place=self.row[id],
            capacity=spec.capacity,
            headway=spec.headway,
            free=tuple(free),
            last_start=body.last_start,
            setup=matrix,
            family=-1 if matrix is None or family is None else self.families[family],
            closed=tuple(shut[first:last]),
        )

    def _vehicles(self) -> list[sp.Vehicle]:
        return [
            sp.Vehicle(
                id=id,
                place=self.row[agent.node()],
                free=agent.free(),
                fleet=self.fleet_of[agent.body.group.id],
            )
            for id, agent in self.factory.vehicles.items()
        ]

    # -- parts of operations ----------------------------------------------------------

    def modes(self, modes: tuple[RouteMode, ...], pieces: int) -> tuple[sp.Mode, ...]:
        """Return modes as a problem has them."""
        key = (id(modes), pieces)
        found = self._modes.get(key)
        if found is None:
            self._keep.append(modes)
            found = self._modes[key] = tuple(
                sp.Mode(machine=self.index[m.machine], duration=m.duration(pieces))
                for m in modes
            )
        return found

    def family(self, family: str | None) -> int:
        """Return the position of a set-up family; -1: none, or no machine minds."""
        return -1 if family is None else self.families.get(family, -1)
