"""Order agents: each answers for one customer's order, from promise to shipment."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from agents.agent import Holon
from agents.contract_net import Announcer, Call, Initiator
from agents.fleet import TransportOrder
from agents.messages import Message
from agents.work import Kit, OpenOperation, Part
from kernel.calendar import Priority
from kernel.events import Event
from plant import lots
from plant.lot import Lot, operation_id, step_name
from worlds.demand import OrderRequest
from worlds.products import Route, RouteStep

if TYPE_CHECKING:
    from agents.factory import Factory
    from agents.machine import MachineAgent


class OrderAgent(Holon, Announcer):
    """Answers for an order: does it get done, and on time?

    It releases the order's lots, opens an operation for each as soon as the one before
    has begun, finds who does it, and ships what is complete.
    """

    def __init__(self, factory: Factory, request: OrderRequest, route: Route) -> None:
        super().__init__(factory, request.id)
        self.request = request
        self.route = route
        self.due = request.due
        self.weight = request.weight
        self.quantity = request.quantity
        self.log_weight = math.log(max(request.weight, 1e-9))
        self.content = route.content(1)  # of one piece: what must come one by one
        self.initiator = Initiator(
            self.address, factory.calendar, factory.network, self
        )
        self.kits: dict[str, Kit] = {}
        self.parts: dict[str, Part] = {}
        self.operations: dict[str, OpenOperation] = {}
        self.missing: set[str] = set()  # materials still to be allocated
        self.quotes: dict[str, int] = {}  # when the first operations would be done
        self.promise: int | None = None
        self.finished: dict[str, int] = {}  # lots at the dock: pieces
        self.on_floor = False
        self.cancelled = False
        self.shipped = False
        self._fresh: list[str] = []
        self._settling = -1

    # -- from the customer ----------------------------------------------------------

    def begin(self) -> None:
        """Take the order in: reserve materials, release it when it may begin."""
        request, factory = self.request, self.factory
        factory.emit(
            "order_received",
            self.id,
            product=request.product,
            options=dict(request.options),
            quantity=request.quantity,
            release=request.release,
            due=request.due,
            weight=request.weight,
            customer=request.customer,
            rush=request.rush,
            price=self.route.price,
        )
        self._reserve(self.route.steps, request.quantity, done=set(request.done))
        self.at(max(self.now, request.release), "release", priority=Priority.MESSAGE)

    def _reserve(
        self,
        steps: tuple[RouteStep, ...] | list[RouteStep],
        pieces: int,
        done: set[str],
    ) -> None:
        need: dict[str, int] = {}
        for step in steps:
            if step.id not in done:
                for material, per_piece in step.materials:
                    need[material] = need.get(material, 0) + per_piece * pieces
        for material, quantity in need.items():
            self.missing.add(material)
            if self.factory.policy.allocation == "contract_net":
                self._call(f"{self.id}/{material}", quantity, [f"@{material}"])
            else:
                self.factory.inventories[material].reserve(self, quantity)

    def release(self, _: object) -> None:
        """Put the order's lots on the floor."""
        if self.cancelled:
            return
        self.on_floor = True
        size = self.factory.products[self.request.product].lot_size
        left, n = self.quantity, 0
        while left > 0:
            n += 1
            pieces = min(size, left)
            left -= pieces
            self._release_kit(
                Kit(
                    id=f"{self.id}.{n}",
                    order=self.id,
                    route=self.route,
                    pieces=pieces,
                    root=len(self.route.steps) - 1,
                )
            )

    def _release_kit(self, kit: Kit, replaces: str | None = None) -> None:
        self.kits[kit.id] = kit
        done = set(self.request.done) if replaces is None else set()
        for step in self._begins(kit, done):
            id = kit.lot_of(step.chain)
            self.factory.hearers[id] = self
            lots.release(
                self.factory.floor,
                id=id,
                order=self.id,
                kit=kit.id,
                route=self.route,
                step=step,
                pieces=tuple(range(kit.pieces)),
                replaces=replaces,
                wip=bool(done),
            )

    @staticmethod
    def _begins(kit: Kit, done: set[str]) -> list[RouteStep]:
        """Return the steps its lots begin with, behind those already done."""
        begins: list[RouteStep] = []
        for step in kit.steps():
            if step.id in done:
                continue
            before = [kit.route.steps[i] for i in step.predecessors]
            if all(up.id in done for up in before):
                begins.append(step)
        return begins

    def cancel(self, reason: str) -> None:
        """Drop the order: what is not begun is taken off the floor."""
        if self.shipped or self.cancelled:
            return
        self.cancelled = True
        factory = self.factory
        factory.emit("order_cancelled", self.id, reason=reason)
        for material in factory.inventories.values():
            material.give_back(self)
        for dock in factory.docks.values():
            dock.keep(self.id)
        for operation in list(self.operations.values()):
            if not operation.running:
                self._drop(operation)
        factory.changed(self.id, "cancel", major=True)
        for part in list(self.parts.values()):
            self._end_if_idle(part)
        self._close()

    def change(self, due: int) -> None:
        """Take a new due date."""
        if self.shipped or self.cancelled:
            return
        self.due = due
        for operation in self.operations.values():
            operation.due = self.factory.latest_for(due)
        self.factory.emit(
            "order_changed",
            self.id,
            due=due,
            weight=self.weight,
            quantity=self.quantity,
        )
        self.factory.changed(self.id, "change", major=True)

    def _end_if_idle(self, part: Part) -> None:
        """Take a cancelled part off the floor unless it is in work or on a vehicle."""
        if part.working or not self.factory.fleet.cancel(part, "order cancelled"):
            return
        if part.lot in self.parts:
            del self.parts[part.lot]
            lots.end(self.factory.floor, self.factory.floor.lot(part.lot))
        self._close()

    def material(self, material: str, there: bool) -> None:
        """Learn whether all that is reserved of a material is there."""
        if there:
            self.missing.discard(material)
        else:
            self.missing.add(material)

    # -- operations -----------------------------------------------------------------

    def _open(self, part: Part, index: int) -> OpenOperation:
        """Return the operation that takes a part next, opened if it is not yet."""
        step = self.route.steps[index]
        if len(step.predecessors) > 1 and not part.mending:
            return self._assembly(part, step)
        name = step_name(step, part.mending)
        id = operation_id(part.lot, name, part.rounds.get(name, 0) + 1)
        operation = self.operations.get(id)
        if operation is None:
            operation = self._opened(id, part.kit, part.lot, step, part.mending)
            operation.parts.append(part)
        operation.pieces = part.pieces
        return operation

    def _assembly(self, part: Part, step: RouteStep) -> OpenOperation:
        kit = part.kit
        while not kit.covers(step.index):
            assert kit.parent is not None
            kit = kit.parent
        operation = kit.assemblies.get(step.index)
        if operation is None or operation.running:
            lot = kit.lot_of(step.chain)
            operation = self._opened(
                operation_id(lot, step.id), kit, lot, step, mending=False
            )
            operation.pieces = kit.pieces
            kit.assemblies[step.index] = operation
        if part not in operation.parts:
            operation.parts.append(part)
        self._count(operation)
        return operation

    def _count(self, operation: OpenOperation) -> None:
        """See whether an assembly has all its parts."""
        there: dict[str, int] = {}
        for part in operation.parts:
            chain = self.route.steps[part.step].chain
            there[chain] = there.get(chain, 0) + part.pieces
        operation.complete = len(there) == len(operation.step.predecessors) and all(
            pieces >= operation.pieces for pieces in there.values()
        )

    def _opened(
        self, id: str, kit: Kit, lot: str, step: RouteStep, mending: bool
    ) -> OpenOperation:
        modes = step.rework if mending else step.modes
        tail = self.route.tail(step.index, kit.pieces)
        operation = OpenOperation(
            id=id,
            order=self.id,
            kit=kit,
            lot=lot,
            step=step,
            modes=modes,
            pieces=kit.pieces,
            weight=self.weight,
            due=self.factory.latest_for(self.due),
            tail=tail if mending else tail - step.quickest.duration(kit.pieces),
            opened=self.now,
            family=None if mending else step.family,
            complete=len(step.predecessors) < 2,
        )
        self.operations[id] = operation
        self.factory.operations[id] = operation
        return operation

    def _drop(self, operation: OpenOperation) -> None:
        """Close an operation that will not be done."""
        for part in operation.parts:
            self.factory.fleet.cancel(part, "not wanted any more")
        self._take_from(operation)
        self.operations.pop(operation.id, None)
        self.factory.operations.pop(operation.id, None)
        kit = operation.kit
        if kit.assemblies.get(operation.step.index) is operation:
            del kit.assemblies[operation.step.index]

    def _take_from(self, operation: OpenOperation) -> None:
        """Take an operation from its holder."""
        holder, operation.holder = operation.holder, None
        operation.called = False
        if holder is not None:
            self.factory.machines[holder].let_go(operation)
        token = self.initiator.holder(operation.id)
        if token is not None:
            self.initiator.withdraw(token[1])

    def assign(self, operation: OpenOperation, machine: str) -> None:
        """Make a machine responsible, without asking."""
        if operation.holder == machine or operation.running:
            return
        if operation.holder is not None:
            self.free_parts(operation)
            self._take_from(operation)
        operation.holder = machine
        self.factory.machines[machine].hold(operation)

    def free_parts(self, operation: OpenOperation) -> bool:
        """Take back the calls for an operation's parts; False: one is on a vehicle."""
        for part in operation.parts:
            if not self.factory.fleet.cancel(part, "assigned elsewhere"):
                return False
        operation.called = False
        return True

    def _place(self, operation: OpenOperation) -> None:
        """Find who does an operation."""
        factory = self.factory
        planner = factory.planner
        if operation.holder is not None or operation.running or self.cancelled:
            return
        planned = planner.machine_of(operation.id) if planner else None
        if planned is not None:
            self.assign(operation, planned)
        elif factory.policy.allocation == "direct":
            machine, finish = factory.best_machine(operation)
            self._quoted(operation.id, finish)
            self.assign(operation, machine)
        elif (
            factory.policy.allocation == "contract_net"
            and operation.id not in factory.calling
        ):
            nearest = factory.nearest_machines(operation)
            self._call(operation.id, operation, [f"@{m}" for m in nearest])

    # -- contract net ---------------------------------------------------------------

    def _call(self, about: str, body: object, participants: list[str]) -> None:
        self.factory.calling.add(about)
        self.initiator.announce(about, body, participants, self.factory.call_window)

    def call_vehicles(self, transport: TransportOrder) -> None:
        """Announce a transport to the nearest vehicles."""
        self.factory.transports[transport.id] = transport
        vehicles = self.factory.nearest_vehicles(transport)
        self._call(transport.id, transport, [f"@{v}" for v in vehicles])

    def receive(self, message: Message) -> None:
        """Take a message of the contract net."""
        self.initiator.receive(message)

    def timeout(self, argument: object) -> None:
        """Take a timer of the contract net."""
        self.initiator.timeout(argument)

    def settled(self, call: Call) -> None:
        """A call has ended: let the winner do it, or call again."""
        factory, about = self.factory, call.about
        factory.calling.discard(about)
        factory.emit(
            "call_settled",
            call.conversation,
            about=about,
            bidders=call.bidders,
            winner=call.winner and call.winner.removeprefix("@"),
            price=call.price,
            messages=call.messages,
            outcome=call.outcome,
        )
        if about in factory.transports:
            self._settled_transport(call)
        elif about in self.operations:
            operation = self.operations[about]
            if operation.holder is None and call.winner is not None:
                operation.holder = call.winner.removeprefix("@")
                operation.promised = call.promise or self.now
                self._quoted(about, operation.promised)
                factory.machines[operation.holder].decide_soon()
                factory.changed(about, "award", major=False)
            elif operation.holder is None:
                self._again(about)
        elif about.startswith(f"{self.id}/"):
            if call.winner is None:
                self._again(about)
        elif call.winner is not None:
            self.initiator.withdraw(call.conversation)

    def _again(self, about: str) -> None:
        """Try again in a while what nobody could take on."""
        self.at(self.now + self.factory.call_window + 1000, "call_again", about)

    def call_again(self, about: str) -> None:
        """Announce once more what nobody took on."""
        factory = self.factory
        if self.cancelled or about in factory.calling:
            return
        if about in self.operations:
            self._place(self.operations[about])
        elif about in factory.transports:
            transport = factory.transports[about]
            if factory.fleet.wants(transport):
                self.call_vehicles(transport)
        elif about.startswith(f"{self.id}/"):
            material = about.partition("/")[2]
            quantity = sum(
                per_piece * self.quantity
                for step in self.route.steps
                for name, per_piece in step.materials
                if name == material
            )
            self._call(about, quantity, [f"@{material}"])

    def announce_again(self, operation: OpenOperation) -> None:
        """Take an operation back from a holder that has become too late, and call."""
        if self.free_parts(operation):
            self._take_from(operation)
            self._place(operation)

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
        self.factory.emit("claim_released", self.id, operation=about, reason=reason)
        operation = self.operations.get(about)
        if operation is not None and reason != "assigned elsewhere":
            operation.holder = None
            self._place(operation)

    def _quoted(self, operation: str, finish: int) -> None:
        """Make the promise, once the first operation of every lot has a bid."""
        if self.promise is not None:
            return
        self.quotes[operation] = finish
        firsts = len(self.kits) * len(self.route.starts)
        if len(self.quotes) < firsts:
            return
        factory = self.factory
        latest = 0
        for id, quote in self.quotes.items():
            opened = self.operations.get(id)
            tail = opened.tail if opened else 0
            latest = max(latest, quote + round(tail * factory.flow_factor))
        self.promise = factory.leaves_at(latest)
        factory.emit("order_promised", self.id, promise=self.promise)

    # -- work -----------------------------------------------------------------------

    def hand_in(self, operation: OpenOperation, machine: MachineAgent) -> Lot:
        """Return the lot a machine is about to work on, assembled if need be."""
        factory = self.factory
        token = machine.participant.holds(operation.id)
        if token is not None:
            self.initiator.claim(operation.id, machine.address, token)
        floor = factory.floor
        if len(operation.step.predecessors) < 2 or operation.parts[0].mending:
            part = operation.parts[0]
            lot = floor.lot(part.lot)
        elif len(operation.parts) == 1 and operation.parts[0].lot == operation.lot:
            part = operation.parts[0]  # joined before the start: work in process
            lot = floor.lot(part.lot)
        else:
            factory.hearers[operation.lot] = self
            joined = [floor.lot(part.lot) for part in operation.parts]
            for part in operation.parts:
                del self.parts[part.lot]
            lot = lots.join(
                floor, operation.lot, operation.kit.id, operation.step, joined
            )
            part = Part(
                lot=lot.id,
                kit=operation.kit,
                step=operation.step.index,
                pieces=len(lot.pieces),
                at=machine.id,
                ready=self.now,
            )
            self.parts[lot.id] = part
            operation.parts = [part]
        name = step_name(operation.step, part.mending)
        part.rounds[name] = part.rounds.get(name, 0) + 1
        part.working = True
        part.ready = self.now + operation.duration(machine.id)
        part.step, part.passed = operation.step.index, False
        part.uncertain = operation.step.inspection is not None and not part.mending
        if not part.mending and operation.step.successor is not None:
            following = self._open(part, operation.step.successor)
            self._place(following)
        return lot

    def on_lot_released(self, event: Event) -> None:
        """A lot is on the floor: open its first operation."""
        facts = event.facts
        kit = self.kits[facts["kit"]]
        index = next(s.index for s in self.route.steps if s.id == facts["step"])
        part = Part(
            lot=event.subject,
            kit=kit,
            step=index,
            pieces=facts["pieces"],
            at=facts["at"],
            ready=self.now,
        )
        self.parts[part.lot] = part
        step = self.route.steps[index]
        if len(step.predecessors) > 1:  # work in process, assembled from here on
            operation = self._opened(
                operation_id(part.lot, step.id), kit, part.lot, step, mending=False
            )
            operation.parts, operation.complete = [part], True
            kit.assemblies[index] = operation
        else:
            operation = self._open(part, index)
        self._place(operation)

    def on_operation_finished(self, event: Event) -> None:
        """An operation has ended: see to what follows when all is known of it."""
        operation = self.operations.pop(event.facts["operation"])
        self.factory.operations.pop(operation.id)
        self.initiator.close(operation.id)
        part = self.parts[event.facts["lot"]]
        part.working = part.uncertain = False
        part.ready, part.at = self.now, event.subject
        if part.mending:
            part.mending = False  # inspected again at the same step
        else:
            part.step = operation.step.index
            part.passed = True  # unless an inspection objects
        self._settle_soon(part.lot)

    def on_lot_inspected(self, event: Event) -> None:
        """An inspection has found some pieces to mend or to scrap."""
        part = self.parts[event.subject]
        facts = event.facts
        if facts["rework"] and facts["rework"] == facts["pieces"]:
            part.passed, part.mending = False, True

    def on_lot_scrapped(self, event: Event) -> None:
        """Pieces are lost: make them again."""
        part = self.parts[event.subject]
        part.pieces -= event.facts["pieces"]
        kit = part.kit
        kit.again += 1
        chain = self.route.steps[part.step].chain
        last = max(s.index for s in self.route.steps if s.chain == chain)
        outer = kit.parent if last == kit.root else kit
        again = Kit(
            id=f"{kit.lot_of(chain)}+{kit.again}",
            order=self.id,
            route=self.route,
            pieces=event.facts["pieces"],
            root=last,
            parent=outer,
        )
        if self.cancelled:
            return
        self._reserve(again.steps(), again.pieces, done=set())
        self._release_kit(again, replaces=event.subject)
        self.factory.changed(event.subject, "reject", major=True)

    def on_lot_split(self, event: Event) -> None:
        """Flagged pieces part from the good ones."""
        part = self.parts[event.subject]
        part.pieces -= event.facts["pieces"]
        into = event.facts["into"]
        self.factory.hearers[into] = self
        self.parts[into] = Part(
            lot=into,
            kit=part.kit,
            step=part.step,
            pieces=event.facts["pieces"],
            at=part.at,
            ready=self.now,
            mending=True,
            rounds={self.route.steps[part.step].id: 1},
        )
        self._settle_soon(into)
        self.factory.changed(event.subject, "reject", major=True)

    def _settle_soon(self, lot: str) -> None:
        self._fresh.append(lot)
        if self._settling != self.now:
            self._settling = self.now
            self.at(self.now, "settle", priority=Priority.MESSAGE)

    def settle(self, _: object) -> None:
        """See to the parts of which something was learnt at this instant."""
        fresh, self._fresh = self._fresh, []
        self._settling = -1
        for lot in fresh:
            part = self.parts.get(lot)
            if part is not None:
                self._see_to(part)

    def _see_to(self, part: Part) -> None:
        """Open what a part needs next, and close what was opened in vain."""
        following = self._expected(part)
        if part.pieces == 0:
            self._forget(part, following)
            return
        if self.cancelled:
            if following is not None and not following.running:
                self._drop(following)
            self._end_if_idle(part)
            return
        if not part.passed and part.mending and following is not None:
            self._remove_part(part, following)
        if part.passed:
            successor = self.route.steps[part.step].successor
            if successor is None:
                self._finish(part)
                return
            operation = self._open(part, successor)
        else:
            operation = self._open(part, part.step)
        if len(operation.step.predecessors) > 1 and not part.mending:
            self._count(operation)
        self._place(operation)
        if self.factory.world.floor.store_after is not None:
            self.at(self.now + self.factory.world.floor.store_after, "store", part.lot)
        self.factory.reconsider(operation)
        self.factory.fleet.ready(part)
        if operation.holder is not None:
            self.factory.machines[operation.holder].decide_soon()

    def store(self, lot: str) -> None:
        """Have a lot that has waited too long, in a full output, brought to the store.

        Nothing moves without a reserved place, so that full buffers could lock each
        other; the store, which has always room, breaks the circle.
        """
        part, factory = self.parts.get(lot), self.factory
        if (
            part is None
            or part.working
            or part.moving
            or part.at not in factory.machines
        ):
            return
        buffers = factory.machines[part.at].body.buffers
        if lot not in (*buffers.output, *buffers.blocked):
            return
        if len(buffers.output) < buffers.output_size:
            after = factory.world.floor.store_after
            assert after is not None
            self.at(self.now + after, "store", lot)
            return
        factory.store.reserve(factory.floor.lot(lot))
        factory.fleet.request(part, factory.store.id, None)

    def _expected(self, part: Part) -> OpenOperation | None:
        """Return the operation opened for a part in advance."""
        for operation in self.operations.values():
            if part in operation.parts and not operation.running:
                return operation
        return None

    def _remove_part(self, part: Part, operation: OpenOperation) -> None:
        if len(operation.parts) == 1:
            self._drop(operation)
            return
        operation.parts.remove(part)
        self._count(operation)

    def _forget(self, part: Part, operation: OpenOperation | None) -> None:
        del self.parts[part.lot]
        if operation is not None:
            self._remove_part(part, operation)

    def _finish(self, part: Part) -> None:
        """Have a finished lot brought to where it leaves."""
        end = self.factory.exit
        if end is None:
            self._arrived(part)
            return
        place = self.factory.floor.places[end]
        place.reserve(self.factory.floor.lot(part.lot))
        self.factory.fleet.request(part, end, None)

    def on_lot_delivered(self, event: Event) -> None:
        """A lot has been put down."""
        lot = event.subject
        transport = self.factory.fleet.delivered(lot)
        part = self.parts.get(lot)
        if part is None:
            return
        if self.cancelled:
            self._end_if_idle(part)
        elif (
            transport is not None
            and transport.to == self.factory.exit
            and (transport.operation is None and self._is_final(part))
        ):
            self._arrived(part)
        elif transport is not None and transport.operation is None:
            self.factory.changed(lot, "stored", major=False)
            self._settle_soon(lot)

    def _is_final(self, part: Part) -> bool:
        return self._expected(part) is None and (
            self.route.steps[part.step].successor is None
        )

    def _arrived(self, part: Part) -> None:
        self.finished[part.lot] = part.pieces
        del self.parts[part.lot]
        if sum(self.finished.values()) >= self.quantity:
            self.factory.ship(self.id, tuple(self.finished))

    def on_lot_loaded(self, event: Event) -> None:
        """A lot is on a vehicle."""
        self.factory.fleet.loaded(event.subject)

    def on_order_shipped(self, event: Event) -> None:
        """The order has left."""
        self.shipped = True
        self._close()

    def _close(self) -> None:
        if (self.shipped or self.cancelled) and not self.parts:
            self.factory.close_order(self)
