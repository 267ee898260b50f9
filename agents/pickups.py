"""What a vehicle agent could fetch, and what of it is most urgent."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING

from agents.fleet import FEW, TransportOrder
from agents.work import Part
from kernel.calendar import MINUTE

if TYPE_CHECKING:
    from agents.vehicle import VehicleAgent

#: How long a vehicle stands waiting for a part before it does something else, ms.
PATIENCE = 2 * MINUTE


class Pickups:
    """Chooses for one vehicle agent among the transports that wait."""

    def __init__(self, agent: VehicleAgent) -> None:
        self.agent = agent

    def best(self) -> TransportOrder | None:
        """Return what the rule would have it carry next."""
        agent, factory = self.agent, self.agent.factory
        planner = factory.planner
        mine: Iterable[TransportOrder]
        if factory.policy.allocation == "contract_net":
            mine = (t for t in agent.agenda.values() if factory.fleet.wants(t))
        else:
            around = factory.fleet.around(agent)
            mine = (t for t in around if t.vehicle in (None, agent.id))
        waiting: Iterable[TransportOrder] = (
            transport
            for transport in mine
            if not transport.begun
            and transport.origin != transport.to
            and not self.held_up(transport)
            and not (planner is not None and planner.covers(transport))
        )
        if factory.policy.allocation != "contract_net":
            waiting = islice(waiting, FEW)
        return self._most_urgent(waiting)

    def seek_work(self) -> None:
        """Have announced again, before standing idle, what waits for a busy vehicle."""
        agent, factory = self.agent, self.agent.factory
        waiting = (
            transport
            for transport in factory.fleet.around(agent)
            if transport.vehicle not in (None, agent.id)
            and not transport.begun
            and transport.id not in factory.calling
            and not self.held_up(transport)
            and not factory.vehicles[transport.vehicle].idle
            and not (factory.planner is not None and factory.planner.covers(transport))
        )
        best = self._most_urgent(islice(waiting, FEW))
        if best is not None:
            order = factory.orders[best.part.kit.order]
            order.allocation.call_vehicles_again(best)

    def _most_urgent(self, pool: Iterable[TransportOrder]) -> TransportOrder | None:
        all_ = tuple(pool)
        if len(all_) <= 1:
            return all_[0] if all_ else None
        return max(all_, key=self._worth)

    def _worth(self, transport: TransportOrder) -> float:
        """Return how urgent a transport is to this vehicle, by the policy's rule."""
        agent, factory, now = self.agent, self.agent.factory, self.agent.now
        empty = agent.way_to(transport.origin)
        trip = factory.fleet.trip(transport.origin, transport.to)
        return factory.trip_rule.urgency(
            weight=transport.weight,
            duration=trip,
            slack=transport.slack_until - now - trip,
            typical=factory.mean_trip,
            tail=trip,
            ready=transport.requested,
            due=transport.slack_until,
            setup=empty,
            wait=max(0, transport.part.ready - now - empty),
        )

    def held_up(self, transport: TransportOrder) -> bool:
        """Return whether a part keeps it waiting for long, or who knows how long."""
        part = transport.part
        due = self.repaired_at(part)
        late = due is not None and self.agent.now > due + PATIENCE
        return late or part.ready > self.agent.now + PATIENCE

    def repaired_at(self, part: Part) -> int | None:
        """Return when the machine a part is in should be up again; None: it is up."""
        machine = self.agent.factory.machines.get(part.at) if part.working else None
        if machine is None or machine.body.breakdown is None:
            return None
        return machine.up_at
