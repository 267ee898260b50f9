"""One order's open work, as part of a scheduling problem."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agents.work import Kit, OpenOperation, Part
from kernel.calendar import MINUTE
from plant.lot import operation_id
from scheduling import problem as sp
from worlds.products import RouteStep

if TYPE_CHECKING:
    from agents.order import OrderAgent
    from agents.situation import Surveyor

#: How long a repair must be expected to take for parts to be moved elsewhere, ms.
PATIENCE = 30 * MINUTE


@dataclass(slots=True)
class Frame:
    """What a problem is built into, or a piece of it from ``base`` on."""

    base: int = 0
    job: int = 0
    operations: list[sp.Operation] = field(default_factory=list)
    lots: list[tuple[str, ...]] = field(default_factory=list)  # by operation: inputs
    jobs: list[sp.Job] = field(default_factory=list)
    families: dict[str, str] = field(default_factory=dict)  # by operation


class OrderSurvey:
    """Adds the open work of one order to a problem."""

    def __init__(
        self, surveyor: Surveyor, frame: Frame, order: OrderAgent, depth: int
    ) -> None:
        self.by = surveyor
        self.frame = frame
        self.order = order
        self.depth = depth
        self.factory = surveyor.factory
        self.now = self.factory.calendar.now
        self.job = frame.job + len(frame.jobs)
        self.due = self.factory.dock.latest_for(order.due)
        self.latest = self.due  # when what is planned must be done
        self.feeds: dict[tuple[str, int], list[tuple[sp.Input, str, int, int]]] = {}
        self.kits: dict[str, Kit] = {}

    def add(self) -> None:
        """Add the order's job and its next operations."""
        order = self.order
        for part in order.production.parts.values():
            self._follow(part)
        while self.feeds:
            self._assemble()
        self.frame.jobs.append(
            sp.Job(
                id=order.id,
                release=order.request.release,
                due=self.latest,
                weight=order.weight,
            )
        )

    def _follow(self, part: Part) -> None:
        """Add what a part goes through, up to the next assembly."""
        factory, order = self.factory, self.order
        name = part.lot
        if part.working:
            running = self._running(part)
            ends = max(running.ends, self.now + 1)
            at = self._put(
                running.id,
                self.by.modes(running.modes, running.pieces),
                [sp.Input(place=self.by.row[part.at])],
                (name,),
                family=running.family,
                pinned=ends,
                machine=running.holder,
            )
            source = sp.Input(operation=at)
        else:
            ends = part.ready
            source = sp.Input(place=self.by.row[part.at], ready=part.ready)
        if part.moving and self._committed(part):  # its vehicle is on its way
            assert part.heading is not None
            if part.heading == factory.dock.place:
                return
            there = ends + factory.fleet.trip(part.at, part.heading)
            source = sp.Input(
                place=self.by.row[part.heading], ready=max(part.eta, there)
            )
        step = order.route.steps[part.step]
        index: int | None = step.index
        if part.mending:
            rework = operation_id(
                name, f"{step.id}.rework", part.rounds.get(f"{step.id}.rework", 0) + 1
            )
            if not part.working:
                source = self._next(rework, part, step, source, mending=True)
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
            if depth >= self.depth:
                self._cut(index, part.pieces)
                return
            rounds = part.rounds.get(step.id, 0) + 1
            id = operation_id(part.lot, step.id, rounds)
            source = self._next(id, part, step, source, again=rounds > 1)
            index, depth, first = step.successor, depth + 1, False
        self._deliver(part.lot, source, depth)

    def _cut(self, index: int, pieces: int) -> None:
        """Leave steps out of the plan, but leave time for them."""
        latest = self.by.ahead.latest_begin(self.order.route, index, pieces, self.due)
        self.latest = min(self.latest, latest)

    def _deliver(self, lot: str, source: sp.Input, depth: int) -> None:
        exit = self.factory.dock.place
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
        if self.depth < 10**9 and any(f[0].operation is not None for f in feeds):
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
            kit,
            kit.pieces,
            step,
            [f[0] for f in feeds],
            tuple(f[1] for f in feeds),
        )
        self._chain(part, step.successor, sp.Input(operation=at), depth + 1)

    def _next(
        self,
        id: str,
        part: Part,
        step: RouteStep,
        source: sp.Input,
        *,
        mending: bool = False,
        again: bool = False,
    ) -> sp.Input:
        at = self._operation(
            id,
            part.kit,
            part.pieces,
            step,
            [source],
            (part.lot,),
            mending=mending,
            again=again,
        )
        return sp.Input(operation=at)

    def _operation(
        self,
        id: str,
        kit: Kit,
        pieces: int,
        step: RouteStep,
        inputs: list[sp.Input],
        lots: tuple[str, ...],
        *,
        mending: bool = False,
        again: bool = False,
    ) -> int:
        modes = self.by.modes(step.rework if mending else step.modes, pieces)
        known = self.factory.operations.get(id)
        keep: int | None = None
        if known is not None and known.called and known.holder is not None:
            keep = self.by.index[known.holder]
            if self._settled(known):
                modes = tuple(mode for mode in modes if mode.machine == keep)
        takes = not (mending or again or (known is not None and known.called))
        return self._put(
            id,
            modes,
            inputs,
            lots,
            family=None if mending else step.family,
            release=self._supplied(kit, step) if takes else 0,
            keep=keep,
        )

    def _supplied(self, kit: Kit, step: RouteStep) -> int:
        """Return when a lot's material is expected; 0: it is there, or not short."""
        order, latest = self.order, 0
        for name, _ in step.materials:
            inventory, purpose = self.factory.inventories[name], kit.purpose(step.index)
            if name in order.missing and not inventory.holds(order.id, purpose):
                latest = max(latest, inventory.expected_for(order, purpose))
        return latest

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
        if family is not None:
            self.frame.families[id] = family
        return self.frame.base + len(self.frame.operations) - 1
