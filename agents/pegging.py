"""Dynamic pegging: who gets a material that is short.

Supply is *pegged* to demand (Orlicky 1975). Fixed pegging keeps what an order has
reserved, first come, first served. Dynamic pegging gives it to those whom its lack
would cost most per piece; an order that can wait lends what it does not use yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agents.inventory import InventoryAgent, Reservation
    from agents.order import OrderAgent


def turns(inventory: InventoryAgent) -> tuple[list[Reservation], list[Reservation]]:
    """Return who should be served with what there is of a material, and who not yet.

    First those that cannot be moved: the order has the material, and parts that need
    it have been called to the machine that uses it. Then the others, by what a wait
    for the next delivery would cost, per piece; among equals who has it keeps it. What
    does not fit into the stock any more comes after what does.
    """
    orders, until = inventory.factory.orders, inventory.next_delivery()
    fixed: list[Reservation] = []
    loose: list[tuple[float, bool, Reservation]] = []
    for reservation in inventory.reservations:
        order = orders[reservation.order]
        work = order.production.work
        if reservation.allocated and work.counts_on(inventory.id, reservation.purpose):
            fixed.append(reservation)
        else:
            cost = cost_of_waiting(order, inventory.id, until) / reservation.quantity
            loose.append((-cost, not reservation.allocated, reservation))
    loose.sort(key=lambda entry: entry[:2])
    served: list[Reservation] = []
    waiting: list[Reservation] = []
    left = inventory.stock.quantity
    for reservation in (*fixed, *(entry[2] for entry in loose)):
        if reservation.quantity <= left:
            left -= reservation.quantity
            served.append(reservation)
        else:
            waiting.append(reservation)
    return served, waiting


def cost_of_waiting(order: OrderAgent, material: str, until: int) -> float:
    """Return the weighted tardiness (ms) if a material comes then instead of now.

    From there on the order takes as long as orders have taken lately for their work,
    and leaves with the next departure.
    """
    factory = order.factory
    at = next(
        step.index
        for step in order.route.steps
        if any(name == material for name, _ in step.materials)
    )
    pieces = min(order.quantity, factory.products[order.request.product].lot_size)
    rest = round(order.route.tail(at, pieces) * factory.flow_factor)

    def late(begin: int) -> int:
        ready = max(begin, order.request.release) + rest
        return max(0, factory.dock.leaves_at(ready) - order.due)

    return order.weight * (late(until) - late(factory.now))
