"""Memory: a process that makes many runs stays as small as after the first ones."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import pytest

from agents.factory import Factory
from agents.scenario import scenario_of
from studies import run as running
from studies.case import Base, Case, perform
from worlds.read import read_world

CELL = read_world("cell")


class GivenUpError(Exception):
    """Somebody stops a run half-way."""


def test_no_factory_outlives_its_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty runs, every second one given up half-way: all are gone afterwards.

    Mesa 3.3 keeps every model for ever unless it is released.
    """
    alive: list[weakref.ref[Factory]] = []
    build = running.build

    def noted(scenario):
        factory = build(scenario)
        alive.append(weakref.ref(factory))
        return factory

    monkeypatch.setattr(running, "build", noted)

    def give_up(tally: running.Tally) -> None:
        if tally.name.endswith(("1", "3", "5", "7", "9")):
            raise GivenUpError

    for seed in range(30):
        scenario = scenario_of(CELL, policy="rule", seed=seed, days=0.2)
        try:
            running.run(scenario, give_up)
        except GivenUpError:
            assert seed % 2
    gc.collect()
    assert len(alive) == 30
    assert [factory for factory in alive if factory() is not None] == []


def _resident() -> float:
    """Return the memory of this process, MB."""
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * 4096 / 1e6


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="asks Linux")
def test_memory_stays_flat_over_a_thousand_runs() -> None:
    """From the 100th run to the 1,000th a process grows by less than 20 MB."""
    base = Base(world=CELL, policy="rule", days=0.4)
    kpis = ("flow_time",)
    for seed in range(1000):
        case = Case(number=seed, base=base, settings=(), seed=seed, kpis=kpis)
        assert perform(case).error == ""
        if seed == 99:
            gc.collect()
            before = _resident()
    gc.collect()
    assert _resident() - before < 20
