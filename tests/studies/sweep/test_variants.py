"""Variants: settings with a name, as values of one factor."""

from __future__ import annotations

from pathlib import Path

import pytest
from sweep_bench import write

from kernel.errors import BadInput
from studies.sweep.design import read_design

HEAD = 'world = "cell"\nreplications = 2\n'
ABLATION = """\
[factors]
load = [0.7, 0.8]
[variants]
rule = { policy = "rule" }
whole = {}
"no search" = { planner.search = 0, planner.exact = 0 }
"""


def test_a_variant_stands_for_its_settings(tmp_path: Path) -> None:
    """Its name is a value of the factor `variant`, which varies fastest."""
    found = read_design(write(tmp_path, HEAD + ABLATION))
    assert found.factors == ("load", "variant")
    names = ["rule", "whole", "no search"]
    assert [cell[1] for cell in found.cells] == names * 2
    assert [found.case(2 * k).settings for k in range(3)] == [
        (("load", "0.7"), ("policy", "rule")),
        (("load", "0.7"),),
        (("load", "0.7"), ("planner.search", "0"), ("planner.exact", "0")),
    ]
    case = found.case(5)
    planner = case.base.scenario(case.settings, plans=True).policy.planner
    assert planner is not None
    assert (planner.search, planner.exact) == (0, 0)
    assert case.base.scenario(found.case(0).settings, plans=True).policy.name == "rule"


def test_variants_alone_are_a_sweep(tmp_path: Path) -> None:
    """The compiled scheduler is called if one of them plans."""
    text = 'policy = "rule"\n[variants]\na = {}\nb = { load = 0.5 }\n'
    found = read_design(write(tmp_path, HEAD + text))
    assert len(found) == 4
    assert not found.plans
    more = 'c = { policy = "hybrid", planner.stability = 2 }\n'
    assert read_design(write(tmp_path, HEAD + text + more)).plans


def test_what_a_variant_means_is_part_of_the_sweep(tmp_path: Path) -> None:
    """Another setting under the same name is another sweep."""
    one = read_design(write(tmp_path, HEAD + ABLATION))
    other = ABLATION.replace("search = 0", "search = 1")
    two = read_design(write(tmp_path, HEAD + other))
    assert one.cells == two.cells
    assert one.fingerprint() != two.fingerprint()


def test_the_planner_s_keys_hold_for_policies_that_plan(tmp_path: Path) -> None:
    """As those of factors do, if the policy is a factor."""
    text = '[factors]\npolicy = ["rule", "hybrid"]\n'
    more = "[variants]\na = {}\nb = { planner.search = 0 }\n"
    assert len(read_design(write(tmp_path, HEAD + text + more)).cells) == 4


def test_settings_may_end_like_the_words_of_a_span(tmp_path: Path) -> None:
    """`low` is a word of factors only: in `set` and in a variant it is a key."""
    key = "world.demand.quantity.low = 1\n"
    text = f"[set]\n{key}[variants.few]\n{key}[variants.many]\n"
    found = read_design(write(tmp_path, HEAD + text))
    assert found.base.settings == (("world.demand.quantity.low", "1"),)
    assert found.case(0).settings == found.base.settings


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("a = { planner.windw = 9 }", "variants.a.planner.windw", '"planner.window"'),
        ("a = { planner.fresh = 2 }", "variants.a.planner.fresh", "expected bool"),
        ("a = { laod = 0.5 }", "variants.a.laod", 'did you mean "load"'),
        ("a = { load = 0.5 }", "variants.a.load", "is a factor too"),
        ("a = { seed = 3 }", "variants.a.seed", "seed and replications"),
        ("a = { days = 3 }", "variants.a.days", "at the top"),
        ("'' = { vehicles = 2 }", "variants", "expected names"),
        ("a = 3", "variants.a", "expected a table"),
    ],
)
def test_a_wrong_variant_is_named(
    tmp_path: Path, text: str, place: str, said: str
) -> None:
    """File, place, value, what was expected."""
    text = f"[factors]\nload = [0.7]\n[variants]\n{text}\n"
    path = write(tmp_path, HEAD + text)
    with pytest.raises(BadInput) as refusal:
        read_design(path)
    assert refusal.value.where == str(path)
    assert refusal.value.place == place
    assert said in str(refusal.value)
