"""A small world, and a builder that tells true stories about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from kernel.chance import Fixed
from kernel.events import VOCABULARY, Event
from worlds.layout import Layout, vehicles_of
from worlds.spec import (
    Attendance,
    BomLine,
    Choice,
    Costs,
    Crew,
    Demand,
    Dock,
    FailureMode,
    Floor,
    Inspection,
    Lane,
    Machine,
    Material,
    Node,
    Option,
    Power,
    Product,
    Rework,
    SetupMatrix,
    Shift,
    Step,
    Supplier,
    VehicleGroup,
    WorkCalendar,
    World,
)

S = 1_000
HEADWAY_S = 10  # of the printer
KINDS = {"s": "store", "p": "parking", "f": "dock"}
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri")


def world(**changes: Any) -> World:
    """Return a shop on a line of nodes 1 m apart: s a b c d e f p."""
    nodes = tuple(
        Node(id=id, at=(float(x), 0.0), kind=KINDS.get(id, "station"))  # type: ignore[arg-type]
        for x, id in enumerate("sabcdefp")
    )
    lanes = tuple(Lane(between=(a.id, b.id)) for a, b in pairwise(nodes))
    product = Product(
        id="box",
        lot_size=2,
        price=100.0,
        options=(Option(id="colour", choices=(Choice(id="red"), Choice(id="blue"))),),
        steps=(
            Step(id="cut", capability="cut", after=(), time=10 * S, family="{colour}"),
            Step(id="print", capability="print", after=(), time=20 * S),
            Step(
                id="join",
                capability="join",
                after=("cut", "print"),
                time=5 * S,
                lot_time=1 * S,
                opportunities=4,
                defects_per_million=10.0,
            ),
            Step(
                id="test",
                capability="test",
                time=3 * S,
                inspection=Inspection(
                    rework=Rework(capability="mend", time=7 * S, limit=1)
                ),
            ),
        ),
        materials=(BomLine(material="sheet", step="cut", per_piece=2),),
    )
    jam = FailureMode(
        id="jam", life=Fixed(value=1e9), repair=Fixed(value=30.0 * S), skill="fix"
    )
    shop = World(
        format=1,
        name="tiny",
        start=datetime(2026, 1, 5, 6, tzinfo=UTC),  # a Monday
        floor=Floor(nodes=nodes, lanes=lanes),
        calendars=(
            WorkCalendar(
                id="day", shifts=(Shift(days=DAYS, start="06:00", end="14:00"),)
            ),
        ),
        setups=(
            SetupMatrix(
                id="colours",
                families=("red", "blue"),
                times=((0, 40 * S), (60 * S, 0)),
            ),
        ),
        machines=(
            Machine(
                id="cutter",
                work_center="cutting",
                node="a",
                capabilities=("cut",),
                input_buffer=2,
                output_buffer=1,
                setup="colours",
                family="red",
                failures=(jam,),
                power=Power(execute=10.0, starting=5.0, idle=1.0, aborted=2.0),
                operator=Attendance(skill="run"),
                calendar="day",
                cost_per_hour=36.0,
            ),
            Machine(
                id="printer",
                work_center="printing",
                node="b",
                capabilities=("print",),
                capacity=2,
                headway=HEADWAY_S * S,
            ),
            Machine(
                id="joiner", work_center="joining", node="c", capabilities=("join",)
            ),
            Machine(
                id="tester", work_center="testing", node="d", capabilities=("test",)
            ),
            Machine(
                id="bench", work_center="mending", node="e", capabilities=("mend",)
            ),
        ),
        vehicles=(
            VehicleGroup(
                id="agv", count=2, speed=1.0, load=2 * S, unload=3 * S, home=("p",)
            ),
        ),
        crews=(Crew(id="crew", operators=2, skills=("run", "fix"), calendar="day"),),
        suppliers=(Supplier(id="mill", lead=Fixed(value=60.0 * S)),),
        materials=(Material(id="sheet", stock=6, supplier="mill", unit_cost=2.0),),
        products=(product,),
        demand=Demand(),
        docks=(Dock(id="out", node="f"),),
        costs=Costs(),
    )
    return replace(shop, **changes)


class Story:
    """Facts in the order they happen; what is usual follows by itself.

    ``now`` is the time of the next fact, ms; it moves on with :meth:`wait` and with
    the deeds that take time.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.now = 0
        self.events: list[Event] = []
        self._layout = Layout(world)
        self._at = {id: node for id, _, node in vehicles_of(world)}
        self._group = {id: group for id, group, _ in vehicles_of(world)}
        self._trips = 0

    def say(self, kind: str, subject: str, **facts: Any) -> None:
        """Add a fact; ``from_`` stands for ``from``."""
        named = {name.rstrip("_"): value for name, value in facts.items()}
        assert named.keys() == set(VOCABULARY[kind]), kind
        self.events.append(Event(self.now, kind, subject, named))

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += round(seconds * S)

    def begin(self, first: float = 0, last: float = 10_000) -> None:
        """Start the run and count the stock; the window is given in seconds."""
        window = [round(first * S), round(last * S)]
        self.say("run_started", self.world.name, window=window, horizon=window[1])
        for material in self.world.materials:
            self.say(
                "stock_counted",
                material.id,
                quantity=material.stock,
                material_lot=f"{material.id}/1",
            )

    def end(self, unfinished: int = 0) -> None:
        """End the run."""
        self.say("run_ended", "tiny", unfinished=unfinished, reproducible=True)

    def order(self, id: str, **changes: Any) -> None:
        """Receive an order for two red boxes, due in 1,000 s, and promise it."""
        facts = {
            "product": "box",
            "options": {"colour": "red"},
            "quantity": 2,
            "release": self.now,
            "due": self.now + 1000 * S,
            "weight": 1.0,
            "customer": "trade",
            "rush": False,
            "price": 100.0,
        }
        self.say("order_received", id, **(facts | changes))
        self.say("order_promised", id, promise=self.now + 900 * S)

    def release(self, order: str, chain: str, pieces: int = 2, **changes: Any) -> str:
        """Release a lot of an order's first kit at the store; its id is returned."""
        kit = f"{order}.1"
        id = changes.pop("id", f"{kit}/{chain}")
        facts = {
            "order": order,
            "kit": kit,
            "chain": chain,
            "step": chain,
            "pieces": pieces,
            "at": "s",
            "replaces": None,
            "wip": False,
        }
        self.say("lot_released", id, **(facts | changes))
        return str(id)

    def bring(self, lot: str, start: str, to: str, vehicle: str = "agv-1") -> None:
        """Have a vehicle fetch a lot and put it down elsewhere."""
        self._trips += 1
        trip = f"T{self._trips}"
        self.say(
            "transport_requested", trip, lot=lot, from_=start, to=to, ready=self.now
        )
        self.say("transport_awarded", trip, vehicle=vehicle)
        group = self._group[vehicle]
        self.drive(vehicle, start, None)
        self.say("lot_loaded", lot, vehicle=vehicle, at=start)
        self.now += group.load
        self.drive(vehicle, to, lot)
        self.now += group.unload
        self.say("lot_delivered", lot, vehicle=vehicle, at=to)

    def drive(self, vehicle: str, place: str, lot: str | None) -> None:
        """Have a vehicle drive to a place the shortest way."""
        origin, node = self._at[vehicle], self._layout.node_of(place)
        if origin == node and lot is None:
            return
        group = self._group[vehicle].id
        arrive = self.now + self._layout.travel(group, origin, node)
        path = list(self._layout.path(group, origin, node))
        self.say("drive_started", vehicle, path=path, lot=lot, arrive=arrive)
        self.now = arrive
        self.say("drive_finished", vehicle, at=node)
        self._at[vehicle] = node

    def state(self, machine: str, state: str, reason: str | None = None) -> None:
        """Have a machine change its state."""
        self.say("machine_state", machine, state=state, reason=reason)

    def set_up(self, before: str, after: str, seconds: float) -> None:
        """Set the cutter up."""
        self._take("cutter", "setup")
        self.state("cutter", "starting")
        self.say("setup_started", "cutter", from_=before, to=after, operator="crew-1")
        self.wait(seconds)
        self.say("setup_finished", "cutter", family=after)
        self.state("cutter", "idle")
        self._free("cutter", "setup")

    def start(
        self, machine: str, lot: str, step: str, nominal: float, **changes: Any
    ) -> None:
        """Start an operation of ``nominal`` seconds on two pieces."""
        manned = machine == "cutter"
        if manned:
            self._take(machine, "run")
        self.state(machine, "execute")
        facts = {
            "operation": f"{lot}:{step}",
            "lot": lot,
            "step": step,
            "pieces": 2,
            "family": None,
            "nominal": round(nominal * S),
            "operator": "crew-1" if manned else None,
            "materials": [],
        }
        self.say("operation_started", machine, **(facts | changes))

    def finish(self, machine: str, lot: str, step: str, **changes: Any) -> None:
        """Finish an operation on two pieces."""
        facts = {
            "operation": f"{lot}:{step}",
            "lot": lot,
            "step": step,
            "pieces": 2,
            "defects": 0,
        }
        self.state(machine, "idle")
        self.say("operation_finished", machine, **(facts | changes))
        if machine == "cutter":
            self._free(machine, "run")

    def work(
        self, machine: str, lot: str, step: str, seconds: float, **changes: Any
    ) -> None:
        """Start an operation and finish it after its nominal time."""
        self.start(machine, lot, step, seconds, **changes)
        self.wait(seconds)
        kept = {k: v for k, v in changes.items() if k in ("operation", "pieces")}
        self.finish(machine, lot, step, **kept)

    def inspect(self, lot: str, **found: int) -> None:
        """Tell what the tester found."""
        facts = {"step": "test", "machine": "tester", "pieces": 2, "good": 2}
        facts |= {"rework": 0, "scrap": 0, "missed": 0, "alarms": 0}
        self.say("lot_inspected", lot, **(facts | found))

    def jam(self, lot: str, seconds: float) -> None:
        """Have the cutter jam and be repaired, a lot in work."""
        self.state("cutter", "aborted")
        self.say("machine_failed", "cutter", mode="jam")
        operation = f"{lot}:cut"
        self.say("operation_interrupted", "cutter", operation=operation, lot=lot)
        self._take("cutter", "repair", "crew-2")
        self.say("repair_started", "cutter", operator="crew-2")
        self.wait(seconds)
        self.say("machine_repaired", "cutter", mode="jam")
        self.say(
            "operation_resumed", "cutter", operation=operation, lot=lot, restarted=False
        )
        self.state("cutter", "execute")
        self._free("cutter", "repair", "crew-2")

    def _take(self, machine: str, work: str, who: str = "crew-1") -> None:
        self.say("operator_taken", "crew", operator=who, machine=machine, work=work)

    def _free(self, machine: str, work: str, who: str = "crew-1") -> None:
        self.say("operator_freed", "crew", operator=who, machine=machine, work=work)


def full_story(shop: World | None = None) -> Story:
    """Tell of an order that jams, is joined, mended and shipped, and one cancelled."""
    story = Story(shop or world())
    story.begin()
    story.order("O1")
    story.say("material_reserved", "sheet", order="O1", quantity=4)
    story.say(
        "call_settled",
        "C1",
        about="O1.1/cut:cut",
        bidders=1,
        bids=[["cutter", 1.0]],
        winner="cutter",
        price=1.0,
        messages=4,
        outcome="awarded",
    )
    cut, printed = story.release("O1", "cut"), story.release("O1", "print")
    story.bring(cut, "s", "cutter")
    story.start(
        "cutter", cut, "cut", 20, family="red", materials=[["sheet", "sheet/1", 4]]
    )
    story.wait(5)
    story.jam(cut, 30)
    story.wait(15)
    story.finish("cutter", cut, "cut")
    story.say(
        "material_ordered",
        "sheet",
        purchase="mill/1",
        supplier="mill",
        quantity=10,
        expected=story.now + 60 * S,
    )
    story.bring(printed, "s", "printer", "agv-2")
    story.work("printer", printed, "print", 40)
    story.bring(cut, "cutter", "joiner")
    story.bring(printed, "printer", "joiner", "agv-2")
    story.say(
        "lots_joined",
        "O1.1",
        order="O1",
        kit="O1.1",
        step="join",
        pieces=2,
        inputs=[cut, printed],
        at="joiner",
    )
    story.start("joiner", "O1.1", "join", 11)
    story.wait(11)
    story.finish("joiner", "O1.1", "join", defects=1)
    story.bring("O1.1", "joiner", "tester")
    story.work("tester", "O1.1", "test", 6)
    story.inspect("O1.1", good=1, rework=1)
    story.say("lot_split", "O1.1", into="O1.1~1", pieces=1)
    story.bring("O1.1~1", "tester", "bench")
    story.work("bench", "O1.1~1", "test.rework", 7, pieces=1)
    story.bring("O1.1", "tester", "out", "agv-2")
    story.bring("O1.1~1", "bench", "tester")
    story.work("tester", "O1.1~1", "test", 3, operation="O1.1~1:test#2", pieces=1)
    story.inspect("O1.1~1", pieces=1, good=1)
    story.say(
        "material_received",
        "sheet",
        purchase="mill/1",
        material_lot="sheet/2",
        quantity=10,
    )
    story.bring("O1.1~1", "tester", "out")
    story.say("order_shipped", "O1", dock="out", pieces=2)
    story.order("O2", options={"colour": "blue"}, quantity=1)
    lot = story.release("O2", "cut", 1)
    story.set_up("red", "blue", 40)
    story.bring(lot, "s", "cutter")
    story.work(
        "cutter",
        lot,
        "cut",
        10,
        family="blue",
        pieces=1,
        materials=[["sheet", "sheet/1", 2]],
    )
    story.say(
        "replan",
        "planner",
        trigger="cancel",
        major=True,
        engines=[],
        status="feasible",
        value=1.0,
        gain=0.1,
        operations=6,
        common=4,
        changed=1,
        shifted=60000.0,
        near=2,
        near_changed=1,
        refreshes=3,
        refreshed_near=5,
        refreshed_changed=0,
        adopted=True,
        revision=1,
    )
    story.say("order_cancelled", "O2", reason="customer")
    story.say("lot_ended", lot, order="O2", pieces=1)
    story.wait(100)
    story.end()
    return story


def edited(events: list[Event], kind: str, nth: int = 0, **facts: Any) -> list[Event]:
    """Return the facts with the ``nth`` of a kind changed; ``time_`` adds seconds."""
    found = [i for i, event in enumerate(events) if event.kind == kind]
    at = found[nth]
    event = events[at]
    time = event.time + round(facts.pop("time_", 0) * S)
    subject = facts.pop("subject_", event.subject)
    changed: Mapping[str, Any] = {
        **event.facts,
        **{name.rstrip("_"): value for name, value in facts.items()},
    }
    return [*events[:at], Event(time, kind, subject, changed), *events[at + 1 :]]


def without(events: list[Event], kind: str, nth: int = 0) -> list[Event]:
    """Return the facts without the ``nth`` of a kind."""
    found = [i for i, event in enumerate(events) if event.kind == kind]
    return [event for i, event in enumerate(events) if i != found[nth]]
