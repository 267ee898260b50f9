"""Random small worlds never lock, lose a lot or violate a checker, under any policy."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_worlds import (
    POLICIES,
    machine,
    of_kind,
    order,
    product,
    small_world,
    step,
    untrue,
)

from agents.factory import Factory
from agents.scenario import scenario_of
from kernel.calendar import DAY

MOST_EVENTS = 60_000  # served; the worlds below need a few thousand

_FAMILIES = ("red", "blue")
_MATRIX = {
    "id": "dyes",
    "families": list(_FAMILIES),
    "times": [["0 min", "5 min"], ["8 min", "0 min"]],
}


@st.composite
def machines(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw one to five machines; the first also mends."""
    made = []
    for n in range(draw(st.integers(1, 5))):
        capacity = draw(st.sampled_from([1, 1, 1, 2, 3]))
        table = machine(
            f"M{n}",
            draw(st.sampled_from(["a", "b"])),
            *(["a", "b", "mend"] if n == 0 else []),
            capacity=capacity,
            input_buffer=draw(st.integers(1, 3)) + 1,
            output_buffer=draw(st.integers(0, 3)),
        )
        table["capabilities"] = sorted(set(table["capabilities"]))
        if draw(st.booleans()):
            table["headway"] = "2 min"
        if draw(st.booleans()):
            table |= {"setup": "dyes"}
        if draw(st.booleans()):
            table["variation"] = {"law": "lognormal", "median": 1.0, "sigma": 0.3}
        if draw(st.booleans()):
            table["failures"] = [
                {
                    "id": "jam",
                    "life": {"law": "exponential", "mean": "2 h"},
                    "clock": draw(st.sampled_from(["running", "calendar"])),
                    "repair": {"law": "exponential", "mean": "15 min"},
                    "after": draw(st.sampled_from(["resume", "restart"])),
                }
            ]
        made.append(table)
    return made


@st.composite
def steps(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw one to four steps, or two branches that are assembled."""

    def one(id: str, **more: Any) -> dict[str, Any]:
        table = step(id, draw(st.sampled_from(["a", "b"])), "4 min", **more)
        if draw(st.booleans()):
            table["family"] = draw(st.sampled_from(_FAMILIES))
        if draw(st.booleans()):
            table["defects_per_million"] = 150_000.0
        if draw(st.booleans()):
            table["inspection"] = {"miss": 0.1, "false_alarm": 0.05}
            if draw(st.booleans()):
                mending = {"capability": "mend", "time": "3 min", "success": 0.7}
                table["inspection"]["rework"] = mending
        return table

    if not draw(st.booleans()):
        return [one(f"s{k}") for k in range(draw(st.integers(1, 4)))]
    return _assembled(one, draw(st.booleans()))


def _assembled(one: Any, longer: bool) -> list[dict[str, Any]]:
    """Return two branches, the second of one or two steps, and their assembly."""
    found = [one("left", after=[]), one("right", after=[])]
    if longer:
        found.append(one("right2", after=["right"]))
    return [*found, one("join", after=["left", found[-1]["id"]])]


@st.composite
def recipes(draw: st.DrawFn) -> dict[str, Any]:
    """Draw what :func:`small_world` makes a world with a few orders of."""
    orders = [
        order(
            f"O{n}",
            due="6 h",
            arrival=f"{draw(st.integers(0, 120))} min",
            quantity=draw(st.integers(1, 5)),
            weight=draw(st.sampled_from([1.0, 3.0])),
        )
        for n in range(draw(st.integers(1, 6)))
    ]
    for line in orders:
        line["release"] = line["arrival"]
    more: dict[str, Any] = {}
    if draw(st.booleans()):
        more["network"] = {"latency": "5 ms", "jitter": 0.5, "loss": 0.3}
    if draw(st.booleans()):
        more["docks"] = [{"id": "dock", "node": "out", "handling": "5 min"}]
    made = product(*draw(steps()), lot_size=draw(st.integers(1, 3)))
    if draw(st.booleans()):
        more |= draw(supplies())
        lines = [{"material": "X", "step": s["id"]} for s in made["steps"]]
        made["materials"] = [line for line in lines if draw(st.booleans())]
    return more | {
        "machines": draw(machines()),
        "products": [made],
        "orders": orders,
        "vehicles": draw(st.integers(0, 3)),
        "setups": [_MATRIX],
    }


@st.composite
def supplies(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a material that is often short, and its supplier."""
    bought = {"reorder_point": draw(st.sampled_from([0, 5, 20])), "lot": 5, "up_to": 30}
    lead = {"law": "lognormal", "median": "1 h", "sigma": 0.8}
    return {
        "materials": [
            {"id": "X", "stock": draw(st.integers(0, 20)), "supplier": "s"} | bought
        ],
        "suppliers": [{"id": "s", "lead": lead}],
    }


@st.composite
def strikes(draw: st.DrawFn) -> list[str]:
    """Draw what happens to the first machine, vehicle, order and the material."""
    times = st.integers(1, 240)
    return [
        f"{draw(st.sampled_from(_STRIKES)).format(draw(times))}@{draw(times)} min"
        for _ in range(draw(st.integers(0, 4)))
    ]


_STRIKES = (
    "break:M0:{} min",
    "repair:M0",
    "stop:agv-1:{} min",
    "cancel:O0",
    "delay:X:{} min",
    "lose:0.5:{} min",
)


@pytest.mark.parametrize("policy", POLICIES)
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(recipe=recipes(), seed=st.integers(1, 1000), happens=strikes())
def test_every_order_of_a_random_world_ships(
    policy: str, recipe: dict[str, Any], seed: int, happens: list[str]
) -> None:
    """Whatever the world: all ships long before the cap, and the record is true.

    Every order gets a promise, and nothing stays reserved.
    """
    world = small_world(**recipe)
    known = {"X": "materials" in recipe, "agv": recipe["vehicles"] > 0}
    happens = [
        strike
        for strike in happens
        if all(there or f":{name}" not in strike for name, there in known.items())
    ]
    case = scenario_of(world, policy=policy, seed=seed, disturbances=happens)
    factory = Factory(case)
    events = factory.trace.events
    while factory.running:
        factory.step()
        assert len(events) < MOST_EVENTS
        assert factory.now < 10 * DAY, "nothing ships any more"
    assert events[-1].kind == "run_ended"
    assert events[-1].facts["unfinished"] == 0
    received = {e.subject for e in of_kind(events, "order_received")}
    cancelled = {e.subject for e in of_kind(events, "order_cancelled")}
    assert {e.subject for e in of_kind(events, "order_shipped")} == received - cancelled
    assert {
        e.subject for e in of_kind(events, "order_promised")
    } >= received - cancelled
    for inventory in factory.inventories.values():
        left = inventory.reservations, inventory.reserved, inventory.allocated
        assert left == ([], 0, 0)
    assert untrue(world, events) == []
