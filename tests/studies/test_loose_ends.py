"""What a run left undone is said: open orders, disturbances without effect."""

from __future__ import annotations

from agents.scenario import scenario_of
from studies.loose_ends import loose_ends
from studies.run import run
from tests.small_worlds import machine, order, product, small_world, step
from worlds.read import read_world


def test_a_run_that_is_done_has_none() -> None:
    """Disturbances that struck are not named."""
    struck = ("break:turn1:1 h@5 h", "rush:flange:qty=2:due=2 h@6 h")
    scenario = scenario_of(
        read_world("cell"), policy="rule", days=0.4, disturbances=struck
    )
    assert loose_ends(run(scenario)) == []


def test_an_order_that_never_ships_is_said_to_be_where_it_is() -> None:
    """A machine that breaks for good leaves its lot in work."""
    world = small_world([machine("M")], [product(step("cut", "M"))], [order("A")])
    scenario = scenario_of(
        world, policy="rule", days=1, disturbances=["break:M:2000 h@5 min"]
    )
    given_up, oldest = loose_ends(run(scenario))
    assert "orders still open: 1; no work was finished after 0 d 0.0 h" in given_up
    assert oldest == (
        "The oldest of them, A: A.1 was last interrupted at M, 0 d 0.1 h."
    )


def test_disturbances_without_effect_are_named() -> None:
    """Too late; an order nobody placed; a machine that is broken already; ..."""
    world = small_world([machine("M")], [product(step("cut", "M"))], [order("A")])
    strikes = (
        "break:M:1 h@500 h",
        "cancel:B@1 min",
        "break:M:30 min@2 min",
        "break:M:1 min@3 min",
    )
    done = run(scenario_of(world, policy="rule", days=0.1, disturbances=strikes))
    late, cancel, broken = loose_ends(done)
    assert "'break:M:1 h@500 h' did not happen: the run ended at 0 d" in late
    assert "'cancel:B@1 min' had no effect: B was not open then." in cancel
    assert "'break:M:1 min@3 min' had no effect: M was broken already." in broken


def test_a_delay_of_nothing_and_a_second_stop_are_named() -> None:
    """A purchase must be open to come later, a vehicle moving to be stopped."""
    strikes = (
        "stop:agv-1:2 h@3 h",
        "stop:agv-1:1 h@4 h",
        "delay:blank:5 h@0 h",
    )
    scenario = scenario_of(
        read_world("cell"), policy="rule", days=0.4, disturbances=strikes
    )
    stop, delay = loose_ends(run(scenario))
    assert "'stop:agv-1:1 h@4 h' had no effect: agv-1 stood still already." in stop
    assert "no purchase of blank was open then." in delay
