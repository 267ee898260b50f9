"""Quantities with units, as a world file writes them, and laws over them."""

from __future__ import annotations

import re
from dataclasses import asdict
from decimal import Decimal
from typing import Annotated, Any

from annotated_types import Ge, Gt, Le
from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from kernel.calendar import DAY, HOUR, MINUTE, SECOND
from kernel.chance import Law

_TIMES = {"ms": 1, "s": SECOND, "min": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
_LENGTHS = {"mm": 0.001, "cm": 0.01, "m": 1.0, "km": 1000.0}
_SPEEDS = {"m/s": 1.0, "m/min": 1 / 60, "km/h": 1 / 3.6}
_QUANTITY = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([a-z/]+)\s*")
_LONGEST = 100 * 365 * DAY


def _quantity(text: object, units: dict[str, Any], example: str) -> float:
    match = _QUANTITY.fullmatch(text) if isinstance(text, str) else None
    if match is None or match[2] not in units or len(match[1]) > 60:
        names = ", ".join(units)
        raise ValueError(f"expected a number with a unit ({names}), as in '{example}'")
    return float(match[1]) * float(units[match[2]])


def duration(text: object) -> int:
    """Return the milliseconds that a text such as ``"4 min"`` stands for.

    Raises
    ------
    ValueError
        If it is not a number with a unit of time, is longer than a century or
        is no whole number of milliseconds.
    """
    value = _quantity(text, _TIMES, "4 min")
    if value > _LONGEST:
        raise ValueError("expected a duration of at most 100 years")
    if abs(value - round(value)) > 1e-6:
        raise ValueError("expected a whole number of milliseconds")
    return round(value)


def duration_text(ms: float) -> str:
    """Return a duration as :func:`duration` reads it, in its largest exact unit."""
    if ms != round(ms):
        return f"{ms!r} ms"
    for unit in ("w", "d", "h", "min", "s"):
        if ms and ms % _TIMES[unit] == 0:
            return f"{round(ms / _TIMES[unit])} {unit}"
    return f"{round(ms)} ms"


def _decimal(value: float) -> str:
    """Return a number as :func:`_quantity` reads it back: exact, no exponent."""
    return format(Decimal(repr(value)), "f")


_PLAIN = {"law", "shape", "sigma"}


def _durations(law: object) -> object:
    """Read the durations of a law, leaving its shape parameters alone."""
    if isinstance(law, str):
        return {"law": "fixed", "value": float(duration(law))}
    if not isinstance(law, dict):
        return law
    return {k: v if k in _PLAIN else float(duration(v)) for k, v in law.items()}


def _law_texts(law: Law) -> dict[str, Any]:
    return {
        name: value if name in _PLAIN else duration_text(value)
        for name, value in asdict(law).items()
    }


def _schema(example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "examples": [example]})


#: Milliseconds, written with a unit.
Duration = Annotated[
    int,
    BeforeValidator(duration),
    PlainSerializer(duration_text, return_type=str),
    _schema("4 min"),
]
#: Metres, written with a unit.
Length = Annotated[
    float,
    BeforeValidator(lambda text: _quantity(text, _LENGTHS, "6 m")),
    Le(100_000),
    PlainSerializer(lambda metres: f"{_decimal(metres)} m", return_type=str),
    _schema("6 m"),
]
#: Metres a second, written with a unit.
Speed = Annotated[
    float,
    BeforeValidator(lambda text: _quantity(text, _SPEEDS, "1.2 m/s")),
    Gt(0),
    Le(100),
    PlainSerializer(lambda speed: f"{_decimal(speed)} m/s", return_type=str),
    _schema("1.2 m/s"),
]
#: A law of durations (milliseconds); a bare duration is a fixed law.
DurationLaw = Annotated[
    Law,
    Field(discriminator="law"),
    BeforeValidator(_durations),
    PlainSerializer(_law_texts),
]
#: A law of plain numbers.
NumberLaw = Annotated[Law, Field(discriminator="law")]
Share = Annotated[float, Ge(0), Le(1)]
NonNegative = Annotated[float, Ge(0), Le(1e12)]
Positive = Annotated[float, Gt(0), Le(1e12)]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+\-]{0,63}$")]
