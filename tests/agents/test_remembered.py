"""What is remembered of an order is what a new survey of it would say."""

from __future__ import annotations

from typing import Any

import pytest

from agents.factory import Factory
from agents.remembered import Remembered
from agents.scenario import scenario_of
from agents.situation import Surveyor
from worlds.read import read_world

STRIKES = (
    "break:turn1:1 h@3 h",
    "rush:flange:qty=2:due=2 h@4 h",
    "delay:blank:20 h@1 h",
    "cancel:O7@2 h",
)


@pytest.mark.parametrize(
    ("world", "days", "strikes"),
    [("cell", 0.4, STRIKES), ("electronics", 0.15, ()), ("machining", 0.3, ())],
)
@pytest.mark.parametrize("policy", ["planned", "hybrid"])
def test_remembered_is_as_surveyed_anew(
    monkeypatch: pytest.MonkeyPatch,
    world: str,
    days: float,
    strikes: tuple[str, ...],
    policy: str,
) -> None:
    """At every survey of a run, with shortage, breakdown, rush and cancellation."""
    survey = Surveyor.survey
    compared = 0

    def twice(self: Surveyor, *given: Any) -> Any:
        nonlocal compared
        found, memory = survey(self, *given), self.orders
        self.orders = Remembered(self)
        anew = survey(self, *given)
        self.orders = memory
        assert found == anew
        compared += len(found.problem.operations)
        return found

    monkeypatch.setattr(Surveyor, "survey", twice)
    factory = Factory(
        scenario_of(
            read_world(world), policy=policy, seed=3, days=days, disturbances=strikes
        )
    )
    factory.run()
    assert compared > 500
