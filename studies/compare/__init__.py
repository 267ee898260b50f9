"""Policies compared: paired, with intervals, in one plant or in many variants of it.

``cells`` (what is varied) → ``experiment`` (runs, until ``stopping`` says enough) →
``comparison`` (what a cell says) → ``table``, ``picture``, ``folder``.
"""

from studies.compare.cells import Cell, cells_of, scenarios_of, varied
from studies.compare.comparison import Comparison, Difference
from studies.compare.experiment import Experiment, compare, conduct
from studies.compare.outcome import Outcome, outcome_of
from studies.compare.stopping import Stopping, kpis_of, main_kpi, stopping_of

__all__ = [
    "Cell",
    "Comparison",
    "Difference",
    "Experiment",
    "Outcome",
    "Stopping",
    "cells_of",
    "compare",
    "conduct",
    "kpis_of",
    "main_kpi",
    "outcome_of",
    "scenarios_of",
    "stopping_of",
    "varied",
]
