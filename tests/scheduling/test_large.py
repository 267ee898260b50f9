"""Ten thousand operations: what is dispatched is what is decoded and checked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.shops import SIZES, shop
from scheduling.check import check_plan
from scheduling.decode import decode
from scheduling.plan import Plan
from scheduling.problem import Problem
from scheduling.rules import RULES, dispatch

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def given() -> Problem:
    """A shop of ten thousand operations, 60 machines and 30 vehicles that tie."""
    return shop(SIZES[2200], 1)


@pytest.fixture(scope="module")
def plan(given: Problem) -> Plan:
    """What the rolling rule makes of it."""
    return dispatch(given, RULES["rolling"])


def test_ties_of_vehicles(given: Problem) -> None:
    """The shop tests what it should: vehicles stand at equal distances."""
    assert len(given.operations) > 9_000
    store = len(given.machines)
    ways = [given.fleets[0].empty[store][m] for m in range(store)]
    assert len(set(ways)) < len(ways) / 4


def test_dispatch_is_decode(given: Problem, plan: Plan) -> None:
    """The order and the machines of the dispatch decode to the same plan."""
    assert decode(given, plan.priority, plan.machine_of()) == plan


def test_the_checker_agrees(given: Problem, plan: Plan) -> None:
    """Every time and the value are right."""
    assert len(plan.assignments) == len(given.operations)
    assert check_plan(given, plan) == []


_HUNDRED_THOUSAND = """
import resource
from benchmarks.shops import SIZES, shop
from scheduling.check import check_plan
from scheduling.rules import RULES, dispatch
given = shop(SIZES[22000], 1)
plan = dispatch(given, RULES["rolling"])
assert len(plan.assignments) == len(given.operations) > 95_000
assert check_plan(given, plan) == []
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_a_hundred_thousand_operations_fit() -> None:
    """They are planned and checked within a gigabyte."""
    done = subprocess.run(
        [sys.executable, "-c", _HUNDRED_THOUSAND],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(done.stdout) * unit < 1e9
