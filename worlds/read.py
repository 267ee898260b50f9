"""Reading worlds: from a name or a file to a :class:`World` that is consistent.

A *resolved* world is the whole of it as plain JSON values, defaults and order book
included: what a run records, and what ``--set`` changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, NamedTuple

from kernel.errors import BadInput
from worlds import shipped as shelf
from worlds.consistency import check
from worlds.files import loaded_toml, nearest, plain, read_text, shown
from worlds.orderbook import read_orders
from worlds.readers import read_instance
from worlds.spec import World
from worlds.validation import adapter, validated


class Shipped(NamedTuple):
    """A shipped world: its name, "plant" or "instance", its title, its file."""

    name: str
    kind: str
    title: str
    path: Path


def read_world(name_or_path: str | Path, layout: str | Path | None = None) -> World:
    """Return the world a user names.

    Parameters
    ----------
    name_or_path
        A shipped name (``cell``), a world file (``*.toml``) or an instance file (any
        other suffix).

    Raises
    ------
    BadInput
        If there is no such world, or it is not a valid and consistent one.
    """
    known = shelf.paths()
    if str(name_or_path) in known:
        return _read(known[str(name_or_path)][1], layout)
    path = Path(name_or_path)
    try:
        missing = not path.exists()
    except (OSError, ValueError):  # a name too long, or with a zero byte
        missing = True
    if missing:
        guess = nearest(path.stem if path.suffix else str(name_or_path), known)
        problem = "there is no such file and no shipped world of this name"
        named = str(name_or_path)
        where = named if named.isprintable() and len(named) < 300 else shown(named)
        raise BadInput(where, "", problem + guess)
    return _read(path, layout)


def _read(path: Path, layout: str | Path | None = None) -> World:
    where = str(path)
    if path.is_dir():
        raise BadInput(where, "", "is a folder, expected a world or instance file")
    if path.suffix.lower() == ".toml":
        content = loaded_toml(read_text(path), where)
        if layout is not None:
            problem = "a world file has its own floor, expected no layout"
            raise BadInput(str(layout), "", problem)
        return world_of(content, where, folder=path.parent)
    world = read_instance(path, layout)
    check(world, where)
    return world


def world_of(
    content: Mapping[str, Any], where: str, *, folder: Path | None = None
) -> World:
    """Return the world that plain values describe, as a file or :func:`resolved` does.

    Parameters
    ----------
    content
        The tables of the world.
    where
        What an error message names as the source.
    folder
        Where ``demand.file`` is looked for; None: it cannot be given.

    Raises
    ------
    BadInput
        For the first thing that is wrong.
    """
    world = validated(plain(content, where), where, World)
    check(world, where)
    world = replace(world, start=world.start.astimezone(UTC))
    file = world.demand.file
    if file is None:
        return world
    if folder is None:
        problem = f"{shown(file)}, expected the orders themselves (demand.orders)"
        raise BadInput(where, "demand.file", problem)
    orders = world.demand.orders + read_orders(_inside(folder, file, where), world)
    book = replace(world.demand, file=None, orders=orders)
    world = replace(world, demand=book)
    check(world, where)
    return world


def _inside(folder: Path, file: str, where: str) -> Path:
    """Return the path of a file that belongs to a world, in its folder or below."""
    way = PurePosixPath(file)
    if PureWindowsPath(file).anchor or way.is_absolute() or ".." in way.parts:
        problem = f"{shown(file)}, expected a file in the folder of the world file"
        raise BadInput(where, "demand.file", problem)
    return folder / way


def resolved(world: World) -> dict[str, Any]:
    """Return a world as plain JSON values; :func:`world_of` reads them back."""
    found: dict[str, Any] = adapter(World).dump_python(world, mode="json")
    return found


def schema() -> dict[str, Any]:
    """Return the JSON schema of a world file."""
    found = adapter(World).json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Holofab world file, format 1",
    } | found


def shipped() -> list[Shipped]:
    """Return the worlds that come with Holofab, plants first."""
    return [
        Shipped(name, kind, _read(path).title, path)
        for name, (kind, path) in shelf.paths().items()
    ]
