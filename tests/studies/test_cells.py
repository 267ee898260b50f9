"""What is varied: the grammar, the product, and what is refused before any run."""

from __future__ import annotations

import pytest

from kernel.errors import BadInput
from studies.compare import cells_of, varied
from worlds.read import read_world

MANY = ",".join(map(str, range(1, 200)))


def test_cells_are_the_product() -> None:
    """Every value with every other, the last key changing fastest."""
    vary = varied(["load=.75,.85", "vehicles=1,2,3"])
    cells = cells_of(read_world("cell"), ["rule", "negotiated"], vary)
    assert [cell.settings for cell in cells] == [
        (("load", load), ("vehicles", count))
        for load in (".75", ".85")
        for count in "123"
    ]
    counts = [cell.scenarios["negotiated"].world.vehicles[0].count for cell in cells]
    assert counts == [1, 2, 3] * 2
    assert {
        scenario.seed for cell in cells for scenario in cell.scenarios.values()
    } == {1}


def test_nothing_varied_is_one_cell() -> None:
    """Without --vary there is one cell, and it has no settings."""
    (cell,) = cells_of(read_world("cell"), ["rule"], varied([]))
    assert cell.settings == ()


def test_keys_of_the_world_and_the_planner_vary() -> None:
    """Any key of the one grammar; the planner's do not keep rules out."""
    vary = varied(["planner.window=20,40", 'world.warm_up="1 h",2 h'])
    cells = cells_of(read_world("cell"), ["rule", "hybrid"], vary)
    planners = [cell.scenarios["hybrid"].policy.planner for cell in cells]
    assert [p.window for p in planners if p is not None] == [20, 20, 40, 40]
    warm = [cell.scenarios["rule"].world.warm_up for cell in cells]
    assert warm == [3_600_000, 7_200_000] * 2


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["load"], '--vary: "load": expected KEY=VALUE'),
        (["load="], "expected values"),
        (["load=.8,"], "expected values"),
        (["load=.8,0.8"], "each once"),
        (["load=.8", "load=.9"], "varied twice"),
        (["policy=rule"], "--policies instead"),
        (["seed=1,2"], "--seed instead"),
        (["days=1,2"], "--days instead"),
        ([f"vehicles={MANY}", f"mtbf={MANY}"], "39601 cells"),
    ],
)
def test_what_cannot_be_varied(texts: list[str], said: str) -> None:
    """One sentence each."""
    with pytest.raises(BadInput) as refusal:
        varied(texts)
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("loadd=.8", '--vary: loadd: is not a known key; did you mean "load"?'),
        ("mbtf=1,2", 'did you mean "mtbf"?'),
        ("load=.8,x", '--vary: load: "x", expected a number'),
        ("world.machines.turn9.capacity=1,2", 'did you mean "world.machines.turn1"?'),
        ("planner.windw=1,2", 'did you mean "planner.window"?'),
        ("policy.rule=ATC,BEST", "BEST"),
    ],
)
def test_wrong_keys_and_values(text: str, said: str) -> None:
    """In any cell, before the first run, naming what is nearest."""
    with pytest.raises(BadInput) as refusal:
        cells_of(read_world("cell"), ["rule", "hybrid"], varied([text]))
    assert said in str(refusal.value)


def test_set_and_vary_are_told_apart() -> None:
    """Whoever is wrong is named; a key cannot be both."""
    world, vary = read_world("cell"), varied(["load=.8,.9"])
    with pytest.raises(BadInput, match="--vary: load: is given by --set too"):
        cells_of(world, ["rule"], vary, settings=[("load", ".7")])
    with pytest.raises(BadInput, match="--set: loadd"):
        cells_of(world, ["rule"], vary, settings=[("loadd", ".7")])
