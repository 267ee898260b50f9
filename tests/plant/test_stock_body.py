"""Materials, suppliers, crews and docks."""

from __future__ import annotations

import pytest
from plant_bench import Bench
from small_worlds import machine, order, product, small_world, step

from kernel.calendar import MINUTE
from kernel.errors import Impossible
from plant.crew import CrewBody
from plant.stock import Stock, SupplierBody
from plant.store import DockBody
from worlds.workcalendar import Departures, OpenHours

WORLD = small_world(
    [machine("M")],
    [product(step("s", "M"))],
    [order("O")],
    suppliers=[{"id": "mill", "lead": "30 min"}],
    materials=[
        {"id": "bar", "stock": 5, "supplier": "mill"},
        {"id": "nut", "stock": 0},
    ],
    calendars=[
        {
            "id": "early",
            "shifts": [{"days": ["Mon"], "start": "06:00", "end": "07:00"}],
        }
    ],
    crews=[{"id": "crew", "operators": 11, "skills": ["fit"], "calendar": "early"}],
    docks=[
        {"id": "dock", "node": "out", "departures": ["07:00"], "handling": "10 min"}
    ],
)


def stock() -> tuple[Bench, Stock, SupplierBody]:
    """Return the stock of bars, counted, and who delivers them."""
    b = Bench(WORLD)
    bars = Stock(WORLD.materials[0], b.floor)
    bars.begin()
    mill = SupplierBody(WORLD.suppliers[0], {"bar": bars}, b.floor)
    b.calendar.register("mill", mill)
    return b, bars, mill


def test_the_oldest_material_is_used_first() -> None:
    """5 of the opening stock, then of the delivery; each lot is named."""
    _, bars, _ = stock()
    bars.receive("mill/1", 4)
    assert bars.take(3) == [["bar", "bar/1", 3]]
    assert bars.take(4) == [["bar", "bar/1", 2], ["bar", "bar/2", 2]]
    assert bars.quantity == 2
    with pytest.raises(Impossible):
        bars.take(3)
    assert bars.quantity == 2


def test_no_opening_stock_is_no_material_lot() -> None:
    """A material that is not there has no lot; the first delivery is lot 1."""
    b = Bench(WORLD)
    nuts = Stock(WORLD.materials[1], b.floor)
    nuts.begin()
    assert b.facts[-1] == {"quantity": 0, "material_lot": None}
    nuts.receive("x", 2)
    assert b.facts[-1]["material_lot"] == "nut/1"


def test_a_purchase_comes_after_its_lead_time() -> None:
    """Ordered at 10, there at 40."""
    b, bars, mill = stock()
    b.until(10)
    assert mill.order("bar", 7) == "mill/1"
    b.until(39.9)
    assert bars.quantity == 5
    b.until(40)
    assert bars.quantity == 12


def test_a_delay_moves_every_open_purchase() -> None:
    """Purchases due at 30 and 40 come at 50 and 60; what has come stays.

    Those who wait learn how much later, not when: what was expected moves as far.
    """
    b, bars, mill = stock()
    mill.order("bar", 1)
    b.until(10)
    mill.order("bar", 1)
    mill.delay("bar", 20 * MINUTE)
    mill.delay("nut", 500 * MINUTE)
    b.until(100)
    assert b.when("material_received") == [
        (50, "material_received"),
        (60, "material_received"),
    ]
    told = [f["expected"] / MINUTE for f in b.facts if "expected" in f]
    assert told == [30, 40, 50, 60]
    mill.delay("bar", 20 * MINUTE)
    b.until(200)
    assert bars.quantity == 7


def test_a_crew_works_its_shift() -> None:
    """Nobody begins after the shift; who is at work may be freed later, by number."""
    b = Bench(WORLD)
    hours = OpenHours(WORLD.calendars[0], WORLD.start)
    crew = CrewBody(WORLD.crews[0], b.floor, hours)
    taken = [crew.take("M", "run") for _ in range(11)]
    assert taken == [f"crew-{n}" for n in range(1, 12)]
    assert crew.take("M", "run") is None
    for operator in ("crew-10", "crew-2"):
        crew.release(operator)
    assert crew.free == ["crew-2", "crew-10"]
    with pytest.raises(Impossible):
        crew.release("crew-2")
    b.until(60)
    assert crew.take("M", "run") is None
    crew.release("crew-1")
    assert crew.free == ["crew-1", "crew-2", "crew-10"]


def dock() -> tuple[Bench, DockBody]:
    """Return a dock with one departure a day, at 07:00, which is minute 60."""
    b = Bench(WORLD)
    body = DockBody(WORLD.docks[0], b.floor, Departures(WORLD.docks[0], WORLD.start))
    b.calendar.register("dock", body)
    b.floor.place("dock", body)
    b.lot("L", "dock", pieces=3)
    return b, body


@pytest.mark.parametrize(("complete", "leaves"), [(50, 60), (50.1, 24 * 60 + 60)])
def test_an_order_leaves_with_the_departure_it_can_make(
    complete: float, leaves: float
) -> None:
    """It must be complete 10 min before the departure at minute 60."""
    b, body = dock()
    b.until(complete)
    body.ship("O", ("L",))
    b.until(10_000)
    assert b.when("order_shipped") == [(leaves, "order_shipped")]
    assert b.facts[-1] == {"dock": "dock", "pieces": 3}
    assert b.floor.lots == {}


def test_an_order_kept_does_not_leave() -> None:
    """An order taken back stays at the dock."""
    b, body = dock()
    body.ship("O", ("L",))
    body.keep("O")
    b.until(10_000)
    assert b.when("order_shipped") == []
    assert body.held == {"L"}
