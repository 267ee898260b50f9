"""Policies compared: the same seeds for each, hence the same luck, hence pairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agents.policy import policy_of
from agents.scenario import Scenario, scenario_of
from kernel.errors import BadInput
from measures.statistics import (
    Interval,
    mean_interval,
    paired_difference,
    percent_difference,
)
from studies.build import refuse_unfit
from studies.run import Tally, run, sentence
from worlds.spec import World

MOST_REPLICATIONS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How a policy differs from the reference; ``percent`` None if that is 0."""

    absolute: Interval
    percent: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What policies did under the same seeds.

    Attributes
    ----------
    reference
        The policy the others are held against: the first.
    kpis
        Policy -> KPI -> its value under each seed; a KPI that had no value in some
        replication of a policy is left out there.
    unit
        Of the makespan of an instance.
    violations
        What the checker found in all the runs, with policy and seed.
    """

    world: str
    days: float
    seeds: tuple[int, ...]
    reference: str
    kpis: dict[str, dict[str, tuple[float, ...]]]
    unit: str = ""
    violations: tuple[str, ...] = ()

    def value(self, policy: str, kpi: str) -> Interval | None:
        """Return mean and interval of a KPI under a policy, if it has values."""
        values = self.kpis[policy].get(kpi)
        return mean_interval(values) if values else None

    def difference(self, policy: str, kpi: str) -> Difference | None:
        """Return what sets a policy apart from the reference, paired by seed."""
        values = self.kpis[policy].get(kpi)
        reference = self.kpis[self.reference].get(kpi)
        if not values or not reference:
            return None
        return Difference(
            absolute=paired_difference(values, reference),
            percent=percent_difference(values, reference),
        )

    @property
    def names(self) -> list[str]:
        """The KPIs that some policy has, in the order of the KPI table."""
        found = {name: None for of in self.kpis.values() for name in of}
        return list(found)

    def as_json(self) -> dict[str, Any]:
        """Return what ``compare --json`` prints."""
        return {
            "world": self.world,
            "days": self.days,
            "replications": len(self.seeds),
            "seeds": list(self.seeds),
            "reference": self.reference,
            "kpis": {name: self._kpi_json(name) for name in self.names},
        }

    def _kpi_json(self, name: str) -> dict[str, Any]:
        values: dict[str, Any] = {}
        differences: dict[str, Any] = {}
        for policy in self.kpis:
            value = self.value(policy, name)
            if value is not None:
                values[policy] = value._asdict()
            difference = self.difference(policy, name)
            if difference is not None and policy != self.reference:
                percent = difference.percent or (None, None, None)
                parts = zip(("mean", "low", "high"), percent, strict=True)
                differences[policy] = difference.absolute._asdict() | {
                    f"percent_{part}": value for part, value in parts
                }
        return {"values": values, "difference": differences}


def scenarios_of(
    world: World,
    policies: Sequence[str],
    *,
    seed: int = 1,
    days: float | None = None,
    settings: Sequence[tuple[str, str]] = (),
    disturbances: Sequence[str] = (),
) -> dict[str, Scenario]:
    """Return the scenario of each policy, by name; they differ in nothing else.

    Keys of the planner hold for those policies that have one.

    Raises
    ------
    BadInput
        If a name, key, value or number is wrong.
    """
    if not policies or len(set(policies)) < len(policies):
        said = ",".join(policies)
        raise BadInput("--policies", "", f"{said!r}, expected policies, each once")
    for key, _ in settings:
        if key in ("policy", "seed"):
            raise BadInput("--set", key, f"expected --{key} instead, once for all")
    plans = {name: policy_of(name).planner is not None for name in policies}

    def holds(key: str, policy: str) -> bool:
        planner = key.startswith("planner.")
        return not planner or plans[policy] or not any(plans.values())

    scenarios = {
        policy: scenario_of(
            world,
            policy=policy,
            seed=seed,
            days=days,
            settings=[(key, value) for key, value in settings if holds(key, policy)],
            disturbances=disturbances,
        )
        for policy in policies
    }
    for scenario in scenarios.values():
        refuse_unfit(scenario)
    return scenarios


def compare(
    scenarios: Mapping[str, Scenario],
    replications: int = 5,
    progress: Callable[[Tally], None] | None = None,
) -> Comparison:
    """Run scenarios under the same seeds and compare what came of them.

    Parameters
    ----------
    scenarios
        By policy (:func:`scenarios_of`); the first is the reference. Each is run with
        its seed, the next one, and so on.
    progress
        Told how far each run has come.

    Raises
    ------
    BadInput
        If there are no or too many replications.
    """
    if not 1 <= replications <= MOST_REPLICATIONS:
        problem = f"{replications}, expected 1 to {MOST_REPLICATIONS}"
        raise BadInput("--replications", "", problem)
    reference, first = next(iter(scenarios.items()))
    seeds = tuple(range(first.seed, first.seed + replications))
    found: dict[str, list[dict[str, float]]] = {policy: [] for policy in scenarios}
    violations: list[str] = []
    for seed in seeds:
        for policy, scenario in scenarios.items():
            done = run(replace(scenario, seed=seed), progress)
            found[policy].append(done.kpis)
            violations += [
                f"policy {policy}, seed {seed}: {sentence(violation)}"
                for violation in done.violations
            ]
            done.trace.events.clear()  # Mesa 3.3 keeps every model for ever
    return Comparison(
        world=first.world.name,
        days=first.days,
        seeds=seeds,
        reference=reference,
        kpis={policy: _aligned(runs) for policy, runs in found.items()},
        unit=first.world.unit,
        violations=tuple(violations),
    )


def _aligned(runs: Sequence[dict[str, float]]) -> dict[str, tuple[float, ...]]:
    """Return each KPI that has a value in every run, run by run."""
    return {
        name: tuple(values[name] for values in runs)
        for name in runs[0]
        if all(name in values for values in runs)
    }
