"""Policies, or values of another factor, under the same seeds: equal luck, so pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import fmean
from typing import Any

from measures.statistics import (
    Interval,
    bootstrap_difference,
    mean_interval,
    of_base,
    paired_difference,
    paired_p,
    ratio_percent,
    welch_difference,
)
from studies.compare.outcome import Outcome
from studies.compare.warmup import WarmUp, warm_up
from worlds.keys import value_of

Settings = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How a policy differs from the reference, 95 % each.

    Attributes
    ----------
    absolute
        Paired by seed, Student's t.
    bootstrap
        Paired by seed, resampled; limits are None of fewer than six seeds.
    bootstrap_percent
        The same in percent of the reference's mean, which is resampled too; None if it
        is 0.
    unpaired
        As if the runs had nothing to do with each other (Welch): what the same seeds
        are worth.
    base
        The reference's mean.
    p
        Of the paired t-test, not adjusted; None of one seed.
    """

    absolute: Interval
    bootstrap: Interval
    bootstrap_percent: Interval | None
    unpaired: Interval
    base: float
    p: float | None

    @property
    def percent(self) -> Interval | None:
        """The paired difference in percent of the reference's mean; None if it is 0."""
        return of_base(self.absolute, self.base)

    def as_json(self, p_holm: float | None) -> dict[str, Any]:
        """Return it as JSON, with the adjusted p-value."""
        percent = self.percent or (None, None, None)
        _, low, high = self.bootstrap_percent or (None, None, None)
        parts = zip(("mean", "low", "high"), percent, strict=True)
        return {
            **self.absolute._asdict(),
            **{f"percent_{part}": value for part, value in parts},
            "bootstrap_low": self.bootstrap.low,
            "bootstrap_high": self.bootstrap.high,
            "bootstrap_percent_low": low,
            "bootstrap_percent_high": high,
            "unpaired_low": self.unpaired.low,
            "unpaired_high": self.unpaired.high,
            "p": self.p,
            "p_holm": p_holm,
        }


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What policies did under the same seeds in one and the same plant.

    Attributes
    ----------
    seeds
        Of the runs of each policy.
    reference
        The policy the others are held against: the first.
    outcomes
        By policy, seed by seed.
    factor
        What is compared: policies, or the values of another key, which then stand
        wherever policies are spoken of here.
    settings
        What was varied and how this cell has it, (key, value).
    unit
        Of the makespan of an instance.
    warm_up, end
        What is cut, and how long the days that count are, ms.
    """

    world: str
    days: float
    seeds: tuple[int, ...]
    reference: str
    outcomes: Mapping[str, Sequence[Outcome]]
    factor: str = "policy"
    settings: Settings = ()
    unit: str = ""
    warm_up: int = 0
    end: int = 0

    @cached_property
    def kpis(self) -> dict[str, dict[str, tuple[float, ...]]]:
        """Policy -> KPI -> its value under each seed.

        A KPI that had no value in some replication of a policy is left out there.
        """
        return {policy: _aligned(runs) for policy, runs in self.outcomes.items()}

    @cached_property
    def _differences(self) -> dict[tuple[str, str], Difference | None]:
        return {}

    @property
    def against(self) -> str:
        """What the reference is called."""
        return self.called(self.reference)

    def called(self, policy: str) -> str:
        """Return what a policy is called: by its name, a number with its factor."""
        if isinstance(value_of(policy), str):
            return policy
        return f"{self.factor.rpartition('.')[2]} {policy}"

    @property
    def others(self) -> list[str]:
        """The policies that are held against the reference."""
        return [policy for policy in self.outcomes if policy != self.reference]

    @property
    def names(self) -> list[str]:
        """The KPIs that some policy has, in the order of the KPI table."""
        found = {name: None for of in self.kpis.values() for name in of}
        return list(found)

    def value(self, policy: str, kpi: str) -> Interval | None:
        """Return mean and interval of a KPI under a policy, if it has values."""
        values = self.kpis[policy].get(kpi)
        return mean_interval(values) if values else None

    def pairs(
        self, policy: str, kpi: str
    ) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
        """Return a KPI under a policy and under the reference, if both have values."""
        values = self.kpis[policy].get(kpi)
        reference = self.kpis[self.reference].get(kpi)
        return (values, reference) if values and reference else None

    def interval(self, policy: str, kpi: str) -> Interval | None:
        """Return the paired difference and its t-interval only."""
        pairs = self.pairs(policy, kpi)
        return None if pairs is None else paired_difference(*pairs)

    def difference(self, policy: str, kpi: str) -> Difference | None:
        """Return what sets a policy apart from the reference, paired by seed."""
        known = self._differences
        if (policy, kpi) not in known:
            pairs = self.pairs(policy, kpi)
            found = None if pairs is None else _difference(*pairs)
            if found is not None and self.exact:
                found = replace(found, p=None)
            known[policy, kpi] = found
        return known[policy, kpi]

    @cached_property
    def exact(self) -> bool:
        """Whether under each policy all runs are alike: there is no luck to test."""
        return len(self.seeds) > 1 and all(
            one.kpis == runs[0].kpis for runs in self.outcomes.values() for one in runs
        )

    @cached_property
    def settling(self) -> WarmUp | None:
        """The warm-up that is cut beside what MSER-5 finds; None of an instance."""
        return warm_up(self.outcomes, self.warm_up, self.end)

    @property
    def label(self) -> str:
        """What was varied, in words: ``load=.85, mtbf=2``; "" if nothing was."""
        return ", ".join(f"{key}={value}" for key, value in self.settings)

    @property
    def violations(self) -> tuple[str, ...]:
        """What the checker found in all the runs, with settings, policy and seed."""
        where = f"{self.label}, " if self.settings else ""
        return tuple(
            f"{where}{self.factor} {policy}, seed {seed}: {said}"
            for policy, runs in self.outcomes.items()
            for seed, one in zip(self.seeds, runs, strict=True)
            for said in one.violations
        )

    def as_json(
        self, p_holm: Mapping[tuple[str, str], float] | None = None
    ) -> dict[str, Any]:
        """Return what ``compare --json`` prints.

        Parameters
        ----------
        p_holm
            Adjusted p-values by policy and KPI.
        """
        return {
            "world": self.world,
            "days": self.days,
            "replications": len(self.seeds),
            "seeds": list(self.seeds),
            "reference": self.reference,
            "kpis": {name: self._kpi_json(name, p_holm or {}) for name in self.names},
            "warm_up": None if self.settling is None else self.settling.as_json(),
            "reproducible": all(
                one.reproducible for runs in self.outcomes.values() for one in runs
            ),
        }

    def _kpi_json(
        self, name: str, p_holm: Mapping[tuple[str, str], float]
    ) -> dict[str, Any]:
        values = {policy: self.value(policy, name) for policy in self.outcomes}
        differences = {policy: self.difference(policy, name) for policy in self.others}
        return {
            "values": {
                policy: value._asdict()
                for policy, value in values.items()
                if value is not None
            },
            "difference": {
                policy: difference.as_json(p_holm.get((policy, name)))
                for policy, difference in differences.items()
                if difference is not None
            },
        }


def _difference(values: Sequence[float], reference: Sequence[float]) -> Difference:
    return Difference(
        absolute=paired_difference(values, reference),
        bootstrap=bootstrap_difference(values, reference),
        bootstrap_percent=ratio_percent(values, reference),
        unpaired=welch_difference(values, reference),
        base=fmean(reference),
        p=paired_p(values, reference),
    )


def _aligned(runs: Sequence[Outcome]) -> dict[str, tuple[float, ...]]:
    """Return each KPI that has a value in every run, run by run."""
    return {
        name: tuple(one.kpis[name] for one in runs)
        for name in runs[0].kpis
        if all(name in one.kpis for one in runs)
    }
