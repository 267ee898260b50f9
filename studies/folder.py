"""The run folder: written beside its place and renamed, so it is whole or not there.

The files are ``run.json``, ``trace.jsonl`` (the source of
everything), ``kpis.json``, ``orders.csv``, ``gantt.png`` and ``report.html``.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agents.scenario import Scenario
from kernel.errors import BadInput
from measures.runfolder import DATA, FORMAT, RUN, TRACE
from studies.draw import gantt
from studies.glyphs import any_script
from studies.orders import COLUMNS, order_rows
from studies.report import REPORT, run_report
from studies.run import Run
from studies.versions import versions
from studies.whole import (
    claim_folder,
    folder_written_whole,
    nameable,
    refusing,
    write_json,
)
from worlds.files import loaded_json, read_text

FILES = (*DATA, REPORT)


def default_folder(scenario: Scenario) -> Path:
    """Return where a run goes if nobody says: ``runs/WORLD-POLICY-SEED``."""
    policy = scenario.policy.name.replace(":", "-")
    return Path("runs", f"{scenario.world.name}-{policy}-{scenario.seed}")


def claim(path: Path) -> Path:
    """Return the full path of a folder that a run may be written to.

    The folders above it are made. To be called before a run, so that nobody waits for
    a run that cannot be kept.

    Raises
    ------
    BadInput
        If something other than a run folder is there, or it cannot be written.
    """
    return claim_folder(path, is_run_folder, "run")


def claim_empty(folder: Path, mark: str) -> None:
    """Make a folder for a study, to which nothing else is written.

    Parameters
    ----------
    mark
        The file by which such a folder is known.

    Raises
    ------
    BadInput
        If it is there and holds anything, or cannot be made.
    """
    with refusing(folder):
        nameable(folder.resolve())
        folder.mkdir(parents=True, exist_ok=True)
        held = sorted(path.name for path in folder.iterdir())
    if held:
        kind = "one of these already" if mark in held else "something"
        problem = f"holds {kind}, expected a new folder, or --resume {folder}"
        raise BadInput(str(folder), "", problem)


def is_run_folder(path: Path) -> bool:
    """Return whether a run was written there."""
    if not (path / RUN).is_file() or not (path / TRACE).is_file():
        return False
    try:
        about = loaded_json(read_text(path / RUN), str(path / RUN))
    except BadInput:
        return False
    return isinstance(about, dict) and "format" in about and "digest" in about


def command_of(path: Path) -> list[str] | None:
    """Return the words that asked for the run in a folder; None if there is none."""
    if not is_run_folder(path):
        return None
    words = loaded_json(read_text(path / RUN), str(path / RUN)).get("command")
    return [str(word) for word in words] if isinstance(words, list) else []


def write_run(run: Run, path: Path, command: Sequence[str]) -> None:
    """Write a run to a folder, or replace the run that is there.

    Files there that are not a run's are kept. However the writing ends, the folder is
    the old one or the new one.

    Parameters
    ----------
    command
        The words that asked for the run.

    Raises
    ------
    BadInput
        If it cannot be written.
    """
    target = claim(path)
    told = about(run, command)
    with refusing(path), folder_written_whole(target, FILES) as folder:
        write_json(folder / RUN, told)
        with (folder / TRACE).open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{line}\n" for line in run.trace.lines())
        write_json(folder / "kpis.json", run.kpis)
        with (folder / "orders.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(COLUMNS)
            table.writerows(order_rows(run.scenario.world, run.trace.events))
        world, policy = run.scenario.world, run.scenario.policy.name
        title = f"{world.name}, policy {policy}, seed {run.scenario.seed}"
        figure = gantt(world, run.trace.events, title=title)
        with any_script():
            figure.savefig(folder / "gantt.png", dpi=110)
        report = run_report(world, run.trace.events, told, run.kpis)
        (folder / REPORT).write_text(report, encoding="utf-8")


def about(run: Run, command: Sequence[str]) -> dict[str, Any]:
    """Return the content of ``run.json``."""
    header = run.trace.header
    return {
        "format": FORMAT,
        "command": list(command),
        "scenario": header["scenario"],
        "world": header["world"],
        "versions": versions(),
        "window": list(run.scenario.window),
        "digest": run.digest,
        "reproducible": run.reproducible,
        "wall_seconds": round(run.wall_seconds, 3),
    }
