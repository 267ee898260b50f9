"""Operators: taken for a set-up, a run or a repair, and freed again."""

from __future__ import annotations

from kernel.errors import Impossible
from plant.floor import Floor
from worlds.spec import Crew
from worlds.workcalendar import OpenHours


class CrewBody:
    """People with the same skills and hours, called ``CREW-1`` ...

    Off shift nobody takes new work; who has begun something finishes it.
    """

    __slots__ = ("at_work", "floor", "free", "hours", "id", "spec")

    def __init__(self, spec: Crew, floor: Floor, hours: OpenHours | None) -> None:
        self.spec = spec
        self.id = spec.id
        self.floor = floor
        self.hours = hours
        self.free = [f"{spec.id}-{n}" for n in range(1, spec.operators + 1)]
        self.at_work: dict[str, tuple[str, str]] = {}

    @property
    def on_shift(self) -> bool:
        """Whether the crew is there."""
        return self.hours is None or self.hours.is_open(self.floor.calendar.now)

    def take(self, machine: str, work: str) -> str | None:
        """Put a free operator to work; None: nobody is free or there."""
        if not self.free or not self.on_shift:
            return None
        operator = self.free.pop(0)
        self.at_work[operator] = (machine, work)
        self.floor.emit(
            "operator_taken", self.id, operator=operator, machine=machine, work=work
        )
        return operator

    def release(self, operator: str) -> None:
        """Let an operator go."""
        if operator not in self.at_work:
            raise Impossible(f"{self.id}: {operator} is not at work")
        machine, work = self.at_work.pop(operator)
        self.free.append(operator)
        self.free.sort(key=lambda id: (len(id), id))
        self.floor.emit(
            "operator_freed", self.id, operator=operator, machine=machine, work=work
        )
