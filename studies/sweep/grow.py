"""A sweep that has grown: where the runs it has already belong in a larger design."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kernel.errors import BadInput
from studies.case import Outcome, case_scenario, scenario_hash
from studies.factors import Value
from studies.sweep.design import Design
from worlds.files import shown

_EXPECTED = (
    "expected more than there was: replications, values of factors, samples, variants"
)
_DRAWN = "; seed as it was, by which samples are drawn"


def places_in(
    design: Design, kept: Iterable[tuple[Outcome, Mapping[str, Value]]], where: str
) -> dict[int, int]:
    """Return where the runs that a sweep has already are in its design now.

    Parameters
    ----------
    design
        That of a file which has been changed since those runs; what
        :meth:`Design.fingerprint` begins with is as it was.
    kept
        The runs, each with the values of its factors.
    where
        What an error message names as the source.

    Returns
    -------
    dict
        New numbers by old. A run that never began has none: that may be mended.

    Raises
    ------
    BadInput
        If a run is no longer asked for, or would be another now.
    """
    cells: dict[tuple[Value, ...], list[int]] = {}
    for k, one in enumerate(design.cells):
        cells.setdefault(one, []).append(k)
    seeds = {seed: k for k, seed in enumerate(design.seeds)}
    found: dict[int, int] = {}
    proved: set[int] = set()
    taken: set[int] = set()
    for outcome, values in kept:
        if not outcome.scenario:
            continue
        told = _told(values, outcome.seed)
        alike = cells.get(tuple(values.get(key, "") for key in design.factors), [])
        if outcome.seed not in seeds:
            alike = []
        # Samples of whole numbers repeat: each kept run takes the first still free.
        at = (k * len(design.seeds) + seeds[outcome.seed] for k in alike)
        number = next((n for n in at if n not in taken), None)
        if number is None:
            problem = f"does not ask for a run that is kept ({told}) any more"
            drawn = _DRAWN if design.sampled else ""
            raise BadInput(where, "", f"{problem}, {_EXPECTED}{drawn}")
        cell = number // len(design.seeds)
        # Runs of a combination differ by nothing but the seed: one proves them all.
        if cell not in proved and not _same(design, number, outcome):
            problem = f"makes another run of one that is kept ({told})"
            raise BadInput(where, "", f"{problem}, {_EXPECTED}")
        proved.add(cell)
        taken.add(number)
        found[outcome.number] = number
    return found


def _same(design: Design, number: int, outcome: Outcome) -> bool:
    return scenario_hash(case_scenario(design.case(number))) == outcome.scenario


def _told(values: Mapping[str, Value], seed: int) -> str:
    named = [f"{key} {shown(value)}" for key, value in values.items()]
    return ", ".join([*named, f"seed {seed}"])
