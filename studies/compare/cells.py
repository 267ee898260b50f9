"""The cells of a comparison: each value of each varied key with each of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import product
from math import prod

from agents.policy import PlannerParams, policy_of
from agents.scenario import Scenario, of_world, scenario_of
from kernel.errors import BadInput
from studies.build import refuse_uncounted, refuse_unfit
from studies.compare.comparison import Settings
from studies.overlap import Targets
from worlds.files import shown
from worlds.keys import SOURCE, apply, split, value_of, values_of
from worlds.spec import World

VARY, POLICIES = "--vary", "--policies"
MOST_CELLS = 10_000
#: Keys that have a flag of their own.
_FLAGS = {"policy": POLICIES, "seed": "--seed", "days": "--days"}
_PLANNER = {
    f"{root}.{field.name}"
    for root in ("policy", "planner")
    for field in fields(PlannerParams)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A plant to compare policies in: what is varied, and a scenario a policy."""

    settings: Settings
    scenarios: Mapping[str, Scenario]


def varied(texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the values of each key of ``KEY=VALUE,VALUE,...``.

    Raises
    ------
    BadInput
        If a key or value comes twice, or there is nothing to vary.
    """
    vary: dict[str, tuple[str, ...]] = {}
    for text in texts:
        key, value = split(text, VARY)
        if key in _FLAGS:
            raise BadInput(VARY, key, f"expected {_FLAGS[key]} instead, once for all")
        if key in vary:
            raise BadInput(VARY, key, "is varied twice, expected each key once")
        values = values_of(value)
        read = map(value_of, values)  # 1 and 1.0 say the same
        different = {repr(float(v) if type(v) is int else v) for v in read}
        if not all(values) or len(different) < len(values):
            problem = f"{shown(value)}, expected values, each once, such as 1,2,3"
            raise BadInput(VARY, key, problem)
        vary[key] = values
    count = prod(map(len, vary.values()))
    if count > MOST_CELLS:
        raise BadInput(VARY, "", f"{count} cells, expected at most {MOST_CELLS}")
    return vary


def cells_of(
    world: World,
    policies: Sequence[str],
    vary: Mapping[str, Sequence[str]],
    *,
    seed: int = 1,
    days: float | None = None,
    settings: Sequence[tuple[str, str]] = (),
    disturbances: Sequence[str] = (),
) -> tuple[Cell, ...]:
    """Return the cells of a comparison, checked; one if nothing is varied.

    Parameters
    ----------
    vary
        Values by key (:func:`varied`); the last key changes fastest.

    Raises
    ------
    BadInput
        If a name, key, value or number is wrong in any cell.
    """
    for key, _ in settings:
        if key in vary:
            raise BadInput(VARY, key, "is given by --set too, expected one of them")
    once = Targets(world)
    given = {} if days is None else {"days": "--days"}
    once.refuse_twice(given | {key: key for key, _ in settings}, SOURCE)
    given |= {key: f"{SOURCE} {key}" for key, _ in settings}
    once.refuse_twice(given | {key: key for key in vary}, VARY)

    def scenarios(added: Settings) -> dict[str, Scenario]:
        return scenarios_of(
            world,
            policies,
            seed=seed,
            days=days,
            settings=(*settings, *added),
            disturbances=disturbances,
        )

    scenarios(())  # what is wrong here has nothing to do with what is varied
    cells = []
    for values in product(*vary.values()):
        added = tuple(zip(vary, values, strict=True))
        try:
            cells.append(Cell(settings=added, scenarios=scenarios(added)))
        except BadInput as refusal:
            where = VARY if refusal.where == SOURCE else refusal.where
            raise BadInput(where, refusal.place, refusal.problem) from None
    return tuple(cells)


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
    if not policies or not all(policies) or len(set(policies)) < len(policies):
        said = ",".join(policies)
        raise BadInput(POLICIES, "", f"{said!r}, expected policies, each once")
    for key, _ in settings:
        if key in _FLAGS:
            raise BadInput(SOURCE, key, f"expected {_FLAGS[key]} instead, once for all")
    # Once for all: to read a world anew takes longer than all the rest.
    world = apply(world, [pair for pair in settings if of_world(pair[0])])
    own = [pair for pair in settings if not of_world(pair[0])]
    try:
        plans = {name: policy_of(name).planner is not None for name in policies}
    except BadInput as refusal:
        raise BadInput(POLICIES, "", refusal.problem) from None

    def holds(key: str, policy: str) -> bool:
        return key not in _PLANNER or plans[policy] or not any(plans.values())

    scenarios = {
        policy: scenario_of(
            world,
            policy=policy,
            seed=seed,
            days=days,
            settings=[(key, value) for key, value in own if holds(key, policy)],
            disturbances=disturbances,
        )
        for policy in policies
    }
    for scenario in scenarios.values():
        refuse_unfit(scenario)
        refuse_uncounted(scenario)
    return scenarios
