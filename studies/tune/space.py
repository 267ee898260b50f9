"""What a tuning asks for: ranges of keys, KPIs to be made small or large, a budget."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from agents.scenario import scenario_keys
from kernel.errors import BadInput
from measures.kpis import known_kpis
from studies.case import Base, scenario_hash
from studies.companions import kept_or
from studies.factors import Span, Value, listed, refuse_wrong, spanned, whole_span
from studies.overlap import Targets
from worlds.files import shown
from worlds.keys import split, value_of, world_keys
from worlds.read import read_world

FLAG = "--vary"
#: Short names of KPIs.
SHORT = {"cost": "total_cost"}
LEAST_RUNS, MOST_RUNS = 20, 1_000_000
#: Seeds under which winners meet the present plant; the search never sees them.
FRESH = 10
#: What is no setting of a plant, and why.
_NO_LENGTH = "is no setting: a shorter run is no better plant, expected --days"
_NO_KEYS = {
    "seed": "is luck and no setting, expected --seed, from which the runs' seeds count",
    **dict.fromkeys(("days", "world.days"), _NO_LENGTH),
}
_LARGEST = 1e300
_FAR = MOST_RUNS  # from the first seed of the search to the first fresh one
_HIGHEST = 2**63 - _FAR - FRESH  # first seed; the last fresh one is a seed too


class Aim(NamedTuple):
    """A KPI, and whether more of it is wanted instead of less."""

    kpi: str
    more: bool

    def loss(self, value: float) -> float:
        """Return what is to be made small."""
        return -value if self.more else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A tuning as the command line asks for it; plain values, to be kept and compared.

    ``vary``, ``minimise`` and ``maximise`` are texts as given; the others as in
    ``run``.
    """

    world: str
    layout: str | None = None
    policy: str = "hybrid"
    days: float | None = None
    seed: int = 1
    settings: tuple[tuple[str, str], ...] = ()
    disturbances: tuple[str, ...] = ()
    vary: tuple[str, ...] = ()
    minimise: tuple[str, ...] = ()
    maximise: tuple[str, ...] = ()
    runs: int = 200

    def text(self) -> str:
        """Return it as JSON."""
        return json.dumps({"format": 1} | asdict(self), indent=1) + "\n"

    def command(self) -> list[str]:
        """Return the words of the command line that ask for it."""
        words = ["run.py", "tune", self.world, "--policy", self.policy]
        options: list[tuple[str, object]] = [
            ("--layout", self.layout),
            ("--days", self.days),
            ("--seed", self.seed),
            *(("--set", f"{key}={value}") for key, value in self.settings),
            *(("--disturb", one) for one in self.disturbances),
            *(("--vary", one) for one in self.vary),
            *(("--minimise", one) for one in self.minimise),
            *(("--maximise", one) for one in self.maximise),
            ("--runs", self.runs),
        ]
        given = [(flag, str(value)) for flag, value in options if value is not None]
        return [*words, *chain.from_iterable(given)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """What is tuned: the present plant, the space of settings, the aims, the budget.

    Attributes
    ----------
    asked
        The words it was asked for in.
    space
        Key -> a span, or the values to choose from.
    runs
        How many runs the search may make.
    """

    asked: Asked
    base: Base
    space: dict[str, Span | tuple[Value, ...]]
    aims: tuple[Aim, ...]
    runs: int
    seed: int

    @property
    def fresh(self) -> range:
        """The seeds under which winners meet the present plant."""
        return range(self.seed + _FAR, self.seed + _FAR + FRESH)

    @property
    def present(self) -> dict[str, str]:
        """What the present plant has for the keys that vary, where it has a value."""
        scenario = self.base.scenario(seed=self.seed, plans=True)
        known = dict(scenario_keys(scenario.policy) + world_keys(scenario.world))
        return {key: known[key] for key in self.space if key in known}

    def fingerprint(self) -> str:
        """Return a SHA-256 of all that decides the results, the world included."""
        base = scenario_hash(self.base.scenario(seed=self.seed, plans=True))
        content = [base, repr(self.space), self.aims, self.runs, self.seed]
        content += filter(None, [self.base.unread()])
        return sha256(json.dumps(content).encode()).hexdigest()


def tuning_of(asked: Asked, folder: Path | None = None) -> Tuning:
    """Return the tuning that is asked for; every name and value is checked.

    Parameters
    ----------
    folder
        Its folder, if it has one that may keep the world.

    Raises
    ------
    BadInput
        For the first thing that is wrong.
    """
    if not LEAST_RUNS <= asked.runs <= MOST_RUNS:
        problem = f"{asked.runs}, expected {LEAST_RUNS} to {MOST_RUNS}"
        raise BadInput("--runs", "", problem)
    if not 0 <= asked.seed <= _HIGHEST:
        raise BadInput("--seed", "", f"{asked.seed}, expected 0 to {_HIGHEST}")
    world, layout = asked.world, asked.layout
    if folder is not None:
        world = kept_or(world, folder)
        layout = layout and kept_or(layout, folder)
    base = Base(
        world=read_world(world, layout),
        policy=asked.policy,
        days=asked.days,
        settings=asked.settings,
        disturbances=asked.disturbances,
    )
    for key, _ in asked.settings:
        if key in ("policy", "seed", "days"):
            raise BadInput("--set", key, f"expected --{key} instead")
    varied = {text.partition("=")[0].strip() for text in asked.vary}
    base.scenario(seed=asked.seed, plans="policy" in varied)
    aims = _aims(asked, base)
    if not asked.vary:
        raise BadInput(FLAG, "", "is missing, expected KEY=low..high or KEY=a,b,c")
    space: dict[str, Span | tuple[Value, ...]] = {}
    for text in asked.vary:
        key, values = split(text, FLAG)
        if key in space:
            raise BadInput(FLAG, key, "is given twice, expected each key once")
        if key in dict(asked.settings):
            raise BadInput(FLAG, key, "is given by --set too, expected one of them")
        space[key] = _range(key, values, base)
    once = Targets(base.world)
    given = {} if asked.days is None else {"days": "--days"}
    once.refuse_twice(given | {key: key for key, _ in asked.settings}, "--set")
    given |= {key: f"--set {key}" for key, _ in asked.settings}
    once.refuse_twice(given | {key: key for key in space}, FLAG)
    ends = {
        key: (s.value(s.low), s.value(s.high)) if isinstance(s, Span) else s
        for key, s in space.items()
    }
    refuse_wrong(ends, base, FLAG, "")
    return Tuning(
        asked=asked,
        base=base,
        space=space,
        aims=aims,
        runs=asked.runs,
        seed=asked.seed,
    )


def _range(key: str, text: str, base: Base) -> Span | tuple[Value, ...]:
    """Return what ``low..high`` or ``a,b,c`` stands for."""
    if key in _NO_KEYS:
        raise BadInput(FLAG, key, _NO_KEYS[key])
    low, dots, high = map(str.strip, text.partition(".."))
    if dots and not (low and high):
        raise BadInput(FLAG, key, f"{shown(text)}, expected low..high")
    if dots:
        first, last = _end(low, key), _end(high, key)
        return whole_span(spanned(first, last, FLAG, key), key, base)
    values = [value_of(part.strip()) for part in text.split(",")]
    if len(values) < 2 or None in values:
        problem = f"{shown(text)}, expected low..high, or several values: a,b,c"
        raise BadInput(FLAG, key, problem)
    return listed(values, FLAG, key)


def _end(text: str, key: str) -> Any:
    """Return the end of a range, which may be a number that is too large for TOML."""
    found = value_of(text)
    if isinstance(found, str):
        try:
            number = Decimal(found)
        except InvalidOperation:
            return found  # a number with a unit, or none
        if number.is_finite() and abs(number) > _LARGEST:
            problem = f"{shown(text)}, expected no number beyond {_LARGEST:g}"
            raise BadInput(FLAG, key, problem)
        return int(number) if number.is_finite() else found
    return found


def _aims(asked: Asked, base: Base) -> tuple[Aim, ...]:
    found: dict[str, Aim] = {}
    flags: Mapping[str, Sequence[str]] = {
        "--minimise": asked.minimise,
        "--maximise": asked.maximise,
    }
    for flag, names in flags.items():
        for name in names:
            kpis = known_kpis([SHORT.get(name, name)], base.world, flag, "")
            if len(kpis) > 1:
                several = ", ".join(kpis[:4])
                problem = (
                    f"{shown(name)}, expected one of its values, such as {several}"
                )
                raise BadInput(flag, "", problem)
            if kpis[0] in found:
                raise BadInput(flag, "", f"{shown(name)} is given twice")
            found[kpis[0]] = Aim(kpis[0], more=flag == "--maximise")
    if not found:
        problem = "is missing, expected a KPI, such as cost or weighted_tardiness"
        raise BadInput("--minimise", "", problem)
    return tuple(found.values())


def asked_of(content: Mapping[str, Any]) -> Asked:
    """Return what :meth:`Asked.text` wrote, read back from JSON.

    Raises
    ------
    TypeError
        If it is something else.
    """
    given = {name: value for name, value in content.items() if name != "format"}
    for name in ("disturbances", "vary", "minimise", "maximise"):
        given[name] = tuple(given[name])
    given["settings"] = tuple((str(k), str(v)) for k, v in given["settings"])
    return Asked(**given)
