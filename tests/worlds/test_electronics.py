"""The default world: what its issue asks of it, counted."""

import math
import re
from pathlib import Path

import pytest

import worlds
from kernel.calendar import DAY, HOUR
from worlds.demand import Customers
from worlds.load import nominal_use
from worlds.mix import VariantMix, quantity_shares
from worlds.products import Route
from worlds.read import read_world
from worlds.routes import Routes
from worlds.workcalendar import Departures

WORLD = read_world("electronics")
PRODUCT = WORLD.products[0]
ROUTES = Routes(WORLD)
MIX = list(VariantMix(PRODUCT, "electronics"))
FILE = Path(worlds.__file__).parent / "plants" / "electronics.toml"


@pytest.fixture(scope="module")
def routes() -> list[tuple[Route, float]]:
    """Return the route and the share of each variant."""
    return [(ROUTES.of(PRODUCT.id, dict(options)), share) for options, share in MIX]


def test_its_size() -> None:
    """20 to 24 machines, 6 work centres and more, 6 vehicles, 60 materials and more."""
    assert 20 <= len(WORLD.machines) <= 24
    assert len({machine.work_center for machine in WORLD.machines}) >= 6
    assert sum(group.count for group in WORLD.vehicles) == 6
    assert len(WORLD.materials) >= 60
    assert all(material.supplier for material in WORLD.materials)
    assert all(m.stock > m.reorder_point > 0 for m in WORLD.materials)


def test_its_variants() -> None:
    """2,220 are sold; a fifth of them makes three quarters of the orders and more."""
    assert len(MIX) == 2220
    shares = sorted((share for _, share in MIX), reverse=True)
    assert sum(shares[: len(shares) // 5]) > 0.75


def test_its_ovens() -> None:
    """Flow ovens take a lot each headway, the batch oven any time; they run through."""
    ovens = [m for m in WORLD.machines if m.capacity > 1]
    assert {m.id for m in ovens if m.headway} == {"OVN1", "OVN2", "CURE1"}
    assert [(m.id, m.capacity) for m in ovens if not m.headway] == [("BIN1", 72)]
    assert all(m.calendar is None for m in ovens)
    shift = next(m for m in WORLD.machines if m.id == "ASM1").calendar
    assert all(m.calendar == shift for m in WORLD.machines if m not in ovens)


def test_main_and_io_board_meet_at_assembly(routes: list[tuple[Route, float]]) -> None:
    """Two chains of boards and one of units, in every variant."""
    for route, _ in routes:
        chains = {step.chain for step in route.steps}
        main = "m-print-b" if dict(route.options)["cpu"] in ("C3", "C4") else "m-print"
        assert chains == {main, "i-print", "assemble"}
        joined = [step.id for step in route.steps if len(step.predecessors) > 1]
        assert joined == ["assemble"]


def test_what_options_change(routes: list[tuple[Route, float]]) -> None:
    """Double-sided boards pass twice; psu, coat, safety and C4 add their steps."""
    for route, _ in routes:
        ids = [step.id for step in route.steps]
        options = dict(route.options)
        high = options["cpu"] in ("C3", "C4")
        assert sum(id.startswith("m-reflow") for id in ids) == 1 + high
        assert ("coat" in ids) == ("cure" in ids) == (options["coat"] == "yes")
        assert ("m-solder" in ids) == (options["psu"] != "24DC")
        burnt = (
            options["safety"] == "yes"
            or options["psu"] == "230AC"
            or options["cpu"] == "C4"
        )
        assert sum(id.startswith("burn-in") for id in ids) == burnt
        assert ids[-2:] == ["test", "pack"]


def test_every_board_uses_its_material(routes: list[tuple[Route, float]]) -> None:
    """Each variant has a main board, an I/O board, a processor, a driver, a housing."""
    for route, _ in routes:
        used = [material for step in route.steps for material, _ in step.materials]
        for kind in (
            "PCB-MAIN",
            "PCB-IO",
            "CPU-",
            "DRIVER-",
            "PSU-",
            "HOUSING",
            "TERM-",
        ):
            assert sum(name.startswith(kind) for name in used) == 1, (kind, route)


def test_a_day_of_work(routes: list[tuple[Route, float]]) -> None:
    """105 orders a weekday, about 2 pieces each, 2,000 to 3,000 operations."""
    weekday = WORLD.demand.orders_per_day * 7 / 5
    assert weekday == pytest.approx(105)
    law = quantity_shares(WORLD.demand)
    assert sum(q * p for q, p in enumerate(law, 1)) == pytest.approx(2.1, abs=0.1)
    lots = sum(p * math.ceil(q / PRODUCT.lot_size) for q, p in enumerate(law, 1))
    steps = sum(share * len(route.steps) for route, share in routes)
    assert 2000 <= weekday * lots * steps <= 3000


def test_a_unit_in_money(routes: list[tuple[Route, float]]) -> None:
    """Material 95 +- 40, price 290 +- 110, on average within these."""
    cost = {material.id: material.unit_cost for material in WORLD.materials}
    price = sum(share * route.price for route, share in routes)
    material = sum(
        share * cost[name] * pieces
        for route, share in routes
        for step in route.steps
        for name, pieces in step.materials
    )
    assert 260 <= price <= 320
    assert 80 <= material <= 110


def test_its_bottleneck() -> None:
    """Assembly, .80 to .84 busy before set-ups; placing depends on the set-ups."""
    calm, mixed = nominal_use(WORLD), nominal_use(WORLD, 1.0)
    assert next(iter(calm)) == next(iter(mixed)) == "ASM1+ASM2"
    assert 0.80 <= calm["ASM1+ASM2"] <= 0.84
    assert all(use < 0.95 for use in mixed.values())
    placers = "PLC1+PLC2+PLC3+PLC4"
    assert calm[placers] < 0.2 < 0.6 < mixed[placers]


def test_its_customers() -> None:
    """Nobody orders at weekends; all dues are departures, nobody waits for 36 h."""
    customers = Customers(WORLD, 1)
    orders = [customers.request(n) for n in range(4, 1500)]
    days = {(o.arrival + DAY // 4) // DAY % 7 for o in orders if o}
    assert days == {0, 1, 2, 3, 4}
    leaving = Departures(WORLD.docks[0], WORLD.start)
    assert all(o.due == leaving.first_from(o.due) for o in orders if o)
    weekdays = [o for o in orders if o and o.arrival // DAY % 7 < 3]
    assert all(o.due - o.arrival < 1.5 * DAY for o in weekdays)
    rush = [o.due - o.arrival for o in orders if o and o.rush]
    assert min(rush) > 1.5 * HOUR


def test_every_source_is_listed() -> None:
    """The tags of the file stand in SOURCES.md, one by one or as a range."""
    text = FILE.read_text(encoding="utf-8")
    tags = {int(n) for group in re.findall(r"\[(S\d[^\]]*)\]", text)
            for n in re.findall(r"S(\d+)", group)}  # fmt: skip
    listed: set[int] = set()
    for row in FILE.with_name("SOURCES.md").read_text(encoding="utf-8").splitlines():
        if row.startswith("| S"):
            numbers = [int(n) for n in re.findall(r"S(\d+)", row.split("|")[1])]
            to = " to " in row.split("|")[1]
            listed |= set(range(numbers[0], numbers[-1] + 1)) if to else set(numbers)
    assert tags
    assert tags <= listed


def test_every_figure_has_its_source() -> None:
    """A line of plain figures carries a comment, as does the head of each table."""
    bare = [
        line
        for line in FILE.read_text(encoding="utf-8").splitlines()
        if re.match(r"\s*[a-z_]+ = \"?[0-9.]+( [a-z/]+)?\"?$", line)
    ]
    known = {"format = 1", "count = 6", "quantity = 2", "quantity = 3", "quantity = 1"}
    weights = {"weight = 2.0", "weight = 4.0", 'due = "14 h"', 'cool_down = "0 s"'}
    assert {line.strip() for line in bare} <= known | weights
