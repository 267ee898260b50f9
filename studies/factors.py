"""Factors: the keys a study varies, and the values it gives them.

A value is written as ``--set`` takes it. Numbers may carry a unit; those of time are
spread over whole milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from agents.policy import POLICIES
from kernel.errors import BadInput
from studies.case import Base, of_planner
from worlds.files import shown
from worlds.keys import text_of, value_of
from worlds.units import duration, duration_text

Value = str | int | float | bool
#: Of one factor: each is tried before the first run, which takes a while.
MOST_VALUES = 1_000
_QUANTITY = re.compile(r"\s*(-?[0-9.]+)\s*([a-z/]+)\s*")
#: Digits of a sampled number: more would say nothing.
_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """All values from ``low`` to ``high``.

    Attributes
    ----------
    low, high
        Numbers, in ms where ``unit`` is ``"ms"``.
    unit
        What is written behind a number; "" if nothing.
    whole
        Whether only whole numbers are meant.
    """

    low: float
    high: float
    unit: str = ""
    whole: bool = False

    def value(self, number: float) -> Value:
        """Return a number of the span as a value to be set."""
        if self.unit == "ms":
            return duration_text(round(number))
        figure = round(number) if self.whole else float(f"{number:.{_DIGITS}g}")
        return f"{figure} {self.unit}" if self.unit else figure

    def at(self, share: float) -> Value:
        """Return the value at a share of the span, within 0 and 1.

        Of whole numbers each has an equal part of the shares.
        """
        if self.whole:
            count = round(self.high - self.low) + 1
            return self.value(self.low + min(int(share * count), count - 1))
        return self.value(self.low + share * (self.high - self.low))


def flattened(
    tree: Mapping[str, Any], where: str, table: str, *, spans: bool = False
) -> dict[str, Any]:
    """Return tables within tables by dotted keys.

    Parameters
    ----------
    where, table
        The source, and the place within it, that an error message names.
    spans
        Whether a table that says how values lie, ``{low, high}``, is kept as it is.

    Raises
    ------
    BadInput
        If a key is there twice: ``"a.b"`` and ``a.b`` are two to TOML; or is a table
        without anything in it.
    """
    found: dict[str, Any] = {}
    for key, value in _leaves(tree, "", spans=spans):
        if value == {}:
            problem = "is an empty table, expected values"
            raise BadInput(where, f"{table}.{key}", problem)
        if key in found:
            problem = "is given twice, as one key in quotes and as a table's"
            raise BadInput(where, f"{table}.{key}", f"{problem}, expected it once")
        found[key] = value
    return found


def _leaves(
    tree: Mapping[str, Any], above: str, *, spans: bool
) -> Iterator[tuple[str, Any]]:
    """Yield dotted keys and their values, table by table."""
    for name, value in tree.items():
        key = f"{above}.{name}" if above else name
        deeper = isinstance(value, dict) and not (spans and _is_factor(value))
        if deeper and value:
            yield from _leaves(value, key, spans=spans)
        else:
            yield key, value


def _is_factor(table: Mapping[str, Any]) -> bool:
    """Return whether a table says how values lie, and is not one of further keys."""
    words = ("from", "to", "step", "low", "high")
    return any(not isinstance(table.get(w, []), list | dict) for w in words)


def listed(values: Sequence[Any], where: str, place: str) -> tuple[Value, ...]:
    """Return the values of a list.

    Raises
    ------
    BadInput
        If there are none or too many, one stands twice, or one is not a single value.
    """
    if not values:
        raise BadInput(where, place, "an empty list, expected at least one value")
    if len(values) > MOST_VALUES:
        problem = f"{len(values)} values, expected at most {MOST_VALUES}"
        raise BadInput(where, place, problem)
    for i, value in enumerate(values):
        if not isinstance(value, str | int | float):
            problem = f"{shown(value)}, expected a number, a text, true or false"
            raise BadInput(where, place, problem)
        if any(same(value, other) for other in values[:i]):
            problem = f"{shown(value)} stands twice, expected each value once"
            raise BadInput(where, place, problem)
    return tuple(values)


def same(one: Value, other: Value) -> bool:
    """Return whether values say the same: 1 and 1.0 do, 1 and true do not."""
    if isinstance(one, bool) or isinstance(other, bool) or isinstance(one, str):
        return text_of(one) == text_of(other)
    return one == other


def stepped(
    first: Any, last: Any, step: Any, where: str, place: str
) -> tuple[Value, ...]:
    """Return the values from the first to the last at most, a step apart, exactly.

    Raises
    ------
    BadInput
        If they are no numbers of one unit, their order is wrong, or there are too many.
    """
    (low, high, by), unit = _numbers((first, last, step), where, place)
    if by <= 0 or high < low:
        problem = f"from {shown(first)} to {shown(last)} by {shown(step)}"
        problem += ", expected to go up by steps above 0"
        raise BadInput(where, place, problem)
    count = int((high - low) / by) + 1
    if count > MOST_VALUES:
        problem = f"gives {count} values, expected at most {MOST_VALUES}"
        raise BadInput(where, place, problem)
    figures = [low + by * k for k in range(count)]
    if unit == "ms":
        return tuple(duration_text(int(f)) for f in figures)
    if unit:
        return tuple(f"{f.normalize():f} {unit}" for f in figures)
    whole = all(isinstance(v, int) for v in (first, step))
    return tuple(int(f) if whole else float(f) for f in figures)


def spanned(low: Any, high: Any, where: str, place: str) -> Span:
    """Return the span from ``low`` to ``high``.

    Raises
    ------
    BadInput
        If they are no numbers of one unit, or ``low`` is not below ``high``.
    """
    (first, last), unit = _numbers((low, high), where, place)
    if not first < last:
        problem = f"{shown(low)} to {shown(high)}, expected the lower one first"
        raise BadInput(where, place, problem)
    return Span(low=float(first), high=float(last), unit=unit, whole=unit == "ms")


def _numbers(
    values: Sequence[Any], where: str, place: str
) -> tuple[list[Decimal], str]:
    """Return numbers and their unit, which is ms for those of time."""
    try:
        return [Decimal(duration(value)) for value in values], "ms"
    except ValueError:
        pass
    pairs = [measured(value, where, place) for value in values]
    if len({unit for _, unit in pairs}) > 1:
        texts = ", ".join(map(shown, values))
        raise BadInput(where, place, f"{texts}, expected numbers of one unit")
    return [number for number, _ in pairs], pairs[0][1]


def measured(value: Any, where: str, place: str) -> tuple[Decimal, str]:
    """Return a number and its unit, "" if it has none.

    Raises
    ------
    BadInput
        If it is no number.
    """
    figure, unit = value, ""
    match = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    if match is not None:
        figure, unit = match[1], match[2]
    try:
        if isinstance(figure, bool) or (isinstance(value, str) and not unit):
            raise InvalidOperation
        return Decimal(str(figure)), unit
    except InvalidOperation:
        problem = f"{shown(value)}, expected a number, with its unit if it has one"
        raise BadInput(where, place, problem) from None


def whole_span(span: Span, key: str, base: Base) -> Span:
    """Return a span as its key takes it: in whole numbers if a fraction is refused."""
    whole = span.low == round(span.low) and span.high == round(span.high)
    if span.unit or not whole or takes(key, round(span.low) + 0.5, base):
        return span
    return Span(low=span.low, high=span.high, whole=True)


def takes(
    key: str, value: Value, base: Base, on: Sequence[tuple[str, str]] = ()
) -> bool:
    """Return whether a value can be set, ``on`` being set before."""
    try:
        base.scenario([*on, (key, text_of(value))], plans=not of_planner(key))
    except BadInput:
        return False
    return True


def refuse_wrong(
    factors: Mapping[str, Sequence[Value]],
    base: Base,
    where: str,
    table: str,
    policies: Sequence[object] = (),
) -> None:
    """Make sure that each value can be set, all else being as it is.

    What values refuse each other is not tried out: that run fails, and says why.

    Parameters
    ----------
    factors
        Key -> its values.
    where, table
        The source, and the place within it, that an error message names.
    policies
        Those that some runs have beside the base's and the factor's.

    Raises
    ------
    BadInput
        For the first key or value that is wrong.
    """
    planned = _planning([*factors.get("policy", ()), *policies])
    for key, values in factors.items():
        place = f"{table}.{key}" if table else key
        if key == "seed":
            problem = "is no factor, expected seed and replications beside the factors"
            raise BadInput(where, place, problem)
        on = planned if of_planner(key) else ()
        for value in values:
            try:
                base.scenario([*on, (key, text_of(value))], plans=not of_planner(key))
            except BadInput as refusal:
                told = refusal.problem
                inner = refusal.place or refusal.where
                if inner not in (key, "--set"):
                    told = f"{shown(value)}: {inner}: {told}"
                bare = value_of(value) if isinstance(value, str) else value
                if bare != value and takes(key, bare, base, on):
                    told = f"{shown(value)} is a text, expected it without quotes"
                    told += f": {value}"
                raise BadInput(where, place, told) from None


def _planning(policies: Sequence[object]) -> list[tuple[str, str]]:
    """Return the setting of a policy that plans, if one of these does."""
    names = list(map(str, policies))
    plan = [n for n in names if n in POLICIES and POLICIES[n].planner is not None]
    return [("policy", plan[0])] if plan else []
