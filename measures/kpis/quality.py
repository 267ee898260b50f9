"""KPIs of quality: yields and defects per million, true and as inspected.

A *unit* is a piece at its first inspection by a step; a reworked piece that is seen
again is no new unit. The *opportunities* of a unit are those of the steps it has gone
through since the inspection before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kernel.events import Event
from measures.kpis.window import Window
from worlds.products import Route
from worlds.routes import Routes
from worlds.spec import World


@dataclass(slots=True)
class _Past:
    """What a lot has gone through."""

    order: str
    chain: str
    chances: int = 0  # for a defect per piece, since the last inspection
    inspected: frozenset[str] = field(default_factory=frozenset)  # steps


class QualityMeasures:
    """Inspections and defects within the window."""

    def __init__(self, window: Window, world: World) -> None:
        self._window = window
        self._routes = Routes(world)
        self._route: dict[str, Route] = {}  # by order
        self._lots: dict[str, _Past] = {}
        self._units = 0
        self._good = 0
        self._flagged = 0
        self._defective = 0
        self._chances = 0  # of the units seen
        self._made = 0  # defects
        self._chances_taken = 0  # of all operations finished

    def order_received(self, event: Event) -> None:
        """Learn the order's route."""
        facts = event.facts
        self._route[event.subject] = self._routes.of(facts["product"], facts["options"])

    def lot_released(self, event: Event) -> None:
        """Begin a lot's past."""
        self._lots[event.subject] = _Past(event.facts["order"], event.facts["chain"])

    def lot_split(self, event: Event) -> None:
        """Give the new lot the past of the old one."""
        past = self._lots[event.subject]
        self._lots[event.facts["into"]] = _Past(
            past.order, past.chain, past.chances, past.inspected
        )

    def lots_joined(self, event: Event) -> None:
        """Add up the opportunities of the chains that are assembled."""
        chances: dict[str, int] = {}
        for id in event.facts["inputs"]:
            past = self._lots.pop(id)
            chances[past.chain] = max(chances.get(past.chain, 0), past.chances)
        facts = event.facts
        self._lots[event.subject] = _Past(
            facts["order"], facts["step"], sum(chances.values())
        )

    def operation_finished(self, event: Event) -> None:
        """Count defects made, and chances taken."""
        past = self._lots[event.facts["lot"]]
        steps = self._route[past.order].steps
        step = next((s for s in steps if s.id == event.facts["step"]), None)
        if step is None:  # rework makes no defects
            return
        past.chances += step.opportunities
        if self._window.holds(event.time):
            self._made += event.facts["defects"]
            self._chances_taken += event.facts["pieces"] * step.opportunities

    def lot_inspected(self, event: Event) -> None:
        """Count a lot's pieces, if this step sees them for the first time."""
        past, facts = self._lots[event.subject], event.facts
        again = facts["step"] in past.inspected
        chances, past.chances = past.chances, 0
        past.inspected |= {facts["step"]}
        if again or not self._window.holds(event.time):
            return
        flagged = facts["rework"] + facts["scrap"]
        self._units += facts["pieces"]
        self._good += facts["good"]
        self._flagged += flagged
        self._defective += flagged - facts["alarms"] + facts["missed"]
        self._chances += facts["pieces"] * chances

    def values(self) -> dict[str, Any]:
        """Return the KPIs; without an inspection there are fewer."""
        values: dict[str, Any] = {}
        opportunities: dict[str, float] = {}
        if self._chances_taken:
            opportunities["truth"] = 1e6 * self._made / self._chances_taken
        if self._units:
            values["first_pass_yield"] = self._good / self._units
            values["defects_per_million_units"] = {
                "truth": 1e6 * self._defective / self._units,
                "inspected": 1e6 * self._flagged / self._units,
            }
        if self._chances:
            opportunities["inspected"] = 1e6 * self._flagged / self._chances
        if opportunities:
            values["defects_per_million_opportunities"] = opportunities
        return values
