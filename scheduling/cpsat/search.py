"""Asking CP-SAT: limits, hint, answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from ortools.sat.python import cp_model

from scheduling.cpsat.constraints import Constraints
from scheduling.cpsat.objective import Cost
from scheduling.cpsat.variables import Grid, Surroundings, Variables
from scheduling.plan import Assignment, Plan, Status, Trip
from scheduling.problem import Problem

#: Seconds until an interruption is heeded.
HEED = 0.1
_STATUS = {
    cp_model.OPTIMAL: Status.OPTIMAL,
    cp_model.FEASIBLE: Status.FEASIBLE,
    cp_model.INFEASIBLE: Status.INFEASIBLE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When CP-SAT stops.

    ``deterministic`` is its own measure of work and repeatable; ``seconds`` is a guard
    in wall time, and an answer it has cut short says so. ``brief``: there is so little
    of it that search should begin at once, not after long preparations.
    """

    deterministic: float = 1.0
    seed: int = 0
    workers: int = 1
    seconds: float | None = None
    brief: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What CP-SAT proposes (not yet timed by the step), and its lower bound."""

    plan: Plan | None
    status: Status
    bound: float | None
    work: float
    reproducible: bool = True


def ask(
    problem: Problem,
    limits: Limits,
    hint: Plan | None = None,
    around: Surroundings | None = None,
) -> Answer:
    """Return CP-SAT's answer to a problem; every operation needs a mode."""
    around = around or Surroundings()
    model = cp_model.CpModel()
    grid = Grid(problem, around)
    variables = Variables(model, problem, grid)
    Constraints(model, variables, around).add()
    cost = Cost(model, variables, around)
    if hint is not None:
        _suggest(model, variables, hint)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = limits.workers
    solver.parameters.catch_sigint_signal = False  # Ctrl-C is the caller's
    solver.parameters.random_seed = limits.seed
    if variables.carriages:
        # Tours relaxed to linear programs say little about when: EX21, EX24 and EX44
        # are proven in half the time without these, fjsp1 and fjsp4 a little sooner.
        solver.parameters.linearization_level = 0
    if limits.brief:
        _at_once(solver)
    solver.parameters.max_deterministic_time = limits.deterministic
    # Workers in turn find the same again; under a clock nobody asks for that.
    solver.parameters.interleave_search = limits.workers > 1 and limits.seconds is None
    if limits.seconds is not None:
        solver.parameters.max_time_in_seconds = limits.seconds
    status = _STATUS.get(_solved(solver, model, limits), Status.UNKNOWN)
    guarded = limits.seconds is not None and status not in (
        Status.OPTIMAL,
        Status.INFEASIBLE,
    )
    return Answer(
        plan=_plan(solver, variables)
        if status in (Status.OPTIMAL, Status.FEASIBLE)
        else None,
        status=status,
        bound=cost.value_of(solver.best_objective_bound)
        if status in (Status.OPTIMAL, Status.FEASIBLE)
        else None,
        # The last digits of it are a matter of chance.
        work=round(
            solver.deterministic_time
            if hasattr(solver, "deterministic_time")
            else solver.response_proto.deterministic_time,
            9,
        ),
        reproducible=not (guarded and solver.wall_time >= (limits.seconds or 0)),
    )


def _at_once(solver: cp_model.CpSolver) -> None:
    """Have a solver search at once: of what it would do before, only the cheapest."""
    solver.parameters.linearization_level = 0
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.symmetry_level = 0
    solver.parameters.max_presolve_iterations = 1
    solver.parameters.inprocessing_dtime_ratio = 0.0
    solver.parameters.inprocessing_minimization_dtime = 0.0
    solver.parameters.inprocessing_probing_dtime = 0.0


def _solved(solver: cp_model.CpSolver, model: cp_model.CpModel, limits: Limits) -> Any:
    """Have a model solved; whoever waits for long can be interrupted."""
    if limits.seconds is None:
        return solver.solve(model)
    with ThreadPoolExecutor(1) as other:
        task = other.submit(solver.solve, model)
        try:
            while not task.done():
                wait([task], timeout=HEED)
        except BaseException:
            solver.stop_search()
            raise
        return task.result()


def _suggest(model: cp_model.CpModel, variables: Variables, hint: Plan) -> None:
    """Hint at starts, modes and pick-ups of a plan."""
    place = {
        operation.id: o for o, operation in enumerate(variables.problem.operations)
    }
    grid, machines = variables.grid, variables.problem.machines
    for assignment in hint.assignments:
        work = variables.works[place[assignment.operation]]
        model.add_hint(work.start, grid.of(assignment.start))
        for choice in work.choices:
            if choice.chosen is not True:
                on = machines[choice.machine].id == assignment.machine
                model.add_hint(choice.chosen, on)
    pickups = {(t.operation, t.input): t for t in hint.trips}
    for trip in variables.carriages:
        id = variables.problem.operations[trip.operation].id
        carried = pickups.get((id, trip.part))
        if carried is not None:
            model.add_hint(trip.pickup, grid.of(carried.pickup))
            model.add_hint(trip.arrive, grid.of(carried.arrive))


def _plan(solver: cp_model.CpSolver, variables: Variables) -> Plan:
    """Return the solution as a plan, with CP-SAT's own times."""
    problem, grid = variables.problem, variables.grid
    assignments = []
    for o, work in variables.works.items():
        start = grid.date(solver.value(work.start))
        chosen = next(c for c in work.choices if _true(solver, c.chosen))
        assignments.append(
            Assignment(
                operation=problem.operations[o].id,
                machine=problem.machines[chosen.machine].id,
                start=start,
                end=start + chosen.duration * grid.unit,
                setup_start=start,
            )
        )
    assignments.sort(key=lambda work: (work.start, work.end))
    return Plan(
        assignments=tuple(assignments),
        trips=tuple(sorted(_trips(solver, variables), key=lambda t: t.pickup)),
        priority=tuple(work.operation for work in assignments),
    )


def _trips(solver: cp_model.CpSolver, variables: Variables) -> list[Trip]:
    problem, grid = variables.problem, variables.grid
    before: dict[int, tuple[int, int]] = {}
    for t, trip in enumerate(variables.carriages):
        if _true(solver, trip.needed):
            vehicle, previous, _, _ = next(
                arc for arc in trip.arcs if _true(solver, arc[3])
            )
            before[t] = (vehicle, previous)

    def vehicle_of(t: int) -> int:
        vehicle, previous = before[t]
        return vehicle if vehicle >= 0 else vehicle_of(previous)

    trips = []
    for t in before:
        trip = variables.carriages[t]
        pickup = grid.date(solver.value(trip.pickup))
        trips.append(
            Trip(
                vehicle=problem.vehicles[vehicle_of(t)].id,
                operation=problem.operations[trip.operation].id,
                input=trip.part,
                origin=next(p for p, lit in trip.origins if _true(solver, lit)),
                destination=next(p for p, lit in trip.targets if _true(solver, lit)),
                leave=pickup,
                pickup=pickup,
                arrive=grid.date(solver.value(trip.arrive)),
            )
        )
    return trips


def _true(solver: cp_model.CpSolver, literal: Any) -> bool:
    return literal is True or (literal is not False and solver.boolean_value(literal))
