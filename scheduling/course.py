"""The course of a dispatch: what was decided, and by how much."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduling.arrays import Reals, Table
from scheduling.compiling import compiled

# columns of a step: the operation, its mode, the earliest start of all that could have
# been chosen, and its own
WHICH, BY, FRONT, BEGINS = range(4)


class Course(NamedTuple):
    """How a dispatch went, decision by decision.

    Shapes: steps (N, 4); urgencies (N,), without bonus; length (1,), of decisions.
    """

    steps: Table
    urgencies: Reals
    length: Table


@compiled
def course_of(total: int) -> Course:
    """Return a course in which nothing is decided yet."""
    return Course(
        np.empty((total, 4), np.int64),
        np.empty(total, np.float64),
        np.zeros(1, np.int64),
    )
