"""A running factory with all that is kept to look at it, now and in the past."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter
from typing import Any

from agents.policy import policy_of
from agents.scenario import Scenario
from agents.takeover import take_over
from dashboard.chart import Chart
from dashboard.figures import Figures
from dashboard.floor import Frames
from dashboard.inspected import inspected
from dashboard.orders import OrderList, descent
from dashboard.plans import Plans
from dashboard.reasons import Reasons
from dashboard.recording import Recording
from kernel.calendar import HOUR, SECOND
from studies.build import build

#: Simulated time is run in slices that take about so long, in seconds.
SLICE = 0.01


class Run:
    """A factory and the instant of it that is looked at.

    Attributes
    ----------
    faulty
        Something broke: it cannot go on.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.factory = factory = build(scenario)
        self.faulty = False
        self.plans = Plans()
        self.watch()
        world, events = factory.world, factory.trace.events
        self._recording = Recording(world, events)
        self._frames = Frames(world)
        self._chart = Chart(world, events)
        self._orders = OrderList(world)
        self._figures = Figures(world, events)
        self._reasons = Reasons(world, events, self.plans)
        self._passed = self._recording.show(0)
        self._whole = True
        self._slice = 10 * SECOND

    @property
    def slice(self) -> int:
        """How much time is simulated before anything else is looked at, ms."""
        return self._slice

    def watch(self) -> None:
        """Look on while plans are made, also by a planner that has just come."""
        if self.factory.planner is not None:
            self.factory.planner.watcher = self.plans

    # -- time -----------------------------------------------------------------------

    @property
    def shown(self) -> int:
        """The instant that is looked at, ms."""
        return self._recording.shown

    @property
    def live(self) -> bool:
        """Whether that is the present."""
        return self.shown >= self.factory.now

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return not self.factory.running

    def advance(self, target: int | None, seconds: float) -> None:
        """Go on to an instant, ms (None: as far as possible), for at most so long.

        What is recorded is only shown; from then on it is simulated.
        """
        factory, began = self.factory, perf_counter()
        if not self.live:
            self._show(factory.now if target is None else min(target, factory.now))
            return
        while factory.running and (target is None or factory.now < target):
            until = factory.now + self._slice
            begun = perf_counter()
            factory.advance(until if target is None else min(until, target))
            spent = perf_counter() - begun
            if spent > 2 * SLICE:
                self._slice = max(SECOND // 10, self._slice // 2)
            elif spent < SLICE / 2 and (target is None or until <= target):
                self._slice = min(HOUR, self._slice * 2)
            if perf_counter() - began > seconds:
                break
        self._show(factory.now)

    def _show(self, time: int) -> None:
        passed = self._recording.show(time)
        if passed is None or self._passed is None:
            self._passed = None
        else:
            self._passed = [*self._passed, *passed]

    def seek(self, time: int) -> None:
        """Look at an instant gone by."""
        self._show(max(0, min(time, self.factory.now)))
        self._passed = None

    def catch_up(self) -> None:
        """Show what has happened in this very instant, though time stands still."""
        self._show(self.factory.now)

    def redraw(self) -> None:
        """Have the next frame tell everything."""
        self._whole = True

    # -- what the page shows ----------------------------------------------------------

    def frame(self, rate: float) -> dict[str, Any]:
        """Return what must be told to draw the floor (:class:`Frames`)."""
        passed = None if self._whole else self._passed
        self._passed, self._whole = [], False
        return self._frames.frame(self._recording.state, passed, rate)

    def gantt(self, span: int, *, vehicles: bool) -> dict[str, Any]:
        """Return the Gantt chart around the instant shown (:class:`Chart`)."""
        plan = self.plans.at(self.shown)
        last = self.plans.last_major(self.shown)
        return self._chart.window(self.shown, span, plan, last, vehicles=vehicles)

    def order_rows(self) -> list[list[Any]]:
        """Return the list of orders (:class:`OrderList`)."""
        return self._orders.rows(self._recording.state, self.plans.at(self.shown))

    def figures(self) -> dict[str, Any]:
        """Return key figures and their courses (:class:`Figures`)."""
        self._figures.fold()
        return self._figures.shown(self.shown)

    def why(self, words: Mapping[str, str], kinds: str) -> list[list[Any]]:
        """Return the latest decisions in sentences (:class:`Reasons`)."""
        return self._reasons.latest(self.shown, words, kinds)

    def inspect(self, selected: tuple[str, str] | None) -> dict[str, Any] | None:
        """Return all that can be seen of a thing, if it is known."""
        if selected is None:
            return None
        return inspected(self._recording.state, self.factory.world, *selected)

    def descent(self, order: str) -> list[dict[str, Any]]:
        """Return how an order was made, as far as it is shown."""
        events = self.factory.trace.events
        return descent((e for e in events if e.time <= self.shown), order)

    # -- what people do --------------------------------------------------------------

    def interfered(self) -> None:
        """Note that somebody stepped in: the scenario alone does not tell this run."""
        self.factory.reproducible = False

    def change_policy(self, name: str) -> None:
        """Let another policy decide from now on."""
        policy = policy_of(name)
        self.plans.left(self.factory.now)
        self.factory.emit("decision_touched", "policy", what=f"policy={name}")
        take_over(self.factory, policy)
        self.watch()
        self.interfered()
