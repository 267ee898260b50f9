"""One browser session: its own factory, run in slices in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from queue import Empty, SimpleQueue
from threading import Event as Flag
from threading import Thread
from time import perf_counter
from traceback import print_exc
from typing import Any

from agents.scenario import Scenario
from dashboard.commands import COMMANDS, HASTE
from dashboard.run import Run
from dashboard.words import words
from kernel.calendar import HOUR, SECOND
from kernel.errors import BadInput

#: Seconds between two frames, and between two looks at everything else.
TICK = 0.1
GLANCE = 0.6
#: Seconds of a tick that simulating may take; the rest is for the page.
WORK = 0.07
#: Seconds after which a page that does not answer is taken for gone to sleep.
PATIENCE = 2.0
#: Until then time hurries, so that there is something to see; then it goes so fast,
#: in simulated seconds a second.
OPENING = 2 * HOUR
SPEED = 60.0
#: What the Gantt chart may span: of a plant in hours, of an instance in units.
HOURS, UNITS = (1, 2, 4, 8, 24, 72), (20, 50, 100, 200, 500, 2000, 10000)

Show = Callable[[str, Any], None]


class Session:
    """What one browser tab looks at and acts on.

    Everything happens in one thread: commands are queued and carried out between two
    slices of simulated time. The page is told what it must draw through ``show(panel,
    content)``; where it cannot keep up, simulated time goes slower.

    Parameters
    ----------
    scenario
        What to run at first.
    show
        Takes what a panel shall show; must be fast and raise nothing.
    choices
        Names of the worlds that may be run.

    Attributes
    ----------
    run
        The factory and all that is known of it; None until it has been built.
    """

    def __init__(
        self, scenario: Scenario, show: Show, choices: tuple[str, ...] = ()
    ) -> None:
        self.show, self.choices = show, choices
        self.first = scenario  # its world may be run though it has no shipped name
        self.run: Run | None = None
        self.playing = True
        self.speed: float | None = HASTE  # None: as fast as possible
        self.opening = True
        self.language = "en"
        self.span = 4 * HOUR
        self.vehicles = False
        self.kinds = "main"
        self.selected: tuple[str, str] | None = None
        self._queue: SimpleQueue[tuple[str, Mapping[str, Any]]] = SimpleQueue()
        self._queue.put(("begin", {"scenario": scenario}))
        self._closed = Flag()
        self._drawn, self._sent, self._sent_at = 0, 0, 0.0
        self._looked = 0.0
        self._changed = True  # something else than time
        self._thread = Thread(target=self._live, name="factory", daemon=True)

    # -- from the page --------------------------------------------------------------

    def open(self) -> None:
        """Begin."""
        self._thread.start()

    def ask(self, command: str, **said: Any) -> None:
        """Have a command (:mod:`dashboard.commands`) carried out soon."""
        self._queue.put((command, said))

    def drawn(self, seq: int) -> None:
        """Learn up to which frame the page has drawn."""
        self._drawn = seq

    def close(self) -> None:
        """End, and let go of everything."""
        self._closed.set()

    @property
    def alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread.is_alive()

    def join(self, seconds: float) -> None:
        """Wait for its end."""
        self._thread.join(seconds)

    # -- the thread -----------------------------------------------------------------

    def _live(self) -> None:
        tick = perf_counter()
        while not self._closed.is_set():
            self._obey()
            self._guarded(self._tick)
            tick = max(tick + TICK, perf_counter() - TICK)
            self._closed.wait(max(0.0, tick - perf_counter()))
        if self.run is not None:
            self.run.factory.release()
        self.run = None
        self.show = _nobody

    def _obey(self) -> None:
        while not self._closed.is_set():
            try:
                command, said = self._queue.get_nowait()
            except Empty:
                return
            self._changed = True
            self._guarded(partial(COMMANDS[command], self, **said))

    def _guarded(self, act: Callable[[], None]) -> None:
        """Do something; what goes wrong becomes a sentence on the page."""
        try:
            act()
        except BadInput as refusal:
            self.say(str(refusal))
        except Exception as problem:
            print_exc()
            self.playing = False
            said = f"{type(problem).__name__}: {problem}"
            self.say(words(self.language)["fault"].format(problem=said))
            if self.run is not None:
                self.run.faulty = True

    def say(self, sentence: str) -> None:
        """Tell something in a sentence."""
        self.show("notice", [perf_counter(), sentence])

    def _tick(self) -> None:
        run, now = self.run, perf_counter()
        if run is None:
            return
        asleep = now - self._sent_at > PATIENCE
        if self._drawn < self._sent and not asleep:
            return  # the page cannot keep up: time waits for it
        before = run.shown
        if self.playing and not run.faulty:
            self._advance(run)
        if run.shown != before or self._changed:
            rate = (run.shown - before) / (TICK * SECOND)
            frame = run.frame(max(0.0, rate))
            self._sent, self._sent_at = frame["seq"], now
            self.show("frame", frame)
            if self._changed or now - self._looked > GLANCE:
                self._looked, self._changed = now, False
                self.glance(run)

    def _advance(self, run: Run) -> None:
        """Let so much time pass as the speed says, or as there is time for."""
        opening = max(1, min(OPENING, run.scenario.window[0]))
        if self.opening and run.shown >= opening:
            world = run.factory.world
            self.speed = 2 * world.unit_ms / SECOND if world.unit else SPEED
            self.opening, self._changed = False, True
        target = None
        if self.speed is not None:
            target = run.shown + round(self.speed * TICK * SECOND)
            if self.opening:
                target = min(target, opening)
        run.advance(target, WORK)
        if run.ended and run.live:
            self.playing, self._changed = False, True

    def glance(self, run: Run) -> None:
        """Tell the page all that is not on the floor."""
        said = words(self.language)
        self.show("gantt", run.gantt(self.span, vehicles=self.vehicles))
        self.show("orders", run.order_rows())
        self.show("figures", run.figures())
        self.show("why", run.why(said, self.kinds))
        self.show("inspect", run.inspect(self.selected))
        self.show("status", self._status(run))

    @staticmethod
    def spans(run: Run) -> list[int]:
        """Return what the Gantt chart may span, ms."""
        world = run.factory.world
        if world.unit:
            return [units * world.unit_ms for units in UNITS]
        return [hours * HOUR for hours in HOURS]

    def _status(self, run: Run) -> dict[str, Any]:
        factory = run.factory
        return {
            "playing": self.playing,
            "speed": self.speed or 0,
            "now": run.shown,
            "latest": factory.now,
            "live": run.live,
            "ended": run.ended,
            "policy": factory.policy.name,
            "world": factory.world.name,
            "seed": run.scenario.seed,
            "span": self.span,
            "spans": self.spans(run),
            "vehicles": self.vehicles,
            "kinds": self.kinds,
            "faulty": run.faulty,
        }


def _nobody(panel: str, content: Any) -> None:
    """Show nothing to nobody."""
