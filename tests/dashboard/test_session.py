"""A session: its own factory, commands between slices, sentences instead of crashes."""

from __future__ import annotations

import gc
import json
import time
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from agents.scenario import scenario_of
from dashboard.commands import COMMANDS
from dashboard.session import Session
from kernel.calendar import HOUR, MINUTE
from measures.check import check_trace
from worlds.read import read_world

CELL = read_world("cell")
SMALL = {"size": "d80"}


class Page:
    """Stands for a page: keeps what it is told, and says that it has drawn it."""

    def __init__(self, policy: str = "rule", days: float = 0.5) -> None:
        self.told: dict[str, Any] = {}
        self.frames: list[dict[str, Any]] = []
        self.draws = True
        scenario = scenario_of(CELL, policy=policy, days=days)
        self.session = Session(scenario, self.show, ("cell", "EX11", "ft06"))

    def show(self, panel: str, content: Any) -> None:
        """Take what a panel shall show; it must be JSON."""
        json.dumps(content, allow_nan=False)
        self.told[panel] = content
        if panel == "frame":
            self.frames.append(content)
            if self.draws:
                self.session.drawn(content["seq"])

    def wait(self, holds: Callable[[], Any], what: str = "") -> Any:
        """Wait until something holds; tests fail that wait for a minute."""
        for _ in range(2000):
            found = holds()
            if found:
                return found
            time.sleep(0.01)
        raise AssertionError(f"never: {what}, told {self.told.get('notice')}")

    @property
    def status(self) -> dict[str, Any]:
        """What was last told of the run as a whole."""
        return self.told.get("status") or {"now": -1, "latest": -1}


@pytest.fixture
def page() -> Iterator[Page]:
    """A page whose session is open."""
    shown = Page()
    shown.session.open()
    yield shown
    shown.session.close()
    shown.session.join(20)
    assert not shown.session.alive


def test_it_runs_and_tells_everything(page: Page) -> None:
    """After a while every panel has been told something, and time goes on."""
    page.wait(lambda: page.status["now"] > HOUR, "an hour")
    for panel in ("drawing", "facts", "gantt", "orders", "figures", "why"):
        assert page.told[panel], panel
    assert page.frames[0]["whole"]
    numbers = [frame["seq"] for frame in page.frames]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_page_that_does_not_draw_makes_time_wait() -> None:
    """Nothing is sent, and nothing simulated, before the last frame was drawn."""
    page = Page()
    page.draws = False
    page.session.open()
    page.wait(lambda: page.frames, "a frame")
    time.sleep(0.6)
    assert len(page.frames) == 1
    page.session.drawn(page.frames[0]["seq"])
    page.wait(lambda: len(page.frames) > 1, "another")
    page.session.close()
    page.session.join(20)


def test_pause_step_seek_and_live(page: Page) -> None:
    """Time stands still, goes one step, back into the past, and on again."""
    ask = page.session.ask
    page.wait(lambda: page.status["now"] > HOUR, "an hour")
    ask("play", on=False)
    page.wait(lambda: page.status.get("playing") is False, "pause")
    stood = page.status["now"]
    ask("step")
    page.wait(lambda: page.status["now"] == stood + MINUTE, "a step")
    ask("seek", time=30 * MINUTE)
    page.wait(lambda: page.status["now"] == 30 * MINUTE, "the past")
    assert page.status["live"] is False
    assert page.frames[-1]["whole"]
    assert all(row[6] <= 30 * MINUTE for row in page.told["orders"])
    ask("live")
    page.wait(lambda: page.status["live"], "the present")
    assert page.status["now"] == stood + MINUTE == page.status["latest"]


def test_the_past_is_played_up_to_the_present(page: Page) -> None:
    """Played from the past, what is recorded is shown before anything is simulated."""
    ask = page.session.ask
    page.wait(lambda: page.status["now"] > HOUR, "an hour")
    ask("seek", time=0)
    ask("speed", factor=36000)
    page.wait(lambda: page.status["live"] is False, "the past")
    latest = page.status["latest"]
    ask("play", on=True)
    page.wait(lambda: page.status["now"] > latest, "on and on")


def test_everybody_can_disturb(page: Page) -> None:
    """A breakdown and its repair, an order and its promise: all in the record."""
    ask = page.session.ask
    page.wait(lambda: page.status["now"] > HOUR, "an hour")
    ask("disturb", what="break:mill:8 h")
    broken = ("mill", "machine_failed")
    run = page.session.run
    assert run is not None
    events = run.factory.trace.events

    def happened(subject: str, kind: str) -> bool:
        return any(e.subject == subject and e.kind == kind for e in list(events))

    page.wait(lambda: happened(*broken), "broken")
    ask("disturb", what="repair:mill")
    page.wait(lambda: happened("mill", "machine_repaired"), "mended")
    wish = {"product": "flange", "options": {"size": "d120"}, "quantity": "2"}
    ask("offer", **wish, due="4 h")
    offer = page.wait(lambda: page.told.get("offer"), "an offer")
    assert offer["promise"] > page.status["now"] - HOUR
    assert not happened("R1", "order_received")
    ask("disturb", what=offer["what"])
    ask("speed", factor=0)
    page.wait(lambda: happened("R1", "order_shipped"), "shipped")
    assert run.factory.reproducible is False


def test_what_happens_in_a_pause_is_seen_at_once(page: Page) -> None:
    """Broken while time stands still, a machine is shown as broken."""
    page.wait(lambda: page.status["now"] > HOUR, "an hour")
    page.session.ask("play", on=False)
    page.session.ask("view", selected=["machine", "mill"])
    page.session.ask("disturb", what="break:mill:8 h")
    page.wait(lambda: page.told.get("inspect"), "something to inspect")
    page.wait(lambda: page.told["inspect"]["state"] == "aborted", "down")
    now = page.status["now"]
    page.session.ask("disturb", what="rush:flange:qty=1:due=4 h")
    page.wait(lambda: any(row[0] == "R1" for row in page.told["orders"]), "R1")
    assert page.status["now"] == now


def test_nothing_happens_after_the_end(page: Page) -> None:
    """A run that has ended is not touched any more: its record stays true."""
    page.session.ask("speed", factor=0)
    page.wait(lambda: page.status.get("ended"), "the end")
    run = page.session.run
    assert run is not None
    before = len(run.factory.trace.events)
    page.session.ask("disturb", what="break:mill:1 h")
    page.wait(lambda: page.told.get("notice"), "a refusal")
    page.session.ask("policy", name="negotiated")
    wish = {"product": "flange", "options": SMALL, "quantity": 1}
    page.session.ask("offer", **wish, due="4 h")
    time.sleep(0.5)
    assert len(run.factory.trace.events) == before
    assert page.told.get("offer") is None
    assert check_trace(CELL, run.factory.trace.events) == []


def test_the_next_run_is_set_as_the_form_shows(page: Page) -> None:
    """Keys set for one run of a world hold for the next, unless set anew."""
    page.wait(lambda: page.status["now"] > 0, "a start")
    common = {"world": "cell", "policy": "rule", "days": 1}
    page.session.ask("start", **common, seed=2, settings=[["vehicles", "4"]])
    page.wait(lambda: page.status.get("seed") == 2, "four vehicles")
    page.session.ask("start", **common, seed=3, settings=[])
    page.wait(lambda: page.status.get("seed") == 3, "the next")
    assert len(page.told["drawing"]["vehicles"]) == 4


def test_another_policy_takes_over(page: Page) -> None:
    """Switched in the middle, the run goes on under the other policy, and is true."""
    page.wait(lambda: page.status["now"] > HOUR, "an hour")
    page.session.ask("policy", name="hybrid")
    page.wait(lambda: page.status.get("policy") == "hybrid", "hybrid")
    page.session.ask("speed", factor=0)
    page.wait(lambda: page.status.get("ended"), "the end")
    run = page.session.run
    assert run is not None
    events = run.factory.trace.events
    assert check_trace(CELL, events) == []
    assert any(e.kind == "replan" for e in events)
    assert sum(e.kind == "decision_touched" for e in events) == 1


def test_another_run_can_be_begun(page: Page) -> None:
    """World, policy, seed and keys by form; what ran before is let go."""
    page.wait(lambda: page.status["now"] > 0, "a start")
    run = page.session.run
    assert run is not None
    before = weakref.ref(run.factory)
    del run
    said = {"policy": "rule:EDD", "seed": "7", "days": "0.3"}
    page.session.ask(
        "start", world="cell", settings=[["vehicles", "3"], ["mtbf", "2"]], **said
    )
    page.wait(lambda: page.status.get("policy") == "rule:EDD", "the other")
    assert page.status["seed"] == 7
    assert page.told["drawing"]["vehicles"] == ["agv-1", "agv-2", "agv-3"]
    page.session.ask("start", world="EX11", policy="rule", seed=1, days="", settings=[])
    page.wait(lambda: page.status.get("world") == "EX11", "an instance")
    page.session.ask("speed", factor=0)
    page.wait(lambda: page.status.get("ended"), "its end")
    gc.collect()
    assert before() is None


@pytest.mark.parametrize(
    ("command", "said", "words"),
    [
        ("disturb", {"what": "break:mil:1 h"}, 'did you mean "mill"'),
        ("disturb", {"what": "brake"}, "expected one of break"),
        ("policy", {"name": "hybird"}, "hybrid"),
        ("speed", {"factor": "fast"}, "expected a number"),
        ("seek", {"time": 0.5}, "expected a whole number"),
        (
            "start",
            {"world": "cel", "policy": "rule", "seed": 1, "days": 1, "settings": []},
            'did you mean "cell"',
        ),
        (
            "start",
            {
                "world": "/etc/passwd",
                "policy": "rule",
                "seed": 1,
                "days": 1,
                "settings": [],
            },
            "is not known",
        ),
        (
            "start",
            {
                "world": "cell",
                "policy": "rule",
                "seed": 1,
                "days": 1,
                "settings": [["vehicle", "3"]],
            },
            'did you mean "vehicles"',
        ),
        (
            "offer",
            {"product": "flang", "options": {}, "quantity": 1, "due": "4 h"},
            "is not known",
        ),
        (
            "offer",
            {
                "product": "flange",
                "options": {"size": "d80"},
                "quantity": 0,
                "due": "4 h",
            },
            "a whole number of pieces",
        ),
        (
            "offer",
            {"product": "flange", "options": SMALL, "quantity": 10**6, "due": "4 h"},
            "expected up to",
        ),
        (
            "offer",
            {
                "product": "flange",
                "options": {"size": "d80"},
                "quantity": 1,
                "due": "soon",
            },
            "'soon'",
        ),
        ("descent", {"order": "O999"}, "is no order"),
    ],
)
def test_bad_wishes_are_a_sentence(
    page: Page, command: str, said: dict[str, Any], words: str
) -> None:
    """What cannot be done is said in one sentence, and the run goes on."""
    page.wait(lambda: page.status["now"] > 0, "a start")
    page.session.ask(command, **said)
    notice = page.wait(lambda: page.told.get("notice"), words)
    assert words in notice[1]
    now = page.status["now"]
    page.wait(lambda: page.status["now"] > now, "going on")


def test_a_fault_is_a_sentence_too(
    page: Page, capsys: pytest.CaptureFixture[str]
) -> None:
    """A defect of ours stops the run, not the session: another one can be begun."""
    page.wait(lambda: page.status["now"] > 0, "a start")
    run = page.session.run
    assert run is not None

    def broken(until: int) -> None:
        raise ZeroDivisionError("of ours")

    # As an instance's own: it goes when the factory is let go.
    run.factory.advance = broken  # type: ignore[method-assign]
    notice = page.wait(lambda: page.told.get("notice"), "a sentence")
    assert "ZeroDivisionError: of ours" in notice[1]
    page.session.ask("disturb", what="break:mill:1 h")
    page.wait(lambda: "start a new one" in page.told["notice"][1], "refused")
    page.session.ask("start", world="cell", policy="rule", seed=2, days=1, settings=[])
    page.wait(lambda: page.status.get("seed") == 2 and page.status["now"] > 0, "anew")
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_two_sessions_do_not_meet() -> None:
    """What is done in one tab is not seen in another."""
    pages = [Page(), Page()]
    for page in pages:
        page.session.open()
    for page in pages:
        page.wait(lambda page=page: page.status["now"] > HOUR, "an hour")
    pages[0].session.ask("disturb", what="break:mill:9 h")
    pages[0].session.ask("view", selected=["machine", "mill"], language="ko")
    page = pages[0]
    page.wait(
        lambda: (page.told.get("inspect") or {}).get("state") == "aborted", "down"
    )
    other = pages[1].session.run
    assert other is not None
    assert not any(e.kind == "disturbed" for e in list(other.factory.trace.events))
    assert pages[1].session.language == "en"
    for page in pages:
        page.session.close()
        page.session.join(20)


def test_closing_frees_everything() -> None:
    """A closed session leaves neither factory nor thread behind."""
    gone = []
    for _ in range(3):
        page = Page()
        page.session.open()
        page.wait(lambda page=page: page.status["now"] > 0, "a start")
        run = page.session.run
        assert run is not None
        gone.append(weakref.ref(run.factory))
        page.session.close()
        page.session.join(20)
        assert not page.session.alive
        del run, page
    gc.collect()
    assert [ref() for ref in gone] == [None] * 3


def test_every_command_says_what_it_does() -> None:
    """Commands are documented."""
    assert all(command.__doc__ for command in COMMANDS.values())
