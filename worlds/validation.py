"""From plain values to a declared type, and from a refusal to one plain sentence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

from kernel.errors import BadInput
from worlds.files import name_of, nearest, part_of, shown

T = TypeVar("T")
_UNKNOWN_KEY = "unexpected_keyword_argument"
_PLAIN_WORDS = {
    "missing": "is missing, expected a value",
    "int_type": "expected a whole number",
    "int_from_float": "expected a whole number",
    "float_type": "expected a number",
    "string_type": "expected a text in quotes",
    "bool_type": "expected true or false",
    "tuple_type": "expected a list in [ ]",
    "dict_type": "expected a table",
    "dataclass_type": "expected a table",
    "model_attributes_type": "expected a table, or a text such as '4 min'",
    "union_tag_not_found": "expected a table with its law, such as"
    ' {law = "exponential", mean = ...}',
    "finite_number": "expected a finite number",
    "string_pattern_mismatch": "expected an id: at most 64 letters, digits and _ . + -,"
    " a letter or digit first",
}
#: Limits: the words before the figure, where the figure is found, the words after.
_LIMITS = {
    "greater_than": ("more than", "gt", ""),
    "greater_than_equal": ("at least", "ge", ""),
    "less_than_equal": ("at most", "le", ""),
    "too_short": ("at least", "min_length", " items"),
    "too_long": ("at most", "max_length", " items"),
    "string_too_long": ("at most", "max_length", " characters"),
    "string_too_short": ("at least", "min_length", " characters"),
}


@cache
def adapter(kind: Any) -> TypeAdapter[Any]:
    """Return the validator of a declared type, made once."""
    return TypeAdapter(kind)


def validated(content: object, where: str, kind: type[T]) -> T:
    """Return what plain values describe, its types and limits checked.

    Parameters
    ----------
    content
        Plain JSON values.
    where
        What an error message names as the source.
    kind
        The dataclass that declares them, such as :class:`worlds.spec.World`.

    Raises
    ------
    BadInput
        For the first value that is not as declared; unknown keys come first, being
        often the reason of what is missing.
    """
    try:
        validator: TypeAdapter[Any] = adapter(kind)  # type: ignore[arg-type]
        found: T = validator.validate_json(json.dumps(content, allow_nan=False))
    except ValidationError as refusal:
        errors = refusal.errors(include_url=False)
    else:
        return found
    first = next((e for e in errors if e["type"] == _UNKNOWN_KEY), errors[0])
    place = dotted(first["loc"], content)
    raise BadInput(where, place, _sentence(first, kind)) from None


def dotted(location: tuple[int | str, ...], content: object) -> str:
    """Return a place as a dotted key: tables in arrays by their id.

    What pydantic adds to the way (the tag of a union, ``[key]``) is left out.
    """
    parts: list[str] = []
    here: Any = content
    for step in location:
        if isinstance(here, dict) and step in here:
            here = here[step]
            parts.append(part_of(step))
        elif isinstance(here, list) and isinstance(step, int) and step < len(here):
            here = here[step]
            parts.append(name_of(here, step))
        elif step == location[-1] and step != "[key]" and not _is_tag(here, step):
            parts.append(part_of(step))
    return ".".join(parts)


def _is_tag(here: object, step: object) -> bool:
    """Return whether a step only names which law the table ``here`` holds."""
    return isinstance(here, str) or (isinstance(here, dict) and here.get("law") == step)


def _sentence(error: Mapping[str, Any], declared: type[Any]) -> str:
    """Return the value and what was expected, in plain words."""
    kind, value = error["type"], shown(error["input"])
    context = error.get("ctx", {})
    if kind == _UNKNOWN_KEY:
        known = keys_at(tuple(error["loc"][:-1]), declared)
        if not known:
            return "is not a known key"
        guess = nearest(error["loc"][-1], known)
        return "is not a known key" + (guess or f", expected one of {_few(known)}")
    if kind == "missing":
        return _PLAIN_WORDS[kind]
    if kind in _PLAIN_WORDS:
        return f"{value}, {_PLAIN_WORDS[kind]}"
    if kind == "literal_error":
        guess = nearest(error["input"], str(context["expected"]).split("'")[1::2])
        return f"{value}, expected {context['expected']}{guess}"
    if kind == "union_tag_invalid":
        return f"{shown(context['tag'])}, expected a law: {context['expected_tags']}"
    if kind in _LIMITS:
        words, key, unit = _LIMITS[kind]
        figure = context[key]
        number = f"{figure:g}" if isinstance(figure, float) else str(figure)
        return f"{value}, expected {words} {number}{unit}"
    message = str(error["msg"]).removeprefix("Value error, ")
    if message.startswith("Input should be "):
        message = "expected " + message.removeprefix("Input should be ")
    return f"{value}, {message}"


def _few(words: tuple[str, ...]) -> str:
    return ", ".join(words[:12]) + (", ..." if len(words) > 12 else "")


def keys_at(location: tuple[int | str, ...], kind: type[Any]) -> tuple[str, ...]:
    """Return the keys that may stand at a place, () where any may."""
    types: list[Any] = [kind]
    for step in location:
        types = [found for type in types for found in _within(type, step)]
    keys = [f.name for type in types if is_dataclass(type) for f in fields(type)]
    return tuple(dict.fromkeys(keys))


def _members(type: Any) -> list[Any]:
    """Return the types a declared type may stand for, ``Annotated`` taken off."""
    if hasattr(type, "__metadata__"):
        return _members(get_args(type)[0])
    if get_origin(type) in (Union, UnionType):
        return [found for member in get_args(type) for found in _members(member)]
    return [type]


def _within(type: Any, step: int | str) -> list[Any]:
    """Return the types of what stands under ``step`` in a value of this type."""
    if is_dataclass(type):
        hints = get_type_hints(type, include_extras=True)
        if step in hints:
            return _members(hints[str(step)])
        # A step that is no field names the law of a union.
        law = hints.get("law")
        return [type] if law is not None and step in get_args(law) else []
    if get_origin(type) is tuple:
        return _members(get_args(type)[0])
    if get_origin(type) is dict:
        return _members(get_args(type)[1])
    return []
