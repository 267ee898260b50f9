"""From a sweep file to its runs: combinations of factors, each under every seed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from measures.kpis import known_kpis
from studies.case import Base, Case, scenario_hash
from studies.factors import Value, flattened, refuse_wrong, whole_span
from studies.overlap import Targets
from studies.sweep.combinations import (
    crossed,
    factors_of,
    refuse_too_many,
    samples_of,
)
from studies.sweep.file import SweepFile, base_of, compared_of, read_sweep
from studies.sweep.variants import VARIANT, Variants, variants_of
from studies.tables import COMPARED
from worlds.keys import text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """All runs of a sweep, in order: combination by combination, seed by seed.

    Attributes
    ----------
    name
        What pictures and tables are headed with.
    text
        The sweep file as it is.
    factors
        The keys that vary, as the file has them.
    sampled
        Those of them that a Sobol or Latin hypercube design gave their values.
    cells
        The values of the factors, a row a combination; the last listed factor varies
        fastest.
    seeds
        Of every combination: common random numbers.
    kpis
        The names of those kept.
    variants
        What the values of the factor ``variant`` stand for, if it is one.
    compared, reference
        The factor whose values are held against one of them; "" if none is.
    """

    name: str
    text: str
    base: Base
    factors: tuple[str, ...]
    sampled: tuple[str, ...]
    cells: tuple[tuple[Value, ...], ...]
    seeds: tuple[int, ...]
    kpis: tuple[str, ...]
    variants: Variants = field(default_factory=dict)
    compared: str = ""
    reference: Value = ""

    def __len__(self) -> int:
        return len(self.cells) * len(self.seeds)

    def levels(self, key: str) -> tuple[Value, ...]:
        """Return the different values of a factor, none if it is none."""
        if key not in self.factors:
            return ()
        index = self.factors.index(key)
        return tuple(dict.fromkeys(cell[index] for cell in self.cells))

    def at(self, number: int) -> tuple[tuple[Value, ...], int]:
        """Return the combination and the seed of a run, by its number from 0."""
        cell, seed = divmod(number, len(self.seeds))
        return self.cells[cell], self.seeds[seed]

    def case(self, number: int) -> Case:
        """Return a run as a case."""
        values, seed = self.at(number)
        return Case(
            number=number,
            base=self.base,
            settings=tuple(
                pair
                for key, value in zip(self.factors, values, strict=True)
                for pair in self.settings_of(key, text_of(value))
            ),
            seed=seed,
            kpis=self.kpis,
        )

    def settings_of(self, key: str, text: str) -> Sequence[tuple[str, str]]:
        """Return what it means to give a factor a value, by its text."""
        if key != VARIANT:
            return [(key, text)]
        return next(of for name, of in self.variants.items() if text_of(name) == text)

    @property
    def plans(self) -> bool:
        """Whether some runs call the compiled scheduler."""
        own = [
            value
            for of in self.variants.values()
            for key, value in of
            if key == "policy"
        ]
        return self.base.plans([*self.levels("policy"), *own])

    def fingerprint(self) -> str:
        """Return what tells it from another, as :class:`studies.store.Store` reads it.

        Fixed while a sweep grows are the scenario, the world included, the list of
        factors and that of KPIs; free what may become more (:mod:`studies.sweep.grow`).
        """
        base = scenario_hash(self.base.scenario(plans=True))
        fixed = {
            "scenario or world": [base, self.base.unread()],
            "list of factors": self.factors,
            "list of kpis": self.kpis,
        }
        parts = ";".join(f"{name}={_hashed(of)}" for name, of in fixed.items())
        return f"{parts}:{_hashed([self.cells, self.seeds, self.variants])}"


def _hashed(content: Sequence[Any]) -> str:
    return sha256(json.dumps(content).encode()).hexdigest()


def read_design(path: Path) -> Design:
    """Return the design that a sweep file asks for; every name and value is checked.

    Raises
    ------
    BadInput
        For the first thing that is wrong.
    """
    file, text = read_sweep(path)
    return design_of(file, text, str(path))


def design_of(file: SweepFile, text: str, where: str) -> Design:
    """Return the design of a sweep file that has been read.

    Parameters
    ----------
    text
        The file as it is.
    where
        What an error message names as the source.

    Raises
    ------
    BadInput
        For the first thing that is wrong.
    """
    base = base_of(file, where)
    kpis = known_kpis(file.kpis, base.world, where, "kpis") or _main(base)
    levels, found = factors_of(file, where)
    refuse_too_many(levels, file, where)  # before each value is tried
    spans = {key: whole_span(span, key, base) for key, span in found.items()}
    ends = {
        k: (span.value(span.low), span.value(span.high)) for k, span in spans.items()
    }
    order = list(flattened(file.factors, where, "factors", spans=True))
    checked = {key: (levels | ends)[key] for key in order}
    policies = [of.get("policy") for of in file.variants.values()]
    refuse_wrong(checked, base, where, "factors", policies)
    variants = variants_of(file, base, order, where)
    _refuse_twice(base, order, variants, where)
    if variants:
        order.append(VARIANT)
        levels[VARIANT] = tuple(variants)
    compared, reference = compared_of(file, levels, spans, where)
    samples = samples_of(file, spans, where)
    return Design(
        name=Path(where).stem,
        text=text,
        base=base,
        factors=tuple(order),
        sampled=tuple(spans),
        cells=tuple(crossed(order, levels, samples)),
        seeds=tuple(range(file.seed, file.seed + file.replications)),
        kpis=tuple(kpis),
        variants=variants,
        compared=compared,
        reference=reference,
    )


def _main(base: Base) -> list[str]:
    instance = bool(base.world.unit)
    return ["makespan"] if instance else [k for k in COMPARED if k != "makespan"]


def _refuse_twice(
    base: Base, factors: Sequence[str], variants: Variants, where: str
) -> None:
    """Refuse two names of one thing among what a run is given.

    By the same name a factor or a variant overrides what the base sets.
    """
    targets = Targets(base.world)
    given = {} if base.days is None else {"days": "days"}
    given |= {key: f"set.{key}" for key, _ in base.settings}
    given |= {key: f"factors.{key}" for key in factors}
    targets.refuse_twice(given, where)
    for name, settings in variants.items():
        own = {key: f"variants.{name}.{key}" for key, _ in settings}
        targets.refuse_twice(given | own, where)
