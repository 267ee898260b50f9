"""Orders: the right laws, the same luck whatever the factory or the rate."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice, pairwise
from math import exp, sqrt

import pytest

from kernel.calendar import DAY, HOUR
from kernel.chance import Fixed, Lognormal, Uniform
from kernel.errors import BadInput
from worlds.arrivals import WeeklyRate
from worlds.demand import Customers
from worlds.mix import Shares, VariantMix, quantity_of, quantity_shares
from worlds.products import sold
from worlds.read import read_world
from worlds.routes import Routes
from worlds.spec import (
    Choice,
    CustomerClass,
    Demand,
    Dock,
    Option,
    OptionRule,
    OrderLine,
    Product,
    Step,
    World,
)
from worlds.workcalendar import WEEKDAYS

MONDAY = datetime(2026, 1, 5, 6, tzinfo=UTC)
OFFICE = tuple(float(7 <= hour < 17) for hour in range(24))
WORKDAYS = (1.0, 1.0, 1.0, 2.0, 1.0, 0.0, 0.0)
CLASSES = (
    CustomerClass(id="regular", share=3.0, slack=Uniform(low=DAY, high=3 * DAY)),
    CustomerClass(id="rush", slack=Fixed(value=HOUR), weight=8.0, rush=True),
)


def shop(**demand: object) -> World:
    """Return the cell with another demand."""
    world = read_world("cell")
    return replace(world, demand=replace(world.demand, **demand))


def first(world: World, n: int, seed: int = 1) -> list:
    """Return the first orders."""
    return list(islice(Customers(world, seed), n))


def test_orders_come_in_order_of_arrival() -> None:
    """Ids count from O1, times never go back, release is the arrival."""
    orders = first(shop(), 200)
    assert [order.id for order in orders] == [f"O{k}" for k in range(1, 201)]
    assert all(a.arrival <= b.arrival for a, b in pairwise(orders))
    assert all(order.release == order.arrival <= order.due for order in orders)


def test_the_stream_is_the_same_however_it_is_asked_for() -> None:
    """Random access, iteration and a second object agree; another seed does not."""
    world = shop()
    orders = first(world, 60)
    assert Customers(world, 1).request(59) == orders[59]
    assert first(world, 60) == orders
    assert first(world, 60, seed=2) != orders


def test_a_rate_moves_the_same_orders_in_time() -> None:
    """Common random numbers: four times the rate, a quarter of every arrival."""
    slow, fast = first(shop(), 300), first(shop(orders_per_day=400.0), 300)
    for a, b in zip(slow, fast, strict=True):
        assert abs(a.arrival - 4 * b.arrival) <= 4
        same = ("id", "product", "options", "quantity", "weight", "rush", "customer")
        assert all(getattr(a, name) == getattr(b, name) for name in same)
        assert a.due - a.arrival == b.due - b.arrival


def test_the_rate_is_that_of_an_average_day() -> None:
    """So many orders in 20 weeks as the rate says, within four deviations."""
    world = shop(orders_per_day=20.0, by_hour=OFFICE, by_weekday=WORKDAYS)
    expected = 20.0 * 7 * 20
    customers = iter(Customers(world, 7))
    count = sum(1 for _ in iter(lambda: next(customers).arrival < 140 * DAY, False))
    assert abs(count - expected) < 4 * sqrt(expected)


def test_orders_follow_the_hours_and_weekdays() -> None:
    """None at night or at weekends; Thursday counts twice; hours are alike."""
    world = shop(orders_per_day=100.0, by_hour=OFFICE, by_weekday=WORKDAYS)
    weeks = [o.arrival for o in first(world, 8000) if o.arrival < 10 * 7 * DAY]
    since_monday = [arrival + 6 * HOUR for arrival in weeks]
    days = Counter(t // DAY % 7 for t in since_monday)
    hours = Counter(t % DAY // HOUR for t in since_monday)
    assert set(days) == {0, 1, 2, 3, 4}
    assert set(hours) == set(range(7, 17))
    n = len(weeks)
    assert abs(days[3] - n / 3) < 4 * sqrt(n * 2 / 9)
    # Chi-squared with 9 degrees of freedom: 27.9 is exceeded once in a thousand.
    assert sum((k - n / 10) ** 2 / (n / 10) for k in hours.values()) < 27.9


def test_gaps_are_exponential_in_expected_orders() -> None:
    """Kolmogorov and Smirnov do not object at one in a thousand."""
    world = shop(by_hour=OFFICE, by_weekday=WORKDAYS)
    rate = WeeklyRate(world.demand, world.start)
    epochs = [rate.expected(order.arrival) for order in first(world, 2000)]
    gaps = sorted(1 - exp(a - b) for a, b in pairwise([0.0, *epochs]))
    distance = max(abs(u - (i + 0.5) / 2000) for i, u in enumerate(gaps))
    assert distance < 1.95 / sqrt(2000)


def test_time_of_inverts_expected() -> None:
    """Both ways over three weeks; a Wednesday start shifts the pattern."""
    demand = Demand(orders_per_day=30.0, by_hour=OFFICE, by_weekday=WORKDAYS)
    for start in (MONDAY, datetime(2026, 1, 7, 13, 30, tzinfo=UTC)):
        rate = WeeklyRate(demand, start)
        assert rate.expected(0) == 0
        assert rate.expected(7 * DAY) == pytest.approx(210)
        for k in range(630):
            assert rate.expected(rate.time_of(k + 0.5)) == pytest.approx(
                k + 0.5, abs=1e-4
            )


def test_time_of_is_exact() -> None:
    """All on Tuesdays from 8 to 9: the fifth of ten is expected at half past."""
    hours = tuple(float(hour == 8) for hour in range(24))
    days = (0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    demand = Demand(orders_per_day=10 / 7, by_hour=hours, by_weekday=days)
    rate = WeeklyRate(demand, MONDAY)
    assert rate.time_of(5.0) == 26 * HOUR + HOUR // 2
    assert rate.time_of(15.0) == 7 * DAY + 26 * HOUR + HOUR // 2


def configured(**shares: float) -> Product:
    """Return a product of two sizes and two colours; small ones are not red."""
    share = {"s": 3.0, "l": 1.0, "red": 1.0, "blue": 4.0} | shares

    def option(id: str, *ids: str) -> Option:
        return Option(id=id, choices=tuple(Choice(id=i, share=share[i]) for i in ids))

    return Product(
        id="box",
        options=(option("size", "s", "l"), option("colour", "red", "blue")),
        rules=(OptionRule(given={"size": ("s",)}, then={"colour": ("blue",)}),),
        steps=(Step(id="cut", capability="cut"),),
    )


def test_variant_shares_are_those_of_their_choices_among_what_is_sold() -> None:
    """Without red small boxes: 12 blue small, 1 red large, 4 blue large of 17."""
    found = {
        tuple(v for _, v in options): s for options, s in VariantMix(configured(), "w")
    }
    assert found == {
        ("s", "blue"): pytest.approx(12 / 17),
        ("l", "red"): pytest.approx(1 / 17),
        ("l", "blue"): pytest.approx(4 / 17),
    }


def test_variants_are_drawn_by_their_shares_and_sold() -> None:
    """Chi-squared over the sizes of the cell, and over all rules of electronics."""
    count = Counter(dict(order.options)["size"] for order in first(shop(), 3000))
    expected = {"d80": 1500, "d120": 900, "d160": 600}
    assert sum((count[k] - n) ** 2 / n for k, n in expected.items()) < 13.8
    plant = read_world("electronics")
    product = plant.products[0]
    assert all(sold(product, dict(order.options)) for order in first(plant, 500))


def test_a_product_that_cannot_be_ordered_is_refused() -> None:
    """No share above 0, or more combinations than can be listed."""
    with pytest.raises(BadInput, match=r"products\.box\.options: no variant is sold"):
        VariantMix(configured(blue=0.0, l=0.0), "w")
    choices = tuple(Choice(id=f"c{k}") for k in range(10))
    options = tuple(Option(id=f"o{k}", choices=choices) for k in range(9))
    with pytest.raises(BadInput, match="1000000000 combinations"):
        VariantMix(replace(configured(), options=options, rules=()), "w")


def test_picks_skip_what_has_no_share() -> None:
    """Shares of 0 at the ends and in the middle are never picked."""
    shares = Shares([0.0, 1.0, 0.0, 3.0, 0.0])
    assert [shares.pick(u) for u in (1e-16, 0.24, 0.26, 1 - 1e-16)] == [1, 1, 3, 3]
    with pytest.raises(ValueError, match="all shares are 0"):
        Shares([0.0, 0.0])


@pytest.mark.parametrize(
    ("law", "largest"),
    [
        (None, 1000),
        (Fixed(value=4.0), 1000),
        (Uniform(low=0.5, high=3.5), 1000),
        (Lognormal(median=1.5, sigma=0.8), 12),
        (Lognormal(median=40.0, sigma=0.3), 30),
    ],
)
def test_quantities_and_their_shares_agree(law: object, largest: int) -> None:
    """Draws at even spacing reproduce the stated probabilities."""
    demand = Demand(quantity=law, largest=largest)
    draws = Counter(quantity_of(demand, (k + 0.5) / 5000) for k in range(5000))
    shares = quantity_shares(demand)
    assert sum(shares) == pytest.approx(1)
    assert 1 <= min(draws) <= max(draws) <= largest
    for quantity, share in enumerate(shares, 1):
        assert draws[quantity] / 5000 == pytest.approx(share, abs=2e-4)


def test_customers_come_by_their_shares() -> None:
    """A quarter rushes; due, weight and rush are those of the class."""
    orders = first(shop(customers=CLASSES), 2000)
    rush = [order for order in orders if order.customer == "rush"]
    assert abs(len(rush) - 500) < 4 * sqrt(2000 * 0.25 * 0.75)
    assert all(o.rush and o.weight == 8 and o.due - o.arrival == HOUR for o in rush)
    slack = [o.due - o.arrival for o in orders if o.customer == "regular"]
    assert DAY <= min(slack) <= max(slack) <= 3 * DAY
    assert sum(slack) / len(slack) == pytest.approx(2 * DAY, rel=0.03)


def test_due_allows_for_the_own_work() -> None:
    """Due is slack and twice the work content of the order later."""
    busy = CustomerClass(id="busy", slack=Fixed(value=HOUR), work=2.0)
    world = shop(customers=(busy,), quantity=Fixed(value=7.0))
    routes = Routes(world)
    for order in first(world, 20):
        work = routes.of(order.product, dict(order.options)).content(7)
        assert work > 0
        assert order.due == order.arrival + HOUR + 2 * work


def test_due_is_a_departure_in_working_days() -> None:
    """Where orders leave at 14:00 on weekdays, they are due at 14:00 on one."""
    dock = Dock(id="gate", node="gate", departures=("14:00",), days=WEEKDAYS[:5])
    world = replace(shop(customers=CLASSES[1:], changed=0.5), docks=(dock,))
    customers = Customers(world, 3)
    orders = [o for o in islice(customers, 400) if o is not None]
    changes = [c for c in map(customers.change_of, orders) if c is not None]
    assert len(changes) > 100
    for due in (*(o.due for o in orders), *(c.due for c in changes)):
        day, time = divmod(due + 6 * HOUR, DAY)
        assert time == 14 * HOUR
        assert day % 7 < 5
    assert all(o.arrival + HOUR <= o.due for o in orders)


def line(id: str, arrival: int, **more: object) -> OrderLine:
    """Return an order for a small flange."""
    return OrderLine(
        id=id, product="flange", options={"size": "d80"}, arrival=arrival, **more
    )


def test_the_book_is_merged_by_arrival() -> None:
    """Orders of the book and of the process, nothing lost, release not before."""
    book = (line("B", 10 * HOUR, release=12 * HOUR), line("A", 0), line("C", 9 * DAY))
    orders = first(shop(orders=book), 120)
    assert [o.id for o in orders if not o.id.startswith("O")] == ["A", "B"]
    assert orders[0].id == "A"
    assert [o.arrival for o in orders] == sorted(o.arrival for o in orders)
    b = next(order for order in orders if order.id == "B")
    assert (b.release, b.options, b.customer) == (12 * HOUR, (("size", "d80"),), "")
    assert [o.id for o in orders if o.id.startswith("O")][:3] == ["O1", "O2", "O3"]


def test_a_book_alone_comes_to_an_end() -> None:
    """Equal times keep the order of the book; then there is nothing more."""
    book = (line("late", HOUR), line("one", 0), line("two", 0))
    customers = Customers(shop(orders_per_day=0.0, orders=book), 1)
    assert [order.id for order in customers] == ["one", "two", "late"]
    assert customers.request(3) is None


@pytest.mark.parametrize(
    ("demand", "place"),
    [
        ({"by_hour": (0.0,) * 24}, "demand.by_hour"),
        ({"by_weekday": (0.0,) * 7}, "demand.by_weekday"),
        ({"customers": (replace(CLASSES[0], share=0.0),)}, "demand.customers"),
        ({"orders": (line("O7", 0),)}, "demand.orders.O7.id"),
    ],
)
def test_a_process_that_cannot_be_is_refused(demand: dict, place: str) -> None:
    """All shares 0, or an id the process will use itself."""
    with pytest.raises(BadInput) as caught:
        Customers(shop(**demand), 1)
    assert caught.value.place == place


def test_redrawn_customers_know_the_past_only() -> None:
    """After the facts ids go on, times are later, the luck is new and as likely."""
    world = shop(orders=(line("A", 0), line("B", 2 * DAY)))
    customers = Customers(world, 1)
    served, now = 30, customers.request(29).arrival + 1000  # type: ignore[union-attr]
    drawn = sum(1 for n in range(30) if customers.request(n).id[0] == "O")  # type: ignore[union-attr]
    gaps = []
    for seed in range(400):
        other = customers.redrawn(seed, served, now)
        found = [order for order in islice(other, 40) if order.id != "B"]
        assert found[0].id == f"O{drawn + 1}"
        assert now < found[0].arrival
        gaps.append(found[0].arrival - now)
    again = other.redrawn(9, 5, 2 * DAY)
    past = [order for order in islice(other, 5) if order.id != "B"]
    assert next(iter(again)).id == f"O{drawn + len(past) + 1}"
    mean = DAY / world.demand.orders_per_day
    assert sum(gaps) / 400 == pytest.approx(mean, abs=4 * mean / sqrt(400))


def test_customers_change_their_minds_by_share() -> None:
    """A tenth cancels, a fifth moves the due, between arrival and due."""
    customers = Customers(shop(cancelled=0.1, changed=0.2), 3)
    orders = list(islice(customers, 2000))
    changes = [(o, c) for o in orders if (c := customers.change_of(o)) is not None]
    cancelled = [c for _, c in changes if c.due is None]
    assert abs(len(cancelled) - 200) < 4 * sqrt(2000 * 0.1 * 0.9)
    assert abs(len(changes) - 600) < 4 * sqrt(2000 * 0.3 * 0.7)
    for order, change in changes:
        assert change.order == order.id
        assert order.arrival < change.time <= order.due
        if change.due is not None:
            assert change.time < change.due
    calm = Customers(shop(), 3)
    assert all(calm.change_of(order) is None for order in orders)


def test_counts_are_poisson() -> None:
    """The variance of orders in an hour is their mean."""
    orders = first(shop(orders_per_day=240.0), 24_000)
    hours = Counter(order.arrival // HOUR for order in orders)
    counts = [hours[h] for h in range(2300)]
    mean = sum(counts) / len(counts)
    variance = sum((n - mean) ** 2 for n in counts) / len(counts)
    assert mean == pytest.approx(10, rel=0.03)
    assert variance / mean == pytest.approx(1, abs=4 * sqrt(2 / len(counts)))
