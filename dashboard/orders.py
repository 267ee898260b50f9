"""The orders as a list, and the descent of what one of them became."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dashboard.plans import Made
from kernel.events import Event
from measures.genealogy import LotTree, genealogy
from measures.replay import State
from measures.views import OrderView
from worlds.routes import Routes
from worlds.spec import World

#: Of the orders that are done, so many of the latest are listed.
MOST_CLOSED = 60


class OrderList:
    """Lists the orders of a state."""

    def __init__(self, world: World) -> None:
        self._routes = Routes(world)

    def rows(self, state: State, plan: Made | None) -> list[list[Any]]:
        """Return the open orders and the latest that are done.

        Returns
        -------
        list
            ``[id, product, options, quantity, rush, status, received, promise, due,
            progress, expected, closed]``: times in ms or None, progress from 0 to 1;
            ``expected`` is when the last of its planned operations ends, if they are
            the last it needs at all (ms).
        """
        ends = _planned_ends(plan)
        live = [o for o in state.orders.items() if o[1].closed is None]
        done = [o for o in state.orders.items() if o[1].closed is not None]
        done.sort(key=lambda item: -(item[1].closed or 0))
        return [
            self._row(id, view, ends.get(id)) for id, view in live + done[:MOST_CLOSED]
        ]

    def _row(self, id: str, view: OrderView, end: int | None) -> list[Any]:
        whole = self._steps(view) * view.quantity
        share = 1.0 if view.status == "shipped" else min(1.0, view.finished / whole)
        expected = view.promise if end is None else max(end, view.promise or 0)
        if end is not None and view.promise is None:
            expected = end
        return [
            id,
            view.product,
            " ".join(view.options.values()),
            view.quantity,
            view.rush,
            view.status,
            view.received,
            view.promise,
            view.due,
            round(share, 3),
            view.closed if view.closed is not None else expected,
            view.closed,
        ]

    def _steps(self, view: OrderView) -> int:
        return max(1, len(self._routes.of(view.product, view.options).steps))


def _planned_ends(plan: Made | None) -> dict[str, int]:
    """Return when the last planned operation of each order ends, ms."""
    ends: dict[str, int] = {}
    for work in plan.assignments if plan is not None else ():
        assert plan is not None
        order = plan.order[work.operation]
        ends[order] = max(ends.get(order, 0), work.end)
    return ends


def descent(events: Iterable[Event], order: str) -> list[dict[str, Any]]:
    """Return the lots an order became, as trees of plain values."""
    return [_tree(tree) for tree in genealogy(events, order)]


def _tree(lot: LotTree) -> dict[str, Any]:
    sources = [*lot.inputs, *([lot.parted_from] if lot.parted_from else [])]
    return {
        "lot": lot.lot,
        "pieces": lot.pieces,
        "scrapped": lot.scrapped,
        "vehicles": list(dict.fromkeys(lot.vehicles)),
        "steps": [
            {
                "step": t.step,
                "machine": t.machine,
                "start": t.start,
                "end": t.end,
                "operator": t.operator,
                "materials": [f"{q:g} of {batch}" for _, batch, q in t.materials],
            }
            for t in lot.treatments
        ],
        "found": [
            {
                "step": f.step,
                "good": f.good,
                "rework": f.rework,
                "scrap": f.scrap,
            }
            for f in lot.inspections
        ],
        "from": [_tree(source) for source in sources],
    }
