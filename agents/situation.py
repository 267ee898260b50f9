"""What the planner may know: the factory's open work as a scheduling problem.

Only the next steps of each lot enter a plan: what comes later is decided later, and
counts as the time it will at least take. The most urgent lots enter first, until the
plan spans as many operations as it may.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agents.work import Kit, OpenOperation, Part
from kernel.calendar import DAY, MINUTE
from plant.lot import operation_id
from scheduling import problem as sp
from scheduling.plan import Plan
from scheduling.static import families_of, fleets_of, setups_of
from worlds.layout import used_nodes
from worlds.products import RouteMode, RouteStep
from worlds.workcalendar import closed

if TYPE_CHECKING:
    from agents.factory import Factory
    from agents.order import OrderAgent

#: How far ahead working time is laid out for a plan, ms.
HORIZON = 14 * DAY
#: How long a repair must be expected to take for parts to be moved elsewhere, ms.
PATIENCE = 30 * MINUTE


@dataclass(slots=True)
class _Frame:
    """What a problem is built into."""

    operations: list[sp.Operation] = field(default_factory=list)
    lots: list[tuple[str, ...]] = field(default_factory=list)  # by operation: inputs
    jobs: list[sp.Job] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A problem, and which lots the inputs of its operations are."""

    problem: sp.Problem
    inputs: dict[str, tuple[str, ...]]
    places: tuple[str, ...]

    @classmethod
    def nothing(cls) -> Situation:
        """Return the situation without work."""
        problem = sp.Problem(now=0, jobs=(), operations=(), machines=())
        return cls(problem=problem, inputs={}, places=())


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
        self._modes: dict[tuple[int, int], tuple[sp.Mode, ...]] = {}
        self._keep: list[object] = []  # keeps the ids of `_modes` alive

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
            end = self.factory.scenario.cap + HORIZON
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
        factory, frame = self.factory, _Frame()
        now = factory.calendar.now
        live = [
            order
            for order in factory.orders.values()
            if order.production.parts and not order.cancelled and not order.shipped
        ]
        assert factory.planner is not None
        urgency = factory.planner.urgency
        live.sort(key=lambda order: (-urgency(order), order.id))
        for order in live:
            if len(frame.operations) >= window and not self._in_process(order):
                continue
            _Survey(self, frame, order).add()
        machines = [self._machine(id, now) for id in self.index]
        if factory.exit is not None:
            row = self.row[factory.exit]
            machines.append(sp.Machine(id=factory.exit, place=row, capacity=0, free=()))
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
        )
        ids = [operation.id for operation in frame.operations]
        return Situation(
            problem=problem,
            inputs=dict(zip(ids, frame.lots, strict=True)),
            places=self.places,
        )

    @staticmethod
    def _in_process(order: OrderAgent) -> bool:
        return any(part.working for part in order.production.parts.values())

    def _machine(self, id: str, now: int) -> sp.Machine:
        agent = self.factory.machines[id]
        body, spec = agent.body, agent.spec
        begin = max(now, agent.up_at) if body.down else now
        family = body.family
        free = [begin] * spec.capacity
        busy = sorted(op.ends for op in agent.running.values())
        for slot, ends in enumerate(busy[: spec.capacity]):
            free[slot] = max(begin, ends)
        setting = body.work.get("setup")
        if setting is not None:
            family = setting.family
            ends = max(now, setting.since + body.setup_time(family))
            free = [max(ends, begin)] * spec.capacity
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
                free=max(agent.free(), agent.body.stopped_until),
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


class _Survey:
    """Adds the open work of one order to a problem."""

    def __init__(self, surveyor: Surveyor, frame: _Frame, order: OrderAgent) -> None:
        self.by = surveyor
        self.frame = frame
        self.order = order
        self.factory = surveyor.factory
        self.now = self.factory.calendar.now
        self.job = len(frame.jobs)
        self.tail = 0
        self.feeds: dict[tuple[str, int], list[tuple[sp.Input, str, int, int]]] = {}
        self.kits: dict[str, Kit] = {}

    def add(self) -> None:
        """Add the order's job and its next operations."""
        order = self.order
        for part in order.production.parts.values():
            self._follow(part)
        while self.feeds:
            self._assemble()
        due = self.factory.latest_for(order.due) - self.tail
        self.frame.jobs.append(
            sp.Job(
                id=order.id, release=order.request.release, due=due, weight=order.weight
            )
        )

    def _follow(self, part: Part) -> None:
        """Add what a part goes through, up to the next assembly."""
        factory, order = self.factory, self.order
        name = part.lot
        if part.working:
            running = self._running(part)
            at = self._put(
                running.id,
                self.by.modes(running.modes, running.pieces),
                [sp.Input(place=self.by.row[part.at], ready=self.now)],
                (name,),
                family=running.family,
                pinned=max(running.ends, self.now + 1),
                machine=running.holder,
            )
            source = sp.Input(operation=at)
        elif part.moving and self._committed(part):
            assert part.heading is not None
            source = sp.Input(
                place=self.by.row[part.heading], ready=max(part.eta, self.now)
            )
            if part.heading == factory.exit:
                return
        else:
            ready = max(part.ready, self.now)
            source = sp.Input(place=self.by.row[part.at], ready=ready)
        step = order.route.steps[part.step]
        index: int | None = step.index
        if part.mending:
            rework = operation_id(
                name, f"{step.id}.rework", part.rounds.get(f"{step.id}.rework", 0) + 1
            )
            if not part.working:
                source = self._next(rework, part, step, source, depth=0, mending=True)
            self._chain(part, step.index, source, 1)
            return
        if part.passed or part.working:
            index = step.successor
        self._chain(part, index, source, 0)

    def _committed(self, part: Part) -> bool:
        if part.loaded:
            return True
        transport = self.factory.fleet.open.get(part.lot)
        return transport is not None and transport.begun

    def _settled(self, operation: OpenOperation) -> bool:
        """Return whether its place is no longer in question.

        Parts that are there, or being fetched, stay: to move them again takes slots and
        vehicles from others (input buffers that wait for each other would lock).
        """
        holder = operation.holder
        if any(part.moving and self._committed(part) for part in operation.parts):
            return True
        down = self.factory.machines[holder].up_at - self.now if holder else 0
        return down < PATIENCE and any(p.at == holder for p in operation.parts)

    def _running(self, part: Part) -> OpenOperation:
        return next(
            op
            for op in self.order.production.operations.values()
            if op.running and part in op.parts
        )

    def _chain(
        self, part: Part, index: int | None, source: sp.Input, depth: int
    ) -> None:
        """Add the steps of a part's chain from ``index`` on."""
        route = self.order.route
        kit = part.kit
        first = True
        while index is not None:
            step = route.steps[index]
            if len(step.predecessors) > 1 and not (
                first and not part.passed and part.step == index
            ):
                while not kit.covers(index):
                    assert kit.parent is not None
                    kit = kit.parent
                self.kits[kit.id] = kit
                before = route.steps[part.step].chain
                chain = (
                    next(i for i in step.predecessors if route.steps[i].chain == before)
                    if any(route.steps[i].chain == before for i in step.predecessors)
                    else step.predecessors[0]
                )
                self.feeds.setdefault((kit.id, index), []).append(
                    (source, part.lot, chain, part.pieces)
                )
                return
            if depth >= self.by.depth:
                self._cut(index, part.pieces)
                return
            rounds = part.rounds.get(step.id, 0) + 1
            id = operation_id(part.lot, step.id, rounds)
            source = self._next(id, part, step, source, depth=depth, mending=False)
            index, depth, first = step.successor, depth + 1, False
        self._deliver(part.lot, source, depth)

    def _cut(self, index: int, pieces: int) -> None:
        """Count what is left out of the plan as time before the due date."""
        self.tail = max(self.tail, self.order.route.tail(index, pieces))

    def _deliver(self, lot: str, source: sp.Input, depth: int) -> None:
        exit = self.factory.exit
        if exit is None or (
            source.operation is None
            and depth == 0
            and (source.place == self.by.row[exit])
        ):
            return
        mode = sp.Mode(machine=self.by.dock, duration=0)
        self._put(f"{lot}:ship", (mode,), [source], (lot,), family=None)

    def _assemble(self) -> None:
        """Add the assembly that comes first in the routing, if it has all its parts."""
        key = min(self.feeds, key=lambda k: (k[1], k[0]))
        feeds = self.feeds.pop(key)
        kit, step = self.kits[key[0]], self.order.route.steps[key[1]]
        there = dict.fromkeys(step.predecessors, 0)
        for _, _, before, pieces in feeds:
            there[before] += pieces
        if any(pieces < kit.pieces for pieces in there.values()):
            self._cut(step.index, kit.pieces)
            return
        if self.by.depth < 10**9 and any(f[0].operation is not None for f in feeds):
            depth = 2
        else:
            depth = 0
        lot = kit.lot_of(step.chain)
        known = kit.assemblies.get(step.index)
        if known is not None and not known.running:
            by_lot = {f[1]: f for f in feeds}
            order = [p.lot for p in known.parts if p.lot in by_lot]
            feeds = [by_lot[x] for x in order] + [f for f in feeds if f[1] not in order]
        part = Part(
            lot=lot,
            kit=kit,
            step=step.index,
            pieces=kit.pieces,
            at="",
            ready=0,
            passed=True,
        )
        at = self._operation(
            operation_id(lot, step.id),
            kit.pieces,
            step,
            [f[0] for f in feeds],
            tuple(f[1] for f in feeds),
            mending=False,
        )
        self._chain(part, step.successor, sp.Input(operation=at), depth + 1)

    def _next(
        self,
        id: str,
        part: Part,
        step: RouteStep,
        source: sp.Input,
        *,
        depth: int,
        mending: bool,
    ) -> sp.Input:
        at = self._operation(id, part.pieces, step, [source], (part.lot,), mending)
        return sp.Input(operation=at)

    def _operation(
        self,
        id: str,
        pieces: int,
        step: RouteStep,
        inputs: list[sp.Input],
        lots: tuple[str, ...],
        mending: bool,
    ) -> int:
        modes = self.by.modes(step.rework if mending else step.modes, pieces)
        known = self.factory.operations.get(id)
        keep: int | None = None
        if known is not None and known.called and known.holder is not None:
            keep = self.by.index[known.holder]
            if self._settled(known):
                modes = tuple(mode for mode in modes if mode.machine == keep)
        release = self.now
        if self.order.missing:
            release = max(
                (
                    self.factory.inventories[name].available(0)
                    for name, _ in step.materials
                    if name in self.order.missing
                ),
                default=release,
            )
        return self._put(
            id,
            modes,
            inputs,
            lots,
            family=None if mending else step.family,
            release=release,
            keep=keep,
        )

    def _put(
        self,
        id: str,
        modes: tuple[sp.Mode, ...],
        inputs: list[sp.Input],
        lots: tuple[str, ...],
        *,
        family: str | None,
        release: int = 0,
        pinned: int | None = None,
        keep: int | None = None,
        machine: str | None = None,
    ) -> int:
        if machine is not None:
            only = self.by.index[machine]
            modes = tuple(mode for mode in modes if mode.machine == only)
        self.frame.operations.append(
            sp.Operation(
                id=id,
                job=self.job,
                modes=modes,
                inputs=tuple(inputs),
                family=self.by.family(family),
                release=release,
                pinned=pinned,
                keep=keep,
            )
        )
        self.frame.lots.append(lots)
        return len(self.frame.operations) - 1
