"""A problem as contiguous arrays: what the compiled step reads.

Tables are int64, one row a thing, with a named column for each attribute; offsets
point into the table of a thing's parts, whose end is the offset in the next row (so
operations and machines carry one row more than there are).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduling.frozen import frozen_of
from scheduling.problem import CRITERIA, Problem
from scheduling.sites import BLOCKING, machines_of, setups_of, travel_of
from scheduling.tables import Reals as Reals
from scheduling.tables import Table as Table
from scheduling.tables import table
from scheduling.works import typical_duration, works_of

# columns of Arrays.operations; NEXT, MODES and INPUTS are offsets
JOB, FAMILY, RELEASE, PINNED, KEEP, BEFORE, TAIL, AWAITED, NEXT, MODES, INPUTS = range(
    11
)
MACHINE, DURATION = range(2)  # of Arrays.modes
SOURCE, PLACE, READY, LAG, LIMIT = range(5)  # of Arrays.inputs
SITE, CAPACITY, HEADWAY, LAST, MATRIX, PRESENT, DETOURS, KIND, SLOTS, CLOSED = range(10)
FREE, AT, FLEET = range(3)  # of Arrays.vehicles
EMPTY, LOADED = range(2)  # of Arrays.travel
DUE, BEGIN = range(2)  # of Arrays.jobs
# of Arrays.prices: the criteria, and what else the compiled code must know
MAKESPAN, TARDINESS, FLOW, SET_UPS, ENERGY, MOVED, CHANGED = range(7)
TYPICAL, SPREAD, LIMITED, BLOCKED = range(7, 11)


class Arrays(NamedTuple):
    """The tables of a problem.

    Shapes: N operations, M machines, V vehicles, F fleets, P places, J jobs, K set-up
    matrices of up to S families, T prices of energy. Times in ms, -1 where there is
    none.

    Attributes
    ----------
    operations
        (N + 1, 11).
    modes, inputs, following
        (., 2), (., 5) and (.,): the parts of operations; ``following`` lists those
        that need its output.
    machines, slots, closed
        (M + 1, 10); (.,) when each slot is free; (., 2).
    power, tariff
        (M,); (T, 2): from, price of a ms at a power of one.
    setups
        (K, S, S).
    vehicles, travel
        (V, 3) and (F, 2, P, P): empty, loaded.
    jobs, weights, rates
        (J, 2); (J,) and (J,): what a ms costs late, and late including flow.
    prices, ceilings
        (11,): the criteria, the typical duration, the spread, how many inputs have a
        limit and how many machines no room beside them; (7,): what the criteria must
        not exceed.
    prefix
        (., 2): operations that are frozen, in their order, and their modes.
    """

    now: int
    operations: Table
    modes: Table
    inputs: Table
    following: Table
    machines: Table
    slots: Table
    closed: Table
    power: Reals
    tariff: Reals
    setups: Table
    vehicles: Table
    travel: Table
    jobs: Table
    weights: Reals
    rates: Reals
    prices: Reals
    ceilings: Reals
    prefix: Table


HOUR = 3_600_000


def arrays_of(problem: Problem) -> Arrays:
    """Return the arrays of a problem."""
    jobs, aim = problem.jobs, problem.objective
    works = works_of(problem)
    machines, slots, closed = machines_of(problem)
    limited = int(np.count_nonzero(works.inputs[:, LIMIT] >= 0))
    blocked = int(np.count_nonzero(machines[:-1, KIND] == BLOCKING))
    typical = typical_duration(works.least)
    prices = (*aim.prices(), typical, aim.spread, limited, blocked)
    ceilings = dict(aim.ceilings)
    tariff = [(time, price / HOUR) for time, price in problem.tariff]
    rates = [(aim.tardiness or 1.0) * job.weight + aim.flow for job in jobs]
    return Arrays(
        now=problem.now,
        operations=works.operations,
        modes=works.modes,
        inputs=works.inputs,
        following=works.following,
        machines=machines,
        slots=slots,
        closed=closed,
        power=np.array([machine.power for machine in problem.machines]),
        tariff=np.array(tariff, dtype=np.float64).reshape(len(tariff), 2),
        setups=setups_of(problem.setups),
        vehicles=table([(v.free, v.place, v.fleet) for v in problem.vehicles], 3),
        travel=travel_of(problem.fleets),
        jobs=table([(job.due, job.release) for job in jobs], 2),
        weights=np.array([job.weight for job in jobs], dtype=np.float64),
        rates=np.array(rates, dtype=np.float64),
        prices=np.array(prices, dtype=np.float64),
        ceilings=np.array([ceilings.get(name, np.inf) for name in CRITERIA]),
        prefix=table(frozen_of(problem), 2),
    )
