"""Queueing theory: waiting times are what Erlang's formula says they are."""

from __future__ import annotations

import math
from statistics import mean, stdev

import pytest
from scipy.stats import t as student
from small_worlds import machine, of_kind, product, small_world, step

from agents.factory import Factory
from agents.scenario import scenario_of

REPLICATIONS = 10


def erlang_wait(servers: int, load: float) -> float:
    """Return the mean wait of M/M/c in service times (Erlang C; Kleinrock 1975)."""
    offered = servers * load
    terms = [offered**k / math.factorial(k) for k in range(servers)]
    queueing = offered**servers / math.factorial(servers) / (1 - load)
    return queueing / (sum(terms) + queueing) / (servers * (1 - load))


def mean_wait(
    servers: int, load: float, days: float, seed: int, machines: int = 1
) -> float:
    """Return how long operations of a minute waited on average, in minutes.

    The servers are the slots of so many machines.
    """
    alike = [
        machine(
            f"M{k}",
            "s",
            variation={"law": "exponential", "mean": 1.0},
            input_buffer=10_000,
            output_buffer=10_000,
            capacity=servers // machines,
        )
        for k in range(machines)
    ]
    world = small_world(
        alike,
        [product(step("s", "s", "1 min"))],
        demand={
            "orders_per_day": 1440 * load * servers,
            "customers": [{"id": "anybody", "slack": "1 h"}],
        },
    )
    case = scenario_of(world, policy="rule:FIFO", seed=seed, days=days)
    events = Factory(case).run().events
    began = {e.facts["lot"]: e.time for e in of_kind(events, "operation_started")}
    came = {f"{e.subject}.1": e.time for e in of_kind(events, "order_received")}
    return mean(began[lot] - came[lot] for lot in came if lot in began) / 60_000


@pytest.mark.parametrize(
    ("servers", "machines", "load", "days"),
    [(1, 1, 0.5, 3.0), (3, 1, 0.6, 1.5), (3, 3, 0.6, 1.5)],
)
def test_waits_are_those_of_erlang(
    servers: int, machines: int, load: float, days: float
) -> None:
    """The 95 % interval holds the M/M/c wait, and would not hold one 15 % off."""
    waits = [
        mean_wait(servers, load, days, seed, machines) for seed in range(REPLICATIONS)
    ]
    centre = mean(waits)
    half = float(student.ppf(0.975, REPLICATIONS - 1)) * stdev(waits)
    half /= math.sqrt(REPLICATIONS)
    expected = erlang_wait(servers, load)
    assert abs(centre - expected) <= half
    assert abs(centre - 1.15 * expected) > half
    assert abs(centre - 0.85 * expected) > half


def test_erlang() -> None:
    """M/M/1 at 50 % waits one service time; two servers at 50 % a third of one."""
    assert erlang_wait(1, 0.5) == pytest.approx(1.0)
    assert erlang_wait(2, 0.5) == pytest.approx(1 / 3)
