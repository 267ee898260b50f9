"""A vehicle's body: it drives, loads, drives, unloads; one lot at a time."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.calendar import Priority
from kernel.errors import Impossible
from plant.floor import Floor
from plant.lot import Lot
from worlds.spec import VehicleGroup


@dataclass(slots=True, kw_only=True)
class Motion:
    """What the vehicle is doing, and when it will have done it."""

    then: str  # the method that ends it
    to: str  # node it is heading for, or standing at
    end: int
    ticket: int = 0


class VehicleBody:
    """The body of one vehicle.

    Traffic: it drives shortest paths and passes through other vehicles (``ghost``).
    The seam for conflict-free traffic is :meth:`_drive_to`, the only place where a
    drive gets its path and its time.
    """

    __slots__ = (
        "destination",
        "floor",
        "group",
        "id",
        "lot",
        "motion",
        "node",
        "stopped_until",
    )

    def __init__(self, id: str, group: VehicleGroup, node: str, floor: Floor) -> None:
        self.id = id
        self.group = group
        self.node = node  # where it is, or was last
        self.floor = floor
        self.lot: Lot | None = None
        self.destination: str | None = None  # place the lot is brought to
        self.motion: Motion | None = None
        self.stopped_until = 0

    @property
    def busy(self) -> bool:
        """Whether it is moving, loading or unloading."""
        return self.motion is not None

    # -- commands -----------------------------------------------------------------

    def drive(self, place: str) -> None:
        """Go empty to a place."""
        if self.busy or self.lot is not None:
            raise Impossible(f"{self.id}: sent to {place} while busy")
        self._drive_to(self.floor.layout.node_of(place), "arrived")

    def carry(self, lot: str, to: str) -> None:
        """Take a lot from the place here to its reserved slot at another place."""
        moved = self.floor.lot(lot)
        if self.busy or self.floor.layout.node_of(moved.at) != self.node:
            raise Impossible(f"{self.id}: lot {lot} is at {moved.at}, not here")
        self.floor.places[moved.at].hand_over(moved)
        self.floor.emit("lot_loaded", lot, vehicle=self.id, at=moved.at)
        moved.at = self.id
        self.lot, self.destination = moved, to
        self._take_time("loaded", self.node, self.group.load)

    def stop(self, duration: int) -> None:
        """Stand still for so long, wherever it is."""
        calendar = self.floor.calendar
        until = calendar.now + duration
        if until <= self.stopped_until:
            return
        delay = until - max(calendar.now, self.stopped_until)
        if self.stopped_until <= calendar.now:
            self.floor.emit("vehicle_stopped", self.id, reason="disturbance")
        self.stopped_until = until
        calendar.schedule(until, Priority.REPAIR, self.id, "resume")
        if self.motion is not None:
            calendar.cancel(self.motion.ticket)
            self._schedule(self.motion, self.motion.end + delay)

    # -- the clock ----------------------------------------------------------------

    def resume(self, _: object) -> None:
        """Move again, unless stopped anew meanwhile."""
        if self.floor.calendar.now >= self.stopped_until:
            self.floor.emit("vehicle_resumed", self.id)

    def arrived(self, _: object) -> None:
        """Be there, empty."""
        self._end_drive()

    def loaded(self, _: object) -> None:
        """Have the lot on board and drive off with it."""
        assert self.destination is not None
        self.motion = None
        self._drive_to(self.floor.layout.node_of(self.destination), "brought")

    def brought(self, _: object) -> None:
        """Be there with the lot, and unload it."""
        self._end_drive()
        self._take_time("unloaded", self.node, self.group.unload)

    def unloaded(self, _: object) -> None:
        """Have put the lot down."""
        lot, to = self.lot, self.destination
        assert lot is not None
        assert to is not None
        self.motion = self.lot = self.destination = None
        self.floor.put_down(lot, to, self.id)

    # -- inside -------------------------------------------------------------------

    def _drive_to(self, node: str, then: str) -> None:
        layout, group = self.floor.layout, self.group.id
        time = layout.travel(group, self.node, node)
        self._take_time(then, node, time)
        assert self.motion is not None
        self.floor.emit(
            "drive_started",
            self.id,
            path=list(layout.path(group, self.node, node)),
            lot=self.lot.id if self.lot else None,
            arrive=self.motion.end,
        )

    def _end_drive(self) -> None:
        assert self.motion is not None
        self.node = self.motion.to
        self.motion = None
        self.floor.emit("drive_finished", self.id, at=self.node)

    def _take_time(self, then: str, node: str, time: int) -> None:
        begin = max(self.floor.calendar.now, self.stopped_until)
        self.motion = Motion(then=then, to=node, end=0)
        self._schedule(self.motion, begin + time)

    def _schedule(self, motion: Motion, end: int) -> None:
        motion.end = end
        motion.ticket = self.floor.calendar.schedule(
            end, Priority.ARRIVE, self.id, motion.then
        )
