"""Sweeps that compare the values of a factor, judged by `compare` on the same runs."""

from __future__ import annotations

import json
from dataclasses import replace
from html import escape
from pathlib import Path

import pytest
from sweep_bench import SMALL, sweep, write

import run
from kernel.errors import BadInput
from studies.case import Outcome
from studies.compare import cells_of, conduct, stopping_of, varied
from studies.compare.table import tables
from studies.compare.verdict import verdict
from studies.report.sweep import sweep_report
from studies.sweep import draw, execute
from studies.sweep.design import Design, read_design
from studies.sweep.paired import paired, remarks
from worlds.read import read_world

COMPARED = f'compare = "policy"\nreference = "rule:FIFO"\n{SMALL}'


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> execute.Sweep:
    """Carry out the small sweep, its policies compared."""
    folder = tmp_path_factory.mktemp("compared")
    return sweep(write(folder, COMPARED), folder / "out")


def test_a_sweep_says_what_compare_says(done: execute.Sweep) -> None:
    """The same runs, the same differences, intervals, p-values and sums."""
    world = read_world("cell")
    policies = ["rule:FIFO", "rule"]
    cells = cells_of(world, policies, varied(["vehicles=1,2"]), seed=5, days=0.5)
    kpis = ("flow_time", "wip", "oee.turn1")
    judge = conduct(cells, stopping_of(policies, "flow_time", 3), kpis).as_json()
    assert done.experiment is not None
    found = done.experiment.as_json()
    assert found["reference"] == "rule:FIFO"
    assert found["days"] == 0.5
    assert found["pooled"] == judge["pooled"]
    assert found["sum_of_cells"] == judge["sum_of_cells"]
    for mine, theirs in zip(found["cells"], judge["cells"], strict=True):
        assert mine["settings"] == theirs["settings"]
        assert mine["seeds"] == [5, 6, 7]
        for kpi in kpis:
            assert mine["kpis"][kpi] == theirs["kpis"][kpi]


def test_it_is_printed_written_and_reported(
    done: execute.Sweep, capsys: pytest.CaptureFixture[str]
) -> None:
    """A sweep that is done says all of it again, at no cost."""
    argv = ["sweep", "--resume", str(done.folder)]
    assert run.main(argv) == 0
    said = capsys.readouterr().out
    assert "less rule:FIFO, %" in said
    assert said.count(verdict(done.experiment)) == 1
    assert "sum of cells" in said
    assert "MSER" not in said
    assert "--kpi" not in said
    assert run.main([*argv, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)["comparison"]
    assert json.loads((done.folder / "comparison.json").read_text()) == printed
    assert (done.folder / "comparison.png").read_bytes().startswith(b"\x89PNG")
    page = (done.folder / "report.html").read_text().replace("<wbr>", "")
    assert "policy, held against rule:FIFO" in page
    assert page.count(escape(verdict(done.experiment))) == 1
    assert "sum of cells" in page
    assert "Every combination" in page


def made_up(design: Design, failed: set[tuple[int, int]]) -> list[Outcome]:
    """Return outcomes of a design; of some (combination, seed) the run failed."""
    found = []
    for number in range(len(design)):
        seed = design.at(number)[1]
        gone = (number // len(design.seeds), seed) in failed
        found.append(
            Outcome(
                number=number,
                seed=seed,
                kpis={} if gone else {"flow_time": number + 100.0 * seed},
                error="no" if gone else "",
            )
        )
    return found


def test_pairs_need_both_their_runs(tmp_path: Path) -> None:
    """A seed of which a run failed is left out of all cells, an empty cell as such."""
    text = COMPARED.replace("[1, 2]", "[1, 2, 3]")
    text = text.replace('"flow_time", "wip", "oee.turn1"', '"flow_time"')
    design = read_design(write(tmp_path, text))
    failed = {(0, 6), (2, 5), (2, 6), (2, 7)}
    found = paired(design, made_up(design, failed))
    assert found is not None
    assert [cell.settings for cell in found.cells] == [
        (("vehicles", "1"),),
        (("vehicles", "3"),),
    ]
    assert {cell.seeds for cell in found.cells} == {(5, 7)}
    assert found.first.pairs("rule", "flow_time") == (
        (500, 702),
        (503, 705),
    )
    cells, seeds = remarks(design, found)
    assert cells.endswith(": 1.")
    assert seeds.endswith(": 6.")
    everything = {(cell, seed) for cell in (0, 2, 4) for seed in (5, 6, 7)}
    none = paired(design, made_up(design, everything))
    assert none is None
    assert "Nothing to compare policy by" in remarks(design, none)[0]
    alone = replace(design, compared="")
    assert paired(alone, made_up(design, set())) is None
    assert remarks(alone, None) == []


def test_a_repeated_sample_is_one_cell(tmp_path: Path) -> None:
    """Eight samples of three whole numbers: nothing failed, nothing is left out."""
    sampled = SMALL.replace("vehicles = [1, 2]", "vehicles = { low = 1, high = 3 }")
    head = 'compare = "policy"\ndesign = "sobol"\nsamples = 8\n'
    design = read_design(write(tmp_path, head + sampled))
    assert len(set(design.cells)) == 6 < len(design.cells)
    found = paired(design, made_up(design, set()))
    assert found is not None
    assert len(found.cells) == 3
    assert remarks(design, found) == []
    gone = {design.cells[0]}
    failed = {
        (k, seed)
        for k, cell in enumerate(design.cells)
        for seed in design.seeds
        if cell in gone
    }
    left = remarks(design, paired(design, made_up(design, failed)))
    assert left == ["Cells without a seed that went through are left out: 1."]


def test_any_factor_can_be_compared(tmp_path: Path) -> None:
    """Numbers, too; the first value is the reference."""
    one = read_design(write(tmp_path, 'compare = "vehicles"\n' + SMALL))
    assert (one.compared, one.reference) == ("vehicles", 1)
    found = paired(one, made_up(replace(one, kpis=("flow_time",)), set()))
    assert found is not None
    assert found.first.factor == "vehicles"
    assert found.first.others == ["2"]
    assert "less vehicles 1, %" in tables(found)[0].columns
    two = f'compare = "vehicles"\nreference = 2\n{SMALL}'
    assert read_design(write(tmp_path, two)).reference == 2
    whole = two.replace("reference = 2", "reference = 2.0")
    assert read_design(write(tmp_path, whole)).reference == 2


@pytest.mark.parametrize(
    ("head", "place", "said"),
    [
        ('compare = "policies"', "compare", 'did you mean "policy"'),
        ('compare = "xyz"', "compare", "expected a factor with a list"),
        ('reference = "rule"', "reference", "expected compare beside it"),
        ('compare = "mtbf"', "compare", "is sampled"),
        ('compare = "load"', "compare", "has one value"),
        (
            'compare = "policy"\nreference = "rule:FIFI"',
            "reference",
            'did you mean "rule:FIFO"',
        ),
        ('compare = "policy"\nreference = 7', "reference", "expected one of"),
    ],
)
def test_a_wrong_comparison_is_named(
    tmp_path: Path, head: str, place: str, said: str
) -> None:
    """Before the first run, with the nearest right name."""
    text = f'{head}\ndesign = "sobol"\nsamples = 2\n{SMALL}load = [0.5]\n'
    path = write(tmp_path, text + "mtbf = { low = 1, high = 2 }\n")
    with pytest.raises(BadInput) as refusal:
        read_design(path)
    assert refusal.value.place == place
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("set.world.days = 0.4\nfactors.load = [0.5, 0.7]", 0.4),
        ("days = 0.4\nfactors.load = [0.5, 0.7]", 0.4),
        ('[variants]\na = { world.days = 0.6 }\nb = { policy = "rule:FIFO" }', 0.6),
    ],
)
def test_days_are_those_of_the_runs(tmp_path: Path, text: str, days: float) -> None:
    """Whoever sets them."""
    key = "variant" if "variants" in text else "load"
    head = f'world = "cell"\npolicy = "rule"\ncompare = "{key}"\n'
    design = read_design(write(tmp_path, f'{head}kpis = ["flow_time"]\n{text}'))
    found = paired(design, made_up(design, set()))
    assert found is not None
    assert found.first.days == days


def test_names_may_hold_dollars(tmp_path: Path) -> None:
    """Pictures write them; Matplotlib would take them for formulas."""
    text = (
        'world = "cell"\npolicy = "rule"\ndays = 0.5\nreplications = 1\n'
        'kpis = ["flow_time"]\ncompare = "variant"\n'
        '[variants]\n"5k$ or x_$" = {}\nb = { policy = "rule:FIFO" }\n'
    )
    done = sweep(write(tmp_path, text), tmp_path / "out")
    files = draw.draw(done.design, done.outcomes, done.folder)
    assert [file.name for file in files] == ["flow_time.png"]
    page = sweep_report(done).replace("<wbr>", "")
    assert "5k$ or x_$" in page
    told = page.replace("\n", "")
    assert "variant: b</td><td>policy = rule:FIFO" in told
    assert "<td>policy</td><td>rule</td>" in told  # what the other variant has
