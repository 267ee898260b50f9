"""The sweep file: what a sweep varies, on what ground, how often, and what it keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

from kernel.errors import BadInput
from studies.case import Base
from studies.factors import flattened
from worlds.files import loaded_toml, read_text, shown
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
        A shipped name or a file, as on the command line.
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
    """Return the common ground of a sweep.

    Raises
    ------
    BadInput
        If world, policy, days, seed, disturbances or settings are wrong.
    """
    try:
        world = read_world(file.world, file.layout)
    except BadInput as refusal:
        if refusal.where != file.world or Path(file.world).exists():
            raise  # what it names is inside the world
        problem = f"{shown(file.world)}: {refusal.problem}"
        raise BadInput(where, "world", problem) from None
    settings = flattened(file.set)
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
        base.scenario(seed=file.seed, plans="policy" in file.factors)
        base.scenario(seed=file.seed + file.replications, plans=True)
    except BadInput as refusal:
        if refusal.where == "--set":
            place = f"set.{refusal.place}" if refusal.place else "set"
            raise BadInput(where, place, refusal.problem) from None
        place = refusal.where.replace("--disturb", "disturbances")
        place = ".".join(filter(None, (place, refusal.place)))
        raise BadInput(where, place, refusal.problem) from None
    return base
