"""The combinations of a sweep: listed values crossed, spans sampled, all counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any

from scipy.stats import qmc

from kernel.errors import BadInput
from studies.factors import (
    MOST_VALUES,
    Span,
    Value,
    flattened,
    listed,
    spanned,
    stepped,
)
from studies.sweep.file import SweepFile
from worlds.files import nearest, shown

MOST_RUNS = 1_000_000
_WORDS = ("from", "to", "step", "low", "high")
_EXPECTED = "expected a list, { from, to, step } or { low, high }"


def factors_of(
    file: SweepFile, where: str
) -> tuple[dict[str, tuple[Value, ...]], dict[str, Span]]:
    """Return the factors that are listed, and those that are to be sampled.

    Raises
    ------
    BadInput
        For the first that is written wrong.
    """
    levels: dict[str, tuple[Value, ...]] = {}
    spans: dict[str, Span] = {}
    for key, given in flattened(file.factors, where, "factors", spans=True).items():
        place = f"factors.{key}"
        if isinstance(given, list):
            levels[key] = listed(given, where, place)
        elif not isinstance(given, dict):
            raise BadInput(where, place, f"{shown(given)}, {_EXPECTED}")
        elif set(given) == {"from", "to", "step"}:
            ends = (given["from"], given["to"], given["step"])
            levels[key] = stepped(*ends, where, place)
        elif set(given) == {"low", "high"}:
            spans[key] = spanned(given["low"], given["high"], where, place)
        else:
            odd = next((word for word in given if word not in _WORDS), "")
            told = f"{shown(odd)}{nearest(odd, _WORDS)}" if odd else shown(given)
            raise BadInput(where, place, f"{told}, {_EXPECTED}")
    return levels, spans


def refuse_too_many(
    levels: Mapping[str, Sequence[Value]], file: SweepFile, where: str
) -> None:
    """Make sure that there are not more runs, or variants, than can be meant.

    Raises
    ------
    BadInput
        If there are.
    """
    variants = len(file.variants)
    if variants > MOST_VALUES:
        problem = f"{variants} variants, expected at most {MOST_VALUES}"
        raise BadInput(where, "variants", problem)
    cells = prod(map(len, levels.values())) * max(1, variants)
    count = cells * (file.samples or 1) * file.replications
    if count > MOST_RUNS:
        problem = f"{count} runs, expected at most {MOST_RUNS}"
        raise BadInput(where, "factors", problem)


def samples_of(
    file: SweepFile, spans: Mapping[str, Span], where: str
) -> list[dict[str, Value]]:
    """Return the sampled factors' values, sample by sample; one empty one without.

    Raises
    ------
    BadInput
        If how to sample is missing, wrong or said for nothing.
    """
    if not spans:
        for name in ("design", "samples"):
            if getattr(file, name) is not None:
                problem = "is given, expected a factor of { low, high } to sample"
                raise BadInput(where, name, problem)
        return [{}]
    named = ", ".join(spans)
    for name, expected in (
        ("design", f'expected how to sample {named}: "sobol" or "latin hypercube"'),
        ("samples", f"expected how many samples of {named} to draw, such as 64"),
    ):
        if getattr(file, name) is None:
            raise BadInput(where, name, f"is missing, {expected}")
    count = file.samples or 1
    sampler: Any
    if file.design == "sobol":
        if count & (count - 1):
            power = 1 << count.bit_length()
            problem = f"{count}, expected a power of two for Sobol, such as {power}"
            raise BadInput(where, "samples", problem)
        sampler = qmc.Sobol(len(spans), rng=file.seed)
    else:
        sampler = qmc.LatinHypercube(len(spans), rng=file.seed)
    return [
        {
            key: span.at(float(u))
            for (key, span), u in zip(spans.items(), row, strict=True)
        }
        for row in sampler.random(count)
    ]


def crossed(
    order: Sequence[str],
    levels: Mapping[str, tuple[Value, ...]],
    samples: Sequence[Mapping[str, Value]],
) -> Iterator[tuple[Value, ...]]:
    """Yield every combination of the listed values with each sample."""
    for values in product(*levels.values()):
        chosen = dict(zip(levels, values, strict=True))
        for sample in samples:
            merged = chosen | dict(sample)
            yield tuple(merged[key] for key in order)
