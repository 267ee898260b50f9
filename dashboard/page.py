"""The page: Solara components, one a panel, around one session a tab."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import solara

from agents.scenario import Scenario
from dashboard.commands import ASKED
from dashboard.session import Session
from dashboard.words import words

_HERE = Path(__file__).resolve().parent
#: What a session tells: each has a value that components look at.
PANELS = (
    *("words", "facts", "drawing", "frame", "status", "gantt", "orders", "figures"),
    *("why", "inspect", "descent", "offer", "selected", "notice", "busy"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What every new tab begins with."""

    scenario: Scenario
    choices: tuple[str, ...] = ()


#: Set before the server starts (:mod:`dashboard.server`).
opening: Opening | None = None


def _silent(_: Any) -> None:
    """Do nothing."""


class Told:
    """Something told to a panel.

    In plain values Reacton looks for elements, list by list, which takes longer than
    all the rest; into this it does not look.
    """

    __slots__ = ("content",)

    def __init__(self, content: Any) -> None:
        self.content = content


def _plain(told: Told | None, _: Any) -> Any:
    """Return what is sent to the browser."""
    return None if told is None else told.content


def _panel(name: str) -> Any:
    """Return the decorator of a component with the template ``vue/NAME.vue``."""
    return solara.component_vue(
        f"vue/{name}.vue", vuetify=False, to_json=dict.fromkeys(("t", *PANELS), _plain)
    )


@_panel("shared")
def Shared(t: Any, facts: Any, event_ready: Any = _silent) -> None:
    """Put in place what all panels share: times, colours, light and dark."""


@_panel("controls")
def Controls(
    t: Any, facts: Any, status: Any, notice: Any, busy: Any, event_ask: Any = _silent
) -> None:
    """Draw the bar at the top: time, speed, policy, language."""


@_panel("floor")
def Floor(
    t: Any,
    drawing: Any,
    frame: Any,
    selected: Any,
    event_ask: Any = _silent,
    event_drawn: Any = _silent,
) -> None:
    """Draw the floor, vehicles gliding over it."""


@_panel("gantt")
def Gantt(
    t: Any, gantt: Any, status: Any, selected: Any, event_ask: Any = _silent
) -> None:
    """Draw what was done and what is planned."""


@_panel("orders")
def Orders(
    t: Any, orders: Any, status: Any, selected: Any, event_ask: Any = _silent
) -> None:
    """List the orders."""


@_panel("figures")
def Figures(t: Any, figures: Any, event_ask: Any = _silent) -> None:
    """Show key figures and their courses."""


@_panel("why")
def Why(t: Any, why: Any, status: Any, event_ask: Any = _silent) -> None:
    """Tell the latest decisions."""


@_panel("inspect")
def Inspect(
    t: Any, inspect: Any, orders: Any, descent: Any, event_ask: Any = _silent
) -> None:
    """Show all there is to see of what was clicked."""


@_panel("disturb")
def Disturb(
    t: Any, facts: Any, orders: Any, offer: Any, event_ask: Any = _silent
) -> None:
    """Let people step in."""


@_panel("setup")
def Setup(t: Any, facts: Any, event_ask: Any = _silent) -> None:
    """Let people begin another run."""


@_panel("tabs")
def Tabs(t: Any, selected: Any) -> None:
    """Choose among the panels at the side, where not all have room."""


@solara.component
def Layout(children: list[Any]) -> Any:
    """Give the whole window to the page."""
    return solara.Div(children=children, classes=["hf-window"])


@solara.component
def Page() -> None:
    """Show the control room."""
    assert opening is not None
    panels = {name: solara.use_reactive(None, equals=_same) for name in PANELS}
    ready = solara.use_reactive(False)

    def show(panel: str, content: Any) -> None:
        panels[panel].set(Told(content))

    def new() -> Session:
        assert opening is not None
        return Session(opening.scenario, show, opening.choices)

    session = solara.use_memo(new, [])

    def life() -> Callable[[], None]:
        show("words", words(session.language))
        session.open()
        return session.close

    solara.use_effect(life, [])

    def ask(said: Any) -> None:
        if said["command"] in ASKED:
            session.ask(said["command"], **said.get("said", {}))

    solara.Title("Holofab")
    solara.Style(_HERE / "style.css")
    with solara.Div(classes=["hf"]):
        Look(Shared, panels, _looks("facts"), {"event_ready": ready.set})
        if ready.value:
            for component, names in _SHOWN:
                events = {"event_ask": ask}
                if component is Floor:
                    events["event_drawn"] = session.drawn
                if component is Tabs:
                    events = {}
                Look(component, panels, names, events)


def _same(a: Any, b: Any) -> bool:
    return a is b


@solara.component
def Look(
    component: Any, panels: dict[str, Any], names: dict[str, str], events: Any
) -> None:
    """Draw a component anew when one of the values it looks at changes, only then."""
    component(**{prop: panels[name].value for prop, name in names.items()}, **events)


def _looks(*names: str) -> dict[str, str]:
    return {"t": "words"} | {name: name for name in names}


_SHOWN: tuple[tuple[Any, dict[str, str]], ...] = (
    (Controls, _looks("facts", "status", "notice", "busy")),
    (Floor, _looks("drawing", "frame", "selected")),
    (Gantt, _looks("gantt", "status", "selected")),
    (Tabs, _looks("selected")),
    (Orders, _looks("orders", "status", "selected")),
    (Figures, _looks("figures")),
    (Why, _looks("why", "status")),
    (Inspect, _looks("inspect", "orders", "descent")),
    (Disturb, _looks("facts", "orders", "offer")),
    (Setup, _looks("facts")),
)
