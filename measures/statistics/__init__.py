"""What replications say: intervals, tests, how many are needed, when a run has settled.

SciPy does the arithmetic of distributions and the resampling; tests compare with it.
"""

from measures.statistics.intervals import (
    CONFIDENCE,
    FEWEST_RESAMPLED,
    Interval,
    bootstrap_difference,
    mean_interval,
    of_base,
    paired_difference,
    welch_difference,
)
from measures.statistics.pooling import (
    pooled_percent,
    ratio_percent,
    summed_p,
    summed_percent,
)
from measures.statistics.precision import replications_needed
from measures.statistics.settling import FEWEST_OBSERVATIONS, mser5
from measures.statistics.testing import common_difference, holm, paired_p

__all__ = [
    "CONFIDENCE",
    "FEWEST_OBSERVATIONS",
    "FEWEST_RESAMPLED",
    "Interval",
    "bootstrap_difference",
    "common_difference",
    "holm",
    "mean_interval",
    "mser5",
    "of_base",
    "paired_difference",
    "paired_p",
    "pooled_percent",
    "ratio_percent",
    "replications_needed",
    "summed_p",
    "summed_percent",
    "welch_difference",
]
