"""A world that contradicts itself is refused: one sentence, the right place."""

from dataclasses import replace
from typing import Any

import pytest

from kernel.errors import BadInput
from worlds.consistency import check, flaws
from worlds.keys import put
from worlds.read import read_world, resolved, world_of
from worlds.spec import OrderLine

TURNING = "products.flange.steps.turning"
REWORK = "products.flange.steps.washing.inspection.rework.capability"
NIGHT = {"id": "night", "shifts": [{"days": ["Mon"], "start": "22:00", "end": "06:00"}]}
ORDER = {"id": "X1", "product": "flange", "options": {"size": "d80"}, "due": "9 h"}
TIMES = {"law": "exponential", "mean": "0 s"}


def cell() -> dict[str, Any]:
    """Return the cell as plain values."""
    return resolved(read_world("cell"))


def refusal(content: dict[str, Any]) -> BadInput:
    """Return the error that reading these values raises."""
    with pytest.raises(BadInput) as caught:
        world_of(content, "w.toml")
    assert "\n" not in str(caught.value)
    return caught.value


def step(id: str, **more: Any) -> dict[str, Any]:
    """Return a step that washes."""
    return {"id": id, "capability": "wash"} | more


CASES = [
    # key set, value, place of the refusal, a word of it
    ("days", 0.3, "warm_up", "expected less than"),
    ("start", "2026-01-05T06:00:00", "start", "time zone"),
    ("start", "3026-01-05T06:00:00Z", "start", "1970 to 2199"),
    ("machines.turn1.id", "mill", "machines.mill", "taken"),
    ("machines.turn1.id", "O7", "machines.O7", "kept for orders"),
    ("machines.turn1.id", "R1", "machines.R1", "kept for orders"),
    ("machines.turn1.id", "blank", "materials.blank", "in machines"),
    ("machines.turn1.id", "agv-2", "vehicles.agv-2", "taken"),
    ("machines.turn1.id", "at-store", "floor.nodes.at-store", "taken"),
    ("machines.turn1.id", "at-mill", "machines.at-mill", "does not stand on"),
    ("machines.turn1.node", "at-tern1", "machines.turn1.node", '"at-turn1"'),
    ("machines.turn1.node", "park", "machines.turn1.node", "expected a station"),
    ("machines.turn1.calendar", "day", "machines.turn1.calendar", "a calendar"),
    ("machines.turn1.setup", "jars", "machines.turn1.setup", 'did you mean "jaws"'),
    ("machines.turn1.family", "d90", "machines.turn1.family", "a family"),
    ("machines.turn1.capabilities", ["turn", "turn"], "machines.turn1.cap", "twice"),
    ("machines.turn1.variation.median", -1.0, "machines.turn1.variation", "below 0"),
    ("machines.turn1.variation.median", 9.0, "machines.turn1.variation", "near 1"),
    ("machines.turn1.failures.tool.life", TIMES, "machines.turn1.failures.tool", "0,"),
    ("machines.turn1.failures.tool.skill", "fit", "machines.turn1.failures", "a crew"),
    ("machines.turn1.operator", {"skill": "turn"}, "machines.turn1.operator", "a crew"),
    ("setups.jaws.times.1", ["6 min", "0 min"], "setups.jaws.times", "no holes"),
    ("setups.jaws.times", [["0 s"]], "setups.jaws.times", "1 rows"),
    ("setups.jaws.times.1.1", "5 min", "setups.jaws.times.1.1", "300 s, expected 0"),
    ("setups.jaws.families.1", "d80", "setups.jaws.families", "twice"),
    ("setups.jaws.families.1", "d100", "machines.turn2.family", '"d120"'),
    ("vehicles.agv.count", 0, "vehicles", "0 in all"),
    ("vehicles.agv.home", ["nowhere"], "vehicles.agv.home", "a node"),
    ("suppliers.forge.lead", TIMES, "suppliers.forge.lead", "above 0"),
    ("materials.blank.supplier", "forgery", "materials.blank.supplier", '"forge"'),
    ("materials.blank.up_to", 10, "materials.blank.up_to", "reorder_point"),
    ("floor.traffic", "exclusive", "floor.traffic", "expected ghost: conflict-free"),
    ("floor.nodes.at-store.kind", "lane", "floor.nodes", "kind store"),
    ("floor.lanes.0.between", ["at-store", "at-x"], "floor.lanes.0.between", "a node"),
    ("floor.lanes.0.between", ["park", "park"], "floor.lanes.0.between", "two nodes"),
    ("floor.lanes.5.two_way", True, None, ""),
    ("floor.lanes.6.two_way", False, "floor.lanes", "no way from"),
    ("floor.lanes.0.between", ["at-mill", "at-wash"], "floor.lanes", "no way from"),
    ("floor.nodes.park.at", [0, -1e9], "floor.nodes.park.at", "-1e+09, expected"),
    ("floor.lanes.0.speed", "0.00001 m/s", "floor.lanes.0.speed", "at least 0.001"),
    ("vehicles.agv.speed", "0.00001 m/s", "vehicles.agv.speed", "at least 0.001"),
    ("docks.dock.node", "at-mill", "docks.dock.node", "expected a dock"),
    ("docks.dock.departures", ["9:000"], "docks.dock.departures", "00:00 to 24:00"),
    ("calendars", [NIGHT, NIGHT], "calendars", "twice"),
    ("calendars", [NIGHT | {"shifts": []}], "calendars.night.shifts", "no working"),
    ("calendars", [NIGHT | {"closed": ["9999-01-01"]}], "calendars.night", "2199"),
    ("costs.tariff", [0.1], "costs.tariff", "expected 24"),
    ("network.loss", 1.0, "network.loss", "expected at most 0.9"),
    ("products.flange.options.size.id", "due", "products.flange.options.due", "reserv"),
    ("products.flange.options.size.choices.d80.id", "d120", "products.flange", "twice"),
    (f"{TURNING}.capability", "trun", f"{TURNING}.capability", '"turn"'),
    (f"{TURNING}.capability", None, TURNING, "a capability (or modes)"),
    (f"{TURNING}.modes", [{"machine": "mill", "time": "1 s"}], TURNING, "one of the"),
    (f"{TURNING}.when", {"color": ["red"]}, f"{TURNING}.when.color", "an option"),
    (f"{TURNING}.when", {"size": ["d90"]}, f"{TURNING}.when.size", "a choice of"),
    (f"{TURNING}.when", {"size": []}, f"{TURNING}.when.size", "at least one"),
    (f"{TURNING}.changes.0.when", {"size": ["x"]}, f"{TURNING}.changes.0.when", "a ch"),
    (f"{TURNING}.family", "{colour}", f"{TURNING}.family", "an option"),
    (f"{TURNING}.family", "f-{size}", f"{TURNING}.family", '"f-d80", expected the id'),
    (f"{TURNING}.after", ["turning"], "products.flange.steps", "turning -> turning"),
    (f"{TURNING}.after", ["washing"], "products.flange.steps", "cyclic"),
    ("products.flange.steps.drilling.after", ["milling"], "products.flange", "a step"),
    ("products.flange.steps.drilling.after", [], "products.flange.steps", "all last"),
    ("products.flange.steps.washing.after", ["turning"], "products.flange", "one succ"),
    (REWORK, "mend", REWORK, "some machine"),
    ("products.flange.materials.0.material", "blink", "products.flange.m", '"blank"'),
    ("products.flange.materials.0.step", "turn", "products.flange.m", '"turning"'),
    (
        "products.flange.materials.1.when",
        {"size": ["d"]},
        "products.flange.m",
        "choice",
    ),
    ("demand.customers", [], "demand.customers", "a class of customers"),
    ("demand.customers.regular.id", "urgent", "demand.customers", "twice"),
    ("demand.orders_per_day", 1e9, "demand.orders_per_day", "at most"),
    ("demand.by_hour", [0.0] * 24, "demand.by_hour", "above 0"),
    ("demand.quantity", {"law": "fixed", "value": -2.0}, "demand.quantity", "below 0"),
    ("products.flange.share", 0.0, "products", "all shares are 0"),
    ("demand.orders", [ORDER, ORDER], "demand.orders.X1", "taken"),
    ("demand.orders", [ORDER | {"id": "mill"}], "demand.orders.mill", "in machines"),
    ("demand.orders", [ORDER | {"product": "flang"}], "demand.orders.X1", '"flange"'),
    ("demand.orders", [ORDER | {"options": {}}], "demand.orders.X1.options", "size"),
    ("demand.orders", [ORDER | {"options": {"size": "x"}}], "demand.orders.X1", "d80"),
    ("demand.orders", [ORDER | {"release": "10 h"}], "demand.orders.X1.due", "before"),
    ("demand.orders", [ORDER | {"arrival": "10 h"}], "demand.orders.X1.due", "arrival"),
    ("demand.orders", [ORDER | {"id": "O1"}], "demand.orders.O1", "kept for orders"),
    ("demand.orders", [ORDER | {"id": "R1"}], "demand.orders.R1", "kept for orders"),
    ("unit", "min", "unit", "no orders by chance"),
    (
        "demand.orders",
        [ORDER | {"done": ["drilling"]}],
        "demand.orders.X1.done",
        "turn",
    ),
    (
        "demand.orders",
        [ORDER | {"done": ["sawing"]}],
        "demand.orders.X1.done",
        "a step",
    ),
    ("disturbances", ["break:mil:1 h@2 h"], '"break:mil:1 h@2 h"', '"mill"'),
    ("disturbances", ["break:mill:1 h"], '"break:mill:1 h"', "no time"),
]


@pytest.mark.parametrize(("key", "value", "place", "words"), CASES)
def test_contradictions_are_refused(key, value, place, words):
    """Each broken table is named by its dotted key, with what was expected."""
    content = cell()
    put(content, key, value)
    if place is None:
        world_of(content, "w.toml")
        return
    error = refusal(content)
    assert error.where.startswith("w.toml")
    assert error.place.startswith(place)
    assert words in error.problem


def test_all_steps_done_is_refused():
    """An order in process has some work left, of its own variant."""
    done = ["turning", "drilling", "washing"]
    content = cell()
    content["demand"]["orders"] = [ORDER | {"done": done}]
    assert "some work left" in refusal(content).problem
    content["demand"]["orders"] = [ORDER | {"done": done[:2]}]
    assert world_of(content, "w").demand.orders[0].done == ("turning", "drilling")


def test_orders_are_cancelled_or_changed() -> None:
    """Not both: the shares are of one whole."""
    content = cell()
    content["demand"] |= {"cancelled": 0.5, "changed": 0.5}
    world_of(content, "w")
    content["demand"]["changed"] = 0.6
    found = refusal(content)
    assert found.place == "demand.changed"
    assert found.problem == "with cancelled 1.1, expected at most 1"


def test_an_assembly_by_modes_has_room_too() -> None:
    """A machine that is named needs a slot for each branch too."""
    content = resolved(read_world("electronics"))
    machines = {machine["id"]: machine for machine in content["machines"]}
    for one in content["products"][0]["steps"]:
        if one["id"] == "assemble":
            for name in ("capability", "time", "changes"):
                one.pop(name)
            one["modes"] = [{"machine": "ASM1", "time": "1 min"}]
    world_of(content, "w")
    machines["ASM1"]["input_buffer"] = 1
    found = refusal(content)
    assert found.place == "machines.ASM1.input_buffer"
    assert "expected a slot for each" in found.problem


def test_steps_a_variant_leaves_out_count_as_done():
    """What comes before a left-out step is still asked for."""
    content = cell()
    put(content, "products.flange.steps.drilling.when", {"size": ["d160"]})
    content["products"][0]["steps"].append(step("packing"))
    content["demand"]["orders"] = [ORDER | {"done": ["turning", "washing"]}]
    world_of(content, "w")
    content["demand"]["orders"] = [ORDER | {"done": ["washing"]}]
    assert '"turning"' in refusal(content).problem


def test_two_steps_that_wait_for_each_other_are_cyclic():
    """The circle is spelled out in working order."""
    content = cell()
    content["products"][0]["steps"] = [
        step("turning", after=["c"]),
        step("b", after=["turning"]),
        step("c", after=["b"]),
        step("washing", after=["c"]),
    ]
    content["products"][0]["materials"] = []
    assert "turning -> b -> c -> turning" in refusal(content).problem


def test_a_step_is_written_below_its_predecessors():
    """The order of the file is an order the work can be done in."""
    content = cell()
    content["products"][0]["steps"] = [step("a", after=["b"]), step("b", after=[])]
    content["products"][0]["materials"] = []
    error = refusal(content)
    assert (error.place, error.problem) == (
        "products.flange.steps.a.after",
        '"b" is written below, expected a step above',
    )


def test_a_variant_with_two_last_steps_is_refused():
    """An assembly that ends the routing cannot be left out."""
    content = cell()
    content["products"][0]["steps"] = [
        step("a", after=[]),
        step("b", after=[]),
        step("join", after=["a", "b"], when={"size": ["d80"]}),
    ]
    content["products"][0]["materials"] = []
    assert "a, b are all last for size=d120" in refusal(content).problem
    content["products"][0]["steps"].append(step("pack"))
    world_of(content, "w")


def test_a_variant_without_steps_is_refused():
    """Something must be done for every variant."""
    content = cell()
    content["products"][0]["steps"] = [step("a", when={"size": ["d80"]})]
    content["products"][0]["materials"] = []
    assert "none is done for size=d120" in refusal(content).problem


def test_only_families_that_are_sold_must_be_in_the_matrix():
    """A choice the rules forbid needs no set-up time."""
    content = cell()
    put(content, "products.flange.options.size.choices.d160.share", 0.0)
    content["products"][0]["options"][0]["choices"].append({"id": "d200"})
    assert '"d200"' in refusal(content).problem
    content["products"][0]["rules"] = [
        {"given": {"size": ["d200"]}, "then": {"size": ["d80"]}}
    ]
    world_of(content, "w")


def test_something_must_be_sold():
    """Rules that forbid everything, or leave only what nobody asks for, are refused."""
    content = cell()
    content["products"][0]["rules"] = [{"given": {}, "then": {"size": ["d80"]}}]
    world_of(content, "w")
    put(content, "products.flange.options.size.choices.d80.share", 0.0)
    assert "asked for" in refusal(content).problem
    content["products"][0]["rules"] += [{"given": {}, "then": {"size": ["d120"]}}]
    assert "forbid every variant" in refusal(content).problem


def test_too_many_combinations_are_refused_before_they_are_counted():
    """64 choices of 32 options are no world, and no endless loop."""
    choices = [{"id": f"c{i}"} for i in range(64)]
    content = cell()
    content["products"][0]["options"] += [
        {"id": f"o{i}", "choices": choices} for i in range(31)
    ]
    assert "combinations of options" in refusal(content).problem


@pytest.mark.parametrize(
    ("nodes", "times", "words"),
    [
        (["a", "b"], [["0 s", "1 s"], ["1 s"]], "1 times from b, expected 2"),
        (["a", "b"], [["0 s", "1 s"]], "1 rows"),
        (["a", "a"], [["0 s", "1 s"], ["1 s", "0 s"]], "twice"),
        (["a"], [["0 s"]], "without b"),
        (["a", "c"], [["0 s", "1 s"], ["1 s", "0 s"]], "a node"),
        (["a", "b"], [["0 s", "1 s"], ["1 s", "5 s"]], "to itself"),
    ],
)
def test_travel_matrices_are_whole(nodes, times, words):
    """A given matrix is square, covers every node, and staying takes no time."""
    content = cell()
    content["floor"] = {
        "nodes": [
            {"id": "a", "at": [0, 0], "kind": "store"},
            {"id": "b", "at": [0, 0], "kind": "station"},
        ],
        "travel": {"nodes": nodes, "times": times},
    }
    assert words in refusal(content).problem


def test_a_floor_without_vehicles_needs_no_lanes():
    """Where nothing drives, nothing must be reached."""
    content = cell()
    content["floor"]["lanes"] = []
    assert refusal(content).place == "floor.lanes"
    content["vehicles"] = []
    world_of(content, "w")


def test_flaws_come_in_order():
    """Flaws come in the order of the file."""
    world = read_world("cell")
    lost = replace(world, demand=replace(world.demand, orders=(_lost(1), _lost(2))))
    assert [place for place, _ in flaws(lost)] == [
        "demand.orders.L1.product",
        "demand.orders.L2.product",
    ]
    with pytest.raises(BadInput, match=r"x: demand\.orders\.L1\.product"):
        check(lost, "x")


def _lost(k: int) -> OrderLine:
    return OrderLine(id=f"L{k}", product="lost")


def test_an_assembly_needs_a_slot_for_each_branch():
    """A machine that joins two parts must have room for both, or it locks."""
    content = cell()
    content["products"][0]["steps"] = [
        step("a", after=[]),
        step("b", after=[]),
        step("join", after=["a", "b"]),
    ]
    content["products"][0]["materials"] = []
    wash = next(m for m in content["machines"] if m["id"] == "wash")
    wash["input_buffer"] = 1
    error = refusal(content)
    assert error.place == "machines.wash.input_buffer"
    assert "2 branches" in str(error)
    wash["input_buffer"] = 2
    world_of(content, "w.toml")


def test_a_step_that_scraps_nearly_all_is_refused():
    """What is scrapped is made again: such an order would never be done."""
    content = cell()
    bad = step("a", defects_per_million=1_000_000, inspection={})
    content["products"][0]["steps"] = [bad]
    content["products"][0]["materials"] = []
    error = refusal(content)
    assert error.place.endswith(".steps.a")
    assert "100.0% of the pieces would be scrapped here" in str(error)
    bad["inspection"] = {"miss": 0.5}  # half of them are sold
    world_of(content, "w.toml")


def test_defects_of_earlier_steps_count_at_the_inspection():
    """It is the inspection that scraps, whoever made the defects."""
    content = cell()
    bad = step("a", defects_per_million=999_000)
    content["products"][0]["steps"] = [bad, step("b", inspection={})]
    content["products"][0]["materials"] = []
    assert refusal(content).place.endswith(".steps.b")
    bad["when"] = {"finish": ["none"]}  # only some have it
    content["products"][0]["options"] = [
        {"id": "finish", "choices": [{"id": "none"}, {"id": "fine"}]}
    ]
    world_of(content, "w.toml")
