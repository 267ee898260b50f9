"""The independent checker: whether a record can be true in its world.

It shares no code with what happens (``plant``) or who decides (``agents``); each rule
is one generator function whose name is the rule's.
"""

from __future__ import annotations

from collections.abc import Iterable

from kernel.events import Event
from measures.check import (
    crew,
    lots,
    machines,
    operations,
    orders,
    pieces,
    route,
    stock,
    transport,
)
from measures.check.record import Record, Rule, Violation
from measures.check.shape import well_formed
from worlds.spec import World

__all__ = ["RULES", "Violation", "check_trace"]

RULES: tuple[Rule, ...] = (
    orders.run_framed,
    orders.orders_closed_once,
    orders.orders_accounted,
    orders.orders_complete,
    orders.departures,
    orders.pieces_released,
    orders.promises,
    orders.calls_settled,
    orders.replans,
    lots.entered_once,
    lots.lots_alive,
    lots.lot_places,
    lots.cancelled_off_the_floor,
    route.route_followed,
    pieces.pieces_conserved,
    pieces.inspection_told,
    machines.machine_capacity,
    machines.input_buffer,
    machines.headway,
    machines.setup_done,
    machines.setup_long_enough,
    machines.setup_empty,
    machines.working_time,
    machines.breakdowns,
    machines.machine_states,
    operations.operation_once,
    operations.operation_sequence,
    operations.operation_interrupted_by_breakdown,
    operations.operation_possible,
    operations.operation_family,
    operations.operation_nominal,
    operations.operation_duration,
    operations.operation_restart,
    operations.operation_same,
    operations.bill_of_material,
    transport.drives,
    transport.vehicle_lots,
    transport.loading_time,
    transport.vehicle_stops,
    transport.hops,
    transport.transport_orders,
    stock.stock_never_negative,
    stock.stock_oldest_first,
    stock.opening_stock,
    stock.purchases,
    stock.reservations,
    crew.operator_in_one_place,
    crew.operators_exist,
    crew.operator_on_shift,
    crew.operator_skilled,
    crew.operator_present,
    crew.operator_stays,
)


def check_trace(world: World, events: Iterable[Event]) -> list[Violation]:
    """Return every breach of a rule, by time.

    Facts that are not well-formed are reported and set aside, so that nothing a file
    may hold makes the other rules fail.
    """
    good, found = well_formed(world, list(events))
    record = Record(world, good)
    for rule in RULES:
        name = rule.__name__
        found += [Violation(time, name, id, text) for time, id, text in rule(record)]
    return sorted(found, key=lambda violation: violation.time)
