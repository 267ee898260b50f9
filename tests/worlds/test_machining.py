"""The machine shop: what a test bed for policies with dominant set-ups must be."""

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

import worlds
from agents.scenario import scenario_of
from kernel.calendar import DAY, HOUR
from kernel.events import Event
from studies.run import Run, run
from worlds.demand import Customers
from worlds.knobs import turned
from worlds.load import nominal_use
from worlds.mix import VariantMix, quantity_shares
from worlds.products import Route
from worlds.read import read_world
from worlds.routes import Routes
from worlds.workcalendar import OpenHours

WORLD = read_world("machining")
FILE = Path(worlds.__file__).parent / "plants" / "machining.toml"
TURNING = "TM1+TM2+TM3+TM4+TM5+TM6+LAT1"


@pytest.fixture(scope="module")
def routes() -> list[Route]:
    """Return the route of each variant."""
    every = Routes(WORLD)
    return [
        every.of(product.id, dict(options))
        for product in WORLD.products
        for options, _ in VariantMix(product, WORLD.name)
    ]


@pytest.fixture(scope="module")
def week() -> Run:
    """Return four days of orders under the reference rule, at load .85."""
    return run(
        scenario_of(turned(WORLD, "load", "0.85"), policy="rule", seed=101, days=4.0)
    )


def hours(calendar: str) -> OpenHours:
    """Return the working time of a calendar."""
    return OpenHours(next(c for c in WORLD.calendars if c.id == calendar), WORLD.start)


def test_its_size(routes: list[Route]) -> None:
    """12 to 20 machines in 5 to 8 work centres, 3 carts, 138 variants."""
    assert 12 <= len(WORLD.machines) <= 20
    centres = {machine.work_center for machine in WORLD.machines}
    assert centres == {
        "turning", "milling", "heat", "grinding", "eroding", "finishing", "inspection",
    }  # fmt: skip
    assert sum(group.count for group in WORLD.vehicles) == 3
    assert len(routes) == 138
    assert f"{len(routes)} variants" in WORLD.title
    assert f"{len(WORLD.machines)} machines" in WORLD.title


def test_its_routings(routes: list[Route]) -> None:
    """All begin with turning and end with inspection; lengths are near the log's."""
    for route in routes:
        assert route.steps[0].id == "turn"
        assert route.steps[-1].id == "final"
        assert 4 <= len(route.steps) <= 9
    assert {len(route.steps) for route in routes} >= {4, 5, 6, 7, 8}


def test_set_ups_weigh_as_much_as_in_the_log() -> None:
    """Turning loses more than a quarter of its time if lots come as they please."""
    calm, mixed = nominal_use(WORLD), nominal_use(WORLD, 1.0)
    assert 0.26 < 1 - calm[TURNING] / mixed[TURNING] < 0.40
    assert mixed[TURNING] > 0.8
    for matrix in WORLD.setups:
        assert all(row[k] == 0 for k, row in enumerate(matrix.times))
    turning = next(matrix for matrix in WORLD.setups if matrix.id == "turning")
    bar, chuck = turning.families.index("ch-S"), turning.families.index("sg-S")
    assert turning.times[bar][chuck] > turning.times[chuck][bar]


@pytest.mark.parametrize("load", [0.75, 0.85, 0.93])
def test_its_load(load: float) -> None:
    """Inspection has the load asked for; nothing is overloaded by its work alone."""
    uses = nominal_use(turned(WORLD, "load", str(load)))
    assert next(iter(uses)) == "QC1+QC2"
    assert uses["QC1+QC2"] == pytest.approx(load)
    assert 0.8 <= nominal_use(WORLD)["QC1+QC2"] <= 0.86


def test_lots_are_small() -> None:
    """Six pieces an order on average, and no more in a lot."""
    law = quantity_shares(WORLD.demand)
    assert sum(q * p for q, p in enumerate(law, 1)) == pytest.approx(6.1, abs=0.2)
    assert all(product.lot_size <= 6 for product in WORLD.products)


def test_working_time() -> None:
    """Two shifts with a stop each, half a Saturday, no Sunday; the oven runs on."""
    shop = hours("shop")
    opened = [h for h in range(7 * 24) if shop.is_open(h * HOUR)]
    assert len([h for h in opened if h < 24]) == 14  # 10 and 18 o'clock: a stop
    assert [h for h in opened if h >= 5 * 24] == [120, 121, 122, 123, 125]
    for machine in WORLD.machines:
        assert machine.calendar == (None if machine.id == "OVEN1" else "shop")


def test_fewer_people_than_machines() -> None:
    """On the late shift there are fewer than on the early one, and on both too few."""
    attended = [m for m in WORLD.machines if m.operator is not None]
    present = {
        shift: sum(c.operators for c in WORLD.crews if c.calendar == shift)
        for shift in ("early", "late")
    }
    assert present["late"] < present["early"] < len(attended)
    for shift in ("early", "late"):
        skills = {s for c in WORLD.crews if c.calendar == shift for s in c.skills}
        assert {m.operator.skill for m in attended if m.operator} <= skills


def test_the_oven_takes_one_heat_at_a_time() -> None:
    """A batch of several lots, of one set-up family."""
    oven = next(m for m in WORLD.machines if m.id == "OVEN1")
    assert oven.capacity == 8
    assert oven.setup == "atmospheres"


def test_its_customers() -> None:
    """A share of the orders is rush; nobody is promised less than the work takes."""
    customers = Customers(WORLD, 1)
    found = [customers.request(n) for n in range(len(WORLD.demand.orders), 1500)]
    orders = [order for order in found if order is not None]
    assert {(o.arrival + DAY // 4) // DAY % 7 for o in orders} == {0, 1, 2, 3, 4}
    assert 0.05 < sum(o.rush for o in orders) / len(orders) < 0.12
    assert min(o.due - o.arrival for o in orders if o.rush) > 2 * HOUR
    assert all(customer.work >= 1.5 for customer in WORLD.demand.customers)


def set_up_share(events: Iterable[Event], machines: set[str]) -> float:
    """Return the share of set-ups in the time machines work or are set up."""
    begun: dict[tuple[str, str], int] = {}
    spent: dict[str, int] = defaultdict(int)
    for event in events:
        kind, _, what = event.kind.partition("_")
        work = event.subject, event.facts.get("operation", "")
        if event.subject not in machines or kind not in ("setup", "operation"):
            continue
        if what in ("started", "resumed"):
            begun[work] = event.time
        elif what in ("finished", "interrupted") and work in begun:
            spent[kind] += event.time - begun.pop(work)
    return spent["setup"] / (spent["setup"] + spent["operation"])


def test_a_run_is_a_trial_for_policies(week: Run) -> None:
    """All ship, some late; set-ups dominate turning, people are scarce."""
    kpis = week.kpis
    assert not week.violations
    assert kpis["unfinished"] == 0
    assert 0.8 < kpis["on_time"] < 1
    assert 0 < kpis["weighted_tardiness"] < 5
    assert 0.97 < kpis["first_pass_yield"] < 0.995
    assert kpis["scrap"] < 0.01
    assert 0.6 < kpis["crew_use"] < 0.9
    assert kpis["vehicle_use"] < 0.3
    assert 0.18 < set_up_share(week.trace.events, set(TURNING.split("+"))) < 0.32


def test_every_source_is_listed() -> None:
    """The tags of the file stand in SOURCES.md."""
    text = FILE.read_text(encoding="utf-8")
    tags = {
        tag
        for group in re.findall(r"\[([SP]\d[^\]]*)\]", text)
        for tag in re.findall(r"[SP]\d+", group)
    }
    rows = FILE.with_name("SOURCES.md").read_text(encoding="utf-8").splitlines()
    listed = {
        tag
        for row in rows
        if row.startswith("| ")
        for tag in re.findall(r"[SP]\d+", row.split("|")[1])
    }
    assert tags
    assert tags <= listed


def test_every_figure_has_its_source() -> None:
    """A line of a plain figure carries a comment, but for the orders in process."""
    text = FILE.read_text(encoding="utf-8")
    head, _, tail = text.partition("# Work in process")
    lines = [*head.splitlines(), *tail.partition("[[docks]]")[2].splitlines()]
    bare = [
        line.strip()
        for line in lines
        if re.match(r"\s*[a-z_]+ = \"?[0-9.]+( [a-z/]+)?\"?$", line)
    ]
    assert set(bare) <= {"format = 1", "count = 3"}
