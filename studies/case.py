"""A case: one run that a study asks for, in plain values that any process can take."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from time import perf_counter

from agents.policy import policy_of
from agents.scenario import OF_POLICY, Scenario, scenario_of
from kernel.errors import BadInput
from studies.build import refuse_uncounted, refuse_unfit
from studies.run import run, sentence
from worlds.spec import World

#: So many characters of an error's message are kept.
LONGEST = 500
#: Errors that say something of the computer and nothing of the run: made again, it may
#: go through.
PASSING = (OSError, MemoryError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What all cases of a study have in common.

    ``settings`` are ``(key, value)`` pairs in the grammar of ``--set``.
    """

    world: World
    policy: str = "hybrid"
    days: float | None = None
    settings: tuple[tuple[str, str], ...] = ()
    disturbances: tuple[str, ...] = ()

    def scenario(
        self,
        settings: Sequence[tuple[str, str]] = (),
        seed: int = 1,
        *,
        plans: bool = False,
    ) -> Scenario:
        """Return the scenario with more settings; they override the common ones.

        Parameters
        ----------
        plans
            Keys of the planner are for those policies only that have one.

        Raises
        ------
        BadInput
            If a key, a value or a combination of them is wrong.
        """
        merged = dict(self.settings) | dict(settings)
        policy = merged.pop("policy", self.policy)
        if plans and policy_of(policy).planner is None:
            merged = {k: v for k, v in merged.items() if not of_planner(k)}
        scenario = scenario_of(
            self.world,
            policy=policy,
            seed=seed,
            days=self.days,
            settings=list(merged.items()),
            disturbances=self.disturbances,
        )
        refuse_unfit(scenario)
        refuse_uncounted(scenario)
        return scenario

    def unread(self) -> list[tuple[str, str]]:
        """Return the settings that its own policy does not read, but others may."""
        if policy_of(self.policy).planner is not None:
            return []
        return [(key, value) for key, value in self.settings if of_planner(key)]

    def plans(self, policies: Iterable[object] = ()) -> bool:
        """Return whether its policy, or one of these, calls the compiled scheduler."""
        names = [self.policy, *map(str, policies)]
        return any(policy_of(name).planner is not None for name in names)


def of_planner(key: str) -> bool:
    """Return whether a key is one of the planner's parameters."""
    root, _, name = key.partition(".")
    return root in ("planner", "policy") and name not in ("", *OF_POLICY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One run: common ground, what is set on it, seed, and the KPIs to keep.

    ``number`` is its place in the study.
    """

    number: int
    base: Base
    settings: tuple[tuple[str, str], ...]
    seed: int
    kpis: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a case.

    Attributes
    ----------
    scenario
        SHA-256 of the resolved scenario and world; "" if they could not be resolved.
    kpis
        Those asked for; one that has no value is absent.
    violations
        What the checker has found, a sentence each.
    error
        Why there was no run to its end; "" if there was.
    """

    number: int
    seed: int
    scenario: str = ""
    kpis: Mapping[str, float]
    digest: str = ""
    violations: tuple[str, ...] = ()
    reproducible: bool = True
    error: str = ""
    wall_seconds: float = 0.0


def scenario_hash(scenario: Scenario) -> str:
    """Return the SHA-256 of a resolved scenario, the first line of its trace."""
    text = json.dumps(scenario.header(), separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def _kind(error: Exception) -> str:
    passing = next((of for of in PASSING if isinstance(error, of)), type(error))
    return passing.__name__


def perform(case: Case) -> Outcome:
    """Return the outcome of a case; a run that fails is an outcome too."""
    began = perf_counter()
    hashed = ""
    try:
        scenario = case_scenario(case)
        hashed = scenario_hash(scenario)
        done = run(scenario)
    except Exception as error:  # whatever it is, the other runs go on
        said = " ".join(str(error).split())
        kind = "" if isinstance(error, BadInput) else f"{_kind(error)}: "
        return Outcome(
            number=case.number,
            seed=case.seed,
            scenario=hashed,
            kpis={},
            error=f"{kind}{said}"[:LONGEST],
            wall_seconds=perf_counter() - began,
        )
    return Outcome(
        number=case.number,
        seed=case.seed,
        scenario=hashed,
        kpis={name: done.kpis[name] for name in case.kpis if name in done.kpis},
        digest=done.digest,
        violations=tuple(map(sentence, done.violations)),
        reproducible=done.reproducible,
        wall_seconds=perf_counter() - began,
    )


def case_scenario(case: Case) -> Scenario:
    """Return the scenario of a case.

    Raises
    ------
    BadInput
        If it cannot be resolved.
    """
    # Replications of one come one after another.
    if not (_latest and _latest[0][:2] == (case.base, case.settings)):
        scenario = case.base.scenario(case.settings, plans=True)
        _latest[:] = [(case.base, case.settings, scenario)]
    return replace(_latest[0][2], seed=case.seed)


_latest: list[tuple[Base, tuple[tuple[str, str], ...], Scenario]] = []


def failed_sentence(failed: Sequence[Outcome]) -> str:
    """Return how many runs failed, and how the first one did."""
    first = failed[0]
    runs = "1 run failed" if len(failed) == 1 else f"{len(failed)} runs failed"
    return f"{runs}, the first number {first.number}, seed {first.seed}: {first.error}"
