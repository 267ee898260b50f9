"""A run folder read back: the record, strictly, and whether it can be true."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from math import isclose, isfinite
from pathlib import Path
from typing import Any

from kernel.errors import BadInput
from kernel.events import VOCABULARY, Event
from kernel.trace import Trace
from measures.check import Violation, check_trace
from measures.check.shape import well_formed
from measures.kpis import flat, kpis
from worlds.files import loaded_json, read_text, shown
from worlds.read import world_of
from worlds.spec import World

FORMAT = 1
TRACE = "trace.jsonl"
RUN = "run.json"
KPIS = "kpis.json"
#: What a run folder has beside its report.
DATA = (RUN, TRACE, KPIS, "orders.csv", "gantt.png")
#: Facts are flat; this is room for the longest bill of material.
_LONGEST_LINE = 20_000_000
#: Figures differ by so much of them from computer to computer.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A finished run as its folder tells it; ``about`` is ``run.json``."""

    folder: Path
    about: dict[str, Any]
    world: World
    trace: Trace


def _finite(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise ValueError(f"{text} is not finite")
    return value


def _constant(text: str) -> float:
    raise ValueError(f"{text} is not a number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


_DECODER = json.JSONDecoder(
    parse_float=_finite, parse_constant=_constant, object_pairs_hook=_once
)


def _event(line: str, where: str, number: int) -> Event:
    """Return the fact of one line."""
    place = f"line {number}"
    try:
        record = _DECODER.decode(line)
    except (ValueError, RecursionError) as error:
        problem = f"is not JSON ({shown(str(error))}), expected one fact"
        raise BadInput(where, place, problem) from None
    if not isinstance(record, dict):
        raise BadInput(where, place, f"{shown(record)}, expected an object")
    time, kind, subject = (record.pop(name, None) for name in ("t", "event", "id"))
    if type(time) is not int or time < 0:
        raise BadInput(where, place, f"t is {shown(time)}, expected whole ms from 0")
    if not isinstance(kind, str) or kind not in VOCABULARY:
        raise BadInput(where, place, f"event is {shown(kind)}, expected a kind of fact")
    if not isinstance(subject, str):
        raise BadInput(where, place, f"id is {shown(subject)}, expected a text")
    return Event(time, kind, subject, record)


def _lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file without their ends, each with its end required."""
    try:
        with path.open("rb") as file:
            number = 0
            while line := file.readline(_LONGEST_LINE):
                number += 1
                if not line.endswith(b"\n"):
                    problem = "breaks off, expected a line end"
                    raise BadInput(str(path), f"line {number}", problem)
                yield line[:-1]
    except FileNotFoundError:
        raise BadInput(str(path), "", "there is no such file") from None
    except OSError as error:
        raise BadInput(str(path), "", f"cannot be read: {error.strerror}") from None


def read_trace(path: Path) -> tuple[Trace, str]:
    """Return the record in a ``trace.jsonl``, and the digest of the file.

    Raises
    ------
    BadInput
        Naming the line that is no fact.
    """
    where = str(path)
    digest = sha256()
    header: dict[str, Any] | None = None
    events: list[Event] = []
    for number, line in enumerate(_lines(path), start=1):
        digest.update(line)
        digest.update(b"\n")
        try:
            text = line.decode()
        except UnicodeDecodeError:
            raise BadInput(where, f"line {number}", "is not UTF-8") from None
        if header is None:
            header = _header(text, where)
        else:
            events.append(_event(text, where, number))
    if header is None:
        raise BadInput(where, "", "is empty, expected a header and facts")
    return Trace(header, events), digest.hexdigest()


def _header(text: str, where: str) -> dict[str, Any]:
    header = loaded_json(text, f"{where}, line 1")
    if not isinstance(header, dict) or not isinstance(header.get("world"), dict):
        raise BadInput(where, "line 1", "expected an object with format and world")
    if header.get("format") != FORMAT:
        said = shown(header.get("format"))
        raise BadInput(where, "line 1", f"format is {said}, expected {FORMAT}")
    return header


def read_run(folder: Path) -> Run:
    """Return a run from its folder.

    Raises
    ------
    BadInput
        If it is no run folder, a line is no fact, or the digest of the record is not
        the one in ``run.json``.
    """
    if not folder.is_dir():
        raise BadInput(str(folder), "", "is no folder, expected that of a run")
    path = folder / RUN
    about = loaded_json(read_text(path), str(path))
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise BadInput(str(path), "format", f"expected a run of format {FORMAT}")
    trace, digest = read_trace(folder / TRACE)
    if about.get("digest") != digest:
        said = shown(about.get("digest"))
        raise BadInput(
            str(path), "digest", f"{said}, but that of {TRACE} is {shown(digest)}"
        )
    world = world_of(trace.header["world"], str(folder / TRACE))
    return Run(folder=folder, about=about, world=world, trace=trace)


@contextmanager
def believed(run: Run) -> Iterator[None]:
    """Say why a record cannot be true if what is made of it stumbles over that.

    Raises
    ------
    BadInput
        With the first thing that the check finds.
    """
    events = run.trace.events
    _, bad = well_formed(run.world, events)
    if not bad:
        try:
            yield
            return
        except BadInput:
            raise
        except Exception:  # whatever a fold runs into: the check says what it is
            bad = check_trace(run.world, events)
            if not bad:
                raise
    first = bad[0]
    problem = f"cannot be true: {first.subject}: {first.sentence} (rule {first.rule})"
    raise BadInput(str(run.folder), f"{first.time} ms", problem)


def check_run(folder: Path) -> list[Violation]:
    """Return what cannot be true in a run folder.

    That is the record (``check_trace``) and, where this can be true, the figures that
    are told of it in ``kpis.json``.
    """
    run = read_run(folder)
    found = check_trace(run.world, run.trace.events)
    return found or list(_figures(run))


def _figures(run: Run) -> Iterator[Violation]:
    """Yield the key figures that are not those of the record."""
    path = run.folder / KPIS
    if not path.is_file():
        return
    told = loaded_json(read_text(path), str(path))
    if not isinstance(told, dict):
        raise BadInput(str(path), "", f"{shown(told)}, expected KPIs by name")
    known = dict(flat(kpis(run.world, run.trace.events)))
    for name in sorted(known.keys() | told.keys()):
        mine, theirs = known.get(name), told.get(name)
        if (
            mine is None
            or not isinstance(theirs, int | float)
            or not isclose(mine, theirs, rel_tol=_ROUNDING)
        ):
            said = f"is told as {shown(theirs)}, by the record {mine}"
            yield Violation(0, "figures", name, said)
