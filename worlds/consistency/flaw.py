"""A flaw, and the checks that several tables share."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from kernel.chance import Fixed, Law, Lognormal, Triangular, Uniform
from worlds.files import nearest, shown
from worlds.spec import Condition

#: Dotted key, and the value with what was expected.
Flaw = tuple[str, str]


def unknown(place: str, id: str, known: Collection[str], what: str) -> Iterator[Flaw]:
    """Yield a flaw if ``id`` is not among the known ones."""
    if id not in known:
        problem = f"{shown(id)}, expected the id of {what}{nearest(id, known)}"
        yield place, problem


def repeated(place: str, ids: Iterable[str]) -> Iterator[Flaw]:
    """Yield a flaw for each id that occurs twice."""
    seen: set[str] = set()
    for id in ids:
        if id in seen:
            yield place, f"{shown(id)} occurs twice, expected each id once"
        seen.add(id)


def outside(
    place: str, condition: Condition, options: Mapping[str, Collection[str]]
) -> Iterator[Flaw]:
    """Yield a flaw for each option or choice that a condition names in vain."""
    for name, choices in condition.items():
        yield from unknown(f"{place}.{name}", name, options, "an option")
        for choice in choices:
            what = f"a choice of option {name}"
            yield from unknown(f"{place}.{name}", choice, options.get(name, ()), what)
        if not choices:
            yield f"{place}.{name}", "no choices, expected at least one"


def least(law: Law) -> float:
    """Return the least value a law can give, or its own measure if that is 0."""
    if isinstance(law, Fixed):
        return law.value
    if isinstance(law, Uniform | Triangular):
        return law.low
    if isinstance(law, Lognormal):
        return law.median
    return law.mean


def negative(place: str, law: Law | None, *, zero: bool) -> Iterator[Flaw]:
    """Yield a flaw if a law gives values below 0 (or at it, unless ``zero`` may be).

    Laws without an upper bound need a measure above 0 to be laws at all.
    """
    if law is None:
        return
    bounded = isinstance(law, Fixed | Uniform | Triangular)
    if least(law) < 0:
        yield place, f"a {law.law} law below 0, expected values of at least 0"
    elif not bounded and least(law) == 0:
        name = "median" if isinstance(law, Lognormal) else "mean"
        yield f"{place}.{name}", "0, expected a value above 0"
    elif not zero and law.mean <= 0:
        yield place, f"a {law.law} law of mean 0, expected a mean above 0"
