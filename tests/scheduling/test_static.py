"""A world at its start as a problem."""

from __future__ import annotations

from dataclasses import replace

from scheduling.check import check_plan
from scheduling.portfolio import Params, solve
from scheduling.static import problem_of
from worlds.read import read_world
from worlds.spec import OrderLine

QUICK = Params(budget=20, windows=1, exact_operations=0)


def test_instance_has_a_makespan():
    """An instance is a job an order, in one place, with the makespan to minimise."""
    given = problem_of(read_world("ft06"))
    assert (len(given.jobs), len(given.operations)) == (6, 36)
    assert given.objective.makespan
    assert given.vehicles == ()
    assert given.operations[0].id == "J0.1:op0"


def test_delivery_adds_a_last_trip():
    """With ``completion = delivered`` the part is brought to the dock at the end."""
    world = read_world("EX11")
    processed = problem_of(world)
    delivered = problem_of(replace(world, completion="delivered"))
    jobs = len(processed.jobs)
    assert len(delivered.operations) == len(processed.operations) + jobs
    assert delivered.machines[-1].capacity == 0
    plan = solve(delivered, QUICK).plan
    assert plan is not None
    assert check_plan(delivered, plan) == []
    last = {trip.operation for trip in plan.trips if trip.operation.endswith(":ship")}
    assert len(last) == jobs


def test_orders_of_a_plant_become_kits():
    """Orders are split by lot size; branches are lots of their own."""
    world = read_world("electronics")
    product = world.products[0]
    options = {option.id: option.choices[0].id for option in product.options}
    quantity = product.lot_size + 1
    order = OrderLine(
        id="O1", product=product.id, options=options, quantity=quantity, due=10**8
    )
    world = replace(world, demand=replace(world.demand, orders=(order,)))
    given = problem_of(world)
    assert [job.id for job in given.jobs] == ["O1.1", "O1.2"]
    lots = {operation.id.split(":")[0] for operation in given.operations}
    assert {"O1.1", "O1.2"} < lots
    assert all(len(fleet.loaded) == len(fleet.empty) for fleet in given.fleets)
    plan = solve(given, QUICK).plan
    assert plan is not None
    assert check_plan(given, plan) == []
