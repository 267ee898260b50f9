"""The folder of a comparison: data, a picture, and the report."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from kernel.errors import BadInput
from studies.compare.experiment import Experiment
from studies.compare.picture import forest
from studies.glyphs import any_script
from studies.report import REPORT, comparison_report
from studies.versions import versions
from studies.whole import claim_folder, folder_written_whole, refusing, write_json
from worlds.files import loaded_json, read_text

FORMAT = 1
#: Bytes of data: ten thousand cells of a plant with hundreds of KPIs.
_LARGEST = 4_000_000_000
JSON, TABLE, PICTURE = "compare.json", "compare.csv", "compare.png"
FILES = (JSON, TABLE, PICTURE, REPORT)


def claim_comparison(path: Path) -> Path:
    """Return the full path of a folder that a comparison may be written to.

    Raises
    ------
    BadInput
        If something else is there, or it cannot be written.
    """
    return claim_folder(path, is_comparison_folder, "comparison")


def is_comparison_folder(path: Path) -> bool:
    """Return whether a comparison was written there."""
    if not (path / JSON).is_file():
        return False
    try:
        text = read_text(path / JSON, largest=_LARGEST)
        about = loaded_json(text, str(path / JSON))
    except BadInput:
        return False
    return isinstance(about, dict) and {"format", "reference"} <= set(about)


def write_comparison(
    experiment: Experiment, path: Path, command: Sequence[str]
) -> None:
    """Write a comparison to a folder, or replace the one that is there.

    Files there that are not a comparison's are kept. However the writing ends, the
    folder is the old one or the new one.

    Parameters
    ----------
    command
        The words that asked for it.

    Raises
    ------
    BadInput
        If it cannot be written.
    """
    target = claim_comparison(path)
    with refusing(path), folder_written_whole(target, FILES) as folder:
        about = {"format": FORMAT, "command": list(command), "versions": versions()}
        write_json(folder / JSON, about | experiment.as_json())
        with (folder / TABLE).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(run_rows(experiment))
        with any_script():
            forest(experiment).savefig(folder / PICTURE, dpi=120)
        page = comparison_report(experiment, command)
        (folder / REPORT).write_text(page, encoding="utf-8")


def run_rows(experiment: Experiment) -> Iterator[list[Any]]:
    """Yield a head and a row for each run: varied keys, policy, seed, every KPI.

    A KPI that has no value in a run is left empty.
    """
    outcomes = [
        (cell, policy, seed, outcome)
        for cell in experiment.cells
        for policy, runs in cell.outcomes.items()
        for seed, outcome in zip(cell.seeds, runs, strict=True)
    ]
    kpis = list(dict.fromkeys(name for *_, one in outcomes for name in one.kpis))
    keys = [key for key, _ in experiment.first.settings]
    yield [*keys, "policy", "seed", *kpis]
    for cell, policy, seed, outcome in outcomes:
        settings = [value for _, value in cell.settings]
        yield [*settings, policy, seed, *(outcome.kpis.get(name, "") for name in kpis)]
