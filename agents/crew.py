"""Crew agents: which operator goes where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.agent import Holon
from kernel.calendar import Priority
from plant.crew import CrewBody

if TYPE_CHECKING:
    from agents.factory import Factory
    from agents.machine import MachineAgent


class CrewAgent(Holon):
    """Answers for a crew: repairs first, then whoever has waited longest."""

    def __init__(self, factory: Factory, body: CrewBody) -> None:
        super().__init__(factory, body.id)
        self.body = body
        self.waiting: dict[str, str] = {}  # machine: work, in the order of asking

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

    def ask(self, machine: MachineAgent, work: str) -> str | None:
        """Return an operator for a machine; None: it is told when one is free."""
        repairs = any(w == "repair" for w in self.waiting.values())
        if work == "repair" or not repairs:
            operator = self.body.take(machine.id, work)
            if operator is not None:
                self.waiting.pop(machine.id, None)
                return operator
        self.waiting.setdefault(machine.id, work)
        if work == "repair":
            self.waiting[machine.id] = work
        return None

    def release(self, operator: str) -> None:
        """Take an operator back, and let others ask."""
        self.body.release(operator)
        self.serve()

    def serve(self) -> None:
        """Let those who wait ask again, repairs first."""
        waiting = sorted(self.waiting.items(), key=lambda item: item[1] != "repair")
        self.waiting.clear()
        for id, work in waiting:
            machine = self.factory.machines[id]
            if work == "repair":
                machine.at(self.now, "seek_repair", priority=Priority.MESSAGE)
            else:
                machine.decide_soon()
