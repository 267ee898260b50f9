"""Trips that move a part again, in a run where a machine breaks while parts wait."""

from __future__ import annotations

from collections import Counter

import pytest
from small_worlds import machine, order, product, run, small_world, step

from measures.kpis import kpis


@pytest.mark.parametrize("policy", ["planned", "hybrid"])
def test_parts_leave_a_machine_that_has_broken(policy: str) -> None:
    """Two wait at a machine that breaks for a day: what leaves it is moved again."""
    world = small_world(
        [machine("M", "work"), machine("N", "work")],
        [product(step("s", "work", "30 min"), lot_size=1)],
        [order(f"O{n}", quantity=1, arrival="0 min", due="2 h") for n in range(6)],
        vehicles=1,
        disturbances=["break:M:20 h@40 min"],
    )
    events = run(world, policy)
    trips, worked = Counter[str](), Counter[str]()
    for event in events:
        if event.kind == "lot_delivered" and event.facts["at"] in ("M", "N"):
            trips[event.subject] += 1
        elif event.kind == "operation_started":
            worked[event.facts["lot"]] += 1
    again = sum((trips - worked).values())
    count = sum(e.kind == "lot_delivered" for e in events)
    found = kpis(world, events)
    assert found["retransports"] == again / count > 0
