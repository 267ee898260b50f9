"""The sweep files that come along."""

from __future__ import annotations

from pathlib import Path

import pytest

from studies.case import scenario_hash
from studies.sweep.design import read_design

ROOT = Path(__file__).parents[3]
FILES = sorted((ROOT / "studies" / "experiments").glob("*.toml"))


def test_there_are_experiments() -> None:
    """A test of no file would pass."""
    assert len(FILES) >= 4


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_experiment_designs_its_runs(file: Path) -> None:
    """Each combination is a scenario of its own; the head says how to run them."""
    design = read_design(file)
    base, seed = design.base, design.seeds[0]
    scenarios = {
        scenario_hash(base.scenario(design.case(k).settings, seed, plans=True))
        for k in range(0, len(design), len(design.seeds))
    }
    assert len(scenarios) == len(design.cells) > 1
    command = f"python run.py sweep {file.relative_to(ROOT).as_posix()}"
    assert any(line.startswith(f"#   {command}") for line in design.text.splitlines())
