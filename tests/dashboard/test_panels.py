"""Chart, orders, figures and reasons: what the page shows is what happened."""

from __future__ import annotations

import json
from string import Formatter

import pytest

from agents.scenario import scenario_of
from dashboard import words as strings
from dashboard.chart import DOINGS
from dashboard.run import Run
from dashboard.words import LANGUAGES, words
from kernel.calendar import HOUR, MINUTE
from measures.kpis import Kpis
from worlds.read import read_world

CELL = read_world("cell")


@pytest.fixture(scope="module")
def run() -> Run:
    """Seven hours of the cell, with a breakdown and a rush order."""
    strikes = ["break:mill:1 h@5 h", "rush:flange:qty=2:due=3 h@5.5 h"]
    found = Run(scenario_of(CELL, policy="hybrid", days=0.5, disturbances=strikes))
    found.advance(7 * HOUR, seconds=60)
    return found


def test_bars_are_what_was_done(run: Run) -> None:
    """The chart's past holds the operations of the record, no more and no less."""
    chart = run.gantt(4 * HOUR, vehicles=True)
    assert chart["begin"] == 5 * HOUR
    work = DOINGS.index("work")
    ids = [machine.id for machine in CELL.machines]
    told = {
        (chart["rows"][row], start, chart["orders"][order])
        for row, start, end, doing, order in chart["bars"]
        if doing == work and start > 0 and chart["rows"][row] in ids
    }
    events = run.factory.trace.events
    begun = {
        (e.subject, (e.time - 5 * HOUR) // 1000, e.facts["lot"].split(".")[0])
        for e in events
        if e.kind in ("operation_started", "operation_resumed")
        and 5 * HOUR + 1000 <= e.time <= 7 * HOUR - 1000
    }
    assert begun <= told
    doings = [DOINGS[bar[3]] for bar in chart["bars"]]
    assert "broken down" in doings
    assert all(start <= end <= 7200 for _, start, end, _, _ in chart["bars"])


def test_the_plan_is_of_the_future(run: Run) -> None:
    """Planned bars begin now or later, on machines, for orders that are known."""
    chart = run.gantt(4 * HOUR, vehicles=False)
    assert chart["planned"]
    for row, start, end, setup, order, changed in chart["planned"]:
        assert 7200 <= setup <= start <= end
        assert chart["rows"][row] in run.factory.machines
        assert chart["orders"][order] in run.factory.orders
        assert changed in (0, 1)


def test_the_past_shows_the_plan_of_then(run: Run) -> None:
    """Looking back, the plan in force then is shown, and nothing of the future."""
    run.seek(4 * HOUR)
    chart = run.gantt(8 * HOUR, vehicles=False)
    assert chart["planned"]
    assert all(end <= 4 * 3600 for _, _, end, _, _ in chart["bars"])
    rows = run.order_rows()
    assert all(row[6] <= 4 * HOUR for row in rows)
    assert all(reason[0] <= 4 * HOUR for reason in run.why(words("en"), "all"))
    run.seek(7 * HOUR)


def test_a_plan_goes_with_its_planner() -> None:
    """Under a policy without a planner nothing is planned, now or looking back."""
    found = Run(scenario_of(CELL, policy="hybrid", days=0.5))
    found.advance(4 * HOUR, seconds=60)
    assert found.gantt(8 * HOUR, vehicles=False)["planned"]
    found.change_policy("rule")
    found.advance(5 * HOUR, seconds=60)
    for time in (5 * HOUR, 4 * HOUR + MINUTE):
        found.seek(time)
        assert found.gantt(8 * HOUR, vehicles=False)["planned"] == []
    found.seek(3 * HOUR)
    assert found.gantt(8 * HOUR, vehicles=False)["planned"]


def test_instances_are_told_in_their_unit() -> None:
    """Bars begin on whole units, and sentences speak of units."""
    found = Run(scenario_of(read_world("ft06"), policy="planned"))
    found.advance(33_400, seconds=60)
    chart = found.gantt(100_000, vehicles=False)
    starts = {chart["begin"] // 1000 + bar[1] for bar in chart["bars"]}
    assert 0 in starts
    assert all(start >= 0 for start in starts)
    found.advance(None, seconds=60)
    told = [reason[3] for reason in found.why(words("en"), "all")]
    assert any("units late" in sentence for sentence in told)


def test_a_long_window_is_not_drawn_bar_by_bar() -> None:
    """What cannot be told apart becomes one bar."""
    found = Run(scenario_of(CELL, policy="rule", days=4))
    found.advance(72 * HOUR, seconds=60)
    near, far = (found.gantt(h * HOUR, vehicles=True)["bars"] for h in (8, 144))
    assert len(far) < 2 * len(near) * 18
    assert len(far) <= 6 * 2 * 400


def test_orders_are_listed_with_progress(run: Run) -> None:
    """Open orders are all there; progress is between 0 and 1, of shipped ones 1."""
    rows = {row[0]: row for row in run.order_rows()}
    agents = run.factory.orders
    live = {
        id for id, order in agents.items() if not order.shipped and not order.cancelled
    }
    assert live <= set(rows)
    assert all(0 <= row[9] <= 1 for row in rows.values())
    assert all(row[9] == 1 for row in rows.values() if row[5] == "shipped")
    json.dumps(list(rows.values()), allow_nan=False)


def test_descents_can_be_shown(run: Run) -> None:
    """How a shipped order was made: its steps, with material lots."""
    shipped = next(row[0] for row in run.order_rows() if row[5] == "shipped")
    trees = run.descent(shipped)
    steps = [step["step"] for tree in trees for step in tree["steps"]]
    assert "turning" in steps
    json.dumps(trees, allow_nan=False)


def test_cards_are_the_key_figures_since_the_start(run: Run) -> None:
    """The last sample is what a fold over the record so far says."""
    shown = run.figures()
    at = shown["times"][-1]
    fold = Kpis(CELL)
    for event in run.factory.trace.events:
        if event.kind == "run_started":
            event = event._replace(facts={**event.facts, "window": [0, 10**15]})
        if event.time <= at:
            fold.add(event)
    values = fold.values()
    for name in ("on_time", "flow_time", "vehicle_use", "messages"):
        assert shown["cards"][name][2][-1] == pytest.approx(values[name], abs=1e-4), (
            name
        )
    shipped = [e for e in run.factory.trace.events if e.kind == "order_shipped"]
    assert [late[2] for late in shown["late"]] == [e.subject for e in shipped]


def test_slices_stay_short() -> None:
    """However often little time was asked for, nobody waits long for the next look."""
    run = Run(scenario_of(CELL, policy="rule", days=1))
    for k in range(200):
        run.advance(k * 1000, seconds=1)
    assert run.slice <= 10_000
    run.advance(None, seconds=0.0)
    assert run.shown <= 199_000 + 10_000


def test_samples_stay_few() -> None:
    """However long a run is, its courses have a bounded number of points."""
    run = Run(scenario_of(CELL, policy="rule", days=5))
    run.advance(5 * 24 * HOUR, seconds=60)
    shown = run.figures()
    assert 100 < len(shown["times"]) <= 240
    apart = {b - a for a, b in zip(shown["times"], shown["times"][1:], strict=False)}
    assert apart == {30 * MINUTE}


@pytest.mark.parametrize("kind", ["plans", "calls", "events"])
def test_reasons_are_told_in_every_language(run: Run, kind: str) -> None:
    """Every decision of the record becomes a sentence."""
    for language in LANGUAGES:
        told = run.why(words(language), kind)
        assert told
        assert all(reason[1] == kind and reason[3] for reason in told)


def test_a_replan_says_why_and_what_each_engine_did(run: Run) -> None:
    """The breakdown led to a re-planning: what it changed, and how long it took."""
    told = run.why(words("en"), "plans")
    failed = next(r for r in told if r[3].startswith("machine failed mill"))
    assert "re-planned" in failed[3]
    assert "rules" in failed[4]
    assert failed[4].endswith(" ms.")


def test_a_call_says_who_bid_what(run: Run) -> None:
    """The winner is among those who have bid."""
    told = run.why(words("en"), "calls")
    awarded = [r for r in told if " won with " in r[3]]
    assert awarded
    for reason in awarded:
        winner = reason[3].partition("; ")[2].partition(" won")[0]
        assert winner in reason[4]


def test_strings_are_complete() -> None:
    """Every string is there in both languages, with the same gaps to fill in."""
    for key, pair in strings._TABLE.items():
        assert all(pair), key
        gaps = [{name for _, name, _, _ in Formatter().parse(text)} for text in pair]
        assert gaps[0] - {None} == gaps[1] - {None}, key


@pytest.mark.parametrize("kind", ["machine", "vehicle", "order", "material", "place"])
def test_things_can_be_inspected(run: Run, kind: str) -> None:
    """What is clicked is described; what is not known is not."""
    ids = {"machine": "mill", "vehicle": "agv-1", "order": "R1"}
    id = (ids | {"material": "blank", "place": "dock"})[kind]
    found = run.inspect((kind, id))
    assert found is not None
    assert found["id"] == id
    json.dumps(found, allow_nan=False)
    assert run.inspect((kind, "nobody")) is None
    assert run.inspect(None) is None
