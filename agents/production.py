"""What is to be done next: an order's lots, and the operations open for them.

An operation is opened as soon as the one before has begun, so that a holder can be
found and the part expected; what an inspection finds may close it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.work import Kit, OpenOperation, Part
from agents.worklist import WorkList
from kernel.calendar import Priority
from kernel.events import Event
from plant import lots
from plant.lot import Lot, step_name

if TYPE_CHECKING:
    from agents.machine import MachineAgent
    from agents.order import OrderAgent


class Production:
    """The work in process of one order, as far as it is known.

    It hears the facts about the order's lots.

    Attributes
    ----------
    kits, parts, operations
        By id; only what is open.
    """

    def __init__(self, order: OrderAgent) -> None:
        self.order = order
        self.factory = order.factory
        self.route = order.route
        self.kits: dict[str, Kit] = {}
        self.parts: dict[str, Part] = {}
        self.work = WorkList(order)
        self.operations = self.work.operations
        self._fresh: list[str] = []
        self._settling = -1

    def hand_in(self, operation: OpenOperation, machine: MachineAgent) -> Lot:
        """Return the lot a machine is about to work on, assembled if need be."""
        factory = self.factory
        self.order.allocation.hand_over(operation, machine)
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
                ready=self.order.now,
            )
            self.parts[lot.id] = part
            operation.parts = [part]
        name = step_name(operation.step, part.mending)
        part.rounds[name] = part.rounds.get(name, 0) + 1
        part.working = True
        part.ready = self.order.now + operation.duration(machine.id)
        part.step, part.passed = operation.step.index, False
        part.uncertain = operation.step.inspection is not None and not part.mending
        if not part.mending and operation.step.successor is not None:
            following = self.work.open(part, operation.step.successor)
            self.order.allocation.place(following)
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
            ready=self.order.now,
        )
        self.parts[part.lot] = part
        step = self.route.steps[index]
        branches = {self.route.steps[up].chain: up for up in step.predecessors}
        if facts["chain"] != step.chain:  # work in process, waits to be assembled
            part.step, part.passed = branches[facts["chain"]], True
            operation = self.work.open(part, index)
        elif len(step.predecessors) > 1:  # work in process, assembled from here on
            operation = self.work.open_assembled(part, index)
        else:
            operation = self.work.open(part, index)
        self.order.allocation.place(operation)

    def on_operation_finished(self, event: Event) -> None:
        """An operation has ended: see to what follows when all is known of it."""
        operation = self.operations.pop(event.facts["operation"])
        self.factory.close_operation(operation)
        self.order.allocation.initiator.close(operation.id)
        part = self.parts[event.facts["lot"]]
        part.working = part.uncertain = False
        part.ready, part.at = self.order.now, event.subject
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
            order=self.order.id,
            route=self.route,
            pieces=event.facts["pieces"],
            root=last,
            parent=outer,
            replaces=kit,
            lost_at=part.step,
        )
        if self.order.cancelled:
            return
        # What the lost pieces would have taken from here on is kept for these.
        spent = [s for s in again.steps() if self.route.leads(s.index, part.step)]
        self.order.reserve(spent, again.pieces, set(), purpose=again.id)
        self.order.release_kit(again, replaces=event.subject)
        self.factory.changed(event.subject, "reject", major=True)

    def on_lot_split(self, event: Event) -> None:
        """Flagged pieces part from the good ones."""
        part = self.parts[event.subject]
        part.pieces -= event.facts["pieces"]
        into, step = event.facts["into"], self.route.steps[part.step].id
        self.factory.hearers[into] = self
        self.parts[into] = Part(
            lot=into,
            kit=part.kit,
            step=part.step,
            pieces=event.facts["pieces"],
            at=part.at,
            ready=self.order.now,
            mending=True,
            rounds={step: part.rounds[step]},
        )
        self._settle_soon(into)
        self.factory.changed(event.subject, "reject", major=True)

    def _settle_soon(self, lot: str) -> None:
        self._fresh.append(lot)
        if self._settling != self.order.now:
            self._settling = self.order.now
            self.order.at(self.order.now, "settle", priority=Priority.MESSAGE)

    def settle(self) -> None:
        """See to the parts of which something was learnt at this instant."""
        fresh, self._fresh = self._fresh, []
        self._settling = -1
        for lot in fresh:
            part = self.parts.get(lot)
            if part is not None:
                self._see_to(part)

    def _see_to(self, part: Part) -> None:
        """Open what a part needs next, and close what was opened in vain."""
        following = self.work.expected(part)
        if part.pieces == 0:
            self._forget(part, following)
            return
        if self.order.cancelled:
            if following is not None and not following.running:
                self.work.drop(following)
            self.end_if_idle(part)
            return
        if not part.passed and part.mending and following is not None:
            self.work.remove(part, following)
        if part.passed:
            successor = self.route.steps[part.step].successor
            if successor is None:
                self._finish(part)
                return
            operation = self.work.open(part, successor)
        else:
            operation = self.work.open(part, part.step)
        self.order.allocation.place(operation)
        if self.factory.world.floor.store_after is not None:
            self.order.at(
                self.order.now + self.factory.world.floor.store_after, "store", part.lot
            )
        self.factory.market.reconsider(operation)
        self.factory.fleet.ready(part)
        if operation.holder is not None:
            self.factory.machines[operation.holder].decide_soon()

    def store(self, lot: str) -> None:
        """See whether a lot is blocked, and go on seeing while it waits."""
        part = self.parts.get(lot)
        if part is not None and self.factory.fleet.relieve(part):
            after = self.factory.world.floor.store_after
            assert after is not None
            self.order.at(self.order.now + after, "store", lot)

    def _forget(self, part: Part, operation: OpenOperation | None) -> None:
        del self.parts[part.lot]
        if operation is not None:
            self.work.remove(part, operation)
        self.order.close()  # the last part of a cancelled order

    def _finish(self, part: Part) -> None:
        """Have a finished lot brought to where it leaves."""
        end = self.factory.dock.place
        if end is None:
            self._leave(part)
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
        if self.order.cancelled:
            self.end_if_idle(part)
        elif (
            transport is not None
            and transport.to == self.factory.dock.place
            and (transport.operation is None and self._is_final(part))
        ):
            self._leave(part)
        elif transport is not None and transport.operation is None:
            self.factory.changed(lot, "stored", major=False)
            self._settle_soon(lot)

    def _is_final(self, part: Part) -> bool:
        return self.work.expected(part) is None and (
            self.route.steps[part.step].successor is None
        )

    def _leave(self, part: Part) -> None:
        del self.parts[part.lot]
        self.order.arrived(part.lot, part.pieces)

    def on_lot_loaded(self, event: Event) -> None:
        """A lot is on a vehicle."""
        self.factory.fleet.loaded(event.subject)

    def end_if_idle(self, part: Part) -> None:
        """Take a cancelled part off the floor unless it is in work or on a vehicle."""
        if part.working or not self.factory.fleet.cancel(part, "order cancelled"):
            return
        if part.lot in self.parts:
            del self.parts[part.lot]
            if part.pieces:  # what has just been scrapped is gone already
                lots.end(self.factory.floor, self.factory.floor.lot(part.lot))
        self.order.close()
