"""Chance is a function: the same scenario is the same record, to the last digit.

``tests/golden/digests.json`` holds the digest of a short run of each policy. It is the
same on every Python and every Mesa; where plans are made, with the OR-Tools it names,
for another CP-SAT may find another plan. When the behaviour of the factory is meant to
change, write it anew with ``python tests/test_determinism.py`` and say so in the
commit.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from agents.factory import Factory  # noqa: E402
from agents.scenario import Scenario, scenario_of  # noqa: E402
from kernel.calendar import MINUTE  # noqa: E402
from kernel.events import Event  # noqa: E402
from worlds.read import read_world, resolved, world_of  # noqa: E402
from worlds.spec import World  # noqa: E402

GOLDEN = ROOT / "tests" / "golden" / "digests.json"
POLICIES = ("rule", "rule:ATC", "negotiated", "planned", "hybrid")
UNPLANNED = POLICIES[:3]
STRIKES = ("break:turn1:1 h@5 h", "rush:flange:qty=2:due=2 h@6 h")


def scenario(policy: str, world: World | None = None, seed: int = 1) -> Scenario:
    """Return half a day of the cell, with a breakdown and a rush order."""
    return scenario_of(
        world or read_world("cell"),
        policy=policy,
        seed=seed,
        days=0.6,
        disturbances=STRIKES,
    )


def digests(policies: Sequence[str] = POLICIES) -> dict[str, str]:
    """Return the digest of a short run of each policy."""
    found = {p: Factory(scenario(p)).run().digest for p in policies}
    others = {"ft06 planned": _instance(), "machining hybrid": _shop()}
    return found | {name: trace.digest for name, trace in others.items()}


def _instance() -> Any:
    return Factory(scenario_of(read_world("ft06"), policy="planned")).run()


def _shop() -> Any:
    """Twelve hours of the machine shop: people, a change of shift, an oven."""
    return Factory(
        scenario_of(read_world("machining"), policy="hybrid", days=0.5)
    ).run()


@pytest.fixture(scope="module")
def here() -> dict[str, str]:
    """The digests of this process."""
    return digests()


def test_twice_in_a_process(here: dict[str, str]) -> None:
    """Nothing is left over from one run that another could notice."""
    assert digests() == here


@pytest.mark.parametrize("hash_seed", ["0", "12345"])
def test_in_another_process(here: dict[str, str], hash_seed: str) -> None:
    """No order of a set or dictionary of texts leaks into a run."""
    code = (
        "import json, test_determinism as t; print(json.dumps(t.digests(t.POLICIES)))"
    )
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    assert json.loads(done.stdout) == here


def test_on_every_python_and_mesa(here: dict[str, str]) -> None:
    """The digests are those of the golden file, whatever they are computed with."""
    golden = json.loads(GOLDEN.read_text())
    alike = golden.pop("OR-Tools") == version("ortools")
    kept = golden if alike else UNPLANNED
    assert {key: here[key] for key in kept} == {key: golden[key] for key in kept}


def test_another_seed_is_another_run(here: dict[str, str]) -> None:
    """Seeds make a difference, and so do policies."""
    assert Factory(scenario("rule", seed=2)).run().digest != here["rule"]
    assert len(set(here.values())) == len(here)


@pytest.mark.parametrize("policy", ["rule", "negotiated", "hybrid"])
def test_slices_change_nothing(here: dict[str, str], policy: str) -> None:
    """However time is cut into steps, the same happens."""
    crumbs = Factory(scenario(policy), slice_minutes=0.35)
    while crumbs.running:
        crumbs.step()
    assert crumbs.trace.digest == here[policy]
    whole = Factory(scenario(policy))
    whole.advance(10_000_000 * MINUTE)
    assert not whole.running
    assert whole.trace.digest == here[policy]


def orders(events: Sequence[Event]) -> dict[str, Any]:
    """Return what customers asked for, and when."""
    return {
        event.subject: (event.time, dict(event.facts))
        for event in events
        if event.kind == "order_received"
    }


def durations(events: Sequence[Event]) -> dict[tuple[str, str], int]:
    """Return how long each operation took on its machine, if nothing interrupted it."""
    begun: dict[str, int] = {}
    took: dict[tuple[str, str], int] = {}
    for event in events:
        operation = event.facts.get("operation", "")
        if event.kind == "operation_started":
            begun[operation] = event.time
        elif event.kind == "operation_interrupted":
            begun.pop(operation, None)
        elif event.kind == "operation_finished" and operation in begun:
            took[operation, event.subject] = event.time - begun.pop(operation)
    return took


@pytest.mark.parametrize("policy", ["rule:FIFO", "negotiated", "planned", "hybrid"])
def test_policies_have_the_same_luck(policy: str) -> None:
    """Two policies see the same orders, and the same work takes them as long."""
    one = Factory(scenario("rule")).run().events
    other = Factory(scenario(policy)).run().events
    before = min(one[-1].time, other[-1].time)
    asked, asked_too = orders(one), orders(other)
    both = asked.keys() & asked_too.keys()
    assert len(both) > 20
    assert all(asked[id] == asked_too[id] for id in both)
    assert all(time > before - 1 for id, (time, _) in asked.items() if id not in both)
    took, took_too = durations(one), durations(other)
    same = took.keys() & took_too.keys()
    assert len(same) > 30
    assert {key: took[key] for key in same} == {key: took_too[key] for key in same}


def test_an_added_machine_leaves_other_draws_alone() -> None:
    """Draws are named by the thing: one more machine takes nobody's luck."""
    world = read_world("cell")
    tables = resolved(world)
    lathe = next(m for m in tables["machines"] if m["id"] == "turn1")
    tables["machines"].insert(0, lathe | {"id": "turn0"})
    one = Factory(scenario("rule", world)).run().events
    other = Factory(scenario("rule", world_of(tables, "more"))).run().events
    asked, asked_too = orders(one), orders(other)
    both = asked.keys() & asked_too.keys()
    assert len(both) > 20
    assert all(asked[id] == asked_too[id] for id in both)
    took, took_too = durations(one), durations(other)
    assert any(machine == "turn0" for _, machine in took_too)
    same = took.keys() & took_too.keys()
    assert len(same) > 30
    assert {key: took[key] for key in same} == {key: took_too[key] for key in same}


if __name__ == "__main__":
    GOLDEN.parent.mkdir(exist_ok=True)
    golden = {"OR-Tools": version("ortools")} | digests()
    GOLDEN.write_text(json.dumps(golden, indent=1) + "\n")
