"""The record of a run: a header and the facts in the order they happened."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from kernel.events import Event


def line_of(event: Event) -> str:
    """Return the event as one line of ``trace.jsonl``, without line end."""
    record = {"t": event.time, "event": event.kind, "id": event.subject}
    return json.dumps(
        record | dict(event.facts), separators=(",", ":"), ensure_ascii=False
    )


def event_of(line: str) -> Event:
    """Return the event a line of ``trace.jsonl`` stands for."""
    record = json.loads(line)
    return Event(record.pop("t"), record.pop("event"), record.pop("id"), record)


class Trace:
    """Facts, append only, with the header that says what was run.

    Parameters
    ----------
    header
        The resolved scenario and world, as plain JSON values.
    """

    __slots__ = ("events", "header")

    def __init__(self, header: Mapping[str, Any], events: Iterable[Event] = ()) -> None:
        self.header = dict(header)
        self.events: list[Event] = list(events)

    def lines(self) -> Iterable[str]:
        """Return the lines of ``trace.jsonl``, the header first."""
        yield json.dumps(self.header, separators=(",", ":"), ensure_ascii=False)
        for event in self.events:
            yield line_of(event)

    @property
    def digest(self) -> str:
        """The SHA-256 of ``trace.jsonl``, in hexadecimal."""
        digest = sha256()
        for line in self.lines():
            digest.update(line.encode())
            digest.update(b"\n")
        return digest.hexdigest()
