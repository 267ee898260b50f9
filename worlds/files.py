"""Files a user names, read within limits: size, encoding, depth, plain numbers."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Iterable
from datetime import date, datetime, time
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from kernel.errors import BadInput

LARGEST_FILE = 20_000_000  # bytes
DEEPEST = 64  # brackets within brackets, or parts of a dotted key
MOST_VALUES = 3_000_000
_LARGEST_INTEGER = 10**18

_PART = re.compile(r"[\w .+\-]{1,64}", re.ASCII)
# Strings and comments are passed over; brackets nest; dots join the parts of a key.
_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""'
    r"|'''.*?'''"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|[\[\]{}.,=\n]",
    re.DOTALL,
)


def shown(value: object) -> str:
    """Return a value as an error message quotes it: JSON, on one line, not long."""
    try:
        text = json.dumps(value, ensure_ascii=True, default=str)
    except (ValueError, RecursionError):
        text = type(value).__name__
    return text if len(text) <= 60 else f"{text[:57]}..."


def nearest(word: object, known: Iterable[str]) -> str:
    """Return ``; did you mean "x"?`` for the known word most like ``word``, or "".

    Of equally good guesses the first.
    """
    matcher = SequenceMatcher(b=str(word)[:80])
    best, most = "", 0.5
    for guess in known:
        matcher.set_seq1(guess)
        if matcher.real_quick_ratio() > most and matcher.quick_ratio() > most:
            ratio = matcher.ratio()
            if ratio > most:
                best, most = guess, ratio
    return f'; did you mean "{best}"?' if best else ""


def read_text(path: Path, largest: int = LARGEST_FILE) -> str:
    """Return the text of a UTF-8 file.

    Raises
    ------
    BadInput
        If there is no such file, it cannot be read, is larger than ``largest``
        bytes, or is not UTF-8.
    """
    try:
        if path.is_dir():
            raise BadInput(str(path), "", "is a folder, expected a file")
        with path.open("rb") as file:
            content = file.read(largest + 1)
    except FileNotFoundError:
        raise BadInput(str(path), "", "there is no such file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(shown(str(path)), "", f"cannot be read: {reason}") from None
    if len(content) > largest:
        raise BadInput(str(path), "", f"expected a file of at most {largest} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadInput(
            str(path), f"line {line}", "is not UTF-8, expected a text file"
        ) from None


def _refuse_depth(text: str, where: str) -> None:
    """Refuse what would exhaust a recursive parser, before it is tried."""
    depth = dots = 0
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token == ".":
            dots += 1
        elif token in "[{":
            depth += 1
        elif token in "]}":
            depth = max(0, depth - 1)
            dots = 0
        elif token in ",=\n":
            dots = 0
        if depth > DEEPEST or dots > DEEPEST:
            line = text.count("\n", 0, match.start()) + 1
            problem = f"is nested deeper than {DEEPEST} levels"
            raise BadInput(where, f"line {line}", problem)


def loaded_toml(text: str, where: str) -> dict[str, Any]:
    """Return the content of a TOML text; instants become ISO texts.

    Raises
    ------
    BadInput
        If it is not TOML, is nested too deeply or holds a number that is not finite.
    """
    _refuse_depth(text, where)
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(where, "", f"is not TOML: {error}") from None
    except (ValueError, RecursionError) as error:
        raise BadInput(where, "", f"is not TOML: {shown(str(error))}") from None
    content: dict[str, Any] = plain(found, where)
    return content


def loaded_json(text: str, where: str) -> Any:
    """Return the content of a JSON text, refusing as :func:`loaded_toml` does."""
    _refuse_depth(text, where)
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadInput(
            where, f"line {error.lineno}", f"is not JSON: {error.msg}"
        ) from None
    except (ValueError, RecursionError) as error:
        raise BadInput(where, "", f"is not JSON: {shown(str(error))}") from None
    return plain(found, where)


def part_of(key: object) -> str:
    """Return a key as a part of a dotted one: quoted if it is an odd one."""
    text = str(key)
    return text if _PART.fullmatch(text) else shown(text)


def name_of(item: object, index: int) -> str:
    """Return how a dotted key calls an item of an array: its id, else its index."""
    id = item.get("id") if isinstance(item, dict) else None
    return id if isinstance(id, str) and _PART.fullmatch(id) else str(index)


def _is_text(value: str) -> bool:
    """Return whether a string can be written (half of a surrogate pair cannot)."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def plain(found: Any, where: str) -> Any:
    """Return JSON values only, checked: finite numbers, no more than can be meant.

    Raises
    ------
    BadInput
        Naming the dotted key of the value.
    """
    count = 0

    def walk(value: Any, place: tuple[str, ...]) -> Any:
        nonlocal count
        count += 1
        if count > MOST_VALUES:
            raise BadInput(where, "", f"expected at most {MOST_VALUES} values")
        if len(place) > DEEPEST:
            raise BadInput(where, "", f"is nested deeper than {DEEPEST} levels")
        if isinstance(value, dict):
            return {
                walk(str(k), (*place, part_of(k))): walk(v, (*place, part_of(k)))
                for k, v in value.items()
            }
        if isinstance(value, list | tuple):
            return [
                walk(item, (*place, name_of(item, i))) for i, item in enumerate(value)
            ]
        if isinstance(value, date | datetime | time):
            return value.isoformat()
        if isinstance(value, float) and not math.isfinite(value):
            problem = f"{value}, expected a finite number"
        elif isinstance(value, int) and abs(value) > _LARGEST_INTEGER:
            problem = "is too large, expected a number of at most 18 digits"
        elif isinstance(value, str) and not _is_text(value):
            problem = f"{shown(value)}, expected a text of Unicode characters"
        elif value is None or isinstance(value, str | int | float):
            return value
        else:
            problem = f"a {type(value).__name__}, expected a plain value"
        raise BadInput(where, ".".join(place), problem)

    return walk(found, ())
