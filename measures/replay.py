"""The visible state of a factory, folded from its facts.

Dashboard, report and mirrors read this one fold and never an agent's inside. It knows
what the facts say and nothing else: no hidden lives, no remaining durations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from kernel.errors import Impossible
from kernel.events import Event
from measures.views import LotView, MachineView, OrderView, VehicleView, WorkView
from worlds.spec import World

Facts = Mapping[str, Any]


class State:
    """What can be seen of a factory after some of its facts.

    Parameters
    ----------
    world
        If given, its machines and vehicles are there from the start; else each
        appears with its first fact.
    """

    __slots__ = (
        "events",
        "lots",
        "machines",
        "now",
        "operators",
        "orders",
        "stock",
        "transports",
        "vehicles",
    )

    def __init__(self, world: World | None = None) -> None:
        self.now = 0
        self.events = 0
        self.lots: dict[str, LotView] = {}
        self.machines: dict[str, MachineView] = {}
        self.vehicles: dict[str, VehicleView] = {}
        self.orders: dict[str, OrderView] = {}
        self.stock: dict[str, dict[str, float]] = {}  # material -> material lot -> left
        self.operators: dict[str, str] = {}  # operator -> machine
        self.transports: dict[str, dict[str, Any]] = {}  # open transport orders
        if world is None:
            return
        for machine in world.machines:
            self.machines[machine.id] = MachineView(family=machine.family)
        for group in world.vehicles:
            for i in range(group.count):
                home = group.home[i % len(group.home)]
                self.vehicles[f"{group.id}-{i + 1}"] = VehicleView(node=home)

    def add(self, event: Event) -> None:
        """Take in the next fact.

        Raises
        ------
        Impossible
            If it contradicts those before it; ``check_trace`` says more.
        """
        self.now = event.time
        self.events += 1
        fold = _FOLDS.get(event.kind)
        if fold is None:
            return
        try:
            fold(self, event.subject, event.facts)
        except (KeyError, ValueError) as error:
            raise Impossible(
                f"{event.kind} of {event.subject} at {event.time} ms does not follow "
                f"from the facts before it: {error} is unknown"
            ) from error

    def level(self, material: str) -> float:
        """Return how much of a material is in stock."""
        return sum(self.stock.get(material, {}).values())

    # -- orders --------------------------------------------------------------------

    def _order_received(self, id: str, facts: Facts) -> None:
        self.orders[id] = OrderView(
            product=facts["product"],
            options=facts["options"],
            quantity=facts["quantity"],
            received=self.now,
            release=facts["release"],
            due=facts["due"],
            weight=facts["weight"],
            rush=facts["rush"],
            price=facts["price"],
        )

    def _order_promised(self, id: str, facts: Facts) -> None:
        self.orders[id].promise = facts["promise"]

    def _order_changed(self, id: str, facts: Facts) -> None:
        order = self.orders[id]
        order.due, order.weight = facts["due"], facts["weight"]
        order.quantity = facts["quantity"]

    def _order_cancelled(self, id: str, facts: Facts) -> None:
        order = self.orders[id]
        order.status, order.closed = "cancelled", self.now

    def _order_shipped(self, id: str, facts: Facts) -> None:
        order = self.orders[id]
        order.status, order.closed, order.pieces = "shipped", self.now, facts["pieces"]
        for lot in sorted(order.lots):
            self._remove(lot)

    # -- lots ----------------------------------------------------------------------

    def _put(self, id: str, lot: LotView) -> None:
        self.lots[id] = lot
        if lot.order in self.orders:
            self.orders[lot.order].lots.add(id)

    def _take_out(self, lot: str) -> None:
        view = self.lots[lot]
        machine = self.machines.get(view.place)
        if machine is not None and view.stage == "input":
            machine.input.remove(lot)
        elif machine is not None and view.stage == "output":
            machine.output.remove(lot)

    def _remove(self, id: str) -> None:
        self._take_out(id)
        lot = self.lots.pop(id)
        if lot.order in self.orders:
            self.orders[lot.order].lots.discard(id)

    def _arrive(self, id: str, place: str, stage: str = "input") -> None:
        lot = self.lots[id]
        lot.place, lot.stage = place, "waiting"
        machine = self.machines.get(place)
        if machine is not None:
            lot.stage = stage
            (machine.input if stage == "input" else machine.output).append(id)

    def _lot_released(self, id: str, facts: Facts) -> None:
        order = self.orders[facts["order"]]
        if order.status == "received":
            order.status = "released"
        self._put(
            id,
            LotView(
                order=facts["order"],
                kit=facts["kit"],
                chain=facts["chain"],
                step=facts["step"],
                pieces=facts["pieces"],
                place=facts["at"],
                stage="waiting",
            ),
        )
        self._arrive(id, facts["at"])

    def _lot_split(self, id: str, facts: Facts) -> None:
        lot = self.lots[id]
        lot.pieces -= facts["pieces"]
        part = LotView(
            order=lot.order,
            kit=lot.kit,
            chain=lot.chain,
            step=lot.step,
            pieces=facts["pieces"],
            place=lot.place,
            stage=lot.stage,
        )
        self._put(facts["into"], part)
        self._arrive(facts["into"], lot.place, lot.stage)

    def _lots_joined(self, id: str, facts: Facts) -> None:
        for lot in facts["inputs"]:
            self._remove(lot)
        self._put(
            id,
            LotView(
                order=facts["order"],
                kit=facts["kit"],
                chain=facts["step"],
                step=facts["step"],
                pieces=facts["pieces"],
                place=facts["at"],
                stage="waiting",
            ),
        )
        self._arrive(id, facts["at"])

    def _lot_scrapped(self, id: str, facts: Facts) -> None:
        lot = self.lots[id]
        lot.pieces -= facts["pieces"]
        if lot.pieces <= 0:
            self._remove(id)

    def _lot_ended(self, id: str, facts: Facts) -> None:
        self._remove(id)

    # -- machines ------------------------------------------------------------------

    def _machine(self, id: str) -> MachineView:
        return self.machines.setdefault(id, MachineView())

    def _machine_state(self, id: str, facts: Facts) -> None:
        machine = self._machine(id)
        machine.state, machine.reason = facts["state"], facts["reason"]
        machine.since = self.now

    def _setup_finished(self, id: str, facts: Facts) -> None:
        self._machine(id).family = facts["family"]

    def _operation_started(self, id: str, facts: Facts) -> None:
        machine, lot = self._machine(id), self.lots[facts["lot"]]
        self._take_out(facts["lot"])
        lot.place, lot.stage, lot.step = id, "work", facts["step"]
        if facts["family"] is not None:
            machine.family = facts["family"]
        machine.work[facts["operation"]] = WorkView(
            lot=facts["lot"],
            step=facts["step"],
            started=self.now,
            expected=self.now + facts["nominal"],
        )
        for material, batch, quantity in facts["materials"]:
            self.stock[material][batch] -= quantity

    def _operation_interrupted(self, id: str, facts: Facts) -> None:
        self.machines[id].work[facts["operation"]].interrupted = True

    def _operation_resumed(self, id: str, facts: Facts) -> None:
        self.machines[id].work[facts["operation"]].interrupted = False

    def _operation_finished(self, id: str, facts: Facts) -> None:
        del self.machines[id].work[facts["operation"]]
        self._arrive(facts["lot"], id, "output")
        lot = self.lots[facts["lot"]]
        if lot.order in self.orders:
            self.orders[lot.order].finished += facts["pieces"]

    def _machine_failed(self, id: str, facts: Facts) -> None:
        self._machine(id).failure = facts["mode"]

    def _machine_repaired(self, id: str, facts: Facts) -> None:
        self._machine(id).failure = None

    def _operator_taken(self, id: str, facts: Facts) -> None:
        self.operators[facts["operator"]] = facts["machine"]

    def _operator_freed(self, id: str, facts: Facts) -> None:
        self.operators.pop(facts["operator"], None)

    # -- transport -----------------------------------------------------------------

    def _vehicle(self, id: str) -> VehicleView:
        return self.vehicles.setdefault(id, VehicleView())

    def _transport_requested(self, id: str, facts: Facts) -> None:
        self.transports[id] = {**facts, "vehicle": None}

    def _transport_awarded(self, id: str, facts: Facts) -> None:
        self.transports[id]["vehicle"] = facts["vehicle"]

    def _transport_cancelled(self, id: str, facts: Facts) -> None:
        self.transports.pop(id, None)

    def _drive_started(self, id: str, facts: Facts) -> None:
        vehicle = self._vehicle(id)
        vehicle.path, vehicle.left = tuple(facts["path"]), self.now
        vehicle.arrive = facts["arrive"]

    def _drive_finished(self, id: str, facts: Facts) -> None:
        vehicle = self._vehicle(id)
        vehicle.node, vehicle.path = facts["at"], ()

    def _lot_loaded(self, id: str, facts: Facts) -> None:
        self._take_out(id)
        lot = self.lots[id]
        lot.stage = "vehicle"
        if facts["vehicle"] is not None:
            lot.place = facts["vehicle"]
            self._vehicle(facts["vehicle"]).lot = id

    def _lot_delivered(self, id: str, facts: Facts) -> None:
        if self.lots[id].stage != "vehicle":
            self._take_out(id)
        elif facts["vehicle"] is not None:
            self._vehicle(facts["vehicle"]).lot = None
        self._arrive(id, facts["at"])
        done = [
            transport
            for transport, wish in self.transports.items()
            if wish["lot"] == id and wish["to"] == facts["at"]
        ]
        for transport in done:
            del self.transports[transport]

    def _vehicle_stopped(self, id: str, facts: Facts) -> None:
        vehicle = self._vehicle(id)
        vehicle.stopped, vehicle.stopped_since = facts["reason"], self.now

    def _vehicle_resumed(self, id: str, facts: Facts) -> None:
        vehicle = self._vehicle(id)
        if vehicle.path and vehicle.left < vehicle.stopped_since:
            # It was under way: what was left of the drive begins now.
            stood = self.now - vehicle.stopped_since
            vehicle.left, vehicle.arrive = vehicle.left + stood, vehicle.arrive + stood
        elif vehicle.path:
            vehicle.left = self.now
        vehicle.stopped = None

    # -- material ------------------------------------------------------------------

    def _stock_added(self, id: str, facts: Facts) -> None:
        batches = self.stock.setdefault(id, {})
        batch = facts["material_lot"]
        batches[batch] = batches.get(batch, 0) + facts["quantity"]


_FOLDS: dict[str, Callable[[State, str, Facts], None]] = {
    name[1:]: fold
    for name, fold in vars(State).items()
    if name.startswith("_") and not name.startswith("__") and callable(fold)
}
_FOLDS["stock_counted"] = _FOLDS["material_received"] = _FOLDS["stock_added"]


def replay(
    events: Iterable[Event], until: int | None = None, world: World | None = None
) -> State:
    """Return the visible state after every fact up to and including ``until`` (ms)."""
    state = State(world)
    for event in events:
        if until is not None and event.time > until:
            break
        state.add(event)
    if until is not None:
        state.now = max(state.now, until)
    return state
