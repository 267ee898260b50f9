"""A world at its start as a problem: every order there, nothing begun."""

from __future__ import annotations

from itertools import count

from kernel.errors import Impossible
from scheduling.problem import (
    MAKESPAN,
    Fleet,
    Input,
    Job,
    Machine,
    Mode,
    Objective,
    Operation,
    Problem,
    Vehicle,
)
from worlds.layout import Layout, vehicles_of
from worlds.products import Route
from worlds.routes import Routes
from worlds.spec import OrderLine, World
from worlds.workcalendar import closed

#: Price of a ms of flow time beside a weight of 1 for tardiness.
FLOW = 0.1
DAY = 86_400_000


def problem_of(world: World, objective: Objective | None = None) -> Problem:
    """Return the problem of a world at time 0, all orders of its book released.

    Orders are split into kits of at most ``lot_size`` pieces, a job each; steps already
    done are left out, and what follows them begins in the store. With ``completion =
    "delivered"`` each kit ends with an operation without duration at the dock.

    Parameters
    ----------
    objective
        By default the makespan for an instance, else tardiness with some flow time.
    """
    return _Static(world, objective).problem()


def families_of(world: World) -> dict[str, int]:
    """Return the position of each set-up family, the same in every matrix."""
    families = (family for matrix in world.setups for family in matrix.families)
    return {id: k for k, id in enumerate(dict.fromkeys(families))}


def setups_of(world: World) -> tuple[tuple[tuple[int, ...], ...], ...]:
    """Return the matrices over all families; those a matrix lacks cost nothing."""
    families, found = families_of(world), []
    for matrix in world.setups:
        times = {
            (a, b): time
            for a, row in zip(matrix.families, matrix.times, strict=True)
            for b, time in zip(matrix.families, row, strict=True)
        }
        found.append(
            tuple(tuple(times.get((a, b), 0) for b in families) for a in families)
        )
    return tuple(found)


def fleets_of(
    world: World, layout: Layout, places: tuple[str, ...]
) -> tuple[Fleet, ...]:
    """Return the travel times of each kind of vehicle between places or nodes."""
    fleets = []
    for group in world.vehicles:
        empty = layout.matrix(group.id, places)
        extra = group.load + group.unload
        loaded = tuple(tuple(time + extra for time in row) for row in empty)
        fleets.append(Fleet(empty=empty, loaded=loaded))
    return tuple(fleets)


class _Static:
    def __init__(self, world: World, objective: Objective | None) -> None:
        self.world, self.layout = world, Layout(world)
        default = MAKESPAN if world.unit else Objective(flow=FLOW)
        self.objective = objective or default
        homes = [home for _, _, home in vehicles_of(world)]
        self.places = tuple(dict.fromkeys((*self.layout.places, *homes)))
        self.place = {id: k for k, id in enumerate(self.places)}
        self.family = families_of(world)
        self.machine = {machine.id: m for m, machine in enumerate(world.machines)}
        self.routes = Routes(world)
        self.jobs: list[Job] = []
        self.operations: list[Operation] = []

    def problem(self) -> Problem:
        for line in self.world.demand.orders:
            self._order(line)
        groups = {group.id: k for k, group in enumerate(self.world.vehicles)}
        return Problem(
            now=0,
            jobs=tuple(self.jobs),
            operations=tuple(self.operations),
            machines=self._machines(),
            setups=setups_of(self.world),
            vehicles=tuple(
                Vehicle(id=id, place=self.place[home], free=0, fleet=groups[group.id])
                for id, group, home in vehicles_of(self.world)
            ),
            fleets=fleets_of(self.world, self.layout, self.places),
            objective=self.objective,
        )

    def _start(self) -> int:
        """Return where raw material waits."""
        try:
            return self.place[self.layout.store]
        except Impossible:
            return 0

    def _dock(self) -> str:
        docks = self.world.docks
        return docks[0].id if docks else self.layout.places[self._start()]

    def _order(self, line: OrderLine) -> None:
        product = next(p for p in self.world.products if p.id == line.product)
        route = self.routes.of(line.product, line.options)
        left = line.quantity
        for n in count(1):
            if left <= 0:
                break
            self._kit(f"{line.id}.{n}", line, route, min(left, product.lot_size))
            left -= product.lot_size

    def _kit(self, kit: str, line: OrderLine, route: Route, pieces: int) -> None:
        release = max(line.arrival, line.release)
        job = len(self.jobs)
        self.jobs.append(Job(id=kit, release=release, due=line.due, weight=line.weight))
        trunk = route.steps[-1].chain
        position: dict[int, int] = {}
        for step in route.steps:
            if step.id in line.done:
                continue
            known = [position[up] for up in step.predecessors if up in position]
            inputs = [Input(operation=source) for source in known]
            if len(known) < len(step.predecessors) or not known:
                inputs.append(Input(place=self._start(), ready=release))
            lot = kit if step.chain == trunk else f"{kit}/{step.chain}"
            position[step.index] = len(self.operations)
            self.operations.append(
                Operation(
                    id=f"{lot}:{step.id}",
                    job=job,
                    modes=tuple(
                        Mode(
                            machine=self.machine[m.machine], duration=m.duration(pieces)
                        )
                        for m in step.modes
                    ),
                    inputs=tuple(inputs),
                    family=self.family.get(step.family or "", -1),
                    release=release,
                )
            )
        if self.world.completion == "delivered":
            last = [p for i, p in position.items() if route.steps[i].successor is None]
            self.operations.append(
                Operation(
                    id=f"{kit}:ship",
                    job=job,
                    modes=(Mode(machine=len(self.machine), duration=0),),
                    inputs=tuple(Input(operation=p) for p in last)
                    or (Input(place=self._start(), ready=release),),
                    release=release,
                )
            )

    def _machines(self) -> tuple[Machine, ...]:
        world = self.world
        horizon = round((world.days + 30) * DAY)
        calendars = {calendar.id: calendar for calendar in world.calendars}
        matrices = {matrix.id: k for k, matrix in enumerate(world.setups)}
        machines = [
            Machine(
                id=machine.id,
                place=self.place[machine.id],
                capacity=machine.capacity,
                headway=machine.headway,
                free=(0,) * machine.capacity,
                setup=None if machine.setup is None else matrices[machine.setup],
                family=self.family.get(machine.family or "", -1),
                closed=()
                if machine.calendar is None
                else closed(calendars[machine.calendar], world.start, 0, horizon),
            )
            for machine in world.machines
        ]
        if world.completion == "delivered":
            dock = self._dock()
            machines.append(
                Machine(id=dock, place=self.place[dock], capacity=0, free=())
            )
        return tuple(machines)
