"""KPIs of the machines: ISO 22400 times, OEE, energy.

Times are those of the PackML states. Planned busy time (PBT) is the measured time less
STOPPED and HELD, production time (APT) is EXECUTE. The planned run time per item (PRI)
of an operation is its nominal time over the machine's capacity, but at least the
headway: what one more lot takes of a machine that is kept full.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kernel.calendar import HOUR
from kernel.events import Event, MachineState
from measures.kpis.energy import Energy
from measures.kpis.window import Level, Window
from worlds.spec import Machine, World

_UNPLANNED = {MachineState.STOPPED, MachineState.HELD}


def power(machine: Machine, state: str) -> float:
    """Return the electric power drawn in a state, kW.

    Suspended draws what idle does, held what stopped does.
    """
    figures = machine.power
    if state in (MachineState.IDLE, MachineState.SUSPENDED):
        return figures.idle
    if state in _UNPLANNED:
        return figures.stopped
    return float(getattr(figures, state))


@dataclass(slots=True)
class _Times:
    """What one machine has done within the window."""

    spec: Machine
    states: dict[str, int] = field(default_factory=dict)  # ms, up to `since`
    state: str = MachineState.IDLE.value
    since: int = 0
    planned: float = 0.0  # sum of PRI of the operations finished, ms
    pieces: int = 0
    spoilt: int = 0
    repair_since: int | None = None

    def until(self, now: int, window: Window) -> dict[str, int]:
        """Return the ms spent in each state so far."""
        states = dict(self.states)
        states[self.state] = states.get(self.state, 0) + window.overlap(self.since, now)
        return states


class MachineMeasures:
    """States, work and energy of every machine."""

    def __init__(self, window: Window, world: World, energy: Energy) -> None:
        self._window = window
        self._energy = energy
        self._machines = {spec.id: _Times(spec) for spec in world.machines}
        self._nominal: dict[str, int] = {}
        self._repairing = Level(window)
        for spec in world.machines:
            energy.drain(spec.id, 0, power(spec, MachineState.IDLE))

    def machine_state(self, event: Event) -> None:
        """Close the time in the old state."""
        times = self._machines[event.subject]
        state = times.state
        times.states[state] = times.states.get(state, 0) + self._window.overlap(
            times.since, event.time
        )
        times.state, times.since = event.facts["state"], event.time
        self._energy.drain(event.subject, event.time, power(times.spec, times.state))

    def operation_started(self, event: Event) -> None:
        """Remember the nominal time."""
        self._nominal[event.facts["operation"]] = event.facts["nominal"]

    def operation_finished(self, event: Event) -> None:
        """Count the pieces, the defects among them and the time planned for them.

        At most one defect a piece can be told from the count of defects.
        """
        nominal = self._nominal.pop(event.facts["operation"], 0)
        if not self._window.holds(event.time):
            return
        times = self._machines[event.subject]
        pieces = event.facts["pieces"]
        times.planned += max(times.spec.headway, nominal / times.spec.capacity)
        times.pieces += pieces
        times.spoilt += min(pieces, event.facts["defects"])

    def repair_started(self, event: Event) -> None:
        """Note that a machine is being repaired."""
        times = self._machines[event.subject]
        if times.repair_since is None:
            times.repair_since = event.time
            self._repairing.by(event.time, 1)

    def machine_repaired(self, event: Event) -> None:
        """Note that a machine's repair has ended."""
        times = self._machines[event.subject]
        if times.repair_since is not None:
            times.repair_since = None
            self._repairing.by(event.time, -1)

    def busy(self, now: int) -> dict[str, int]:
        """Return the ms each machine has been set up or has worked."""
        return {
            id: states.get(MachineState.EXECUTE, 0)
            + states.get(MachineState.STARTING, 0)
            for id, times in self._machines.items()
            for states in (times.until(now, self._window),)
        }

    def repairing(self, now: int) -> float:
        """Return the ms of repair work."""
        return self._repairing.area(now)

    def cost(self, now: int) -> float:
        """Return the cost of the machine hours worked."""
        rates = {id: times.spec.cost_per_hour for id, times in self._machines.items()}
        return sum(rates[id] * ms / HOUR for id, ms in self.busy(now).items())

    def values(self, now: int) -> dict[str, Any]:
        """Return OEE and its factors by machine; what cannot be computed is absent."""
        found: dict[str, dict[str, float]] = {
            "oee": {},
            "availability": {},
            "effectiveness": {},
            "quality": {},
        }
        for id, times in self._machines.items():
            states = times.until(now, self._window)
            production = states.get(MachineState.EXECUTE, 0)
            planned = sum(ms for s, ms in states.items() if s not in _UNPLANNED)
            if planned:
                found["availability"][id] = production / planned
            if production:
                found["effectiveness"][id] = times.planned / production
            if times.pieces:
                found["quality"][id] = 1 - times.spoilt / times.pieces
            if planned:
                # PRI * PQ / PBT * GQ / PQ: also right where nothing was produced
                good = found["quality"].get(id, 0.0)
                found["oee"][id] = times.planned / planned * good
        return {name: values for name, values in found.items() if values}
