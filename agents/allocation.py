"""Who does what: an order's operations, transports and materials find their holders.

By the plan in force, if it says so; else by direct comparison of what everybody says
it would take, or by a contract net, as the policy has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.contract_net import Announcer, Call, Initiator
from agents.fleet import TransportOrder
from agents.work import OpenOperation
from kernel.calendar import SECOND

if TYPE_CHECKING:
    from agents.machine import MachineAgent
    from agents.order import OrderAgent

#: How long to wait before what nobody took on is announced again, ms; after so many
#: refusals in a row the wait doubles, up to this power of two: a long breakdown costs
#: few calls.
AGAIN = SECOND
PATIENT = 4
LONGEST = 10


class Allocation(Announcer):
    """Finds holders for what an order needs done.

    An award is responsibility, not a slot: a holder works its agenda off in the order
    of urgency, and what has gone bad is announced again.
    """

    def __init__(self, order: OrderAgent) -> None:
        self.order = order
        self.factory = order.factory
        self.initiator = Initiator(
            order.address, self.factory.calendar, self.factory.network, self
        )
        #: Of calls for material: what, how much, for which purpose.
        self.needs: dict[str, tuple[str, int, str]] = {}
        self._refused: dict[str, tuple[int, int]] = {}  # how often in a row, next call

    def assign(self, operation: OpenOperation, machine: str) -> None:
        """Make a machine responsible, without asking."""
        if operation.holder == machine or operation.running:
            return
        if operation.holder is not None:
            self.free_parts(operation)
            self.take_from(operation)
        operation.holder = machine
        holder = self.factory.machines[machine]
        if self.order.promise is None:
            self.order.quoted(operation.id, holder.outlook.quote(operation)[1])
        holder.hold(operation)

    def free_parts(self, operation: OpenOperation) -> bool:
        """Take back the calls for an operation's parts; False: one is on a vehicle."""
        fleet = self.factory.fleet
        for part in operation.parts:
            transport = fleet.open.get(part.lot)
            if transport is None or transport.operation is not operation:
                continue  # not called, though perhaps on its way to the store
            if not fleet.cancel(part, "assigned elsewhere"):
                return False
        operation.called = False
        return True

    def take_from(self, operation: OpenOperation) -> None:
        """Take an operation from its holder."""
        holder, operation.holder = operation.holder, None
        operation.called = False
        if holder is not None:
            self.factory.machines[holder].let_go(operation)
        token = self.initiator.holder(operation.id)
        if token is not None:
            self.initiator.withdraw(token[1])

    def place(self, operation: OpenOperation) -> None:
        """Find who does an operation."""
        factory = self.factory
        planner = factory.planner
        if operation.holder is not None or operation.running or self.order.cancelled:
            return
        planned = planner.machine_of(operation.id) if planner else None
        if planned is not None:
            self.assign(operation, planned)
        elif factory.policy.allocation == "direct":
            self.assign(operation, factory.market.best_machine(operation))
        elif (
            factory.policy.allocation == "contract_net"
            and operation.id not in factory.calling
        ):
            nearest = factory.market.nearest_machines(operation)
            self._call(operation.id, operation, [f"@{m}" for m in nearest])

    def call_material(self, material: str, quantity: int, purpose: str) -> None:
        """Ask for a quantity of a material."""
        about = f"{self.order.id}/{material}/{len(self.needs) + 1}"
        self.needs[about] = (material, quantity, purpose)
        self._call(about, quantity, [f"@{material}"])

    def asked(self, material: str, purpose: str | None = None) -> int:
        """Return how much of a material has been called for and is not reserved yet.

        For a purpose; None: for any.
        """
        awarded = self.factory.inventories[material].awarded
        return sum(
            quantity
            for about, (name, quantity, wanted_for) in self.needs.items()
            if name == material
            and about not in awarded
            and purpose in (None, wanted_for)
        )

    def hand_over(self, operation: OpenOperation, machine: MachineAgent) -> None:
        """Note that the holder begins: from now on nobody can take it away."""
        token = machine.participant.holds(operation.id)
        if token is not None:
            self.initiator.claim(operation.id, machine.address, token)

    def _call(self, about: str, body: object, participants: list[str]) -> None:
        self.factory.calling.add(about)
        self.initiator.announce(about, body, participants, self.factory.call_window)

    def call_vehicles(self, transport: TransportOrder) -> None:
        """Announce a transport to the nearest vehicles."""
        self.factory.transports[transport.id] = transport
        vehicles = self.factory.market.nearest_vehicles(transport)
        self._call(transport.id, transport, [f"@{v}" for v in vehicles])

    def call_vehicles_again(self, transport: TransportOrder) -> None:
        """Take a transport back from a vehicle that has no time for it, and call."""
        self.take_back(transport)
        self.call_vehicles(transport)

    def take_back(self, transport: TransportOrder) -> None:
        """Take a transport from the vehicle it was awarded to."""
        holder, transport.vehicle = transport.vehicle, None
        if holder is not None:
            self.factory.vehicles[holder].drop(transport)
        token = self.initiator.holder(transport.id)
        if token is not None:
            self.initiator.withdraw(token[1])

    def settled(self, call: Call) -> None:
        """A call has ended: let the winner do it, or call again."""
        factory, about = self.factory, call.about
        factory.calling.discard(about)
        if call.winner is not None:
            self._refused.pop(about, None)
        factory.emit(
            "call_settled",
            call.conversation,
            about=about,
            bidders=call.bidders,
            bids=[[bidder.removeprefix("@"), price] for bidder, price in call.bids],
            winner=call.winner and call.winner.removeprefix("@"),
            price=call.price,
            messages=call.messages,
            outcome=call.outcome,
        )
        if about in factory.transports:
            self._settled_transport(call)
        elif about in self.order.production.operations:
            operation = self.order.production.operations[about]
            if operation.holder is None and call.winner is not None:
                operation.holder = call.winner.removeprefix("@")
                operation.promised = call.promise or self.order.now
                self.order.quoted(about, operation.promised)
                factory.machines[operation.holder].decide_soon()
            elif operation.holder is None:
                machines = factory.machines
                able = (machines[mode.machine] for mode in operation.modes)
                soonest = min(agent.outlook.quote(operation)[1] for agent in able)
                self.order.quoted(about, soonest)  # when those who are down are up
                self._again(about)
            elif call.winner not in (None, f"@{operation.holder}"):
                self.initiator.withdraw(call.conversation)  # a plan was quicker
        elif about in self.needs:
            if call.winner is None:
                self._again(about)
        elif call.winner is not None:
            self.initiator.withdraw(call.conversation)

    def _again(self, about: str) -> None:
        """Try again in a while what nobody could take on."""
        before, _ = self._refused.get(about, (0, 0))
        wait = AGAIN << min(max(0, before - PATIENT), LONGEST)
        time = self.order.now + self.factory.call_window + wait
        self._refused[about] = before + 1, time
        self.order.at(time, "call_again", about)

    def call_again(self, about: str) -> None:
        """Announce once more what nobody took on."""
        factory = self.factory
        if self.order.cancelled or about in factory.calling:
            return
        if self._refused.get(about, (0, 0))[1] > self.order.now:
            return  # refused anew meanwhile
        if about in self.order.production.operations:
            self.place(self.order.production.operations[about])
        elif about in factory.transports:
            transport = factory.transports[about]
            if factory.fleet.wants(transport) and transport.vehicle is None:
                self.call_vehicles_again(transport)
        elif about in self.needs and self.initiator.holder(about) is None:
            material, quantity, _ = self.needs[about]
            self._call(about, quantity, [f"@{material}"])

    def announce_again(self, operation: OpenOperation) -> None:
        """Take an operation back from a holder that has become too late, and call."""
        if self.free_parts(operation):
            self.take_from(operation)
            self.place(operation)

    def _settled_transport(self, call: Call) -> None:
        factory = self.factory
        transport = factory.transports[call.about]
        if not factory.fleet.wants(transport):
            del factory.transports[call.about]
            if call.winner is not None:
                self.initiator.withdraw(call.conversation)
        elif call.winner is None:
            self._again(call.about)
        elif transport.vehicle is None:
            winner = call.winner.removeprefix("@")
            factory.fleet.award(transport, winner)
            factory.vehicles[winner].decide_soon()

    def released(self, about: str, conversation: str, reason: str) -> None:
        """A holder has given an award up: announce it again."""
        self.factory.emit(
            "claim_released", self.order.id, operation=about, reason=reason
        )
        operation = self.order.production.operations.get(about)
        if operation is not None and reason != "assigned elsewhere":
            operation.holder = None
            self.place(operation)
