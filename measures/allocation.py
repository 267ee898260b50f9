"""When reserved material was there: first come, first served, from the facts alone."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from kernel.events import Event

#: The end of a wait that has not ended.
OPEN = 1 << 62


@dataclass(slots=True)
class _Wish:
    """A reservation, and how long it was not filled, ms."""

    order: str
    quantity: float
    since: int
    until: int = OPEN


@dataclass(slots=True)
class _Material:
    """One material: what is free, and who waits for it, in turn."""

    free: float = 0.0
    waiting: deque[_Wish] = field(default_factory=deque)


class Allocations:
    """Allocates stock to reservations as the inventories do, fact by fact.

    What is there goes to the reservation that has waited longest, whole or not at all;
    those behind it wait. (Under dynamic pegging an order that lends its material gives
    its reservation back and reserves anew.)
    """

    def __init__(self) -> None:
        self._materials: dict[str, _Material] = {}
        self._wishes: dict[str, dict[str, list[_Wish]]] = {}  # by order and material

    def add(self, event: Event) -> None:
        """Take in the next fact."""
        kind, facts = event.kind, event.facts
        if kind not in _KINDS:
            return
        material = self._materials.setdefault(event.subject, _Material())
        if kind == "material_reserved":
            wish = _Wish(facts["order"], facts["quantity"], event.time)
            material.waiting.append(wish)
            of_order = self._wishes.setdefault(wish.order, {})
            of_order.setdefault(event.subject, []).append(wish)
        elif kind == "material_released":
            given = (facts["order"], facts["quantity"])
            for wish in material.waiting:
                if (wish.order, wish.quantity) == given:
                    wish.until = event.time
                    material.waiting.remove(wish)
                    break
            else:
                material.free += facts["quantity"]
        else:
            material.free += facts["quantity"]
        while material.waiting and material.waiting[0].quantity <= material.free:
            wish = material.waiting.popleft()
            material.free -= wish.quantity
            wish.until = event.time

    def lacked(
        self, order: str, materials: Iterable[str] | None = None
    ) -> Iterator[tuple[int, int]]:
        """Yield the spans in which an order waited for these materials (None: any)."""
        wishes = self._wishes.get(order, {})
        for material in wishes if materials is None else materials:
            for wish in wishes.get(material, ()):
                if wish.since < wish.until:
                    yield wish.since, wish.until


_KINDS = {
    *("material_reserved", "material_released"),
    *("material_received", "stock_counted"),
}
