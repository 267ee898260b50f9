"""KPIs of deciding: messages, plans and how much they change, people's decisions."""

from __future__ import annotations

from typing import Any

from kernel.calendar import MINUTE
from kernel.events import Event
from measures.kpis.window import Window


class DecidingMeasures:
    """What deciding took, within the window."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._messages = 0
        self._replans = 0
        self._touches = 0
        self._common = 0  # operations compared in adopted plans
        self._changed = 0
        self._shifted = 0.0  # operations x ms
        # Operations about to begin, and those of them that changed machine: when
        # planned anew, and when refreshed.
        self._near = self._near_changed = 0
        self._refreshed_near = self._refreshed_changed = 0

    def call_settled(self, event: Event) -> None:
        """Count a conversation's messages."""
        if self._window.holds(event.time):
            self._messages += event.facts["messages"]

    def replan(self, event: Event) -> None:
        """Count a re-planning, and what an adopted plan changes."""
        if not self._window.holds(event.time):
            return
        facts = event.facts
        self._replans += 1
        self._refreshed_near += facts["refreshed_near"]
        self._refreshed_changed += facts["refreshed_changed"]
        if facts["adopted"]:
            self._common += facts["common"]
            self._changed += facts["changed"]
            self._shifted += facts["shifted"] * facts["common"]
            self._near += facts["near"]
            self._near_changed += facts["near_changed"]

    def decision_touched(self, event: Event) -> None:
        """Count a decision a person took."""
        self._touches += self._window.holds(event.time)

    def values(self) -> dict[str, Any]:
        """Return the KPIs."""
        values: dict[str, Any] = {
            "messages": float(self._messages),
            "replans": float(self._replans),
            "decision_touches": float(self._touches),
        }
        nervousness = {}
        if self._common:
            nervousness["machine"] = self._changed / self._common
            nervousness["start"] = self._shifted / self._common / MINUTE
        if self._near:
            nervousness["near"] = self._near_changed / self._near
        if self._refreshed_near:
            nervousness["refresh"] = self._refreshed_changed / self._refreshed_near
        if nervousness:
            values["nervousness"] = nervousness
        return values
