"""Nominal use: by hand on small shops, and what `load` makes of it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kernel.calendar import HOUR, MINUTE
from kernel.chance import Exponential, Fixed, Uniform
from kernel.errors import BadInput
from worlds.load import nominal_use, scaled_to
from worlds.read import read_world
from worlds.spec import (
    CustomerClass,
    Demand,
    FailureMode,
    Floor,
    Inspection,
    Machine,
    Node,
    Product,
    Rework,
    SetupMatrix,
    Shift,
    Step,
    StepMode,
    WorkCalendar,
    World,
)

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def machine(id: str, *able: str, **more: object) -> Machine:
    """Return a machine."""
    return Machine(id=id, work_center="w", node="n", capabilities=able, **more)


def shop(
    *machines: Machine,
    steps: tuple[Step, ...] = (Step(id="cut", capability="cut", time=30 * MINUTE),),
    quantity: object = None,
    lot_size: int = 1,
    **more: object,
) -> World:
    """Return a shop with 24 orders a day."""
    return World(
        format=1,
        name="shop",
        start=datetime(2026, 1, 5, tzinfo=UTC),
        floor=Floor(nodes=(Node(id="n", at=(0.0, 0.0), kind="station"),)),
        machines=machines,
        products=(Product(id="p", steps=steps, lot_size=lot_size),),
        demand=Demand(
            orders_per_day=24.0,
            quantity=quantity,
            customers=(CustomerClass(id="c", slack=Fixed(value=HOUR)),),
        ),
        **more,
    )


def test_work_over_open_time() -> None:
    """24 half hours a day keep one machine half busy, two a quarter."""
    assert nominal_use(shop(machine("A", "cut"))) == {"A": 0.5}
    two = nominal_use(shop(machine("A", "cut"), machine("B", "cut")))
    assert two == {"A+B": 0.25}


def test_lots_and_pieces() -> None:
    """1 to 5 pieces alike in lots of 2: 3 pieces, 1.8 lots."""
    steps = (Step(id="cut", capability="cut", time=5 * MINUTE, lot_time=10 * MINUTE),)
    world = shop(
        machine("A", "cut"),
        steps=steps,
        quantity=Uniform(low=0.5, high=5.5),
        lot_size=2,
    )
    assert nominal_use(world)["A"] == pytest.approx((3 * 5 + 1.8 * 10) / 60)


def test_pace_variation_and_repairs() -> None:
    """Each multiplies: 1.2 slower, 1.1 longer, a quarter of an hour in each hour."""
    mode = FailureMode(
        id="f", life=Exponential(mean=float(HOUR)), repair=Fixed(value=15.0 * MINUTE)
    )
    slow = machine(
        "A", "cut", pace=1.2, variation=Fixed(value=1.1), failures=(mode, mode)
    )
    assert nominal_use(shop(slow))["A"] == pytest.approx(0.5 * 1.2 * 1.1 * 1.5)


def test_machines_of_unequal_pace_share_the_work() -> None:
    """Twice as slow takes half as much: both are busy 1/3 of 24 half hours."""
    world = shop(machine("A", "cut"), machine("B", "cut", pace=2.0))
    assert nominal_use(world)["A+B"] == pytest.approx(1 / 3)


def test_open_time_is_that_of_the_calendar() -> None:
    """Twelve hours a day, over midnight and overlapping, double the use."""
    shifts = (
        Shift(days=DAYS, start="20:00", end="06:00"),
        Shift(days=DAYS, start="04:00", end="08:00"),
    )
    half = WorkCalendar(id="half", shifts=shifts)
    world = shop(machine("A", "cut", calendar="half"), calendars=(half,))
    assert nominal_use(world)["A"] == pytest.approx(1.0)


def test_capacity_and_headway() -> None:
    """Eight slots, but a start every 50 minutes: the starts are what counts."""
    slots = machine("A", "cut", capacity=8)
    assert nominal_use(shop(slots))["A"] == pytest.approx(0.5 / 8)
    flow = replace(slots, headway=50 * MINUTE)
    assert nominal_use(shop(flow))["A"] == pytest.approx(24 * 50 / 1440)


def test_work_that_can_go_nowhere_else() -> None:
    """B alone can bore: {B} is the bottleneck, not the pair; and unions count."""
    steps = (
        Step(id="cut", capability="cut", time=10 * MINUTE),
        Step(id="bore", capability="bore", time=40 * MINUTE),
    )
    use = nominal_use(
        shop(machine("A", "cut"), machine("B", "cut", "bore"), steps=steps)
    )
    assert use == {"B": pytest.approx(40 / 60), "A+B": pytest.approx(50 / 120)}
    assert list(use) == ["B", "A+B"]
    steps = (
        Step(id="ab", capability="ab", time=45 * MINUTE),
        Step(id="bc", capability="bc", time=45 * MINUTE),
    )
    machines = (machine("A", "ab"), machine("B", "ab", "bc"), machine("C", "bc"))
    use = nominal_use(shop(*machines, steps=steps))
    assert use["A+B+C"] == pytest.approx(0.5)
    assert use["A+B"] == use["B+C"] == pytest.approx(0.375)


def test_modes_instead_of_a_capability() -> None:
    """Their machines form the group, each with its own time."""
    modes = (StepMode(machine="A", time=20 * MINUTE), StepMode(machine="B", time=HOUR))
    world = shop(machine("A"), machine("B"), steps=(Step(id="s", modes=modes),))
    assert nominal_use(world)["A+B"] == pytest.approx(24 / (72 + 24))


def test_rework_and_replaced_scrap() -> None:
    """A tenth is defective and mended, with success in 3/4; the rest is made anew."""
    rework = Rework(capability="mend", time=2 * HOUR, success=0.75, limit=1)
    steps = (
        Step(id="cut", capability="cut", time=30 * MINUTE, defects_per_million=1e5),
        Step(
            id="look",
            capability="look",
            time=10 * MINUTE,
            inspection=Inspection(rework=rework),
        ),
    )
    machines = (machine("A", "cut"), machine("B", "look"), machine("C", "mend"))
    use = nominal_use(shop(*machines, steps=steps))
    again = 1 / (1 - 0.025)
    assert use["A"] == pytest.approx(0.5 * again)
    assert use["B"] == pytest.approx(1.1 / 6 * again)
    assert use["C"] == pytest.approx(0.1 * 2 * again)


def test_two_attempts_and_false_alarms() -> None:
    """Good pieces flagged are mended too; a second attempt takes what is left."""
    rework = Rework(capability="mend", time=HOUR, success=0.5, limit=2)
    look = Inspection(miss=0.2, false_alarm=0.1, rework=rework)
    step = Step(
        id="cut",
        capability="cut",
        time=30 * MINUTE,
        defects_per_million=250_000,
        inspection=look,
    )
    use = nominal_use(shop(machine("A", "cut"), machine("C", "mend"), steps=(step,)))
    good, poor = 0.75 * 0.1, 0.25 * 0.8
    first = good + poor
    good, poor = (good + poor / 2) * 0.1, poor / 2 * 0.8
    second = good + poor
    scrap = (good + poor / 2) * 0.1 + poor / 2 * 0.8
    assert use["C"] == pytest.approx((first + second) / (1 - scrap))


def test_set_ups_by_mixing() -> None:
    """Two families alike: every other lot changes, at full mixing."""
    zero_one = tuple(
        tuple(0 if i == j else 8 * MINUTE for j in range(2)) for i in range(2)
    )
    matrix = SetupMatrix(id="m", families=("x", "y"), times=zero_one)
    steps = (
        Step(id="a", capability="cut", time=10 * MINUTE, family="x"),
        Step(id="b", capability="cut", time=10 * MINUTE, family="y"),
    )
    world = shop(machine("A", "cut", setup="m"), steps=steps, setups=(matrix,))
    assert nominal_use(world)["A"] == pytest.approx(1 / 3)
    assert nominal_use(world, 1.0)["A"] == pytest.approx((20 + 2 * 4) / 60)
    assert nominal_use(world, 0.5)["A"] == pytest.approx((20 + 4) / 60)


def test_scaled_to_a_load() -> None:
    """The bottleneck has the load asked for; nothing else has changed."""
    world = read_world("cell")
    busier = scaled_to(world, 0.9)
    assert max(nominal_use(busier).values()) == pytest.approx(0.9)
    rate = world.demand.orders_per_day
    assert replace(busier, demand=replace(busier.demand, orders_per_day=rate)) == world


@pytest.mark.parametrize("load", [0.0, -1.0, 11.0, float("nan"), float("inf")])
def test_a_load_that_cannot_be_is_refused(load: float) -> None:
    """Expected above 0, at most 10."""
    with pytest.raises(BadInput, match="expected a number above 0"):
        scaled_to(read_world("cell"), load)


def test_an_order_book_has_nothing_to_scale() -> None:
    """An instance has no demand process."""
    world = read_world("ft06")
    assert nominal_use(world) == {}
    with pytest.raises(BadInput, match="no demand process"):
        scaled_to(world, 0.8)
