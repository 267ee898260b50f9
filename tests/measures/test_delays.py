"""Where the time of an order went: told by hand, and over whole runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from measures_story import world as tiny

from agents.factory import Factory
from agents.scenario import scenario_of
from kernel.events import Event
from measures.delays import Delay, OrderTime, order_times
from worlds.read import read_world


class Tale:
    """Facts of one order, with no more in them than the fold reads."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def say(self, time: int, kind: str, subject: str, **facts: Any) -> Tale:
        """Add a fact."""
        self.events.append(Event(time, kind, subject, facts))
        return self

    def received(self, id: str = "O", due: int = 1000, time: int = 0) -> Tale:
        """Let an order come."""
        return self.say(time, "order_received", id, due=due, rush=False)

    def released(self, time: int, lot: str, replaces: str | None = None) -> Tale:
        """Put a lot into the store."""
        return self.say(time, "lot_released", lot, order="O", at="s", replaces=replaces)

    def asked(self, time: int, lot: str, to: str) -> Tale:
        """Request a transport."""
        return self.say(time, "transport_requested", f"T{lot}", lot=lot, to=to)

    def rode(self, lot: str, start: int, end: int, to: str) -> Tale:
        """Load a lot, and put it down."""
        self.say(start, "lot_loaded", lot, vehicle="v", at="?")
        return self.say(end, "lot_delivered", lot, vehicle="v", at=to)

    def state(self, time: int, machine: str, state: str, why: str = "") -> Tale:
        """Change the state of a machine."""
        return self.say(time, "machine_state", machine, state=state, reason=why or None)

    def began(self, time: int, machine: str, lot: str, *materials: str) -> Tale:
        """Begin to work on a lot."""
        used = [[material, f"{material}/1", 1] for material in materials]
        return self.say(
            time, "operation_started", machine, lot=lot, operation=lot, materials=used
        )

    def ended(self, time: int, machine: str, lot: str) -> Tale:
        """End the work on a lot."""
        return self.say(time, "operation_finished", machine, lot=lot, operation=lot)

    def shipped(self, time: int) -> Tale:
        """Let the order leave."""
        return self.say(time, "order_shipped", "O")

    def told(self) -> OrderTime:
        """Return the time of the one order."""
        (one,) = order_times(tiny(), self.events)
        return one

    def spent(self) -> dict[str, int]:
        """Return what its time was spent on, without zeros."""
        return {str(delay): ms for delay, ms in self.told().spent.items() if ms}


def test_every_cause_has_its_time() -> None:
    """A lot that meets everything: each wait goes to what held it up."""
    tale = Tale().received().released(5, "L")
    tale.say(5, "material_reserved", "sheet", order="O", quantity=1)
    tale.say(12, "material_received", "sheet", quantity=1)  # 7 without material
    tale.asked(15, "L", "cutter").rode("L", 19, 25, "cutter")  # 3, 4, 6
    tale.state(28, "cutter", "aborted").state(36, "cutter", "stopped")  # 3, 8
    tale.state(45, "cutter", "suspended", "operator")  # 9
    tale.state(55, "cutter", "suspended", "buffer")  # 10
    tale.state(66, "cutter", "starting").state(78, "cutter", "execute")  # 11, 12
    tale.began(78, "cutter", "L", "sheet")
    tale.say(90, "operation_interrupted", "cutter", lot="L", operation="L")  # 12
    tale.say(103, "operation_resumed", "cutter", lot="L", operation="L")  # 13
    tale.ended(117, "cutter", "L")  # 14
    tale.asked(117, "L", "out").rode("L", 132, 148, "out")  # 15, 16
    tale.shipped(165)  # 17
    assert tale.spent() == {
        "release": 5,
        "material": 7,
        "machine": 3 + 3,
        "closed": 9,
        "operator": 10,
        "repair": 8 + 13,
        "blocked": 11,
        "set-up": 12,
        "vehicle": 4 + 15,
        "transport": 6 + 16,
        "processing": 12 + 14,
        "dock": 17,
    }


def test_a_lot_waits_for_the_machine_that_works_on_it_next_wherever_it_lies() -> None:
    """In the output of one machine it is the next machine's state that counts."""
    tale = Tale().received().released(0, "L").began(0, "cutter", "L")
    tale.ended(10, "cutter", "L").state(10, "cutter", "aborted")
    tale.state(14, "printer", "aborted").state(20, "printer", "idle")
    tale.asked(20, "L", "printer").rode("L", 20, 20, "printer")
    tale.began(21, "printer", "L").ended(30, "printer", "L").shipped(30)
    assert tale.spent() == {"processing": 19, "machine": 4 + 1, "repair": 6}


def test_the_part_that_came_last_is_followed_through_an_assembly() -> None:
    """What the other part waited for does not matter."""
    tale = Tale().received().released(0, "early").released(0, "late")
    tale.asked(0, "early", "joiner").rode("early", 0, 2, "joiner")
    tale.asked(0, "late", "joiner").rode("late", 30, 40, "joiner")
    inputs = ["early", "late"]
    tale.say(50, "lots_joined", "J", order="O", inputs=inputs, at="joiner")
    tale.began(50, "joiner", "J").ended(60, "joiner", "J").shipped(60)
    assert tale.told().lot == "J"
    assert tale.spent() == {
        "vehicle": 30,
        "transport": 10,
        "machine": 10,
        "processing": 10,
    }


def test_a_replacement_goes_on_where_its_pieces_were_scrapped() -> None:
    """The history of the scrapped lot is the beginning of the chain."""
    tale = Tale().received().released(0, "L").began(3, "cutter", "L")
    tale.ended(10, "cutter", "L")
    tale.say(10, "lot_scrapped", "L", order="O", pieces=1)
    tale.released(14, "R", replaces="L").began(16, "cutter", "R")
    tale.ended(20, "cutter", "R").shipped(20)
    assert tale.spent() == {"machine": 3 + 4 + 2, "processing": 7 + 4}


def test_a_part_for_rework_shares_the_time_before_it_was_parted() -> None:
    """Its chain begins with that of the lot it was split from."""
    tale = Tale().received().released(0, "L").began(0, "tester", "L")
    tale.ended(8, "tester", "L").say(8, "lot_split", "L", into="L~1")
    tale.began(11, "bench", "L~1").ended(15, "bench", "L~1").shipped(15)
    assert tale.told().lot == "L~1"
    assert tale.spent() == {"processing": 12, "machine": 3}


def test_a_withdrawn_transport_was_waited_for_no_longer() -> None:
    """Between two requests the lot waits for a machine."""
    tale = Tale().received().released(0, "L").asked(2, "L", "cutter")
    tale.say(5, "transport_cancelled", "TL", reason="assigned elsewhere")
    tale.asked(9, "L", "printer").rode("L", 10, 12, "printer")
    tale.began(12, "printer", "L").ended(13, "printer", "L").shipped(13)
    assert tale.spent() == {
        "machine": 2 + 4,
        "vehicle": 3 + 1,
        "transport": 2,
        "processing": 1,
    }


def test_an_order_that_did_not_ship_is_followed_to_the_end() -> None:
    """It waits along the lot that has been longest where it is."""
    tale = Tale().received(due=10).released(0, "L").released(0, "M")
    tale.asked(0, "L", "cutter").rode("L", 0, 1, "cutter")
    tale.asked(0, "M", "cutter").rode("M", 0, 4, "cutter")
    tale.state(3, "cutter", "aborted").say(50, "run_ended", "tiny")
    one = tale.told()
    assert (one.shipped, one.lot, one.ended, one.lateness) == (False, "L", 50, 40)
    assert tale.spent() == {"transport": 1, "machine": 2, "repair": 47}


def test_an_order_without_material_waits_for_it() -> None:
    """A reservation nobody has filled holds up what has not been begun."""
    tale = Tale().received().released(0, "L")
    tale.say(0, "material_reserved", "sheet", order="O", quantity=1)
    tale.say(50, "run_ended", "tiny")
    assert tale.spent() == {"material": 50}


def test_an_order_that_lends_its_material_waits_for_it_from_then_on() -> None:
    """What it had before it lent it is no wait for material."""
    tale = Tale().received().released(0, "L")
    tale.say(0, "stock_counted", "sheet", quantity=1)
    tale.say(0, "material_reserved", "sheet", order="O", quantity=1)
    tale.say(20, "material_released", "sheet", order="O", quantity=1)
    tale.say(20, "material_reserved", "sheet", order="R", quantity=1)
    tale.say(20, "material_reserved", "sheet", order="O", quantity=1)
    tale.say(26, "material_received", "sheet", quantity=1)
    tale.asked(30, "L", "cutter").rode("L", 30, 31, "cutter")
    tale.began(32, "cutter", "L", "sheet").ended(40, "cutter", "L").shipped(40)
    assert tale.spent() == {
        "material": 6,
        "machine": 20 + 4 + 1,
        "transport": 1,
        "processing": 8,
    }


def test_orders_without_lots_and_cancelled_ones() -> None:
    """Nothing on the floor: the wait for release; cancelled: nothing to tell."""
    tale = Tale().received("A", time=5).received("B", time=5)
    tale.say(9, "order_cancelled", "B", reason="customer").say(20, "run_ended", "tiny")
    (one,) = order_times(tiny(), tale.events)
    assert (one.order, one.lot, one.spent[Delay.RELEASE]) == ("A", None, 15)


def test_nothing_happened() -> None:
    """An empty record has no orders."""
    assert order_times(tiny(), []) == []


STRIKES = ("break:turn1:1 h@5 h", "rush:flange:qty=2:due=2 h@6 h")


def whole(name: str, policy: str, days: float, **more: Any) -> Sequence[Event]:
    """Return the facts of a run."""
    scenario = scenario_of(read_world(name), policy=policy, days=days, **more)
    return Factory(scenario).run().events


@pytest.mark.parametrize(
    ("name", "policy", "days", "seed"),
    [
        *(
            ("cell", policy, 0.6, seed)
            for policy in ("rule", "rule:ATC", "negotiated", "planned", "hybrid")
            for seed in (1, 2)
        ),
        ("electronics", "rule", 0.3, 1),
        ("electronics", "rule", 0.3, 2),
        ("electronics", "negotiated", 0.2, 3),
        pytest.param("electronics", "planned", 0.2, 1, marks=pytest.mark.slow),
        pytest.param("electronics", "hybrid", 0.2, 4, marks=pytest.mark.slow),
        ("EX11", "planned", 1.0, 1),
    ],
)
def test_every_millisecond_has_exactly_one_cause(
    name: str, policy: str, days: float, seed: int
) -> None:
    """The classes of every order sum to its flow time, and none is negative."""
    more = {"disturbances": STRIKES} if name == "cell" else {}
    events = whole(name, policy, days, seed=seed, **more)
    received = {e.subject: e.time for e in events if e.kind == "order_received"}
    shipped = {e.subject: e.time for e in events if e.kind == "order_shipped"}
    cancelled = {e.subject for e in events if e.kind == "order_cancelled"}
    times = order_times(read_world(name), events)
    assert [one.order for one in times] == [o for o in received if o not in cancelled]
    for one in times:
        ended = shipped.get(one.order, events[-1].time)
        assert sum(one.spent.values()) == ended - received[one.order]
        assert min(one.spent.values()) >= 0
        assert one.shipped == (one.order in shipped)
    assert sum(one.spent[Delay.PROCESSING] for one in times) > 0


def test_what_is_processed_is_what_machines_did() -> None:
    """An order of one lot and a line of machines: its work is all in the chain."""
    events = whole("ft06", "planned", 1.0)
    begun: dict[str, int] = {}
    worked: dict[str, int] = {}
    for event in events:
        lot = str(event.facts.get("lot"))
        if event.kind == "operation_started":
            begun[lot] = event.time
        elif event.kind == "operation_finished":
            worked[lot] = worked.get(lot, 0) + event.time - begun[lot]
    for one in order_times(read_world("ft06"), events):
        assert one.spent[Delay.PROCESSING] == worked[str(one.lot)]
        assert one.spent[Delay.TRANSPORT] == one.spent[Delay.VEHICLE] == 0
