"""When reserved material was there: first come, first served, from the facts alone."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from kernel.events import Event


@dataclass(slots=True)
class _Material:
    """One material: what is free, and who waits for it (order, quantity), in turn."""

    free: float = 0.0
    waiting: deque[tuple[str, float]] = field(default_factory=deque)


class Allocations:
    """Allocates stock to reservations as the inventories do, fact by fact.

    What is there goes to the reservation that has waited longest, whole or not at all;
    those behind it wait.
    """

    def __init__(self) -> None:
        self._materials: dict[str, _Material] = {}
        #: Order, material -> when its reservations were filled, ms.
        self._filled: dict[tuple[str, str], list[int]] = {}

    def add(self, event: Event) -> None:
        """Take in the next fact."""
        kind, facts = event.kind, event.facts
        if kind not in _KINDS:
            return
        material = self._materials.setdefault(event.subject, _Material())
        if kind == "material_reserved":
            material.waiting.append((facts["order"], facts["quantity"]))
        elif kind == "material_released":
            wish = (facts["order"], facts["quantity"])
            if wish in material.waiting:
                material.waiting.remove(wish)
            else:
                material.free += facts["quantity"]
        else:
            material.free += facts["quantity"]
        while material.waiting and material.waiting[0][1] <= material.free:
            order, quantity = material.waiting.popleft()
            material.free -= quantity
            self._filled.setdefault((order, event.subject), []).append(event.time)

    def there(self, order: str, materials: Iterable[str], until: int) -> int | None:
        """Return when all of these were there for an order, ms; None: none was needed.

        What was reserved and filled after ``until`` is left out.
        """
        times = (
            time
            for material in materials
            for time in self._filled.get((order, material), ())
            if time <= until
        )
        return max(times, default=None)

    def lacking(self, order: str) -> bool:
        """Return whether an order waits for material now."""
        return any(
            who == order
            for material in self._materials.values()
            for who, _ in material.waiting
        )


_KINDS = {
    *("material_reserved", "material_released"),
    *("material_received", "stock_counted"),
}
