"""What the page can ask of a session; each is carried out between two slices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from agents.policy import POLICIES
from agents.quotation import quote
from agents.scenario import Scenario, scenario_keys, scenario_of
from dashboard.floor import drawing
from dashboard.run import Run
from dashboard.words import LANGUAGES, words
from kernel.calendar import DAY, MINUTE
from kernel.errors import BadInput
from scheduling.rules import RULES
from studies.build import compile_scheduler, needs_compiling
from worlds.disturbances import parse
from worlds.files import nearest
from worlds.keys import world_keys
from worlds.layout import vehicles_of
from worlds.products import sold
from worlds.read import read_world
from worlds.spec import Product, World
from worlds.units import duration

if TYPE_CHECKING:
    from dashboard.session import Session

#: Simulated seconds a second until the floor has filled a little.
HASTE = 10_000.0

#: What of the reasons may be wanted.
KINDS = ("main", "plans", "calls", "events", "all")
#: An order from the page has at most so many lots: more would take minutes to plan.
MOST_LOTS = 500
#: What a message names as the source of a value from the page.
SOURCE = "the page"


def _run(session: Session) -> Run:
    if session.run is None or session.run.faulty:
        raise BadInput(SOURCE, "", "there is no run that goes on, start a new one")
    return session.run


# -- runs ------------------------------------------------------------------------------


def begin(session: Session, scenario: Scenario) -> None:
    """Begin a run, in the place of the present one."""
    said = words(session.language)
    compiles = needs_compiling(scenario)
    session.show("busy", said["compiling"] if compiles else said["starting_run"])
    try:
        if compiles:
            compile_scheduler()
        run = Run(scenario)
    finally:
        session.show("busy", "")
    if session.run is not None:
        session.run.factory.release()
    session.run, session.selected = run, None
    session.playing = session.opening = True
    session.speed = HASTE
    session.span = session.spans(run)[2]
    session.show("drawing", drawing(scenario.world))
    session.show("facts", facts(session, scenario))
    session.show("descent", None)
    session.show("offer", None)


def start(
    session: Session,
    world: str,
    policy: str,
    seed: Any,
    days: Any,
    settings: Sequence[Sequence[str]],
) -> None:
    """Begin a run as the form says."""
    now = session.run.scenario.world if session.run is not None else None
    spec = session.first.world
    if now is not None and world == now.name:
        spec = now  # the form shows how it is set: it stays so
    elif world != spec.name:
        if world not in session.choices:
            guess = nearest(world, session.choices)
            raise BadInput(SOURCE, "world", f"{world!r} is not known{guess}")
        spec = read_world(world)
    scenario = scenario_of(
        spec,
        policy=policy,
        seed=_whole("seed", seed),
        days=_number("days", days) if days not in (None, "") else None,
        settings=[(key, value) for key, value in settings],
    )
    begin(session, scenario)


def facts(session: Session, scenario: Scenario) -> dict[str, Any]:
    """Return what the forms of the page offer."""
    world = scenario.world
    found = [*scenario_keys(scenario.policy), *world_keys(world)]
    return {
        "start": world.start.timestamp() * 1000,
        "unit": [world.unit, world.unit_ms],
        "title": world.title,
        "world": world.name,
        "worlds": sorted({*session.choices, session.first.world.name}),
        "policies": [*POLICIES, *(f"rule:{rule}" for rule in RULES)],
        "policy": scenario.policy.name,
        "seed": scenario.seed,
        "days": scenario.days,
        "keys": [[key, value] for key, value in found if key != "policy"],
        "machines": [machine.id for machine in world.machines],
        "vehicles": [id for id, _, _ in vehicles_of(world)],
        "materials": [m.id for m in world.materials if m.supplier],
        "products": [_offered(product) for product in world.products],
        "languages": LANGUAGES,
    }


def _offered(product: Product) -> dict[str, Any]:
    return {
        "id": product.id,
        "options": [
            [option.id, [choice.id for choice in option.choices]]
            for option in product.options
        ],
    }


# -- time and view ---------------------------------------------------------------------


def play(session: Session, on: bool) -> None:
    """Let time pass, or stand still."""
    if on and _run(session).ended and _run(session).live:
        return
    session.playing = on


def step(session: Session) -> None:
    """Stand still, a minute later."""
    session.playing = session.opening = False
    run = _run(session)
    run.advance(run.shown + MINUTE, seconds=5.0)


def speed(session: Session, factor: Any) -> None:
    """Set simulated seconds a second; 0: as many as possible."""
    session.opening = False
    session.speed = max(0.0, min(_number("speed", factor), 1e6)) or None


def seek(session: Session, time: Any) -> None:
    """Look at an instant gone by, ms."""
    session.opening = False
    _run(session).seek(_whole("time", time))


def live(session: Session) -> None:
    """Look at the present again."""
    run = _run(session)
    run.seek(run.factory.now)


def view(session: Session, **wishes: Any) -> None:
    """Set how things are shown: language, span, vehicles, kinds, selected."""
    if wishes.get("language") in LANGUAGES:
        session.language = wishes["language"]
        session.show("words", words(session.language))
    if "span" in wishes:
        session.span = max(MINUTE, min(_whole("span", wishes["span"]), 7 * DAY))
    if "vehicles" in wishes:
        session.vehicles = bool(wishes["vehicles"])
    if wishes.get("kinds") in KINDS:
        session.kinds = wishes["kinds"]
    if "selected" in wishes:
        chosen = wishes["selected"]
        session.selected = (str(chosen[0]), str(chosen[1])) if chosen else None
        session.show("selected", chosen)
        session.show("descent", None)


def redraw(session: Session) -> None:
    """Tell everything again, to a page that has lost track."""
    _run(session).redraw()


def descent(session: Session, order: str) -> None:
    """Show how an order was made."""
    session.show("descent", [order, _run(session).descent(order)])


# -- stepping in -----------------------------------------------------------------------


def policy(session: Session, name: str) -> None:
    """Let another policy decide from now on."""
    run = _present(session)
    if run.ended:
        return
    run.change_policy(name)
    run.catch_up()


def disturb(session: Session, what: str) -> None:
    """Let something happen, in the grammar of disturbances, without a time."""
    run = _present(session)
    if run.ended:
        raise BadInput(SOURCE, "", words(session.language)["ended"])
    factory = run.factory
    strike = parse(what, factory.world, where=SOURCE, now=factory.now)
    run.interfered()
    factory.customers.disturb(strike)
    run.catch_up()


def _present(session: Session) -> Run:
    """Return the run, looked at in the present: the past cannot be changed."""
    run = _run(session)
    if not run.live:
        run.seek(run.factory.now)
    return run


def offer(
    session: Session, product: str, options: Mapping[str, str], quantity: Any, due: str
) -> None:
    """Ask the agents for the date they would promise."""
    run = _present(session)
    if run.ended:
        raise BadInput(SOURCE, "", words(session.language)["ended"])
    factory = run.factory
    text = rush(factory.world, product, options, quantity, due)
    wish = parse(text, factory.world, where=SOURCE, now=factory.now)
    promise = quote(factory, product, options, _whole("quantity", quantity))
    session.show(
        "offer",
        {"what": text, "promise": promise, "due": wish.due},  # type: ignore[union-attr]
    )


def rush(
    world: World, product: str, options: Mapping[str, str], quantity: Any, due: str
) -> str:
    """Return an order as a disturbance."""
    spec = next((p for p in world.products if p.id == product), None)
    if spec is None:
        raise BadInput(SOURCE, "product", f"{product!r} is not known")
    if not sold(spec, options):
        chosen = ", ".join(options.values())
        raise BadInput(SOURCE, "options", f"{chosen} are not sold together")
    if _whole("quantity", quantity) > MOST_LOTS * spec.lot_size:
        most = MOST_LOTS * spec.lot_size
        raise BadInput(SOURCE, "quantity", f"{quantity}, expected up to {most}")
    try:
        duration(due)
    except ValueError as flaw:
        raise BadInput(SOURCE, "due", f"{due!r}: {flaw}") from None
    chosen = "".join(f":{name}={choice}" for name, choice in options.items())
    return f"rush:{product}:qty={_whole('quantity', quantity)}:due={due}{chosen}"


def _number(name: str, value: Any) -> float:
    try:
        found = float(value)
    except (TypeError, ValueError):
        found = float("nan")
    if not -1e18 < found < 1e18:
        raise BadInput(SOURCE, name, f"{value!r}, expected a number")
    return found


def _whole(name: str, value: Any) -> int:
    found = _number(name, value)
    if found != round(found):
        raise BadInput(SOURCE, name, f"{value!r}, expected a whole number")
    return round(found)


COMMANDS: dict[str, Callable[..., None]] = {
    command.__name__: command
    for command in (
        begin,
        start,
        play,
        step,
        speed,
        seek,
        live,
        view,
        redraw,
        descent,
        policy,
        disturb,
        offer,
    )
}
#: What the page itself may ask for.
ASKED = frozenset(COMMANDS) - {"begin"}
