"""What led to plans and who made them better, on a record made by hand."""

from __future__ import annotations

from typing import Any

from kernel.events import Event
from measures.replans import Cause, Share, replans


def replan(trigger: str, *values: tuple[str, float | None], **facts: Any) -> Event:
    """Return a re-planning: each engine, and the value when it was done."""
    engines = [{"engine": name, "value": value} for name, value in values]
    known = {
        "operations": 10,
        "gain": 0.0,
        "refreshes": 2,
        "near": 4,
        "near_changed": 1,
    }
    return Event(
        5, "replan", "planner", known | facts | {"trigger": trigger, "engines": engines}
    )


def test_a_record_without_plans() -> None:
    """Nothing is said."""
    found = replans([Event(0, "run_started", "tiny", {})])
    assert (found.count, found.refreshes, found.causes, found.engines) == (0, 0, {}, {})


def test_causes_and_engines() -> None:
    """Occasions of one instant count once for each reason; gains are of the first."""
    found = replans(
        [
            replan(
                "order:A order:B machine_failed:M",
                ("rules", 200.0),
                ("machines", 150.0),
                ("windows", 150.0),
                gain=0.25,
            ),
            replan("order:C", ("rules", None), ("in force", 100.0), ("machines", 90.0)),
        ]
    )
    assert (found.count, found.refreshes) == (2, 4)
    assert found.causes == {
        "order": Cause(plans=2, operations=20, gain=0.25, near=8, near_changed=2),
        "machine_failed": Cause(
            plans=1, operations=10, gain=0.25, near=4, near_changed=1
        ),
    }
    assert found.engines == {
        "rules": Share(asked=2, first=1),
        "machines": Share(asked=2, better=2, gain=0.25 + 0.1),
        "windows": Share(asked=1),
        "in force": Share(asked=1, first=1),
    }
