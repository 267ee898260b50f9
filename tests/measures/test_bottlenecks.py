"""Bottlenecks by the active period method, on examples small enough for paper."""

from __future__ import annotations

import pytest
from measures_story import world as tiny
from small_worlds import machine, product, small_world, step

from kernel.events import Event
from measures.bottlenecks import (
    Period,
    active_periods,
    bottlenecks,
    momentary,
)


def work(machine: str, *spans: tuple[int, int]) -> list[Event]:
    """Return the facts of operations on a machine."""
    found = []
    for k, (start, end) in enumerate(spans):
        facts = {"operation": f"{machine}{k}", "lot": f"{machine}{k}"}
        found.append(Event(start, "operation_started", machine, facts))
        found.append(Event(end, "operation_finished", machine, facts))
    return found


def told(*facts: list[Event]) -> list[Event]:
    """Return facts in the order of time."""
    return sorted((e for some in facts for e in some), key=lambda event: event.time)


def test_the_longest_active_period_is_the_bottleneck_of_the_moment() -> None:
    """Roser's example in small: the turn passes at the end of a period."""
    periods = [Period(0, 10, "A"), Period(6, 20, "B"), Period(12, 15, "C")]
    assert momentary(periods) == [periods[0], periods[1]]
    gap = [*periods, Period(30, 31, "C")]
    assert momentary(gap)[2] == gap[3]
    assert momentary([]) == []


def test_shares_of_sole_and_shifting_bottlenecks() -> None:
    """A alone for 6, A and B for 4, B alone for 10 of 20; C never."""
    events = told(
        work("cutter", (0, 10)), work("printer", (6, 20)), work("joiner", (12, 15))
    )
    first, second, third = bottlenecks(tiny(), events)
    assert (first.who, first.sole, first.shifting) == ("printer", 0.5, 0.2)
    assert (second.who, second.sole, second.shifting) == ("cutter", 0.3, 0.2)
    assert (third.who, third.sole, third.shifting) == ("joiner", 0.0, 0.0)
    assert (first.period, first.active) == (14, 0.7)


def test_activity_without_a_pause_is_one_period() -> None:
    """Work, breakdown and set-up that follow each other are one; a wait parts them."""
    state = [
        Event(10, "machine_state", "cutter", {"state": "aborted", "reason": None}),
        Event(14, "machine_state", "cutter", {"state": "starting", "reason": None}),
        Event(16, "machine_state", "cutter", {"state": "suspended", "reason": "part"}),
    ]
    events = told(work("cutter", (0, 10), (20, 25), (25, 29)), state)
    assert active_periods(tiny(), events) == [
        Period(0, 16, "cutter"),
        Period(20, 29, "cutter"),
    ]


def test_a_machine_for_several_lots_is_active_while_it_can_take_no_more() -> None:
    """An oven for two: when both places are taken; a line: within its headway."""
    oven = machine("oven", capacity=2)
    line = machine("line", capacity=9, headway="5 s")
    shop = small_world([oven, line], [product(step("a", "oven"), step("b", "line"))])
    both = told(work("oven", (0, 10)), work("oven", (4, 20)))
    both[1] = both[1]._replace(facts={"operation": "x", "lot": "x"})
    both[3] = both[3]._replace(facts={"operation": "x", "lot": "x"})
    assert active_periods(shop, both) == [Period(4, 10, "oven")]
    lots = work("line", (0, 60_000), (4_000, 64_000), (20_000, 80_000))
    events = sorted(lots, key=lambda event: event.time)
    assert active_periods(shop, events) == [
        Period(0, 9_000, "line"),
        Period(20_000, 25_000, "line"),
    ]


def test_a_vehicle_is_active_while_it_drives_or_holds_a_lot() -> None:
    """Empty drive, loading and loaded drive are one period."""
    events = [
        Event(0, "drive_started", "agv-1", {"path": ["p", "f"]}),
        Event(3, "drive_finished", "agv-1", {"at": "f"}),
        Event(3, "lot_loaded", "L", {"vehicle": "agv-1", "at": "f"}),
        Event(9, "lot_delivered", "L", {"vehicle": "agv-1", "at": "s"}),
        Event(20, "run_ended", "tiny", {}),
    ]
    assert active_periods(tiny(), events) == [Period(0, 9, "agv-1")]
    (only,) = bottlenecks(tiny(), events)
    assert (only.who, only.sole) == ("agv-1", pytest.approx(9 / 20))


def test_what_goes_on_is_cut_off_at_the_last_fact() -> None:
    """A run that ends in the middle of work has a period up to its end."""
    events = [*work("cutter", (0, 10))[:1], Event(7, "run_ended", "tiny", {})]
    assert active_periods(tiny(), events) == [Period(0, 7, "cutter")]
    assert bottlenecks(tiny(), []) == []
