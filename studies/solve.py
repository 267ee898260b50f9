"""One benchmark instance solved, and plans of it checked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

from kernel.errors import BadInput
from scheduling.check import check_plan
from scheduling.criteria import same_for_all
from scheduling.lexicographic import solve_in_turn
from scheduling.plan import Plan, Result, Status
from scheduling.planfile import PlanFile, digest_of
from scheduling.portfolio import Params, solve
from scheduling.problem import Problem
from studies.draw import plan_gantt
from studies.glyphs import any_script
from studies.whole import written_whole
from worlds.read import read_world
from worlds.readers import beside
from worlds.shipped import paths
from worlds.spec import World

MOST_SECONDS = 1e6
MOST_ITERATIONS = 10**9
MOST_WORKERS = 256
_PICTURES = ("png", "svg", "pdf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A benchmark instance: as a world, as a problem, and how its plans are written.

    ``files`` are those it was read from.
    """

    name: str
    world: World
    plans: PlanFile
    files: tuple[Path, ...]

    @property
    def problem(self) -> Problem:
        """The problem: makespan, everything there at time 0."""
        return self.plans.problem


def read_instance(name: str, layout: Path | None = None) -> Instance:
    """Return the instance of a shipped name or a file.

    Raises
    ------
    BadInput
        If there is none, it cannot be read, or it is a plant and no instance.
    """
    world = read_world(name, layout)
    if not world.unit:
        problem = "is a plant, whose orders come as it runs; expected an instance"
        raise BadInput(name, "", problem)
    shipped = paths()
    path = shipped[name][1] if name in shipped else Path(name)
    found = layout or beside(path)
    return Instance(
        name=world.name,
        world=world,
        plans=PlanFile(world, digest_of(path)),
        files=(path,) if found is None else (path, found),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """What a solver said about an instance, and how long it took.

    Attributes
    ----------
    stages
        A result for each criterion of the objective, or fewer: there is no plan.
    result
        The same as one: what is known of the last plan, proven if each of them is.
    violations
        What the independent checker says about the plan.
    """

    instance: Instance
    objective: tuple[str, ...]
    stages: tuple[Result, ...]
    result: Result
    seconds: float
    violations: tuple[str, ...]

    @property
    def plan(self) -> Plan | None:
        """The plan, if there is one."""
        return self.result.plan

    def units(self, time: float | None) -> float | int | None:
        """Return a time in the unit of the instance."""
        if time is None:
            return None
        value = time / self.instance.world.unit_ms
        return round(value) if abs(value - round(value)) < 1e-6 else value

    def as_json(self) -> dict[str, Any]:
        """Return what ``solve --json`` prints."""
        plan, result = self.plan, self.result
        return {
            "instance": self.instance.name,
            "status": str(result.status),
            "objective": ",".join(self.objective),
            "value": self.units(plan.value if plan else None),
            "makespan": self.units(plan.makespan if plan else None),
            "completion": self.instance.world.completion,
            "lower_bound": self.units(result.bound),
            "seconds": round(self.seconds, 3),
            "engines": [
                {
                    "engine": one.engine,
                    "value": self.units(one.value),
                    "work": one.work,
                    "status": one.status,
                }
                for one in result.contributions
            ],
        }


def params_of(
    seconds: float | None = None,
    budget: int | None = None,
    workers: int = 1,
    seed: int = 1,
) -> Params:
    """Return how much work to put into a solution.

    Parameters
    ----------
    seconds
        Wall time; the answer is then not repeatable.
    budget
        Iterations of the search instead.

    Raises
    ------
    BadInput
        If a number is out of its limits.
    """
    if seconds is not None and budget is not None:
        raise BadInput("--budget", "", "expected --seconds or --budget, not both")
    if seconds is not None and not 0 < seconds <= MOST_SECONDS:
        raise BadInput("--seconds", "", f"{seconds:g}, expected above 0 to 1e6")
    for flag, value, low, high in (
        ("--budget", budget, 0, MOST_ITERATIONS),
        ("--workers", workers, 1, MOST_WORKERS),
        ("--seed", seed, 0, 2**31 - 1),
    ):
        if value is not None and not low <= value <= high:
            raise BadInput(flag, "", f"{value}, expected {low} to {high}")
    params = Params(seconds=seconds, workers=workers, seed=seed)
    return params if budget is None else replace(params, budget=budget)


def solve_instance(
    instance: Instance,
    params: Params | None = None,
    objective: Sequence[str] = ("makespan",),
) -> Solution:
    """Solve an instance, and have the plan checked.

    Parameters
    ----------
    objective
        Criteria, the most important first.

    Raises
    ------
    BadInput
        If a criterion is unknown, or the same for all plans of the instance.
    """
    for name in sorted(set(objective) & same_for_all(instance.problem)):
        problem = f"{name!r} is the same for all plans of {instance.name}"
        raise BadInput("objective", "", f"{problem}, expected makespan or flow")
    began = perf_counter()
    if tuple(objective) == ("makespan",):
        results = [solve(instance.problem, params)]
    else:
        results = solve_in_turn(instance.problem, objective, params)
    wall = perf_counter() - began
    result = _as_one(results)
    found = []
    if result.plan is not None:
        plan = replace(result.plan, value=float(result.plan.makespan))
        found = check_plan(instance.problem, plan)
    return Solution(
        instance=instance,
        objective=tuple(objective),
        stages=tuple(results),
        result=result,
        seconds=wall,
        violations=tuple(map(str, found)),
    )


def _as_one(results: Sequence[Result]) -> Result:
    """Return the results of criteria in turn as one: proven if each of them is."""
    proven = all(one.status is Status.OPTIMAL for one in results)
    last = results[-1]
    return replace(
        last,
        status=Status.FEASIBLE if last.plan is not None and not proven else last.status,
        contributions=tuple(c for one in results for c in one.contributions),
        reproducible=all(one.reproducible for one in results),
    )


def check_plan_of(instance: Instance, plan: Path) -> tuple[str, ...]:
    """Return what is wrong with a plan file of an instance, a sentence each.

    Raises
    ------
    BadInput
        If it is no plan file of this instance.
    """
    instance.plans.refuse_unsayable(str(plan))
    return tuple(map(str, instance.plans.check(plan)))


def write_plan(solution: Solution, path: Path) -> None:
    """Write the plan as a plan file (docs/planner.md); nothing if there is none."""
    if solution.plan is not None:
        content = solution.instance.plans.content(solution.plan)
        with written_whole(path) as file:
            file.write((json.dumps(content) + "\n").encode())


def picture_kind(path: Path) -> str:
    """Return the kind of picture a file name asks for.

    Raises
    ------
    BadInput
        If it is none that can be drawn.
    """
    kind = path.suffix.lower().lstrip(".")
    if kind not in _PICTURES:
        expected = ", ".join(f".{kind}" for kind in _PICTURES)
        raise BadInput(str(path), "", f"expected a file that ends in {expected}")
    return kind


def draw_plan(solution: Solution, path: Path) -> None:
    """Draw the plan as a Gantt chart; nothing if there is none."""
    if solution.plan is None:
        return
    instance = solution.instance
    title = f"{instance.name}: makespan {solution.units(solution.plan.makespan)}"
    if solution.objective == ("makespan",):
        title += f", lower bound {solution.units(solution.result.bound) or 'unknown'}"
    figure = plan_gantt(instance.world, instance.problem, solution.plan, title=title)
    with written_whole(path) as file, any_script():
        figure.savefig(file, format=picture_kind(path), dpi=110)
