"""Facts: what happened, when, to whom. The vocabulary of every trace.

A fact is flat and dated; whatever is derived (KPIs, genealogy, the state on a
screen) is folded from facts, never stored in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple


class Event(NamedTuple):
    """One fact.

    Attributes
    ----------
    time
        Milliseconds since the world's ``start``.
    kind
        A key of :data:`VOCABULARY`.
    subject
        The id of the thing it happened to.
    facts
        Plain JSON values, under the names the vocabulary lists.
    """

    time: int
    kind: str
    subject: str
    facts: Mapping[str, Any]


class MachineState(StrEnum):
    """States of a machine (PackML, ISA-TR88.00.02)."""

    IDLE = "idle"  # nothing to do
    STARTING = "starting"  # being set up
    EXECUTE = "execute"
    SUSPENDED = "suspended"  # starved or blocked; the reason says which
    ABORTED = "aborted"  # broken down
    HELD = "held"  # in maintenance
    STOPPED = "stopped"  # outside its calendar


#: Kind of fact -> the names it carries. ``subject`` is named first in the comment.
#: Times are ms, quantities pieces (or the material's unit), ids strings.
VOCABULARY: Mapping[str, tuple[str, ...]] = {
    # order: `customer` class of the demand; `options` {option: choice};
    # due absolute ms; weight > 0; rush bool. Received orders may wait for release.
    "order_received": (
        "product",
        "options",
        "quantity",
        "release",
        "due",
        "weight",
        "customer",
        "rush",
        "price",
    ),
    "order_promised": ("promise",),
    "order_changed": ("due", "weight", "quantity"),
    "order_cancelled": ("reason",),
    "order_shipped": ("dock", "pieces"),
    # lot: `kit` is the id of the order's lot as a whole ("O17.1"); `chain` the id of
    # the first step of the branch it is on; `step` the next step; `at` where it is
    # (a place); `replaces` the lot whose scrapped pieces are made again, or null;
    # `wip` true where the lot stood half-finished on the floor when the run began.
    "lot_released": (
        "order",
        "kit",
        "chain",
        "step",
        "pieces",
        "at",
        "replaces",
        "wip",
    ),
    "lot_split": ("into", "pieces"),  # `into` new lot id, `pieces` that left with it
    "lots_joined": ("order", "kit", "step", "pieces", "inputs", "at"),  # new lot
    "lot_scrapped": ("order", "pieces", "step"),  # pieces lost; lot ends if all are
    "lot_ended": ("order", "pieces"),  # taken off the floor: its order was cancelled
    # machine. `reason` of suspended: "part", "operator", "material", "buffer".
    "machine_state": ("state", "reason"),
    "setup_started": ("from", "to", "operator"),
    "setup_finished": ("family",),
    # `operation` is "LOT:STEP" ("LOT:STEP#2" the second time); `nominal` ms as planned;
    # `materials` [[material, material lot, quantity], ...]; `operator` id or null.
    "operation_started": (
        "operation",
        "lot",
        "step",
        "pieces",
        "family",
        "nominal",
        "operator",
        "materials",
    ),
    "operation_interrupted": ("operation", "lot"),
    "operation_resumed": ("operation", "lot", "restarted"),
    "operation_finished": ("operation", "lot", "step", "pieces", "defects"),
    "machine_failed": ("mode",),
    "repair_started": ("operator",),
    "machine_repaired": ("mode",),
    # inspection of a lot: pieces found good, sent to rework, scrapped; and the truth:
    # `missed` defective pieces passed, `alarms` good pieces flagged, `defects` the
    # defects (opportunities gone wrong) on the pieces seen.
    "lot_inspected": (
        "step",
        "machine",
        "pieces",
        "good",
        "rework",
        "scrap",
        "missed",
        "alarms",
    ),
    # transport order: lot, from and to (places); `to_buffer` reserved there.
    "transport_requested": ("lot", "from", "to", "ready"),
    "transport_awarded": ("vehicle",),
    "transport_cancelled": ("reason",),
    # vehicle: a drive along `path` (nodes), empty or loaded, and its ends.
    "drive_started": ("path", "lot", "arrive"),
    "drive_finished": ("at",),
    "lot_loaded": ("vehicle", "at"),  # lot taken from a place (loading has begun)
    "lot_delivered": ("vehicle", "at"),  # lot put down at a place
    "vehicle_stopped": ("reason",),
    "vehicle_resumed": (),
    # material
    "stock_counted": ("quantity", "material_lot"),  # opening stock
    "material_reserved": ("order", "quantity"),
    "material_released": ("order", "quantity"),  # reservation given back
    "material_ordered": ("purchase", "supplier", "quantity", "expected"),
    "material_delayed": ("purchase", "expected"),
    "material_received": ("purchase", "material_lot", "quantity"),
    "stock_out": ("short",),  # this much of a reservation has to be waited for
    # crew: an operator is taken for and released from work on a machine
    "operator_taken": ("operator", "machine", "work"),  # work: setup|run|repair
    "operator_freed": ("operator", "machine", "work"),
    # deciding. A call is one contract-net conversation, settled by its deadline;
    # `bidders` were asked, `bids` [[bidder, price], ...] are what they offered.
    "call_settled": (
        "about",
        "bidders",
        "bids",
        "winner",
        "price",
        "messages",
        "outcome",
    ),
    "claim_released": ("operation", "reason"),
    # `engines` [{engine, value, ...}], `gain` relative to the plan in force
    # re-evaluated, `major` bool. Of `common` operations yet to begin, which the plan
    # before had too, `changed` change machine, and starts shift by `shifted` ms on
    # average; of `near` of them, which it had beginning within 2 h, `near_changed`.
    # `refreshes` since the last re-planning changed the machine of
    # `refreshed_changed` of `refreshed_near` such near operations in sum.
    "replan": (
        "trigger",
        "major",
        "engines",
        "status",
        "value",
        "gain",
        "operations",
        "common",
        "changed",
        "shifted",
        "near",
        "near_changed",
        "refreshes",
        "refreshed_near",
        "refreshed_changed",
        "adopted",
        "revision",
    ),
    # operations a plan in force spans that the plan before it did not:
    # `assignments` [[operation, machine, start, end], ...], ms
    "work_planned": ("assignments",),
    "decision_touched": ("what",),  # a person decided something
    "policy_changed": ("policy",),  # from now on it is another
    "disturbed": ("what",),
    # run: `window` [first, last] ms; `unfinished` orders of the window not shipped.
    "run_started": ("window", "horizon"),
    "run_ended": ("unfinished", "reproducible"),
}
