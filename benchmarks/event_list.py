"""Events per second: our calendar, SimPy's and Mesa's own, in one run.

A thousand agents do nothing but reschedule themselves, every contender in its
idiomatic form and with the same delays. The repetitions alternate, so that whatever
else the computer does meets all alike; ratios are taken within a repetition, and the
table shows medians. ::

    pip install -e .[bench]
    python benchmarks/event_list.py [--agents 1000] [--events 200000] [--repetitions 7]
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    # The project's packages are found from its root, not from this folder.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import gc
import platform
from collections.abc import Callable, Iterator
from importlib.metadata import version
from random import Random
from statistics import median
from time import perf_counter
from typing import Any

import mesa

from kernel.calendar import SECOND, Calendar, Priority

try:
    import simpy
except ModuleNotFoundError:
    raise SystemExit("SimPy is not installed: pip install -e .[bench]") from None

_RANDOM = Random(1)
PERIOD = 1 << 12
#: Whole milliseconds, a second in the mean.
DELAYS = [_RANDOM.randint(1, 2 * SECOND) for _ in range(PERIOD)]

#: Takes a number of agents and a horizon (ms); returns (events served, seconds).
Contender = Callable[[int, int], tuple[int, float]]


class Holon(mesa.Agent):
    """As in Holofab: a Mesa agent whose events are data in our calendar."""

    def __init__(self, model: mesa.Model, id: str, first: int, calendar: Calendar):
        super().__init__(model)
        self.id, self.turn, self.calendar = id, first, calendar
        calendar.register(id, self)
        self.act(None)

    def act(self, _: object) -> None:
        """Do nothing, and come back later."""
        self.turn += 1
        calendar = self.calendar
        calendar.schedule(
            calendar.now + DELAYS[self.turn % PERIOD], Priority.DECIDE, self.id, "act"
        )


def ours(agents: int, horizon: int) -> tuple[int, float]:
    """Run Mesa agents on our calendar."""
    calendar, model = Calendar(), mesa.Model()
    for n in range(agents):
        Holon(model, f"H{n}", n, calendar)
    start = perf_counter()
    served = calendar.run_until(horizon)
    return served, perf_counter() - start


def simpys(agents: int, horizon: int) -> tuple[int, float]:
    """Run SimPy processes that wait for timeouts."""
    environment = simpy.Environment()
    served = 0

    def live(turn: int) -> Iterator[simpy.Event]:
        nonlocal served
        while True:
            turn += 1
            yield environment.timeout(DELAYS[turn % PERIOD])
            served += 1

    for n in range(agents):
        environment.process(live(n))
    start = perf_counter()
    environment.run(until=horizon + 1)
    return served, perf_counter() - start


class Sleeper(mesa.Agent):
    """An agent on Mesa's own list of events; its time is in seconds.

    (Mesa 3.5 steps the model once a unit of time. With milliseconds it would do
    little else.)
    """

    def __init__(self, model: mesa.Model, first: int, after: Callable[..., Any]):
        super().__init__(model)
        self.turn, self.after, self.served = first, after, -1
        self.act()

    def act(self) -> None:
        """Do nothing, and come back later."""
        self.served += 1
        self.turn += 1
        self.after(self.act, DELAYS[self.turn % PERIOD] / SECOND)


def mesas(agents: int, horizon: int) -> tuple[int, float]:
    """Run Mesa agents on ``model.schedule_event``, before 3.5 on a DEVSimulator."""
    model = mesa.Model()
    run: Callable[[float], None]
    if hasattr(model, "schedule_event"):

        def after(act: Callable[[], None], delay: float) -> object:
            return model.schedule_event(act, after=delay)

        run = model.run_until
    else:
        from mesa.experimental.devs import DEVSimulator

        simulator = DEVSimulator()
        simulator.setup(model)
        after, run = simulator.schedule_event_relative, simulator.run_until
    sleepers = [Sleeper(model, n, after) for n in range(agents)]
    start = perf_counter()
    run(horizon / SECOND)
    seconds = perf_counter() - start
    return sum(sleeper.served for sleeper in sleepers), seconds


CONTENDERS: dict[str, Contender] = {
    "kernel.Calendar": ours,
    f"SimPy {version('simpy')}": simpys,
    f"Mesa {version('mesa')}": mesas,
}


def measure(agents: int, events: int, repetitions: int) -> dict[str, list[float]]:
    """Return the events per second of every contender, by repetition."""
    horizon = round(events / agents * sum(DELAYS) / PERIOD)
    rates: dict[str, list[float]] = {name: [] for name in CONTENDERS}
    for _ in range(repetitions):
        counts = set()
        for name, contender in CONTENDERS.items():
            gc.collect()
            served, seconds = contender(agents, horizon)
            counts.add(served)
            rates[name].append(served / seconds)
        # Mesa's seconds are floats, so an event at the very end may fall behind it.
        assert max(counts) - min(counts) <= agents // 100 + 1, counts
    return rates


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--agents", type=int, default=1_000)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--repetitions", type=int, default=7)
    given = parser.parse_args()
    rates = measure(given.agents, given.events, given.repetitions)
    base = rates[next(name for name in rates if name.startswith("SimPy"))]
    print(
        f"{given.agents:,} agents, {given.events:,} events, medians of "
        f"{given.repetitions} repetitions, Python {platform.python_version()}\n"
    )
    print(f"{'':18}{'events/s':>12}{'x SimPy':>10}   (least-most)")
    for name, values in rates.items():
        ratios = [rate / other for rate, other in zip(values, base, strict=True)]
        print(
            f"{name:18}{median(values):>12,.0f}{median(ratios):>10.2f}"
            f"   ({min(ratios):.2f}-{max(ratios):.2f})"
        )


if __name__ == "__main__":
    main()
