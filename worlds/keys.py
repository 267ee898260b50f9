"""One grammar for overrides: ``KEY=VALUE``, the key a dotted path or a knob.

A path leads through tables by key and through arrays of tables by id (else by
position, from 0): ``world.machines.M1.failures.wear.life.mean``. A value is read as
TOML and, where it is none, as a text; an empty one takes the present value away.
Knobs change what many tables hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kernel.errors import BadInput
from worlds.files import name_of, nearest, shown
from worlds.knobs import KNOBS, MACHINES, SOURCE, turned, value_of
from worlds.load import nominal_use
from worlds.read import resolved, world_of
from worlds.spec import World

__all__ = [
    "KNOBS",
    "SOURCE",
    "apply",
    "path_of",
    "put",
    "split",
    "text_of",
    "value_of",
    "values_of",
    "world_keys",
]


def split(setting: str, where: str = SOURCE) -> tuple[str, str]:
    """Return key and value of ``KEY=VALUE``.

    Raises
    ------
    BadInput
        If there is no ``=``, or nothing before it.
    """
    key, equals, value = setting.partition("=")
    if not equals or not key.strip():
        raise BadInput(where, shown(setting), "expected KEY=VALUE")
    return key.strip(), value.strip()


def values_of(text: str) -> tuple[str, ...]:
    """Return the values of ``VALUE,VALUE,...``; commas within brackets or quotes stay.

    Examples
    --------
    >>> values_of('.75, [1, 2], "a,b"')
    ('.75', '[1, 2]', '"a,b"')
    """
    values, depth, quote = [""], 0, ""
    for sign in text:
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "[{":
            depth += 1
        elif sign in "]}":
            depth -= 1
        elif sign == "," and depth <= 0:
            values.append("")
            continue
        values[-1] += sign
    return tuple(value.strip() for value in values)


def put(tree: dict[str, Any], key: str, value: Any, where: str = SOURCE) -> None:
    """Replace what stands under a dotted key of plain tables.

    Raises
    ------
    BadInput
        If the key leads nowhere; the nearest right key is named.
    """
    parts = key.split(".")
    here: Any = tree
    done: list[str] = []
    while parts:
        names = _names(here)
        found, taken = _taken(parts, names)
        if found is None and isinstance(here, dict) and _is_open(done):
            found, taken = ".".join(parts), len(parts)
        if found is None:
            _refuse(key, parts, done, here, names, where)
        parts = parts[taken:]
        done.append(str(found))
        step = names.get(str(found), found)
        if parts:
            here = here[step]
        else:
            here[step] = value


def path_of(tree: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return where a dotted key leads; entries of lists are told by their position.

    From where it leads nowhere on, the rest of its parts as they are.
    """
    here: Any = tree
    parts, path = key.split("."), list[str]()
    while parts:
        names = _names(here)
        found, taken = _taken(parts, names)
        if found is None:
            break
        path.append(str(names[found]))
        here, parts = here[names[found]], parts[taken:]
    return (*path, *parts)


def _names(here: Any) -> dict[str, int | str]:
    """Return how the parts of a table or array are called, and their key or index."""
    if isinstance(here, dict):
        return {name: name for name in here}
    if isinstance(here, list):
        numbers: dict[str, int | str] = {str(i): i for i in range(len(here))}
        return numbers | {name_of(item, i): i for i, item in enumerate(here)}
    return {}


def _taken(parts: list[str], names: Mapping[str, int | str]) -> tuple[str | None, int]:
    """Return the name the parts begin with, ids with dots in them included."""
    for count in range(len(parts), 0, -1):
        name = ".".join(parts[:count])
        if name in names:
            return name, count
    return None, 0


def _is_open(done: list[str]) -> bool:
    """Return whether a table may get keys it does not have: options and choices."""
    return bool(done) and done[-1] in ("when", "given", "then", "options")


def _refuse(
    key: str,
    parts: list[str],
    done: list[str],
    here: Any,
    names: Mapping[str, int | str],
    where: str,
) -> None:
    above = ".".join(done)
    if here is None:
        problem = f"{above} has no value yet, expected to set it whole"
    elif not isinstance(here, dict | list):
        problem = f"{above} is a single value, expected no key below it"
    else:
        guess = nearest(parts[0], names).replace('"', f'"{above}.' if above else '"', 1)
        expected = ", ".join(list(names)[:8])
        problem = "is not a known key" + (guess or f", expected one of {expected}")
    raise BadInput(where, key, problem)


def apply(world: World, settings: Sequence[tuple[str, str]]) -> World:
    """Return the world with keys and knobs set, checked anew.

    They are set in the order given, but keys before knobs and ``load`` last, because
    it looks at all the rest.

    Parameters
    ----------
    world
        The world to begin with; it is not changed.
    settings
        Pairs of key (``world.…``, one of :data:`KNOBS` or ``machines.ID``) and value
        as text.

    Raises
    ------
    BadInput
        If a key is not known, a value does not fit, or the result is not consistent.
    """
    if not settings:
        return world
    tree = {"world": resolved(world)}
    knobs: list[tuple[str, str]] = []
    for key, text in settings:
        if key.startswith("world."):
            put(tree, key, value_of(text))
        elif key == "network":
            # The figures given beside the old preset were meant for it.
            blank = dict.fromkeys(tree["world"]["network"])
            tree["world"]["network"] = blank | {"preset": text}
        elif key == "traffic":
            tree["world"]["floor"]["traffic"] = text
        else:
            knobs.append((key, text))
    world = _checked(tree["world"])
    for key, text in sorted(knobs, key=lambda pair: pair[0] == "load"):
        world = turned(world, key, text)
    return _checked(resolved(world)) if knobs else world


def _checked(content: dict[str, Any]) -> World:
    try:
        return world_of(content, SOURCE)
    except BadInput as refusal:
        place = f"world.{refusal.place}" if refusal.place else "world"
        raise BadInput(SOURCE, place, refusal.problem) from None


def world_keys(world: World) -> list[tuple[str, str]]:
    """Return what can be set on a world: knobs first, then each key, with its value."""
    use = next(iter(nominal_use(world).values()), 0.0)
    present = {
        "vehicles": str(sum(group.count for group in world.vehicles)),
        "load": f"{use:.3f}",
        "mtbf": "1",
        "network": world.network.preset,
        "traffic": world.floor.traffic,
    }
    present |= {f"{MACHINES}{machine.id}": "1" for machine in world.machines}
    return [*present.items(), *_leaves("world", resolved(world))]


def _leaves(place: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield the keys of single values and of plain lists, as texts ``put`` takes."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _leaves(f"{place}.{key}", item)
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for i, item in enumerate(value):
            yield from _leaves(f"{place}.{name_of(item, i)}", item)
    else:
        yield place, text_of(value)


def text_of(value: Any) -> str:
    """Return a value as the text that :func:`value_of` reads it from."""
    if value is None:
        return ""
    if isinstance(value, str) and value[:1] not in ("", '"', "'"):
        # A text that TOML would take for something else is quoted.
        bare = isinstance(value_of(value), str)
        return value if bare else json.dumps(value, ensure_ascii=False)
    return json.dumps(value, ensure_ascii=False)
