"""Runs of a comparison: every cell, policy and seed, until there are enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from agents.scenario import Scenario
from kernel.calendar import DAY
from studies.compare.cells import Cell
from studies.compare.comparison import Comparison
from studies.compare.experiment import Experiment
from studies.compare.outcome import Outcome, outcome_of
from studies.compare.stopping import Stopping, main_kpi, stopping_of
from studies.parallel import each
from studies.run import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """A run to be made; ``label`` tells people which."""

    cell: int
    policy: str
    label: str
    scenario: Scenario


Runner = Callable[..., Outcome]


def conduct(
    cells: Sequence[Cell],
    stopping: Stopping,
    asked: Sequence[str] = (),
    workers: int = 1,
    progress: Callable[[Tally], None] | None = None,
    runner: Runner = outcome_of,
) -> Experiment:
    """Run every policy of every cell under the same seeds until there are enough.

    The seeds are that of the scenarios, the next one, and so on. Cells stop one by one;
    the looks are the same whatever the number of workers, and so is the result.

    Parameters
    ----------
    asked
        KPIs to show (:attr:`Experiment.asked`).
    progress
        Told how far each run has come; with several workers, when each has ended.
    runner
        What makes a run: from a scenario (and ``progress``) to its outcome.

    Raises
    ------
    BadInput
        If the KPI that decides when to stop has no value at the first look, and runs
        would follow. Later that only ends the runs of its cell.
    """
    outcomes: list[dict[str, list[Outcome]]] = [
        {policy: [] for policy in cell.scenarios} for cell in cells
    ]
    running, begun, until = list(range(len(cells))), 0, stopping.first
    while running:
        jobs = [
            _job(i, cells[i], policy, offset)
            for offset in range(begun, until)
            for i in running
            for policy in cells[i].scenarios
        ]
        live = progress if workers == 1 else None
        results = each(partial(_done, runner, live), jobs, workers, ordered=True)
        for job, outcome in zip(jobs, results, strict=True):
            outcomes[job.cell][job.policy].append(outcome)
            if progress is not None and live is None:
                progress(_ended(job, outcome))
        if until == stopping.most:
            break
        looks = {i: _comparison(cells[i], outcomes[i]) for i in running}
        if until == stopping.first:
            for look in looks.values():
                stopping.refuse_missing(look)
        running = [i for i, look in looks.items() if not stopping.ended(look)]
        begun, until = until, until + 1
    return Experiment(
        cells=tuple(map(_comparison, cells, outcomes)),
        stopping=stopping,
        asked=tuple(asked),
    )


def compare(
    scenarios: Mapping[str, Scenario],
    replications: int = 5,
    progress: Callable[[Tally], None] | None = None,
) -> Comparison:
    """Run scenarios under the same seeds, a fixed number, and compare what came of it.

    Parameters
    ----------
    scenarios
        By policy (:func:`~studies.compare.cells.scenarios_of`); the first is the
        reference.

    Raises
    ------
    BadInput
        If there are no or too many replications.
    """
    instance = bool(next(iter(scenarios.values())).world.unit)
    stopping = stopping_of(list(scenarios), main_kpi(instance), replications)
    cell = Cell(settings=(), scenarios=scenarios)
    return conduct([cell], stopping, progress=progress).first


def _job(number: int, cell: Cell, policy: str, offset: int) -> _Job:
    first = cell.scenarios[policy]
    scenario = replace(first, seed=first.seed + offset)
    settings = [f"{key}={value}" for key, value in cell.settings]
    label = ", ".join([*settings, policy, f"seed {scenario.seed}"])
    return _Job(cell=number, policy=policy, label=label, scenario=scenario)


def _done(
    runner: Runner, progress: Callable[[Tally], None] | None, job: _Job
) -> Outcome:
    if progress is None:
        return runner(job.scenario)

    def tell(tally: Tally) -> None:
        tally.name = job.label
        progress(tally)

    return runner(job.scenario, tell)


def _ended(job: _Job, outcome: Outcome) -> Tally:
    tally = Tally(job.label, round(job.scenario.days * DAY))
    tally.now, tally.shipped, tally.late = tally.end, outcome.shipped, outcome.late
    return tally


def _comparison(cell: Cell, outcomes: Mapping[str, Sequence[Outcome]]) -> Comparison:
    reference, first = next(iter(cell.scenarios.items()))
    count = len(outcomes[reference])
    return Comparison(
        world=first.world.name,
        days=first.days,
        seeds=tuple(range(first.seed, first.seed + count)),
        reference=reference,
        outcomes={policy: tuple(runs) for policy, runs in outcomes.items()},
        settings=cell.settings,
        unit=first.world.unit,
        warm_up=first.window[0],
        end=round(first.days * DAY),
    )
