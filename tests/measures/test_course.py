"""What a run looked like over time, on the floor, and against its plans."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from measures_story import S, full_story

from agents.factory import Factory
from agents.scenario import scenario_of
from kernel.events import Event
from measures.allocation import OPEN, Allocations
from measures.course import averaged, course
from measures.floor import FloorUse, floor_use
from measures.kpis import kpis
from measures.planned import Slot, adherence, executions
from worlds.read import read_world


@pytest.fixture(scope="module")
def events() -> Sequence[Event]:
    """The facts of half a day of the cell under a policy that plans."""
    scenario = scenario_of(read_world("cell"), policy="hybrid", days=0.5)
    return Factory(scenario).run().events


def test_averages_are_those_of_the_steps() -> None:
    """Nothing before the first change, then values by time."""
    assert averaged([(2, 4), (6, 0)], 8, 2) == [2.0, 2.0]
    assert averaged([(2, 4)], 8, 4) == [0.0, 4.0, 4.0, 4.0]
    assert averaged([], 8, 2) == [0.0, 0.0]
    assert averaged([(0, 3)], 0, 2) == [0.0, 0.0]


def test_lots_over_time_are_the_kpi(events: Sequence[Event]) -> None:
    """Averaged over the window, the lots on the floor are the KPI ``wip``."""
    world = read_world("cell")
    first, last = next(e for e in events if e.kind == "run_started").facts["window"]
    steps = course(world, events).lots
    area = sum(
        value * max(0, min(until, last) - max(start, first))
        for (start, value), (until, _) in zip(
            steps, [*steps[1:], (events[-1].time, 0)], strict=True
        )
    )
    assert area / (last - first) == pytest.approx(kpis(world, events)["wip"])


def test_overdue_orders_are_open_ones_past_their_due() -> None:
    """They are overdue from due to shipment, and the lateness says how long."""
    story = full_story()
    events = [e for e in story.events if e.kind not in ("order_changed",)]
    shipped = next(e for e in events if e.kind == "order_shipped")
    k = next(i for i, e in enumerate(events) if e.kind == "order_received")
    due = shipped.time - 5 * S
    events[k] = events[k]._replace(facts={**events[k].facts, "due": due})
    found = course(story.world, events)
    (one,) = found.shipments
    assert (one.order, one.time, one.lateness) == ("O1", shipped.time, 5 * S)
    assert (due, 1) in found.overdue
    assert (shipped.time, 0) in found.overdue
    assert max(value for _, value in found.open) == 1


def test_vehicles_drive_or_stand_and_lots_wait_as_told(
    events: Sequence[Event],
) -> None:
    """Driving and standing of all vehicles fill the run; driving is on lanes."""
    world = read_world("cell")
    use = floor_use(world, events)
    vehicles = sum(group.count for group in world.vehicles)
    total = sum(use.driving.values()) + sum(use.standing.values())
    assert total == pytest.approx(vehicles * events[-1].time, rel=1e-6)
    lanes = {tuple(sorted(lane.between)) for lane in world.floor.lanes}
    assert set(use.driving) <= lanes
    assert all(use.finished[place] <= ms for place, ms in use.waiting.items())


def test_where_lots_wait_in_the_story() -> None:
    """Every wait begins with an arrival or a finished operation, and ends."""
    story = full_story()
    use = floor_use(story.world, story.events)
    assert use.end == story.events[-1].time
    assert use.waiting["joiner"] > 0
    assert use.queue("joiner") == pytest.approx(
        (use.waiting["joiner"] - use.finished["joiner"]) / use.end
    )
    assert floor_use(story.world, []) == FloorUse()


def planned(time: int, *assignments: tuple[str, str, int, int]) -> Event:
    """Return the fact that operations are planned."""
    listed = [list(one) for one in assignments]
    return Event(time, "work_planned", "planner", {"assignments": listed})


def worked(operation: str, machine: str, start: int, end: int) -> list[Event]:
    """Return the facts of an operation."""
    facts = {"operation": operation}
    return [
        Event(start, "operation_started", machine, facts),
        Event(end, "operation_finished", machine, facts),
    ]


def test_an_operation_is_held_against_its_first_plan() -> None:
    """Later plans do not count, nor does an operation no plan had."""
    events = [
        planned(0, ("a", "M", 10, 20), ("b", "M", 20, 30)),
        planned(5, ("b", "N", 12, 22)),
        *worked("a", "M", 11, 21),
        *worked("b", "N", 14, 24),
        *worked("c", "M", 30, 40),
    ]
    a, b, c = executions(events)
    assert (a.plan, a.made, a.shift) == (Slot("M", 10, 20), 0, 1)
    assert (b.plan, b.done, b.shift) == (Slot("M", 20, 30), Slot("N", 14, 24), -6)
    assert (c.plan, c.shift) == (None, 0)
    kept = adherence([a, b, c])
    assert kept is not None
    assert (kept.operations, kept.planned, kept.kept) == (3, 2, 0.5)
    assert (kept.ahead, kept.median) == (15, -2.5)
    assert adherence([c]) is None
    assert adherence([a]) is not None


def test_a_planned_run_says_what_it_planned(events: Sequence[Event]) -> None:
    """Nearly every operation was planned before it began, none after."""
    done = executions(events)
    kept = adherence(done)
    assert kept is not None
    assert kept.planned > 0.8 * kept.operations
    assert kept.kept > 0.5
    assert all(one.made is None or one.made <= one.done.start for one in done)


def test_an_instance_is_executed_as_planned() -> None:
    """Without chance, what was planned first is what is done."""
    ft06 = Factory(scenario_of(read_world("ft06"), policy="planned")).run().events
    assert {one.plan == one.done for one in executions(ft06)} == {True}


def test_material_goes_to_the_first_who_asked() -> None:
    """A large reservation holds up a small one behind it; what is given back counts."""

    def fact(time: int, kind: str, **facts: object) -> Event:
        return Event(time, kind, "m", facts)

    stock = Allocations()
    for event in (
        fact(0, "stock_counted", quantity=5),
        fact(1, "material_reserved", order="A", quantity=4),
        fact(2, "material_reserved", order="B", quantity=6),
        fact(3, "material_reserved", order="C", quantity=1),
        fact(9, "material_released", order="A", quantity=4),
        fact(12, "material_received", quantity=2),
    ):
        stock.add(event)
    assert list(stock.lacked("A", ["m"])) == []
    assert list(stock.lacked("B", ["m"])) == [(2, 12)]
    assert list(stock.lacked("C")) == [(3, 12)]
    stock.add(fact(20, "material_reserved", order="C", quantity=1))
    assert list(stock.lacked("C")) == [(3, 12), (20, OPEN)]
    stock.add(fact(25, "material_released", order="C", quantity=1))
    assert list(stock.lacked("C")) == [(3, 12), (20, 25)]
