"""Two names of what one key sets: refused wherever keys are given."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import run
from kernel.errors import BadInput
from studies.compare import cells_of, varied
from studies.overlap import Targets
from studies.sweep.design import read_design
from worlds.read import read_world

HEAD = 'world = "cell"\nreplications = 1\n'
#: Names of the same thing: of EX11, or of any plant.
ALIKE = [
    ("planner.window=10,20", "policy.window=30,40"),
    ("vehicles=1,2", "world.vehicles.agv.count=1,2"),
    ("world.vehicles.agv.count=1,2", "vehicles=1,2"),
    ("world.vehicles.0.count=1,2", "world.vehicles.agv.count=3,4"),
    ("traffic=ghost", "world.floor.traffic=ghost"),
    ("world.network.loss=0,.1", "network=lte,wifi"),
    ("world.network.preset=lte", "network=wifi"),
    ("load=.5,.6", "world.demand.orders_per_day=100,200"),
]


def refusal_of(given: str) -> str:
    """Return how a sweep of the cell with these lines is refused."""
    path = Path("alike.toml")
    path.write_text(HEAD + given, encoding="utf-8")
    with pytest.raises(BadInput) as refusal:
        read_design(path)
    return str(refusal.value)


@pytest.fixture(autouse=True)
def _somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_two_names_are_not_varied_both(one: str, other: str) -> None:
    """Whichever comes first; the sentence has both names."""
    with pytest.raises(BadInput) as refusal:
        cells_of(read_world("cell"), ["rule", "hybrid"], varied([one, other]))
    names = [text.partition("=")[0] for text in (one, other)]
    said = f"--vary: {names[1]}: sets what {names[0]} sets, expected one of the two"
    assert str(refusal.value) == said


def test_an_instance_has_two_names_of_its_vehicles() -> None:
    """As EX11 calls its only group."""
    world = read_world("EX11")
    group = world.vehicles[0].id
    vary = varied(["vehicles=1,2", f"world.vehicles.{group}.count=1,2"])
    with pytest.raises(BadInput, match="sets what vehicles sets"):
        cells_of(world, ["rule"], vary)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("network", "world.network.loss"),
        ("policy", "policy.rule"),
        ("policy.rule", "policy"),
        ("mtbf", "world.machines.mill.failures.tool.life.mean"),
        ("policy.rule", "policy.pegging"),
        ("load", "vehicles"),
        ("machines.mill", "world.machines.mill.capacity"),
    ],
)
def test_a_whole_may_be_changed_in_part(one: str, other: str) -> None:
    """Both say something then, and so do keys that have nothing in common."""
    Targets(read_world("cell")).refuse_twice({one: one, other: other}, "test")


def test_set_and_vary_have_no_two_names_of_one_thing() -> None:
    """Nor has --set alone; the flag is told where it is the other's."""
    world, vary = read_world("cell"), varied(["policy.window=30,40"])
    with pytest.raises(BadInput) as refusal:
        cells_of(world, ["hybrid"], vary, settings=[("planner.window", "5")])
    said = "--vary: policy.window: sets what --set planner.window sets"
    assert said in str(refusal.value)
    settings = [("vehicles", "2"), ("world.vehicles.agv.count", "1")]
    with pytest.raises(BadInput, match=r"--set: world\.vehicles\.agv\.count: sets"):
        cells_of(world, ["rule"], {}, settings=settings)
    with pytest.raises(BadInput, match=r"--vary: world\.days: sets what --days sets"):
        cells_of(world, ["rule"], varied(["world.days=1,2"]), days=1)


@pytest.mark.parametrize("command", ["run", "compare"])
@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (["load=.5", "load=.6"], "--set: load: is given twice, expected each key once"),
        (
            ["planner.window=5", "policy.window=6"],
            "--set: policy.window: sets what planner.window sets",
        ),
    ],
)
def test_a_setting_is_given_once(
    capsys: pytest.CaptureFixture[str], command: str, settings: list[str], said: str
) -> None:
    """The last one does not win in silence."""
    policy = "--policies" if command == "compare" else "--policy"
    argv = [command, "cell", policy, "hybrid", "--days", "1", "--set", *settings]
    assert run.main(argv) == 2
    assert said in capsys.readouterr().err
    assert os.listdir() == []


@pytest.mark.parametrize(
    ("given", "place", "other"),
    [
        (
            "[factors]\nplanner.window = [10, 20]\npolicy.window = [30, 40]",
            "factors.policy.window",
            "factors.planner.window",
        ),
        (
            "[factors]\nplanner.window = [10, 20]\n[variants]\n"
            "a = { policy.window = 30 }\nb = {}",
            "variants.a.policy.window",
            "factors.planner.window",
        ),
        (
            "[variants]\na = { planner.window = 30, policy.window = 20 }\nb = {}",
            "variants.a.policy.window",
            "variants.a.planner.window",
        ),
        (
            "[set]\nplanner.window = 30\npolicy.window = 20",
            "set.policy.window",
            "set.planner.window",
        ),
        (
            "[set]\nvehicles = 2\n[factors]\nworld.vehicles.agv.count = [1, 2]",
            "factors.world.vehicles.agv.count",
            "set.vehicles",
        ),
        (
            "[set]\nvehicles = 2\n[variants]\na = { world.vehicles.agv.count = 1 }",
            "variants.a.world.vehicles.agv.count",
            "set.vehicles",
        ),
        ("days = 1\n[set]\nworld.days = 2", "set.world.days", "days"),
    ],
)
def test_a_sweep_has_one_name_of_each_thing(given: str, place: str, other: str) -> None:
    """Factors, variants, settings, and what stands at the top of the file."""
    said = f"alike.toml: {place}: sets what {other} sets, expected one of the two"
    assert refusal_of(given) == said


def test_what_is_set_may_still_be_a_factor_s_or_a_variant_s(tmp_path: Path) -> None:
    """By the same name: it overrides the base's value."""
    path = tmp_path / "same.toml"
    given = "[set]\nplanner.window = 30\nload = 0.5\n[factors]\nload = [0.6]\n"
    path.write_text(HEAD + given + "[variants]\na = { planner.window = 20 }\n")
    case = read_design(path).case(0)
    planner = case.base.scenario(case.settings).policy.planner
    assert planner is not None
    assert planner.window == 20


@pytest.mark.parametrize(
    ("given", "place"),
    [
        (
            '[factors]\n"policy.rule" = ["FIFO", "SPT"]\npolicy.rule = ["EDD", "LPT"]',
            "factors.policy.rule",
        ),
        ('[set]\n"policy.rule" = "FIFO"\npolicy.rule = "EDD"', "set.policy.rule"),
        (
            '[variants.a]\n"policy.rule" = "FIFO"\npolicy.rule = "EDD"',
            "variants.a.policy.rule",
        ),
    ],
)
def test_a_key_written_in_two_ways_is_not_dropped(given: str, place: str) -> None:
    """With quotes and without it is one key, which TOML does not know."""
    assert refusal_of(given).startswith(f"alike.toml: {place}: is given twice")


def test_a_tuning_has_one_name_of_each_thing() -> None:
    """Of what it varies, and of what is set beside it."""
    pytest.importorskip("optuna")
    from studies.tune.space import Asked, tuning_of

    aims = ("flow_time",)
    both = ("planner.window=10..20", "policy.window=30..40")
    with pytest.raises(BadInput, match=r"--vary: policy\.window: sets what planner"):
        tuning_of(Asked(world="cell", vary=both, minimise=aims))
    asked = Asked(
        world="cell", vary=both[:1], minimise=aims, settings=(("policy.window", "9"),)
    )
    said = "--vary: planner.window: sets what --set policy.window sets"
    with pytest.raises(BadInput, match=said):
        tuning_of(asked)
