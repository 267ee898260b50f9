"""Job shops with vehicles in JSON, after Bilge & Ulusoy (1995).

``jobs``: per job a list of ``[machine, time]``, machines from 1; ``travel_time``: a
matrix with load/unload first; ``n_machines``; ``n_agvs``. What else is there (the
name, where it comes from, the multipliers that have been applied) is left alone, but
for lists of numbers: they would be data, such as due dates, and are refused.
"""

from __future__ import annotations

from typing import Any

from kernel.errors import BadInput
from worlds.files import loaded_json, shown
from worlds.readers.numbers import (
    LONGEST,
    MOST_JOBS,
    MOST_MACHINES,
    MOST_OPERATIONS,
)
from worlds.readers.shop import UNIT, Shop

LISTS = ("jobs", "travel_time")
KEYS = (*LISTS, "n_machines", "n_agvs")


class _Part:
    """A value of the file and its dotted key."""

    __slots__ = ("key", "value", "where")

    def __init__(self, value: Any, key: str, where: str) -> None:
        self.value, self.key, self.where = value, key, where

    def refuse(self, expected: str) -> BadInput:
        return BadInput(
            self.where, self.key, f"{shown(self.value)}, expected {expected}"
        )

    def of(self, key: str) -> _Part:
        if not isinstance(self.value, dict):
            raise self.refuse("an object")
        if key not in self.value:
            raise BadInput(self.where, key, "is missing")
        return _Part(self.value[key], key, self.where)

    def number(self, least: int, most: int) -> int:
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.refuse("a whole number")
        if not least <= value <= most:
            raise self.refuse(f"a whole number from {least} to {most}")
        return value

    def items(self, least: int, most: int) -> list[_Part]:
        value = self.value
        if not isinstance(value, list) or not least <= len(value) <= most:
            length = f"{least}" if least == most else f"{least} to {most}"
            raise self.refuse(f"a list of {length}")
        return [_Part(v, f"{self.key}.{i}", self.where) for i, v in enumerate(value)]


def _nothing_else(top: _Part) -> None:
    """Refuse numbers that nobody would look at."""
    for key, value in top.value.items() if isinstance(top.value, dict) else ():
        numbers = isinstance(value, list) and not all(isinstance(v, str) for v in value)
        if key not in KEYS and numbers:
            problem = f"is unknown, expected lists only in {' and '.join(LISTS)}"
            raise BadInput(top.where, key, f"{problem}; a world file can say more")


def shop_with_vehicles(text: str, where: str, name: str) -> Shop:
    """Return the shop a JSON text states.

    Raises
    ------
    BadInput
        Naming the dotted key of what is missing or wrong.
    """
    top = _Part(loaded_json(text, where), "", where)
    _nothing_else(top)
    machines = top.of("n_machines").number(1, MOST_MACHINES)
    jobs = []
    for job in top.of("jobs").items(1, MOST_JOBS):
        operations = []
        for pair in job.items(1, MOST_OPERATIONS):
            machine, time = pair.items(2, 2)
            mode = (machine.number(1, machines) - 1, time.number(0, LONGEST))
            operations.append((mode,))
        jobs.append(tuple(operations))
    travel = []
    for i, row in enumerate(top.of("travel_time").items(machines + 1, machines + 1)):
        cells = row.items(machines + 1, machines + 1)
        travel.append(tuple(UNIT * cell.number(0, LONGEST) for cell in cells))
        if travel[i][i]:
            raise cells[i].refuse("0: it is the same place")
    return Shop(
        name=name,
        machines=tuple(f"M{i + 1}" for i in range(machines)),
        jobs=tuple(jobs),
        travel=tuple(travel),
        vehicles=top.of("n_agvs").number(1, MOST_MACHINES),
    )
