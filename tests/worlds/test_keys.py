"""Keys and knobs: ``--set KEY=VALUE``."""

from dataclasses import replace

import pytest

from kernel.errors import BadInput
from worlds.keys import KNOBS, apply, put, split, value_of, values_of, world_keys
from worlds.load import nominal_use
from worlds.read import read_world
from worlds.spec import VehicleGroup

CELL = read_world("cell")
TOOL = "world.machines.turn1.failures.tool"


def refusal(*settings) -> BadInput:
    """Return the error that these settings raise."""
    with pytest.raises(BadInput) as caught:
        apply(CELL, settings)
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("name", ["cell", "EX11", "mk01"])
def test_every_key_can_be_set_to_what_it_is(name):
    """Setting each listed key to its listed value changes nothing."""
    world = read_world(name)
    listed = world_keys(world)
    assert tuple(key for key, _ in listed[: len(KNOBS)]) == KNOBS
    assert apply(world, listed[len(KNOBS) :]) == world


def test_settings_are_split_at_the_first_equals_sign():
    """A value may hold more of them."""
    assert split("a.b = c=d") == ("a.b", "c=d")
    for text in ("a", "=1", " =1", ""):
        with pytest.raises(BadInput, match="expected KEY=VALUE"):
            split(text)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", ("",)),
        ("1", ("1",)),
        (".75, .85,.93", (".75", ".85", ".93")),
        ("1,,2", ("1", "", "2")),
        ("[1, 2],[3]", ("[1, 2]", "[3]")),
        ('{law = "fixed", value = 2}, 1', ('{law = "fixed", value = 2}', "1")),
        ('"a,b",\'c,"d\'', ('"a,b"', "'c,\"d'")),
        ("],1", ("]", "1")),
    ],
)
def test_values_are_parted_by_commas(text, values):
    """Commas within brackets or quotes belong to a value."""
    assert values_of(text) == values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("0.5", 0.5),
        (".75", 0.75),
        ("-.5", -0.5),
        (".x", ".x"),
        ("1.5.2", "1.5.2"),
        ("true", True),
        ('["a", "b"]', ["a", "b"]),
        ('{law = "fixed", value = 2}', {"law": "fixed", "value": 2}),
        ("2 min", "2 min"),
        ('"3"', "3"),
        ("", None),
        ('""', ""),
        ("2026-01-05", "2026-01-05"),
        ("1\nb = 2", "1\nb = 2"),
        ("1e999", "1e999"),
        ("nan", "nan"),
        ("[" * 100_000, "[" * 100_000),
        ("#", "#"),
    ],
)
def test_values_are_toml_or_text(text, value):
    """What is no TOML value, or no plain one, is a text."""
    assert value_of(text) == value


def test_keys_lead_through_ids_and_positions():
    """Arrays of tables by id, others from 0."""
    world = apply(
        CELL,
        [
            ("world.machines.turn1.pace", "0.5"),
            (f"{TOOL}.life.mean", "3 h"),
            ("world.floor.lanes.6.speed", "0.25 m/s"),
            ("world.setups.jaws.times.0.1", "99 s"),
            ("world.products.flange.steps.turning.changes.0.when.size", '["d80"]'),
            ("world.products.flange.steps.drilling.when.size", '["d80"]'),
            ("world.machines.mill.calendar", ""),
            ("world.days", "3"),
        ],
    )
    assert world.machines[0].pace == 0.5
    assert world.machines[0].failures[0].life.mean == 3 * 3_600_000
    assert world.floor.lanes[6].speed == 0.25
    assert world.setups[0].times[0][1] == 99_000
    assert world.products[0].steps[0].changes[0].when == {"size": ("d80",)}
    assert world.products[0].steps[1].when == {"size": ("d80",)}
    assert world.days == 3
    assert read_world("cell") == CELL


def test_ids_may_hold_dots():
    """The longest id that fits is meant."""
    machines = (
        replace(CELL.machines[0], id="M1"),
        replace(CELL.machines[1], id="M1.2"),
    )
    world = replace(CELL, machines=(*machines, *CELL.machines[2:]))
    found = apply(
        world, [("world.machines.M1.2.pace", "3"), ("world.machines.M1.pace", "2")]
    )
    assert [machine.pace for machine in found.machines[:2]] == [2, 3]


@pytest.mark.parametrize(
    ("key", "value", "place", "words"),
    [
        ("wrold.days", "3", "wrold.days", 'did you mean "world.days"'),
        ("wrold", "3", "wrold", 'did you mean "world"'),
        ("warm_up", "3 h", "warm_up", 'did you mean "world.warm_up"'),
        ("vehicle", "3", "vehicle", 'did you mean "vehicles"'),
        ("policy", "rule", "policy", "machines.ID or one of vehicles"),
        ("world.dais", "3", "world.dais", 'did you mean "world.days"'),
        ("world.machines.turn3.pace", "3", "world.machines.turn3.pace", '.turn1"'),
        ("world.machines.turn1.pase", "3", "world.machines.turn1.pase", '.pace"'),
        ("world.machines", "3", "world.machines", "a list"),
        ("world.machines.turn1.pace", "fast", "world.machines.turn1.pace", "a number"),
        ("world.machines.turn1.pace", "1e999", "world.machines.turn1.pace", "a number"),
        ("world.machines.turn1.pace.x", "1", "world.machines.turn1", "a single value"),
        (
            "world.machines.turn1.operator.skill",
            "x",
            "world.machines.t",
            "set it whole",
        ),
        ("world.machines.turn1.setup", "jar", "world.machines.turn1.setup", '"jaws"'),
        ("world.", "3", "world.", "is not a known key"),
        ("world..", "3", "world..", "is not a known key"),
        ("world.floor.lanes.99.speed", "1 m/s", "world.floor.lanes.99", "known key"),
        (
            "world.products.flange.steps.drilling.when.colour",
            '["x"]',
            "world.p",
            "option",
        ),
        ("vehicles", "0", "vehicles", "at least 1"),
        ("vehicles", "2.5", "vehicles", "a whole number"),
        ("vehicles", "99999", "world.vehicles.agv.count", "10000"),
        ("machines.mill", "0", "machines.mill", "from 1 to 1000"),
        ("machines.mill", "1.5", "machines.mill", "a whole number"),
        ("machines.mill", "true", "machines.mill", "a whole number"),
        ("machines.mil", "2", "machines.mil", '"machines.mill"'),
        ("machines", "2", "machines", "machines.ID or one of vehicles"),
        ("load", "0", "load", "above 0"),
        ("load", "inf", "load", "above 0"),
        ("load", "9999", "load", "at most 10"),
        ("load", "much", "load", '"much", expected a number'),
        ("mtbf", "-1", "mtbf", "above 0"),
        ("mtbf", "true", "mtbf", "above 0"),
        ("mtbf", "", "mtbf", "above 0"),
        ("network", "6g", "world.network.preset", "'5g'"),
        ("traffic", "gost", "world.floor.traffic", '"ghost"'),
        ("traffic", "exclusive", "world.floor.traffic", "not built yet"),
    ],
)
def test_bad_settings_are_refused(key, value, place, words):
    """The key is named, with the nearest right one, or what was expected."""
    error = refusal((key, value))
    assert error.where in ("--set", "load")
    assert place.startswith(error.place) or error.place.startswith(place)
    assert words in error.problem


def test_vehicles_are_shared_out_over_the_groups():
    """In proportion, what is left over to those who lost most."""
    groups = tuple(
        VehicleGroup(id=f"g{n}", count=n, home=("park",)) for n in (0, 1, 2, 4)
    )
    world = replace(CELL, vehicles=groups)
    counts = [g.count for g in apply(world, [("vehicles", "10")]).vehicles]
    assert counts == [0, 1, 3, 6]
    assert [g.count for g in apply(CELL, [("vehicles", "5")]).vehicles] == [5]
    with pytest.raises(BadInput, match="a world that has vehicles"):
        apply(read_world("mk01"), [("vehicles", "5")])


def test_a_second_machine_stands_beside_the_first_and_can_do_the_same():
    """All it has is its own; what the first one has to do is shared."""
    world = apply(CELL, [("machines.mill", "3")])
    first = next(m for m in CELL.machines if m.id == "mill")
    at = CELL.machines.index(first)
    more = (replace(first, id="mill-2"), replace(first, id="mill-3"))
    assert world.machines == (
        *CELL.machines[: at + 1],
        *more,
        *CELL.machines[at + 1 :],
    )
    assert world.products == CELL.products
    third = nominal_use(world)["mill+mill-2+mill-3"]
    assert third == pytest.approx(nominal_use(CELL)["mill"] / 3)
    assert apply(CELL, [("machines.mill", "1")]) == CELL


def test_a_second_machine_enters_the_lists_of_those_that_can():
    """Where steps name machines, it takes as long as the first one."""
    before = read_world("mk01")
    id = before.machines[0].id
    after = apply(before, [(f"machines.{id}", "2")])
    changed = 0
    for old, new in zip(before.products, after.products, strict=True):
        for was, step in zip(old.steps, new.steps, strict=True):
            mine = [mode for mode in was.modes if mode.machine == id]
            more = tuple(replace(mode, machine=f"{id}-2") for mode in mine)
            assert step.modes == was.modes + more
            changed += len(mine)
    assert changed


def test_machines_are_counted_once():
    """A name that is taken is not given to another machine."""
    world = apply(CELL, [("machines.mill", "2")])
    with pytest.raises(BadInput, match="there is a machine mill-2 already"):
        apply(world, [("machines.mill", "2")])
    assert len(apply(world, [("machines.mill-2", "2")]).machines) == 6


def test_load_is_the_use_of_the_bottleneck_whatever_else_is_set():
    """It is applied last, to the world as it then is."""
    for other in (("world.machines.mill.pace", "2"), ("machines.turn1", "2")):
        world = apply(CELL, [("load", "0.5"), other])
        assert next(iter(nominal_use(world).values())) == pytest.approx(0.5)


def test_mtbf_multiplies_the_measure_of_every_life():
    """Shapes stay as they are; two settings multiply."""
    laws = (
        {"law": "fixed", "value": "1 h"},
        {"law": "uniform", "low": "1 h", "high": "2 h"},
        {"law": "triangular", "low": "1 h", "mode": "2 h", "high": "3 h"},
        {"law": "exponential", "mean": "1 h"},
        {"law": "weibull", "mean": "1 h", "shape": 2.0},
        {"law": "lognormal", "median": "1 h", "sigma": 0.5},
    )
    for law in laws:
        text = ", ".join(
            f"{k} = {v!r}" if isinstance(v, float) else f'{k} = "{v}"'
            for k, v in law.items()
        )
        before = apply(CELL, [(f"{TOOL}.life", f"{{{text}}}")])
        after = apply(before, [("mtbf", "2"), ("mtbf", "1.5")])
        old, new = (w.machines[0].failures[0].life for w in (before, after))
        assert new.mean == pytest.approx(3 * old.mean)
        assert new.quantile(0.3) == pytest.approx(3 * old.quantile(0.3))


def test_mtbf_so_small_that_no_life_is_left():
    """A life that would be 0 is refused."""
    tiny = [
        (
            f"{TOOL}.life",
            '{law = "triangular", low = "0 s", mode = "0 s", high = "9 ms"}',
        )
    ]
    with pytest.raises(BadInput, match="mtbf"):
        apply(apply(CELL, tiny), [("mtbf", "0.001")])


def test_a_network_preset_replaces_the_figures_of_the_old_one():
    """A latency given for one preset is not carried over to another."""
    own = apply(CELL, [("world.network.latency", "5 ms")])
    assert own.network.latency == 5
    assert apply(own, [("network", "wifi")]).network.latency is None
    lossy = apply(own, [("network", "wifi"), ("world.network.loss", "0.5")])
    assert (lossy.network.preset, lossy.network.loss) == ("wifi", 0.5)


def test_put_serves_any_tables():
    """A scenario uses the same grammar for its own keys."""
    tree = {"policy": {"stability": 1.0}, "seed": 1}
    put(tree, "policy.stability", 2.0)
    assert tree == {"policy": {"stability": 2.0}, "seed": 1}
    with pytest.raises(
        BadInput, match=r'form: policy\.stabilty: .*"policy\.stability"'
    ):
        put(tree, "policy.stabilty", 2.0, "form")
