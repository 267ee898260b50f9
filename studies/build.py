"""From a scenario to a factory that is ready to run."""

from __future__ import annotations

from agents.factory import Factory
from agents.scenario import Scenario
from kernel.calendar import DAY, HOUR
from kernel.errors import BadInput
from scheduling.portfolio import warm_up
from worlds.disturbances import parse

#: What an error message names as the source of a scenario's disturbances.
SOURCE = "--disturb"


def needs_compiling(scenario: Scenario) -> bool:
    """Return whether a run of the scenario calls the compiled scheduler."""
    return scenario.policy.planner is not None


def compile_scheduler() -> None:
    """Compile the scheduler, or load it from disk where that was done before."""
    warm_up()


def refuse_unfit(scenario: Scenario) -> None:
    """Make sure that the disturbances of a scenario fit its world.

    Raises
    ------
    BadInput
        If one does not.
    """
    for text in scenario.disturbances:
        parse(text, scenario.world, where=SOURCE)


def refuse_uncounted(scenario: Scenario) -> None:
    """Make sure that orders of a scenario can count, in a study of what they say.

    Raises
    ------
    BadInput
        If warm-up and cool-down leave no time in which they do, or no order of the book
        arrives then and no others come.
    """
    world, (first, last) = scenario.world, scenario.window
    if first == last and not world.unit:
        cut = f"{world.warm_up / HOUR:g} h warm-up and {world.cool_down / HOUR:g} h"
        problem = f"{scenario.days:g}, expected more than {cut} cool-down"
        raise BadInput("days", "", f"{problem}: no order would count")
    others = world.unit or world.demand.orders_per_day
    others = others or any(one.startswith("rush:") for one in scenario.disturbances)
    if not others and not any(first <= x.arrival <= last for x in world.demand.orders):
        count = len(world.demand.orders)
        when = f"{first / DAY:.2f} and {last / DAY:.2f} d"
        problem = f"{scenario.days:g}, but of {count} orders in the book none arrives"
        expected = "expected days in which some do: no order would count"
        raise BadInput("days", "", f"{problem} between {when}, {expected}")


def build(scenario: Scenario) -> Factory:
    """Return the factory of a scenario, at its start.

    Raises
    ------
    BadInput
        If a disturbance of the scenario does not fit its world.
    """
    refuse_unfit(scenario)
    return Factory(scenario)
