"""The failure clocks of a machine."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.calendar import Calendar, Priority
from plant.floor import Floor
from worlds.spec import FailureMode


@dataclass(slots=True)
class Clock:
    """How far a failure mode is from striking, and since when it runs."""

    mode: FailureMode
    count: int = 0  # lives begun
    left: float = 0.0  # ms of its own time
    since: int | None = None
    ticket: int = 0


class Wear:
    """Counts the lives of a machine's failure modes down; ``fail(mode)`` at zero.

    The clock of a ``running`` mode goes only while the machine executes.
    """

    __slots__ = ("clocks", "floor", "machine")

    def __init__(
        self, machine: str, modes: tuple[FailureMode, ...], floor: Floor
    ) -> None:
        self.machine = machine
        self.floor = floor
        self.clocks = {mode.id: Clock(mode) for mode in modes}

    @property
    def _calendar(self) -> Calendar:
        return self.floor.calendar

    def begin(self) -> None:
        """Draw the first lives."""
        for id in self.clocks:
            self.renew(id)

    def renew(self, id: str) -> None:
        """Draw a mode's next life."""
        clock = self.clocks[id]
        clock.count += 1
        name = f"life/{self.machine}/{id}"
        clock.left = self.floor.draw(clock.mode.life, name, clock.count)
        clock.since = None
        if clock.mode.clock == "calendar":
            self._go(clock)

    def strike(self, id: str) -> int:
        """Stop the clock of a mode that has struck; return how long its repair is."""
        clock = self.clocks[id]
        clock.since = None
        name = f"repair/{self.machine}/{id}"
        return round(self.floor.draw(clock.mode.repair, name, clock.count))

    def run(self, executing: bool) -> None:
        """Let the clocks of running time go or stand."""
        for clock in self.clocks.values():
            if clock.mode.clock == "calendar":
                continue
            if executing and clock.since is None:
                self._go(clock)
            elif not executing and clock.since is not None:
                self._calendar.cancel(clock.ticket)
                clock.left -= self._calendar.now - clock.since
                clock.since = None

    def _go(self, clock: Clock) -> None:
        now = self._calendar.now
        clock.since = now
        due = now + max(1, round(clock.left))
        clock.ticket = self._calendar.schedule(
            due, Priority.FAIL, self.machine, "fail", clock.mode.id
        )
