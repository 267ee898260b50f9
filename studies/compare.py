"""Policies compared: the same seeds for each, hence the same luck, hence pairs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from studies.build import SOURCE
from studies.run import Tally, run, sentence
from worlds.disturbances import parse
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


def compare(
    world: World,
    policies: Sequence[str],
    *,
    replications: int = 5,
    seed: int = 1,
    days: float | None = None,
    settings: Sequence[tuple[str, str]] = (),
    disturbances: Sequence[str] = (),
    progress: Callable[[Tally], None] | None = None,
) -> Comparison:
    """Run each policy under the same seeds and compare what came of it.

    Parameters
    ----------
    policies
        Names; the first is the reference.
    replications, seed
        Each policy runs with ``seed``, ``seed + 1``, ... .
    progress
        Told how far each run has come.

    Raises
    ------
    BadInput
        If a name, key, value or number is wrong; before anything is run.
    """
    if not 1 <= replications <= MOST_REPLICATIONS:
        problem = f"{replications}, expected 1 to {MOST_REPLICATIONS}"
        raise BadInput("--replications", "", problem)
    if not policies or len(set(policies)) < len(policies):
        said = ",".join(policies)
        raise BadInput("--policies", "", f"{said!r}, expected policies, each once")
    for key, _ in settings:
        if key in ("policy", "seed"):
            raise BadInput("--set", key, "expected --policies and --seed for that")
    scenarios = _scenarios(world, policies, seed, days, settings, disturbances)
    seeds = tuple(range(seed, seed + replications))
    found: dict[str, list[dict[str, float]]] = {policy: [] for policy in policies}
    violations: list[str] = []
    for number in seeds:
        for policy, scenario in scenarios.items():
            done = run(replace(scenario, seed=number), progress)
            found[policy].append(done.kpis)
            violations += [
                f"policy {policy}, seed {number}: {sentence(violation)}"
                for violation in done.violations
            ]
    return Comparison(
        world=world.name,
        days=scenarios[policies[0]].days,
        seeds=seeds,
        reference=policies[0],
        kpis={policy: _aligned(runs) for policy, runs in found.items()},
        unit=world.unit,
        violations=tuple(violations),
    )


def _scenarios(
    world: World,
    policies: Sequence[str],
    seed: int,
    days: float | None,
    settings: Sequence[tuple[str, str]],
    disturbances: Sequence[str],
) -> dict[str, Scenario]:
    """Return the scenario of each policy, with the first seed.

    Keys of the planner hold for those that have one.
    """
    plans = {name: policy_of(name).planner is not None for name in policies}

    def holds(key: str, policy: str) -> bool:
        planner = key.startswith("planner.")
        return not planner or plans[policy] or not any(plans.values())

    for text in disturbances:
        parse(text, world, where=SOURCE)
    return {
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


def _aligned(runs: Sequence[dict[str, float]]) -> dict[str, tuple[float, ...]]:
    """Return each KPI that has a value in every run, run by run."""
    return {
        name: tuple(values[name] for values in runs)
        for name in runs[0]
        if all(name in values for values in runs)
    }
