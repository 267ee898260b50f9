"""The run folder: written beside its place and renamed, so it is whole or not there.

The files are those of CONTRACTS: ``run.json``, ``trace.jsonl`` (the source of
everything), ``kpis.json``, ``orders.csv`` and ``gantt.png``.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version
from tempfile import mkdtemp
from typing import Any

from agents.scenario import Scenario
from kernel.errors import BadInput
from measures.runfolder import FORMAT, RUN, TRACE
from studies.draw import gantt
from studies.orders import COLUMNS, order_rows
from studies.run import Run
from worlds.files import loaded_json, read_text

FILES = (RUN, TRACE, "kpis.json", "orders.csv", "gantt.png")
_PACKAGES = ("mesa", "ortools", "numba", "numpy", "holofab")


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
    with _refusing(path):
        target = path.resolve()
        if target.exists() and not is_run_folder(target):
            kind = "a folder that is no run folder" if target.is_dir() else "a file"
            problem = f"is {kind}, expected a new folder or that of a run"
            raise BadInput(str(path), "", problem)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.rmdir(mkdtemp(dir=target.parent, prefix=_prefix(target)))
    return target


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
    with _refusing(folder):
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
    with _refusing(path), _beside(target) as folder:
        _write_json(folder / RUN, about(run, command))
        with (folder / TRACE).open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{line}\n" for line in run.trace.lines())
        _write_json(folder / "kpis.json", run.kpis)
        with (folder / "orders.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(COLUMNS)
            table.writerows(order_rows(run.scenario.world, run.trace.events))
        world, policy = run.scenario.world, run.scenario.policy.name
        title = f"{world.name}, policy {policy}, seed {run.scenario.seed}"
        figure = gantt(world, run.trace.events, title=title)
        figure.savefig(folder / "gantt.png", dpi=110)


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


def versions() -> dict[str, str]:
    """Return what a run was made with; Holofab itself need not be installed."""
    found = {"python": python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "checkout"
    return found


def _write_json(path: Path, content: Any) -> None:
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _prefix(target: Path) -> str:
    return f".{target.name[:40]}."


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """Turn what the file system refuses into one sentence."""
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(str(path), "", f"cannot be written: {reason}") from None


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """Lend a temporary folder, and put it in the target's place if all went well."""
    new = Path(mkdtemp(dir=target.parent, prefix=_prefix(target)))
    try:
        new.chmod(0o755)
        yield new
        _swap(new, target)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _swap(new: Path, target: Path) -> None:
    """Put ``new`` in the place of ``target``; an interruption undoes it."""
    if not target.exists():
        new.rename(target)
        return
    old = Path(mkdtemp(dir=target.parent, prefix=_prefix(target)))
    try:
        target.rename(old)  # onto an empty folder
        new.rename(target)
        for path in old.iterdir():
            if path.name not in FILES:
                path.rename(target / path.name)
    finally:
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(target)
