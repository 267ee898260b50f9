"""Whether what is cut as warm-up is enough: MSER-5 on WIP and flow times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from kernel.calendar import HOUR
from measures.statistics import FEWEST_OBSERVATIONS, mser5
from studies.compare.outcome import Outcome

#: Policy and series -> when the run has settled, ms; None if it has not.
Cuts = dict[tuple[str, str], int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmUp:
    """The warm-up that is cut, and what MSER-5 would cut.

    Attributes
    ----------
    own
        What the scenario cuts, ms.
    cuts
        By policy and series (``wip``, ``flow_time``), ms. None: no cut in the first
        half, the run is too short to tell. Series too short for MSER-5 are left out.
    """

    own: int
    cuts: Cuts

    @property
    def found(self) -> int | None:
        """The longest cut; None if there is none."""
        return max((cut for cut in self.cuts.values() if cut is not None), default=None)

    @property
    def longest(self) -> tuple[str, str]:
        """Policy and series of the longest cut; only if there is one."""
        return next(key for key, cut in self.cuts.items() if cut == self.found)

    @property
    def unsettled(self) -> list[tuple[str, str]]:
        """Policies and series that have no cut in their first half."""
        return [key for key, cut in self.cuts.items() if cut is None]

    @property
    def short(self) -> bool:
        """Whether more should be cut than is."""
        return self.found is not None and self.found > self.own

    def as_json(self) -> dict[str, Any]:
        """Return the warm-ups in hours, by policy and series."""
        by_policy: dict[str, dict[str, float | None]] = {}
        for (policy, series), cut in self.cuts.items():
            hours = None if cut is None else cut / HOUR
            by_policy.setdefault(policy, {})[series] = hours
        return {"own_hours": self.own / HOUR, "mser5_hours": by_policy}


def warm_up(
    outcomes: Mapping[str, Sequence[Outcome]], own: int, end: int
) -> WarmUp | None:
    """Return the warm-ups of runs; None of instances, which only begin and end.

    Each series is averaged over replications first, observation by observation, as
    Welch's procedure does: what is left is the transient (Law, chapter 9).

    Parameters
    ----------
    outcomes
        By policy.
    own
        The scenario's warm-up, ms.
    end
        How long the days that count are, ms.
    """
    cuts: Cuts = {}
    for policy, runs in outcomes.items():
        wip = [fmean(values) for values in zip(*(one.wip for one in runs), strict=True)]
        if len(wip) >= FEWEST_OBSERVATIONS:
            cut = mser5(wip)
            cuts[policy, "wip"] = None if cut is None else cut * end // len(wip)
        orders = list(zip(*(one.flow for one in runs), strict=False))
        if len(orders) >= FEWEST_OBSERVATIONS:
            cut = mser5([fmean(flow.hours for flow in flows) for flows in orders])
            first = orders[cut or 0]
            arrival = round(fmean(flow.arrival for flow in first)) if cut else 0
            cuts[policy, "flow_time"] = None if cut is None else arrival
    return WarmUp(own=own, cuts=cuts) if cuts else None
