"""Drawings: the bars are the facts, and there is a figure for every world."""

from __future__ import annotations

from io import BytesIO

import pytest
from matplotlib.figure import Figure

from agents.scenario import scenario_of
from kernel.calendar import DAY, HOUR
from kernel.events import Event
from studies.bars import Bar, Doing, bars_of, busiest
from studies.clock import SHORTEST, Clock
from studies.draw import gantt, plan_gantt
from studies.run import run
from studies.solve import Instance, read_instance, solve_instance
from worlds.read import read_world


def fact(time: int, kind: str, subject: str, **facts: object) -> Event:
    """Return a fact."""
    return Event(time, kind, subject, facts)


def test_work_is_drawn_from_start_to_end_without_the_breakdown_in_it() -> None:
    """An interrupted operation is two bars, with the breakdown between."""
    bars = bars_of(
        [
            fact(0, "lot_released", "L", order="O"),
            fact(2, "operation_started", "M", operation="L:a", lot="L"),
            fact(5, "machine_failed", "M", mode="wear"),
            fact(5, "operation_interrupted", "M", operation="L:a", lot="L"),
            fact(9, "machine_repaired", "M", mode="wear"),
            fact(9, "operation_resumed", "M", operation="L:a", lot="L"),
            fact(12, "operation_finished", "M", operation="L:a", lot="L"),
        ]
    )
    assert [(b.start, b.end, b.doing, b.order) for b in bars] == [
        (2, 5, Doing.WORK, "O"),
        (5, 9, Doing.DOWN, None),
        (9, 12, Doing.WORK, "O"),
    ]


def test_a_vehicle_is_loaded_until_it_delivers() -> None:
    """Empty and loaded drives are told apart; what has not ended is cut off."""
    bars = bars_of(
        [
            fact(0, "lot_released", "L", order="O"),
            fact(0, "drive_started", "v", lot=None),
            fact(3, "drive_finished", "v", at="n"),
            fact(3, "lot_loaded", "L", vehicle="v", at="n"),
            fact(4, "drive_started", "v", lot="L"),
            fact(7, "drive_finished", "v", at="m"),
        ]
    )
    assert [(b.start, b.end, b.doing) for b in bars] == [
        (0, 3, Doing.EMPTY),
        (3, 7, Doing.LOADED),
    ]


def test_the_busiest_hours_count_a_machine_once() -> None:
    """An oven full of lots is no busier than with one."""

    def work(row: str, start: int, end: int) -> Bar:
        return Bar(row=row, start=start, end=end, doing=Doing.WORK)

    bars = [work("oven", 0, 10) for _ in range(9)]
    bars += [work("a", 20, 30), work("b", 20, 30)]
    assert busiest(bars, 10, 10, (0, 40)) == (20, 30)
    assert busiest(bars, 10, 10, (0, 20)) == (0, 10)


@pytest.mark.parametrize("name", ["cell", "ft06", "EX11"])
def test_every_run_can_be_drawn(name: str) -> None:
    """Machines and vehicles have a row each; the title says what is shown."""
    done = run(scenario_of(read_world(name), policy="rule", days=0.5))
    figure = gantt(done.scenario.world, done.trace.events, title="T")
    rows = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert rows[: len(done.scenario.world.machines)] == [
        machine.id for machine in done.scenario.world.machines
    ]
    assert figure.axes[0].get_title(loc="left").startswith("T: ")
    figure.savefig(BytesIO(), format="png")


def test_a_window_is_drawn() -> None:
    """Only what is in the window is shown."""
    done = run(scenario_of(read_world("cell"), policy="rule", days=0.5))
    window = (HOUR, 2 * HOUR)
    axes = gantt(done.scenario.world, done.trace.events, window=window).axes[0]
    low, high = axes.get_xlim()
    assert (high - low) * 24 == pytest.approx(1.0)


@pytest.fixture
def instance() -> Instance:
    """A small instance with vehicles."""
    return read_instance("EX11")


def test_a_plan_can_be_drawn(instance: Instance) -> None:
    """A plan has its machines and vehicles, but no row for the dock."""
    solution = solve_instance(instance)
    assert solution.plan is not None
    figure = plan_gantt(instance.world, instance.problem, solution.plan)
    rows = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert rows == ["M1", "M2", "M3", "M4", "agv-1", "agv-2"]
    figure.savefig(BytesIO(), format="svg")


@pytest.mark.parametrize("ticks", [9, 16])
def test_every_span_of_time_has_ticks(ticks: int) -> None:
    """From a second to a year; five hours had none that fit, and warned of it."""
    clock = Clock(read_world("cell"))
    span = float(SHORTEST)
    while span < 365 * DAY:
        axes = Figure().subplots()
        clock.label(axes, ticks)
        axes.set_xlim(clock.at(0), clock.at(round(span)))
        assert 2 <= len(axes.xaxis.get_major_locator()()) <= ticks + 1
        span *= 1.07
