"""Who could do it: the candidates for an operation or a transport, and the best."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.fleet import TransportOrder
from agents.vehicle import VehicleAgent
from agents.work import OpenOperation

if TYPE_CHECKING:
    from agents.factory import Factory

#: A call for proposals goes to at most so many bidders.
CFP_LIMIT = 8


class Market:
    """Knows who is able; asks, compares and, where an award has gone bad, re-opens."""

    def __init__(self, factory: Factory) -> None:
        self.factory = factory

    def best_machine(self, operation: OpenOperation) -> str:
        """Return the machine with the best quote."""
        able = self.nearest_machines(operation)
        if len(able) == 1:
            return able[0]
        machines = self.factory.machines
        return min((machines[id].outlook.quote(operation), id) for id in able)[1]

    def nearest_machines(self, operation: OpenOperation) -> list[str]:
        """Return the nearest of the machines that can do an operation."""
        able = [mode.machine for mode in operation.modes]
        if len(able) <= CFP_LIMIT:
            return able
        at = operation.parts[0].at if operation.parts else self.factory.store.id
        able.sort(key=lambda id: self.factory.fleet.trip(at, id))
        return able[:CFP_LIMIT]

    def nearest_vehicles(self, transport: TransportOrder) -> list[str]:
        """Return the vehicles that can be at a transport's origin soonest."""
        start = self.factory.layout.node_of(transport.origin)

        def there(vehicle: VehicleAgent) -> int:
            return vehicle.free() + self.factory.layout.travel(
                vehicle.body.group.id, vehicle.node(), start
            )

        return sorted(
            self.factory.vehicles, key=lambda id: there(self.factory.vehicles[id])
        )[:CFP_LIMIT]

    def reconsider(self, operation: OpenOperation, margin: float = 0.1) -> None:
        """Give an operation to somebody else if its award has gone bad.

        The other must be better by ``margin`` typical durations.
        """
        holder = operation.holder
        if holder is None or operation.running or len(operation.modes) < 2:
            return
        planner = self.factory.planner
        if planner is not None and planner.machine_of(operation.id):
            return
        if any(part.loaded for part in operation.parts):
            return
        price, finish = self.factory.machines[holder].outlook.quote(operation)
        if self.factory.policy.allocation == "contract_net":
            late = finish - operation.promised > 0.5 * self.factory.typical_duration
            if not (late and operation.promised) or operation.called:
                return
        best = min(
            (self.factory.machines[id].outlook.quote(operation)[0], id)
            for id in self.nearest_machines(operation)
        )
        least = price - margin * self.factory.typical_duration
        if best[1] == holder or best[0] >= least:
            return
        order = self.factory.orders[operation.order]
        if self.factory.policy.allocation == "direct":
            order.allocation.assign(operation, best[1])
        elif self.factory.policy.allocation == "contract_net":
            order.allocation.announce_again(operation)
