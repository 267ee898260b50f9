"""Vehicle agents: they bid for transports and carry them out, one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.agent import Holon
from agents.contract_net import Bid, Participant
from agents.fleet import TransportOrder
from agents.messages import CallForProposal, Message
from agents.pickups import PATIENCE, Pickups
from kernel.events import Event
from plant.vehicle import VehicleBody

if TYPE_CHECKING:
    from agents.factory import Factory


class VehicleAgent(Holon):
    """Answers for one vehicle: when could it be there, and what does it carry next?"""

    def __init__(self, factory: Factory, body: VehicleBody) -> None:
        super().__init__(factory, body.id)
        self.body = body
        self.participant = Participant(
            self.address, factory.calendar, factory.network, self
        )
        self.pickups = Pickups(self)
        self.agenda: dict[str, TransportOrder] = {}  # awarded, by transport id
        self.current: TransportOrder | None = None
        self.free_at = 0  # expected, with the present transport
        self._wakes = -1

    @property
    def idle(self) -> bool:
        """Whether it has nothing to do, and could do something."""
        return self.current is None and not self.body.busy and not self.stopped

    @property
    def stopped(self) -> bool:
        """Whether it stands still, whatever it should do."""
        return self.now < self.body.stopped_until

    # -- contract net ---------------------------------------------------------------

    def receive(self, message: Message) -> None:
        """Take a message of the contract net."""
        self.participant.receive(message)

    def timeout(self, argument: object) -> None:
        """Take a timer of the contract net."""
        self.participant.timeout(argument)

    def bid(self, call: CallForProposal) -> Bid | str:
        """Offer to fetch a lot: the price is how late it would be picked up, ms."""
        pickup = self.pickup_after_agenda(call.body)
        return Bid(price=float(pickup), promise=pickup)

    def take(self, call: CallForProposal, bid: Bid) -> bool:
        """Take an award on the agenda, unless it is done already or not wanted."""
        if call.body.begun or not self.factory.fleet.wants(call.body):
            return False
        self.agenda[call.body.id] = call.body
        call.body.promise = bid.promise
        self.decide_soon()
        return True

    def drop(self, about: str | TransportOrder, conversation: str = "") -> None:
        """Forget an award, or a transport that was cancelled."""
        id = about if isinstance(about, str) else about.id
        self.agenda.pop(id, None)
        current = self.current
        if current is not None and current.id == id and not current.part.loaded:
            self.current = None
            current.begun = False
            if current.vehicle == self.id:
                current.vehicle = None
                self.factory.fleet.unheld(current)
        if isinstance(about, TransportOrder) and self.participant.holds(id):
            self.participant.release(id, "cancelled")
        self.decide_soon()

    def pickup_after_agenda(self, transport: TransportOrder) -> int:
        """Return when it could pick a lot up, after all it has accepted, ms."""
        fleet, layout = self.factory.fleet, self.factory.layout
        time, node = self.free(), self.node()
        for other in self.agenda.values():
            if other is self.current:
                continue
            start = layout.node_of(other.origin)
            time = max(
                time + layout.travel(self.body.group.id, node, start), other.part.ready
            ) + fleet.trip(other.origin, other.to)
            node = layout.node_of(other.to)
        start = layout.node_of(transport.origin)
        empty = layout.travel(self.body.group.id, node, start)
        return max(time + empty, transport.part.ready)

    def free(self) -> int:
        """Return when it can set off for something else, as far as is known, ms."""
        if self.current is not None:
            return max(self.now, self.free_at)
        if self.body.motion is not None:
            return self.body.motion.end
        return max(self.now, self.body.stopped_until)

    def node(self) -> str:
        """Return where it will be then."""
        if self.current is not None:
            return self.factory.layout.node_of(self.current.to)
        return self.body.motion.to if self.body.motion else self.body.node

    # -- deciding -------------------------------------------------------------------

    def decide(self) -> None:
        """Go on with the present transport, or take the next."""
        if self.body.busy:
            if self.current is not None and not self.current.part.loaded:
                self._expect()  # the part may be ready at another time
            return
        if self.stopped:
            return
        if self.current is not None:
            self._go_on()
            return
        factory = self.factory
        planner = factory.planner
        if planner is not None:
            choice = planner.next_trip(self)
        else:
            choice = None
        if isinstance(choice, TransportOrder):
            self._take_up(choice)
            return
        best = self.pickups.best()
        if best is not None:
            self._take_up(best)
        elif choice is not None and choice != "wait":
            self._position(choice)  # be there in time for a part to come
        elif factory.policy.allocation == "contract_net":
            self.pickups.seek_work()

    def _take_up(self, transport: TransportOrder) -> None:
        if transport.vehicle != self.id:
            before = self.factory.vehicles.get(transport.vehicle or "")
            self.factory.fleet.award(transport, self.id)
            if before is not None:
                before.drop(transport)
        transport.begun = True
        self.current = transport
        self._expect()
        self._go_on()

    def _expect(self) -> None:
        """Work out when the present transport will be done."""
        transport = self.current
        assert transport is not None
        if self.body.motion is not None:
            there = self.body.motion.end
        else:
            begin = max(self.now, self.body.stopped_until)
            there = begin + self.way_to(transport.origin)
        pickup = max(there, transport.part.ready)
        trip = self.factory.fleet.trip(transport.origin, transport.to)
        transport.part.eta = self.free_at = pickup + trip

    def _go_on(self) -> None:
        """Drive to the part; load it once it is ready."""
        transport = self.current
        assert transport is not None
        part = transport.part
        if self.body.node != self.factory.layout.node_of(transport.origin):
            self.body.drive(transport.origin)
        elif not part.working and part.ready <= self.now:
            self.body.carry(part.lot, transport.to)
            self.free_at = part.eta
        elif self.pickups.held_up(transport):
            self._give_back(transport)  # somebody else may need us
        else:
            self._expect()
            if self.pickups.repaired_at(part) is not None:
                self.wake_at(max(part.ready, self.now) + PATIENCE)

    def _give_back(self, transport: TransportOrder) -> None:
        self.current = None
        transport.begun = False
        contracted = self.factory.policy.allocation == "contract_net"
        if not (contracted and transport.id in self.agenda):
            transport.vehicle = None
        if contracted:
            self.factory.fleet.unheld(transport)
        self.decide_soon()

    def way_to(self, place: str) -> int:
        """Return how long it would drive from here to a place, ms."""
        layout = self.factory.layout
        return layout.travel(self.body.group.id, self.body.node, layout.node_of(place))

    def _position(self, place: str) -> None:
        if self.body.node != self.factory.layout.node_of(place):
            self.body.drive(place)

    def stop(self, duration: int) -> None:
        """Stand still for so long, ms, and expect what is on the way as much later."""
        before = max(self.now, self.body.stopped_until)
        self.body.stop(duration)
        if self.body.stopped_until - self.now > PATIENCE:
            self._give_up()
        if self.current is None:
            return
        if self.current.part.loaded:
            self.free_at += max(0, self.body.stopped_until - before)
            self.current.part.eta = self.free_at
        else:
            self._expect()

    def _give_up(self) -> None:
        """Leave to others what it has not loaded: it will stand for long."""
        factory, held = self.factory, list(self.agenda.values())
        if self.current is not None and self.current not in held:
            held.append(self.current)
        for transport in held:
            if not transport.part.loaded:
                order = factory.orders[transport.part.kit.order]
                order.allocation.take_back(transport)
                factory.fleet.unheld(transport)
        factory.changed(self.id, "stop", major=True)

    def wake_at(self, time: int) -> None:
        """Look again at a time."""
        if self._wakes <= self.now or time < self._wakes:
            self._wakes = time
            self.at(time, "woken")

    def woken(self, _: object) -> None:
        """Look again at a time chosen before."""
        self.decide_soon()

    # -- facts ----------------------------------------------------------------------

    def on_drive_finished(self, event: Event) -> None:
        """It has arrived."""
        self.decide_soon()

    def on_lot_delivered(self, event: Event) -> None:
        """It has put its lot down."""
        done, self.current = self.current, None
        if done is not None:
            self.agenda.pop(done.id, None)
            if self.participant.holds(done.id):
                self.participant.finish(done.id)
        self.decide_soon()

    def on_vehicle_resumed(self, event: Event) -> None:
        """It moves again."""
        self.factory.changed(self.id, "resume", major=False)
        self.decide_soon()
