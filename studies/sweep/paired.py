"""The values of one factor held against a reference, paired by seed, cell by cell.

A sweep that compares is a comparison that can be interrupted: what is said of it, its
tables, sentences and picture, are those of :mod:`studies.compare`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kernel.calendar import DAY
from kernel.errors import BadInput
from studies.case import Outcome
from studies.compare.comparison import Comparison, Settings
from studies.compare.experiment import Experiment
from studies.compare.outcome import Outcome as Kept
from studies.compare.picture import forest
from studies.compare.stopping import Stopping
from studies.factors import Value
from studies.glyphs import any_script
from studies.sweep.design import Design
from studies.whole import json_text, written_whole
from worlds.keys import text_of

JSON, PICTURE = "comparison.json", "comparison.png"
#: Outcomes by value of the compared factor and seed.
_Runs = dict[str, dict[int, Outcome]]


def paired(design: Design, outcomes: Sequence[Outcome]) -> Experiment | None:
    """Return the comparison a sweep asks for; None if it asks for none.

    Pairs need both their runs: a cell of which no seed went through under every value
    is left out, and a seed that did not in all other cells, too. None also if nothing
    is left.
    """
    if not design.compared:
        return None
    cells = _cells(design, outcomes)
    whole = {settings: _through(runs) for settings, runs in cells.items()}
    kept = {settings: seeds for settings, seeds in whole.items() if seeds}
    seeds = tuple(s for s in design.seeds if all(s in of for of in kept.values()))
    if not kept or not seeds:
        return None
    return Experiment(
        cells=tuple(_comparison(design, one, cells[one], seeds) for one in kept),
        stopping=Stopping(first=len(seeds), most=len(seeds), kpi=design.kpis[0]),
        asked=design.kpis,
    )


def remarks(design: Design, experiment: Experiment | None) -> list[str]:
    """Return what a sweep's comparison leaves out, a sentence each."""
    if not design.compared:
        return []
    if experiment is None:
        return [f"Nothing to compare {design.compared} by: a run of each pair failed."]
    said = []
    # Counted by what they are: samples of a few whole numbers repeat each other.
    cells = len({_settings(design, values) for values in design.cells})
    cells -= len(experiment.cells)
    if cells:
        said.append(f"Cells without a seed that went through are left out: {cells}.")
    left = sorted(set(design.seeds) - set(experiment.first.seeds))
    if left:
        named = ", ".join(map(str, left))
        said.append(f"Seeds of which a run failed are left out of all cells: {named}.")
    return said


def write_paired(experiment: Experiment | None, folder: Path) -> None:
    """Write ``comparison.json`` and ``comparison.png``; none: take away what is there.

    Raises
    ------
    BadInput
        If they cannot be written.
    """
    if experiment is None:
        for path in (folder / JSON, folder / PICTURE):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                problem = f"cannot be taken away: {error.strerror}"
                raise BadInput(str(path), "", problem) from None
        return
    with written_whole(folder / JSON) as file:
        file.write(json_text(experiment.as_json()).encode())
    with written_whole(folder / PICTURE) as file, any_script():
        forest(experiment).savefig(file, format="png", dpi=120)


def _cells(design: Design, outcomes: Sequence[Outcome]) -> dict[Settings, _Runs]:
    """Return the runs by the values of all other factors; the reference first."""
    index = design.factors.index(design.compared)
    levels = [design.reference, *design.levels(design.compared)]
    found: dict[Settings, _Runs] = {}
    for outcome in outcomes:
        values, seed = design.at(outcome.number)
        runs = found.setdefault(
            _settings(design, values), {text_of(level): {} for level in levels}
        )
        runs[text_of(values[index])][seed] = outcome
    return found


def _settings(design: Design, values: Sequence[Value]) -> Settings:
    """Return the values of all factors but the compared one."""
    named = zip(design.factors, map(text_of, values), strict=True)
    return tuple(pair for pair in named if pair[0] != design.compared)


def _through(runs: _Runs) -> set[int]:
    """Return the seeds that went through under every value."""
    done = [{s for s, one in of.items() if not one.error} for of in runs.values()]
    return set.intersection(*done)


def _comparison(
    design: Design, settings: Settings, runs: _Runs, seeds: tuple[int, ...]
) -> Comparison:
    reference = text_of(design.reference)
    base = design.base
    pairs = (*settings, (design.compared, reference))
    own = [pair for key, value in pairs for pair in design.settings_of(key, value)]
    days = base.scenario(own, plans=True).days
    return Comparison(
        world=base.world.name,
        days=days,
        seeds=seeds,
        factor=design.compared,
        reference=reference,
        outcomes={
            level: tuple(_kept(of[seed]) for seed in seeds)
            for level, of in runs.items()
        },
        settings=settings,
        unit=base.world.unit,
        end=round(days * DAY),
    )


def _kept(outcome: Outcome) -> Kept:
    return Kept(
        kpis=dict(outcome.kpis),
        violations=outcome.violations,
        reproducible=outcome.reproducible,
    )
