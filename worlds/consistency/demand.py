"""Demand: customers, quantities, and every line of an order book."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from worlds.consistency.flaw import Flaw, negative, repeated
from worlds.files import nearest, shown
from worlds.products import holds, predecessors, sold
from worlds.spec import OrderLine, Product, World

MOST_ORDERS = 100_000


def flaws(world: World) -> Iterator[Flaw]:
    """Yield what is wrong with the demand."""
    demand = world.demand
    names = [customer.id for customer in demand.customers]
    yield from repeated("demand.customers", names)
    for customer in demand.customers:
        place = f"demand.customers.{customer.id}.slack"
        yield from negative(place, customer.slack, zero=True)
    if demand.quantity is not None:
        yield from negative("demand.quantity", demand.quantity, zero=False)
    if demand.cancelled + demand.changed > 1:
        together = demand.cancelled + demand.changed
        yield "demand.changed", f"with cancelled {together:g}, expected at most 1"
    if demand.orders_per_day > 0:
        yield from _process(world)
    if len(demand.orders) > MOST_ORDERS:
        problem = f"{len(demand.orders)}, expected at most {MOST_ORDERS}"
        yield "demand.orders", problem
    products = {product.id: product for product in world.products}
    for line in demand.orders:
        for key, problem in order_flaws(line, products):
            yield f"demand.orders.{line.id}.{key}", problem


def _process(world: World) -> Iterator[Flaw]:
    """Yield flaws of a demand that arrives by chance."""
    demand = world.demand
    if world.unit:
        problem = "is an instance's, which has no orders by chance, expected none"
        yield "unit", problem
    if demand.orders_per_day > MOST_ORDERS:
        problem = f"{demand.orders_per_day:g}, expected at most {MOST_ORDERS}"
        yield "demand.orders_per_day", problem
    if not any(customer.share for customer in demand.customers):
        yield "demand.customers", "no share above 0, expected a class of customers"
    if not any(product.share for product in world.products):
        yield "products", "all shares are 0, expected one above 0"
    for name in ("by_hour", "by_weekday"):
        if not any(getattr(demand, name)):
            yield f"demand.{name}", "all weights are 0, expected one above 0"


def order_flaws(line: OrderLine, products: Mapping[str, Product]) -> Iterator[Flaw]:
    """Yield what is wrong with one order, under the column's name."""
    product = products.get(line.product)
    if product is None:
        problem = f"{shown(line.product)}, expected the id of a product"
        yield "product", problem + nearest(line.product, products)
        return
    for option in product.options:
        choices = [choice.id for choice in option.choices]
        choice = line.options.get(option.id)
        if choice is None:
            yield "options", f"without {option.id}, expected one of {_few(choices)}"
        elif choice not in choices:
            problem = f"{option.id}={choice}, expected one of {_few(choices)}"
            yield "options", problem
    names = [option.id for option in product.options]
    for name in line.options:
        if name not in names:
            problem = f"{shown(name)}, expected options of {product.id}"
            yield "options", problem + nearest(name, names)
    if not sold(product, line.options):
        problem = f"{shown(line.options)}, expected a combination the rules allow"
        yield "options", problem
    for name, time in (("release", line.release), ("arrival", line.arrival)):
        if line.due < time:
            yield "due", f"{line.due} ms is before {name} {time} ms"
            return
    if line.done:
        yield from _done(line, product)


def _done(line: OrderLine, product: Product) -> Iterator[Flaw]:
    """Yield what is wrong with the steps an order has behind it."""
    before = predecessors(product.steps)
    kept = {step.id for step in product.steps if holds(step.when, line.options)}
    for id in line.done:
        if id not in kept:
            problem = f"{shown(id)}, expected a step of this variant of {product.id}"
            yield "done", problem + nearest(id, kept)
            return
        above = list(before[id])
        while above:  # steps this variant leaves out are passed over
            up = above.pop()
            if up not in kept:
                above.extend(before[up])
            elif up not in line.done:
                yield "done", f"{shown(id)} without {shown(up)}, which comes before it"
    if kept <= set(line.done):
        yield "done", "every step, expected some work left"


def _few(words: list[str]) -> str:
    """Return the first words of a list, for a message."""
    return ", ".join(words[:8]) + (", ..." if len(words) > 8 else "")
