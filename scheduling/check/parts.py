"""Parts are there when they are worked on, and not for too long."""

from __future__ import annotations

from collections.abc import Iterator

from scheduling.check.facts import Facts, Violation
from scheduling.plan import Trip


def durations(f: Facts) -> Iterator[Violation]:
    """Durations, releases, and nothing before now."""
    for work in f.plan.assignments:
        if work.end - work.start != f.duration(work):
            yield Violation("duration", work.operation, f"lasts {work}")
        earliest = max(f.problem.now, f.operation(work.operation).release)
        if work.start < earliest:
            yield Violation(
                "release", work.operation, f"starts {work.start} < {earliest}"
            )


def parts(f: Facts) -> Iterator[Violation]:
    """Each input is there: made, fetched from where it is, put down in time."""
    for work in f.plan.assignments:
        here = f.problem.machines[f.machine[work.machine]].place
        for k, part in enumerate(f.operation(work.operation).inputs):
            place, ready = part.place, part.ready
            if part.operation is not None:
                place, ready = f.made(part.operation)
            trip = f.trip.get((work.operation, k))
            if not f.problem.vehicles or place == here:
                if trip is not None:
                    yield Violation("transport", work.operation, "needs no trip")
            elif trip is None:
                yield Violation("transport", work.operation, "is never brought")
                continue
            else:
                if (trip.origin, trip.destination) != (place, here):
                    yield Violation("transport", work.operation, f"wrong: {trip}")
                if trip.pickup < ready:
                    yield Violation(
                        "precedence",
                        work.operation,
                        f"fetched {trip.pickup} before it is made, {ready}",
                    )
                ready = trip.arrive
            if work.start < ready:
                yield Violation("precedence", work.operation, f"starts before {ready}")


def lags(f: Facts) -> Iterator[Violation]:
    """Work begins neither too soon nor too late after its inputs are made."""
    for work in f.plan.assignments:
        for part in f.operation(work.operation).inputs:
            ready = part.ready
            if part.operation is not None:
                _, ready = f.made(part.operation)
            waits = work.start - ready
            if waits < part.lag:
                yield Violation("lag", work.operation, f"{waits} < {part.lag}")
            if part.limit is not None and waits > part.limit:
                yield Violation("limit", work.operation, f"{waits} > {part.limit}")


def vehicles(f: Facts) -> Iterator[Violation]:
    """Look for vehicles that carry two parts at once or skip the ways between."""
    for vehicle in f.problem.vehicles:
        fleet = f.problem.fleets[vehicle.fleet]
        mine = [trip for trip in f.plan.trips if trip.vehicle == vehicle.id]
        place, free = vehicle.place, max(vehicle.free, f.problem.now)
        for trip in sorted(mine, key=_by_times):
            there = trip.leave + fleet.empty[place][trip.origin]
            if trip.leave < free:
                yield Violation("vehicle", vehicle.id, f"leaves too soon: {trip}")
            if trip.pickup < there:
                yield Violation("vehicle", vehicle.id, f"not there yet: {trip}")
            way = fleet.loaded[trip.origin][trip.destination]
            if trip.arrive - trip.pickup != way:
                yield Violation("vehicle", vehicle.id, f"does not take {way}")
            place, free = trip.destination, trip.arrive


def _by_times(trip: Trip) -> tuple[int, int, int]:
    return trip.pickup, trip.arrive, trip.leave
