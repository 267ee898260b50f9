"""A comparison run: every cell, policy and seed, until there are enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

from agents.scenario import Scenario
from kernel.calendar import DAY
from measures.statistics import Interval, holm, pooled_percent
from studies.compare.cells import Cell
from studies.compare.comparison import Comparison
from studies.compare.outcome import Outcome, outcome_of
from studies.compare.stopping import Stopping, main_kpi, stopping_of
from studies.parallel import each
from studies.run import Tally
from studies.tables import COMPARED, fitting

#: A cell's number, a policy, a KPI: what a p-value belongs to.
Key = tuple[int, str, str]


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """Comparisons of the same policies in one cell or several.

    Attributes
    ----------
    asked
        KPIs that somebody has named; the first decides when to stop.
    """

    cells: tuple[Comparison, ...]
    stopping: Stopping
    asked: tuple[str, ...] = ()

    @property
    def first(self) -> Comparison:
        """The first cell, for what all have in common."""
        return self.cells[0]

    @property
    def varied(self) -> bool:
        """Whether there are cells to tell apart."""
        return bool(self.first.settings)

    @property
    def runs(self) -> int:
        """How many runs were made."""
        return sum(len(cell.seeds) * len(cell.outcomes) for cell in self.cells)

    @property
    def violations(self) -> list[str]:
        """What the checker found in all of them."""
        return [said for cell in self.cells for said in cell.violations]

    @property
    def shown(self) -> list[str]:
        """The KPIs that tables and pictures show.

        Those asked for; else what matters most where something is varied (there a KPI
        has a table to itself), and what policies differ in where nothing is.
        """
        if self.asked:
            return list(self.asked)
        if self.varied:
            return [self.stopping.kpi]
        return fitting(self.first.names, COMPARED)

    @cached_property
    def p_holm(self) -> dict[Key, float]:
        """The p-values adjusted over the comparisons of the table that shows them.

        Where something is varied, a KPI has a table to itself, and its family is all
        other policies in all cells; else the family is all other policies and all KPIs
        of the one table.
        """
        if self.varied:
            names = dict.fromkeys(name for cell in self.cells for name in cell.names)
            families = [[name] for name in names]
        else:
            families = [self.shown]
        adjusted: dict[Key, float] = {}
        for family in families:
            p = self._p(family)
            adjusted |= zip(p, holm(list(p.values())), strict=True)
        return adjusted

    def _p(self, kpis: Sequence[str]) -> dict[Key, float]:
        found: dict[Key, float] = {}
        for i, cell in enumerate(self.cells):
            for kpi in kpis:
                for policy in cell.others:
                    difference = cell.difference(policy, kpi)
                    if difference is not None and difference.p is not None:
                        found[i, policy, kpi] = difference.p
        return found

    def pooled(self, policy: str, kpi: str) -> Interval | None:
        """Return the difference in percent over all cells, clustered by seed."""
        pairs = [cell.pairs(policy, kpi) for cell in self.cells]
        known = [pair for pair in pairs if pair is not None]
        return pooled_percent(known) if len(known) == len(pairs) else None

    def as_json(self) -> dict[str, Any]:
        """Return what ``compare --json`` prints (CONTRACTS, and docs/compare.md)."""
        if not self.varied:
            return self._cell_json(0)
        cells = []
        for i, cell in enumerate(self.cells):
            found = {"settings": dict(cell.settings), **self._cell_json(i)}
            del found["world"], found["days"], found["reference"]
            cells.append(found)
        return {
            "world": self.first.world,
            "days": self.first.days,
            "reference": self.first.reference,
            "cells": cells,
            "pooled": {kpi: self._pooled_json(kpi) for kpi in self.shown},
        }

    def _cell_json(self, i: int) -> dict[str, Any]:
        mine = {key[1:]: p for key, p in self.p_holm.items() if key[0] == i}
        return self.cells[i].as_json(mine) | {"stopping": self._stopping_json(i)}

    def _stopping_json(self, i: int) -> dict[str, Any] | None:
        stopping, cell = self.stopping, self.cells[i]
        if stopping.half_width is None:
            return None
        return {
            "kpi": stopping.kpi,
            "asked": stopping.half_width,
            "relative": stopping.relative,
            "half_width_allowed": stopping.allowed(cell),
            "half_width": {p: stopping.width(cell, p) for p in cell.others},
            "reached": stopping.reached(cell),
            "replications_needed": stopping.needed(cell),
        }

    def _pooled_json(self, kpi: str) -> dict[str, Any]:
        found = {policy: self.pooled(policy, kpi) for policy in self.first.others}
        names = ("percent_mean", "percent_low", "percent_high")
        return {
            policy: None if one is None else dict(zip(names, one, strict=True))
            for policy, one in found.items()
        }


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
        If the KPI that decides when to stop has no value.
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
        results = each(partial(_done, runner, live), jobs, workers)
        for job, outcome in zip(jobs, results, strict=True):
            outcomes[job.cell][job.policy].append(outcome)
            if progress is not None and live is None:
                progress(_ended(job, outcome))
        running = [
            i
            for i in running
            if until < stopping.most
            and not stopping.reached(_comparison(cells[i], outcomes[i]))
        ]
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
