"""The control room in a real browser: watched, disturbed, scrubbed, narrow and wide."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from browser import FLAGS, Watched, chromium, served

pytestmark = pytest.mark.external

PLACES = """() => [...document.querySelectorAll('.hf-vehicle')].map(v => {
  const where = v.getAttribute('transform') || '';
  const m = where.match(/translate\\(([-.\\d]+) ([-.\\d]+)/);
  return m ? [+m[1], +m[2]] : null; })"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield found
        found.close()


@pytest.fixture(scope="module")
def room() -> Iterator[str]:
    """The address of a control room of the cell."""
    with served("cell", "--days", "1") as found:
        yield found.url


@pytest.fixture
def watched(browser: Any, room: str) -> Iterator[Watched]:
    """A page that shows it; at the end nobody has complained or gone abroad."""
    found = Watched(browser, viewport={"width": 1280, "height": 800})
    found.open(room)
    yield found
    found.page.close()
    assert found.errors == []
    assert found.abroad == []


def tab(watched: Watched, name: str) -> None:
    """Open a panel at the side."""
    watched.page.click(f"nav.hf-tabs >> text={name}")


def test_vehicles_glide(watched: Watched) -> None:
    """They move, and between two pictures never far: nothing jumps."""
    page = watched.page
    page.select_option(".hf-bar select >> nth=0", "10")
    watched.until("() => document.querySelectorAll('.hf-load').length > 0")
    steps = page.evaluate(
        """(places) => new Promise(done => {
          const read = eval(places); let before = read(), most = 0, moved = 0, n = 0;
          const look = () => {
            const now = read();
            now.forEach((p, i) => { if (p && before[i]) {
              const d = Math.hypot(p[0] - before[i][0], p[1] - before[i][1]);
              most = Math.max(most, d); moved += d; } });
            before = now;
            if (++n < 300) requestAnimationFrame(look); else done([most, moved]);
          };
          requestAnimationFrame(look);
        })""",
        PLACES,
    )
    most, moved = steps
    assert moved > 3  # metres, in some seconds at ten times the speed
    assert most < 6  # at 1 m/s x 10 a tenth of a second is a metre


def test_a_breakdown_is_seen_and_planned_around(watched: Watched) -> None:
    """Broken by a click: the machine changes state, and a re-plan says so."""
    page = watched.page
    tab(watched, "Disturb")
    page.select_option(".hf-disturb select >> nth=0", "mill")
    page.click(".hf-disturb >> text=Break")
    watched.until("() => document.querySelector('.hf-s-aborted[aria-label^=mill]')")
    tab(watched, "Why")
    page.wait_for_selector(".hf-why >> text=machine failed mill: re-planned")
    tab(watched, "Disturb")
    page.click(".hf-disturb >> text=Repair")
    watched.until("() => !document.querySelector('.hf-s-aborted[aria-label^=mill]')")


def test_an_order_is_offered_placed_and_shipped(watched: Watched) -> None:
    """The configurator asks the agents for a date; the order comes, and ships."""
    page = watched.page
    tab(watched, "Disturb")
    page.click("text=Ask for a date")
    page.wait_for_selector(".hf-offer >> text=The agents offer")
    page.click(".hf-offer button")
    tab(watched, "Orders")
    page.wait_for_selector(".hf-orders td:has-text('R1')")
    page.select_option(".hf-bar select >> nth=0", "3600")
    page.select_option(".hf-orders select", "shipped")
    page.wait_for_selector(".hf-orders td:has-text('R1')", timeout=60_000)
    page.click(".hf-orders tr:has-text('R1')")
    page.wait_for_selector(".hf-inspect >> text=R1")
    page.click("text=How it was made")
    page.wait_for_selector(".hf-tree >> text=turning")


def test_the_past_can_be_looked_at(watched: Watched) -> None:
    """The time bar leads back; Live leads to the present again."""
    page = watched.page
    page.click(".hf-bar [aria-label=Pause]")
    page.wait_for_selector(".hf-bar [aria-label=Play]")
    present = page.inner_text(".hf-clock")
    page.focus(".hf-bar input[type=range]")
    page.keyboard.press("Home")
    page.wait_for_selector(".hf-golive")
    watched.until("() => document.querySelector('.hf-clock').innerText === 'Mon 06:00'")
    page.click(".hf-golive")
    page.wait_for_selector(".hf-livesign")
    watched.until(
        f"() => document.querySelector('.hf-clock').innerText === '{present}'"
    )


def test_the_space_bar_pauses(watched: Watched) -> None:
    """What the mouse can do the keyboard can: pause, choose a machine."""
    page = watched.page
    page.click(".hf-name")
    page.keyboard.press(" ")
    page.wait_for_selector(".hf-bar [aria-label=Play]")
    page.focus(".hf-machine >> nth=0")
    page.keyboard.press("Enter")
    page.wait_for_selector(".hf-inspect >> text=turn1")


def test_another_world_can_be_shown(watched: Watched) -> None:
    """Another world by form: its machines are drawn, its orders come."""
    page = watched.page
    tab(watched, "New run")
    page.select_option(".hf-setup select >> nth=0", "EX11")
    page.click(".hf-setup button[type=submit]")
    page.wait_for_selector(".hf-machine[aria-label^='M3']", timeout=90_000)
    tab(watched, "New run")
    page.wait_for_selector(".hf-setup")
    page.click(".hf-setup >> text=+ Key")
    page.fill(".hf-setup input[list]", "vehicels")
    page.fill(".hf-setup input[placeholder=Value]", "3")
    page.click(".hf-setup button[type=submit]")
    page.wait_for_selector(".hf-notice >> text=did you mean")


def test_korean_and_dark(watched: Watched) -> None:
    """The page speaks Korean and has a dark side."""
    page = watched.page
    page.select_option(".hf-bar select >> nth=2", "ko")
    page.wait_for_selector("nav.hf-tabs >> text=주문")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("text=◐")
    after = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert before != after


@pytest.mark.parametrize("width", [390, 820, 1280, 3840])
def test_every_width_has_room(browser: Any, room: str, width: int) -> None:
    """From phone to wall nothing sticks out at the side, and everything is there."""
    watched = Watched(browser, viewport={"width": width, "height": 900})
    watched.open(room)
    watched.until("() => document.querySelector('.hf-gantt svg rect')")
    wide = watched.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width
    box = watched.page.query_selector(".hf-floor").bounding_box()
    assert box["width"] > 0.45 * width
    watched.page.close()
    assert watched.errors == []


def test_two_tabs_do_not_disturb_each_other(browser: Any, room: str) -> None:
    """A machine broken in one tab goes on working in the other."""
    one, other = Watched(browser), Watched(browser)
    for watched in (one, other):
        watched.open(room)
    tab(one, "Disturb")
    one.page.select_option(".hf-disturb select >> nth=0", "mill")
    one.page.select_option(".hf-disturb select >> nth=1", "8 h")
    one.page.click(".hf-disturb >> text=Break")
    one.until("() => document.querySelector('.hf-s-aborted[aria-label^=mill]')")
    broken = "document.querySelector('.hf-s-aborted[aria-label*=disturbance]')"
    assert other.page.evaluate(f"!{broken}")
    for watched in (one, other):
        watched.page.close()
        assert watched.errors == []


def test_nobody_comes_without_the_token(browser: Any) -> None:
    """With a token: refused without it, let in with it, and it leaves the address."""
    token = "abcdefghijkl1234"
    with served("cell", "--token", token) as (url, _):
        with pytest.raises(HTTPError, match="401"):
            urlopen(url)
        watched = Watched(browser)
        watched.open(f"{url}?token={token}")
        assert "token" not in watched.page.url
        watched.page.close()
        assert watched.errors == []


def test_the_server_ends_as_it_is_told(browser: Any) -> None:
    """A signal ends it with its own exit code, also while somebody looks."""
    with served("cell") as (url, pid):
        watched = Watched(browser)
        watched.open(url)
        with pytest.raises(HTTPError, match="404"):
            urlopen(f"{url}_solara/cdn/no-such-package@1.0.0/index.js")
        os.kill(pid, signal.SIGTERM)
        _, status = os.waitpid(pid, 0)
        assert os.waitstatus_to_exitcode(status) == 128 + signal.SIGTERM
        watched.page.close()


def test_a_factory_runs_in_mesas_own_page(browser: Any) -> None:
    """Mesa's SolaraViz shows a factory with a stock component, as any other model."""
    app = "tests/dashboard/solara_viz.py"
    with served(command=f"-m solara run {app} --host 127.0.0.1 --production") as (
        url,
        _,
    ):
        watched = Watched(browser)
        watched.page.goto(url)
        watched.page.click("button:has-text('Step')", timeout=60_000)
        watched.page.wait_for_selector("text=/Step: ?[1-9]/", timeout=60_000)
        watched.page.wait_for_selector("img, canvas, svg.marks", timeout=60_000)
        if os.environ.get("HOLOFAB_SHOTS"):
            watched.page.screenshot(path=os.environ["HOLOFAB_SHOTS"] + "/solaraviz.png")
        watched.page.close()
        assert watched.abroad == []
