"""Crew agents: which operator goes where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.agent import Holon
from kernel.calendar import Priority
from plant.crew import CrewBody

if TYPE_CHECKING:
    from agents.factory import Factory
    from agents.machine import MachineAgent
    from agents.work import OpenOperation


class CrewAgent(Holon):
    """Answers for a crew: repairs first, then the most urgent operation.

    How urgent an operation is says the rule of the machine where it waits; of equally
    urgent ones the first to ask is served first.
    """

    def __init__(self, factory: Factory, body: CrewBody) -> None:
        super().__init__(factory, body.id)
        self.body = body
        #: Operation by machine, in the order of asking; None: a repair.
        self.waiting: dict[str, OpenOperation | None] = {}

    def begin(self) -> None:
        """Follow the shifts."""
        if self.body.hours is not None:
            self.shift(None)

    def shift(self, _: object) -> None:
        """Serve who has waited, when the shift begins."""
        hours = self.body.hours
        assert hours is not None
        self.serve()
        is_open = hours.is_open(self.now)
        change = hours.closes_after(self.now) if is_open else hours.opens_at(self.now)
        self.at(change, "shift", priority=Priority.SHIFT)

    def ask(
        self, machine: MachineAgent, work: str, operation: OpenOperation | None
    ) -> str | None:
        """Return an operator for a machine; None: it is told when one is free."""
        if operation is None or None not in self.waiting.values():
            operator = self.body.take(machine.id, work)
            if operator is not None:
                self.waiting.pop(machine.id, None)
                return operator
        self.waiting[machine.id] = operation
        return None

    def release(self, operator: str) -> None:
        """Take an operator back, and let others ask."""
        self.body.release(operator)
        self.serve()

    def serve(self) -> None:
        """Let those who wait ask again, repairs first."""
        waiting = sorted(self.waiting.items(), key=self._turn)
        self.waiting.clear()
        for id, operation in waiting:
            machine = self.factory.machines[id]
            if operation is None:
                machine.at(self.now, "seek_repair", priority=Priority.MESSAGE)
            else:
                machine.decide_soon()

    def _turn(self, request: tuple[str, OpenOperation | None]) -> float:
        """Return a key that sorts who waits as they should be served."""
        id, operation = request
        if operation is None:
            return float("-inf")
        machine = self.factory.machines[id]
        setup = machine.body.setup_time(operation.family)
        return -machine.outlook.urgency(operation, setup)
