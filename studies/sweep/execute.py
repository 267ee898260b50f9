"""A sweep carried out: what is not in its store yet is run, each run kept at once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

from kernel.errors import BadInput
from studies.build import compile_scheduler
from studies.case import Outcome, perform
from studies.companions import KEPT, beside, keep_companions
from studies.compare.experiment import Experiment
from studies.folder import claim_empty
from studies.parallel import each
from studies.store import Store
from studies.sweep.design import Design, design_of, read_design
from studies.sweep.file import read_sweep
from studies.sweep.grow import places_in
from studies.sweep.paired import paired, write_paired
from studies.sweep.results import write_tables
from studies.whole import written_whole

FILE, STORE = "sweep.toml", "sweep.db"
#: Told how many runs are done, of how many; 0 first.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """A sweep that is done: its design, its folder, and an outcome a run, in order.

    ``states``: how many states of the program have made them.
    """

    design: Design
    folder: Path
    outcomes: tuple[Outcome, ...]
    states: int = 1

    @cached_property
    def experiment(self) -> Experiment | None:
        """The comparison the file asks for, if it does and there are pairs."""
        return paired(self.design, self.outcomes)

    @property
    def failed(self) -> list[Outcome]:
        """The runs that did not come to their end."""
        return [outcome for outcome in self.outcomes if outcome.error]

    @property
    def violations(self) -> list[str]:
        """What the checker has found, with the run."""
        return [
            f"run {outcome.number}, seed {outcome.seed}: {violation}"
            for outcome in self.outcomes
            for violation in outcome.violations
        ]


def design_and_folder(
    file: Path | None, out: Path | None, resume: Path | None
) -> tuple[Design, Path]:
    """Return what the command line asks for: a sweep begun, or one to go on with.

    Raises
    ------
    BadInput
        If neither or both are asked for, or as :func:`begun` and :func:`resumed`.
    """
    if resume is not None and out is not None:
        problem = f"expected no other folder when --resume is given ({resume})"
        raise BadInput("--out", "", problem)
    if resume is not None:
        return resumed(resume, file)
    if file is None:
        raise BadInput("sweep", "", "has no FILE.toml, expected one or --resume DIR")
    return begun(file, out)


def begun(file: Path, out: Path | None = None) -> tuple[Design, Path]:
    """Return the design of a sweep file and the folder made for it.

    Parameters
    ----------
    out
        The folder, new or empty; None: ``runs/sweep-NAME``.

    Raises
    ------
    BadInput
        If something in the file is wrong, the folder holds anything, or it cannot be
        written and is left empty.
    """
    named, text = read_sweep(file)  # once: it may be a pipe
    design = design_of(named, text, str(file))
    folder = out or Path("runs", f"sweep-{design.name}")
    claim_empty(folder, FILE)
    try:
        names = filter(None, (named.world, named.layout))
        found = {name: beside(name, file.parent) or name for name in names}
        keep_companions(found, folder)
        with written_whole(folder / FILE) as copy:  # last: now there is a sweep
            copy.write(design.text.encode())
    except BaseException:
        shutil.rmtree(folder / KEPT, ignore_errors=True)
        raise
    return _called(design, folder), folder


def resumed(folder: Path, file: Path | None = None) -> tuple[Design, Path]:
    """Return the design of a sweep that was interrupted, and its folder.

    Parameters
    ----------
    file
        The sweep file, if it is named again: it must be the same.

    Raises
    ------
    BadInput
        If there is no sweep in the folder, or the file has changed.
    """
    copy = folder / FILE
    if not copy.is_file():
        raise BadInput(str(folder), "", f"has no {FILE}, expected a sweep's folder")
    design = read_design(copy)
    if file is not None:
        given = read_design(file)
        if given.text != design.text:
            problem = f"differs from {copy}, expected the same; to grow, change that"
            raise BadInput(str(file), "", problem)
        if given.fingerprint() != design.fingerprint():
            problem = f"its world is not the one that {folder} was begun with"
            raise BadInput(str(file), "world", f"{problem}, expected it unchanged")
    return _called(design, folder), folder


def _called(design: Design, folder: Path) -> Design:
    """Return a design by the name of its folder, which an interruption leaves."""
    return replace(design, name=folder.resolve().name)


def carry_out(
    design: Design,
    folder: Path,
    *,
    workers: int = 1,
    engine: str = "local",
    address: str | None = None,
    progress: Progress | None = None,
) -> Sweep:
    """Run what is left of a sweep, and write its tables.

    Parameters
    ----------
    design, folder
        From :func:`begun` or :func:`resumed`.
    workers, engine, address
        Where the runs are computed (:func:`studies.parallel.each`); the results are
        the same everywhere.

    Raises
    ------
    BadInput
        If the engine cannot be used, or the folder not be written.
    """
    places = partial(places_in, design, where=str(folder / FILE))
    with Store(folder / STORE, design.fingerprint(), places) as store:
        done = store.done()
        if not done <= set(range(len(design))):
            problem = f"holds run {max(done)}, expected at most {len(design)} runs"
            raise BadInput(str(folder / STORE), "", problem)
        left = [number for number in range(len(design)) if number not in done]
        if left and design.plans:
            compile_scheduler()  # once, for all workers of this machine
        if progress is not None:
            progress(len(done), len(design))
        cases = map(design.case, left)
        for count, outcome in enumerate(
            each(perform, cases, workers, engine, address), len(done) + 1
        ):
            values, _ = design.at(outcome.number)
            factors = dict(zip(design.factors, values, strict=True))
            store.add(outcome, json.dumps(factors))
            if progress is not None:
                progress(count, len(design))
        outcomes, states = tuple(store.outcomes()), store.states()
    write_tables(design, outcomes, folder)
    sweep = Sweep(design=design, folder=folder, outcomes=outcomes, states=states)
    write_paired(sweep.experiment, folder)
    return sweep
