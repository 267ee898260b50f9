"""Rules on lots: that they exist, and where they are."""

from __future__ import annotations

from collections.abc import Iterator

from kernel.events import Event
from measures.check.record import Finding, Record


def entered_once(record: Record) -> Iterator[Finding]:
    """No order and no lot enters a second time; lots belong to a received order."""
    for event in record.twice:
        yield event.time, event.subject, f"{event.kind} a second time"
    for id, lot in record.lots.items():
        if lot.order not in record.orders:
            yield lot.entered.time, id, f"belongs to {lot.order}, never received"


def _lots_in(event: Event) -> tuple[str, ...]:
    if event.kind == "lots_joined":
        return tuple(event.facts["inputs"])
    if event.kind in ("lot_released", "order_shipped"):
        return ()
    return (event.facts.get("lot", event.subject),)


def lots_alive(record: Record) -> Iterator[Finding]:
    """Only a lot that is on the floor can be worked on, moved, split or joined."""
    here: set[str] = set()
    for event in record.of_lots:
        for id in _lots_in(event):
            if id not in here:
                yield event.time, id, f"{event.kind}, but the lot is not on the floor"
        if event.kind in ("lot_released", "lots_joined"):
            here.add(event.subject)
        elif event.kind == "lot_split":
            here.add(event.facts["into"])
        if event.kind in _LEAVING:
            here -= {id for id in here if _has_left(record, id, event)}


_LEAVING = {"lots_joined", "lot_scrapped", "lot_ended", "order_shipped"}


def _has_left(record: Record, id: str, event: Event) -> bool:
    return id in record.lots and record.lots[id].left is event


def lot_places(record: Record) -> Iterator[Finding]:
    """A lot is taken from where it is, worked where it is, and only when it is free."""
    place: dict[str, str] = {}
    held: dict[str, str] = {}  # lot -> the vehicle or operation that has it
    for event in record.of_lots:
        kind, facts, id = event.kind, event.facts, event.subject
        if kind in ("lot_released", "lots_joined"):
            if kind == "lots_joined":
                yield from _apart(event, place, held)
            place[id] = facts["at"]
        elif kind == "lot_split":
            place[facts["into"]] = place.get(id, "")
        elif kind == "lot_loaded":
            yield from _taken(event, id, facts["at"], place, held)
            held[id] = facts["vehicle"] or "nobody"
        elif kind == "lot_delivered":
            if held.get(id) != (facts["vehicle"] or "nobody"):
                yield event.time, id, f"put down by {facts['vehicle']}, has not got it"
            held.pop(id, None)
            place[id] = facts["at"]
        elif kind == "operation_started":
            yield from _taken(event, facts["lot"], id, place, held)
            held[facts["lot"]] = facts["operation"]
        elif kind == "operation_finished":
            held.pop(facts["lot"], None)
        elif kind == "lot_ended" and id in held:
            yield event.time, id, f"ends in the hands of {held[id]}"


def cancelled_off_the_floor(record: Record) -> Iterator[Finding]:
    """Of a cancelled order nothing is left in the end but what is in hand."""
    held: set[str] = set()
    for event in record.of_lots:
        if event.kind in ("lot_loaded", "operation_started"):
            held.add(event.facts.get("lot", event.subject))
        elif event.kind in ("lot_delivered", "operation_finished"):
            held.discard(event.facts.get("lot", event.subject))
    for end in record.kinds["run_ended"]:
        for id, lot in record.lots.items():
            order = record.orders.get(lot.order)
            closed = order.closed if order is not None else None
            if closed is None or closed.kind != "order_cancelled":
                continue
            if lot.left is None and id not in held:
                yield end.time, id, f"still there, but {lot.order} was cancelled"


def _taken(
    event: Event, lot: str, at: str, place: dict[str, str], held: dict[str, str]
) -> Iterator[Finding]:
    if place.get(lot) != at:
        yield event.time, lot, f"{event.kind} at {at}, but it is at {place.get(lot)}"
    if lot in held:
        yield event.time, lot, f"{event.kind}, but {held[lot]} has it"


def _apart(
    event: Event, place: dict[str, str], held: dict[str, str]
) -> Iterator[Finding]:
    for lot in event.facts["inputs"]:
        yield from _taken(event, lot, event.facts["at"], place, held)
