"""What a machine agent needs at its machine: room for parts, and the parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.work import OpenOperation, Part

if TYPE_CHECKING:
    from agents.machine import MachineAgent


class Supply:
    """Has the parts of one machine agent's operations brought when they are wanted."""

    def __init__(self, agent: MachineAgent) -> None:
        self.agent = agent

    def awaits(self, operation: OpenOperation) -> bool:
        """Return whether its parts are here or on their way, and its material there."""
        agent = self.agent
        if agent.factory.lacks_material(operation):
            return False
        return operation.complete and all(
            (part.moving and part.heading == agent.id)
            or (part.at == agent.id and part.lot in agent.body.buffers.input)
            for part in operation.parts
        )

    def has(self, operation: OpenOperation) -> bool:
        """Return whether all it needs of parts and material is here."""
        agent = self.agent
        if agent.factory.lacks_material(operation):
            return False
        return operation.complete and all(
            part.at == agent.id
            and not part.moving
            and not part.working
            and part.lot in agent.body.buffers.input
            for part in operation.parts
        )

    def call(self) -> None:
        """Keep slots for the parts wanted next, and have them brought."""
        agent, factory = self.agent, self.agent.factory
        waiting = [
            operation
            for operation in agent.agenda.values()
            if not operation.called and agent.mine(operation) and operation.complete
        ]
        full = agent.body.buffers.room <= 0
        if full:  # but what shares a slot may still come
            waiting = [operation for operation in waiting if not self.stuck(operation)]
        if not waiting:
            if not full:
                self._seek_work()
            return
        horizon = agent.now + factory.fleet.look_ahead
        planner = factory.planner
        if planner is not None and planner.leads:
            waiting.sort(key=planner.rank)
        elif len(waiting) > 1:
            waiting.sort(key=lambda op: -agent.outlook.urgency(op))
        for operation in waiting:
            soon = all(self._callable(part, horizon) for part in operation.parts)
            if soon and not factory.lacks_material(operation):
                if not self.stuck(operation):
                    self._call(operation)
            elif operation.parts:
                ready = operation.ready - factory.fleet.look_ahead
                if ready > agent.now:
                    agent.wake_at(ready)

    def _seek_work(self) -> None:
        """Take over, or have announced again, what waits elsewhere, before running dry.

        An early choice of machine is worth keeping only while that machine is the
        sooner one.
        """
        agent, factory, body = self.agent, self.agent.factory, self.agent.body
        if (
            factory.planner is not None
            or body.down
            or body.buffers.input
            or body.buffers.incoming
            or (body.hours is not None and not body.hours.is_open(agent.now))
        ):
            return
        horizon = agent.now + factory.fleet.look_ahead
        free = factory.fleet.group is None  # to move a part costs nothing
        waiting = [
            operation
            for operation in factory.able[agent.id].values()
            if operation.holder not in (None, agent.id)
            and operation.complete
            and (free or not operation.called)
            and not operation.running
            and all(self._callable(part, horizon) for part in operation.parts)
            and not factory.lacks_material(operation)
        ]
        if waiting:
            best = max(waiting, key=lambda op: (agent.outlook.urgency(op), op.id))
            factory.market.reconsider(best, margin=0.0)

    @staticmethod
    def _callable(part: Part, horizon: int) -> bool:
        """Return whether a vehicle may be sent for a part that will be ready soon."""
        if part.moving or (part.working and part.uncertain):
            return False
        return part.ready <= horizon

    def _call(self, operation: OpenOperation) -> None:
        operation.called = True
        body, factory = self.agent.body, self.agent.factory
        for part in operation.parts:
            if part.lot in body.buffers.input:
                continue
            body.reserve(factory.floor.lot(part.lot))
            factory.fleet.request(part, self.agent.id, operation)

    def stuck(self, operation: OpenOperation) -> bool:
        """Return whether its parts have no slot here, and get none now."""
        lots = [self.agent.factory.floor.lot(p.lot) for p in operation.parts]
        return not self.agent.body.buffers.fits(lots)
