"""Every KPI on small records, to the digit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from measures_story import S, Story, edited, full_story, world

from kernel.events import Event
from measures.kpis import KPI_TABLE, Kpis, flat, kpi_markdown, kpis
from worlds.spec import Costs

HOUR = 3600


def shipped(story: Story, order: str) -> None:
    """Ship an order of two pieces without further ado."""
    story.say("order_shipped", order, dock="out", pieces=2)


def orders(first: float = 0, last: float = 10 * HOUR) -> Story:
    """Tell of four orders: early, one hour late, rush and late, never shipped."""
    story = Story(world())
    story.begin(first, last)
    due = 2 * HOUR * S
    story.order("O1", due=due, weight=1.0)
    story.order("O2", due=due, weight=2.0)
    story.order("O3", due=due, weight=1.0, rush=True, options={"colour": "blue"})
    story.order("O4", due=due, weight=4.0, release=HOUR * S)
    story.wait(HOUR)
    shipped(story, "O1")
    story.wait(2 * HOUR)
    shipped(story, "O2")
    story.wait(HOUR)
    shipped(story, "O3")
    story.wait(HOUR)
    story.end(unfinished=1)
    return story


def test_tardiness_on_time_and_flow() -> None:
    """Unfinished orders count as shipped at the cap."""
    story = orders()
    found = kpis(story.world, story.events)
    assert found["weighted_tardiness"] == pytest.approx((2 * 1 + 1 * 2 + 4 * 3) / 8)
    assert found["mean_tardiness"] == pytest.approx((0 + 1 + 2 + 3) / 4)
    assert found["on_time"] == 0.25
    assert found["rush_on_time"] == 0.0
    assert found["flow_time"] == pytest.approx((1 + 3 + 4 + (5 - 1)) / 4)
    assert found["unfinished"] == 1
    assert found["orders"] == 4
    assert found["variants_shipped"] == 2
    assert found["throughput"] == pytest.approx(6 * 24 / 5)


def test_window_takes_orders_by_arrival() -> None:
    """Orders that arrive before the window do not count, nor pieces shipped then."""
    story = orders(first=0.5 * HOUR, last=3.5 * HOUR)
    story.now = 5 * HOUR * S
    found = kpis(story.world, story.events)
    assert found["orders"] == 0
    assert "on_time" not in found
    assert found["throughput"] == pytest.approx(4 * 24 / 3)


def test_changed_due_counts() -> None:
    """The latest due date and weight are those that count."""
    story = orders()
    change = Event(
        1, "order_changed", "O4", {"due": 10**9, "weight": 1.0, "quantity": 2}
    )
    events = [*story.events[:10], change, *story.events[10:]]
    found = kpis(story.world, events)
    assert found["weighted_tardiness"] == pytest.approx((2 * 1 + 1 * 2) / 5)


def test_cancelled_order_does_not_count() -> None:
    """A cancelled order is neither late nor unfinished."""
    story = orders()
    cancel = Event(1, "order_cancelled", "O4", {"reason": "customer"})
    found = kpis(story.world, [*story.events[:10], cancel, *story.events[10:]])
    assert (found["orders"], found["unfinished"]) == (3, 0)


def full() -> dict[str, Any]:
    """Return the KPIs of the full story."""
    story = full_story()
    return kpis(story.world, story.events)


def test_oee_and_its_factors() -> None:
    """OEE is availability x effectiveness x quality; ISO 22400."""
    found = full()
    total = 352  # seconds told
    assert found["availability"]["cutter"] == pytest.approx(30 / total)
    assert found["effectiveness"]["cutter"] == 1.0
    # One lot in an oven for two is half of what it could do.
    assert found["effectiveness"]["printer"] == 0.5
    assert found["quality"]["joiner"] == 0.5
    for machine in found["oee"]:
        product = (
            found["availability"][machine]
            * found["effectiveness"][machine]
            * found["quality"][machine]
        )
        assert found["oee"][machine] == pytest.approx(product)


def test_stopped_time_is_not_planned() -> None:
    """Availability is measured against the time the machine was meant to run."""
    story = Story(world())
    story.begin(0, 100)
    story.state("printer", "stopped")
    story.wait(60)
    story.state("printer", "execute")
    story.wait(10)
    story.state("printer", "suspended", "part")
    story.wait(30)
    story.end()
    found = kpis(story.world, story.events)
    assert found["availability"]["printer"] == pytest.approx(10 / 40)
    assert found["oee"]["printer"] == 0.0
    assert "quality" not in found


def test_headway_limits_what_a_line_can_do() -> None:
    """An item takes a line at least its headway, however many fit in."""
    story = Story(world())
    story.begin(0, 100)
    story.order("O1")
    lot = story.release("O1", "print", 1)
    story.bring(lot, "s", "printer")
    story.work("printer", lot, "print", 4, pieces=1)
    story.end(unfinished=1)
    found = kpis(story.world, story.events)
    assert found["effectiveness"]["printer"] == pytest.approx(10 / 4)


def test_states_are_clipped_to_the_window() -> None:
    """Time outside the window does not count."""
    story = Story(world())
    story.begin(10, 30)
    story.state("printer", "execute")
    story.wait(20)
    story.state("printer", "idle")
    story.wait(100)
    story.end()
    found = kpis(story.world, story.events)
    assert found["availability"]["printer"] == pytest.approx(10 / 20)


def test_quality_and_defects() -> None:
    """A piece seen again after rework is no new unit."""
    found = full()
    assert found["first_pass_yield"] == 0.5
    assert found["defects_per_million_units"] == {"truth": 5e5, "inspected": 5e5}
    chances = found["defects_per_million_opportunities"]
    # cut 2, print 2, join 8, test 2, test again 1, cut of the other order 1
    assert chances["truth"] == pytest.approx(1e6 / 16)
    assert chances["inspected"] == pytest.approx(1e6 / (2 * 7))


def test_truth_differs_from_inspection() -> None:
    """False alarms are taken off, misses added."""
    story = full_story()
    events = edited(story.events, "lot_inspected", alarms=1, missed=1)
    found = kpis(story.world, events)["defects_per_million_units"]
    assert found == {"truth": 5e5, "inspected": 5e5}
    events = edited(story.events, "lot_inspected", alarms=1)
    found = kpis(story.world, events)["defects_per_million_units"]
    assert found == {"truth": 0.0, "inspected": 5e5}


def scrapping() -> Story:
    """Tell of one of two pieces scrapped, the other shipped; 8 EUR of material."""
    story = Story(world())
    story.begin()
    story.order("O1")
    lot = story.release("O1", "cut")
    story.bring(lot, "s", "cutter")
    used = [["sheet", "sheet/1", 4]]
    story.work("cutter", lot, "cut", 20, family="red", materials=used)
    story.say("lot_scrapped", lot, order="O1", pieces=1, step="cut")
    story.wait(HOUR)
    story.say("order_shipped", "O1", dock="out", pieces=1)
    story.end()
    return story


def test_scrap_and_the_value_in_it() -> None:
    """Scrapped pieces take their share of the material with them."""
    story = scrapping()
    found = kpis(story.world, story.events)
    assert found["scrap"] == 0.5
    assert found["cost"]["scrap"] == 4.0
    assert found["cost"]["material"] == 4.0


def test_wip_is_a_time_average() -> None:
    """One lot in 40 of 50 s is 0.8 lots."""
    story = Story(world())
    story.begin(10, 60)
    story.order("O1")
    lot = story.release("O1", "cut")
    story.wait(50)
    story.say("lot_scrapped", lot, order="O1", pieces=2, step="cut")
    story.wait(50)
    story.end(unfinished=1)
    assert kpis(story.world, story.events)["wip"] == pytest.approx(0.8)


def test_vehicles_and_crews() -> None:
    """Vehicles are busy driving or holding; crews while taken, within their shift."""
    story = Story(world())
    story.begin(0, 100)
    story.order("O1")
    lot = story.release("O1", "cut")
    story.bring(lot, "s", "cutter")  # 7 + 2 + 1 + 3 s
    story.work("cutter", lot, "cut", 20, family="red")
    story.wait(67)
    story.end(unfinished=1)
    found = kpis(story.world, story.events)
    assert found["vehicle_use"] == pytest.approx(13 / (2 * 100))
    assert found["crew_use"] == pytest.approx(20 / (2 * 100))
    assert found["automatic_share"] == pytest.approx(1 - 20 / 33)


def test_trips_that_move_a_lot_again() -> None:
    """From a machine it was brought to and not worked on: there it was in vain."""
    story = Story(world())
    story.begin()
    story.order("O1", quantity=6)
    lot = story.release("O1", "cut")
    story.bring(lot, "s", "printer")
    assert kpis(story.world, story.events)["retransports"] == 0
    story.bring(lot, "printer", "cutter")  # again
    story.work("cutter", lot, "cut", 14, family="red")
    story.bring(lot, "cutter", "joiner")
    other = story.release("O1", "print")
    story.bring(other, "s", "printer")
    story.bring(other, "printer", "s")  # again: it is put aside
    story.bring(other, "s", "printer")  # from the store it is not again
    story.work("printer", other, "print", 20)
    story.bring(other, "printer", "joiner")
    joined = {"order": "O1", "kit": "O1.1", "step": "join", "pieces": 2}
    story.say("lots_joined", "O1.1", **joined, inputs=[lot, other], at="joiner")
    story.bring("O1.1", "joiner", "tester")
    story.end(unfinished=1)
    assert kpis(story.world, story.events)["retransports"] == 2 / 8
    events = edited(story.events, "run_started", window=[0, 0])
    assert "retransports" not in kpis(story.world, events)


def test_crew_is_present_only_on_shift() -> None:
    """Use and wages go by the calendar: 8 of 24 h."""
    shop = world()
    crew = replace(shop.crews[0], cost_per_hour=10.0)
    story = Story(replace(shop, crews=(crew,)))
    story.begin(0, 24 * HOUR)
    story.say("operator_taken", "crew", operator="crew-1", machine="cutter", work="run")
    story.wait(4 * HOUR)
    story.say("operator_freed", "crew", operator="crew-1", machine="cutter", work="run")
    story.wait(20 * HOUR)
    story.end()
    found = kpis(story.world, story.events)
    assert found["crew_use"] == pytest.approx(4 / 16)
    assert found["cost"]["labour"] == pytest.approx(160)


def test_energy_and_the_tariff_of_the_hour() -> None:
    """Power x time in state; the first hour is the one from six."""
    tariff = tuple(float(hour) for hour in range(24))
    story = Story(world(costs=Costs(tariff=tariff)))
    story.begin(0, 2 * HOUR)
    story.wait(0.5 * HOUR)
    story.state("cutter", "execute")
    story.wait(HOUR)
    story.state("cutter", "stopped")
    story.wait(0.5 * HOUR)
    story.end()
    found = kpis(story.world, story.events)
    assert found["energy"] == pytest.approx(0.5 * 1 + 10)
    assert found["cost"]["energy"] == pytest.approx((0.5 + 5) * 6 + 5 * 7)


def test_costs_add_up() -> None:
    """The total is the sum of its parts, the unit cost its share of a piece."""
    costs = Costs(
        energy_per_kwh=0.2,
        holding_per_year=0.25,
        lateness_per_day=0.24,
        lateness_most=0.05,
        depreciation_per_day=86400.0,
        store_per_lot_hour=1.0,
    )
    story = full_story(world(costs=costs))
    events = edited(story.events, "order_received", due=0)
    found = kpis(story.world, events)
    cost = found["cost"]
    assert cost["machine"] == pytest.approx((20 + 10 + 40) * 36 / 3600)
    assert cost["material"] == 8.0
    assert cost["scrap"] == 4.0  # of the cancelled order
    assert cost["depreciation"] == pytest.approx(352)
    assert cost["energy"] == pytest.approx(found["energy"] * 0.2)
    late = 190 / 86400
    assert cost["lateness"] == pytest.approx(200 * 0.24 * late)
    assert cost["holding"] > 0
    assert found["total_cost"] == pytest.approx(sum(cost.values()))
    assert found["unit_cost"] == pytest.approx(found["total_cost"] / 2)


def test_lateness_is_limited() -> None:
    """No customer deducts more than the limit."""
    costs = Costs(lateness_per_day=1.0, lateness_most=0.05)
    story = orders()
    found = kpis(replace(story.world, costs=costs), story.events)
    one_hour = 1 / 24
    expected = 200 * (min(one_hour, 0.05) + 2 * 0.05)
    assert found["cost"]["lateness"] == pytest.approx(expected)


def test_overflow_store_costs() -> None:
    """Lots brought to the store cost by the hour; raw lots begin there for free."""
    story = Story(world(costs=Costs(store_per_lot_hour=3.0)))
    story.begin(0, 10 * HOUR)
    story.order("O1")
    lot = story.release("O1", "cut")
    story.wait(HOUR)
    assert kpis(story.world, story.events)["cost"]["holding"] == 0
    story.bring(lot, "s", "printer")
    story.bring(lot, "printer", "s")
    story.wait(HOUR)
    story.end(unfinished=1)
    assert kpis(story.world, story.events)["cost"]["holding"] == pytest.approx(3.0)


def test_stock() -> None:
    """Stock is worth its price for as long as it lies there; waits are counted."""
    story = Story(world())
    story.begin(0, 100)
    story.order("O1")
    story.say("stock_out", "sheet", short=3)
    lot = story.release("O1", "cut")
    story.bring(lot, "s", "cutter")  # 13 s
    used = [["sheet", "sheet/1", 4]]
    story.start("cutter", lot, "cut", 20, family="red", materials=used)
    story.wait(87)
    story.end(unfinished=1)
    found = kpis(story.world, story.events)
    assert found["stock_outs"] == 1
    assert found["stock_value"] == pytest.approx((13 * 12 + 87 * 4) / 100)


def test_deciding() -> None:
    """Messages, plans, how much adopted ones change, people's decisions."""
    story = full_story()
    said = [e for e in story.events if e.kind == "replan"]
    again = said[0].facts | {
        "adopted": False,
        "changed": 4,
        "near_changed": 2,
        "refreshed_near": 7,
        "refreshed_changed": 3,
    }
    now = story.events[-1].time
    extra = [
        Event(now, "replan", "planner", again),
        Event(now, "decision_touched", "planner", {"what": "plan"}),
    ]
    found = kpis(story.world, [*story.events[:-1], *extra, story.events[-1]])
    assert found["messages"] == 4
    assert found["replans"] == 2
    assert found["nervousness"] == {
        "machine": 0.25,
        "start": 1.0,
        "near": 0.5,  # what was not adopted has changed nothing
        "refresh": 0.25,  # but the refreshes before it have: 0 of 5 and 3 of 7
    }
    assert found["decision_touches"] == 1


@pytest.mark.parametrize(("completion", "end"), [("processed", 54), ("delivered", 66)])
def test_makespan_of_an_instance(completion: str, end: int) -> None:
    """The end of the last operation, or of the last trip, in the instance's unit."""
    story = Story(world(unit="min", unit_ms=500, completion=completion))
    story.begin(0, 0)
    story.order("O1")
    lot = story.release("O1", "cut")
    story.bring(lot, "s", "cutter")
    story.work("cutter", lot, "cut", 14, family="red")
    story.bring(lot, "cutter", "printer")  # 2 + 1 + 3 s
    story.wait(100)
    story.end(unfinished=1)
    assert kpis(story.world, story.events)["makespan"] == end


def test_same_while_running_and_afterwards() -> None:
    """Asking in between changes nothing, and equals the fold of the facts so far."""
    story = full_story()
    running = Kpis(story.world)
    for n, event in enumerate(story.events, start=1):
        running.add(event)
        if n % 20 == 0:
            assert running.values() == kpis(story.world, story.events[:n])
        else:
            running.values()
    assert running.values() == kpis(story.world, story.events)


def test_split_window_adds_up() -> None:
    """What two windows measure is what one over both does."""
    story = full_story()

    def energy(first: int, last: int) -> float:
        events = edited(story.events, "run_started", window=[first * S, last * S])
        return float(kpis(story.world, events)["energy"])

    assert energy(0, 77) + energy(77, 352) == pytest.approx(energy(0, 352))


def test_flat_names() -> None:
    """KPIs of several values are called with a dot."""
    found = dict(flat({"wip": 1.0, "oee": {"M1": 0.5}}))
    assert found == {"wip": 1.0, "oee.M1": 0.5}


def test_every_kpi_is_documented() -> None:
    """The table has every KPI there is, and no other."""
    story = full_story(world(unit="s", unit_ms=S))
    events = edited(story.events, "order_received", rush=True)
    assert set(kpis(story.world, events)) == set(KPI_TABLE)


def test_document_is_up_to_date() -> None:
    """``docs/kpis.md`` is what the table says."""
    path = Path(__file__).parents[2] / "docs" / "kpis.md"
    assert path.read_text(encoding="utf-8") == kpi_markdown()
