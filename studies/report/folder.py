"""The report of a run folder, made anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kernel.errors import BadInput
from measures.check import check_trace
from measures.check.shape import well_formed
from measures.runfolder import RUN, read_run
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
    _, bad = well_formed(run.world, run.trace.events)
    if not bad:
        try:
            about = {**run.about, "scenario": run.trace.header["scenario"]}
            return run_report(run.world, run.trace.events, _checked(about, folder))
        except BadInput:
            raise
        except Exception:
            bad = check_trace(run.world, run.trace.events)
            if not bad:
                raise
    first = bad[0]
    problem = f"cannot be true: {first.subject}: {first.sentence} (rule {first.rule})"
    raise BadInput(str(run.folder), f"{first.time} ms", problem)


def write_report(folder: Path, path: Path | None = None) -> Path:
    """Write the report of a run folder to a file, and return which.

    Parameters
    ----------
    path
        ``report.html`` in the folder, if None.

    Raises
    ------
    BadInput
        As :func:`folder_report`, or if the file cannot be written.
    """
    if path is not None:
        claim_file(path)
    text = folder_report(folder)
    target = path or folder / REPORT
    with written_whole(target) as file:
        file.write(text.encode())
    return target


def _checked(about: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return ``run.json`` if it has what a report tells of it."""
    words = about.get("command")
    if not isinstance(words, list) or not all(isinstance(w, str) for w in words):
        problem = f"{quoted(words)}, expected a list of words"
        raise BadInput(str(folder / RUN), "command", problem)
    if not isinstance(about.get("versions"), dict):
        problem = f"{quoted(about.get('versions'))}, expected versions by package"
        raise BadInput(str(folder / RUN), "versions", problem)
    return about
