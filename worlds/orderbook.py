"""An order book: real orders from a CSV file instead of a process.

Columns ``order, product, options, quantity, release, due, priority``, in any order.
Options are ``cpu=C1;bus=PN``. ``release`` and ``due`` are ISO 8601 instants or
durations since the world's start. An order arrives when it is released: a factory does
not know tomorrow's orders. ``priority`` is the weight of its tardiness. Empty cells:
no options, quantity 1, release at the start, priority 1.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from math import isfinite
from pathlib import Path

from kernel.errors import BadInput
from worlds.consistency.demand import MOST_ORDERS, order_flaws
from worlds.files import nearest, read_text, shown
from worlds.spec import OrderLine, World
from worlds.units import duration

COLUMNS = ("order", "product", "options", "quantity", "release", "due", "priority")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+\-]{0,63}")
_LARGEST_QUANTITY = 1_000_000
_LARGEST_WEIGHT = 1e12


class _Flaw(ValueError):
    """What is wrong with a cell, as the rest of a sentence."""


def read_orders(path: Path, world: World) -> tuple[OrderLine, ...]:
    """Return the orders of a file, each checked against the products of the world.

    Raises
    ------
    BadInput
        Naming the file and the line.
    """
    where = str(path)
    products = {product.id: product for product in world.products}
    seen = {line.id for line in world.demand.orders}
    orders: list[OrderLine] = []
    for number, row in _rows(path):
        place = f"line {number}"
        try:
            line = _order(row, world.start)
        except _Flaw as flaw:
            raise BadInput(where, place, str(flaw)) from None
        for column, problem in order_flaws(line, products):
            raise BadInput(where, f"{place}: {column}", problem)
        if line.id in seen:
            problem = f"{shown(line.id)} occurs twice, expected each order once"
            raise BadInput(where, f"{place}: order", problem)
        if len(orders) == MOST_ORDERS:
            raise BadInput(where, place, f"expected at most {MOST_ORDERS} orders")
        seen.add(line.id)
        orders.append(line)
    return tuple(orders)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line numbers and cells by column."""
    where = str(path)
    reader = csv.reader(StringIO(read_text(path), newline=""), strict=True)
    names: list[str] | None = None
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            raise BadInput(where, f"line {reader.line_num}", str(error)) from None
        if not any(cell.strip() for cell in cells):
            continue
        cells = [cell.strip() for cell in cells]
        if names is None:
            _head(where, cells)
            names = cells
        elif len(cells) != len(names):
            problem = f"{len(cells)} cells, expected {len(names)}"
            raise BadInput(where, f"line {reader.line_num}", problem)
        else:
            yield reader.line_num, dict(zip(names, cells, strict=True))
    if names is None:
        problem = f"expected a first line with {', '.join(COLUMNS)}"
        raise BadInput(where, "line 1", problem)


def _head(where: str, names: list[str]) -> None:
    for name in names:
        if name not in COLUMNS:
            problem = f"{shown(name)} is no known column{nearest(name, COLUMNS)}"
            raise BadInput(where, "line 1", problem)
    if sorted(names) != sorted(COLUMNS):
        problem = f"expected each of {', '.join(COLUMNS)} once"
        raise BadInput(where, "line 1", problem)


def _order(row: dict[str, str], start: datetime) -> OrderLine:
    if not _ID.fullmatch(row["order"]):
        problem = f"order {shown(row['order'])}, expected an id of letters and digits"
        raise _Flaw(problem)
    release = _instant(row, "release", start) if row["release"] else 0
    return OrderLine(
        id=row["order"],
        product=row["product"],
        options=_chosen(row["options"]),
        quantity=_quantity(row["quantity"] or "1"),
        arrival=release,
        release=release,
        due=_instant(row, "due", start),
        weight=_weight(row["priority"] or "1"),
    )


def _chosen(text: str) -> dict[str, str]:
    options: dict[str, str] = {}
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        name, equals, choice = (piece.strip() for piece in part.partition("="))
        if not equals or name in options:
            raise _Flaw(f"options {shown(text)}, expected a=b;c=d, each option once")
        options[name] = choice
    return options


def _quantity(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,7}", text) or not 1 <= int(text) <= _LARGEST_QUANTITY:
        problem = f"quantity {shown(text)}, expected a whole number from 1 to"
        raise _Flaw(f"{problem} {_LARGEST_QUANTITY}")
    return int(text)


def _weight(text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        weight = 0.0
    if not (isfinite(weight) and 0 < weight <= _LARGEST_WEIGHT):
        raise _Flaw(f"priority {shown(text)}, expected a number above 0")
    return weight


def _instant(row: dict[str, str], column: str, start: datetime) -> int:
    """Return the ms since the start of an ISO instant, or of a duration."""
    text = row[column]
    try:
        return duration(text)
    except ValueError:
        pass
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            raise _Flaw(f"{column} {shown(text)}, expected a time zone, as in {text}Z")
        time = (instant - start) / timedelta(milliseconds=1)
    except (ValueError, OverflowError) as error:
        if isinstance(error, _Flaw):
            raise
        problem = f"{column} {shown(text)}, expected an instant such as"
        raise _Flaw(f"{problem} 2026-01-05T06:00:00Z, or a duration") from None
    if not 0 <= time <= duration("36500 d"):
        raise _Flaw(f"{column} {shown(text)}, expected it after the world's start")
    return round(time)
