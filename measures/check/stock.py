"""Rules on stock: never negative, used lot by lot, the oldest first."""

from __future__ import annotations

from collections.abc import Iterator

from measures.check.record import Finding, Record


def stock_never_negative(record: Record) -> Iterator[Finding]:
    """What is used comes from a material lot that is there, and enough of it."""
    stock: dict[tuple[str, str], float] = {}
    for event in record.events:
        if event.kind in ("stock_counted", "material_received"):
            batch, quantity = event.facts["material_lot"], event.facts["quantity"]
            if quantity < 0 or (quantity and batch is None):
                yield event.time, event.subject, f"{event.kind} of {quantity}"
            if (event.subject, batch) in stock:
                yield event.time, event.subject, f"{batch} comes a second time"
            stock[event.subject, batch or ""] = quantity
        elif event.kind == "operation_started":
            for material, batch, quantity in event.facts["materials"]:
                left = stock.get((material, batch))
                if left is None:
                    yield event.time, material, f"there is no material lot {batch}"
                    continue
                if quantity <= 0 or quantity > left:
                    yield event.time, material, f"{quantity} used of {left} in {batch}"
                stock[material, batch] = left - quantity


def stock_oldest_first(record: Record) -> Iterator[Finding]:
    """Material lots are used in the order in which they came."""
    queues: dict[str, dict[str, float]] = {}
    for event in record.events:
        if event.kind in ("stock_counted", "material_received"):
            batch = event.facts["material_lot"]
            if batch is not None:
                queue = queues.setdefault(event.subject, {})
                queue[batch] = event.facts["quantity"]
        elif event.kind == "operation_started":
            for material, batch, quantity in event.facts["materials"]:
                queue = queues.get(material, {})
                if batch in queue and next(iter(queue)) != batch:
                    oldest = next(iter(queue))
                    yield event.time, material, f"{batch} used before {oldest}"
                if batch in queue:
                    queue[batch] -= quantity
                    if queue[batch] <= 0:
                        del queue[batch]


def opening_stock(record: Record) -> Iterator[Finding]:
    """Every material is counted once, with the world's stock."""
    wanted = {material.id: material.stock for material in record.world.materials}
    for event in record.kinds["stock_counted"]:
        stock = wanted.pop(event.subject, None)
        if stock is None:
            yield event.time, event.subject, "counted a second time"
        elif stock != event.facts["quantity"]:
            said = event.facts["quantity"]
            yield event.time, event.subject, f"{said} counted, the world says {stock}"
    for material in wanted:
        yield 0, material, "opening stock was never counted"


def purchases(record: Record) -> Iterator[Finding]:
    """What is received was ordered: once, the same material, as much."""
    bought: dict[str, tuple[str, float]] = {}
    for event in record.events:
        if event.kind == "material_ordered":
            purchase = event.facts["purchase"]
            if purchase in bought:
                yield event.time, event.subject, f"{purchase} ordered twice"
            bought[purchase] = (event.subject, event.facts["quantity"])
        elif event.kind in ("material_received", "material_delayed"):
            purchase = event.facts["purchase"]
            material, quantity = bought.get(purchase, ("", 0.0))
            if material != event.subject:
                yield event.time, event.subject, f"{purchase} is no open purchase of it"
            elif event.kind == "material_received":
                if quantity != event.facts["quantity"]:
                    said = event.facts["quantity"]
                    what = f"{purchase} brings {said}, {quantity} ordered"
                    yield event.time, event.subject, what
                del bought[purchase]


def reservations(record: Record) -> Iterator[Finding]:
    """No more of a reservation is given back than was reserved."""
    reserved: dict[tuple[str, str], float] = {}
    for event in record.events:
        if event.kind not in ("material_reserved", "material_released"):
            continue
        key = event.subject, event.facts["order"]
        sign = 1 if event.kind == "material_reserved" else -1
        reserved[key] = reserved.get(key, 0) + sign * event.facts["quantity"]
        if reserved[key] < 0 or event.facts["quantity"] < 0:
            yield event.time, event.subject, f"more given back for {key[1]} than kept"
