"""What a plan must respect, as CP-SAT constraints.

Everything here is either exact or, in rare corners (a set-up matrix that breaks the
triangle inequality, set-ups in closing time, works without a family beside a set-up,
works without duration where several slots are full, parts that swap their machines or
block one from before), a relaxation: bounds are valid always, and the decoder realises
what is proposed.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations, pairwise

from ortools.sat.python import cp_model

from scheduling.cpsat.variables import (
    Carriage,
    Choice,
    Literal,
    Surroundings,
    Variables,
    Work,
)
from scheduling.frozen import frozen_of
from scheduling.problem import Machine


class Constraints:
    """The constraints of a problem on its variables."""

    def __init__(
        self, model: cp_model.CpModel, variables: Variables, around: Surroundings
    ) -> None:
        self.model, self.variables, self.around = model, variables, around
        self.problem, self.grid = variables.problem, variables.grid

    def add(self) -> None:
        """Add all constraints to the model."""
        self._one_mode()
        self._precedence()
        for m, machine in enumerate(self.problem.machines):
            works = [
                (o, work, choice)
                for o, work in self.variables.works.items()
                for choice in work.choices
                if choice.machine == m
            ]
            if works:
                self._open(machine, works)
                if machine.capacity > 0:
                    self._capacity(machine, works)
                    if machine.batch:
                        self._batches(machine, works)
                    self._headway(machine, works)
                    self._setups(machine, works)
        for carriage in self.variables.carriages:
            self._trip(carriage)
        self._leaving()
        self._frozen()
        for fleet in range(len(self.problem.fleets)):
            self._tours(fleet)

    def _one_mode(self) -> None:
        """Each operation is done on one machine and lasts as long as it does there."""
        for work in self.variables.works.values():
            self.model.add_exactly_one(choice.chosen for choice in work.choices)
            length = sum(choice.duration * choice.chosen for choice in work.choices)
            self.model.add(work.end == work.start + length)

    def _precedence(self) -> None:
        """Start an operation when its inputs are made and have arrived."""
        for o, work in self.variables.works.items():
            for part in range(len(self.problem.operations[o].inputs)):
                ready = self.variables.ready(o, part)
                known = self.problem.operations[o].inputs[part]
                self.model.add(work.start >= ready)
                if known.lag or known.limit is not None:
                    self._lags(o, part)
                for choice in work.choices:
                    lag = self.around.lags.get((o, part, choice.machine), 0)
                    if lag:
                        self.model.add(
                            work.start >= ready + self.grid.span(lag)
                        ).only_enforce_if(choice.chosen)

    def _lags(self, o: int, part: int) -> None:
        """Begin neither too soon nor too late after an input is made."""
        known, work = self.problem.operations[o].inputs[part], self.variables.works[o]
        if known.operation in self.variables.works:
            made = self.variables.works[known.operation].end
            self.model.add(work.start >= made + self.grid.span(known.lag))
            if known.limit is not None:
                self.model.add(work.start <= made + self.grid.span(known.limit))
            return
        made = known.ready
        if known.operation is not None:
            made = self.problem.operations[known.operation].pinned or 0
        self.model.add(work.start >= self.grid.of(made + known.lag))
        if known.limit is not None:
            latest = (made + known.limit - self.problem.now) // self.grid.unit
            self.model.add(work.start <= latest)

    def _leaving(self) -> None:
        """Keep a part on a machine without room until it is fetched or worked on."""
        trips = {(trip.operation, trip.part): trip for trip in self.variables.carriages}
        for o, work in self.variables.works.items():
            for part, known in enumerate(self.problem.operations[o].inputs):
                if known.operation not in self.variables.works:
                    continue
                source = self.variables.works[known.operation]
                if source.leave is None:
                    continue
                trip = trips.get((o, part))
                if trip is None:
                    self.model.add(source.leave >= work.start)
                    continue
                self.model.add(source.leave >= trip.pickup).only_enforce_if(trip.needed)
                if trip.needed is not True:
                    self.model.add(source.leave >= work.start).only_enforce_if(
                        ~trip.needed
                    )

    def _frozen(self) -> None:
        """Leave what is frozen on its machine and, on one of one slot, in its turn."""
        modes, first = dict(frozen_of(self.problem)), 0
        kept: dict[int, int] = {}  # machine of what is frozen
        for o, operation in enumerate(self.problem.operations):
            if o in modes:
                choice = self.variables.works[o].choices[modes[o] - first]
                self.model.add(choice.chosen == 1)
                kept[o] = choice.machine
            first += len(operation.modes)
        for m, machine in enumerate(self.problem.machines):
            turn = [self.variables.works[o] for o in modes if kept[o] == m]
            if machine.capacity != 1 or not turn:
                continue
            for one, other in pairwise(turn):
                self.model.add(other.start >= one.end)
            for o, work in self.variables.works.items():
                for choice in work.choices:
                    if choice.machine == m and o not in modes:
                        self.model.add(work.start >= turn[-1].end).only_enforce_if(
                            choice.chosen
                        )

    def _batches(self, machine: Machine, works: list[tuple[int, Work, Choice]]) -> None:
        """Have an oven take at the same time what is alike, else one after another."""
        empty = max((self.grid.of(free) for free in machine.free), default=0)
        gap = self.grid.span(machine.headway)
        matrix = () if machine.setup is None else self.problem.setups[machine.setup]
        least = _chains(matrix)
        for _, work, choice in works:
            self.model.add(work.start >= empty).only_enforce_if(choice.chosen)
        for (i, a, left), (j, b, right) in combinations(works, 2):
            both = (left.chosen, right.chosen)
            first = self.model.new_bool_var("first")
            kinds = [self.problem.operations[o].family for o in (i, j)]
            same: Literal = False
            clean = 0  # between batches of one family; of two: see `_setups`
            if matrix and kinds[0] == kinds[1] >= 0:
                clean = self.grid.span(least[kinds[0]][kinds[0]])
            if kinds[0] == kinds[1] and left.duration == right.duration:
                same = self.model.new_bool_var("together")
                self.model.add(a.start == b.start).only_enforce_if(same)
                self.model.add_implication(same, left.chosen)
                self.model.add_implication(same, right.chosen)
                right.joined.append(same)
            apart = [*both] if same is False else [*both, ~same]
            for one, other, turn in ((a, b, first), (b, a, ~first)):
                self.model.add(other.start >= one.end + clean).only_enforce_if(
                    turn, *apart
                )
                if gap:
                    self.model.add(other.start >= one.start + gap).only_enforce_if(
                        turn, *apart
                    )

    def _open(self, machine: Machine, works: list[tuple[int, Work, Choice]]) -> None:
        """Nothing starts while the machine is closed."""
        if not machine.closed:
            return
        closed = cp_model.Domain.from_intervals(
            [
                [self.grid.of(begin), self.grid.of(end) - 1]
                for begin, end in machine.closed
                if end > self.problem.now and end > begin
            ]
        )
        for _, work, choice in works:
            self.model.add_linear_expression_in_domain(
                work.start, closed.complement()
            ).only_enforce_if(choice.chosen)

    def _capacity(
        self, machine: Machine, works: list[tuple[int, Work, Choice]]
    ) -> None:
        """Have a machine hold as many as it has slots, from when each is free."""
        frees = [self.grid.of(free) for free in machine.free]
        frees = sorted(frees)[-machine.capacity :]
        if len(frees) == machine.capacity:
            for _, work, choice in works:
                self.model.add(work.start >= frees[0]).only_enforce_if(choice.chosen)
        if machine.capacity == 1:
            self.model.add_no_overlap(choice.interval for _, _, choice in works)
            return
        held = [
            self.model.new_fixed_size_interval_var(0, free, "held")
            for free in frees
            if free > 0
        ]
        intervals = [choice.interval for _, _, choice in works] + held
        self.model.add_cumulative(intervals, [1] * len(intervals), machine.capacity)

    def _headway(self, machine: Machine, works: list[tuple[int, Work, Choice]]) -> None:
        """Keep starts a headway apart."""
        if machine.headway == 0:
            return
        gap = self.grid.span(machine.headway)
        first = self.grid.of(machine.last_start + machine.headway)
        for _, work, choice in works:
            self.model.add(work.start >= first).only_enforce_if(choice.chosen)
        if machine.batch:
            return  # from batch to batch: see there
        self.model.add_no_overlap(
            self.model.new_optional_fixed_size_interval_var(
                work.start, gap, choice.chosen, "headway"
            )
            for _, work, choice in works
        )

    def _setups(self, machine: Machine, works: list[tuple[int, Work, Choice]]) -> None:
        """Between works of two families lies at least the shortest chain of set-ups."""
        if machine.setup is None:
            return
        least = _chains(self.problem.setups[machine.setup])
        single = machine.capacity == 1
        frees = [self.grid.of(free) for free in machine.free]
        family = {o: self.problem.operations[o].family for o, _, _ in works}
        for (i, a, left), (j, b, right) in combinations(works, 2):
            f, g = family[i], family[j]
            if f < 0 or g < 0 or (machine.batch and f == g):
                continue
            there, back = self.grid.span(least[f][g]), self.grid.span(least[g][f])
            if there == 0 and back == 0 and (single or f == g):
                continue
            both = (left.chosen, right.chosen)
            first = self.model.new_bool_var("first")
            self.model.add(b.start >= a.end + there).only_enforce_if(first, *both)
            self.model.add(a.start >= b.end + back).only_enforce_if(~first, *both)
        for o, work, choice in works:
            if machine.family >= 0 and family[o] >= 0:
                setup = self.grid.span(least[machine.family][family[o]])
                empty = max(frees, default=0)
                if setup == 0 and (single or family[o] == machine.family):
                    continue
                self.model.add(work.start >= empty + setup).only_enforce_if(
                    choice.chosen
                )

    def _trip(self, trip: Carriage) -> None:
        """Fetch a part once it is made, work on it once it is there."""
        ready = self.variables.ready(trip.operation, trip.part)
        start = self.variables.works[trip.operation].start
        self.model.add(trip.pickup >= ready)
        self.model.add(start >= trip.arrive).only_enforce_if(trip.needed)
        fleets = sorted({vehicle.fleet for vehicle in self.problem.vehicles})
        trip.by = [False] * len(self.problem.fleets)
        for fleet in fleets:
            by = trip.needed
            if len(fleets) > 1:
                by = self.model.new_bool_var("by")
            trip.by[fleet] = by
            loaded = self.problem.fleets[fleet].loaded
            for p, origin in trip.origins:
                for q, target in trip.targets:
                    if p != q:
                        self.model.add(
                            trip.arrive >= trip.pickup + self.grid.span(loaded[p][q])
                        ).only_enforce_if(by, origin, target)
        if len(fleets) > 1:
            self.model.add(sum(trip.by) == trip.needed)

    def _tours(self, fleet: int) -> None:
        """Each vehicle of a fleet drives from trip to trip: one multiple circuit."""
        problem, grid = self.problem, self.grid
        mine = [v for v, car in enumerate(problem.vehicles) if car.fleet == fleet]
        trips = self.variables.carriages
        if not mine or not trips:
            return
        empty = problem.fleets[fleet].empty
        arcs: list[tuple[int, int, Literal]] = []
        first = len(mine) + 1
        for k, v in enumerate(mine):
            car = problem.vehicles[v]
            arcs.append((0, k + 1, True))
            arcs.append((k + 1, 0, self.model.new_bool_var("unused")))
            for t, trip in enumerate(trips):
                arc = self.model.new_bool_var("first")
                arcs.append((k + 1, first + t, arc))
                trip.arcs.append((v, -1, fleet, arc))
                for p, origin in trip.origins:
                    way = grid.of(car.free) + grid.span(empty[car.place][p])
                    self.model.add(trip.pickup >= way).only_enforce_if(arc, origin)
        for t, trip in enumerate(trips):
            arcs.append((first + t, 0, self.model.new_bool_var("last")))
            served = trip.by[fleet]
            if served is not True:
                arcs.append((first + t, first + t, _negated(served)))
            for u, after in enumerate(trips):
                if t != u:
                    arc = self.model.new_bool_var("next")
                    arcs.append((first + t, first + u, arc))
                    after.arcs.append((-1, t, fleet, arc))
                    self._drive(trip, after, empty, arc)
        self.model.add_multiple_circuit(arcs)

    def _drive(
        self,
        trip: Carriage,
        after: Carriage,
        empty: tuple[tuple[int, ...], ...],
        arc: Literal,
    ) -> None:
        """Between two trips of a vehicle lies the way from one to the other."""
        for q, target in trip.targets:
            for p, origin in after.origins:
                way = self.grid.span(empty[q][p])
                self.model.add(after.pickup >= trip.arrive + way).only_enforce_if(
                    arc, target, origin
                )


def _negated(literal: Literal) -> Literal:
    if isinstance(literal, bool):
        return not literal
    return ~literal


@lru_cache(maxsize=64)
def _chains(matrix: tuple[tuple[int, ...], ...]) -> list[list[int]]:
    """Return the least time from family to family by one or more set-ups."""
    least = [list(row) for row in matrix]
    for via in range(len(least)):
        for row in least:
            for g in range(len(least)):
                row[g] = min(row[g], row[via] + least[via][g])
    return least
