"""What led to re-plannings, and which engine made a plan better, from the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from kernel.events import Event


@dataclass(slots=True)
class Cause:
    """Re-plannings for one reason; one for several reasons counts for each.

    ``gain`` is summed: the share of the first engine's value that the others took off.
    ``near`` and ``near_changed`` are sums over what was to begin within two hours.
    """

    plans: int = 0
    operations: int = 0
    gain: float = 0.0
    near: int = 0
    near_changed: int = 0


@dataclass(slots=True)
class Share:
    """What an engine did in all re-plannings.

    ``better`` counts those in which it left a better plan than it had found, and
    ``gain`` sums by which share of the first engine's value; ``first`` counts those in
    which there was none to find.
    """

    asked: int = 0
    first: int = 0
    better: int = 0
    gain: float = 0.0


@dataclass(slots=True)
class Replans:
    """The re-plannings of a run.

    Attributes
    ----------
    count, refreshes
        Plans made at major events; brought up to date at minor ones.
    causes, engines
        By the word of the trigger, and by name; in the order of their first occurrence.
    """

    count: int = 0
    refreshes: int = 0
    causes: dict[str, Cause] = field(default_factory=dict)
    engines: dict[str, Share] = field(default_factory=dict)


def replans(events: Sequence[Event]) -> Replans:
    """Return what a record says of its re-plannings.

    Refreshes after the last re-planning are not on record.
    """
    found = Replans()
    for event in events:
        if event.kind != "replan":
            continue
        facts = event.facts
        found.count += 1
        found.refreshes += facts["refreshes"]
        for why in dict.fromkeys(one.split(":")[0] for one in facts["trigger"].split()):
            cause = found.causes.setdefault(why, Cause())
            cause.plans += 1
            cause.operations += facts["operations"]
            cause.gain += facts["gain"]
            cause.near += facts["near"]
            cause.near_changed += facts["near_changed"]
        before: float | None = None
        first = next((one["value"] for one in facts["engines"] if one["value"]), None)
        for one in facts["engines"]:
            share = found.engines.setdefault(one["engine"], Share())
            share.asked += 1
            value = one["value"]
            if value is None:
                continue
            if before is None:
                share.first += 1
            elif first and value < before:
                share.better += 1
                share.gain += (before - value) / first
            before = value
    return found
