"""Variants: settings with a name, as the values of one factor.

A sweep is a full grid. What is to be changed one thing at a time, as in an ablation, or
what belongs together, is a variant.
"""

from __future__ import annotations

from collections.abc import Collection

from agents.policy import POLICIES
from kernel.errors import BadInput
from studies.case import Base, of_planner
from studies.factors import flattened
from studies.sweep.file import SweepFile
from worlds.files import shown
from worlds.keys import text_of

#: What the factor is called.
VARIANT = "variant"
#: Settings by the name of their variant.
Variants = dict[str, tuple[tuple[str, str], ...]]
#: Keys that have their place at the top of the file.
_AT_THE_TOP = {"seed": "seed and replications", "days": "days"}


def variants_of(
    file: SweepFile, base: Base, factors: Collection[str], where: str
) -> Variants:
    """Return the variants of a sweep file, each key and value checked.

    Parameters
    ----------
    factors
        The keys that vary beside them: a variant has none of these.

    Raises
    ------
    BadInput
        For the first thing that is wrong.
    """
    found: Variants = {}
    for name, table in file.variants.items():
        if not name.strip():
            raise BadInput(where, "variants", f"{shown(name)}, expected names")
        given = flattened(table, where, f"variants.{name}")
        for key in given:
            place = f"variants.{name}.{key}"
            if key in factors:
                problem = "is a factor too, expected it in one of the two"
                raise BadInput(where, place, problem)
            if key in _AT_THE_TOP:
                problem = f"expected {_AT_THE_TOP[key]} at the top of the file instead"
                raise BadInput(where, place, problem)
        found[name] = tuple((key, text_of(value)) for key, value in given.items())
        _refuse_wrong(found[name], base, factors, f"variants.{name}", where)
    return found


def _refuse_wrong(
    settings: tuple[tuple[str, str], ...],
    base: Base,
    factors: Collection[str],
    place: str,
    where: str,
) -> None:
    """Make sure that a variant can be set, all else being as it is.

    Where the policy is a factor, keys of the planner are for those that have one.
    """
    planner = any(of_planner(key) for key, _ in settings)
    some = next(name for name, policy in POLICIES.items() if policy.planner is not None)
    on = [("policy", some)] if planner and "policy" in factors else []
    try:
        base.scenario([*on, *settings], plans=not planner)
    except BadInput as refusal:
        inner = refusal.place if refusal.where == "--set" else refusal.where
        place = f"{place}.{inner}" if inner else place
        raise BadInput(where, place, refusal.problem) from None
