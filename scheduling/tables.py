"""Contiguous tables of integers and of reals, and how rows become one."""

from __future__ import annotations

from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.int64]
Reals = NDArray[np.float64]


def table(rows: list[Any], columns: int) -> Table:
    """Return rows of numbers as a table."""
    flat = chain.from_iterable(rows)
    size = len(rows) * columns
    return np.fromiter(flat, np.int64, size).reshape(len(rows), columns)
