"""Transport: who is to be moved, and which vehicle does it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.work import OpenOperation, Part
from kernel.calendar import SECOND

if TYPE_CHECKING:
    from agents.factory import Factory
    from agents.vehicle import VehicleAgent


@dataclass(slots=True, eq=False, kw_only=True)
class TransportOrder:
    """A lot to be brought to a place where it has a slot (VDA 5050: an order).

    Attributes
    ----------
    operation
        What it is wanted for; None: shipping or the store.
    vehicle
        Who is responsible, if anybody.
    begun
        The vehicle is on its way to it.
    promise
        When the vehicle said it would be there, ms.
    """

    id: str
    part: Part
    origin: str
    to: str
    operation: OpenOperation | None
    weight: float
    slack_until: int  # latest instant at which its work should begin, ms
    requested: int
    vehicle: str | None = None
    begun: bool = False
    promise: int = 0

    @property
    def key(self) -> tuple[str, str]:
        """What a plan calls it: the operation it feeds, and the lot."""
        part = self.part
        if self.operation is not None:
            return self.operation.id, part.lot
        last = part.passed and part.kit.route.steps[part.step].successor is None
        return f"{part.lot}:{'ship' if last else 'store'}", part.lot


#: Up to so many open transports, vehicles look at all; of more, at the nearest.
FEW = 24


class Fleet:
    """The transports that are open, and what is known of trips."""

    def __init__(self, factory: Factory) -> None:
        self.factory = factory
        self.vehicles: dict[str, VehicleAgent] = {}
        self.open: dict[str, TransportOrder] = {}  # by lot
        self._at: dict[str, dict[str, TransportOrder]] = {}  # the same, by node
        self.done: dict[tuple[str, str], int] = {}  # when its lot was loaded last, ms
        self._count = 0
        self._trips: dict[tuple[str, str], int] = {}
        groups = [group for group in factory.world.vehicles if group.count]
        self.group = groups[0] if groups else None
        #: How long before a part is ready a vehicle may be sent for it, ms.
        self.look_ahead = self._longest() if self.group else 0

    def _longest(self) -> int:
        places = self.factory.layout.places
        assert self.group is not None
        rows = self.factory.layout.matrix(self.group.id, places)
        return min(max(max(row) for row in rows), 120 * SECOND)

    def trip(self, origin: str, to: str) -> int:
        """Return how long a loaded trip takes, from a place or a vehicle, ms."""
        if self.group is None or origin == to:
            return 0
        time = self._trips.get((origin, to))
        if time is None:
            layout, group = self.factory.layout, self.group
            drive = layout.travel(group.id, layout.node_of(origin), layout.node_of(to))
            time = self._trips[origin, to] = group.load + drive + group.unload
        return time

    def request(self, part: Part, to: str, operation: OpenOperation | None) -> None:
        """Have a part brought to where a slot is kept for it."""
        factory = self.factory
        part.moving, part.heading = True, to
        part.eta = max(part.ready, factory.now) + self.trip(part.at, to)
        self._count += 1
        order = factory.orders[part.kit.order]
        tail = (
            operation.tail + operation.modes[0].duration(part.pieces)
            if (operation)
            else 0
        )
        transport = TransportOrder(
            id=f"T{self._count}",
            part=part,
            origin=part.at,
            to=to,
            operation=operation,
            weight=order.weight,
            slack_until=order.due - tail,
            requested=factory.now,
        )
        self.open[part.lot] = transport
        start = factory.layout.node_of(part.at)
        self._at.setdefault(start, {})[part.lot] = transport
        factory.emit(
            "transport_requested",
            transport.id,
            **{"lot": part.lot, "from": part.at, "to": to, "ready": part.ready},
        )
        if not self.vehicles or part.at == to:
            self.ready(part)
        else:
            self._allocate(transport)

    def _allocate(self, transport: TransportOrder) -> None:
        factory = self.factory
        if factory.planner is not None and factory.planner.covers(transport):
            for vehicle in self.vehicles.values():
                vehicle.decide_soon()
        elif factory.policy.allocation == "contract_net":
            order = factory.orders[transport.part.kit.order]
            # One that gave it back may hold the award still, if that word was lost.
            order.allocation.call_vehicles_again(transport)
        else:
            self._wake_nearest(transport)

    def place_uncovered(self) -> None:
        """Find vehicles for what a new plan no longer says a vehicle for."""
        for transport in list(self.open.values()):
            self.unheld(transport)

    def unheld(self, transport: TransportOrder) -> None:
        """Find a vehicle for a transport that is wanted, if nobody is to do it."""
        planner = self.factory.planner
        if (
            transport.vehicle is None
            and not transport.begun
            and self.wants(transport)
            and transport.origin != transport.to
            and transport.id not in self.factory.calling
            and not (planner is not None and planner.covers(transport))
        ):
            self._allocate(transport)

    def _wake_nearest(self, transport: TransportOrder) -> None:
        """Let the idle vehicle that can be there first look for work."""
        start = self.factory.layout.node_of(transport.origin)
        # Whoever carries something is not idle: most are passed over cheaply.
        idle = [v for v in self.vehicles.values() if v.current is None and v.idle]
        if idle:
            layout = self.factory.layout
            nearest = min(
                idle,
                key=lambda v: layout.travel(v.body.group.id, v.body.node, start),
            )
            nearest.decide_soon()

    def ready(self, part: Part) -> None:
        """A part can be taken, or its ready time has changed."""
        transport = self.open.get(part.lot)
        if transport is None:
            return
        part.eta = max(part.ready, self.factory.now) + self.trip(part.at, transport.to)
        if not self.vehicles or transport.origin == transport.to:
            if not part.working and part.ready <= self.factory.now:
                self.factory.floor.hop(part.lot, transport.to)
            return
        if transport.vehicle is not None:
            self.vehicles[transport.vehicle].decide_soon()
        else:
            self._wake_nearest(transport)

    def around(self, vehicle: VehicleAgent) -> Iterator[TransportOrder]:
        """Return the open transports; if they are many, the nearest to a vehicle first.

        A large fleet on a large floor would else weigh all against all.
        """
        if len(self.open) <= FEW:
            yield from self.open.values()
            return
        body = vehicle.body
        for node in self.factory.layout.nearest(body.group.id, body.node):
            if there := self._at.get(node):
                yield from there.values()

    def _close(self, lot: str) -> TransportOrder | None:
        """Take a transport off the list of open ones."""
        transport = self.open.pop(lot, None)
        if transport is not None:
            del self._at[self.factory.layout.node_of(transport.origin)][lot]
        return transport

    def wants(self, transport: TransportOrder) -> bool:
        """Return whether a transport is still open."""
        return self.open.get(transport.part.lot) is transport

    def relieve(self, part: Part) -> bool:
        """Have a lot brought to the store that has waited long in a full output.

        Nothing moves without a reserved place, so that full buffers could lock each
        other; the store, which always has room, breaks the circle.

        Returns
        -------
        bool
            Whether it still waits where the output may fill up, perhaps called for.
        """
        factory = self.factory
        if part.working or part.at not in factory.machines:
            return False
        buffers = factory.machines[part.at].body.buffers
        if part.lot not in (*buffers.output, *buffers.blocked):
            return False
        if part.moving or len(buffers.output) < buffers.output_size:
            return True
        factory.store.reserve(factory.floor.lot(part.lot))
        self.request(part, factory.store.id, None)
        return False

    def cancel(self, part: Part, reason: str) -> bool:
        """Take a request back and give its slot up; False: it is on the vehicle."""
        transport = self.open.get(part.lot)
        if transport is None:
            return True
        if part.loaded:
            return False
        self._close(part.lot)
        floor = self.factory.floor
        floor.places[transport.to].unreserve(floor.lot(part.lot))
        part.moving, part.heading = False, None
        self.factory.emit("transport_cancelled", transport.id, reason=reason)
        if transport.vehicle is not None:
            self.vehicles[transport.vehicle].drop(transport)
        return True

    def award(self, transport: TransportOrder, vehicle: str) -> None:
        """Make a vehicle responsible."""
        transport.vehicle = vehicle
        self.factory.emit("transport_awarded", transport.id, vehicle=vehicle)

    def loaded(self, lot: str) -> None:
        """A lot is on its way."""
        transport = self.open.get(lot)
        if transport is None:
            return
        part = transport.part
        part.loaded = True
        self.done[transport.key] = self.factory.now
        part.eta = self.factory.now + self.trip(part.at, transport.to)

    def delivered(self, lot: str) -> TransportOrder | None:
        """Close the order of a lot that has been put down, and return it."""
        transport = self._close(lot)
        if transport is not None:
            part = transport.part
            part.moving = part.loaded = False
            part.heading = None
            part.at = transport.to
            part.ready = self.factory.now
        return transport
