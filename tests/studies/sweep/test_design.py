"""From sweep file to runs: order, ranges, samples, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from sweep_bench import write

from kernel.errors import BadInput
from studies.case import scenario_hash
from studies.sweep.design import Design, read_design

HEAD = 'world = "cell"\npolicy = "rule"\n'


def design(folder: Path, text: str) -> Design:
    """Return the design of a file with a few lines more than the head."""
    return read_design(write(folder, HEAD + text))


def test_runs_come_combination_by_combination_seed_by_seed(tmp_path: Path) -> None:
    """The last factor varies fastest, every combination has the same seeds."""
    text = "seed = 7\nreplications = 2\n[factors]\n"
    found = design(tmp_path, text + 'vehicles = [1, 2]\npolicy = ["rule", "hybrid"]')
    cells = [(1, "rule"), (1, "hybrid"), (2, "rule"), (2, "hybrid")]
    assert list(found.cells) == cells
    assert len(found) == 8
    assert [found.at(k) for k in range(3)] == [
        ((1, "rule"), 7),
        ((1, "rule"), 8),
        ((1, "hybrid"), 7),
    ]
    case = found.case(3)
    assert (case.number, case.seed) == (3, 8)
    assert case.settings == (("vehicles", "1"), ("policy", "hybrid"))


@pytest.mark.parametrize(
    ("given", "values"),
    [
        ("vehicles = { from = 1, to = 4, step = 1 }", (1, 2, 3, 4)),
        ("vehicles = { from = 1, to = 4, step = 2 }", (1, 3)),
        ("load = { from = 0.1, to = 0.3, step = 0.1 }", (0.1, 0.2, 0.3)),
        (
            "world.floor.store_after"
            ' = { from = "30 min", to = "2 h", step = "30 min" }',
            ("30 min", "1 h", "90 min", "2 h"),
        ),
    ],
)
def test_ranges_are_exact(tmp_path: Path, given: str, values: tuple[object]) -> None:
    """Steps add up without a rounding error, with units too; the end is included."""
    found = design(tmp_path, f"[factors]\n{given}")
    assert tuple(value for (value,) in found.cells) == values


@pytest.mark.parametrize("kind", ["sobol", "latin hypercube"])
def test_samples_fill_the_space(tmp_path: Path, kind: str) -> None:
    """Each eighth of each factor is met once; whole numbers stay whole."""
    text = f'design = "{kind}"\nsamples = 8\nreplications = 1\n[factors]\n'
    more = "load = { low = 0.5, high = 0.9 }\nvehicles = { low = 1, high = 8 }"
    found = design(tmp_path, text + more)
    assert found.sampled == ("load", "vehicles")
    loads, vehicles = zip(*found.cells, strict=True)
    assert sorted(vehicles) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert all(type(value) is int for value in vehicles)
    assert sorted(int((load - 0.5) / 0.05) for load in loads) == list(range(8))
    assert design(tmp_path, text + more).cells == found.cells
    assert design(tmp_path, "seed = 2\n" + text + more).cells != found.cells


def test_times_are_sampled_in_whole_milliseconds(tmp_path: Path) -> None:
    """A span of durations gives durations that can be set."""
    text = 'design = "latin hypercube"\nsamples = 5\n[factors]\n'
    key = "world.floor.store_after"
    found = design(tmp_path, f'{text}{key} = {{ low = "1 min", high = "2 h" }}')
    assert len({found.case(5 * k).settings for k in range(5)}) == 5
    for k in range(5):
        case = found.case(5 * k)
        assert case.base.scenario(case.settings).world.floor.store_after is not None


def test_lists_are_crossed_with_samples(tmp_path: Path) -> None:
    """Every listed value meets every sample."""
    text = 'design = "sobol"\nsamples = 4\n[factors]\n'
    more = 'policy = ["rule", "rule:FIFO"]\nload = { low = 0.5, high = 0.9 }'
    found = design(tmp_path, text + more)
    assert len(found.cells) == 8
    assert [load for _, load in found.cells[:4]] == [x for _, x in found.cells[4:]]


def test_a_factor_overrides_the_base(tmp_path: Path) -> None:
    """Policy, days and settings of the file hold where no factor says otherwise."""
    text = "days = 1\n[set]\nvehicles = 2\nload = 0.6\n[factors]\nvehicles = [1]\n"
    found = design(tmp_path, text + "days = [0.5]\n")
    case = found.case(0)
    scenario = case.base.scenario(case.settings)
    assert scenario.days == 0.5
    assert sum(group.count for group in scenario.world.vehicles) == 1


def test_planner_keys_hold_for_those_who_plan(tmp_path: Path) -> None:
    """A rule runs as it is where the planner's parameters vary; hybrid does not."""
    text = '[factors]\npolicy = ["rule", "hybrid"]\nplanner.stability = [1, 2]'
    found = design(tmp_path, text)
    cases = [found.case(5 * k) for k in range(4)]
    hashes = [scenario_hash(c.base.scenario(c.settings, plans=True)) for c in cases]
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 3


def test_a_kpi_of_machines_is_kept_for_each(tmp_path: Path) -> None:
    """`oee` stands for that of every machine; names are those of a run."""
    found = design(tmp_path, 'kpis = ["oee", "cost.energy", "wip"]\n')
    machines = ("turn1", "turn2", "mill", "wash")
    assert set(found.kpis) == {f"oee.{m}" for m in machines} | {"cost.energy", "wip"}


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("[factors]\nvehicels = [1]", "factors.vehicels", 'did you mean "vehicles"'),
        ("[factors]\nvehicles = [1, 0]", "factors.vehicles", "at least 1"),
        ("[factors]\nvehicles = [1, 1]", "factors.vehicles", "twice"),
        ("[factors]\nvehicles = [[1]]", "factors.vehicles", "expected a number"),
        ("[factors]\nvehicles = []", "factors.vehicles", "empty"),
        ("[factors]\nbogus = {}\nvehicles = [1, 2]", "factors.bogus", "empty table"),
        ("[factors.load]", "factors.load", "empty table"),
        ("[set]\nplanner = {}", "set.planner", "empty table"),
        ("[variants]\na = { policy = {} }", "variants.a.policy", "empty table"),
        (
            '[set]\npolicy.rule = "ATC"\n[factors]\npolicy = ["rule", "rule:FIFO"]',
            "factors.policy",
            "sets what policy 'rule:FIFO' sets",
        ),
        (
            '[variants]\na = { policy = "rule:FIFO", "policy.rule" = "ATC" }',
            "variants.a.policy.rule",
            "sets what policy 'rule:FIFO' sets",
        ),
        ("[factors]\nvehicles = 3", "factors.vehicles", "expected a list"),
        ("[factors]\nseed = [1]", "factors.seed", "no factor"),
        ('[factors]\npolicy = ["hybird"]', "factors.policy", "hybrid"),
        ("[factors]\nplanner.stability = [1]", "factors.planner.stability", "planner"),
        (
            "[factors]\nload = { from = 1, too = 2, step = 1 }",
            "factors.load",
            'did you mean "to"',
        ),
        ("[factors]\nload = { from = 2, to = 1, step = 1 }", "factors.load", "go up"),
        ("[factors]\nload = { from = 0, to = 1, step = 1e-9 }", "factors.load", "most"),
        ("[factors]\nload = { low = 0.5, high = 0.9 }", "design", "is missing"),
        (
            'design = "sobol"\nsamples = 4\n[factors]\nload = { low = 2, high = 1 }',
            "factors.load",
            "lower one first",
        ),
        (
            'design = "sobol"\nsamples = 100\n[factors]\nload = { low = 1, high = 2 }',
            "samples",
            "128",
        ),
        (
            '[factors]\nload = { low = "1 m", high = 2 }',
            "factors.load",
            "one unit",
        ),
        ('design = "sobol"', "design", "to sample"),
        ('design = "grid"', "design", "latin hypercube"),
        ("replicatoins = 3", "replicatoins", 'did you mean "replications"'),
        ("replications = 0", "replications", "at least 1"),
        ('kpis = ["throughputt"]', "kpis", 'did you mean "throughput"'),
        ('kpis = ["oee.turn3"]', "kpis", 'did you mean "oee.turn1"'),
        ('kpis = ["makespan"]', "kpis", "a KPI of a plant"),
        ("days = 0", "days", "above 0"),
        ('days = 1\n[set]\nworld.warm_up = "24 h"', "days", "no order would count"),
        ("seed = -1", "seed", "within 0"),
        ("[set]\nlaod = 1", "set.laod", 'did you mean "load"'),
        ('[set]\npolicy = "rule"', "set.policy", "at the top"),
        ('disturbances = ["brake:turn1:1 h@2 h"]', "disturbances", "break"),
    ],
)
def test_what_is_wrong_is_named(
    tmp_path: Path, text: str, place: str, said: str
) -> None:
    """File, place and what was expected, in one sentence, before the first run."""
    with pytest.raises(BadInput) as caught:
        design(tmp_path, text)
    assert caught.value.where == str(tmp_path / "small.toml")
    assert caught.value.place.startswith(place)
    assert said in caught.value.problem
    assert "\n" not in str(caught.value)


def test_an_unknown_world_is_named_with_its_file(tmp_path: Path) -> None:
    """A world that is not there is the sweep file's fault."""
    with pytest.raises(BadInput, match=r'small\.toml: world: "cel": .*"cell"'):
        read_design(write(tmp_path, 'world = "cel"'))


def test_settings_that_only_some_runs_read_count(tmp_path: Path) -> None:
    """What the base's policy does not read decides the results of others."""
    text = 'set = { planner.window = 50 }\n[factors]\npolicy = ["rule", "hybrid"]'
    other = text.replace("50", "20")
    assert design(tmp_path, text).fingerprint() != design(tmp_path, other).fingerprint()
    plain = text.replace("set = { planner.window = 50 }\n", "")
    assert design(tmp_path, plain).base.unread() == []


@pytest.mark.parametrize(
    "text",
    [
        'policy = "hybrid"\nset.planner.window = 20\n'
        'factors.policy = ["rule", "hybrid"]\nfactors.load = [0.5]',
        'policy = "hybrid"\nset.planner.window = 20\n'
        '[variants]\nrule = { policy = "rule" }\nhybrid = {}',
        'policy = "rule"\n[factors]\nplanner.window = [10, 20]\n'
        '[variants]\nrule = {}\nhybrid = { policy = "hybrid" }',
    ],
)
def test_keys_of_the_planner_hold_for_those_that_have_one(
    tmp_path: Path, text: str
) -> None:
    """Runs without a planner do not mind them."""
    found = read_design(write(tmp_path, f'world = "cell"\n{text}'))
    scenarios = [
        found.base.scenario(found.case(k).settings, plans=True)
        for k in range(0, len(found), len(found.seeds))
    ]
    windows = {s.policy.planner and s.policy.planner.window for s in scenarios}
    assert windows in ({None, 20}, {None, 10, 20})


@pytest.mark.parametrize("values", ["[1, 1.0]", "[1.0, 2, 1]"])
def test_equal_numbers_stand_twice(tmp_path: Path, values: str) -> None:
    """However they are written."""
    with pytest.raises(BadInput, match="stands twice"):
        design(tmp_path, f"[factors]\nmtbf = {values}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "replications = 1_000\n[factors]\n"
            "load = { from = 0.1, to = 0.9, step = 0.001 }\nvehicles = [1, 2]",
            "factors: 1602000 runs, expected at most 1000000",
        ),
        (
            "[factors]\nload = { from = 0.1, to = 0.9, step = 0.0004 }",
            "factors.load: gives 2001 values, expected at most 1000",
        ),
        (
            f"[factors]\nvehicles = {list(range(1, 1_500))}",
            "factors.vehicles: 1499 values, expected at most 1000",
        ),
        (
            "[variants]\n" + "".join(f"v{k} = {{}}\n" for k in range(1_001)),
            "variants: 1001 variants, expected at most 1000",
        ),
    ],
)
def test_too_many_are_refused_before_one_is_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    """Counting takes no time, trying takes minutes."""
    tried: list[object] = []
    monkeypatch.setattr("studies.sweep.design.refuse_wrong", tried.append)
    with pytest.raises(BadInput) as refusal:
        design(tmp_path, text)
    assert str(refusal.value).endswith(said)
    assert tried == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'design = "sobol"\n[factors]\nload = { low = 0.5, high = 0.9 }',
            "samples: is missing, expected how many samples of load to draw",
        ),
        (
            "samples = 8\n[factors]\nload = { low = 0.5, high = 0.9 }",
            'design: is missing, expected how to sample load: "sobol" or',
        ),
        (
            '[factors]\nload = ["0.5", 0.6]',
            'factors.load: "0.5" is a text, expected it without quotes: 0.5',
        ),
        (
            '[factors]\nplanner.fresh = ["true"]\npolicy = ["hybrid"]',
            'factors.planner.fresh: "true" is a text, expected it without quotes',
        ),
        ('[set]\nload = "0.5"', 'set.load: "0.5", expected a number'),
    ],
)
def test_sentences_say_what_to_write(tmp_path: Path, text: str, said: str) -> None:
    """What is missing, and which quotes are too many."""
    with pytest.raises(BadInput) as refusal:
        design(tmp_path, text)
    assert said in str(refusal.value)
    assert '\\"' not in str(refusal.value)
