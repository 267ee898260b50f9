"""When what a plan leaves out must begin at the latest."""

from agents.steps_ahead import StepsAhead
from kernel.calendar import HOUR, MINUTE
from worlds.read import read_world
from worlds.routes import Routes

WORLD = read_world("cell")
PRODUCT = WORLD.products[0]
ROUTE = Routes(WORLD).of(PRODUCT.id, {o.id: o.choices[0].id for o in PRODUCT.options})
OPEN: dict[str, tuple[tuple[int, int], ...]] = {m.id: () for m in WORLD.machines}


def test_steps_and_waits_are_counted_back() -> None:
    """Every step takes its work and the wait off the due date."""
    ahead = StepsAhead(OPEN, 5 * MINUTE)
    for step in ROUTE.steps:
        count = sum(1 for _ in ROUTE.steps_from(step.index))
        taken = ROUTE.tail(step.index, 2) + count * 5 * MINUTE
        assert ahead.latest_begin(ROUTE, step.index, 2, 90 * HOUR) == 90 * HOUR - taken


def test_nothing_begins_while_a_machine_is_closed() -> None:
    """A last step that would begin at night must begin before the evening."""
    last = ROUTE.steps[-1]
    work = last.quickest.duration(2)
    night = {last.quickest.machine: ((10 * HOUR, 20 * HOUR),)}
    ahead = StepsAhead(OPEN | night, 0)
    begin = [
        ahead.latest_begin(ROUTE, last.index, 2, due + work)
        for due in (9 * HOUR, 10 * HOUR, 20 * HOUR - 1, 20 * HOUR)
    ]
    assert begin == [9 * HOUR, 10 * HOUR - 1, 10 * HOUR - 1, 20 * HOUR]
