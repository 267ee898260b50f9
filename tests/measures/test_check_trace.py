"""The checker: a true record passes, every single untruth is caught by its rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measures_story import HEADWAY_S, S, Story, edited, full_story, without, world

from kernel.chance import Lognormal
from kernel.events import Event, MachineState
from measures.check import RULES, check_trace
from worlds.spec import Dock, VehicleGroup, World

Facts = list[Event]
FULL = full_story()


def broken(events: Facts, shop: World = FULL.world) -> set[str]:
    """Return the rules a record breaks."""
    return {violation.rule for violation in check_trace(shop, events)}


def moved(events: Facts, kind: str, nth: int, seconds: float) -> Facts:
    """Return the facts with one of them told so much later, in its order."""
    changed = edited(events, kind, nth, time_=seconds)
    return sorted(changed, key=lambda event: event.time)


def planning(events: Facts, *assignment: object) -> Facts:
    """Return the facts with an operation planned at the start."""
    listed = {"assignments": [list(assignment)]}
    return [Event(0, "work_planned", "planner", listed), *events]


def test_a_plan_may_name_what_never_happens() -> None:
    """A plan is advice: that it was not followed is no untruth."""
    events = planning(FULL.events, "O1.1:nothing", "cutter", 5, 9)
    assert check_trace(FULL.world, events) == []


def test_true_record_passes() -> None:
    """Jam, assembly, rework, set-up, cancelling: all of it can be true."""
    assert check_trace(FULL.world, FULL.events) == []


@pytest.mark.parametrize(
    "dock",
    [
        Dock(id="out", node="f", departures=("06:00",)),
        Dock(id="out", node="f", handling=3600 * S),
    ],
)
def test_orders_wait_for_handling_and_departure(dock: Dock) -> None:
    """A dock lets nothing go at once that has clock times, or work to do."""
    assert broken(FULL.events, world(docks=(dock,))) == {"departures"}


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("order_received", {"weight": 10**400}),
        ("order_received", {"due": 10**22}),
        ("order_received", {"price": float("nan")}),
        ("lot_released", {"pieces": 10**15}),
    ],
)
def test_no_number_is_beyond_all_measure(kind: str, facts: dict[str, object]) -> None:
    """Other rules and exports reckon with it."""
    assert "vocabulary" in broken(edited(FULL.events, kind, **facts))


def test_what_is_parted_from_nothing_is_told() -> None:
    """A split of a lot that is released later makes no lot; no rule trips over it."""
    early = next(e for e in FULL.events if e.kind == "lot_released")
    split = Event(early.time, "lot_split", early.subject, {"pieces": 1, "into": "X"})
    at = FULL.events.index(early)
    events = [*FULL.events[:at], split, *FULL.events[at:]]
    assert broken(events)


def test_violation_says_what_is_wrong() -> None:
    """Time, rule, subject and a sentence."""
    (found,) = check_trace(
        FULL.world, edited(FULL.events, "order_promised", promise=2.5)
    )
    assert found.rule == "vocabulary"
    assert found.time == 0
    assert found.subject == "O1"
    assert found.sentence == "order_promised: promise is 2.5"


def test_rules_have_docstrings_and_own_names() -> None:
    """A rule is its name and its sentence."""
    assert len({rule.__name__ for rule in RULES}) == len(RULES)
    assert all(rule.__doc__ for rule in RULES)


CASES: dict[str, tuple[str, Callable[[Facts], Facts]]] = {
    # the facts themselves
    "a plan ends before it begins": (
        "vocabulary",
        lambda e: planning(e, "O1.1:cut", "cutter", 9, 5),
    ),
    "a plan for no machine of the world": (
        "known_ids",
        lambda e: planning(e, "O1.1:cut", "nowhere", 5, 9),
    ),
    "time falls": (
        "time_never_falls",
        lambda e: edited(e, "drive_finished", 3, time_=-20),
    ),
    "unknown kind": (
        "vocabulary",
        lambda e: [*e[:5], Event(0, "order_dreamt", "O1", {}), *e[5:]],
    ),
    "fact too many": ("vocabulary", lambda e: edited(e, "lot_ended", colour="red")),
    "wrong type": ("vocabulary", lambda e: edited(e, "lot_released", pieces="2")),
    "not finite": ("vocabulary", lambda e: edited(e, "order_received", weight=1e400)),
    "unknown machine": (
        "known_ids",
        lambda e: edited(e, "operation_started", subject_="mill"),
    ),
    "unknown place": ("known_ids", lambda e: edited(e, "lot_delivered", at="moon")),
    "unknown vehicle": ("known_ids", lambda e: edited(e, "lot_loaded", vehicle="x")),
    "variant not made": (
        "known_ids",
        lambda e: edited(e, "order_received", options={"colour": "green"}),
    ),
    # the run
    "no start": ("run_framed", lambda e: without(e, "run_started")),
    "no end": ("run_framed", lambda e: without(e, "run_ended")),
    "goes on after its end": ("run_framed", lambda e: [*e, e[-1]]),
    "unfinished miscounted": (
        "orders_accounted",
        lambda e: edited(e, "run_ended", unfinished=1),
    ),
    "order forgotten": ("orders_accounted", lambda e: without(e, "order_cancelled")),
    "unfinished misnamed": (
        "orders_accounted",
        lambda e: edited(e, "run_ended", unfinished=["O2"]),
    ),
    "shipped twice": (
        "orders_closed_once",
        lambda e: [*e[:-1], replaced(e, "order_shipped", e[-1].time), e[-1]],
    ),
    "never received": ("orders_closed_once", lambda e: without(e, "order_received")),
    "too few pieces shipped": (
        "orders_complete",
        lambda e: edited(e, "order_shipped", pieces=1),
    ),
    "shipped from elsewhere": (
        "orders_complete",
        lambda e: without(e, "lot_delivered", 6),
    ),
    "more released than ordered": (
        "pieces_released",
        lambda e: edited(e, "order_received", quantity=1),
    ),
    "made again without scrap": (
        "pieces_released",
        lambda e: edited(e, "lot_released", replaces="O1.1"),
    ),
    "promise in the past": (
        "promises",
        lambda e: edited(e, "order_promised", 1, promise=5),
    ),
    "call settled twice": (
        "calls_settled",
        lambda e: [*e[:-1], replaced(e, "call_settled", e[-1].time), e[-1]],
    ),
    "award without winner": (
        "calls_settled",
        lambda e: edited(e, "call_settled", winner=None),
    ),
    "winner who did not bid": (
        "calls_settled",
        lambda e: edited(e, "call_settled", bids=[["press", 1.0]]),
    ),
    "plan changes too much": ("replans", lambda e: edited(e, "replan", changed=5)),
    "plan changes too much of what is near": (
        "replans",
        lambda e: edited(e, "replan", near_changed=3),
    ),
    "refreshes change too much": (
        "replans",
        lambda e: edited(e, "replan", refreshed_changed=6),
    ),
    "revision repeats": (
        "replans",
        lambda e: [*e[:-1], replaced(e, "replan", e[-1].time), e[-1]],
    ),
    # lots
    "lot released twice": (
        "entered_once",
        lambda e: edited(e, "lot_released", 1, subject_="O1.1/cut"),
    ),
    "lot of no order": (
        "entered_once",
        lambda e: edited(e, "lot_released", order="O7"),
    ),
    "work on a lot consumed": (
        "lots_alive",
        lambda e: edited(e, "operation_started", 2, lot="O1.1/cut"),
    ),
    "loaded from elsewhere": (
        "lot_places",
        lambda e: edited(e, "lot_loaded", 2, at="printer"),
    ),
    "worked on elsewhere": ("lot_places", lambda e: without(e, "lot_delivered", 2)),
    "carried while in work": (
        "lot_places",
        lambda e: without(e, "operation_finished", 1),
    ),
    "joined elsewhere": (
        "lot_places",
        lambda e: edited(e, "lots_joined", at="tester"),
    ),
    "step left out": (
        "route_followed",
        lambda e: edited(e, "operation_started", 3, step="join"),
    ),
    "not reworked": (
        "route_followed",
        lambda e: edited(e, "operation_started", 4, step="test"),
    ),
    "joined too early": (
        "route_followed",
        lambda e: without(e, "operation_finished", 0),
    ),
    "released in mid-route": (
        "route_followed",
        lambda e: edited(e, "lot_released", step="test"),
    ),
    "flagged pieces not parted": ("route_followed", lambda e: without(e, "lot_split")),
    "shipped unmended": (
        "route_followed",
        lambda e: edited(e, "lot_inspected", 1, good=0, rework=1),
    ),
    "inspected pieces lost": (
        "route_followed",
        lambda e: edited(e, "lot_inspected", good=0),
    ),
    "part missing at assembly": (
        "pieces_conserved",
        lambda e: edited(e, "lots_joined", inputs=["O1.1/cut"]),
    ),
    "pieces from nowhere": (
        "pieces_conserved",
        lambda e: edited(e, "lots_joined", pieces=3),
    ),
    "operation on fewer pieces": (
        "pieces_conserved",
        lambda e: edited(e, "operation_started", 2, pieces=1),
    ),
    "everything split off": (
        "pieces_conserved",
        lambda e: edited(e, "lot_split", pieces=2),
    ),
    "cancelled pieces lost": (
        "pieces_conserved",
        lambda e: edited(e, "lot_ended", pieces=2),
    ),
    "cancelled and still there": (
        "cancelled_off_the_floor",
        lambda e: without(e, "lot_ended"),
    ),
    "inspection untold": ("inspection_told", lambda e: without(e, "lot_inspected")),
    "scrap still there": (
        "inspection_told",
        lambda e: edited(e, "lot_inspected", good=0, scrap=1),
    ),
    # machines
    "work without set-up": ("setup_done", lambda e: without(e, "setup_finished")),
    "set-up too short": (
        "setup_long_enough",
        lambda e: moved(e, "setup_started", 0, 1),
    ),
    "set-up from another": (
        "setup_long_enough",
        lambda e: edited(e, "setup_started", from_="blue"),
    ),
    "set-up never begun": (
        "setup_long_enough",
        lambda e: without(e, "setup_started"),
    ),
    "set-up with a lot inside": (
        "setup_empty",
        lambda e: without(e, "operation_finished", 0),
    ),
    "work while down": ("breakdowns", lambda e: moved(e, "operation_finished", 0, -40)),
    "repaired by itself": ("breakdowns", lambda e: without(e, "repair_started")),
    "fails by an unknown mode": (
        "breakdowns",
        lambda e: edited(e, "machine_failed", mode="rust"),
    ),
    "state not told": ("machine_states", lambda e: without(e, "machine_state", 0)),
    "wrong state": (
        "machine_states",
        lambda e: edited(e, "machine_state", 0, state="idle"),
    ),
    "executes nothing": (
        "machine_states",
        lambda e: edited(e, "machine_state", 3, state="execute"),
    ),
    # operations
    "started twice": (
        "operation_once",
        lambda e: edited(e, "operation_started", 1, operation="O1.1/cut:cut"),
    ),
    "finished, never started": (
        "operation_once",
        lambda e: without(e, "operation_started", 1),
    ),
    "finished elsewhere": (
        "operation_once",
        lambda e: edited(e, "operation_finished", 1, subject_="bench"),
    ),
    "resumed, not interrupted": (
        "operation_sequence",
        lambda e: without(e, "operation_interrupted"),
    ),
    "never resumed": ("operation_sequence", lambda e: without(e, "operation_resumed")),
    "not interrupted by the breakdown": (
        "operation_interrupted_by_breakdown",
        lambda e: without(e, "operation_interrupted"),
    ),
    "on a machine that cannot": (
        "operation_possible",
        lambda e: edited(e, "operation_started", 1, subject_="tester"),
    ),
    "no such step": (
        "operation_possible",
        lambda e: edited(e, "operation_started", 1, step="polish"),
    ),
    "another family": (
        "operation_family",
        lambda e: edited(e, "operation_started", 0, family="blue"),
    ),
    "planned for another time": (
        "operation_nominal",
        lambda e: edited(e, "operation_started", 0, nominal=19 * S),
    ),
    "takes no time": (
        "operation_duration",
        lambda e: moved(e, "operation_finished", 1, -40),
    ),
    "takes too long": (
        "operation_duration",
        lambda e: moved(e, "operation_finished", 2, 0.001),
    ),
    "begins anew for no reason": (
        "operation_restart",
        lambda e: edited(e, "operation_resumed", restarted=True),
    ),
    "ends as another step": (
        "operation_same",
        lambda e: edited(e, "operation_finished", 0, step="print"),
    ),
    "material saved": (
        "bill_of_material",
        lambda e: edited(
            e, "operation_started", 0, materials=[["sheet", "sheet/1", 3]]
        ),
    ),
    "material forgotten": (
        "bill_of_material",
        lambda e: edited(e, "operation_started", 0, materials=[]),
    ),
    # transport
    "drives too fast": ("drives", lambda e: edited(e, "drive_started", 0, time_=0.001)),
    "drives off from elsewhere": (
        "drives",
        lambda e: edited(e, "drive_started", 2, path=["p", "f"]),
    ),
    "drives through walls": (
        "drives",
        lambda e: edited(e, "drive_started", 0, path=["p", "s"]),
    ),
    "arrives elsewhere": ("drives", lambda e: edited(e, "drive_finished", 0, at="a")),
    "never drove off": ("drives", lambda e: without(e, "drive_started", 0)),
    "two lots on a vehicle": (
        "vehicle_lots",
        lambda e: without(e, "lot_delivered", 0),
    ),
    "puts down what it has not": (
        "vehicle_lots",
        lambda e: edited(e, "lot_delivered", 0, vehicle="agv-2"),
    ),
    "loads where it is not": (
        "vehicle_lots",
        lambda e: edited(e, "lot_loaded", 0, vehicle="agv-2"),
    ),
    "unloads in no time": (
        "vehicle_lots",
        lambda e: moved(e, "lot_delivered", 0, -1),
    ),
    "says it drives empty": (
        "vehicle_lots",
        lambda e: edited(e, "drive_started", 1, lot=None),
    ),
    "loads in no time": ("loading_time", lambda e: edited(e, "lot_loaded", 0, time_=1)),
    "arrives while stopped": (
        "vehicle_stops",
        lambda e: sorted(
            [*e[:-1], Event(2 * S, "vehicle_stopped", "agv-1", {"reason": "x"}), e[-1]],
            key=lambda event: event.time,
        ),
    ),
    "moves by itself": ("hops", lambda e: edited(e, "lot_loaded", 0, vehicle=None)),
    "moves unasked": (
        "transport_orders",
        lambda e: without(e, "transport_requested", 0),
    ),
    "moves by another than awarded": (
        "transport_orders",
        lambda e: edited(e, "transport_awarded", 0, vehicle="agv-2"),
    ),
    "moves elsewhere than asked": (
        "transport_orders",
        lambda e: edited(e, "transport_requested", 0, to="printer"),
    ),
    # stock
    "stock from nowhere": (
        "stock_never_negative",
        lambda e: edited(
            e, "operation_started", 0, materials=[["sheet", "sheet/9", 4]]
        ),
    ),
    "stock negative": (
        "stock_never_negative",
        lambda e: edited(e, "stock_counted", quantity=5),
    ),
    "youngest first": (
        "stock_oldest_first",
        lambda e: edited(
            e, "operation_started", -1, materials=[["sheet", "sheet/2", 2]]
        ),
    ),
    "opening stock wrong": (
        "opening_stock",
        lambda e: edited(e, "stock_counted", quantity=7),
    ),
    "opening stock untold": ("opening_stock", lambda e: without(e, "stock_counted")),
    "received unordered": ("purchases", lambda e: without(e, "material_ordered")),
    "received too much": (
        "purchases",
        lambda e: edited(e, "material_received", quantity=11),
    ),
    "given back unreserved": (
        "reservations",
        lambda e: [
            *e[:-1],
            Event(
                e[-1].time, "material_released", "sheet", {"order": "O1", "quantity": 5}
            ),
            e[-1],
        ],
    ),
    # crew
    "in two places": (
        "operator_in_one_place",
        lambda e: edited(e, "operator_taken", 1, operator="crew-1"),
    ),
    "freed from elsewhere": (
        "operator_in_one_place",
        lambda e: edited(e, "operator_freed", 0, machine="bench"),
    ),
    "one too many": (
        "operators_exist",
        lambda e: edited(e, "operator_taken", -1, operator="crew-3"),
    ),
    "unskilled": (
        "operator_skilled",
        lambda e: edited(e, "operator_taken", 0, machine="bench"),
    ),
    "works without an operator": (
        "operator_present",
        lambda e: edited(e, "operation_started", 0, operator=None),
    ),
    "repairs from afar": (
        "operator_present",
        lambda e: without(e, "operator_taken", 1),
    ),
    "leaves a set-up": ("operator_stays", lambda e: freed_after(e, "setup_started")),
    "leaves a run": ("operator_stays", lambda e: freed_after(e, "operation_started")),
    "leaves a repair": ("operator_stays", lambda e: freed_after(e, "repair_started")),
}


def freed_after(events: Facts, kind: str, share: float = 0.0) -> Facts:
    """Return the facts with whoever begins the first of a kind freed too early.

    That is at once, or after a share of the nominal time.
    """
    start = next(e for e in events if e.kind == kind and e.facts["operator"])
    freed = [e for e in events if e.kind == "operator_freed"]
    nth = next(
        n
        for n, e in enumerate(freed)
        if e.time > start.time and e.facts["operator"] == start.facts["operator"]
    )
    early = start.time + share * start.facts.get("nominal", 0) - freed[nth].time
    return moved(events, "operator_freed", nth, early / S)


def replaced(events: Facts, kind: str, time: int) -> Event:
    """Return the first fact of a kind, told again at another time."""
    event = next(event for event in events if event.kind == kind)
    return event._replace(time=time)


@pytest.mark.parametrize("case", CASES)
def test_untruth_is_caught(case: str) -> None:
    """Each single change of the true record breaks the rule it is about."""
    rule, change = CASES[case]
    events = change(FULL.events)
    assert events != FULL.events
    assert rule in broken(events)


def test_every_rule_has_a_case() -> None:
    """No rule goes untested."""
    elsewhere = {
        "machine_capacity",
        "input_buffer",
        "headway",
        "working_time",
        "operator_on_shift",
        "departures",
    }
    tested = {rule for rule, _ in CASES.values()} | elsewhere
    assert {rule.__name__ for rule in RULES} <= tested


#: Facts a record can do without and still be true.
SPARE = {
    "order_promised",
    "material_reserved",
    "material_received",
    "call_settled",
    "replan",
    "lot_ended",
    "operator_freed",
}


@pytest.mark.parametrize("kind", sorted({e.kind for e in FULL.events} - SPARE))
def test_no_fact_can_be_left_out(kind: str) -> None:
    """A record that lacks one fact is no longer true."""
    count = sum(event.kind == kind for event in FULL.events)
    for nth in range(count):
        assert broken(without(FULL.events, kind, nth)), nth


def printing(gap: float, lots: int = 2, **machine: int) -> tuple[World, Facts]:
    """Print lots of one piece that come by hop, ``gap`` seconds apart."""
    shop = world(vehicles=())
    machines = tuple(
        replace(m, **machine) if m.id == "printer" else m  # type: ignore[arg-type]
        for m in shop.machines
    )
    shop = replace(shop, machines=machines)
    story = Story(shop)
    story.begin()
    story.order("O1")
    for n in range(lots):
        lot = story.release("O1", "print", 1, id=f"O1.{n}/print", kit=f"O1.{n}")
        story.say("lot_loaded", lot, vehicle=None, at="s")
        story.say("lot_delivered", lot, vehicle=None, at="printer")
    events: Facts = []
    start = story.now
    for n in range(lots):
        story.now = start + round(n * gap * S)
        story.start("printer", f"O1.{n}/print", "print", 20, pieces=1)
        story.now += 20 * S
        story.finish("printer", f"O1.{n}/print", "print", pieces=1)
    story.end(unfinished=1)
    events = sorted(story.events, key=lambda event: event.time)
    return shop, [event for event in events if _meant(event, gap * (lots - 1))]


def _meant(event: Event, last_start: float) -> bool:
    """Drop the idle states told while another lot is still in work."""
    idle = event.kind == "machine_state" and event.facts["state"] == MachineState.IDLE
    return not (idle and event.time < round((last_start + 20) * S))


def test_oven_takes_two_at_its_headway() -> None:
    """Two lots in an oven for two, one headway apart, are all right."""
    shop, events = printing(HEADWAY_S)
    assert check_trace(shop, events) == []


def test_headway_is_kept() -> None:
    """A line does not take the next lot too soon."""
    shop, events = printing(HEADWAY_S - 1)
    assert broken(events, shop) == {"headway"}


def test_capacity_is_kept() -> None:
    """A machine does not hold more lots than it has room for."""
    shop, events = printing(HEADWAY_S, capacity=1)
    assert broken(events, shop) == {"machine_capacity"}


def test_blocked_lot_takes_room() -> None:
    """A lot that finds no room in the output stays in the machine."""
    shop, events = printing(20, capacity=1, output_buffer=1)
    assert check_trace(shop, events) == []
    shop, events = printing(20, capacity=1, output_buffer=0)
    assert broken(events, shop) == {"machine_capacity"}


def test_input_buffer_is_kept() -> None:
    """No more lots wait than the input has slots."""
    shop, events = printing(HEADWAY_S, input_buffer=1)
    assert broken(events, shop) == {"input_buffer"}


def night_story(hour: float) -> Story:
    """Cut a lot so many hours after six in the morning."""
    story = Story(world())
    story.begin(0, 86400)
    story.order("O1")
    lot = story.release("O1", "cut")
    story.bring(lot, "s", "cutter")
    story.now = round(hour * 3600 * S)
    used = [["sheet", "sheet/1", 4]]
    story.work("cutter", lot, "cut", 20, family="red", materials=used)
    story.end(unfinished=1)
    return story


def test_work_begins_within_the_shift() -> None:
    """Begun work is finished after the shift, but none begins."""
    story = night_story(8 - 1 / 3600)
    assert check_trace(story.world, story.events) == []
    story = night_story(8)
    assert broken(story.events, story.world) == {"working_time", "operator_on_shift"}


def test_realised_times_may_vary_where_the_world_says_so() -> None:
    """A machine with variation takes any positive time."""
    varied = tuple(
        replace(m, variation=Lognormal(median=1.0, sigma=0.1))
        for m in FULL.world.machines
    )
    shop = replace(FULL.world, machines=varied)
    events = moved(FULL.events, "operation_finished", 2, -0.5)
    events = [e for e in events if e.kind != "machine_state"]
    assert "operation_duration" in broken(events)
    assert "operation_duration" not in broken(events, shop)


def test_hops_take_no_time() -> None:
    """Where there are no vehicles a lot is elsewhere at once."""
    shop, events = printing(HEADWAY_S)
    assert "hops" in broken(moved(events, "lot_delivered", 0, 1), shop)


def test_travel_matrix_counts() -> None:
    """The shortest time is that of the layout, for the vehicle's own speed."""
    slow = replace(
        FULL.world,
        vehicles=(
            VehicleGroup(
                id="agv", count=2, speed=0.5, load=2 * S, unload=3 * S, home=("p",)
            ),
        ),
    )
    assert broken(FULL.events, slow) == {"drives"}


def test_same_record_in_another_world() -> None:
    """A record of one world is not true in another."""
    machines = tuple(replace(m, pace=2.0) for m in FULL.world.machines)
    assert "operation_nominal" in broken(
        FULL.events, replace(FULL.world, machines=machines)
    )


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_nonsense_never_fails_the_checker(data: st.DataObject) -> None:
    """Whatever stands in a record, the checker answers and finds it untrue."""
    events = list(FULL.events)
    at = data.draw(st.integers(0, len(events) - 1))
    event = events[at]
    name = data.draw(st.sampled_from(sorted(event.facts) or ["none"]))
    junk = st.recursive(
        st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(st.text(max_size=2), inner, max_size=2)
        ),
        max_leaves=4,
    )
    events[at] = event._replace(facts={**event.facts, name: data.draw(junk)})
    other = data.draw(st.integers(0, len(events) - 1))
    events[at], events[other] = events[other], events[at]
    assert isinstance(check_trace(FULL.world, events), list)


def test_a_drive_where_no_lane_leads_is_told() -> None:
    """It has no shortest time; the rest of the record is gone through all the same."""
    floor = replace(FULL.world.floor, lanes=FULL.world.floor.lanes[:1])
    found = check_trace(replace(FULL.world, floor=floor), FULL.events)
    assert {one.rule for one in found} == {"drives"}
    assert any("where no lane leads" in str(one) for one in found)


@pytest.mark.parametrize(("share", "stays"), [(0.4, False), (0.5, True)])
def test_an_operator_stays_for_a_share_of_a_run(share: float, stays: bool) -> None:
    """It is the world that says which, of the nominal time."""
    half = tuple(
        m if m.operator is None else replace(m, operator=replace(m.operator, run=0.5))
        for m in FULL.world.machines
    )
    events = freed_after(FULL.events, "operation_started", share)
    rules = broken(events, replace(FULL.world, machines=half))
    assert ("operator_stays" not in rules) == stays
