"""JobShopLab's shops as problems of Holofab, and its way of sending vehicles.

All jobs are in the input buffer at 0, vehicle k begins at machine k, empty trips count,
loading takes no time, buffers are unlimited. A vehicle is sent for a part only once the
operation that makes it has begun; in a plan of ours it may leave sooner.
"""

from __future__ import annotations

from dataclasses import replace
from operator import itemgetter
from pathlib import Path

from scheduling.plan import Assignment, Plan, Trip
from scheduling.problem import Fleet, Input, Machine, Mode, Operation, Problem
from scheduling.static import problem_of
from worlds.read import read_world

HERE = Path(__file__).parent / "instances" / "jobshoplab"
UNIT = 1000  # ms


def problem_named(name: str, *, delivered: bool = False) -> Problem:
    """Return an instance; ``delivered``: jobs have to be brought to the output buffer.

    The makespan is the end of the last operation, or of the last such trip.
    """
    world = read_world(HERE / f"{name}.txt")
    if not delivered:
        problem = problem_of(world)
        fleets = problem.fleets
    else:
        problem = problem_of(replace(world, completion="delivered"))
        fleets = _with_output(name, problem)
    homes = [machine.place for machine in problem.machines][: len(world.machines)]
    vehicles = tuple(
        replace(vehicle, place=homes[k % len(homes)])
        for k, vehicle in enumerate(problem.vehicles)
    )
    return replace(problem, vehicles=vehicles, fleets=fleets)


def _with_output(name: str, problem: Problem) -> tuple[Fleet, ...]:
    """Return the travel times with those of the output buffer, the last machine."""
    rows = (HERE / "output.txt").read_text(encoding="utf-8").splitlines()
    times = next(row.split()[1:] for row in rows if row.split()[0] == name)
    *machines, output = (machine.place for machine in problem.machines)
    matrix = [list(row) for row in problem.fleets[0].empty]
    for place, time in zip((_input(problem), *machines), times, strict=True):
        matrix[place][output] = matrix[output][place] = int(time) * UNIT
    travel = tuple(map(tuple, matrix))
    return (Fleet(empty=travel, loaded=travel),)


def _input(problem: Problem) -> int:
    """Return the place where all jobs begin."""
    return problem.operations[0].inputs[0].place


def dispatched(problem: Problem, plan: Plan) -> Plan:
    """Return a plan's sequences timed with vehicles sent JobShopLab's way.

    With the plan's vehicles or with those that take each part soonest, the better one.
    """
    plans = [_timed(problem, plan, again=again) for again in (False, True)]
    return min(plans, key=lambda plan: plan.makespan)


def _timed(problem: Problem, plan: Plan, *, again: bool) -> Plan:
    """Return the plan, starts and pick-ups in the same order; ``again``: new vehicles.

    Of vehicles that take a part equally soon the one is sent that waits least.
    """
    fleet, ids = problem.fleets[0], [operation.id for operation in problem.operations]
    source = {}  # of the part of an operation; "" is where nothing was made
    for operation in problem.operations:
        before = operation.inputs[0].operation
        source[operation.id] = "" if before is None else ids[before]
    vehicles = {vehicle.id: (vehicle.place, 0) for vehicle in problem.vehicles}
    free = {machine.id: 0 for machine in problem.machines}
    trips: dict[str, Trip] = {}
    works = {"": Assignment("", "", 0, 0, 0)}
    facts: list[tuple[int, Trip | Assignment]] = [(t.pickup, t) for t in plan.trips]
    facts += [(a.start, a) for a in plan.assignments]
    for _, fact in sorted(facts, key=itemgetter(0)):
        if isinstance(fact, Trip):
            made = works[source[fact.operation]]
            choices = []
            for id in vehicles if again else (fact.vehicle,):
                place, since = vehicles[id]
                leave = max(since, made.start)
                there = leave + fleet.empty[place][fact.origin]
                choices.append((max(there, made.end), -there, leave, id))
            pickup, _, leave, id = min(choices)
            arrive = pickup + fleet.loaded[fact.origin][fact.destination]
            vehicles[id] = (fact.destination, arrive)
            trips[fact.operation] = fact._replace(
                vehicle=id, leave=leave, pickup=pickup, arrive=arrive
            )
        else:
            start = max(trips[fact.operation].arrive, free[fact.machine])
            end = free[fact.machine] = start + fact.end - fact.start
            works[fact.operation] = fact._replace(
                start=start, end=end, setup_start=start
            )
    del works[""]
    makespan = max(work.end for work in works.values())
    return replace(
        plan,
        assignments=tuple(sorted(works.values(), key=lambda work: work.start)),
        trips=tuple(sorted(trips.values(), key=lambda trip: trip.pickup)),
        makespan=makespan,
        value=float(makespan),
    )


def relaxed(problem: Problem) -> Problem:
    """Return the problem without empty trips: a lower bound of it is one of both.

    Loaded trips are operations on a machine with a slot a vehicle. None begins before
    the first of all can: from the input buffer, by a vehicle from where it began.
    """
    fleet, begin = problem.fleets[0], _input(problem)
    first = min(fleet.empty[vehicle.place][begin] for vehicle in problem.vehicles)
    carrier, slots = len(problem.machines), len(problem.vehicles)
    operations: list[Operation] = []
    place = begin
    for operation in problem.operations:  # each follows the one that makes its part
        mode, part = operation.modes[0], operation.inputs[0]
        known, here = part.operation is not None, problem.machines[mode.machine].place
        way = fleet.loaded[place if known else begin][here]
        trip = Operation(
            id=f"{operation.id}/trip",
            job=operation.job,
            modes=(Mode(machine=carrier, duration=way),),
            inputs=(Input(operation=len(operations) - 1) if known else part,),
            release=first,
        )
        brought = Input(operation=len(operations))
        operations += [trip, operation._replace(inputs=(brought,))]
        place = here
    vehicles = Machine(id="vehicles", place=0, capacity=slots, free=(0,) * slots)
    return replace(
        problem,
        operations=tuple(operations),
        machines=(*problem.machines, vehicles),
        vehicles=(),
        fleets=(),
    )
