"""What a machine agent expects: parts to come, itself to be free, work to cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.work import OpenOperation
from plant.work import SETUP

if TYPE_CHECKING:
    from agents.machine import MachineAgent


class Outlook:
    """Estimates of one machine agent, from what it knows at the moment."""

    def __init__(self, agent: MachineAgent) -> None:
        self.agent = agent

    def expected_arrival(self, operation: OpenOperation) -> int:
        """Return when the parts of an operation could be here, ms."""
        now, arrival = self.agent.now, 0
        for part in operation.parts:
            there = max(part.ready, now)
            if part.at == self.agent.id:
                there = part.ready
            elif part.moving and part.heading == self.agent.id:
                there = max(part.eta, now)
            else:
                there += self.agent.factory.fleet.trip(part.at, self.agent.id)
            arrival = max(arrival, there)
        return arrival

    def free_at(self) -> int:
        """Return when it could begin something more, as far as is known, ms."""
        free = self.agent.now
        if self.agent.body.down:
            free = max(free, self.agent.up_at)
        if self.agent.body.setting_up:
            free = max(free, self.set_up_at())
        if self.agent.running and len(self.agent.running) >= self.agent.spec.capacity:
            free = max(free, min(map(self._end, self.agent.running.values())))
        return max(free, self.agent.body.last_start + self.agent.spec.headway)

    @property
    def family(self) -> str | None:
        """What the machine is set up for, or is being set up for."""
        body = self.agent.body
        return body.work[SETUP].family if body.setting_up else body.family

    def set_up_at(self) -> int:
        """Return when the set-up that goes on will be done, ms."""
        body, now = self.agent.body, self.agent.now
        work = body.work[SETUP]
        goes_on = max(now, self.agent.up_at) if body.down else work.since
        return max(now, goes_on + work.left)

    def _end(self, operation: OpenOperation) -> int:
        """Return when work in the machine will end; what is overdue takes some more."""
        now = self.agent.now
        if operation.ends > now:
            return operation.ends
        return now + operation.duration(self.agent.id) // 4

    def urgency(self, operation: OpenOperation, setup: int = 0, wait: int = 0) -> float:
        """Return how urgent an operation is by the policy's rule."""
        factory = self.agent.factory
        duration = operation.duration(self.agent.id)
        tail = operation.tail + duration
        return factory.rule.urgency(
            weight=operation.weight,
            duration=duration,
            slack=operation.due - factory.calendar.now - tail,
            typical=factory.typical_duration,
            tail=tail,
            ready=operation.opened,
            due=operation.due,
            setup=setup,
            wait=wait,
        )

    def quote(self, operation: OpenOperation) -> tuple[float, int]:
        """Return the price of taking an operation on, and when it would be done.

        The price is the marginal cost in ms: the finish, behind all that is more
        urgent; the delay of what is less so; the set-up; energy; and the repair it
        risks (what its life so far says of failing before it is done).
        """
        duration = operation.duration(self.agent.id)
        mine = self.urgency(operation)
        ahead, family = 0.0, self.family
        behind = 0
        for other in self.agent.agenda.values():
            if other is operation or other.id in self.agent.running:
                continue
            if self.urgency(other) >= mine:
                ahead += self._occupies(other) + self.agent.body.setup_time(
                    other.family, family
                )
                family = other.family or family
            else:
                behind += 1
        setup = self.agent.body.setup_time(operation.family, family)
        begin = max(
            self.free_at() + round(ahead) + setup, self.expected_arrival(operation)
        )
        if self.agent.body.hours is not None:
            begin = self.agent.body.hours.opens_at(begin)
        finish = begin + duration
        displaced = min(behind, 3) * 0.25 * (setup + self._occupies(operation))
        energy = (
            self.agent.spec.power.execute
            * duration
            / 3.6e6
            * self.agent.factory.energy_price
        )
        return (
            finish + displaced + setup + energy * 1000 + self._risk(duration),
            finish,
        )

    def _occupies(self, operation: OpenOperation) -> float:
        """Return how long an operation keeps others from starting, ms."""
        duration = operation.duration(self.agent.id)
        if self.agent.spec.capacity == 1:
            return duration
        return max(self.agent.spec.headway, duration / self.agent.spec.capacity)

    def _risk(self, duration: int) -> float:
        """Return the expected repair time while an operation runs, ms."""
        return sum(
            mode.repair.mean * min(1.0, duration / mode.life.mean)
            for mode in self.agent.spec.failures
        )
