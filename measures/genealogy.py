"""Genealogy: what a lot or an order was made of, where, when, from which material.

A fold over the facts into a tree: a lot, what was done to it, and the lots it came
from, by assembly or by being parted from another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kernel.errors import BadInput
from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """One operation on a lot; ``end`` is None while it goes on, ms.

    ``materials`` are (material, material lot, quantity).
    """

    operation: str
    step: str
    machine: str
    start: int
    end: int | None
    pieces: int
    operator: str | None
    materials: tuple[tuple[str, str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What an inspection made of a lot."""

    time: int
    step: str
    machine: str
    good: int
    rework: int
    scrap: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LotTree:
    """A lot and where it comes from.

    ``inputs`` were joined into it; ``parted_from`` is the lot it was split off, as far
    as it had got then; ``replaces`` names a lot whose scrapped pieces it makes again.
    ``vehicles`` brought it, in that order.
    """

    lot: str
    order: str
    kit: str
    since: int
    pieces: int  # now, or when it left the floor
    scrapped: int
    treatments: tuple[Treatment, ...]
    inspections: tuple[Finding, ...]
    vehicles: tuple[str, ...]
    inputs: tuple[LotTree, ...] = ()
    parted_from: LotTree | None = None
    replaces: str | None = None

    def walk(self) -> Iterator[LotTree]:
        """Yield this lot and all it comes from."""
        yield self
        for source in self.inputs:
            yield from source.walk()
        if self.parted_from is not None:
            yield from self.parted_from.walk()

    @property
    def material_lots(self) -> frozenset[str]:
        """Every material lot that is in it."""
        return frozenset(
            batch
            for lot in self.walk()
            for treatment in lot.treatments
            for _, batch, _ in treatment.materials
        )


@dataclass(slots=True, kw_only=True)
class _Lot:
    order: str
    kit: str
    since: int
    pieces: int
    scrapped: int = 0
    replaces: str | None = None
    inputs: tuple[str, ...] = ()
    parent: str | None = None
    consumed: bool = False
    starts: list[Event] = field(default_factory=list)
    ends: dict[str, int] = field(default_factory=dict)
    seen: list[Event] = field(default_factory=list)
    brought: list[tuple[int, str]] = field(default_factory=list)


class Genealogy:
    """The descent of every lot of a run, fact by fact."""

    def __init__(self) -> None:
        self._lots: dict[str, _Lot] = {}
        self._orders: dict[str, list[str]] = {}

    def add(self, event: Event) -> None:
        """Take in the next fact."""
        kind, id, facts = event.kind, event.subject, event.facts
        if kind == "order_received":
            self._orders.setdefault(id, [])
        elif kind == "lot_released":
            self._enter(event, id, facts, replaces=facts["replaces"])
        elif kind == "lots_joined":
            for lot in facts["inputs"]:
                self._lots[lot].consumed = True
            self._enter(event, id, facts, inputs=tuple(facts["inputs"]))
        elif kind == "lot_split":
            parent = self._lots[id]
            parent.pieces -= facts["pieces"]
            part = {"order": parent.order, "kit": parent.kit, "pieces": facts["pieces"]}
            self._enter(event, facts["into"], part, parent=id)
        elif kind == "lot_scrapped":
            self._lots[id].pieces -= facts["pieces"]
            self._lots[id].scrapped += facts["pieces"]
        elif kind == "lot_inspected":
            self._lots[id].seen.append(event)
        elif kind == "lot_delivered" and facts["vehicle"] is not None:
            self._lots[id].brought.append((event.time, facts["vehicle"]))
        elif kind == "operation_started":
            self._lots[facts["lot"]].starts.append(event)
        elif kind == "operation_finished":
            self._lots[facts["lot"]].ends[facts["operation"]] = event.time

    def _enter(
        self, event: Event, id: str, facts: Mapping[str, Any], **source: Any
    ) -> None:
        self._lots[id] = _Lot(
            order=facts["order"],
            kit=facts["kit"],
            since=event.time,
            pieces=facts["pieces"],
            **source,
        )
        self._orders.setdefault(facts["order"], []).append(id)

    def of(self, order_or_lot: str) -> tuple[LotTree, ...]:
        """Return the tree of a lot, or of each lot an order ended up as.

        Raises
        ------
        BadInput
            If the run knows neither.
        """
        if order_or_lot in self._orders:
            lots = self._orders[order_or_lot]
            return tuple(self._tree(id) for id in lots if not self._lots[id].consumed)
        if order_or_lot not in self._lots:
            raise BadInput("genealogy", order_or_lot, "is no order or lot of this run")
        return (self._tree(order_or_lot),)

    def _tree(self, id: str, until: int | None = None) -> LotTree:
        lot = self._lots[id]

        def early(time: int) -> bool:
            return until is None or time <= until

        return LotTree(
            lot=id,
            order=lot.order,
            kit=lot.kit,
            since=lot.since,
            pieces=lot.pieces,
            scrapped=lot.scrapped,
            treatments=tuple(
                _treatment(start, lot.ends.get(start.facts["operation"]))
                for start in lot.starts
                if early(lot.ends.get(start.facts["operation"], start.time))
            ),
            inspections=tuple(_finding(e) for e in lot.seen if early(e.time)),
            vehicles=tuple(who for time, who in lot.brought if early(time)),
            inputs=tuple(self._tree(source) for source in lot.inputs),
            parted_from=self._tree(lot.parent, lot.since) if lot.parent else None,
            replaces=lot.replaces,
        )


def _treatment(start: Event, end: int | None) -> Treatment:
    facts = start.facts
    return Treatment(
        operation=facts["operation"],
        step=facts["step"],
        machine=start.subject,
        start=start.time,
        end=end,
        pieces=facts["pieces"],
        operator=facts["operator"],
        materials=tuple((m, batch, q) for m, batch, q in facts["materials"]),
    )


def _finding(event: Event) -> Finding:
    facts = event.facts
    return Finding(
        time=event.time,
        step=facts["step"],
        machine=facts["machine"],
        good=facts["good"],
        rework=facts["rework"],
        scrap=facts["scrap"],
    )


def genealogy(events: Iterable[Event], order_or_lot: str) -> tuple[LotTree, ...]:
    """Return the tree of a lot, or the trees of an order's lots (:class:`LotTree`)."""
    descent = Genealogy()
    for event in events:
        descent.add(event)
    return descent.of(order_or_lot)
