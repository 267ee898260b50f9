"""A scenario: everything that decides how a run goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, cast, get_args

from agents.policy import Pegging, PlannerParams, Policy, policy_of
from kernel.calendar import DAY
from kernel.errors import BadInput
from worlds.files import nearest
from worlds.keys import SOURCE, apply, text_of, value_of
from worlds.read import resolved
from worlds.spec import World
from worlds.units import duration, duration_text

#: Days a run may go on after its end for its orders to ship.
PATIENCE = 30
#: What any policy has, as ``policy.NAME``; other such keys are the planner's.
OF_POLICY = ("rule", "pegging")
#: Parameters of the planner that are times, ms.
_OF_TIME = ("delay", "frozen")
#: Largest values of the planner's parameters: beyond them nothing changes but the time.
_MOST: dict[type[Any], float] = {int: 1_000_000, float: 1e9, bool: 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """World, policy, seed and horizon of a run, with all overrides applied.

    ``days`` is how long orders are counted; ``disturbances`` are added to the world's.
    """

    world: World
    policy: Policy
    seed: int = 1
    days: float = 1.0
    disturbances: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 2**63:
            raise BadInput("seed", "", f"{self.seed} is not within 0 to 2^63")
        if not 0 < self.days <= 3660:
            raise BadInput("days", "", f"{self.days}, expected above 0, up to 3660")

    @property
    def window(self) -> tuple[int, int]:
        """First and last instant at which an order must arrive to be counted, ms."""
        end = round(self.days * DAY)
        first = min(self.world.warm_up, end)
        return first, max(first, end - self.world.cool_down)

    @property
    def cap(self) -> int:
        """When the run ends, whatever is still to be shipped, ms."""
        return round((self.days + PATIENCE) * DAY)

    def header(self) -> dict[str, Any]:
        """Return what a trace begins with: the resolved scenario and world."""
        return {
            "format": 1,
            "scenario": {
                "world": self.world.name,
                "policy": asdict(self.policy),
                "seed": self.seed,
                "days": self.days,
                "disturbances": list(self.disturbances),
            },
            "world": resolved(self.world),
        }


def scenario_of(
    world: World,
    *,
    policy: str = "hybrid",
    seed: int = 1,
    days: float | None = None,
    settings: Sequence[tuple[str, str]] = (),
    disturbances: Sequence[str] = (),
) -> Scenario:
    """Return a scenario, its overrides applied.

    Parameters
    ----------
    settings
        ``(key, value)`` pairs in the grammar of ``--set``.

    Raises
    ------
    BadInput
        If a key, a value or a name is wrong.
    """
    ours = [pair for pair in settings if not of_world(pair[0])]
    world = apply(world, [pair for pair in settings if of_world(pair[0])])
    for key, value in ours:
        if key == "policy":
            policy = value
        elif key == "seed":
            seed = _number(key, value, int)
        elif key == "days":
            days = _number(key, value, float)
    strategy = policy_of(policy)
    for key, value in ours:
        if key == "policy.rule" and ":" in policy:
            problem = f"sets what policy {policy!r} sets, expected one of the two"
            raise BadInput(SOURCE, key, problem)
        if key not in ("policy", "seed", "days"):
            strategy = _set(strategy, key, value)
    return Scenario(
        world=world,
        policy=strategy,
        seed=seed,
        days=world.days if days is None else days,
        disturbances=tuple(disturbances),
    )


def of_world(key: str) -> bool:
    """Return whether a key or knob is the world's, not the scenario's own."""
    return key.partition(".")[0] not in ("policy", "planner", "seed", "days")


def _number(key: str, text: str, kind: type[Any]) -> Any:
    try:
        return kind(text)
    except ValueError:
        raise BadInput(SOURCE, key, f"{text!r} is no {kind.__name__}") from None


def _set(policy: Policy, key: str, text: str) -> Policy:
    """Return the policy with one parameter changed (``policy.*`` or ``planner.*``)."""
    root, _, name = key.partition(".")
    known = {field.name: field for field in fields(PlannerParams)}
    if root == "policy" and name == "rule":
        other = policy_of(f"rule:{text}")
        by_rule = policy.planner is None and policy.allocation == "direct"
        name = other.name if by_rule else policy.name
        return replace(policy, name=name, rule=other.rule)
    if root == "policy" and name == "pegging":
        if text not in get_args(Pegging):
            names = " or ".join(get_args(Pegging))
            raise BadInput(SOURCE, key, f"{text!r}: expected {names}")
        return replace(policy, pegging=cast("Pegging", text))
    if name not in known:
        guess = nearest(name, known).replace('"', f'"{root}.', 1)
        names = ", ".join(sorted(known))
        expected = guess or f": expected {root}.X, X one of {names}"
        raise BadInput(SOURCE, key, f"is no key{expected}")
    if policy.planner is None:
        raise BadInput(SOURCE, key, f"policy {policy.name!r} has no planner")
    present = getattr(policy.planner, name)
    value: Any
    if name in _OF_TIME:
        try:
            value = duration(text)
        except ValueError as error:
            raise BadInput(SOURCE, key, f"{text!r}: {error}") from None
    else:
        value = value_of(text)
        if isinstance(present, float) and type(value) is int:
            value = float(value)
        kind = type(present)
        if type(value) is not kind or not 0 <= value <= _MOST[kind]:
            span = "" if kind is bool else f" from 0 to {_MOST[kind]:g}"
            raise BadInput(SOURCE, key, f"{text!r}: expected {kind.__name__}{span}")
    return replace(policy, planner=replace(policy.planner, **{name: value}))


def scenario_keys(policy: Policy) -> list[tuple[str, str]]:
    """Return the keys outside the world, with their values as text."""
    keys = [("policy", policy.name), ("policy.rule", policy.rule)]
    keys.append(("policy.pegging", policy.pegging))
    if policy.planner is not None:
        for name, value in asdict(policy.planner).items():
            of_time = name in _OF_TIME
            text = duration_text(value) if of_time else text_of(value)
            keys.append((f"planner.{name}", text))
    return keys
