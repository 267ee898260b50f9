"""An order's open operations: opened ahead of time, counted on, and closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.work import Kit, OpenOperation, Part
from plant.lot import operation_id, step_name
from worlds.products import RouteStep

if TYPE_CHECKING:
    from agents.order import OrderAgent


class WorkList:
    """What is to be done next for one order, as far as it is known.

    Attributes
    ----------
    operations
        By id; those in work too.
    """

    def __init__(self, order: OrderAgent) -> None:
        self.order = order
        self.factory = order.factory
        self.route = order.route
        self.operations: dict[str, OpenOperation] = {}

    def open(self, part: Part, index: int) -> OpenOperation:
        """Return the operation that takes a part next, opened if it is not yet."""
        step = self.route.steps[index]
        if self._assembles(part, step):
            return self._assembly(part, step)
        name = step_name(step, part.mending)
        before = part.rounds.get(name, 0)
        id = operation_id(part.lot, name, before + 1)
        operation = self.operations.get(id)
        if operation is None:
            operation = self._opened(
                id, part.kit, part.lot, step, mending=part.mending, again=before > 0
            )
            operation.parts.append(part)
            operation.complete = True
        operation.pieces = part.pieces
        return operation

    def open_assembled(self, part: Part, index: int) -> OpenOperation:
        """Open the operation at an assembly for what has been joined before."""
        step = self.route.steps[index]
        operation = self._opened(
            operation_id(part.lot, step.id), part.kit, part.lot, step
        )
        operation.parts, operation.complete = [part], True
        part.kit.assemblies[index] = operation
        return operation

    @staticmethod
    def _assembles(part: Part, step: RouteStep) -> bool:
        """Return whether a part is one of several that a step will join.

        What has been joined may come back to the step, to be mended and inspected.
        """
        return len(step.predecessors) > 1 and part.step != step.index

    def _assembly(self, part: Part, step: RouteStep) -> OpenOperation:
        kit = part.kit
        while not kit.covers(step.index):
            assert kit.parent is not None
            kit = kit.parent
        operation = kit.assemblies.get(step.index)
        if operation is None or operation.running:
            lot = kit.lot_of(step.chain)
            operation = self._opened(operation_id(lot, step.id), kit, lot, step)
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
        self,
        id: str,
        kit: Kit,
        lot: str,
        step: RouteStep,
        *,
        mending: bool = False,
        again: bool = False,
    ) -> OpenOperation:
        modes = step.rework if mending else step.modes
        tail = self.route.tail(step.index, kit.pieces)
        operation = OpenOperation(
            id=id,
            order=self.order.id,
            kit=kit,
            lot=lot,
            step=step,
            modes=modes,
            pieces=kit.pieces,
            weight=self.order.weight,
            due=self.factory.dock.latest_for(self.order.due),
            tail=tail if mending else tail - step.quickest.duration(kit.pieces),
            opened=self.order.now,
            family=None if mending else step.family,
            complete=len(step.predecessors) < 2,
            # To mend, or to inspect again, adds nothing.
            materials=() if mending or again else step.materials,
        )
        self.operations[id] = operation
        self.factory.open_operation(operation)
        return operation

    def expected(self, part: Part) -> OpenOperation | None:
        """Return the operation opened for a part in advance."""
        for operation in self.operations.values():
            if part in operation.parts and not operation.running:
                return operation
        return None

    def remove(self, part: Part, operation: OpenOperation) -> None:
        """Take a part out of an operation that has not begun."""
        if len(operation.parts) == 1:
            self.drop(operation)
            return
        operation.parts.remove(part)
        self._count(operation)

    def drop(self, operation: OpenOperation) -> None:
        """Close an operation that will not be done."""
        for part in operation.parts:
            self.factory.fleet.cancel(part, "not wanted any more")
        self.order.allocation.take_from(operation)
        self.operations.pop(operation.id, None)
        self.factory.close_operation(operation)
        kit = operation.kit
        if kit.assemblies.get(operation.step.index) is operation:
            del kit.assemblies[operation.step.index]

    def counts_on(self, material: str, purpose: str) -> bool:
        """Return whether parts have been called, or worked on, that need a material.

        Of what was reserved for ``purpose`` (:meth:`agents.work.Kit.purpose`).
        """
        return any(
            (operation.called or operation.running)
            and material in operation.needs
            and operation.purpose == purpose
            for operation in self.operations.values()
        )
