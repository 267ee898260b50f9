"""Disturbances on purpose: what a script or a person does to a running factory.

One grammar everywhere, each with ``@TIME`` (since the world's start) in a file::

    break:MACHINE:DURATION     the machine fails and is down that long
    repair:MACHINE             its repair ends now, or as soon as somebody begins it
    stop:VEHICLE:DURATION      the vehicle stands still
    delay:MATERIAL:DURATION    every open purchase of it comes that much later
    rush:PRODUCT:qty=N:due=D   an urgent order, due D after it arrives; OPTION=CHOICE
                               may follow, else the most popular choices are taken
    cancel:ORDER               the customer takes the order back
    lose:SHARE:DURATION        the network loses this share of the messages
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod

from kernel.errors import BadInput
from worlds.files import nearest, shown
from worlds.layout import vehicles_of
from worlds.products import variants
from worlds.spec import Product, World
from worlds.units import duration

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+\-]{0,63}")
_MOST_PIECES = 1_000_000
_FORMS = {
    "break": "break:MACHINE:DURATION",
    "repair": "repair:MACHINE",
    "stop": "stop:VEHICLE:DURATION",
    "delay": "delay:MATERIAL:DURATION",
    "rush": "rush:PRODUCT:qty=N:due=D",
    "cancel": "cancel:ORDER",
    "lose": "lose:SHARE:DURATION",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A machine fails at ``time`` and is down for ``duration``, ms."""

    text: str
    time: int
    machine: str
    duration: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """At ``time`` the repair of a machine ends, or ends as soon as it begins."""

    text: str
    time: int
    machine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lose:
    """From ``time`` the network loses messages for ``duration``, ms."""

    text: str
    time: int
    share: float
    duration: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A vehicle stands still from ``time`` for ``duration``, ms."""

    text: str
    time: int
    vehicle: str
    duration: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """At ``time`` all open purchases of a material are put off by ``duration``, ms."""

    text: str
    time: int
    material: str
    duration: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rush:
    """An urgent order arrives at ``time``; ``due`` is an instant, ms."""

    text: str
    time: int
    product: str
    options: tuple[tuple[str, str], ...]
    quantity: int
    due: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """A customer takes an order back at ``time``."""

    text: str
    time: int
    order: str


Disturbance = Break | Repair | Stop | Delay | Rush | Cancel | Lose


class _Flaw(ValueError):
    """What is wrong with a disturbance, as the rest of a sentence."""


def parse(
    text: str, world: World, *, where: str = "disturbance", now: int | None = None
) -> Disturbance:
    """Return the disturbance a text describes.

    Parameters
    ----------
    text
        ``KIND:SUBJECT:...@TIME``.
    where
        What an error message names as the source.
    now
        When it happens if there is no ``@TIME``, ms; None: a time must be given.

    Raises
    ------
    BadInput
        If the text does not follow the grammar or names what is not in the world.
    """
    try:
        return _parsed(text, world, now)
    except _Flaw as flaw:
        raise BadInput(where, shown(text), str(flaw)) from None


def _parsed(text: str, world: World, now: int | None) -> Disturbance:
    what, at, when = text.strip().partition("@")
    if at:
        time = _duration(when, "time after @")
    elif now is not None:
        time = now
    else:
        raise _Flaw('no time, expected one at its end, such as "@6 h"')
    kind, *parts = (part.strip() for part in what.split(":"))
    if kind not in _FORMS:
        expected = ", ".join(_FORMS)
        raise _Flaw(f"{shown(kind)}, expected one of {expected}{nearest(kind, _FORMS)}")
    if kind == "rush" and parts:
        return _rush(text, time, parts, world)
    if kind == "rush" or len(parts) != _FORMS[kind].count(":"):
        raise _Flaw(f"expected the form {_FORMS[kind]}@TIME")
    subject = parts[0]
    if kind == "cancel":
        if not _ID.fullmatch(subject):
            raise _Flaw(f"{shown(subject)}, expected the id of an order")
        return Cancel(text=text, time=time, order=subject)
    if kind == "repair":
        _known(subject, (machine.id for machine in world.machines), "a machine")
        return Repair(text=text, time=time, machine=subject)
    length = _duration(parts[1], "duration")
    if kind == "lose":
        return Lose(text=text, time=time, share=_share(subject), duration=length)
    if kind == "break":
        _known(subject, (machine.id for machine in world.machines), "a machine")
        return Break(text=text, time=time, machine=subject, duration=length)
    if kind == "stop":
        _known(subject, (id for id, _, _ in vehicles_of(world)), "a vehicle")
        return Stop(text=text, time=time, vehicle=subject, duration=length)
    _known(subject, (material.id for material in world.materials), "a material")
    return Delay(text=text, time=time, material=subject, duration=length)


def _duration(text: str, what: str) -> int:
    try:
        return duration(text)
    except ValueError as error:
        raise _Flaw(f"{what} {shown(text.strip())}, {error}") from None


def _share(text: str) -> float:
    if not re.fullmatch(r"[01]|[01]?\.[0-9]{1,9}", text) or float(text) > 1:
        raise _Flaw(f"{shown(text)}, expected a share from 0 to 1, such as 0.2")
    return float(text)


def _known(id: str, known: Iterable[str], what: str) -> None:
    ids = tuple(known)
    if id not in ids:
        raise _Flaw(f"{shown(id)}, expected the id of {what}{nearest(id, ids)}")


def _rush(text: str, time: int, parts: list[str], world: World) -> Rush:
    products = {product.id: product for product in world.products}
    _known(parts[0], products, "a product")
    product = products[parts[0]]
    options = {option.id: option for option in product.options}
    given: dict[str, str] = {}
    for part in parts[1:]:
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or name in given:
            raise _Flaw(f"{shown(part)}, expected NAME=VALUE, each name once")
        _known(name, ("qty", "due", *options), "an option, or qty or due")
        given[name] = value
    if "due" not in given:
        raise _Flaw(f"no due, expected the form {_FORMS['rush']}@TIME")
    due = time + _duration(given.pop("due"), "due")
    quantity = given.pop("qty", "1")
    if not re.fullmatch(r"[0-9]{1,7}", quantity) or not (
        1 <= int(quantity) <= _MOST_PIECES
    ):
        raise _Flaw(
            f"qty {shown(quantity)}, expected a whole number of pieces, 1 to "
            f"{_MOST_PIECES}"
        )
    for name, value in given.items():
        choices = [choice.id for choice in options[name].choices]
        _known(value, choices, f"a choice of option {name}")
    chosen = most_popular(product, given)
    if chosen is None:
        raise _Flaw(f"{product.id} is not sold with these options")
    return Rush(
        text=text,
        time=time,
        product=product.id,
        options=tuple(chosen.items()),
        quantity=int(quantity),
        due=due,
    )


def most_popular(product: Product, given: Mapping[str, str]) -> dict[str, str] | None:
    """Return the sold variant of the largest share that has the given choices.

    The share of a variant is the product of its choices' shares; None if no variant
    with these choices is sold.
    """
    shares = {
        option.id: {choice.id: choice.share for choice in option.choices}
        for option in product.options
    }
    best: dict[str, str] | None = None
    most = -1.0
    for options in variants(product):
        if given.items() <= options.items():
            share = prod(shares[name][choice] for name, choice in options.items())
            if share > most:
                best, most = options, share
    return best
