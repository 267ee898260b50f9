"""The sweep file: what a sweep varies, on what ground, how often, and what it keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

from kernel.errors import BadInput
from studies.case import Base
from studies.companions import beside, is_there
from studies.factors import Value, flattened, same
from worlds.files import loaded_toml, nearest, read_text, shown
from worlds.keys import text_of
from worlds.read import read_world
from worlds.spec import STRICT, Some
from worlds.validation import validated

LARGEST = 1_000_000  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepFile:
    """A sweep as its TOML file declares it.

    Attributes
    ----------
    world, layout
        A shipped name or a file: the one a sweep's folder keeps, else looked for beside
        the sweep file, then from the working directory.
    policy, days, disturbances
        As the options of ``run``; a factor overrides them.
    seed, replications
        Each combination is run with this seed, the next one, and so on.
    kpis
        Those to keep; none: the main ones.
    set
        Keys and values as ``--set`` takes them, in tables or dotted.
    design, samples
        How factors given by ``low`` and ``high`` are sampled, all of them together.
    factors
        By key: a list of values, ``{from, to, step}`` or ``{low, high}``.
    variants
        By name: keys and values as in ``set``. The names are the values of one more
        factor, ``variant``, which varies fastest.
    compare, reference
        A factor, and the value of it that its other values are held against, paired
        by seed; none: the first one.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT
    world: str
    layout: str | None = None
    policy: str = "hybrid"
    days: float | None = None
    seed: int = 1
    replications: Some = 5
    kpis: tuple[str, ...] = ()
    disturbances: tuple[str, ...] = ()
    set: dict[str, Any] = field(default_factory=dict)
    design: Literal["sobol", "latin hypercube"] | None = None
    samples: Some | None = None
    factors: dict[str, Any] = field(default_factory=dict)
    variants: dict[str, dict[str, Any]] = field(default_factory=dict)
    compare: str | None = None
    reference: str | int | float | bool | None = None


def read_sweep(path: Path) -> tuple[SweepFile, str]:
    """Return a sweep file and its text, its types and limits checked.

    Raises
    ------
    BadInput
        For the first thing that is wrong.
    """
    text = read_text(path, LARGEST)
    where = str(path)
    return validated(loaded_toml(text, where), where, SweepFile), text


def base_of(file: SweepFile, where: str) -> Base:
    """Return the common ground of a sweep; ``where`` is its file's path.

    Raises
    ------
    BadInput
        If world, policy, days, seed, disturbances or settings are wrong.
    """
    folder = Path(where).parent
    named = beside(file.world, folder) or ""
    try:
        world = read_world(named, beside(file.layout, folder))
    except BadInput as refusal:
        absent = refusal.where in (file.world, shown(file.world))
        if not absent or is_there(Path(named)):
            raise  # what it names is inside the world
        problem = f"{shown(file.world)}: {refusal.problem}"
        raise BadInput(where, "world", problem) from None
    settings = flattened(file.set, where, "set")
    for key in ("policy", "seed", "days"):
        if key in settings:
            problem = f"expected {key} at the top of the file instead"
            raise BadInput(where, f"set.{key}", problem)
    base = Base(
        world=world,
        policy=file.policy,
        days=file.days,
        settings=tuple((key, text_of(value)) for key, value in settings.items()),
        disturbances=file.disturbances,
    )
    try:
        varies = any("policy" in of for of in (file.factors, *file.variants.values()))
        base.scenario(seed=file.seed, plans=varies)
    except BadInput as refusal:
        if refusal.where == "--set":
            place = f"set.{refusal.place}" if refusal.place else "set"
            raise BadInput(where, place, refusal.problem) from None
        place = refusal.where.replace("--disturb", "disturbances")
        place = ".".join(filter(None, (place, refusal.place)))
        raise BadInput(where, place, refusal.problem) from None
    return base


def compared_of(
    file: SweepFile,
    levels: Mapping[str, Sequence[Value]],
    sampled: Iterable[str],
    where: str,
) -> tuple[str, Value]:
    """Return the factor that is compared and its reference; "" and "" if none is.

    Parameters
    ----------
    levels, sampled
        The factors that have a list of values, and those that have none.

    Raises
    ------
    BadInput
        If there is no such factor, or it has no such value or no other.
    """
    key, told = file.compare, file.reference
    if key is None:
        if told is not None:
            problem = "is given, expected compare beside it, the factor it belongs to"
            raise BadInput(where, "reference", problem)
        return "", ""
    if key not in levels:
        named = ", ".join(levels) or "none is there"
        expected = f", expected a factor with a list of values ({named})"
        problem = "is sampled" if key in sampled else "is no factor"
        near = "" if key in sampled else nearest(key, levels)
        raise BadInput(where, "compare", f"{shown(key)} {problem}{near or expected}")
    values = levels[key]
    if len(values) < 2:
        problem = f"{shown(key)} has one value, expected two or more to compare"
        raise BadInput(where, "compare", problem)
    if told is None:
        return key, values[0]
    for value in values:
        if same(value, told):
            return key, value
    texts = list(map(text_of, values))
    near = nearest(text_of(told), texts) or f", expected one of {', '.join(texts)}"
    raise BadInput(where, "reference", f"{shown(told)} is no value of {key}{near}")
