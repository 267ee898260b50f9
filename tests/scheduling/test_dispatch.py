"""Rules and decoder agree with each other, with pure Python and with the checker."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from math import exp, inf

import numpy as np
import pytest
from random_problems import random_problem
from small_problems import operation, problem, times_of

from scheduling import serial
from scheduling import worth as worthy
from scheduling.arrays import arrays_of
from scheduling.check import check_plan
from scheduling.compiling import pure
from scheduling.decode import decode, draft_of, plan_of, retimed
from scheduling.plan import Plan
from scheduling.problem import Input, Job, Machine, Objective
from scheduling.rules import RULES, Rule, dispatch


@pytest.mark.parametrize("seed", range(120))
def test_dispatch_is_decode_is_check(seed: int):
    """The plan of a rule is what its order decodes to, and the checker agrees."""
    for vehicles in (0, 2, 3):
        given = random_problem(seed, vehicles=vehicles)
        for rule in (RULES["FIFO"], RULES["reference"]):
            plan = dispatch(given, rule)
            assert check_plan(given, plan) == []
            assert decode(given, plan.priority, plan.machine_of()) == plan


@pytest.mark.parametrize("seed", range(40))
def test_retimed_plan_is_possible(seed: int):
    """A plan with its machines and vehicles kept is a plan again, mostly as good."""
    given = random_problem(seed, vehicles=3, setups=False)
    a = arrays_of(given)
    plan = dispatch(given, RULES["reference"])
    again = plan_of(given, a, retimed(given, a, plan))
    assert check_plan(given, again) == []
    assert again.value <= plan.value


@pytest.mark.parametrize("seed", range(12))
def test_pure_python_gives_the_same_plan(seed: int):
    """The compiled code and the same code in pure Python decide alike."""
    given = random_problem(seed, vehicles=2)
    a = arrays_of(given)
    count = len(given.operations)
    free = np.full(count, -1, dtype=np.int64)
    rule = RULES["reference"]
    draft = draft_of(a)
    by_urgency, worth = pure(serial.by_urgency), pure(worthy.worth)
    assert not hasattr(by_urgency, "py_func")
    planned = by_urgency(a, rule.vector(), np.zeros(count), free, draft.schedule)
    slow = draft.valued(planned, *worth(a, planned, draft.schedule))
    assert plan_of(given, a, slow) == dispatch(given, rule)


_SCRIPT = """
import hashlib
from random_problems import random_problem
from scheduling.portfolio import Params, solve
for seed in (3, 5):
    result = solve(random_problem(seed, jobs=6), Params(budget=40, windows=2))
    print(hashlib.sha256(repr(result).encode()).hexdigest())
"""


def test_same_plan_in_another_process_and_under_another_hash_seed():
    """A plan depends on nothing but the problem, the parameters and the seed."""
    here = os.path.dirname(__file__)
    found = set()
    for hash_seed in ("1", "2"):
        paths = os.pathsep.join((here, os.path.join(here, "..", "..")))
        env = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": paths}
        found.add(
            subprocess.run(
                [sys.executable, "-c", _SCRIPT],
                env=env,
                check=True,
                capture_output=True,
                text=True,
            ).stdout
        )
    assert len(found) == 1
    assert len(hashlib.sha256(found.pop().encode()).hexdigest()) == 64


def test_reservation_waits_for_the_better_part():
    """The reference rule keeps a machine free for an urgent part on its way."""
    soon = (Input(place=0, ready=2),)
    given = problem(
        [operation("plain", (0, 20)), operation("rush", (0, 20), job=1, inputs=soon)],
        [Machine(id="M", place=0)],
        jobs=(
            Job(id="J0", release=0, due=1000, weight=1.0),
            Job(id="J1", release=0, due=20, weight=16.0),
        ),
        objective=Objective(),
    )
    assert times_of(dispatch(given, RULES["reference"]))["rush"] == (2, 2, 22)
    assert times_of(dispatch(given, RULES["ATC"]))["rush"] == (20, 20, 40)


def test_urgencies_are_textbook():
    """The formulas are those of the literature; ATC as a logarithm."""
    facts = {"weight": 4.0, "duration": 10.0, "slack": 30.0, "typical": 20.0}
    atc = RULES["ATC"].urgency(**facts)
    assert exp(atc) == pytest.approx(4 / (10 / 20) * exp(-30 / (2 * 20)))
    late = {**facts, "slack": -30.0}
    assert RULES["ATC"].urgency(**late) == RULES["WSPT"].urgency(**late)
    assert RULES["EDD"].urgency(**facts, due=60.0) == -3.0
    assert RULES["FIFO"].urgency(**facts, ready=20.0) == -1.0
    assert RULES["SPT"].urgency(**facts) == -0.5
    assert RULES["LPT"].urgency(**facts) == 0.5
    # due in 30 + 10 (its operation due date), 10 if late: never before it can end
    assert RULES["MOD"].urgency(**facts) == -2.0
    assert RULES["MOD"].urgency(**late) == -0.5
    assert RULES["CR"].urgency(**facts, tail=40.0) == -70 / 40
    assert RULES["CR"].urgency(**late, tail=40.0) == -10 / 40
    covert = RULES["COVERT"].urgency(**facts, tail=40.0)
    assert exp(covert) == pytest.approx(4 / (10 / 20) * (1 - 30 / (2 * 40)))
    assert RULES["COVERT"].urgency(**late, tail=40.0) == RULES["WSPT"].urgency(**late)
    idle = {**facts, "slack": 90.0}
    assert RULES["COVERT"].urgency(**idle, tail=40.0) < -15
    careful = Rule(name="x", setup_weight=2.0, wait_weight=1.0)
    assert careful.urgency(**facts, setup=10.0, wait=20.0) == pytest.approx(atc - 2)


def test_price_of_moving_keeps_the_machine():
    """An operation stays where its part is unless another machine is worth it."""
    kept = operation("A", (0, 30), (1, 25), keep=0)
    machines = [Machine(id="M", place=0), Machine(id="N", place=0)]
    dear = problem([kept], machines, objective=Objective(flow=1.0, moved=11.0))
    cheap = problem([kept], machines, objective=Objective(flow=1.0, moved=9.0))
    assert dispatch(dear, RULES["ATC"]).machine_of() == {"A": "M"}
    plan = dispatch(cheap, RULES["ATC"])
    assert plan.machine_of() == {"A": "N"}
    assert plan.value == 25 + 25 + 9


def test_what_cannot_be_done_is_left_out():
    """An operation without a machine, and what needs it, is not planned."""
    given = problem(
        [
            operation("A"),
            operation("B", (0, 5), inputs=(Input(operation=0),)),
            operation("C", (0, 5)),
        ],
        [Machine(id="M", place=0)],
    )
    plan = dispatch(given, RULES["reference"])
    assert [a.operation for a in plan.assignments] == ["C"]
    assert plan.value == inf
    assert decode(given, ("B", "C")) == plan


def test_empty_problem():
    """Nothing to do is a plan."""
    plan = dispatch(problem([], []), RULES["reference"])
    assert (plan.assignments, plan.value, plan.makespan) == ((), 0.0, 0)
    assert isinstance(plan, Plan)
