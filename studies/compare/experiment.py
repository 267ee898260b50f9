"""What comes of a comparison: policies held against each other in every cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from measures.statistics import (
    Interval,
    holm,
    paired_p,
    pooled_percent,
    summed_p,
    summed_percent,
)
from studies.compare.comparison import Comparison
from studies.compare.stopping import Stopping
from studies.tables import COMPARED, fitting

Estimate = TypeVar("Estimate", Interval, float)
#: A cell's number, a policy, a KPI: what a p-value belongs to.
Key = tuple[int, str, str]
#: A KPI under a policy and under the reference, by seed.
Pairs = tuple[Sequence[float], Sequence[float]]


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
            for kpi in () if cell.exact else kpis:
                for policy in cell.others:
                    pairs = cell.pairs(policy, kpi)
                    p = None if pairs is None else paired_p(*pairs)
                    if p is not None:
                        found[i, policy, kpi] = p
        return found

    @cached_property
    def p_holm_summed(self) -> dict[tuple[str, str], float]:
        """The p-values of the sums over cells, by policy and KPI.

        Adjusted over the other policies: the sums of a table are a family.
        """
        adjusted: dict[tuple[str, str], float] = {}
        tested = len(self.cells) > 1 and not all(cell.exact for cell in self.cells)
        for kpi in self.shown if tested else ():
            found = {
                (policy, kpi): self._over_cells(summed_p, policy, kpi)
                for policy in self.first.others
            }
            known = {key: p for key, p in found.items() if p is not None}
            adjusted |= zip(known, holm(list(known.values())), strict=True)
        return adjusted

    def pooled(self, policy: str, kpi: str) -> Interval | None:
        """Return the mean over cells of the difference in percent, by seed."""
        return self._over_cells(pooled_percent, policy, kpi)

    def summed(self, policy: str, kpi: str) -> Interval | None:
        """Return the difference of the sum over cells in percent, by seed."""
        return self._over_cells(summed_percent, policy, kpi)

    def _over_cells(
        self,
        estimate: Callable[[Sequence[Pairs]], Estimate | None],
        policy: str,
        kpi: str,
    ) -> Estimate | None:
        """Return an estimate over cells, all of which must have the KPI."""
        pairs = [cell.pairs(policy, kpi) for cell in self.cells]
        known = [pair for pair in pairs if pair is not None]
        return estimate(known) if len(known) == len(pairs) else None

    def as_json(self) -> dict[str, Any]:
        """Return what ``compare --json`` prints (docs/compare.md)."""
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
            "pooled": self._over_cells_json(self.pooled),
            "sum_of_cells": self._over_cells_json(self.summed, self.p_holm_summed),
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
            "missing_seed": stopping.missing(cell),
            "replications_needed": stopping.needed(cell),
        }

    def _over_cells_json(
        self,
        estimate: Callable[[str, str], Interval | None],
        p_holm: Mapping[tuple[str, str], float] | None = None,
    ) -> dict[str, Any]:
        names = ("percent_mean", "percent_low", "percent_high")

        def told(policy: str, kpi: str) -> dict[str, Any] | None:
            found = estimate(policy, kpi)
            if found is None:
                return None
            p = {} if p_holm is None else {"p_holm": p_holm.get((policy, kpi))}
            return dict(zip(names, found, strict=True)) | p

        return {
            kpi: {policy: told(policy, kpi) for policy in self.first.others}
            for kpi in self.shown
        }
