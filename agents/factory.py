"""The factory: a Mesa model whose agents run a plant, one event at a time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import mesa

from agents.crew import CrewAgent
from agents.customers import CustomersAgent
from agents.dock import DockAgent
from agents.fleet import Fleet, TransportOrder
from agents.inventory import InventoryAgent
from agents.machine import MachineAgent
from agents.market import Market
from agents.network import Network
from agents.order import OrderAgent
from agents.planner import PlannerAgent
from agents.scenario import Scenario, scenario_of
from agents.vehicle import VehicleAgent
from agents.work import OpenOperation
from kernel.calendar import MINUTE, Calendar
from kernel.events import Event
from kernel.trace import Trace
from plant.crew import CrewBody
from plant.floor import Floor
from plant.machine import MachineBody
from plant.stock import Stock, SupplierBody
from plant.store import DockBody, Store
from plant.vehicle import VehicleBody
from scheduling.rules import RULES
from scheduling.works import typical_duration
from worlds.layout import Layout, vehicles_of
from worlds.read import read_world
from worlds.routes import Routes
from worlds.spec import World
from worlds.workcalendar import Departures, OpenHours

#: Kind of fact -> whom it concerns: fields that name a thing somebody answers for.
AUDIENCE: dict[str, tuple[str, ...]] = {
    "lot_released": ("id",),
    "lot_split": ("id",),
    "lot_scrapped": ("id",),
    "lot_inspected": ("id",),
    "lot_loaded": ("id", "at"),
    "lot_delivered": ("id", "vehicle", "at"),
    "order_shipped": ("id",),
    "operation_finished": ("lot", "id"),
    "setup_finished": ("id",),
    "machine_failed": ("id",),
    "machine_repaired": ("id",),
    "drive_finished": ("id",),
    "vehicle_resumed": ("id",),
    "material_ordered": ("id",),
    "material_delayed": ("id",),
    "material_received": ("id",),
}
_HEARD = {kind: (f"on_{kind}", fields) for kind, fields in AUDIENCE.items()}


class Factory(mesa.Model):
    """A plant and the agents that run it.

    ``step()`` advances a slice of simulated time; :meth:`run` goes to the end. How
    the time is sliced changes nothing.

    Parameters
    ----------
    scenario
        What to run. Without one the other parameters make it.
    world
        A world, its name or its file.
    policy
        Name of a policy.
    seed
        Of the world's draws.
    days
        How long orders are counted; None: as the world says.
    slice_minutes
        What ``step()`` advances.
    """

    def __init__(
        self,
        scenario: Scenario | None = None,
        *,
        world: World | str = "cell",
        policy: str = "hybrid",
        seed: int | None = 1,
        days: float | None = None,
        slice_minutes: float = 10.0,
    ) -> None:
        seed = 1 if seed is None else seed  # batch_run of Mesa 3.5 may say None
        super().__init__(rng=seed)
        if scenario is None:
            spec = read_world(world) if isinstance(world, str) else world
            scenario = scenario_of(spec, policy=policy, seed=seed, days=days)
        self.case = scenario  # Mesa 3.5 keeps `scenario` for itself
        self.policy = scenario.policy
        self.slice = round(slice_minutes * MINUTE)
        self.world = scenario.world
        self.calendar = Calendar()
        self.trace = Trace(scenario.header())
        self.layout = Layout(self.world)
        self.network = Network(self.calendar, self.world.network, scenario.seed)
        self.floor = Floor(
            self.world, self.layout, self.calendar, scenario.seed, self.emit
        )
        self.reproducible = True
        self._build_strategy()
        self._build_agents()
        self._begin()

    # -- building -------------------------------------------------------------------

    def _build_strategy(self) -> None:
        world = self.world
        self.rule = RULES[self.policy.rule]
        self.products = {product.id: product for product in world.products}
        self.routes = Routes(world)
        self.typical_duration = typical_duration(_nominal_durations(world))
        self.energy_price = world.costs.energy_per_kwh
        self.call_window = 4 * self.network.patience
        self.flow_factor = 2.0  # flow time over work content, as learnt so far
        self.operations: dict[str, OpenOperation] = {}
        self.able: dict[str, dict[str, OpenOperation]] = {
            machine.id: {} for machine in world.machines
        }  # open operations that each machine can do
        self.begun: set[str] = set()  # operations started, by id
        self.orders: dict[str, OrderAgent] = {}
        self.hearers: dict[str, Any] = {}
        self.calling: set[str] = set()
        self.transports: dict[str, TransportOrder] = {}
        self.revision = 0  # of the plan in force

    def _hours(self, calendar: str | None) -> OpenHours | None:
        if calendar is None:
            return None
        spec = next(c for c in self.world.calendars if c.id == calendar)
        return OpenHours(spec, self.world.start)

    def _build_agents(self) -> None:
        world, floor, calendar = self.world, self.floor, self.calendar
        self.store = Store(self.layout.store, floor)
        floor.place(self.store.id, self.store)
        docks: list[DockBody] = []
        for dock in world.docks:
            leaving = Departures(dock, world.start) if dock.departures else None
            docks.append(DockBody(dock, floor, leaving))
            floor.place(dock.id, docks[-1])
            calendar.register(dock.id, docks[-1])
        self.dock = DockAgent(self, docks[0] if docks else None)
        self.machines: dict[str, MachineAgent] = {}
        for spec in world.machines:
            machine = MachineBody(spec, floor, self._hours(spec.calendar))
            calendar.register(spec.id, machine)
            floor.place(spec.id, machine)
            self.machines[spec.id] = MachineAgent(self, machine)
        self.fleet = Fleet(self)
        self.market = Market(self)
        self.vehicles: dict[str, VehicleAgent] = {}
        for id, group, node in vehicles_of(world):
            vehicle = VehicleBody(id, group, node, floor)
            calendar.register(id, vehicle)
            self.vehicles[id] = VehicleAgent(self, vehicle)
        self.fleet.vehicles = self.vehicles
        self.crews: dict[str, CrewAgent] = {}
        for crew in world.crews:
            people = CrewBody(crew, floor, self._hours(crew.calendar))
            self.crews[crew.id] = CrewAgent(self, people)
        stocks = {m.id: Stock(m, floor) for m in world.materials}
        suppliers: dict[str, SupplierBody] = {}
        for supplier in world.suppliers:
            suppliers[supplier.id] = SupplierBody(supplier, stocks, floor)
            calendar.register(supplier.id, suppliers[supplier.id])
        self.suppliers = suppliers
        self.inventories = {
            m.id: InventoryAgent(
                self, stocks[m.id], suppliers[m.supplier] if m.supplier else None
            )
            for m in world.materials
        }
        for group_of in (self.machines, self.vehicles, self.inventories):
            self.hearers.update(group_of)
        trips = [
            self.fleet.trip(a, b)
            for a in self.layout.places
            for b in self.layout.places
            if a != b
        ]
        self.mean_trip = max(1.0, sum(trips) / len(trips)) if trips else 1.0
        self.trip_rule = self.rule
        self.planner = PlannerAgent(self) if self.policy.planner else None
        self.customers = CustomersAgent(self)

    def _begin(self) -> None:
        self.emit(
            "run_started",
            self.world.name,
            window=list(self.case.window),
            horizon=self.case.cap,
        )
        for inventory in self.inventories.values():
            inventory.stock.begin()
        for machine in self.machines.values():
            machine.body.begin()
        for crew in self.crews.values():
            crew.begin()
        self.customers.begin()

    # -- time -----------------------------------------------------------------------

    @property
    def now(self) -> int:
        """The present instant, ms."""
        return self.calendar.now

    def step(self) -> None:
        """Advance a slice of simulated time."""
        self.advance(self.calendar.now + self.slice)

    def advance(self, until: int) -> None:
        """Run up to and including an instant, ms, unless the run ends before."""
        self.calendar.run_until(until)
        if self.calendar.stopped:
            self.running = False

    def run(self) -> Trace:
        """Run to the end; return the record."""
        while self.running:
            self.advance(self.calendar.now + self.slice)
        return self.trace

    def end(self) -> None:
        """End the run: everything that counts has shipped, or the cap is reached."""
        self.emit(
            "run_ended",
            self.world.name,
            unfinished=self.customers.unfinished,
            reproducible=self.reproducible,
        )
        self.calendar.stop()
        self._unregister()

    def release(self) -> None:
        """Let go of everything, ended or not: the factory is of no use afterwards.

        Factory, agents and bodies refer to each other, so that memory would wait for
        the garbage collector. A trace that somebody else holds stays.
        """
        self._unregister()
        for agent in list(self.agents) if self.__dict__ else ():
            agent.__dict__.clear()
        self.__dict__.clear()

    def _unregister(self) -> None:
        """Mesa 3.3 keeps every model alive that has had an agent."""
        getattr(mesa.Agent, "_ids", {}).pop(self, None)

    # -- facts ----------------------------------------------------------------------

    def emit(self, kind: str, subject: str, **facts: Any) -> None:
        """Record a fact, and tell those whom it concerns."""
        event = Event(self.calendar.now, kind, subject, facts)
        self.trace.events.append(event)
        heard = _HEARD.get(kind)
        if heard is None:
            return
        method, fields = heard
        for field in fields:
            id = subject if field == "id" else facts[field]
            hearer = self.orders.get(id) or self.hearers.get(id)
            hear = getattr(hearer, method, None)
            if hear is not None:
                hear(event)
        if self.planner is not None:
            self.planner.hear(event)

    def changed(self, what: str, why: str, *, major: bool) -> None:
        """Let the planner know that the situation has changed."""
        if self.planner is not None:
            self.planner.replan_soon(what, why, major=major)

    # -- what agents ask of the whole -------------------------------------------------

    def open_operation(self, operation: OpenOperation) -> None:
        """Let everybody who can do an operation know of it."""
        self.operations[operation.id] = operation
        for mode in operation.modes:
            self.able[mode.machine][operation.id] = operation

    def close_operation(self, operation: OpenOperation) -> None:
        """Forget an operation that is done, or not wanted any more."""
        self.operations.pop(operation.id, None)
        for mode in operation.modes:
            self.able[mode.machine].pop(operation.id, None)

    def lacks_material(self, operation: OpenOperation) -> bool:
        """Return whether material for an operation is not there.

        What its order has for this lot may be there though others wait for more.
        """
        missing = self.orders[operation.order].missing
        if not missing:
            return False
        return any(
            name in missing
            and not self.inventories[name].holds(operation.order, operation.purpose)
            for name, _ in operation.materials
        )

    def consume(self, operation: OpenOperation) -> list[list[object]]:
        """Take an operation's material from stock."""
        return [
            lot
            for name, quantity in operation.needs.items()
            for lot in self.inventories[name].consume(
                operation.order, operation.purpose, quantity
            )
        ]

    def take_operator(
        self,
        skill: str,
        machine: MachineAgent,
        work: str,
        operation: OpenOperation | None = None,
    ) -> str | None:
        """Return an operator with a skill for a machine, or None: it has to wait.

        For ``operation``; None: for a repair.
        """
        for crew in self.crews.values():
            if skill in crew.body.spec.skills:
                operator = crew.ask(machine, work, operation)
                if operator is not None:
                    return operator
        if operation is not None:
            machine.body.wait("operator")
        return None

    def free_operator(self, operator: str) -> None:
        """Let an operator go back to the crew."""
        self.crews[operator.rpartition("-")[0]].release(operator)

    def wake_machines(self, ids: Iterable[str] | None = None) -> None:
        """Let machines decide anew."""
        for id in self.machines if ids is None else ids:
            self.machines[id].decide_soon()

    # -- ends ------------------------------------------------------------------------

    def close_order(self, order: OrderAgent) -> None:
        """An order is done with: shipped, or cancelled and off the floor."""
        self.customers.closed(order)
        if order.shipped:
            content = order.route.content(order.quantity)
            if content:
                flow = (self.now - order.request.arrival) / content
                self.flow_factor += 0.02 * (min(flow, 50.0) - self.flow_factor)


def _nominal_durations(world: World) -> list[int]:
    """Return how long the steps of all products take for half a lot, ms."""
    return [
        step.lot_time + step.time * max(1, product.lot_size // 2)
        if step.capability
        else step.lot_time + min(mode.time for mode in step.modes)
        for product in world.products
        for step in product.steps
    ]
