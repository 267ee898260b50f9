"""The report of a run folder, made anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kernel.errors import BadInput
from measures.runfolder import DATA, RUN, TRACE, Run, believed, read_run
from studies.report.run import run_report
from studies.whole import claim_file, written_whole
from worlds.files import shown as quoted

REPORT = "report.html"


def folder_report(folder: Path) -> str:
    """Return the report of a run folder.

    Raises
    ------
    BadInput
        If it is no run folder, or its record cannot be true.
    """
    run = read_run(folder)
    about = _checked(run)
    with believed(run):
        return run_report(run.world, run.trace.events, about)


def write_report(folder: Path, path: Path | None = None) -> Path:
    """Write the report of a run folder to a file, and return which.

    Parameters
    ----------
    path
        ``report.html`` in the folder, if None; none of the data of the run.

    Raises
    ------
    BadInput
        As :func:`folder_report`, or if the file cannot be written.
    """
    if path is not None:
        claim_file(path, [folder / name for name in DATA])
    text = folder_report(folder)
    return put(text, path or folder / REPORT)


def put(page: str, path: Path) -> Path:
    """Write a page to a file, whole or not at all, and return which.

    Raises
    ------
    BadInput
        If it cannot be written.
    """
    with written_whole(path) as file:
        file.write(page.encode())
    return path


def _checked(run: Run) -> dict[str, Any]:
    """Return ``run.json``, if it and the record have what a report tells of them."""
    scenario = run.trace.header.get("scenario")
    policy = scenario.get("policy") if isinstance(scenario, dict) else None
    if (
        not isinstance(scenario, dict)
        or not isinstance(policy, dict)
        or not isinstance(policy.get("name"), str)
        or not isinstance(scenario.get("seed"), int)
        or not _texts(scenario.get("disturbances"))
    ):
        problem = f"{quoted(scenario)}, expected policy, seed and disturbances"
        raise BadInput(f"{run.folder / TRACE}, line 1", "scenario", problem)
    window, made_with = run.about.get("window"), run.about.get("versions")
    for key, fine, expected in (
        ("command", _texts(run.about.get("command")), "a list of words"),
        ("versions", isinstance(made_with, dict), "versions by package"),
        ("window", _two(window), "two instants, ms"),
        ("reproducible", run.about.get("reproducible") in (True, False), "true, false"),
    ):
        if not fine:
            problem = f"{quoted(run.about.get(key))}, expected {expected}"
            raise BadInput(str(run.folder / RUN), key, problem)
    return {**run.about, "scenario": scenario}


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _two(value: Any) -> bool:
    whole = isinstance(value, list) and all(type(time) is int for time in value)
    return whole and len(value) == 2
