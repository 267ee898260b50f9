"""Where the time of an order went: each millisecond from receipt to shipment, once.

An order ships when its last lot is there, so its time is that of one *critical chain*
of lots, followed backwards from the end (as the critical path of a project is, Kelley
and Walker 1959): the lot that reached its last place last; where it was assembled, the
input that got there last; where it was parted from another, that one until then; where
it replaces scrapped pieces, the lot they were scrapped from until then; and before the
first lot of the chain stood on the floor, the wait for its release.

Each millisecond of the chain belongs to exactly one :class:`Delay`:

* in work: ``processing``; while that work is interrupted: ``repair``;
* on a vehicle, loading and unloading included: ``transport``;
* waiting, the first of these that is true:

  1. its order waits for a material of its next operation, for this lot or another:
     ``material`` (materials go to reservations first come, first served; who lends
     what was allocated to it under dynamic pegging reserves anew);
  2. its transport has been requested: ``vehicle`` (a request is made once there is a
     place for the lot at its destination and somebody who will work on it);
  3. the machine that works on it next, wherever the lot lies, is broken down:
     ``repair``, is being set up, for whichever lot: ``set-up``, waits for an operator:
     ``operator``, is outside its working time: ``closed``, cannot get rid of a
     finished lot: ``blocked``;
  4. else ``machine``: that machine is busy with, or kept for, other lots, or has no
     place for it yet;

* where it leaves the plant: ``dock``; not on the floor yet: ``release``.

An order that has not shipped is followed to the last fact, along the lot that has been
longest where it is. Where no next operation is known, an unfilled reservation of the
order counts as wanted, and a machine the lot was brought to as the next.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Any, NamedTuple

from kernel.events import Event, MachineState
from measures.allocation import Allocations
from worlds.spec import World


class Delay(StrEnum):
    """What a millisecond of an order's time was spent on."""

    RELEASE = "release"
    MATERIAL = "material"
    MACHINE = "machine"
    CLOSED = "closed"
    OPERATOR = "operator"
    REPAIR = "repair"
    BLOCKED = "blocked"
    SETUP = "set-up"
    VEHICLE = "vehicle"
    TRANSPORT = "transport"
    PROCESSING = "processing"
    DOCK = "dock"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTime:
    """An order's time, ms, by what it was spent on.

    ``ended`` is when it shipped, or the last fact if it has not; ``lot`` ends its
    critical chain (None: no lot of it was on the floor). The values of ``spent`` add
    up to ``ended - received``.
    """

    order: str
    received: int
    due: int
    ended: int
    shipped: bool
    rush: bool
    lot: str | None
    spent: Mapping[Delay, int]

    @property
    def lateness(self) -> int:
        """How long after its due it ended, ms; negative if before."""
        return self.ended - self.due


class _Mark(NamedTuple):
    """From ``time`` on a lot is ``doing`` this at a place."""

    time: int
    doing: str  # "wait", "work", "down" or "ride"
    place: str
    brought: bool = False  # a wait that began with a delivery
    materials: tuple[str, ...] = ()  # of the work that begins


@dataclass(slots=True)
class _Lot:
    order: str
    marks: list[_Mark]
    asked: list[tuple[int, int]] = field(default_factory=list)  # transport requested
    asking: int | None = None
    inputs: tuple[str, ...] = ()
    source: str | None = None  # parted from it, or replaces pieces of it


@dataclass(slots=True)
class _Order:
    received: int
    due: int
    rush: bool
    lots: set[str] = field(default_factory=set)
    shipped: int | None = None


#: What a lot waits for at a machine in this state; else for the machine.
_AT = {
    MachineState.ABORTED: Delay.REPAIR,
    MachineState.STARTING: Delay.SETUP,
    MachineState.STOPPED: Delay.CLOSED,
    MachineState.HELD: Delay.REPAIR,
}
_SUSPENDED = {"operator": Delay.OPERATOR, "buffer": Delay.BLOCKED}


class Delays:
    """Follows every lot, machine and material of a run, fact by fact."""

    def __init__(self, world: World) -> None:
        self._docks = {dock.id for dock in world.docks}
        self._now = 0
        self._lots: dict[str, _Lot] = {}
        self._orders: dict[str, _Order] = {}
        self._transports: dict[str, str] = {}
        self._materials = Allocations()
        # Of each machine: when its state changed, and what lots wait for since then.
        self._since: dict[str, list[int]] = {}
        self._states: dict[str, list[Delay]] = {}

    def add(self, event: Event) -> None:
        """Take in the next fact."""
        self._now = event.time
        self._materials.add(event)
        fold = _FOLDS.get(event.kind)
        if fold is not None:
            fold(self, event.subject, event.facts)

    # -- facts ---------------------------------------------------------------------

    def _order_received(self, id: str, facts: Mapping[str, Any]) -> None:
        self._orders[id] = _Order(self._now, facts["due"], facts["rush"])

    def _order_changed(self, id: str, facts: Mapping[str, Any]) -> None:
        self._orders[id].due = facts["due"]

    def _order_cancelled(self, id: str, facts: Mapping[str, Any]) -> None:
        self._orders.pop(id, None)

    def _order_shipped(self, id: str, facts: Mapping[str, Any]) -> None:
        self._orders[id].shipped = self._now

    def _enter(self, id: str, order: str, mark: _Mark, **source: Any) -> None:
        self._lots[id] = _Lot(order, [mark], **source)
        if order in self._orders:
            self._orders[order].lots.add(id)

    def _leave(self, id: str) -> None:
        order = self._orders.get(self._lots[id].order)
        if order is not None:
            order.lots.discard(id)

    def _lot_released(self, id: str, facts: Mapping[str, Any]) -> None:
        mark = _Mark(self._now, "wait", facts["at"])
        self._enter(id, facts["order"], mark, source=facts["replaces"])

    def _lot_split(self, id: str, facts: Mapping[str, Any]) -> None:
        last = self._lots[id].marks[-1]
        mark = _Mark(self._now, "wait", last.place)
        self._enter(facts["into"], self._lots[id].order, mark, source=id)

    def _lots_joined(self, id: str, facts: Mapping[str, Any]) -> None:
        for lot in facts["inputs"]:
            self._leave(lot)
        mark = _Mark(self._now, "wait", facts["at"])
        self._enter(id, facts["order"], mark, inputs=tuple(facts["inputs"]))

    def _lot_scrapped(self, id: str, facts: Mapping[str, Any]) -> None:
        # Of its pieces some may be left; what is scrapped whole does nothing more.
        self._lots[id].marks.append(self._lots[id].marks[-1]._replace(time=self._now))

    def _lot_ended(self, id: str, facts: Mapping[str, Any]) -> None:
        self._leave(id)

    def _mark(self, lot: str, doing: str, place: str, **more: Any) -> None:
        self._lots[lot].marks.append(_Mark(self._now, doing, place, **more))

    def _operation_started(self, id: str, facts: Mapping[str, Any]) -> None:
        materials = tuple(
            dict.fromkeys(material for material, _, _ in facts["materials"])
        )
        self._mark(facts["lot"], "work", id, materials=materials)

    def _operation_interrupted(self, id: str, facts: Mapping[str, Any]) -> None:
        self._mark(facts["lot"], "down", id)

    def _operation_resumed(self, id: str, facts: Mapping[str, Any]) -> None:
        self._mark(facts["lot"], "work", id)

    def _operation_finished(self, id: str, facts: Mapping[str, Any]) -> None:
        self._mark(facts["lot"], "wait", id)

    def _transport_requested(self, id: str, facts: Mapping[str, Any]) -> None:
        self._transports[id] = facts["lot"]
        self._lots[facts["lot"]].asking = self._now

    def _transport_cancelled(self, id: str, facts: Mapping[str, Any]) -> None:
        lot = self._transports.pop(id, None)
        if lot is not None:
            self._answered(lot)

    def _answered(self, lot: str) -> None:
        found = self._lots[lot]
        if found.asking is not None:
            found.asked.append((found.asking, self._now))
            found.asking = None

    def _lot_loaded(self, id: str, facts: Mapping[str, Any]) -> None:
        self._answered(id)
        self._mark(id, "ride", facts["vehicle"] or facts["at"])

    def _lot_delivered(self, id: str, facts: Mapping[str, Any]) -> None:
        self._mark(id, "wait", facts["at"], brought=True)

    def _machine_state(self, id: str, facts: Mapping[str, Any]) -> None:
        found = _AT.get(facts["state"]) or _SUSPENDED.get(facts["reason"])
        self._since.setdefault(id, []).append(self._now)
        self._states.setdefault(id, []).append(found or Delay.MACHINE)

    # -- answers -------------------------------------------------------------------

    def orders(self) -> Iterator[OrderTime]:
        """Yield the time of each order that was not cancelled, by receipt."""
        for id, order in self._orders.items():
            ended = self._now if order.shipped is None else order.shipped
            lot = self._last(order)
            spent = dict.fromkeys(Delay, 0)
            chain = list(self._chain(lot)) if lot is not None else []
            first = chain[0][1].time if chain else ended
            spent[Delay.RELEASE] = first - order.received
            for start, end, delay in self._spans(id, order, chain, ended):
                spent[delay] += end - start
            yield OrderTime(
                order=id,
                received=order.received,
                due=order.due,
                ended=ended,
                shipped=order.shipped is not None,
                rush=order.rush,
                lot=lot,
                spent=spent,
            )

    def _last(self, order: _Order) -> str | None:
        """Return the lot that ends the critical chain of an order."""
        since = {lot: self._lots[lot].marks[-1] for lot in sorted(order.lots)}
        if order.shipped is None:
            inside = {k: m for k, m in since.items() if m.place not in self._docks}
            if inside:
                return min(inside, key=lambda lot: inside[lot].time)
        return max(since, key=lambda lot: since[lot].time) if since else None

    def _chain(self, id: str, until: int | None = None) -> Iterator[tuple[_Lot, _Mark]]:
        """Yield what the lots of a critical chain did until a time, in order."""
        lot = self._lots[id]
        began = lot.marks[0].time
        if lot.inputs:
            last = max(lot.inputs, key=lambda i: (self._lots[i].marks[-1].time, i))
            yield from self._chain(last, began)
        elif lot.source is not None:
            yield from self._chain(lot.source, began)
        for mark in lot.marks:
            if until is None or mark.time <= until:
                yield lot, mark

    def _spans(
        self,
        id: str,
        order: _Order,
        chain: Sequence[tuple[_Lot, _Mark]],
        ended: int,
    ) -> Iterator[tuple[int, int, Delay]]:
        """Yield the time of a chain in spans, each with what it was spent on."""
        if not chain:
            return
        ends = [min(mark.time, ended) for _, mark in chain[1:]] + [ended]
        leaving, machine = order.shipped is not None, None
        lacked: list[tuple[int, int]] = []
        if not leaving:
            last = chain[-1][1]
            machine = last.place if last.brought else None
            lacked = list(self._materials.lacked(id))
        for (lot, mark), end in reversed(list(zip(chain, ends, strict=True))):
            if mark.doing == "wait" and leaving:
                yield mark.time, end, Delay.DOCK
            elif mark.doing == "wait":
                yield from self._wait(lot, mark, end, machine, lacked)
            else:
                leaving = False
                yield mark.time, end, _OTHERWISE[mark.doing]
            if mark.doing == "work":
                machine = mark.place
                lacked = list(self._materials.lacked(id, mark.materials))

    def _wait(
        self,
        lot: _Lot,
        mark: _Mark,
        end: int,
        machine: str | None,
        lacked: Sequence[tuple[int, int]],
    ) -> Iterator[tuple[int, int, Delay]]:
        """Yield a wait in spans, cut wherever what is waited for may change.

        ``machine`` works on the lot next; its materials were not there when ``lacked``.
        """
        start = mark.time
        asked = list(lot.asked)
        if lot.asking is not None:
            asked.append((lot.asking, self._now))
        since, states = self._since.get(machine or "", []), [Delay.MACHINE]
        states += self._states.get(machine or "", [])  # states[k] is before since[k]
        cuts = {start, end}
        for span in (*asked, *lacked):
            cuts |= {time for time in span if start < time < end}
        cuts |= set(since[bisect_right(since, start) : bisect_right(since, end)])
        for a, b in pairwise(sorted(cuts)):
            if any(x <= a and b <= y for x, y in lacked):
                yield a, b, Delay.MATERIAL
            elif any(x <= a and b <= y for x, y in asked):
                yield a, b, Delay.VEHICLE
            else:
                yield a, b, states[bisect_right(since, a)]


_OTHERWISE = {
    "work": Delay.PROCESSING,
    "down": Delay.REPAIR,
    "ride": Delay.TRANSPORT,
}
_FOLDS: dict[str, Callable[[Delays, str, Mapping[str, Any]], None]] = {
    name: getattr(Delays, f"_{name}")
    for name in (
        *("order_received", "order_changed", "order_cancelled", "order_shipped"),
        *("lot_released", "lot_split", "lots_joined", "lot_scrapped", "lot_ended"),
        *("operation_started", "operation_interrupted", "operation_resumed"),
        *("operation_finished", "transport_requested", "transport_cancelled"),
        *("lot_loaded", "lot_delivered", "machine_state"),
    )
}


def order_times(world: World, events: Iterable[Event]) -> list[OrderTime]:
    """Return where the time of each order went (:class:`OrderTime`), by receipt."""
    delays = Delays(world)
    for event in events:
        delays.add(event)
    return list(delays.orders())
