"""Policies compared: paired, with intervals, in one plant or in many variants of it.

``cells`` (what is varied) → ``replications`` (run until ``stopping`` says enough) →
``experiment``, a ``comparison`` a cell → ``table``, ``notes``, ``picture``, ``folder``.
"""

from studies.compare.cells import Cell, cells_of, scenarios_of, varied
from studies.compare.comparison import Comparison, Difference
from studies.compare.experiment import Experiment
from studies.compare.outcome import Outcome, outcome_of
from studies.compare.replications import compare, conduct
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
