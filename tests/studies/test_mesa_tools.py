"""Mesa's own tools work on a factory: it is a genuine model, on every Mesa."""

from __future__ import annotations

import inspect
import multiprocessing
from collections.abc import Iterator
from typing import Any

import mesa
import pytest

from agents.factory import Factory
from agents.scenario import scenario_of
from measures.kpis import flat, kpis
from studies.run import run
from worlds.read import read_world


class Observed(Factory):
    """A factory that counts what it has shipped at the end of every step."""

    def __init__(self, **parameters: Any) -> None:
        super().__init__(slice_minutes=60, **parameters)
        self.datacollector = mesa.DataCollector(
            model_reporters={
                "hour": lambda model: model.now / 3_600_000,
                "shipped": lambda model: sum(
                    event.kind == "order_shipped" for event in model.trace.events
                ),
            },
            agent_reporters={"id": "id"},
        )

    def step(self) -> None:
        """Advance an hour, and look."""
        super().step()
        self.datacollector.collect(self)


class Batched(Observed):
    """The same, with its seed among its parameters, where `batch_run` looks for it."""

    def __init__(
        self,
        world: str = "cell",
        policy: str = "rule",
        seed: int = 1,
        days: float = 0.4,
    ) -> None:
        super().__init__(world=world, policy=policy, seed=seed, days=days)
        self.datacollector.agent_reporters.clear()
        self.datacollector._new_model_reporter(
            "kpis", lambda model: dict(flat(kpis(model.world, model.trace.events)))
        )


@pytest.fixture
def _start_method() -> Iterator[None]:
    """Undo what `batch_run` does to multiprocessing as a whole (Mesa 3.5)."""
    before = multiprocessing.get_start_method(allow_none=True)
    yield
    multiprocessing.set_start_method(before, force=True)


def test_data_collector_collects() -> None:
    """A DataCollector sees the model and every agent, step by step."""
    factory = Observed(world="cell", policy="rule", days=0.4)
    while factory.running:
        factory.step()
    frame = factory.datacollector.get_model_vars_dataframe()
    assert len(frame) == factory.steps
    assert list(frame["shipped"]) == sorted(frame["shipped"])
    shipped = [e for e in factory.trace.events if e.kind == "order_shipped"]
    assert frame["shipped"].iloc[-1] == len(shipped) > 0
    ids = set(factory.datacollector.get_agent_vars_dataframe()["id"])
    assert {"turn1", "turn2", "mill", "wash", "agv-1", "agv-2"} <= ids


@pytest.mark.usefixtures("_start_method")
def test_batch_run_runs_policies_and_seeds() -> None:
    """`mesa.batch_run` runs every policy under every seed, to the same KPIs."""
    parameters: dict[str, Any] = {"world": "cell", "policy": ["rule", "negotiated"]}
    more: dict[str, Any] = {"display_progress": False, "max_steps": 1000}
    if "rng" in inspect.signature(mesa.batch_run).parameters:
        more["rng"] = [1, 2]  # Mesa 3.5 hands these on as seeds
    else:
        parameters["seed"] = [1, 2]
    rows = mesa.batch_run(Batched, parameters, **more)
    assert sorted((row["policy"], row["seed"]) for row in rows) == [
        ("negotiated", 1),
        ("negotiated", 2),
        ("rule", 1),
        ("rule", 2),
    ]
    world = read_world("cell")
    for row in rows:
        policy, seed = row["policy"], row["seed"]
        alone = run(scenario_of(world, policy=policy, seed=seed, days=0.4))
        assert row["kpis"] == alone.kpis
        assert row["shipped"] == alone.shipped > 0
