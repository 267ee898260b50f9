"""A workbench for bodies: a floor with a clock and a list of what happened."""

from __future__ import annotations

from typing import Any

from small_worlds import Table, machine, order, product, small_world, step

from kernel.calendar import MINUTE, Calendar
from plant import lots
from plant.floor import Floor
from plant.lot import Lot
from plant.machine import MachineBody
from plant.store import Store
from worlds.layout import Layout
from worlds.routes import Routes
from worlds.spec import World
from worlds.workcalendar import OpenHours


class Bench:
    """One floor with its store, machines made on demand, and a record in minutes."""

    def __init__(self, world: World, seed: int = 1) -> None:
        self.world = world
        self.calendar = Calendar()
        self.said: list[tuple[float, str, str]] = []
        self.facts: list[dict[str, Any]] = []
        self.floor = Floor(world, Layout(world), self.calendar, seed, self._emit)
        self.store = Store("store", self.floor)
        self.floor.place("store", self.store)

    def _emit(self, kind: str, subject: str, **facts: Any) -> None:
        self.said.append((self.calendar.now / MINUTE, kind, subject))
        self.facts.append(facts)

    def machine(self, id: str) -> MachineBody:
        """Return the body of a machine, on the floor and begun."""
        spec = next(m for m in self.world.machines if m.id == id)
        hours = next((c for c in self.world.calendars if c.id == spec.calendar), None)
        open_hours = OpenHours(hours, self.world.start) if hours else None
        body = MachineBody(spec, self.floor, open_hours)
        self.calendar.register(id, body)
        self.floor.place(id, body)
        body.begin()
        return body

    def lot(self, id: str, at: str | None = None, pieces: int = 1, **more: Any) -> Lot:
        """Return a lot about to begin its first step, in the input of a machine."""
        route = Routes(self.world).of(self.world.products[0].id, {})
        first = route.starts[0]
        given = {"kit": id, "order": "O", "step": first, "replaces": None} | more
        lot = lots.release(
            self.floor, id=id, route=route, pieces=tuple(range(pieces)), **given
        )
        if at is not None:
            assert self.floor.places[at].reserve(lot)
            self.floor.hop(id, at)
        return lot

    def until(self, minutes: float) -> None:
        """Let time pass."""
        self.calendar.run_until(round(minutes * MINUTE))

    def when(self, *kinds: str) -> list[tuple[float, str]]:
        """Return the minute and kind of every fact of these kinds."""
        return [(time, kind) for time, kind, _ in self.said if kind in kinds]

    def states(self) -> list[tuple[float, str, str | None]]:
        """Return the states machines have entered: minute, state, reason."""
        return [
            (time, facts["state"], facts["reason"])
            for (time, kind, _), facts in zip(self.said, self.facts, strict=True)
            if kind == "machine_state"
        ]


def bench(
    *steps: Table, seed: int = 1, tables: Table | None = None, **of_m: Any
) -> Bench:
    """Return a bench with one machine ``M``, described by ``of_m``."""
    steps = steps or (step("s", "M"),)
    world = small_world(
        [machine("M", **of_m)], [product(*steps)], [order("O")], **(tables or {})
    )
    return Bench(world, seed)
